//! Moments and days as the documents write them, and the only clock of the sandbox.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// What tells the time; a test may stop it.
pub(super) type Clock = fn() -> Timestamp;

/// The clock of the machine.
pub(super) const SYSTEM: Clock = Timestamp::now;

/// A moment in UTC, and how to write it.
///
/// It is a civil date-time because RFC 3339 knows moments (9999-12-31T23:59:59Z) that `Timestamp` does not.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    at: DateTime,
    text: String,
}

impl Moment {
    /// Now, in milliseconds: what is stored is exactly what is shown.
    pub(super) fn now(clock: Clock) -> Moment {
        let now = clock();
        let whole = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        Moment::at(Offset::UTC.to_datetime(whole))
    }

    /// The moment so many hours later.
    pub(super) fn plus_hours(&self, hours: i64) -> Moment {
        self.plus(SignedDuration::from_hours(hours))
    }

    /// The moment so much later.
    pub(super) fn plus(&self, time: SignedDuration) -> Moment {
        Moment::at(self.at.saturating_add(time))
    }

    /// The whole second that it lies in.
    pub(super) fn in_seconds(&self) -> Moment {
        Moment::at(self.at.with().subsec_nanosecond(0).build().unwrap_or(self.at))
    }

    /// Reads an RFC 3339 `date-time`; text that already is in UTC stays as it was written.
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let (date, rest) = (text.get(..10)?, text.get(10..)?);
        let rest = rest.strip_prefix(['T', 't'])?;
        let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?),
            None => ("0", rest),
        };
        if fraction.is_empty() {
            return None;
        }
        let [hour, minute, second] = [two(clock, 0, ':')?, two(clock, 3, ':')?, two(clock, 6, ':')?];
        let leap = second == 60;
        let nanoseconds = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
        let time = Time::new(hour, minute, if leap { 59 } else { second }, nanoseconds).ok()?;
        let at = parse_date(date)?.to_datetime(time);
        let utc = at.saturating_sub(SignedDuration::from_secs(zone_seconds(zone)?));
        if leap && (utc.hour(), utc.minute()) != (23, 59) {
            return None;
        }
        let as_written = zone == "Z" && text.contains('T');
        Some(if as_written { Moment { at, text: text.to_owned() } } else { Moment::at(utc) })
    }

    /// RFC 3339 with `Z`.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The moment in UTC, to compare with others however they are written.
    pub(super) fn utc(&self) -> DateTime {
        self.at
    }

    /// A moment given in UTC.
    pub(super) fn at(at: DateTime) -> Moment {
        Moment { at, text: format!("{at}Z") }
    }
}

/// Reads an RFC 3339 `full-date`.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    if text.len() != 10 || !text.is_ascii() {
        return None;
    }
    let year = digits(text.get(..4)?)?;
    Date::new(year, two(text, 5, '-')?, two(text, 8, '-')?).ok()
}

/// Seconds east of UTC that `Z` or `+04:00` stands for.
fn zone_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = (two(rest, 0, ':')?, two(rest, 3, ':')?);
    (rest.len() == 5 && hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// The two digits at a place, which must follow the separator unless they come first.
fn two(text: &str, from: usize, separator: char) -> Option<i8> {
    let text = text.get(from.saturating_sub(1)..from + 2)?;
    let text = if from == 0 { text } else { text.strip_prefix(separator)? };
    i8::try_from(digits(text)?).ok()
}

fn digits(text: &str) -> Option<i16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<String> {
        Moment::parse(text).map(|moment| moment.text().to_owned())
    }

    #[test]
    fn a_moment_in_utc_stays_as_written() {
        for text in [
            "2024-02-29T00:00:00Z",
            "2024-01-01T10:20:30.1234567890123Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z",
            "2016-12-31T23:59:60Z",
        ] {
            assert_eq!(utc(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn another_zone_is_turned_into_utc() {
        assert_eq!(utc("2024-01-01T02:00:00+04:00").as_deref(), Some("2023-12-31T22:00:00Z"));
        assert_eq!(utc("2024-01-01t02:00:00.5-00:30").as_deref(), Some("2024-01-01T02:30:00.5Z"));
        assert_eq!(utc("2016-12-31T18:59:60-05:00").as_deref(), Some("2016-12-31T23:59:59Z"));
        assert_eq!(utc("2024-01-01T02:00:00z").as_deref(), Some("2024-01-01T02:00:00Z"));
        assert!(utc("9999-12-31T23:59:59-23:59").is_some());
        assert!(utc("0000-01-01T00:00:00+23:59").is_some());
    }

    #[test]
    fn what_is_not_rfc_3339_is_no_moment() {
        for text in [
            "",
            "2024-01-01",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z",
            "2024-01-01T12:00:60Z",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+0400",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00+4:00",
            "2024-01-01T00:00:00ZZ",
            "2024-01-01T00-00-00Z",
            "+2024-01-01T00:00:00Z",
            "2024-01-01T00:00:00é",
            "é024-01-01T00:00:00Z",
            "2024-01-01T-1:00:00Z",
        ] {
            assert_eq!(utc(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_ten_characters() {
        for text in ["2024-02-29", "0001-01-01", "9999-12-31"] {
            assert!(parse_date(text).is_some(), "{text}");
        }
        for text in ["", "2023-02-29", "2024-1-01", "20240101", "2024/01/01", "2024-01-01Z", "2024-00-10", "٢٠٢٤-01"]
        {
            assert!(parse_date(text).is_none(), "{text}");
        }
    }

    #[test]
    fn now_is_written_in_milliseconds() {
        let now = Moment::now(|| Timestamp::new(1_700_000_000, 123_456_789).unwrap());
        assert_eq!(now.text(), "2023-11-14T22:13:20.123Z");
        assert_eq!(now.plus_hours(24).text(), "2023-11-15T22:13:20.123Z");
        assert!(now.plus_hours(1).utc() > now.utc());
    }
}
