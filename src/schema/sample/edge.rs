//! Valid values at the edges of what a schema allows: each end of each bound, each value, each branch, by name.

use serde_json::{Map, Value, json};

use crate::document::Place;

use super::super::Direction;
use super::super::format::integer_range;
use super::extreme::ordinary;
use super::group::{Group, Wish};
use super::number::decimals;
use super::plan::{Bounds, Plan};
use super::{Mode, Sampler};

/// Characters of a string that is made at most.
const LONGEST_STRING: usize = 100_000;
/// Elements or members that are made at most.
const LONGEST_LIST: usize = 1_000;
/// Values of one enumeration that are made at most.
const MOST_VALUES: usize = 50;
/// Characters of a listed value that are named at most.
const NAMED: usize = 60;
/// Ways to choose between branches that are tried for a number.
const ATTEMPTS: usize = 8;

/// A valid value that exercises one keyword.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The keyword in the source document: `…/maxLength`; of a choice the branch, `…/anyOf/1`.
    pub keyword: Place,
    /// What is special about it, in words that stay the same: `maxLength`, `format: leap day`, `enum: ACTIVE`.
    pub what: String,
    /// The value; it conforms.
    pub value: Value,
}

/// The valid values at the edges, and why others were not made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Edges {
    /// In the order of the document.
    pub values: Vec<Edge>,
    /// Keywords that no value was made for, each with the reason.
    pub impossible: Vec<(Place, String)>,
}

impl Sampler<'_> {
    /// The valid values at the edges of what all schemas of `group` allow. `group` are the schema objects in force at one
    /// value; what they refer to and the parts of their `allOf` are looked at, too.
    ///
    /// Every value conforms to all of them; what cannot be made, or would be too large, is listed with the reason.
    pub fn edges(self, group: &[Place], direction: Direction) -> Edges {
        match Group::new(self, group, direction) {
            Ok(group) => {
                let mut finder = Finder { group: &group, edges: Edges::default() };
                for (place, schema) in group.members() {
                    for (keyword, operand) in schema {
                        finder.keyword(&place, schema, keyword, operand);
                    }
                }
                finder.edges
            }
            Err(error) => Edges { values: Vec::new(), impossible: vec![(error.place, error.reason)] },
        }
    }
}

struct Finder<'f, 's> {
    group: &'f Group<'s>,
    edges: Edges,
}

impl Finder<'_, '_> {
    fn keyword(&mut self, place: &Place, schema: &Map<String, Value>, keyword: &str, operand: &Value) {
        let at = place.child(keyword);
        match keyword {
            "enum" => self.listed(&at, operand),
            "nullable" if *operand == Value::Bool(true) => self.given(&at, &[("null", Value::Null)]),
            "type" => self.types(&at, operand),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                self.bound(&at, schema, keyword, operand);
            }
            "multipleOf" => self.multiple(&at, operand),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                self.count(&at, keyword, operand);
            }
            "uniqueItems" if *operand == Value::Bool(true) => self.distinct(&at),
            "pattern" => self.pattern(&at, operand),
            "format" => self.format(&at, schema, operand),
            "oneOf" | "anyOf" => self.branches(&at, keyword, operand),
            "additionalProperties" if *operand != Value::Bool(false) => self.additional(&at),
            _ => {}
        }
    }

    fn add(&mut self, keyword: &Place, what: impl Into<String>, value: Value) {
        let known = |edge: &Edge| edge.keyword == *keyword && edge.value == value;
        if !self.edges.values.iter().any(known) {
            self.edges.values.push(Edge { keyword: keyword.clone(), what: what.into(), value });
        }
    }

    fn refuse(&mut self, keyword: &Place, reason: impl Into<String>) {
        self.edges.impossible.push((keyword.clone(), reason.into()));
    }

    /// Values that are known beforehand.
    fn given(&mut self, at: &Place, values: &[(&str, Value)]) {
        for (what, value) in values {
            if self.group.accepts(value) {
                self.add(at, *what, value.clone());
            } else {
                self.refuse(at, format!("{what}: other keywords refuse it"));
            }
        }
    }

    fn make(&mut self, at: &Place, what: &str, wish: &Wish<'_>) {
        match self.group.make(wish) {
            Ok(value) => self.add(at, what, value),
            Err(why) => self.refuse(at, why),
        }
    }

    fn listed(&mut self, at: &Place, operand: &Value) {
        let values = operand.as_array().map(Vec::as_slice).unwrap_or_default();
        for (index, value) in values.iter().enumerate().take(MOST_VALUES) {
            let name = named(value);
            if self.group.accepts(value) {
                self.add(at, format!("enum: {name}"), value.clone());
            } else {
                self.refuse(&at.index(index), format!("enum: {name}: other keywords refuse it"));
            }
        }
        let rest = values.len().saturating_sub(MOST_VALUES);
        if rest > 0 {
            self.refuse(at, format!("{rest} of {} values are left out", values.len()));
        }
    }

    fn types(&mut self, at: &Place, operand: &Value) {
        let says = |kind: &str| operand == kind || operand.as_array().is_some_and(|kinds| kinds.contains(&json!(kind)));
        if says("boolean") {
            self.given(at, &[("true", json!(true)), ("false", json!(false))]);
        }
        if says("null") {
            self.given(at, &[("null", Value::Null)]);
        }
    }

    /// The number at a bound, or the nearest one within.
    fn bound(&mut self, at: &Place, schema: &Map<String, Value>, keyword: &str, operand: &Value) {
        let upper = keyword.ends_with("aximum");
        let inclusive = if upper { "maximum" } else { "minimum" };
        let limit = if operand == &Value::Bool(true) { schema.get(inclusive) } else { Some(operand) };
        let Some(limit) = limit.filter(|limit| limit.is_number()) else { return };
        let Some(bound) = limit.as_f64() else { return };
        self.number(at, keyword, "another keyword is narrower", &|plan, kind| {
            let end = plan.range.bounds().get(usize::from(upper)).copied().flatten();
            if end.is_none_or(|end| (end - bound).abs() > 0.0) {
                return Vec::new();
            }
            let finest = plan.range.places().max(decimals(bound));
            let places = match plan.range.places() {
                _ if kind == "integer" => vec![0],
                0 => vec![finest.max(2), 6, 9],
                _ => vec![finest, 0],
            };
            let itself = if kind == "integer" && limit.is_f64() { None } else { Some(limit.clone()) };
            let ends =
                places.into_iter().filter_map(|places| plan.range.ends(places).into_iter().nth(usize::from(upper))?);
            itself.into_iter().chain(ends).collect()
        });
    }

    fn multiple(&mut self, at: &Place, operand: &Value) {
        self.number(at, "multipleOf", "no multiple but zero was found within the other bounds", &|plan, kind| {
            let places = if kind == "integer" { 0 } else { plan.range.places() };
            let ends = plan.range.ends(places).into_iter().flatten();
            let all = std::iter::once(operand.clone()).chain(ends);
            all.filter(|value| value.as_f64().is_some_and(|number| number.abs() > 0.0)).collect()
        });
    }

    /// The first conforming one of the numbers that `candidates` names, given what is asked and the type.
    fn number(&mut self, at: &Place, what: &str, reason: &str, candidates: &dyn Fn(&Plan, &str) -> Vec<Value>) {
        let mut reason = reason.to_owned();
        for attempt in 0..ATTEMPTS {
            let plan = self.group.plan(attempt);
            let allowed = |kind: &str| plan.types.as_ref().is_none_or(|types| types.contains(kind));
            let kind = if allowed("number") { "number" } else { "integer" };
            if !allowed(kind) {
                "it says nothing about any value that is allowed here: no number is".clone_into(&mut reason);
                continue;
            }
            let found = candidates(&plan, kind).into_iter().find(|value| self.group.accepts(value));
            if let Some(value) = found {
                return self.add(at, what, value);
            }
        }
        self.refuse(at, reason);
    }

    fn count(&mut self, at: &Place, keyword: &str, operand: &Value) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is meant")]
        let Some(count) = operand.as_f64().map(|count| count as usize) else { return };
        let (kind, most, noun) = match keyword {
            "minLength" | "maxLength" => ("string", LONGEST_STRING, "characters"),
            "minItems" | "maxItems" => ("array", LONGEST_LIST, "items"),
            _ => ("object", LONGEST_LIST, "properties"),
        };
        if count > most {
            return self.refuse(at, format!("{count} {noun} are more than are made"));
        }
        let wish = Wish {
            kind: Some(kind),
            branch: None,
            mode: if keyword == "maxProperties" { Mode::Full } else { Mode::Minimal },
            bend: &|plan| {
                let bounds = match kind {
                    "string" => &mut plan.lengths,
                    "array" => &mut plan.counts,
                    _ => &mut plan.sizes,
                };
                if !(bounds.least..=bounds.most).contains(&count) {
                    return Err("another keyword is narrower".into());
                }
                *bounds = Bounds { least: count, most: count };
                Ok(())
            },
            holds: &|value| match value {
                Value::String(text) => text.chars().count() == count,
                Value::Array(items) => items.len() == count,
                Value::Object(members) => members.len() == count,
                _ => false,
            },
        };
        self.make(at, keyword, &wish);
    }

    fn distinct(&mut self, at: &Place) {
        let bend = |plan: &mut Plan| {
            plan.counts.least = plan.counts.least.max(2);
            Ok(())
        };
        let holds = |value: &Value| value.as_array().is_some_and(|items| items.len() > 1);
        let wish = Wish { kind: Some("array"), branch: None, mode: Mode::Minimal, bend: &bend, holds: &holds };
        self.make(at, "uniqueItems", &wish);
    }

    /// Two strings that match, as different as come.
    fn pattern(&mut self, at: &Place, operand: &Value) {
        let Some(pattern) = operand.as_str() else { return };
        let mut first: Option<Value> = None;
        for (what, mode) in [("pattern 1", Mode::Minimal), ("pattern 2", Mode::Random)] {
            let holds = |value: &Value| value.is_string() && first.as_ref() != Some(value);
            let wish = Wish { kind: Some("string"), branch: None, mode, bend: &|_| Ok(()), holds: &holds };
            match self.group.make(&wish) {
                Ok(value) => {
                    self.add(at, what, value.clone());
                    first = Some(value);
                }
                Err(why) if first.is_none() => return self.refuse(at, format!("`{pattern}`: {why}")),
                Err(_) => {}
            }
        }
    }

    fn format(&mut self, at: &Place, schema: &Map<String, Value>, operand: &Value) {
        let Some(format) = operand.as_str() else { return };
        if let Some((least, most)) = integer_range(format).filter(|_| schema.get("type") == Some(&json!("integer"))) {
            let ends = [("least", least), ("greatest", most)];
            for (what, end) in ends.into_iter().filter_map(|(what, end)| Some((what, i64::try_from(end).ok()?))) {
                self.given(at, &[(&format!("format: {what} {format}"), json!(end))]);
            }
        }
        let before = self.edges.values.len();
        for (what, text) in ordinary(format) {
            let value = json!(text);
            if self.group.accepts(&value) {
                self.add(at, format!("format: {what}"), value);
            }
        }
        if before == self.edges.values.len() && !ordinary(format).is_empty() {
            self.refuse(at, format!("other keywords refuse all extremes of `{format}`"));
        }
    }

    /// A value of each branch, and of that branch only where there is one.
    fn branches(&mut self, at: &Place, keyword: &str, operand: &Value) {
        let count = operand.as_array().map_or(0, Vec::len);
        for index in 0..count.min(MOST_VALUES) {
            let branch = at.index(index);
            let fits = |value: &Value| self.group.fits(&branch, value);
            let alone = |value: &Value| {
                fits(value) && !(0..count).any(|other| other != index && self.group.fits(&at.index(other), value))
            };
            let mut made = Err(String::new());
            for (mode, holds) in
                [(Mode::Minimal, &alone as &dyn Fn(&Value) -> bool), (Mode::Full, &alone), (Mode::Minimal, &fits)]
            {
                let wish = Wish { kind: None, branch: Some(branch.clone()), mode, bend: &|_| Ok(()), holds };
                made = self.group.make(&wish);
                if made.is_ok() {
                    break;
                }
            }
            match made {
                Ok(value) => self.add(&branch, format!("{keyword} {}", index + 1), value),
                Err(why) => self.refuse(&branch, why),
            }
        }
        if count > MOST_VALUES {
            self.refuse(at, format!("{} of {count} branches are left out", count - MOST_VALUES));
        }
    }

    /// An object with a member that has no name of its own in the document.
    fn additional(&mut self, at: &Place) {
        let bend = |plan: &mut Plan| {
            if !plan.closed.is_empty() {
                return Err("another schema does not let in additional properties".into());
            }
            let fresh = (1..).map(|number| format!("additional{number}"));
            let named = |name: &String| plan.properties.iter().any(|(known, _)| known == name);
            plan.required.extend(fresh.into_iter().find(|name| !named(name)));
            Ok(())
        };
        let holds = |value: &Value| {
            value.as_object().is_some_and(|members| members.keys().any(|name| name.starts_with("additional")))
        };
        let wish = Wish { kind: Some("object"), branch: None, mode: Mode::Minimal, bend: &bend, holds: &holds };
        self.make(at, "additionalProperties", &wish);
    }
}

/// A listed value as it is named: strings bare, long ones cut.
fn named(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(NAMED).collect()
}
