//! The end of a run: everything counted becomes the outcome.

use std::time::Instant;

use crate::digest::sha256;
use crate::drift::Drift;
use crate::outcome::{CaseRecord, DocumentFacts, EnvironmentFacts, FORMAT, LeftBehind, Outcome, Verdict};

use super::tally::Seen;
use super::verdict::{Facts, verdict};
use super::{Runner, Setup};

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
        let tally = self.tally();
        let operations = tally.records(self.contract, &self.plan.operations);
        let (verdict, reasons) = verdict(&Facts {
            contract: self.contract,
            tally: &tally,
            records: &operations,
            ended: &ended.records,
            selected: &self.plan.operations,
            cases: self.plan.cases.len(),
            broken: self.health.broken(),
            answered: self.health.answered(),
            interrupted: ended.interrupted,
        });
        let mut drifts: Vec<Drift> = tally.drifts.iter().map(|(id, seen)| self.drift(id, seen)).collect();
        drifts.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.id.cmp(&b.id)));
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
            partial: verdict == Verdict::Interrupted || self.health.broken().is_some(),
            environments: vec![EnvironmentFacts {
                name: self.environment.name.clone(),
                base_urls: bases.iter().map(|base| self.redactor.text(base)).collect(),
            }],
            documents: self.documents(),
            operations,
            cases: ended.records,
            drifts,
            refused: self.gate.refused(),
            notes: self.notes().iter().map(|note| self.redactor.text(note)).collect(),
            left_behind: ended.left_behind,
        }
    }

    fn drift(&self, id: &str, seen: &Seen) -> Drift {
        let source = self.contract.source(seen.finding.place.document);
        let pointer = &seen.finding.place.pointer;
        let (file, position) = source.map(|source| source.locate(pointer)).unzip();
        Drift {
            id: id.to_owned(),
            rule: seen.finding.rule.clone(),
            level: seen.finding.level,
            operation: seen.operation.to_string(),
            status: seen.status,
            document: file.unwrap_or_default(),
            line: position.map_or(1, |position| position.line),
            column: position.map_or(1, |position| position.column),
            pointer: pointer.to_string(),
            overlay: seen.overlay.clone(),
            part: seen.finding.part.to_string(),
            message: seen.finding.message.clone(),
            promised: seen.finding.promised.clone(),
            came: seen.finding.came.clone(),
            remedy: seen.finding.remedy.clone(),
            occurrences: seen.occurrences,
            stability: seen.stability,
            state: seen.state,
            cases: seen.cases.iter().map(ToString::to_string).collect(),
            witness: seen.witness.clone(),
        }
    }

    fn documents(&self) -> Vec<DocumentFacts> {
        let facts = |source: &crate::contract::Source| DocumentFacts {
            name: source.published.name().to_owned(),
            sha256: sha256(source.published.text().as_bytes()),
        };
        self.contract.sources.iter().map(facts).collect()
    }
}
