//! `broken-pattern`: a string does not match its pattern.

use serde_json::{Value, json};

use super::parts::UNKNOWN;
use super::{Mutant, Mutation, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "broken-pattern",
    title: "a string does not match its pattern",
    mutate,
    page: include_str!("../../docs/mutation/broken-pattern.md"),
};

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in subject.sites_of(Value::is_string) {
        for (place, _) in subject.stated(site, "pattern") {
            let ways = ways(site.value.as_str().unwrap_or_default());
            let found = ways
                .into_iter()
                .filter_map(|(detail, candidates)| Some((detail, subject.breaking(site, &place, candidates)?)));
            let mut found: Vec<(&str, Value)> = found.collect();
            // What has nothing to do with the value is for patterns that leave no other way.
            if found.len() > 1 {
                found.retain(|(detail, _)| *detail != "foreign");
            }
            for (detail, value) in found {
                mutants.extend(subject.mutant(MUTATION.id, &site.spot, detail, Some(place.clone()), Some(value)));
            }
        }
    }
    mutants
}

/// Ways to change `text`, each with candidates. Line breaks are none: readers differ over what `$` means before one.
fn ways(text: &str) -> Vec<(&'static str, Vec<Value>)> {
    let rest: String = text.chars().skip(1).collect();
    let character = ["!", "~", "x", "0"].map(|c| json!(format!("{c}{rest}"))).to_vec();
    let tail = ["!", "~", "x", "0"].map(|c| json!(format!("{text}{c}"))).to_vec();
    let foreign = ["!", UNKNOWN, "0", ""].map(|text| json!(text)).to_vec();
    vec![("character", character), ("tail", tail), ("foreign", foreign)]
}
