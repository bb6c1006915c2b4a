//! The schemas in force at one value: what conforms to all of them, and values of them that are as wished.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::document::Place;

use super::super::dialect::CERTAIN;
use super::super::reference::reference;
use super::super::{Direction, SchemaError, Schemas, Sense, Validator, work};
use super::make::Maker;
use super::plan::Plan;
use super::{Mode, Sampler, Seed, runner};

/// Ways to choose between branches that are tried before a wish is given up.
const ATTEMPTS: usize = 8;
/// Schemas that are looked at in a group at most.
const MOST: usize = 500;

/// Work, as [`work`] has it, that is spent on all wishes of one group.
const MOST_WORK: usize = 200_000;

/// Schemas that one value has to conform to.
pub(super) struct Group<'s> {
    schemas: &'s Schemas,
    direction: Direction,
    places: Vec<Place>,
    /// Those that are no part of another one, in both senses that a sent value has to conform in.
    judges: Vec<(Place, [Arc<Validator>; 2])>,
    /// The work that was done before.
    begun: usize,
}

/// What a value should be.
pub(super) struct Wish<'w> {
    /// Its type.
    pub(super) kind: Option<&'static str>,
    /// The branch that it takes.
    pub(super) branch: Option<Place>,
    /// How much of what may be there is there.
    pub(super) mode: Mode,
    /// What is asked beyond what the schemas ask.
    pub(super) bend: &'w dyn Fn(&mut Plan) -> Result<(), String>,
    /// Whether a value is as wished.
    pub(super) holds: &'w dyn Fn(&Value) -> bool,
}

impl<'s> Group<'s> {
    pub(super) fn new(sampler: Sampler<'s>, places: &[Place], direction: Direction) -> Result<Self, SchemaError> {
        let schemas = sampler.schemas();
        let mut parts = BTreeSet::new();
        for place in places {
            parts.extend(expanded(schemas, std::slice::from_ref(place)).into_iter().filter(|part| part != place));
        }
        let mut judges = Vec::new();
        for place in places.iter().filter(|place| !parts.contains(*place)).collect::<BTreeSet<_>>() {
            let certain = schemas.validator(place, direction, Sense::Certain)?;
            judges.push((place.clone(), [certain, schemas.validator(place, direction, Sense::Strict)?]));
        }
        Ok(Self { schemas, direction, places: places.to_vec(), judges, begun: work() })
    }

    /// Whether `value` conforms to all schemas.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        self.judges.iter().flat_map(|(_, senses)| senses).all(|judge| judge.is_valid(value))
    }

    /// Whether `value` conforms to the schema at `place`.
    pub(super) fn fits(&self, place: &Place, value: &Value) -> bool {
        let judge = self.schemas.validator(place, self.direction, Sense::Certain);
        judge.is_ok_and(|judge| judge.is_valid(value))
    }

    /// The schema objects that bind a value, each once: those behind references and in `allOf` included.
    pub(super) fn members(&self) -> Vec<(Place, &'s Map<String, Value>)> {
        let places = expanded(self.schemas, &self.places).into_iter();
        places.filter_map(|place| Some((place.clone(), self.schemas.source(&place)?.as_object()?))).collect()
    }

    /// What all schemas ask together, with the branches that the attempt takes.
    pub(super) fn plan(&self, attempt: usize) -> Plan {
        self.maker(Mode::Minimal, attempt, None).plan(&self.places)
    }

    /// A conforming value as wished.
    pub(super) fn make(&self, wish: &Wish<'_>) -> Result<Value, String> {
        let mut reason = String::from("no conforming value was found there");
        for attempt in 0..ATTEMPTS {
            if work().wrapping_sub(self.begun) > MOST_WORK {
                return Err("finding one takes too much work".into());
            }
            match self.attempt(wish, attempt) {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => {}
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    fn attempt(&self, wish: &Wish<'_>, attempt: usize) -> Result<Option<Value>, String> {
        let mut maker = self.maker(wish.mode, attempt, wish.branch.clone());
        let mut plan = maker.plan(&self.places);
        if let Some(kind) = wish.kind {
            let named = |types: &BTreeSet<&str>| types.contains(kind);
            if !plan.types.as_ref().is_none_or(named) {
                return Err(format!("it says nothing about any value that is allowed here: no {kind} is"));
            }
            plan.types = Some(BTreeSet::from([kind]));
        }
        (wish.bend)(&mut plan)?;
        let good = |value: &Value| (wish.holds)(value) && self.accepts(value);
        if let Some(options) = &plan.options {
            return Ok(options.iter().find(|option| good(option)).cloned());
        }
        let made = maker.built(&plan, &[])?;
        if good(&made) {
            return Ok(Some(made));
        }
        let mut mended = made;
        for (place, [certain, _]) in &self.judges {
            mended = maker.repaired(place, certain, mended)?;
        }
        Ok(Some(mended).filter(good))
    }

    fn maker(&self, mode: Mode, attempt: usize, branch: Option<Place>) -> Maker<'s> {
        let forced = branch.into_iter().chain(self.places.iter().cloned()).collect();
        let source = runner(Seed::from(0), attempt);
        Maker::new(self.schemas, self.direction, mode, attempt, source).forcing(forced)
    }
}

/// `places` with what they refer to and the parts of their `allOf`, in order, references themselves left out.
fn expanded(schemas: &Schemas, places: &[Place]) -> Vec<Place> {
    let mut seen = BTreeSet::new();
    let mut order = Vec::new();
    let mut open: Vec<Place> = places.iter().rev().cloned().collect();
    while let Some(place) = open.pop() {
        if seen.len() > MOST || !seen.insert(place.clone()) {
            continue;
        }
        let Some(schema) = schemas.source(&place) else { continue };
        if let Some(to) = reference(schema) {
            open.extend(schemas.target(place.document, to).ok());
            continue;
        }
        for keyword in [CERTAIN, "allOf"] {
            let parts = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            open.extend((0..parts).rev().map(|index| place.child(keyword).index(index)));
        }
        order.push(place);
    }
    order
}
