//! `replace-is-idempotent`: the same replacement, once more, changes nothing.

use serde_json::json;

use super::Law;
use super::declared::{Resource, View};
use super::ground::{Ground, late, success};
use super::replacing::{Replaced, differ, replacing, same};
use crate::case::Step;
use crate::case::ruling::{Broken, Judgement, Observed};
use crate::contract::Operation;

/// The row of the registry.
pub(super) const LAW: Law = Law {
    id: "replace-is-idempotent",
    title: "the same replacement, once more, changes nothing",
    compose,
    page: include_str!("../../docs/law/replace-is-idempotent.md"),
};

fn compose(law: &Law, ground: &mut Ground<'_, '_>) {
    replacing(law, ground, steps, judge);
}

fn steps<'c>(
    ground: &Ground<'c, '_>,
    resource: &Resource<'c>,
    (replace, view): (&Operation, &View<'c>),
) -> Result<Vec<Step>, String> {
    let (mut steps, specimen) = ground.own(resource, "create")?;
    for (put, read) in [("put", "read"), ("put-again", "read-again")] {
        steps.push(ground.full(put, replace, &specimen.ids)?);
        steps.push(late(ground.request(read, view.operation, &specimen.ids)?, resource.settles));
    }
    Ok(steps)
}

fn judge(replaced: &Replaced, observed: &[Observed]) -> Judgement {
    let name = &replaced.name;
    let (_, put) = success(observed, "put")?;
    let (again_at, again) = success(observed, "put-again")?;
    let before = replaced.read(observed, "read")?;
    if again.status() == 201 {
        return Ok(vec![Broken {
            at: again_at,
            place: replaced.place.clone(),
            part: None,
            class: "created".to_owned(),
            message: format!("the same replacement of a {name} that is there creates it once more"),
            promised: "200 or 204: it has a current representation (RFC 9110 §9.3.4)".to_owned(),
            came: json!(201),
            remedy: format!("replace the {name} that is there, and answer 200 or 204"),
            compared: None,
            certain: true,
        }]);
    }
    let after = replaced.read(observed, "read-again")?;
    let mut judged = false;
    for leaf in replaced.leaves(put) {
        let (Some(one), Some(two)) = (before.value(&leaf), after.value(&leaf)) else { continue };
        // What takes a while to be seen must have been seen before the second time.
        if !replaced.at_once && !same(one, &leaf.value) {
            continue;
        }
        judged = true;
        if differ(one, two) {
            return Ok(vec![Broken {
                at: after.at,
                place: replaced.place.clone(),
                part: Some(after.part.join(&leaf.shown)),
                class: String::new(),
                message: format!("the same replacement of a {name}, sent twice, has another effect the second time"),
                promised: format!("{one}, as after the first time"),
                came: two.clone(),
                remedy: format!("store what was sent, whatever the {name} was before (RFC 9110 §9.2.2)"),
                compared: None,
                certain: true,
            }]);
        }
    }
    if judged { Ok(Vec::new()) } else { Err("nothing that was written is shown".to_owned()) }
}
