//! What a mutant cannot help breaking beside the promise that it means: a choice, its other branches, the same said twice.

use std::borrow::Cow;

use serde_json::Value;

use crate::case::{Spot, Step};
use crate::document::{Place, Pointer};
use crate::schema::{Direction, Sense};

use super::parts::takes;
use super::soundness::promise;
use super::{Site, Subject};

/// Branches of a choice that are looked at; of more, nothing is said.
const MOST: usize = 12;

/// The promises that are broken together with `place`, of which all are `broken`.
///
/// A value that no branch takes breaks the choice and what it has just lost of each branch, however the violations are told.
/// Nothing of that counts while something else is broken, too: then nobody knows what a refusal is for.
pub(super) fn together(
    subject: &Subject<'_>,
    (spot, step): (&Spot, &Step),
    place: Option<&Place>,
    broken: &[Place],
) -> Vec<Place> {
    let mut also: Vec<Place> = Vec::new();
    let same = |other: &&Place| place.is_some_and(|place| says_the_same(subject, place, other));
    also.extend(broken.iter().filter(same).cloned());
    if let (Spot::Body(at), Some(whole)) = (spot, step.body()) {
        for site in &subject.sites {
            let Spot::Body(around) = &site.spot else { continue };
            if let Some(value) = around.resolve(whole).filter(|_| at.starts_with(around)) {
                choices(subject, site, value)
                    .for_each(|choice| also.extend(lost(subject, site, value, &choice, broken)));
            }
        }
    }
    let mut others: Vec<Place> = Vec::new();
    for other in also {
        if place != Some(&other) && !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

/// A choice, and its branches.
struct Choice {
    place: Place,
    branches: Vec<Place>,
}

/// The choices in force at `site` of which no branch takes `value`.
fn choices<'s>(subject: &'s Subject<'_>, site: &'s Site<'_>, value: &'s Value) -> impl Iterator<Item = Choice> + 's {
    let stated = ["anyOf", "oneOf"].into_iter().flat_map(move |keyword| subject.stated(site, keyword));
    stated.filter_map(move |(place, branches)| {
        let count = branches.as_array().map(Vec::len).filter(|count| *count <= MOST)?;
        let branches: Vec<Place> = (0..count).map(|index| place.index(index)).collect();
        let none = !branches.iter().any(|branch| takes(subject.contract, branch, value));
        none.then_some(Choice { place, branches })
    })
}

/// The choice with the promises of its branches that the base keeps and `value` does not.
fn lost(subject: &Subject<'_>, site: &Site<'_>, value: &Value, choice: &Choice, broken: &[Place]) -> Vec<Place> {
    let broken_by = |value: &Value| -> Vec<Place> {
        choice.branches.iter().flat_map(|branch| violated(subject, branch, value)).collect()
    };
    let now = broken_by(value);
    if !broken.iter().all(|broken| *broken == choice.place || now.contains(broken)) {
        return Vec::new();
    }
    let before = broken_by(site.value);
    let lost = now.into_iter().filter(|place| !before.contains(place));
    std::iter::once(choice.place.clone()).chain(lost).collect()
}

/// The promises of the schema at `place` that `value` breaks.
fn violated(subject: &Subject<'_>, place: &Place, value: &Value) -> Vec<Place> {
    let schemas = &subject.contract.schemas;
    let Ok(validator) = schemas.validator(place, Direction::Request, Sense::Strict) else { return Vec::new() };
    validator.violations(value).iter().map(|violation| promise(subject.contract, violation)).collect()
}

/// Whether the keywords at both places are the same, with the same value.
fn says_the_same(subject: &Subject<'_>, one: &Place, other: &Place) -> bool {
    let stated = |place: &Place| subject.contract.schemas.source(place);
    keyword(&one.pointer) == keyword(&other.pointer) && stated(one).is_some() && stated(one) == stated(other)
}

/// The keyword that a promise is of: of `required` each name has a place of its own.
fn keyword(pointer: &Pointer) -> Option<String> {
    pointer.tokens().filter(|token| !token.bytes().all(|byte| byte.is_ascii_digit())).last().map(Cow::into_owned)
}
