//! A drift is shown by the smallest request that shows it.

use crate::case::{Case, Intent, Step};
use crate::check::accepted_invalid;
use crate::contract::Operation;
use crate::drift::{Contrast, Stability};
use crate::mutation::soundness::{Label, label};

use super::Runner;
use super::contrast::contrast;
use super::probe::Answer;
use super::shrink::shrink;
use super::smaller::{Smaller, differences, restored};

/// So many requests are sent to make one drift smaller, and so many to make all of them smaller.
const FOR_ONE: u32 = 60;
const FOR_ALL: u64 = 300;

impl Runner<'_> {
    /// Shows every stable drift at level error by the smallest request that can be found, and beside a wrongly accepted one
    /// the request that it was made from.
    pub(super) async fn reduce(&self) {
        self.tally().confirming = true;
        let begun = self.tally().requests;
        let errors = self.tally().errors();
        for id in errors {
            if self.is_over() || self.tally().requests - begun >= FOR_ALL {
                return;
            }
            let case = {
                let tally = self.tally();
                let stable = tally
                    .drifts
                    .get(&id)
                    .filter(|seen| matches!(seen.stability, Stability::Stable { .. }) && seen.contrast.is_none());
                stable.and_then(|_| tally.first_case(&id))
            };
            if let Some((case, operation, step)) =
                case.and_then(|id| self.plan.case(&id)).and_then(|case| self.single(case))
            {
                self.reduced(&id, case, operation, step).await;
            }
        }
    }

    async fn reduced(&self, id: &str, case: &Case, operation: &Operation, step: &Step) {
        let mut best = None;
        let kind = label(self.contract, operation, step);
        let mut smallest = step.clone();
        if fits(&step.intent, &kind) {
            let keeps = |candidate: &Step| label(self.contract, operation, candidate) == kind;
            let mut tree = Smaller::new(step, Box::new(keeps));
            let found = shrink(&mut tree, FOR_ONE, async |candidate| {
                let probed = self.probe(case, candidate, false).await?;
                let sighting = probed.drifts.into_iter().find(|(other, _)| other == id);
                let shows = sighting.is_some();
                best = sighting.or_else(|| best.take());
                Some(shows)
            });
            smallest = found.await.unwrap_or(smallest);
        }
        let contrast = if id.starts_with(accepted_invalid::CHECK.id) {
            self.contrasted(case, operation, &smallest).await
        } else {
            None
        };
        self.tally().show(id, best.map(|(_, sighting)| sighting), contrast);
    }

    /// The request from which an accepted invalid one differs in one value, where it is accepted, too.
    async fn contrasted(&self, case: &Case, operation: &Operation, step: &Step) -> Option<Contrast> {
        let sibling = step.sibling.as_ref()?;
        let smaller =
            restored(step, sibling).filter(|smaller| label(self.contract, operation, smaller) == Label::Valid);
        let whole = differences(&sibling.step, step).len() < 2;
        let base = smaller.or_else(|| whole.then(|| Step::clone(&sibling.step)))?;
        let accepted = self.probe(case, &base, false).await?;
        (Answer::of(&accepted) == Answer::Accepted).then(|| contrast(sibling, &accepted, &accepted))
    }
}

/// Whether what the bytes say of a request is what it was made for, so that smaller ones can be compared with it.
fn fits(intent: &Intent, label: &Label) -> bool {
    match intent {
        Intent::Invalid(_) => matches!(label, Label::Invalid(_)),
        Intent::Open => *label == Label::Open,
        Intent::Valid | Intent::Hostile | Intent::Absent | Intent::Unauthorized => *label == Label::Valid,
        Intent::Undeclared | Intent::Unknown => false,
    }
}
