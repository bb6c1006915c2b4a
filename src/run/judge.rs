//! What the checks say about one exchange becomes drifts of the run, or the answer to a question about one.

use crate::case::{Case, CaseId, Intent, Origin, Spot, Step};
use crate::check::{self, Keeper, Subject, accepted_invalid, failed_criterion, rejected_valid};
use crate::drift::fingerprint::fingerprint;
use crate::drift::{Finding, Level};
use crate::outcome::Event;
use crate::plan::producer::objects;

use super::Runner;
use super::keeper::Watch;
use super::perform::{Aim, Turn};
use super::tally::Sighting;
use super::witness::{came, witness};

/// What showed in one exchange.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// A drift at level error.
    pub(super) failed: bool,
    /// Ids of all drifts.
    pub(super) drifts: Vec<String>,
    /// The drifts described, where somebody asks for them.
    pub(super) described: Vec<(String, Sighting)>,
}

impl Runner<'_> {
    /// What the answer to the request may not show.
    pub(super) fn watch(&self, turn: &Turn<'_>) -> Watch<'_> {
        let mut own = self.register.marks(&objects(&turn.operation.path, &turn.bound.path));
        own.push(turn.scope.run.to_owned());
        Watch { redactor: &self.redactor, secrets: &self.secrets, mark: &self.mark, own }
    }

    /// Has every check judge the exchange; what `passed` says of a finding is not held against it.
    pub(super) fn judge(&self, turn: &Turn<'_>, subject: &Subject<'_>, passed: &dyn Fn(&Finding) -> bool) -> Shown {
        let mut shown = Shown::default();
        let watch = self.watch(turn);
        let accused = turn.step.sibling.as_ref().map(|sibling| &sibling.at);
        let probe = matches!(turn.errand.aim, Aim::Probe { .. });
        let paired = turn.errand.aim == Aim::Probe { paired: true };
        let subject = subject.carrying(turn.step.credentials).accusing(accused, paired).kept_by(&watch as &dyn Keeper);
        for finding in check::registry::judge(&subject) {
            if passed(&finding) {
                continue;
            }
            let Some(level) = self.levels.level(&finding.rule, &turn.operation.id.0, finding.level) else { continue };
            shown.failed |= level == Level::Error;
            let id = fingerprint(&finding, &turn.operation.id.0, subject.status());
            // A drift shows once in an exchange, in however many elements of a list.
            if shown.drifts.contains(&id) {
                continue;
            }
            let finding = Finding { level, ..finding };
            if probe {
                shown.described.push((id.clone(), self.described(turn, &subject, finding)));
            } else {
                self.sighting(turn, &subject, &id, finding);
            }
            shown.drifts.push(id);
        }
        if turn.errand.aim == Aim::Case && !self.tally().confirming {
            self.suspect(turn, &subject, accused);
            self.accepted(turn, subject.status());
        }
        shown
    }

    /// Remembers the refusal of a valid request: one that differs in a value may have been accepted, the one that it was
    /// made from before all, and then the refusal is a drift.
    fn suspect(&self, turn: &Turn<'_>, subject: &Subject<'_>, accused: Option<&Spot>) {
        let Turn { case, step, operation, errand, .. } = *turn;
        let comparable = match step.intent {
            Intent::Valid => true,
            Intent::Hostile => accused.is_some(),
            _ => false,
        };
        let refused = subject.status().is_some_and(rejected_valid::refuses_the_request);
        if !comparable || !refused || !is_single(case) {
            return;
        }
        let findings = check::registry::judge(&subject.accusing(accused, true));
        if let Some(finding) = findings.iter().find(|finding| finding.rule == rejected_valid::CHECK.id) {
            let id = fingerprint(finding, &operation.id.0, subject.status());
            let rank = self.plan.place(errand.root).unwrap_or(usize::MAX);
            self.tally().suspect(&id, finding.level, (rank, &case.id));
        }
    }

    /// Adds a finding to the tally; describes it only where it is not known better already.
    fn sighting(&self, turn: &Turn<'_>, subject: &Subject<'_>, id: &str, finding: Finding) {
        let level = finding.level;
        self.sight(turn.errand.root, (id, turn.number, level), || self.described(turn, subject, finding));
    }

    /// The same of what `described` describes, as exchange `number` of `root` shows it.
    pub(super) fn sight(
        &self,
        root: &CaseId,
        (id, number, level): (&str, u64, Level),
        described: impl FnOnce() -> Sighting,
    ) {
        let rank = self.plan.place(root).unwrap_or(usize::MAX);
        if self.tally().notice(id, (rank, root), number, level) {
            let sighting = described();
            let new = self.tally().describe(id, root, sighting);
            self.record_drift(|| {
                let tally = self.tally();
                tally.drifts.get(id).and_then(|seen| self.drift(id, seen))
            });
            if new {
                (self.tell)(Event::DriftSeen { id: id.to_owned(), level });
            }
        }
    }

    fn described(&self, turn: &Turn<'_>, subject: &Subject<'_>, mut finding: Finding) -> Sighting {
        let stated = check::overlay::stated_by(subject, &finding);
        let overlay = stated.map(|amended| amended.file.clone());
        let says = stated.map(|amended| amended.description.clone()).or_else(|| {
            let of_case = [failed_criterion::CHECK.id, accepted_invalid::CHECK.id].contains(&finding.rule.as_str());
            quoted(turn.case, turn.step).filter(|_| of_case)
        });
        let redactor = self.redactor.aware_of(subject.exchange);
        finding.came = came(&redactor, &finding.part, &finding.came);
        Sighting {
            finding,
            operation: turn.operation.id.clone(),
            status: subject.status(),
            overlay,
            says,
            steps: Vec::new(),
            difference: Vec::new(),
            witness: witness(&self.redactor, subject.exchange),
        }
    }
}

/// What a written case quotes of the documents: in the step that was answered, else in the workflow.
fn quoted(case: &Case, step: &Step) -> Option<String> {
    let quotes = |text: &&String| text.contains('"');
    step.text.iter().find(quotes).or_else(|| case.texts.iter().find(quotes)).cloned()
}

/// Whether the case is one generated request, so that the request alone says what it is.
pub(super) fn is_single(case: &Case) -> bool {
    matches!(case.origin, Origin::Generated { .. }) && case.steps.len() == 1
}
