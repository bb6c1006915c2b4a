//! Broken keywords of a value, told in terms of the source document: where, what was promised, what came.

use std::collections::HashSet;

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::document::{Place, Pointer};

use super::compile::Unit;
use super::dialect::{noun, spelled};
use super::keyword::{Choice, Joint, Link};
use super::member::Walker;
use super::words;
use super::{Violation, evaluation};

/// Violations told of one value at most.
const MOST: usize = 1000;
/// Units entered at most, and how deep: beyond, a choice is told as a whole.
const MOST_UNITS: usize = 20_000;
const DEEPEST: usize = 150;

/// Collects the violations of one value.
pub(super) struct Collector<'s> {
    walker: Walker<'s>,
    seen: HashSet<(usize, usize)>,
    units: usize,
    depth: usize,
}

/// A violation with what decides between branches.
#[derive(Clone)]
struct Found {
    violation: Violation,
    /// It is about the kind of value: its type, or an enumeration of another type.
    kind: bool,
    /// It is about a member that can only have one value, and so tells branches apart.
    tag: bool,
}

/// Where an evaluation stands: the value and its place.
#[derive(Clone, Copy)]
struct Here<'v> {
    value: &'v Value,
    at: &'v Pointer,
}

impl<'s> Collector<'s> {
    pub(super) fn new(walker: Walker<'s>) -> Self {
        Self { walker, seen: HashSet::new(), units: 0, depth: 0 }
    }

    /// The violations of `value`, shapes not yet erased.
    pub(super) fn violations(mut self, unit: &Unit, value: &Value) -> Vec<Violation> {
        let found = self.unit(unit, Here { value, at: &Pointer::root() });
        let mut violations: Vec<Violation> = found.into_iter().map(|found| found.violation).collect();
        violations.sort_by(|a, b| (&a.instance, &a.place, &a.property).cmp(&(&b.instance, &b.place, &b.property)));
        violations.dedup();
        violations.truncate(MOST);
        violations
    }

    /// That `value` breaks `unit` somewhere.
    fn whole(unit: &Unit, value: &Value) -> Violation {
        Violation {
            instance: Pointer::root(),
            shape: Pointer::root(),
            place: unit.place.clone(),
            keyword: unit.place.pointer.last().map(std::borrow::Cow::into_owned).unwrap_or_default(),
            property: None,
            promised: "a value that conforms".into(),
            came: noun(value).into(),
        }
    }

    fn unit(&mut self, unit: &Unit, here: Here<'_>) -> Vec<Found> {
        let pair = (std::ptr::from_ref(unit).addr(), std::ptr::from_ref(here.value).addr());
        self.units += 1;
        evaluation::count(1);
        if self.depth >= DEEPEST || self.units > MOST_UNITS || !self.seen.insert(pair) {
            return Vec::new();
        }
        self.depth += 1;
        let mut found = Vec::new();
        for error in unit.validator.iter_errors(here.value) {
            let Ok(below) = Pointer::parse(error.instance_path().as_str()) else { continue };
            let Some(value) = below.resolve(here.value) else { continue };
            let at = here.at.join(&below);
            let here = Here { value, at: &at };
            let Ok(keyword) = Pointer::parse(error.schema_path().as_str()) else { continue };
            let place = Place::new(unit.place.document, unit.place.pointer.join(&keyword));
            self.error(unit, error.kind(), &place, here, &mut found);
            if found.len() > MOST {
                break;
            }
        }
        self.depth -= 1;
        found
    }

    fn error(
        &mut self,
        unit: &Unit,
        kind: &ValidationErrorKind,
        place: &Place,
        here: Here<'_>,
        found: &mut Vec<Found>,
    ) {
        match kind {
            ValidationErrorKind::Custom { message, .. } => {
                let joint = message.parse::<usize>().ok().and_then(|number| unit.joints.get(number));
                let place = Self::source_place(place);
                match joint.map(AsRef::as_ref) {
                    Some(Joint::Reference(link)) => {
                        if let Some(unit) = link.unit() {
                            found.extend(self.unit(&unit, here));
                        }
                    }
                    Some(Joint::All(links)) => {
                        for unit in links.iter().filter_map(Link::unit) {
                            found.extend(self.unit(&unit, here));
                        }
                    }
                    Some(Joint::Choice(choice)) => found.extend(self.choice(choice, &place, here)),
                    _ => found.push(self.found(&place, here, None)),
                }
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for name in unexpected {
                    found.push(self.found(place, here, Some(name)));
                }
            }
            ValidationErrorKind::Required { property } => {
                found.push(self.found(place, here, property.as_str()));
            }
            ValidationErrorKind::ExclusiveMinimum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } => {
                let place = self.bound_place(place, here.value, limit);
                found.push(self.found(&place, here, None));
            }
            _ => found.push(self.found(place, here, None)),
        }
    }

    /// The place of the document's keyword behind a translated one.
    fn source_place(place: &Place) -> Place {
        match (place.pointer.parent(), place.pointer.last()) {
            (Some(parent), Some(last)) if spelled(&last) != last => {
                Place::new(place.document, parent.child(spelled(&last)))
            }
            _ => place.clone(),
        }
    }

    /// Of `minimum: 5, exclusiveMinimum: true`, the keyword that the value breaks: only 5 itself breaks the second.
    fn bound_place(&self, place: &Place, value: &Value, limit: &Value) -> Place {
        let flagged = self.walker.sources.get(place).is_some_and(Value::is_boolean);
        if !flagged || value.as_f64() == limit.as_f64() {
            return place.clone();
        }
        let inclusive = if place.pointer.last().as_deref() == Some("exclusiveMinimum") { "minimum" } else { "maximum" };
        place
            .pointer
            .parent()
            .map_or_else(|| place.clone(), |parent| Place::new(place.document, parent.child(inclusive)))
    }

    fn choice(&mut self, choice: &Choice, place: &Place, here: Here<'_>) -> Vec<Found> {
        let matching = choice.matching(here.value);
        if !matching.is_empty() {
            let mut several = self.found(place, here, None);
            several.violation.promised = format!("exactly one of {} schemas", choice.branches.len());
            several.violation.came = format!("{} that {} of them match", noun(here.value), matching.len());
            return vec![several];
        }
        if let Some(named) = choice.named(here.value).and_then(|index| choice.branches.get(index)).and_then(Link::unit)
        {
            let found = self.unit(&named, here);
            if !found.is_empty() {
                return found;
            }
        }
        if let Some(unknown) = self.unknown_name(choice, place, here) {
            return vec![unknown];
        }
        let mut candidates = Vec::new();
        for link in &choice.branches {
            let Some(unit) = link.unit() else { continue };
            // Each branch sees what those before it saw, or it would seem to have no fault.
            let seen = self.seen.clone();
            let found = self.unit(&unit, here);
            self.seen = seen;
            if !found.is_empty() {
                candidates.push(found);
            }
        }
        let fits = |found: &[Found]| !found.iter().any(|one| one.kind && one.violation.instance == *here.at);
        let only_null = |found: &[Found]| {
            found.iter().any(|one| one.kind && one.violation.instance == *here.at && one.violation.promised == "null")
        };
        if !candidates.iter().any(|found| fits(found)) {
            let others: Vec<&Vec<Found>> = candidates.iter().filter(|found| !only_null(found)).collect();
            if let [only] = *others {
                return only.clone();
            }
            return vec![self.kinds(&candidates, place, here)];
        }
        candidates.retain(|found| fits(found));
        let best = candidates.into_iter().enumerate().min_by_key(|(index, found)| {
            let tags = found.iter().filter(|one| one.tag).count();
            // `not` names nothing that could be mended: of a condition and its consequence, the consequence is told.
            let unnamed = found.iter().filter(|one| one.violation.keyword == "not").count();
            let shallow = found.iter().filter(|one| one.violation.instance == *here.at).count();
            (tags, unnamed, shallow, found.len(), *index)
        });
        best.map_or_else(|| vec![self.found(place, here, None)], |(_, found)| found)
    }

    /// The value is of a kind that no branch takes: what kinds they take.
    fn kinds(&self, candidates: &[Vec<Found>], place: &Place, here: Here<'_>) -> Found {
        let mut promised: Vec<&str> = Vec::new();
        for one in candidates.iter().flatten().filter(|one| one.kind && one.violation.instance == *here.at) {
            if !promised.contains(&one.violation.promised.as_str()) {
                promised.push(&one.violation.promised);
            }
        }
        let mut whole = self.found(place, here, None);
        if !promised.is_empty() {
            whole.violation.promised = words::alternatives(&promised);
        }
        whole
    }

    /// The discriminator names something, but no branch.
    fn unknown_name(&self, choice: &Choice, place: &Place, here: Here<'_>) -> Option<Found> {
        let discriminator = choice.discriminator.as_ref().filter(|known| !known.foreign && !known.names.is_empty())?;
        let name = here.value.get(&discriminator.property)?.as_str()?;
        if discriminator.names.iter().any(|(known, _)| known == name) {
            return None;
        }
        let place = Place::new(place.document, place.pointer.parent()?).child("discriminator");
        let at = here.at.child(&discriminator.property);
        let mut found = self.found(&place, Here { value: here.value.get(&discriminator.property)?, at: &at }, None);
        let names: Vec<Value> = discriminator.names.iter().map(|(name, _)| name.as_str().into()).collect();
        found.violation.promised = words::one_of(&names);
        found.violation.came = "another string".into();
        found.violation.property = Some(discriminator.property.clone());
        Some(found)
    }

    fn found(&self, place: &Place, here: Here<'_>, property: Option<&str>) -> Found {
        let keyword = place.pointer.last().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let schema = place.pointer.parent().map(|parent| Place::new(place.document, parent));
        let schema = schema.and_then(|schema| self.walker.sources.get(&schema)).unwrap_or(&Value::Null);
        let options = schema.get("enum").and_then(Value::as_array).filter(|_| keyword == "enum");
        let kind = keyword == "type"
            || options.is_some_and(|options| !options.iter().any(|option| noun(option) == noun(here.value)));
        let violation = Violation {
            instance: here.at.clone(),
            shape: here.at.clone(),
            place: place.clone(),
            promised: words::promised(&keyword, schema, property),
            came: words::came(&keyword, schema, here.value),
            keyword,
            property: property.map(str::to_owned),
        };
        Found { violation, kind, tag: !kind && options.is_some_and(|options| options.len() == 1) }
    }
}

/// The violations that hold whatever the answers to open questions are.
pub(super) fn certain(walker: Walker<'_>, unit: &Unit, value: &Value) -> Vec<Violation> {
    let (valid, mut open) = evaluation::run(true, || unit.accepts(value));
    if valid {
        return Vec::new();
    }
    let (mut violations, also_open) = evaluation::run(true, || Collector::new(walker).violations(unit, value));
    open |= also_open;
    if violations.is_empty() {
        // Cut off before the fault was found: it is told as a whole.
        violations.push(Collector::whole(unit, value));
    }
    if open {
        let (others, _) = evaluation::run(false, || {
            if unit.accepts(value) { Vec::new() } else { Collector::new(walker).violations(unit, value) }
        });
        violations.retain(|violation| others.contains(violation));
    }
    violations
}
