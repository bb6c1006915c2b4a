//! Times and sizes as people write them: `10s`, `1.5 min`, `10 MiB`.

use std::borrow::Cow;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error};

/// A time, at least a millisecond and at most a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub Duration);

/// A number of bytes, at least one and at most a tebibyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub u64);

/// Milliseconds by unit.
const TIMES: [(&str, f64); 5] = [("ms", 1.0), ("s", 1e3), ("m", 6e4), ("min", 6e4), ("h", 3.6e6)];

/// Bytes by unit.
const SIZES: [(&str, f64); 7] = [
    ("B", 1.0),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
];

/// A text that is no time or no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {wanted}")]
pub struct UnitError {
    text: String,
    wanted: &'static str,
}

impl Time {
    /// Reads a number with `ms`, `s`, `m`, `min` or `h`.
    ///
    /// # Errors
    /// Anything else, and times under a millisecond or over a day.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let wanted = "a time between 1ms and 24h: a number with ms, s, min or h, such as \"10s\"";
        let error = || UnitError { text: text.chars().take(40).collect(), wanted };
        let milliseconds = amount(text, &TIMES).filter(|n| (1.0..=8.64e7).contains(n)).ok_or_else(error)?;
        Duration::try_from_secs_f64(milliseconds / 1e3).map(Self).map_err(|_| error())
    }
}

impl Size {
    /// Reads a number with `B`, `KB`, `MB`, `GB`, `KiB`, `MiB` or `GiB`.
    ///
    /// # Errors
    /// Anything else, and sizes under a byte or over a tebibyte.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let wanted = "a size between 1 B and 1024 GiB: a number with B, KiB, MiB or GiB, such as \"10 MiB\"";
        let bytes = amount(text, &SIZES).filter(|n| (1.0..=1_099_511_627_776.0).contains(n));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        bytes.map(|n| Self(n as u64)).ok_or_else(|| UnitError { text: text.chars().take(40).collect(), wanted })
    }
}

/// Digits with or without a fraction, at most one space, a unit.
fn amount(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 15 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    Some(number.parse::<f64>().ok()? * factor)
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl schemars::JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number with ms, s, min or h.",
            "type": "string",
            "pattern": r"^[0-9]{1,15}(\.[0-9]{1,15})? ?(ms|s|m|min|h)$"
        })
    }
}

impl schemars::JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number with B, KB, MB, GB, KiB, MiB or GiB.",
            "type": "string",
            "pattern": r"^[0-9]{1,15}(\.[0-9]{1,15})? ?(B|[KMG]i?B)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_and_sizes_are_read_as_written() {
        for (text, milliseconds) in [
            ("10s", 10_000),
            ("250ms", 250),
            ("1.5 min", 90_000),
            ("2m", 120_000),
            ("1 h", 3_600_000),
            ("24h", 86_400_000),
        ] {
            assert_eq!(Time::parse(text), Ok(Time(Duration::from_millis(milliseconds))), "{text}");
        }
        for (text, bytes) in [("10 MiB", 10_485_760), ("1KB", 1000), ("1.5KiB", 1536), ("1 B", 1), ("1024GiB", 1 << 40)]
        {
            assert_eq!(Size::parse(text), Ok(Size(bytes)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "10", "s", "10 sec", "-1s", "0s", "1e3s", "10  s", " 10s", "1.s", ".5s", "25h", "NaNs", "∞s", "1..5s"]
        {
            assert!(Time::parse(text).is_err(), "{text}");
        }
        for text in ["", "10", "MiB", "10 mib", "0B", "-1B", "1025 GiB", "0.5B", "1TB"] {
            assert!(Size::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = (Time::parse(&text), Size::parse(&text));
        }
    }
}
