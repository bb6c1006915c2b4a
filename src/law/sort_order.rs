//! `sort-order`: a list stands in the order that was asked for.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::Law;
use super::declared::{Collection, Sort};
use super::ground::{Ground, success, text};
use super::relation::order;
use crate::case::Step;
use crate::case::expression::Template;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "sort-order",
    title: "a list stands in the order that was asked for",
    compose,
    page: include_str!("../../docs/law/sort-order.md"),
};

/// So many elements are looked at, where the document allows it: few may all be equal.
const LOOKED_AT: usize = 50;

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    for collection in &ground.declared.collections {
        let (Some(sort), id) = (&collection.object.sort, &collection.operation.id) else { continue };
        if collection.operation.path.names().next().is_some() {
            ground.note(law, &id.0, "there is no list below a parent that is known to be long");
            continue;
        }
        for (key, member) in &collection.keys {
            let Some(listed) = ground.values(collection.operation, &collection.object.items.index(0).join(member))
            else {
                ground.note(law, &format!("{id}: {key}"), "the document does not say what it sorts by");
                continue;
            };
            match steps(ground, collection, sort, key) {
                Ok(steps) => {
                    let judge = Judge {
                        place: ground.parameter_promise(collection.operation, &sort.field),
                        items: collection.object.items.clone(),
                        key: key.clone(),
                        member: member.clone(),
                        listed,
                    };
                    ground.look(law, (id, key), (steps, &[]), move |observed| judge.judge(observed));
                }
                Err(reason) => ground.note(law, &format!("{id}: {key}"), &reason),
            }
        }
    }
}

/// One request for each direction.
fn steps<'c>(
    ground: &Ground<'c, '_>,
    collection: &Collection<'c>,
    sort: &Sort,
    key: &str,
) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    for (step, value) in [(ASCENDING, &sort.ascending), (DESCENDING, &sort.descending)] {
        let (Some(direction), Some(value)) = (&sort.direction, value) else { continue };
        let mut query = vec![
            (sort.field.as_str(), Template::Literal(json!(key))),
            (direction.as_str(), Template::Literal(json!(value))),
        ];
        if let Some(limit) = &collection.object.limit {
            let most = ground.keyword(collection.operation, &limit.parameter, "maximum").and_then(Value::as_u64);
            let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(LOOKED_AT);
            query.push((&limit.parameter, Template::Literal(json!(LOOKED_AT.min(most)))));
        }
        steps.push(ground.list(step, collection, &[], query)?);
    }
    if steps.is_empty() { Err("the document names no direction".to_owned()) } else { Ok(steps) }
}

const ASCENDING: &str = "ascending";
const DESCENDING: &str = "descending";

struct Judge {
    place: Place,
    items: Pointer,
    key: String,
    member: Pointer,
    /// The values that the document lists, in its order; none where it does not list them.
    listed: Vec<Value>,
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let mut broken = Vec::new();
        let mut unjudged = None;
        for step in [ASCENDING, DESCENDING] {
            if !observed.iter().any(|seen| seen.step == step) {
                continue;
            }
            match self.one(observed, step) {
                Ok(found) => broken.extend(found),
                Err(reason) => unjudged = Some(reason),
            }
        }
        match unjudged {
            Some(reason) if broken.is_empty() => Err(reason),
            _ => Ok(broken),
        }
    }

    /// What is out of order in the answer to `step`.
    fn one(&self, observed: &[Observed], step: &str) -> Result<Option<Broken>, String> {
        let (at, list) = success(observed, step)?;
        let elements = list.value(&self.items).and_then(Value::as_array).ok_or("the answer holds no list")?;
        let value = |element: &'_ Value| self.member.resolve(element).filter(|value| !value.is_null()).cloned();
        let shown = elements.iter().enumerate().filter_map(|(index, element)| Some((index, value(element)?)));
        let mut shown: Vec<(usize, Value)> = shown.collect();
        if !self.listed.is_empty() {
            shown.retain(|(_, value)| self.listed.contains(value));
        }
        let wrong = if step == ASCENDING { Ordering::Greater } else { Ordering::Less };
        let index = if self.listed.is_empty() {
            inversion(&shown, wrong, order)?
        } else {
            let place = |value: &Value| self.listed.iter().position(|listed| listed == value);
            let by_name = inversion(&shown, wrong, |a, b| Some(text(a).to_lowercase().cmp(&text(b).to_lowercase())))?;
            // Whoever numbers the values sorts by their numbers.
            let by_place = inversion(&shown, wrong, |a, b| Some(place(a).cmp(&place(b))))?;
            by_name.and(by_place)
        };
        Ok(index.map(|index| Broken {
            at,
            place: self.place.clone(),
            part: Some(self.items.index(index).join(&self.member)),
            class: format!("{} {step}", self.key),
            message: format!("a list that is sorted by `{}`, {step}, is not in that order", self.key),
            promised: format!(
                "no value that is {} than one before it",
                if step == ASCENDING { "smaller" } else { "greater" }
            ),
            came: elements.get(index).and_then(value).unwrap_or(Value::Null),
            remedy: format!("sort by `{}`, in the direction that is asked for", self.member),
            compared: None,
            certain: true,
        }))
    }
}

/// The first element that stands `wrong` to one before it.
///
/// # Errors
/// When no two elements can be told apart.
fn inversion(
    shown: &[(usize, Value)],
    wrong: Ordering,
    order: impl Fn(&Value, &Value) -> Option<Ordering>,
) -> Result<Option<usize>, String> {
    let mut told_apart = false;
    for (later, (index, value)) in shown.iter().enumerate() {
        for (_, earlier) in shown.iter().take(later) {
            let Some(ordering) = order(earlier, value).filter(|ordering| ordering.is_ne()) else { continue };
            told_apart = true;
            if ordering == wrong {
                return Ok(Some(*index));
            }
        }
    }
    if told_apart { Ok(None) } else { Err("no two elements can surely be told apart".to_owned()) }
}
