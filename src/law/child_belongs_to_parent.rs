//! `child-belongs-to-parent`: what stands below one parent is not shown below another.

use serde_json::json;

use super::Law;
use super::declared::{Resource, View};
use super::ground::{Ground, Naming, Specimen, late, of, refuses, shown, success, text, unanswered};
use crate::case::Step;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::document::{Place, Pointer};

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "child-belongs-to-parent",
    title: "what stands below one parent is not shown below another",
    compose,
    page: include_str!("../../docs/law/child-belongs-to-parent.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    ground.each_resource(law, |ground, resource| add(law, ground, resource));
}

fn add<'c>(law: &Law, ground: &mut Ground<'c, '_>, resource: &Resource<'c>) -> Result<(), String> {
    let Some(parent) = ground.parent(resource) else { return Ok(()) };
    let looks: Vec<Look> = [("read", &resource.read), ("list", &resource.list)]
        .into_iter()
        .filter_map(|(name, view)| Some(Look::new(ground, name, view.as_ref()?)))
        .collect();
    if looks.is_empty() {
        return Err("nothing shows it".to_owned());
    }
    let (steps, child) = steps(ground, resource, &parent)?;
    let (step, naming) = (child.step.clone(), Naming::of(resource));
    let judge = Judge { step, naming, name: resource.name.clone(), parent: parent.name.clone(), looks };
    ground.add(law, (&resource.name, ""), (steps, &[&child]), move |observed| judge.judge(observed));
    Ok(())
}

/// The child is looked for below a parent that was created for this alone, and so has no child that could bear the same id.
fn steps<'c>(
    ground: &mut Ground<'c, '_>,
    resource: &Resource<'c>,
    parent: &Resource<'c>,
) -> Result<(Vec<Step>, Specimen), String> {
    let child = ground.shared(resource, 1)?;
    let own = child.ids.last().cloned().ok_or("it has no id")?;
    let (mut steps, other) = ground.own(parent, "other")?;
    if let Some(view) = &resource.read {
        let below: Vec<_> = other.ids.iter().cloned().chain([own]).collect();
        steps.push(late(ground.request("read", view.operation, &below)?, resource.settles));
    }
    if let Some(view) = &resource.list {
        steps.push(late(ground.request("list", view.operation, &other.ids)?, resource.settles));
    }
    Ok((steps, child))
}

struct Look {
    name: &'static str,
    place: Place,
    items: Pointer,
    id: Option<Pointer>,
}

struct Judge {
    /// The step that created the child, and where its answer names the id.
    step: String,
    naming: Option<Naming>,
    name: String,
    parent: String,
    looks: Vec<Look>,
}

impl Look {
    fn new(ground: &Ground<'_, '_>, name: &'static str, view: &View<'_>) -> Self {
        let place = ground.promise(view.operation);
        Self { name, place, items: view.items.clone(), id: view.id.clone() }
    }

    /// Where an answer shows the child `own`.
    fn sees(&self, seen: &Observed, own: &str) -> Option<Pointer> {
        let (part, thing) = shown(seen.body.as_ref()?, &self.items, self.id.as_ref(), own)?;
        let id = self.id.as_ref().and_then(|id| id.resolve(thing));
        // Without its id it may be anything.
        id.is_some_and(|id| text(id) == own).then_some(part)
    }
}

impl Judge {
    fn judge(&self, observed: &[Observed]) -> Judgement {
        let created = || self.naming.as_ref()?.id(success(observed, &self.step).ok()?.1);
        let asked = || of(observed, "read")?.1.path.last().map(|(_, id)| id.clone());
        let own = created().or_else(asked).ok_or("nothing names its id")?;
        let mut reason = None;
        let mut judged = false;
        for look in &self.looks {
            let Some((at, seen)) = of(observed, look.name) else { continue };
            match seen.status() {
                status if refuses(status) => judged = true,
                _ if !seen.is_success() => reason = Some(unanswered(seen)),
                _ => match look.sees(seen, &own) {
                    Some(part) => return Ok(vec![self.broken(look, at, part)]),
                    None => judged = true,
                },
            }
        }
        if judged { Ok(Vec::new()) } else { Err(reason.unwrap_or_else(|| "nothing was asked for".to_owned())) }
    }

    fn broken(&self, look: &Look, at: usize, part: Pointer) -> Broken {
        let Self { name, parent, .. } = self;
        Broken {
            at,
            place: look.place.clone(),
            part: (!part.is_root()).then_some(part),
            class: String::new(),
            message: format!("a {name} of one {parent} is shown below another {parent}"),
            promised: format!("404, or an answer without it: this {parent} has no {name}"),
            came: json!(format!("the {name} of another {parent}")),
            remedy: format!("look for a {name} only among those of the {parent} that the path names"),
            compared: None,
            certain: true,
        }
    }
}
