//! What a law's case observed, and what its ruling says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::case::ruling::{Broken, Judgement, Observed};
use crate::case::{Case, CaseId, Origin};
use crate::check::Body;
use crate::check::reading::{Reading, shape};
use crate::document::{Place, Pointer};
use crate::drift::fingerprint::fingerprint;
use crate::drift::{Finding, Level, Part, Witness};
use crate::exchange::Exchange;
use crate::schema::Violation;

use super::Runner;
use super::perform::Turn;
use super::redact::Redactor;
use super::tally::Sighting;
use super::witness::{came, witness};

/// How often an answer is asked for again before it is said that something is missing in it. Where an answer leaves a member
/// out every other time, by chance, five of them agree in one of 16 cases; with four such members, in one of 65,536.
pub(super) const LOOKS: usize = 4;

/// One exchange, for the ruling and for the report.
#[derive(Debug)]
pub(super) struct Seen {
    observed: Observed,
    /// Its number in the run.
    number: u64,
    witness: Witness,
    redactor: Redactor,
}

/// What a ruling came to.
#[derive(Debug, Default)]
pub(super) struct Ruled {
    /// A drift at level error showed.
    pub(super) failed: bool,
    /// Ids of all drifts.
    pub(super) drifts: Vec<String>,
}

impl Runner<'_> {
    /// The exchange, where it belongs to a law.
    pub(super) fn seen(&self, turn: &Turn<'_>, reading: &Reading<'_>, exchange: &Exchange) -> Option<Arc<Seen>> {
        if !matches!(turn.case.origin, Origin::Law { .. }) {
            return None;
        }
        let (body, refused) = match &reading.body {
            Body::Json(value) => without_refused(value.clone(), &reading.violations),
            _ => (Value::Null, Vec::new()),
        };
        let observed = Observed {
            step: turn.step.id.clone(),
            operation: turn.operation.id.clone(),
            url: turn.bound.request.url.clone(),
            path: turn.bound.path.clone(),
            sent: turn.bound.body.clone(),
            response: exchange.result.as_ref().ok().cloned(),
            body: matches!(reading.body, Body::Json(_)).then_some(body),
            refused,
            unsteady: false,
            begun: turn.begun,
            ended: Timestamp::now(),
        };
        Some(Arc::new(Seen {
            observed,
            number: turn.number,
            witness: witness(&self.redactor, exchange),
            redactor: self.redactor.aware_of(exchange),
        }))
    }

    /// What the ruling of `case` says of what was seen.
    pub(super) fn judgement(case: &Case, seen: &[Arc<Seen>]) -> Judgement {
        let Some(ruling) = &case.ruling else { return Ok(Vec::new()) };
        let mut observed: Vec<Observed> = seen.iter().map(|seen| seen.observed.clone()).collect();
        if let Some(again) = &ruling.again {
            let of_it = |observed: &&mut Observed| observed.step == *again && observed.is_success();
            let shapes: BTreeSet<_> =
                observed.iter_mut().filter(of_it).map(|seen| shape_of(seen.body.as_ref())).collect();
            observed.iter_mut().filter(of_it).for_each(|seen| seen.unsteady = shapes.len() > 1);
        }
        ruling.judge(&observed)
    }

    /// What is `broken` of a law's case, as drifts of `root`.
    pub(super) fn ruled(&self, case: &Case, root: &CaseId, seen: &[Arc<Seen>], broken: Vec<Broken>) -> Ruled {
        let mut ruled = Ruled::default();
        let Some(ruling) = &case.ruling else { return ruled };
        for broken in broken {
            let Some(at) = seen.get(broken.at) else { continue };
            let operation = &at.observed.operation;
            let usual = if broken.certain { Level::Error } else { Level::Warning };
            let Some(level) = self.levels.level(ruling.rule, &operation.0, usual) else { continue };
            let compared = broken.compared.clone();
            let finding = finding(ruling.rule, level, broken, &at.observed);
            let id = fingerprint(&finding, &operation.0, Some(at.observed.status()));
            if ruled.drifts.contains(&id) {
                continue;
            }
            ruled.failed |= level == Level::Error;
            let sighting = || self.sighted(finding, at, seen, compared.as_ref());
            self.sight(root, (&id, at.number, level), sighting);
            ruled.drifts.push(id);
        }
        ruled
    }

    fn sighted(&self, mut finding: Finding, at: &Seen, seen: &[Arc<Seen>], compared: Option<&[Value; 2]>) -> Sighting {
        finding.came = came(&at.redactor, &finding.part, &finding.came);
        let source = self.contract.source(finding.place.document);
        let amended = source.and_then(|source| source.overlay_at(&finding.place.pointer));
        let steps = seen.iter().map(|seen| {
            let Witness { method, url, status, .. } = &seen.witness;
            let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            // The host is the same for all, and the report names it.
            let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
            format!("{method} {}: {status}", path.unwrap_or(url))
        });
        Sighting {
            operation: at.observed.operation.clone(),
            status: Some(at.observed.status()),
            overlay: amended.map(|amended| amended.file.clone()),
            says: self.sentence(&finding.place).or_else(|| amended.map(|amended| amended.description.clone())),
            steps: steps.collect(),
            difference: compared.map(|compared| difference(&at.redactor, compared)).unwrap_or_default(),
            witness: at.witness.clone(),
            finding,
        }
    }

    /// The sentence at `place`, where it is one.
    fn sentence(&self, place: &Place) -> Option<String> {
        let text = self.contract.schemas.source(place)?.as_str()?;
        matches!(place.pointer.last().as_deref(), Some("description" | "summary")).then(|| text.to_owned())
    }
}

/// Instead of a value that must not be shown and is not the one that stood there.
const ANOTHER: &str = "another, <redacted>";

/// The lines of what was to be expected and of what came, without those that are the same.
fn difference(redactor: &Redactor, [expected, actual]: &[Value; 2]) -> Vec<String> {
    let shown = |value: &Value| members(Some(&came(redactor, &Part::Exchange, value)));
    let (before, mut after) = (shown(expected), shown(actual));
    for (at, value) in &mut after {
        // Personal values that differ look alike once they are redacted.
        let hidden = before.get(at) == Some(value) && at.resolve(expected) != at.resolve(actual);
        if hidden {
            *value = Value::from(ANOTHER);
        }
    }
    let text = |values: &BTreeMap<Pointer, Value>| {
        let lines: Vec<String> = values.iter().map(|(at, value)| format!("{at}: {value}\n")).collect();
        lines.concat()
    };
    let (before, after) = (text(&before), text(&after));
    let compared = TextDiff::from_lines(&before, &after);
    let changes = compared.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    changes.map(|change| format!("{} {}", change.tag(), change.value().trim_end())).collect()
}

/// `body` without the values that its schema refuses, and where they were.
fn without_refused(mut body: Value, violations: &[Violation]) -> (Value, Vec<Pointer>) {
    let mut without = Vec::new();
    for violation in violations {
        let at = &violation.instance;
        let refused = at.resolve(&body);
        // Of an object that lacks a member, or has one too many, all others are as good as ever.
        let is_whole = |value: &Value| violation.keyword == "type" || !(value.is_object() || value.is_array());
        if !refused.is_some_and(is_whole) {
            continue;
        }
        without.push(at.clone());
        let parent = at.parent().and_then(|parent| body.pointer_mut(&parent.to_string()));
        match (parent.and_then(Value::as_object_mut), at.last()) {
            // Null would say something: that no page follows, for one.
            (Some(members), Some(name)) => drop(members.remove(&*name)),
            _ => drop(body.pointer_mut(&at.to_string()).map(Value::take)),
        }
    }
    (body, without)
}

/// Where a body holds a value.
fn shape_of(body: Option<&Value>) -> BTreeSet<Pointer> {
    members(body).into_keys().collect()
}

/// The values that a body holds, and where; null is none.
fn members(body: Option<&Value>) -> BTreeMap<Pointer, Value> {
    let mut found = BTreeMap::new();
    let mut pending: Vec<(Pointer, &Value)> = body.map(|body| (Pointer::root(), body)).into_iter().collect();
    while let Some((at, value)) = pending.pop() {
        match value {
            Value::Null => {}
            Value::Object(members) => {
                pending.extend(members.iter().map(|(name, member)| (at.child(name), member)));
            }
            Value::Array(elements) => {
                pending.extend(elements.iter().enumerate().map(|(index, element)| (at.index(index), element)));
            }
            scalar => {
                found.insert(at, scalar.clone());
            }
        }
    }
    found
}

fn finding(rule: &str, level: Level, broken: Broken, observed: &Observed) -> Finding {
    let shape = match (&broken.part, &observed.body) {
        (Some(pointer), Some(body)) => shape(body, pointer),
        _ => Pointer::root(),
    };
    Finding {
        rule: rule.to_owned(),
        level,
        place: broken.place,
        part: broken.part.map_or(Part::Exchange, Part::Body),
        shape,
        class: broken.class,
        message: broken.message,
        promised: broken.promised,
        came: broken.came,
        remedy: broken.remedy,
    }
}
