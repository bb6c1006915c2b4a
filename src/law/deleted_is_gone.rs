//! `deleted-is-gone`: what was deleted is found no more.

use std::time::Duration;

use serde_json::Value;

use super::Law;
use super::declared::{Relation, Resource, View};
use super::ground::{Ground, Specimen, late, set, settled, shown, success, text, unanswered};
use super::relation::breaks;
use crate::case::Step;
use crate::case::expression::Template;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::contract::{Location, Operation};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "deleted-is-gone",
    title: "what was deleted is found no more",
    compose,
    page: include_str!("../../docs/law/deleted-is-gone.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(delete) = resource.delete else { return Ok(()) };
    let views = [("read", &resource.read), ("list", &resource.list)];
    let looks: Vec<Look> = views.into_iter().filter_map(|(name, view)| Some(Look::new(name, view.as_ref()?))).collect();
    if looks.is_empty() {
        return Err("nothing shows it".to_owned());
    }
    let (steps, parent) = steps(ground, resource, delete)?;
    let judge = Judge { place: ground.promise(delete), name: resource.name.clone(), looks };
    let parent: Vec<&Specimen> = parent.iter().collect();
    ground.add(law, (&resource.name, ""), (steps, &parent), move |observed| judge.judge(observed));
    Ok(())
}

/// It is created, looked at, deleted and looked at again.
fn steps<'c>(
    ground: &mut Ground<'c, '_>,
    resource: &Resource<'c>,
    delete: &Operation,
) -> Result<(Vec<Step>, Option<Specimen>), String> {
    let (mut steps, specimen, parent) = ground.passing(resource, "create")?;
    let within = resource.settles;
    if let Some(view) = &resource.read {
        steps.push(ground.read("before-read", view, &specimen, within)?);
    }
    if let Some(view) = &resource.list {
        steps.push(listed(ground, resource, view, &specimen, "before-list")?);
    }
    steps.push(ground.request("delete", delete, &specimen.ids)?);
    if let Some(view) = &resource.read {
        let read = ground.read("after-read", view, &specimen, Duration::ZERO)?;
        steps.push(settled(read, within, "$statusCode == 404 || $statusCode == 410"));
    }
    if let Some(view) = &resource.list {
        steps.push(late(listed(ground, resource, view, &specimen, "after-list")?, within));
    }
    Ok((steps, parent))
}

/// A step that asks the list for the specimen: by a filter, where one fits.
fn listed<'c>(
    ground: &Ground<'c, '_>,
    resource: &Resource<'c>,
    view: &View<'c>,
    specimen: &Specimen,
    id: &str,
) -> Result<Step, String> {
    let above = specimen.ids.split_last().map(|(_, above)| above).unwrap_or_default();
    let mut step = ground.request(id, view.operation, above)?;
    let collection = ground.declared.collection_of(resource);
    let filters = collection.into_iter().flat_map(|collection| &collection.object.filters);
    let pinned = filters.filter(|filter| filter.relation == Relation::Equal).find_map(|filter| {
        let holds =
            |field: &super::declared::Field| field.list.as_ref() == Some(&filter.member) && field.create.is_some();
        Some((filter, resource.fields.iter().position(holds)?))
    });
    if let Some((filter, index)) = pinned {
        set(&mut step, &filter.parameter, Location::Query, Template::Expression(specimen.field(index)));
    }
    Ok(step)
}

/// One way to look at the thing.
struct Look {
    name: &'static str,
    items: Pointer,
    id: Option<Pointer>,
}

struct Judge {
    place: Place,
    name: String,
    looks: Vec<Look>,
}

impl Look {
    fn new(name: &'static str, view: &View<'_>) -> Self {
        Self { name, items: view.items.clone(), id: view.id.clone() }
    }

    /// What an answer shows of the thing `own`.
    fn sees<'o>(&self, seen: &'o Observed, own: &str) -> Option<(Pointer, &'o Value)> {
        let found = seen.body.as_ref().and_then(|body| shown(body, &self.items, self.id.as_ref(), own));
        found.filter(|(_, thing)| {
            let other = self.id.as_ref().and_then(|id| id.resolve(thing)).is_some_and(|id| text(id) != own);
            !thing.is_null() && !other
        })
    }
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let (_, deletion) = success(observed, "delete")?;
        if deletion.status() == 202 {
            return Err("that it is deleted was promised for later only".to_owned());
        }
        let own = deletion.path.last().map(|(_, id)| id.as_str()).ok_or("nothing was named")?;
        let mut judged = false;
        for look in &self.looks {
            // Who did not show it before does not show that it is gone.
            let Some((_, before)) =
                success(observed, &format!("before-{}", look.name)).ok().and_then(|(_, seen)| look.sees(seen, own))
            else {
                continue;
            };
            let Some((at, after)) = super::ground::of(observed, &format!("after-{}", look.name)) else { continue };
            match after.status() {
                404 | 410 => {}
                _ if !after.is_success() => return Err(unanswered(after)),
                _ => {
                    if let Some((part, still)) = look.sees(after, own)
                        && !says_removed(deletion, before, still)
                    {
                        return Ok(vec![self.broken(at, part, before == still)]);
                    }
                }
            }
            judged = true;
        }
        if judged { Ok(Vec::new()) } else { Err("it was not shown before it was deleted".to_owned()) }
    }

    fn broken(&self, at: usize, part: Pointer, unchanged: bool) -> Broken {
        let name = &self.name;
        let still = if unchanged { "as it was before" } else { "in another state than before" };
        Broken {
            at,
            place: self.place.clone(),
            // The thing as a whole, whatever its place in a list.
            part: (!part.is_root()).then_some(part),
            class: String::new(),
            message: format!("a {name} that was deleted is still shown, {still}"),
            promised: "404, 410, or an answer without it".to_owned(),
            came: still.into(),
            remedy: format!(
                "show no {name} that was deleted, or say in it that it was removed, as the answer to deleting it does"
            ),
            compared: None,
            certain: unchanged,
        }
    }
}

/// Whether what is still shown bears the state that the answer to its deletion named, and did not bear it before.
fn says_removed(deletion: &Observed, before: &Value, still: &Value) -> bool {
    let told = deletion.body.as_ref().and_then(Value::as_object).into_iter().flatten();
    told.filter(|(_, value)| value.is_string() || value.is_boolean()).any(|(name, value)| {
        let same = |thing: &Value| thing.get(name).is_some_and(|held| !breaks(Relation::Equal, held, value));
        same(still) && !same(before)
    })
}
