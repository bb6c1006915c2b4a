//! Requests that change what exists: one field alone, several together, and such that have to be refused.

use std::sync::Arc;

use serde_json::Value;

use super::declared::Resource;
use super::ground::Ground;
use super::leaves::{Missing, Spellings, differences};
use crate::case::{Intent, Spot, Step};
use crate::contract::Operation;
use crate::document::Pointer;
use crate::mutation::soundness::{Label, label};
use crate::mutation::{Subject, change, missing_required, wrong_type};

/// A request that updates some fields of a resource.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// The request.
    pub(super) step: Step,
    /// The fields, by their place in the declaration.
    pub(super) fields: Vec<usize>,
}

/// Updates of `resource` that surely are valid, to values that are not those of `created`: of each field that can be
/// changed alone, texts that may be any first.
///
/// # Errors
/// Why there is none.
pub(super) fn singles(
    ground: &Ground<'_, '_>,
    resource: &Resource<'_>,
    update: &Operation,
    created: &Step,
) -> Result<Vec<Change>, String> {
    let base = ground.bare(update)?;
    let whole = ground.whole(update)?;
    let mut changes = Vec::new();
    let mut plain = 0;
    for (index, field) in resource.fields.iter().enumerate() {
        let (Some(at), Some(_)) = (&field.update, &field.read) else { continue };
        let Some(example) = whole.body().and_then(|body| at.resolve(body)).filter(|value| !value.is_null()) else {
            continue;
        };
        let now = field.create.as_ref().and_then(|at| at.resolve(created.body()?));
        let is_other = |value: &Value| {
            let how = (&Spellings::default(), Missing::Fine);
            now.is_none_or(|now| !differences(now, Some(value), at, how).is_empty())
        };
        let another = example.as_str().map(|text| Value::String(format!("{text} Two")));
        let is_plain = another.as_ref().is_some_and(|value| valid(ground, update, &base, at, value).is_some());
        let candidates = std::iter::once(example.clone()).chain(another);
        let Some(step) = candidates.filter(is_other).find_map(|value| valid(ground, update, &base, at, &value)) else {
            continue;
        };
        let found = Change { step, fields: vec![index] };
        if is_plain && !field.pending {
            changes.insert(plain, found);
            plain += 1;
        } else {
            changes.push(found);
        }
    }
    if changes.is_empty() { Err("no field is known that can be updated alone".to_owned()) } else { Ok(changes) }
}

/// All of `singles` that are valid together, in one request.
pub(super) fn several(
    ground: &Ground<'_, '_>,
    resource: &Resource<'_>,
    update: &Operation,
    singles: &[Change],
) -> Option<Change> {
    let (first, rest) = singles.split_first()?;
    let mut together = first.clone();
    for Change { step, fields } in rest {
        let at = fields.first().and_then(|index| resource.fields.get(*index)?.update.as_ref());
        let Some((at, value)) = at.and_then(|at| Some((at, at.resolve(step.body()?)?))) else { continue };
        if let Some(step) = valid(ground, update, &together.step, at, value) {
            together.step = step;
            together.fields.extend(fields);
        }
    }
    (together.fields.len() > 1).then_some(together)
}

/// `base` with `value` at `at`, where that surely is valid.
fn valid(ground: &Ground<'_, '_>, update: &Operation, base: &Step, at: &Pointer, value: &Value) -> Option<Step> {
    let mut step = base.clone();
    change(&mut step, &Spot::Body(at.clone()), Some(value.clone()))?;
    (label(ground.contract, update, &step) == Label::Valid).then_some(step)
}

/// `base` with one thing wrong in its body, in every reading, that touches none of `kept`; the last thing that can be, since
/// what comes first is looked at first.
///
/// # Errors
/// Why there is none.
pub(super) fn refused(
    ground: &Ground<'_, '_>,
    operation: &Operation,
    base: Step,
    kept: &[Pointer],
) -> Result<Step, String> {
    let base = Arc::new(base);
    let subject = Subject::new(ground.contract, operation, &base);
    let missing = (missing_required::MUTATION.mutate)(&subject);
    let mistyped = (wrong_type::MUTATION.mutate)(&subject);
    for mutant in missing.into_iter().rev().chain(mistyped.into_iter().rev()) {
        let Spot::Body(at) = &mutant.spot else { continue };
        if kept.iter().any(|kept| kept.starts_with(at) || at.starts_with(kept)) {
            continue;
        }
        if matches!(label(ground.contract, operation, &mutant.step), Label::Invalid(_)) {
            // Whether it has to be refused is judged elsewhere; here both answers are right.
            return Ok(Step { intent: Intent::Open, sibling: None, ..mutant.step });
        }
    }
    Err("no request is known that has to be refused".to_owned())
}
