//! The end of a run: everything counted becomes the outcome.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::baseline::Known;
use crate::check;
use crate::digest::sha256;
use crate::drift::{Drift, Level};
use crate::outcome::{CaseRecord, CaseResult, DocumentFacts, FORMAT, LeftBehind, Outcome, Verdict, group};

use super::known::Evidence;
use super::tally::{Seen, Sighting, Tally};
use super::verdict::{Facts, verdict};
use super::{LEFT_OUT, Runner, Setup};

/// What the loop has to tell at the end.
pub(super) struct Ended {
    pub(super) started: jiff::Timestamp,
    pub(super) begun: Instant,
    pub(super) records: Vec<CaseRecord>,
    pub(super) left_behind: Vec<LeftBehind>,
    pub(super) interrupted: bool,
}

impl Runner<'_> {
    /// Everything that the run found.
    pub(super) fn outcome(&self, setup: &Setup<'_>, bases: &[String], ended: Ended) -> Outcome {
        let mut tally = self.tally();
        let broken = self.health.broken();
        if let Some(broken) = &broken {
            // What the outage showed is said once, as the outage. Requests that were on their way when it began may have
            // ended before the last good answer came in.
            let on_their_way = u64::try_from(self.environment.concurrency).unwrap_or(u64::MAX);
            tally.drifts.retain(|_, seen| {
                let failed = |sighting: &Sighting| sighting.status.is_none_or(|status| status >= 500);
                let margin = if seen.sighting.as_ref().is_none_or(failed) { on_their_way } else { 0 };
                seen.number.saturating_add(margin) < broken.since
            });
        }
        let none = Known::default();
        let known = setup.known.unwrap_or(&none);
        tally.stand(known);
        let operations = tally.records(self.contract, &self.plan.operations);
        let outage = broken.as_ref().map(|broken| broken.reason.as_str());
        let mut records = self.known_now(&tally, ended.records, outage);
        let (verdict, mut reasons) = verdict(&Facts {
            contract: self.contract,
            tally: &tally,
            records: &operations,
            ended: &records,
            cases: self.plan.cases.len().max(records.len()),
            broken: broken.as_ref().map(|broken| broken.reason.clone()),
            answered: self.health.answered(),
            interrupted: ended.interrupted,
        });
        if verdict == Verdict::Environment && broken.is_none() {
            // A failure of nearly everything is the outage, too, and no drift of each operation.
            let failure = |status: u16| status >= 500 || status == 429;
            tally.drifts.retain(|_, seen| !seen.sighting.as_ref().and_then(|it| it.status).is_some_and(failure));
            records = self.known_now(&tally, records, reasons.first().map(String::as_str));
        }
        let (evidence, whole) = self.ledger.evidence(self.contract, &self.plan.operations);
        if !whole {
            self.note("the evidence of requests is not complete: there are too many promises to list".to_owned());
        }
        let mut drifts: Vec<Drift> = tally.drifts.iter().filter_map(|(id, seen)| self.drift(id, seen)).collect();
        drifts.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id)));
        let groups = group::groups(&drifts, check::registry::cause);
        let entries = Evidence {
            known,
            contract: self.contract,
            levels: self.levels,
            tally: &tally,
            drifts: &drifts,
            operations: &operations,
            cases: &records,
            unsure: self.unsure(verdict, &records),
        };
        entries.broad().into_iter().for_each(|note| self.note(note));
        if verdict == Verdict::Drift {
            reasons.extend(entries.overdue());
        }
        let baseline = entries.standings();
        Outcome {
            format: FORMAT.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            verdict,
            exit_code: verdict.exit_code(),
            reasons: reasons.iter().map(|reason| self.redactor.text(reason)).collect(),
            run: self.mark.clone(),
            started: ended.started.to_string(),
            seconds: ended.begun.elapsed().as_secs_f64(),
            requests: tally.requests,
            seed: setup.seed,
            partial: verdict == Verdict::Interrupted || broken.is_some(),
            environments: vec![self.facts(bases)],
            documents: self.documents(),
            operations,
            cases: records,
            drifts,
            refused: self.gate.refused(),
            notes: self.notes().iter().map(|note| self.redactor.text(note)).collect(),
            left_behind: ended.left_behind,
            evidence,
            groups,
            baseline,
            matrix: Vec::new(),
        }
    }

    /// The cases with the drifts that they show, as these are known now.
    fn known_now(&self, tally: &Tally, records: Vec<CaseRecord>, outage: Option<&str>) -> Vec<CaseRecord> {
        // What a pair of requests proved later, its cases show, too.
        let mut proved: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for (id, seen) in tally.drifts.iter().filter(|(_, seen)| seen.contrast.is_some()) {
            seen.cases.iter().for_each(|(_, case)| proved.entry(&case.0).or_default().push(id));
        }
        let settled = |mut record: CaseRecord| {
            record.drifts.retain(|id| tally.drifts.contains_key(id));
            for id in proved.get(&*record.id).into_iter().flatten().copied() {
                if !record.drifts.contains(id) {
                    record.drifts.push(id.clone());
                }
            }
            record.drifts.sort();
            let errs = |id: &String| tally.drifts.get(id).is_some_and(|seen| seen.level == Level::Error);
            // A refusal by itself judged nothing; now it does.
            if record.requests > 0 && record.drifts.iter().any(errs) {
                record.result = CaseResult::Failed;
            }
            let failed = record.result == CaseResult::Failed;
            if let (Some(reason), true) = (outage, failed && record.drifts.is_empty()) {
                record.result = CaseResult::NotJudged { reason: self.redactor.text(reason) };
            }
            record
        };
        records.into_iter().map(settled).collect()
    }

    /// Why nothing that this run did not show can be called mended, if so.
    fn unsure(&self, verdict: Verdict, records: &[CaseRecord]) -> Option<String> {
        let is_left_out = |case: &CaseRecord| matches!(&case.result, CaseResult::NotJudged { reason } if reason.starts_with(LEFT_OUT));
        match verdict {
            Verdict::Interrupted => Some("the run was interrupted".to_owned()),
            Verdict::Environment => Some("the environment failed".to_owned()),
            _ if self.plan.is_part => Some("only a selection of the cases was run".to_owned()),
            _ if records.iter().any(is_left_out) => {
                Some("the run reached its limit before all cases had begun".to_owned())
            }
            _ => None,
        }
    }

    pub(super) fn drift(&self, id: &str, seen: &Seen) -> Option<Drift> {
        if let Some(recorded) = &seen.recorded {
            let cases = seen.cases.iter().map(|(_, case)| case.to_string()).collect();
            return Some(Drift { occurrences: seen.occurrences, cases, state: seen.state, ..recorded.clone() });
        }
        let Sighting { finding, operation, status, overlay, says, steps, difference, witness } =
            seen.sighting.as_ref()?;
        let source = self.contract.source(finding.place.document);
        let pointer = &finding.place.pointer;
        let (file, position) = source.map(|source| source.locate(pointer)).unzip();
        Some(Drift {
            id: id.to_owned(),
            rule: finding.rule.clone(),
            class: finding.class.clone(),
            level: seen.level,
            operation: operation.to_string(),
            status: *status,
            document: file.unwrap_or_default(),
            line: position.map_or(1, |position| position.line),
            column: position.map_or(1, |position| position.column),
            pointer: pointer.to_string(),
            overlay: overlay.clone(),
            says: says.clone(),
            steps: steps.clone(),
            difference: difference.clone(),
            part: finding.part.to_string(),
            message: finding.message.clone(),
            promised: finding.promised.clone(),
            came: finding.came.clone(),
            remedy: finding.remedy.clone(),
            occurrences: seen.occurrences,
            stability: seen.stability,
            state: seen.state,
            cases: seen.cases.iter().map(|(_, case)| case.to_string()).collect(),
            witness: Some(witness.clone()),
            contrast: seen.contrast.clone(),
        })
    }

    pub(super) fn documents(&self) -> Vec<DocumentFacts> {
        let facts = |source: &crate::contract::Source| DocumentFacts {
            name: source.published.name().to_owned(),
            sha256: sha256(source.published.text().as_bytes()),
        };
        self.contract.sources.iter().map(facts).collect()
    }
}
