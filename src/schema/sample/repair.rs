//! Mends a value by what its validator says, a bounded number of times.
//!
//! Merging schemas cannot see what `not`, several branches or rules between members ask: `anyOf: [{not: …}, {required:
//! [employerName]}]`. The violations can.

use serde_json::{Value, json};

use crate::document::{Place, Pointer};

use super::super::dialect::noun;
use super::super::{Validator, Violation};
use super::make::{Maker, ORDERLY};
use super::{Mode, reason};

/// Rounds of mending.
const ROUNDS: usize = 24;
/// Branches that are told apart.
const MOST_BRANCHES: usize = 12;
/// Members of one branch that are tried.
const MOST_NAMES: usize = 24;
/// A value of each kind.
const KINDS: [fn() -> Value; 7] =
    [|| json!(0), || json!(0.5), || json!(true), || json!("text"), || json!({}), || json!([]), || Value::Null];

impl Maker<'_> {
    /// `value`, or what it takes to make it conform to `validator`, the schema at `place`.
    pub(super) fn repaired(&mut self, place: &Place, validator: &Validator, value: Value) -> Result<Value, String> {
        let mut value = value;
        for round in 0..ROUNDS {
            let violations = validator.violations(&value);
            let Some(worst) = violations.first() else { return Ok(value) };
            let before = value.clone();
            // Not always the same one first: mending one may break another.
            let order = violations.iter().skip(round % violations.len()).chain(&violations);
            for violation in order.take(violations.len()) {
                self.variant = round;
                self.mend(place, &mut value, violation, round);
                if value != before {
                    break;
                }
            }
            if (value == before && round > 2) || self.is_tired() {
                return Err(reason(worst));
            }
        }
        validator.violations(&value).first().map_or(Ok(value), |violation| Err(reason(violation)))
    }

    fn mend(&mut self, place: &Place, value: &mut Value, violation: &Violation, round: usize) {
        let at = &violation.instance;
        match (violation.keyword.as_str(), violation.property.as_deref()) {
            ("required", Some(name)) => {
                self.variant = 0;
                self.add(place, value, at, name);
            }
            ("additionalProperties", Some(name)) => remove(value, at, name),
            ("not", _) => self.differ(place, value, violation, round),
            ("minProperties", _) => {
                let present = at.resolve(value).and_then(Value::as_object).cloned().unwrap_or_default();
                let declared = self.walker().declared(place, value, at);
                let missing = declared.into_iter().find(|name| !present.contains_key(name));
                self.add(place, value, at, &missing.unwrap_or_else(|| format!("key{round}")));
            }
            ("maxProperties", _) => {
                let last = at
                    .resolve(value)
                    .and_then(Value::as_object)
                    .and_then(|members| members.keys().rev().nth(round % members.len().max(1)).cloned());
                if let Some(name) = last {
                    remove(value, at, &name);
                }
            }
            ("oneOf", _) if self.attempt >= ORDERLY && round % 4 == 3 => self.exclude(value, violation),
            ("oneOf", _) if round.is_multiple_of(2) && at.resolve(value).is_some_and(Value::is_object) => {
                self.single_out(place, value, violation, round / 2);
            }
            ("oneOf" | "anyOf", _) if round % 3 == 2 => replace(value, at, round / 3),
            ("oneOf" | "anyOf", _) => self.fill_branch(value, violation, round),
            _ => self.remake(place, value, violation, round),
        }
    }

    /// Adds the member `name` at `at`.
    fn add(&mut self, place: &Place, value: &mut Value, at: &Pointer, name: &str) {
        let schemas = self.walker().schemas_of(place, value, at, name);
        let Ok(member) = self.value(&schemas, &[]) else { return };
        if let Some(members) = value.pointer_mut(at.as_str()).and_then(Value::as_object_mut) {
            members.insert(name.to_owned(), member);
        }
    }

    /// Makes the value at fault again: as the schema whose keyword it breaks asks, with all that are in force there, or,
    /// every other round, as that schema alone asks.
    fn remake(&mut self, place: &Place, value: &mut Value, violation: &Violation, round: usize) {
        let Some(schema) = violation.place.pointer.parent() else { return };
        let schema = Place::new(violation.place.document, schema);
        let mut group = vec![schema];
        if let (Some(above), Some(name), 0) = (violation.instance.parent(), violation.instance.last(), round % 2) {
            let around = above.resolve(value);
            if around.is_some_and(Value::is_object) {
                group.extend(self.walker().schemas_of(place, value, &above, &name));
            }
        }
        let Ok(fresh) = self.value(&group, &[]) else { return };
        if let Some(at) = value.pointer_mut(violation.instance.as_str()) {
            *at = fresh;
        }
    }

    /// Changes what a `not` describes: another value of a member that it speaks of, or none at all.
    fn differ(&mut self, place: &Place, value: &mut Value, violation: &Violation, round: usize) {
        let described = self.walker().sources.get(&violation.place).cloned().unwrap_or_default();
        let mut names = Vec::new();
        spoken_of(&described, &mut names, 8);
        let present: Vec<String> = match violation.instance.resolve(value) {
            Some(Value::Object(members)) => names.into_iter().filter(|name| members.contains_key(name)).collect(),
            Some(_) if round % 2 == 1 => return replace(value, &violation.instance, round / 2),
            Some(_) => return self.remake(place, value, violation, round),
            None => return,
        };
        let Some(name) = present.get((round / 2) % present.len().max(1)) else {
            let absent = described.get("required").is_none().then(|| format!("key{round}"));
            return absent.map_or((), |name| self.add(place, value, &violation.instance, &name));
        };
        if round % 2 == 1 {
            return remove(value, &violation.instance, name);
        }
        self.variant = round / 2 + 1;
        self.add(place, value, &violation.instance, name);
    }

    /// Takes a branch and makes all that it allows, for the least that conforms to one often conforms to others.
    fn fill_branch(&mut self, value: &mut Value, violation: &Violation, round: usize) {
        let branches = self.walker().sources.get(&violation.place).and_then(Value::as_array).map_or(0, Vec::len);
        let mode = std::mem::replace(&mut self.mode, Mode::Full);
        let full = self.value(&[violation.place.index(round % branches.max(1))], &[]);
        self.mode = mode;
        if let (Ok(full), Some(here)) = (full, value.pointer_mut(violation.instance.as_str())) {
            *here = full;
        }
    }

    /// Several branches of `oneOf` match: a member that only some of them declare is given or taken away.
    fn single_out(&mut self, place: &Place, value: &mut Value, violation: &Violation, round: usize) {
        let branches = self.walker().sources.get(&violation.place).and_then(Value::as_array).map_or(0, Vec::len);
        let mut names = Vec::new();
        for index in 0..branches {
            let branch = violation.place.index(index);
            names.extend(self.walker().declared(&branch, &Value::Null, &Pointer::root()));
            let resolved = self.walker().sources.resolve(&branch).ok();
            if let Some(schema) = resolved.and_then(|branch| self.walker().sources.get(&branch)) {
                spoken_of(schema, &mut names, 4);
            }
        }
        let Some(name) = names.get(round % names.len().max(1)).cloned() else { return };
        if violation.instance.resolve(value).is_some_and(|here| here.get(&name).is_some()) {
            remove(value, &violation.instance, &name);
        } else {
            self.add(place, value, &violation.instance, &name);
        }
    }

    /// Several branches of `oneOf` match, and no ordinary member tells them apart: one that only the others declare is given a
    /// value that they refuse. A last resort, for nobody means such values.
    fn exclude(&self, value: &mut Value, violation: &Violation) {
        let count = self.walker().sources.get(&violation.place).and_then(Value::as_array).map_or(0, Vec::len);
        let Some(here) = value.pointer_mut(violation.instance.as_str()).filter(|here| here.is_object()) else { return };
        let branches: Vec<Place> = (0..count.min(MOST_BRANCHES)).map(|index| violation.place.index(index)).collect();
        let fits = |branch: &Place, value: &Value| self.conforms(std::slice::from_ref(branch), value);
        for first in 0..branches.len() {
            let turn = (first + self.attempt) % branches.len();
            let Some(wanted) = branches.get(turn).filter(|wanted| fits(wanted, here)) else { continue };
            let mut candidate = here.clone();
            for other in branches.iter().filter(|other| *other != wanted) {
                let names = self.walker().declared(other, &Value::Null, &Pointer::root());
                let odd = names.iter().take(MOST_NAMES).flat_map(|name| KINDS.map(|kind| (name, kind())));
                let told = fits(other, &candidate).then(|| {
                    odd.map(|(name, kind)| {
                        let mut candidate = candidate.clone();
                        if let Some(members) = candidate.as_object_mut() {
                            members.insert(name.clone(), kind);
                        }
                        candidate
                    })
                    .find(|candidate| fits(wanted, candidate) && !fits(other, candidate))
                });
                candidate = told.flatten().unwrap_or(candidate);
            }
            if branches.iter().filter(|branch| fits(branch, &candidate)).count() == 1 {
                *here = candidate;
                return;
            }
        }
    }
}

/// Puts a value of another kind at `at`.
fn replace(value: &mut Value, at: &Pointer, round: usize) {
    let kinds = KINDS.map(|kind| kind());
    let Some(here) = value.pointer_mut(at.as_str()) else { return };
    if let Some(other) = kinds.iter().cycle().skip(round).take(kinds.len()).find(|kind| noun(kind) != noun(here)) {
        here.clone_from(other);
    }
}

fn remove(value: &mut Value, at: &Pointer, name: &str) {
    if let Some(members) = value.pointer_mut(at.as_str()).and_then(Value::as_object_mut) {
        members.shift_remove(name);
    }
}

/// Names of members that `schema` mentions.
fn spoken_of(schema: &Value, names: &mut Vec<String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    names.extend(
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()),
    );
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    names.extend(required.filter_map(Value::as_str).map(str::to_owned));
    for keyword in ["allOf", "anyOf", "oneOf"] {
        for branch in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            spoken_of(branch, names, depth);
        }
    }
    if let Some(inner) = schema.get("not") {
        spoken_of(inner, names, depth);
    }
}
