//! `replace-is-whole`: what a replacement leaves out is there no more.

use super::Law;
use super::declared::{Resource, View};
use super::ground::{Ground, late, success};
use super::replacing::{Replaced, replacing, same};
use crate::case::Step;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::contract::Operation;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "replace-is-whole",
    title: "what a replacement leaves out is there no more",
    compose,
    page: include_str!("../../docs/law/replace-is-whole.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    replacing(law, ground, steps, judge);
}

/// Replaced by little, by much and by little again, and read each time.
fn steps<'c>(
    ground: &Ground<'c, '_>,
    resource: &Resource<'c>,
    (replace, view): (&Operation, &View<'c>),
) -> Result<Vec<Step>, String> {
    let (mut steps, specimen) = ground.own(resource, "create")?;
    let ids = &specimen.ids;
    for (put, read) in [("put-little", "read-little"), ("put-much", "read-much"), ("put-less", "read-less")] {
        steps.push(if put == "put-much" {
            ground.full(put, replace, ids)?
        } else {
            ground.request(put, replace, ids)?
        });
        steps.push(late(ground.request(read, view.operation, ids)?, resource.settles));
    }
    Ok(steps)
}

fn judge(replaced: &Replaced, observed: &[Observed]) -> Judgement {
    for step in ["put-little", "put-much", "put-less"] {
        let (_, put) = success(observed, step)?;
        if put.status() == 202 {
            return Err("that it is replaced was promised for later only".to_owned());
        }
    }
    let (_, much) = success(observed, "put-much")?;
    let (_, less) = success(observed, "put-less")?;
    let [before, between, after] = ["read-little", "read-much", "read-less"].map(|step| replaced.read(observed, step));
    let (before, between, after) = (before?, between?, after?);
    let mut judged = false;
    for leaf in replaced.leaves(much) {
        let left_out = less.sent.as_ref().is_some_and(|body| leaf.sent.resolve(body).is_none());
        let written = between.value(&leaf).is_some_and(|value| same(value, &leaf.value));
        // What is there without being sent is a default, and may well be the value that was sent.
        let usual = before.value(&leaf).is_some_and(|value| same(value, &leaf.value));
        if !left_out || !written || usual {
            continue;
        }
        judged = true;
        if let Some(value) = after.value(&leaf).filter(|value| same(value, &leaf.value)) {
            let name = &replaced.name;
            return Ok(vec![Broken {
                at: after.at,
                place: replaced.place.clone(),
                part: Some(after.part.join(&leaf.shown)),
                class: String::new(),
                message: format!("a replacement of a {name} keeps what it leaves out"),
                promised: format!("nothing, or the usual value, at `{}`: the replacement does not hold it", leaf.shown),
                came: value.clone(),
                remedy: format!("take the body as the whole of the {name}, or offer PATCH for a part of it"),
                compared: None,
                certain: replaced.at_once,
            }]);
        }
    }
    if judged { Ok(Vec::new()) } else { Err("nothing that can be left out was shown once it was written".to_owned()) }
}
