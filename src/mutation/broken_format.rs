//! `broken-format`: a string is plainly not of its format.

use serde_json::{Value, json};

use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "broken-format",
    title: "a string is plainly not of its format",
    mutate,
    page: include_str!("../../docs/mutation/broken-format.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in subject.sites_of(Value::is_string) {
        for (place, format) in subject.stated(site, "format") {
            let broken = format.as_str().and_then(broken).map(|text| vec![json!(text)]).unwrap_or_default();
            let value = subject.breaking(site, &place, broken);
            mutants
                .extend(value.and_then(|value| subject.mutant(MUTATION.id, &site.spot, "", Some(place), Some(value))));
        }
    }
    mutants
}

/// Something that nobody takes for the format.
pub(super) fn broken(format: &str) -> Option<&'static str> {
    Some(match format {
        "date" => "not-a-date",
        "date-time" => "not-a-date-time",
        "time" => "not-a-time",
        "duration" => "not-a-duration",
        "uuid" => "not-a-uuid",
        "email" => "nobody",
        "hostname" => "-not a host-",
        "ipv4" | "ipv6" => "not-an-address",
        "uri" | "iri" => "not a uri",
        "uri-reference" | "uriref" | "iri-reference" => "http://[not a uri",
        "uri-template" => "{not a template",
        "byte" | "base64" => "!not base64!",
        "json-pointer" | "relative-json-pointer" => "not-a-pointer",
        "regex" => "(not a pattern",
        _ => return None,
    })
}
