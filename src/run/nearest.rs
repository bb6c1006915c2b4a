//! The accepted requests that differ least from a refused one, and which values are known to be refused.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::{Argument, Call, CaseId, Intent, Payload, Spot, Step};
use crate::contract::{Operation, OperationId};
use crate::document::Pointer;

use super::Runner;
use super::judge::is_single;
use super::perform::Turn;
use super::smaller::{differences, is_argument};

/// So many accepted requests are looked at.
const LOOKED_AT: usize = 1_000;

/// So many of those that differ least are asked.
const ASKED: usize = 3;

/// What was found to be refused by itself: a value, or that there is none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Blamed {
    operation: OperationId,
    at: Spot,
    value: Option<Value>,
}

impl Blamed {
    /// What `variant` is refused for, and its sibling is not.
    pub(super) fn of(operation: &Operation, variant: &Step) -> Option<Self> {
        let sibling = variant.sibling.as_ref()?;
        Some(Self { operation: operation.id.clone(), at: sibling.at.clone(), value: sibling.after.clone() })
    }

    /// Whether `step` is refused for this already.
    pub(super) fn explains(&self, step: &Step) -> bool {
        let called = matches!(&step.call, Call::Operation(id) if *id == self.operation);
        called && holds(step, &self.at, self.value.as_ref())
    }

    /// Whether it is part of what stands at `spot`.
    pub(super) fn is_within(&self, spot: &Spot) -> bool {
        let below = |inner: &Pointer, outer: &Pointer| inner != outer && inner.starts_with(outer);
        match (&self.at, spot) {
            (Spot::Body(inner), Spot::Body(outer)) => !outer.is_root() && below(inner, outer),
            (Spot::Parameter(location, name, inner), Spot::Parameter(other, own, outer)) => {
                location == other && name == own && below(inner, outer)
            }
            _ => false,
        }
    }
}

impl Runner<'_> {
    /// Remembers that a valid request was accepted, so that others can stand beside it.
    pub(super) fn accepted(&self, turn: &Turn<'_>, status: Option<u16>) {
        let Turn { case, step, operation, errand, .. } = *turn;
        if step.intent == Intent::Valid && is_single(case) && status.is_some_and(|status| (200..300).contains(&status))
        {
            let rank = self.plan.place(errand.root).unwrap_or(usize::MAX);
            self.tally().accepted.entry(operation.id.clone()).or_default().insert((rank, case.id.clone()));
        }
    }

    /// A few of the `accepted` requests that differ from `refused` in the fewest places; none where one of them sends the
    /// same: then it was refused for something that happened before.
    pub(super) fn nearest(&self, accepted: &BTreeSet<(usize, CaseId)>, refused: &Step) -> Vec<&Step> {
        let steps = accepted.iter().filter_map(|(_, id)| self.plan.case(id)?.steps.first());
        let mut least = usize::MAX;
        let mut found = Vec::new();
        for step in steps.take(LOOKED_AT) {
            let count = differences(step, refused).len();
            if count == 0 {
                return Vec::new();
            }
            if count < least {
                found.clear();
                least = count;
            }
            if count == least && found.len() < ASKED {
                found.push(step);
            }
        }
        found
    }
}

/// Whether `step` has just `value` at `spot`; where that is nothing, whether it could have something there.
fn holds(step: &Step, spot: &Spot, value: Option<&Value>) -> bool {
    let argument = |same: &dyn Fn(&Argument) -> bool| step.arguments.iter().find(|argument| same(argument));
    let (whole, pointer) = match spot {
        Spot::Body(pointer) => (step.payload.as_ref().and_then(Payload::literal), pointer),
        Spot::Parameter(location, name, pointer) => {
            (argument(&|argument| is_argument(argument, Some(*location), name)).and_then(Argument::literal), pointer)
        }
        Spot::Header(_) | Spot::Method | Spot::Credentials => return false,
    };
    match (whole, value) {
        (Some(whole), Some(value)) => pointer.resolve(whole) == Some(value),
        (Some(whole), None) => {
            let above = pointer.parent().and_then(|parent| parent.resolve(whole));
            above.is_some() && pointer.resolve(whole).is_none()
        }
        (None, Some(_)) => false,
        (None, None) => pointer.is_root(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Supply;
    use crate::case::expression::Template;
    use crate::contract::Location;
    use serde_json::json;

    fn step(body: Option<Value>, query: &[(&str, Value)]) -> Step {
        let argument = |(name, value): &(&str, Value)| Argument {
            name: (*name).to_owned(),
            location: Some(Location::Query),
            value: Supply::Template(Template::Literal(value.clone())),
        };
        Step {
            payload: body.map(|body| Payload::new(None, Template::Literal(body))),
            arguments: query.iter().map(argument).collect(),
            ..Step::new("request", OperationId("addThing".into()))
        }
    }

    fn body(pointer: &str) -> Spot {
        Spot::Body(Pointer::parse(pointer).unwrap())
    }

    fn query(name: &str, pointer: &str) -> Spot {
        Spot::Parameter(Location::Query, name.to_owned(), Pointer::parse(pointer).unwrap())
    }

    #[test]
    fn what_is_refused_explains_only_what_holds_it() {
        let full = step(Some(json!({"kind": "cat", "at": {"city": null}})), &[("sort", json!(["a", "b"]))]);
        let bare = step(Some(json!({"size": 1})), &[]);
        let nothing = step(None, &[]);
        for (at, value, expected) in [
            (body("/kind"), Some(json!("cat")), [true, false, false]),
            (body("/kind"), Some(json!("dog")), [false, false, false]),
            (body("/kind"), None, [false, true, false]),
            (body("/at/city"), Some(json!(null)), [true, false, false]),
            // Where nothing could have a street, none is missing.
            (body("/at/street"), None, [true, false, false]),
            (query("sort", ""), Some(json!(["a", "b"])), [true, false, false]),
            (query("sort", "/1"), Some(json!("b")), [true, false, false]),
            (query("sort", ""), None, [false, true, true]),
            (Spot::Credentials, None, [false, false, false]),
        ] {
            let blamed = Blamed { operation: OperationId("addThing".into()), at, value };
            assert_eq!([&full, &bare, &nothing].map(|step| blamed.explains(step)), expected, "{blamed:?}");
            let other = Step { call: Call::Operation(OperationId("other".into())), ..full.clone() };
            assert!(!blamed.explains(&other), "{blamed:?}");
        }
    }

    #[test]
    fn a_value_is_part_of_what_it_stands_in() {
        let within = |at: Spot, spot: Spot| {
            Blamed { operation: OperationId("addThing".into()), at, value: None }.is_within(&spot)
        };
        assert!(within(body("/at/city"), body("/at")));
        assert!(within(query("q", "/0"), query("q", "")));
        // All of a body may be refused for anything.
        assert!(!within(body("/at"), body("")));
        assert!(!within(body("/at"), body("/at")) && !within(body("/at"), body("/at/city")));
        assert!(!within(query("q", "/0"), query("r", "")) && !within(body("/at/city"), body("/a")));
    }
}
