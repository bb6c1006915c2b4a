//! `broken-branch`: a value fits no branch of a choice, or more than one.

use serde_json::{Value, json};

use crate::document::Place;
use crate::schema::Direction;
use crate::schema::sample::Sampler;

use super::parts::{UNKNOWN, below, combined, requirements, takes};
use super::{Mutant, Mutation, Site, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "broken-branch",
    title: "a value fits no branch of a choice, or more than one",
    mutate,
    page: include_str!("../../docs/mutation/broken-branch.md"),
};

/// Members that are left out, and values of a telling member, that are tried.
const MOST: usize = 20;

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        for keyword in ["oneOf", "anyOf"] {
            for (place, branches) in subject.stated(site, keyword) {
                let Value::Array(branches) = branches else { continue };
                let branches: Vec<Place> = (0..branches.len()).map(|index| place.index(index)).collect();
                mutants.extend(no_branch(subject, site, &place, &branches));
                if keyword == "oneOf" {
                    mutants.extend(two_branches(subject, site, &place, &branches));
                }
                mutants.extend(other_tags(subject, site, &place, &branches));
            }
        }
    }
    mutants
}

/// How many of `branches` take `value`.
fn matching(subject: &Subject<'_>, branches: &[Place], value: &Value) -> usize {
    branches.iter().filter(|branch| takes(subject.contract, branch, value)).count()
}

/// The value without members, or something else: the first that no branch takes, one that breaks nothing else if there is.
fn no_branch(subject: &Subject<'_>, site: &Site<'_>, place: &Place, branches: &[Place]) -> Option<Mutant> {
    let mut candidates = Vec::new();
    if let Value::Object(members) = site.value {
        let without = |gone: &dyn Fn(&str) -> bool| {
            let kept = members.iter().filter(|(name, _)| !gone(name));
            Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
        };
        candidates.extend(members.keys().take(MOST).map(|gone| without(&|name| name == gone)));
        let schemas = combined(subject.contract, branches);
        candidates.push(without(&|name| !requirements(subject.contract, &schemas, name).is_empty()));
        candidates.push(json!({}));
    }
    candidates.extend([json!(UNKNOWN), json!(7.5), json!(true), json!([]), json!({"conformUnknown": []})]);
    candidates.retain(|value| matching(subject, branches, value) == 0);
    let first = candidates.first().cloned();
    let none = subject.breaking(site, place, candidates).or(first)?;
    subject.mutant(MUTATION.id, &site.spot, "none", Some(place.clone()), Some(none))
}

/// The value that is also what another branch takes.
fn two_branches(subject: &Subject<'_>, site: &Site<'_>, place: &Place, branches: &[Place]) -> Option<Mutant> {
    let sampler = Sampler::new(&subject.contract.schemas);
    let others = branches.iter().flat_map(|branch| {
        [sampler.minimal(branch, Direction::Request).ok(), sampler.full(branch, Direction::Request).ok()]
    });
    let both = others.flatten().flat_map(|sample| match (site.value, sample) {
        (Value::Object(own), Value::Object(other)) => {
            let joined = own.iter().chain(other.iter().filter(|(name, _)| !own.contains_key(*name)));
            let joined = joined.map(|(name, value)| (name.clone(), value.clone())).collect();
            vec![Value::Object(joined), Value::Object(other)]
        }
        (_, other) => vec![other],
    });
    let both = both.filter(|value| matching(subject, branches, value) > 1).find(|value| value != site.value)?;
    subject.mutant(MUTATION.id, &site.spot, "both", Some(place.clone()), Some(both))
}

/// The value with another value of a member by which the branches are told apart, so that none of them takes it any more.
fn other_tags(subject: &Subject<'_>, site: &Site<'_>, place: &Place, branches: &[Place]) -> Vec<Mutant> {
    let Value::Object(members) = site.value else { return Vec::new() };
    let mut mutants = Vec::new();
    let schemas = (combined(subject.contract, &site.schemas), combined(subject.contract, branches));
    for (name, current) in members.iter().take(subject.sites.len()) {
        for value in tags(subject, (&schemas.0, &schemas.1), name).iter().filter(|value| *value != current).take(MOST) {
            let mut changed = members.clone();
            changed.insert(name.clone(), value.clone());
            if matching(subject, branches, &Value::Object(changed)) == 0 {
                let detail = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let spot = below(&site.spot, name);
                mutants.extend(subject.mutant(MUTATION.id, &spot, &detail, Some(place.clone()), Some(value.clone())));
            }
        }
    }
    mutants
}

/// The documented values of the member `name` of `all`, where the `branches` speak of them.
fn tags(subject: &Subject<'_>, (all, branches): (&[Place], &[Place]), name: &str) -> Vec<Value> {
    let schemas = &subject.contract.schemas;
    let options = |schema: &Place| {
        let member = schemas.resolve(&schema.child("properties").child(name)).ok()?;
        let options = schemas.source(&member.child("enum"))?.as_array()?;
        Some(options.iter().filter(|option| !option.is_null()).cloned().collect::<Vec<_>>())
    };
    let told: Vec<Value> = branches.iter().filter_map(options).flatten().collect();
    if told.is_empty() {
        return told;
    }
    let own: Vec<Value> = all.iter().filter_map(options).flatten().collect();
    let mut values: Vec<Value> = Vec::new();
    for value in own.into_iter().chain(told) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}
