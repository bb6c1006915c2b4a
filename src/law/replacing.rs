//! What a request that replaces a thing sends, and where what is read afterwards shows it.

use std::cmp::Ordering;

use serde_json::Value;

use super::Law;
use super::declared::{Field, Resource, View};
use super::ground::{Ground, shown, success};
use super::relation::compare;
use crate::case::Step;
use crate::case::ruling::{Judgement, Observed};
use crate::contract::Operation;
use crate::document::{Place, Pointer};

/// The requests of a case about a resource that one operation replaces and a view shows.
type Steps = for<'c> fn(&Ground<'c, '_>, &Resource<'c>, (&Operation, &View<'c>)) -> Result<Vec<Step>, String>;

/// Adds a case of `law` for each resource that can be replaced and read.
pub(super) fn replacing(
    law: &Law,
    ground: &mut Ground<'_, '_>,
    steps: Steps,
    judge: fn(&Replaced, &[Observed]) -> Judgement,
) {
    ground.each_resource(law, |ground, resource| {
        let (Some(replace), Some(view)) = (resource.replace, &resource.read) else { return Ok(()) };
        let steps = steps(ground, resource, (replace, view))?;
        let replaced = Replaced::new(resource, view, ground.promise(replace));
        ground.add(law, (&resource.name, ""), (steps, &[]), move |observed| judge(&replaced, observed));
        Ok(())
    });
}

/// What laws about replacing look at.
pub(super) struct Replaced {
    /// The sentence of the operation.
    pub(super) place: Place,
    /// What the thing is called.
    pub(super) name: String,
    /// Whether what was written is seen at once.
    pub(super) at_once: bool,
    items: Pointer,
    id: Option<Pointer>,
    fields: Vec<(Pointer, Pointer)>,
}

/// A value of the body that was sent, and where what is read shows it.
pub(super) struct Leaf {
    pub(super) sent: Pointer,
    pub(super) shown: Pointer,
    pub(super) value: Value,
}

impl Replaced {
    fn new(resource: &Resource<'_>, view: &View<'_>, place: Place) -> Self {
        let both = |field: &Field| Some((field.update.clone()?, field.read.clone()?)).filter(|_| !field.pending);
        Self {
            place,
            name: resource.name.clone(),
            at_once: resource.settles.is_zero(),
            items: view.items.clone(),
            id: view.id.clone(),
            fields: resource.fields.iter().filter_map(both).collect(),
        }
    }

    /// Every value in the body of `sent`, each of an object by itself.
    pub(super) fn leaves(&self, sent: &Observed) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let Some(body) = &sent.sent else { return leaves };
        for (from, to) in &self.fields {
            let mut open = vec![(from.clone(), to.clone())];
            while let Some((sent, shown)) = open.pop() {
                match sent.resolve(body) {
                    Some(Value::Object(members)) => {
                        open.extend(members.keys().rev().map(|name| (sent.child(name), shown.child(name))));
                    }
                    Some(value) if !value.is_null() => leaves.push(Leaf { value: value.clone(), sent, shown }),
                    _ => {}
                }
            }
        }
        leaves
    }

    /// The thing that `step` read, and where its answer holds it.
    pub(super) fn read<'o>(&self, observed: &'o [Observed], step: &str) -> Result<Read<'o>, String> {
        let (at, seen) = success(observed, step)?;
        let own = seen.path.last().map(|(_, id)| id.as_str()).unwrap_or_default();
        let thing = seen.body.as_ref().and_then(|body| shown(body, &self.items, self.id.as_ref(), own));
        let (part, thing) = thing.ok_or_else(|| format!("step {step} does not show it"))?;
        Ok(Read { at, part, thing })
    }
}

/// A thing that was read.
pub(super) struct Read<'o> {
    pub(super) at: usize,
    /// Where the answer holds it.
    pub(super) part: Pointer,
    thing: &'o Value,
}

impl Read<'_> {
    /// The value of a leaf; nothing where it is absent or null.
    pub(super) fn value(&self, leaf: &Leaf) -> Option<&Value> {
        leaf.shown.resolve(self.thing).filter(|value| !value.is_null())
    }
}

/// Whether the values are surely the same.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    a == b || (scalar(a) && scalar(b) && compare(a, b) == Some(Ordering::Equal))
}

/// Whether they are surely not.
pub(super) fn differ(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // Elements may be spelled otherwise, but none comes or goes.
        (Value::Array(a), Value::Array(b)) => a.len() != b.len(),
        _ => scalar(a) && scalar(b) && compare(a, b).is_some_and(Ordering::is_ne),
    }
}

fn scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}
