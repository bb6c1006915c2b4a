//! `nearly-format`: a value is almost, but not, of its format.

use serde_json::{Value, json};

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "nearly-format",
    title: "a value is almost, but not, of its format",
    mutate,
    page: include_str!("../../docs/mutation/nearly-format.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        for (place, format) in subject.stated(site, "format") {
            for (detail, value) in format.as_str().map(nearly).unwrap_or_default() {
                // A value of another type breaks another promise.
                if value.is_string() != site.value.is_string() {
                    continue;
                }
                let value = subject.breaking(site, &place, vec![value]);
                let place = Some(place.clone());
                mutants.extend(
                    value.and_then(|value| subject.mutant(MUTATION.id, &site.spot, detail, place, Some(value))),
                );
            }
        }
    }
    mutants
}

/// Values that are almost of the format. What RFC 3339, RFC 9562 or ISO 8601 let some readers take is not among them: a
/// space for `T`, small letters, no hyphens, no seconds, a leap second, hour 24.
pub(super) fn nearly(format: &str) -> Vec<(&'static str, Value)> {
    let texts: &[(&str, &str)] = match format {
        "date" => &[("day", "2023-02-30"), ("month", "2023-13-01")],
        "date-time" => &[
            ("day", "2023-02-30T10:00:00Z"),
            ("month", "2023-13-01T10:00:00Z"),
            ("hour", "2023-01-15T25:00:00Z"),
            ("minute", "2023-01-15T10:60:00Z"),
        ],
        "time" => &[("hour", "25:00:00Z"), ("minute", "10:60:00Z")],
        "duration" => &[("nothing", "P")],
        "uuid" => {
            &[("short", "3fa85f64-5717-4562-b3fc-2c963f66afa"), ("letter", "3fa85f64-5717-4562-b3fc-2c963f66afag")]
        }
        "email" => &[("no-domain", "someone@"), ("no-name", "@example.com")],
        "ipv4" => &[("octet", "256.1.1.1"), ("fifth", "1.2.3.4.5")],
        "ipv6" => &[("letter", "2001:db8::g"), ("ninth", "1:2:3:4:5:6:7:8:9")],
        "hostname" => &[("hyphen", "-example.com")],
        "uri" => &[("bracket", "http://[::1/"), ("no-scheme", "://example.com/")],
        "byte" | "base64" => &[("length", "YWJjZ")],
        "int32" => {
            return vec![("above", json!(i64::from(i32::MAX) + 1)), ("below", json!(i64::from(i32::MIN) - 1))];
        }
        "int64" => return vec![("above", json!(9_223_372_036_854_775_808_u64))],
        _ => &[],
    };
    texts.iter().map(|(detail, text)| (*detail, json!(text))).collect()
}
