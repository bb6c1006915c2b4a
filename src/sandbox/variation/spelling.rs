//! How identifiers, moments and texts are written.

use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan};
use serde_json::Value;

use super::shown::each_object;
use super::{Variation, Way, variation};
use crate::sandbox::clock::Moment;
use crate::sandbox::fault::Answer;
use crate::sandbox::id::{Id, Version};

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "uuids-in-capitals",
        Enough,
        "Identifiers are written in upper case",
        "RFC 9562, 4: the hexadecimal digits of a UUID may be upper case, and are the same in either case",
        [Way::Answers(|_, answer| each_text(answer, |name, text| {
            (name.ends_with("Id") && Id::parse(text).is_some()).then(|| text.to_ascii_uppercase())
        }))]
    ),
    variation!(
        "uuids-of-version-1",
        Enough,
        "Identifiers are UUIDs of version 1, which differ in few digits",
        "`format: uuid` names no version",
        [Way::Numbers(Version::One)]
    ),
    variation!(
        "uuids-of-version-7",
        Enough,
        "Identifiers are UUIDs of version 7, in the order of creation",
        "`format: uuid` names no version",
        [Way::Numbers(Version::Seven)]
    ),
    variation!(
        "uuids-of-no-version",
        Enough,
        "Identifiers are numbers in the shape of a UUID, from 1",
        "`format: uuid` names no version",
        [Way::Numbers(Version::Bare)]
    ),
    variation!(
        "times-east",
        Enough,
        "Moments are written with the offset of Dubai, where no sentence asks for UTC",
        "RFC 3339, 5.6: `time-offset` may be any",
        [Way::Answers(|_, answer| each_time(answer, false, |at| format!("{}+04:00", at + 4.hours())))]
    ),
    variation!(
        "times-west",
        Enough,
        "Moments are written with an offset west of Greenwich and half an hour in it, where no sentence asks for UTC",
        "RFC 3339, 5.6: `time-offset` may be any",
        [Way::Answers(|_, answer| each_time(answer, false, |at| {
            format!("{:.3}-03:30", at - 3.hours().minutes(30))
        }))]
    ),
    variation!(
        "times-with-zero-offset",
        Enough,
        "Moments in UTC end with `+00:00`",
        "RFC 3339, 4.3: an offset of zero is UTC, however written",
        [Way::Answers(|_, answer| each_time(answer, true, |at| format!("{at}+00:00")))]
    ),
    variation!(
        "times-with-unknown-offset",
        Enough,
        "Moments in UTC end with `-00:00`",
        "RFC 3339, 4.3: an offset of `-00:00` is UTC, and says that the local one is not known",
        [Way::Answers(|_, answer| each_time(answer, true, |at| format!("{at}-00:00")))]
    ),
    variation!(
        "times-in-nanoseconds",
        Enough,
        "Moments are written with nine decimals",
        "RFC 3339, 5.6: `time-secfrac` may have any number of digits",
        [Way::Answers(|_, answer| each_time(answer, true, |at| format!("{at:.9}Z")))]
    ),
    variation!(
        "times-in-small-letters",
        Enough,
        "Moments are written with `t` and `z`",
        "RFC 3339, 5.6: \"T\" and \"Z\" may be lower case",
        [Way::Answers(|_, answer| each_time(answer, true, |at| format!("{at}Z").to_ascii_lowercase()))]
    ),
    variation!(
        "times-in-seconds",
        Enough,
        "Customers and bank accounts come about in whole seconds, so that many do at the same one",
        "RFC 3339, 5.6: `time-secfrac` is optional, and no sentence says how fine the clock is",
        [
            Way::Creates(|customer| customer.created = customer.created.in_seconds()),
            Way::Adds(|account| account.created = account.created.in_seconds()),
        ]
    ),
    variation!(
        "creation-noticed-late",
        Enough,
        "A customer's date of creation is a moment before the request was answered",
        "No sentence says which moment of a creation is its date",
        [Way::Creates(|customer| customer.created = customer.created.plus(SignedDuration::from_millis(-150)))]
    ),
];

/// Writes texts of a success anew, by the name of the member that holds them.
fn each_text(answer: &mut Answer, write: fn(&str, &str) -> Option<String>) {
    if !answer.is_success() {
        return;
    }
    let Some(body) = answer.json() else { return };
    each_object(body, &|object| {
        for (name, value) in object {
            if let Some(text) = value.as_str().and_then(|text| write(name, text)) {
                *value = Value::String(text);
            }
        }
    });
}

/// Writes moments of a success anew; "Document expiry date in UTC" is one of them only where they stay in UTC.
fn each_time(answer: &mut Answer, utc: bool, write: fn(DateTime) -> String) {
    if !answer.is_success() {
        return;
    }
    let Some(body) = answer.json() else { return };
    each_object(body, &|object| {
        for name in ["createdAt", "createDate", "coolingOffEndTime", "documentExpiryDate"] {
            let Some(value) = object.get_mut(name).filter(|_| utc || name != "documentExpiryDate") else { continue };
            // What lies at the end of time has no local time everywhere, so that it stays as it is.
            let moment =
                value.as_str().and_then(Moment::parse).filter(|moment| (1..9999).contains(&moment.utc().year()));
            if let Some(moment) = moment {
                *value = Value::String(write(moment.utc()));
            }
        }
    });
}
