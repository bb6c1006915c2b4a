//! `forbidden-value`: a value is what `not` forbids.

use serde_json::{Map, Value};

use crate::document::Place;
use crate::schema::Direction;
use crate::schema::sample::Sampler;

use super::parts::{below, breaks, broken, combined, takes};
use super::{Mutant, Mutation, Site, Subject};

/// The row of the registry.
pub const MUTATION: Mutation = Mutation {
    id: "forbidden-value",
    title: "a value is what `not` forbids",
    mutate,
    page: include_str!("../../docs/mutation/forbidden-value.md"),
};

/// Values, and branches, of one `not` that are tried.
const MOST: usize = 20;

fn mutate(subject: &Subject<'_>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for site in &subject.sites {
        for (place, _) in subject.stated(site, "not") {
            for (detail, candidates) in ways(subject, site, &place) {
                let Some(value) = forbidden(subject, site, &place, candidates) else { continue };
                mutants.extend(changed(subject, site, &detail, &place, value));
            }
        }
    }
    mutants
}

/// The ways to be what `not` at `place` forbids, each with candidates: each value that it lists, each branch of a choice.
fn ways(subject: &Subject<'_>, site: &Site<'_>, place: &Place) -> Vec<(String, Vec<Value>)> {
    let schemas = &subject.contract.schemas;
    let Ok(inner) = schemas.resolve(place) else { return Vec::new() };
    let list = |keyword: &str| schemas.source(&inner.child(keyword)).and_then(Value::as_array);
    if let Some(listed) = list("enum") {
        let named =
            |value: &Value| (value.as_str().map_or_else(|| value.to_string(), str::to_owned), vec![value.clone()]);
        return listed.iter().take(MOST).map(named).collect();
    }
    let choice = ["anyOf", "oneOf"].into_iter().find_map(|keyword| Some((keyword, list(keyword)?.len())));
    let Some((keyword, count)) = choice else { return vec![(String::new(), drawn(subject, site, &inner))] };
    let branches = (0..count.min(MOST)).map(|index| (index, inner.child(keyword).index(index)));
    branches.map(|(index, branch)| ((index + 1).to_string(), drawn(subject, site, &branch))).collect()
}

/// Values of the schema at `inner` that are also what everything else asks of the value, the least change first.
fn drawn(subject: &Subject<'_>, site: &Site<'_>, inner: &Place) -> Vec<Value> {
    let group: Vec<Place> = site.schemas.iter().chain([inner]).cloned().collect();
    let drawn = Sampler::new(&subject.contract.schemas).merged(&group, Direction::Request);
    let Value::Object(own) = site.value else { return drawn };
    let named = names(subject, inner);
    let with = |fresh: &Map<String, Value>, wanted: &dyn Fn(&str) -> bool| {
        let mut all = own.clone();
        all.extend(fresh.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(all)
    };
    let mut candidates: Vec<Value> = Vec::new();
    for fresh in drawn.iter().filter_map(Value::as_object) {
        candidates.extend(named.iter().map(|only| with(fresh, &|name| name == only)));
    }
    for fresh in drawn.iter().filter_map(Value::as_object) {
        candidates.push(with(fresh, &|name| named.iter().any(|known| known == name) && !own.contains_key(name)));
        candidates.push(with(fresh, &|name| named.iter().any(|known| known == name)));
    }
    candidates.extend(drawn);
    candidates
}

/// The members that the schema at `inner` speaks of.
fn names(subject: &Subject<'_>, inner: &Place) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for schema in combined(subject.contract, std::slice::from_ref(inner)) {
        let Some(schema) = subject.contract.schemas.source(&schema) else { continue };
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for name in properties.map(|(name, _)| name.as_str()).chain(required) {
            if names.len() < MOST && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// The first candidate that `not` at `place` forbids and that breaks the least beside it.
fn forbidden(subject: &Subject<'_>, site: &Site<'_>, place: &Place, candidates: Vec<Value>) -> Option<Value> {
    let breaking = candidates.into_iter().filter(|candidate| takes(subject.contract, place, candidate));
    let counted = breaking.filter_map(|candidate| {
        let broken = broken(subject.contract, site, &candidate);
        breaks(&broken, place).then_some((broken.len(), candidate))
    });
    counted.min_by_key(|(count, _)| *count).map(|(_, value)| value)
}

/// The base with `value` at `site`; of an object that differs in one member, with that member.
fn changed(subject: &Subject<'_>, site: &Site<'_>, detail: &str, place: &Place, value: Value) -> Option<Mutant> {
    let place = Some(place.clone());
    if let (Value::Object(own), Value::Object(new)) = (site.value, &value)
        && own.keys().all(|name| new.contains_key(name))
    {
        let mut other = new.iter().filter(|(name, member)| own.get(*name) != Some(member));
        if let (Some((name, member)), None) = (other.next(), other.next()) {
            return subject.mutant(MUTATION.id, &below(&site.spot, name), detail, place, Some(member.clone()));
        }
    }
    subject.mutant(MUTATION.id, &site.spot, detail, place, Some(value))
}
