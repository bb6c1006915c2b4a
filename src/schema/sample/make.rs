//! One attempt to make a value: merges schemas, takes branches, and builds from the outside in.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

use crate::document::Place;

use super::super::flag::{is_flagged, other_way};
use super::super::member::Walker;
use super::super::{Direction, Schemas, Sense, work};
use super::Mode;
use super::plan::Plan;
use super::text::text;

/// Levels from which on only what is required is made.
const SHALLOW: usize = 8;
/// Levels at which an attempt is given up.
const DEEPEST: usize = 40;
/// Values from which on only what is required is made.
const MODEST: usize = 2_000;
/// Values at which an attempt is given up.
pub(super) const MOST: usize = 20_000;
/// Work, as [`work`] has it, at which an attempt is given up.
pub(super) const MOST_WORK: usize = 200_000;
/// Elements or members that are asked for at most.
const LONGEST: usize = 2_000;
/// Attempts that take every first branch, every second one, and so on, before branches are drawn.
pub(super) const ORDERLY: usize = 6;

/// Makes one value.
pub(super) struct Maker<'s> {
    pub(super) schemas: &'s Schemas,
    pub(super) direction: Direction,
    pub(super) mode: Mode,
    pub(super) attempt: usize,
    pub(super) runner: TestRunner,
    /// The schemas of the values around the one that is being made.
    path: Vec<Vec<Place>>,
    /// Values made so far.
    pub(super) nodes: usize,
    /// Counts on where the first choice of a scalar is taken or wrong.
    pub(super) variant: usize,
    /// Branches that the outermost value takes, the most wanted first.
    forced: Vec<Place>,
    /// The work that was done before.
    begun: usize,
}

impl<'s> Maker<'s> {
    pub(super) fn new(
        schemas: &'s Schemas,
        direction: Direction,
        mode: Mode,
        attempt: usize,
        runner: TestRunner,
    ) -> Self {
        let (path, forced, begun) = (Vec::new(), Vec::new(), work());
        Self { schemas, direction, mode, attempt, runner, path, nodes: 0, variant: 0, forced, begun }
    }

    /// Whether judging what was made has taken so long that the attempt is given up.
    pub(super) fn is_tired(&self) -> bool {
        work().wrapping_sub(self.begun) > MOST_WORK
    }

    /// Takes these branches wherever the outermost value has the choice.
    pub(super) fn forcing(self, forced: Vec<Place>) -> Self {
        Self { forced, ..self }
    }

    pub(super) fn walker(&self) -> Walker<'s> {
        self.schemas.shared.walker()
    }

    /// A value as all schemas of `group` ask; `hints` are what an example around it says.
    pub(super) fn value(&mut self, group: &[Place], hints: &[Value]) -> Result<Value, String> {
        self.nodes += 1;
        if self.nodes > MOST || self.path.len() > DEEPEST {
            return Err("what is required nests without end".into());
        }
        let plan = self.plan(group);
        match self.hinted(&plan, group, hints) {
            Some(value) => Ok(value),
            None => self.built(&plan, hints),
        }
    }

    /// What all schemas of `group` ask.
    pub(super) fn plan(&mut self, group: &[Place]) -> Plan {
        Plan::merge(self.walker(), group, &mut |at, order| self.choose(at, order))
    }

    /// A value as `plan` has it.
    pub(super) fn built(&mut self, plan: &Plan, hints: &[Value]) -> Result<Value, String> {
        if let Some(options) = &plan.options {
            return self.option(plan, options);
        }
        if self.mode == Mode::Random && self.nodes > 1 && allows_null(plan) && self.draw(8) == 0 {
            return Ok(Value::Null);
        }
        let (mode, variant, patterns) = (self.mode, self.variant, self.walker().patterns);
        let missing = || String::from("no number lies within the bounds");
        match plan.kind() {
            Some("object") => self.object(plan, hints),
            Some("array") => self.array(plan, hints),
            Some("string") => text(patterns, plan, mode, variant, &mut self.runner).map(Value::String),
            Some("integer") => plan.range.integer(mode, variant, &mut self.runner).ok_or_else(missing),
            Some("number") => plan.range.number(mode, variant, &mut self.runner).ok_or_else(missing),
            Some("boolean") => {
                let drawn = mode == Mode::Random && self.draw(2) == 0;
                Ok(Value::Bool(drawn == (variant % 2 == 1)))
            }
            Some(_) => Ok(Value::Null),
            None => Err("no type is allowed by all schemas".into()),
        }
    }

    /// The first example or default that conforms by itself. Objects and arrays are always built, members of examples
    /// taken where they fit.
    fn hinted(&mut self, plan: &Plan, group: &[Place], hints: &[Value]) -> Option<Value> {
        let mine = plan.hints.iter().filter(|_| self.variant == 0);
        let candidates: Vec<&Value> = hints
            .iter()
            .chain(mine)
            .filter(|hint| !hint.is_object() && !hint.is_array() && (!hint.is_null() || plan.kind() == Some("null")))
            .collect();
        if candidates.is_empty() || (self.mode == Mode::Random && self.draw(4) > 0) {
            return None;
        }
        candidates.into_iter().find(|hint| self.conforms(group, hint)).cloned()
    }

    pub(super) fn conforms(&self, group: &[Place], value: &Value) -> bool {
        group.iter().all(|place| {
            let validator = self.schemas.validator(place, self.direction, Sense::Certain);
            validator.is_ok_and(|validator| validator.is_valid(value))
        })
    }

    fn option(&mut self, plan: &Plan, options: &[Value]) -> Result<Value, String> {
        let fits =
            |option: &&Value| plan.types.as_ref().is_none_or(|types| types.iter().any(|kind| is_a(option, kind)));
        let mut fitting: Vec<&Value> = options.iter().filter(fits).collect();
        if fitting.len() > 1 && self.mode != Mode::Random {
            // Null says the least.
            fitting.sort_by_key(|option| option.is_null());
        }
        let index = match (self.mode, fitting.len()) {
            (_, 0) => return Err("no value is in all enumerations and of an allowed type".into()),
            (Mode::Random, count) => self.draw(count),
            (_, count) => self.variant % count,
        };
        fitting.get(index).map(|option| (*option).clone()).ok_or_else(|| "no value is allowed".into())
    }

    fn object(&mut self, plan: &Plan, hints: &[Value]) -> Result<Value, String> {
        let circular = self.is_circular(plan);
        let modest = circular || self.path.len() > self.shallow() || self.nodes > MODEST;
        self.path.push(plan.merged.clone());
        let mut members = Map::new();
        let known = plan.properties.iter().map(|(name, schemas)| (name, schemas.clone()));
        let unknown = plan.required.iter().filter(|name| !plan.declares(name));
        let all = known.chain(unknown.map(|name| (name, Vec::new())));
        for (name, schemas) in all {
            let required = plan.required.contains(name);
            let wanted = match self.mode {
                Mode::Minimal => false,
                Mode::Full => !modest,
                Mode::Random => !modest && self.draw(2) == 0,
            };
            if !(required || wanted && plan.lets_in(self.walker(), name)) || self.travels_other_way(&schemas) {
                continue;
            }
            let from_examples = hints.iter().chain(&plan.hints).filter_map(|hint| hint.get(name));
            let mut below: Vec<Value> = plan.names.get(name).into_iter().cloned().collect();
            below.extend(from_examples.cloned());
            let schemas: Vec<Place> = schemas.into_iter().chain(plan.additional_for(self.walker(), name)).collect();
            match self.value(&schemas, &below) {
                Ok(member) => {
                    members.insert(name.clone(), member);
                }
                // An optional member that nothing conforms to, or that nests without end, is left out.
                Err(_) if !required && self.nodes < MOST => {}
                Err(why) => {
                    self.path.pop();
                    return Err(why);
                }
            }
        }
        let fewest = plan.sizes.least.max(usize::from(
            self.mode == Mode::Full && plan.properties.is_empty() && !modest && !plan.additional.is_empty(),
        ));
        let filled = self.fill(plan, &mut members, fewest);
        self.path.pop();
        filled?;
        let surplus: Vec<String> = members.keys().rev().filter(|name| !plan.required.contains(name)).cloned().collect();
        for name in surplus.into_iter().take(members.len().saturating_sub(plan.sizes.most)) {
            members.shift_remove(&name);
        }
        Ok(Value::Object(members))
    }

    /// Adds members until there are `fewest`: declared ones first.
    fn fill(&mut self, plan: &Plan, members: &mut Map<String, Value>, fewest: usize) -> Result<(), String> {
        if fewest > LONGEST {
            return Err(format!("an object of {fewest} properties is too large to be made"));
        }
        for (name, schemas) in &plan.properties {
            if members.len() >= fewest {
                break;
            }
            let fits = plan.lets_in(self.walker(), name) && !self.travels_other_way(schemas);
            if fits && !members.contains_key(name) {
                let schemas: Vec<Place> =
                    schemas.iter().cloned().chain(plan.additional_for(self.walker(), name)).collect();
                let member = self.value(&schemas, &[])?;
                members.insert(name.clone(), member);
            }
        }
        let mut number = 0;
        while members.len() < fewest && number <= 2 * fewest {
            number += 1;
            let name = format!("key{number}");
            if plan.lets_in(self.walker(), &name) && !members.contains_key(&name) {
                let member = self.value(&plan.additional_for(self.walker(), &name), &[])?;
                members.insert(name, member);
            }
        }
        Ok(())
    }

    fn array(&mut self, plan: &Plan, hints: &[Value]) -> Result<Value, String> {
        let modest = self.is_circular(plan) || self.path.len() > self.shallow() || self.nodes > MODEST;
        let least = plan.counts.least;
        if least > plan.counts.most {
            return Err("an array has to have more items than it may have".into());
        }
        if least > LONGEST {
            return Err(format!("an array of {least} items is too long to be made"));
        }
        let wanted = match self.mode {
            Mode::Full if !modest => least.max(1),
            Mode::Random if !modest => least + self.draw(4),
            _ => least,
        };
        let wanted = wanted.min(plan.counts.most);
        self.path.push(plan.merged.clone());
        let before = self.variant;
        let mut items: Vec<Value> = Vec::new();
        let mut tries = 0;
        while items.len() < wanted && tries < wanted.saturating_mul(2) + 64 {
            let example = hints.iter().chain(&plan.hints).find_map(|hint| hint.get(items.len()));
            let example: Vec<Value> = example.into_iter().filter(|_| tries == items.len()).cloned().collect();
            match self.value(&plan.items, &example) {
                Ok(item) if plan.unique && items.contains(&item) => {}
                Ok(item) => items.push(item),
                Err(_) if items.len() >= least && self.nodes < MOST => break,
                Err(why) => {
                    self.path.pop();
                    return Err(why);
                }
            }
            tries += 1;
            if plan.unique {
                self.variant += 1;
            }
        }
        self.variant = before;
        self.path.pop();
        Ok(Value::Array(items))
    }

    /// Levels that are made in full: fewer with each attempt that failed.
    fn shallow(&self) -> usize {
        SHALLOW.saturating_sub(self.attempt.saturating_sub(ORDERLY)).max(1)
    }

    /// Whether one of these schemas is being made already, further out.
    fn is_circular(&self, plan: &Plan) -> bool {
        self.path.iter().any(|around| plan.merged.iter().any(|place| around.contains(place)))
    }

    fn travels_other_way(&self, schemas: &[Place]) -> bool {
        let flag = other_way(self.direction);
        let sources = self.walker().sources;
        schemas.iter().any(|place| sources.get(place).is_some_and(|schema| is_flagged(sources, schema, place, flag)))
    }

    /// Which of the branches at a place is taken, by number; `order` has those first that say most.
    fn choose(&mut self, at: &Place, order: &[usize]) -> usize {
        if let Some(index) = self.is_forced(at, order) {
            return index;
        }
        let deep = self.path.len() > self.shallow();
        let count = order.len().max(1);
        let chosen = match self.mode {
            _ if deep => (self.attempt + self.path.len()) % count,
            Mode::Minimal | Mode::Full if self.attempt < ORDERLY => self.attempt % count,
            _ => self.draw(count),
        };
        order.get(chosen).copied().unwrap_or_default()
    }

    fn is_forced(&self, at: &Place, order: &[usize]) -> Option<usize> {
        if self.forced.is_empty() || !self.path.is_empty() {
            return None;
        }
        let sources = self.walker().sources;
        let branches: Vec<(usize, Place, Option<Place>)> = order
            .iter()
            .map(|index| (*index, at.index(*index)))
            .map(|(index, branch)| (index, branch.clone(), sources.resolve(&branch).ok()))
            .collect();
        self.forced.iter().find_map(|forced| {
            let leads = |(_, branch, target): &&(usize, Place, Option<Place>)| {
                branch == forced || target.as_ref() == Some(forced)
            };
            branches.iter().find(leads).map(|(index, ..)| *index)
        })
    }

    pub(super) fn draw(&mut self, count: usize) -> usize {
        (0..count.max(1)).new_tree(&mut self.runner).map_or(0, |tree| tree.current())
    }
}

fn allows_null(plan: &Plan) -> bool {
    plan.types.as_ref().is_some_and(|types| types.contains("null") && types.len() > 1)
}

fn is_a(value: &Value, kind: &str) -> bool {
    match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(number) => {
            kind == "number" || (kind == "integer" && number.as_f64().is_none_or(|number| number.fract() == 0.0))
        }
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    }
}
