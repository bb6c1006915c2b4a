//! Requests that are sent to find something out.

use crate::case::{Call, Case, Step};
use crate::check::rejected_valid;
use crate::contract::Operation;

use super::Runner;
use super::bind::Unbound;
use super::judge::is_single;
use super::perform::{Aim, Errand, Probed};

/// What a request of a pair was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    Refused,
    /// Neither: it is of another kind, or the answer speaks of something else.
    Unclear,
}

impl Answer {
    /// What `probed` came to.
    pub(super) fn of(probed: &Probed) -> Self {
        match probed.status {
            Some(200..=299) => Self::Accepted,
            Some(status) if rejected_valid::refuses_the_request(status) => Self::Refused,
            _ => Self::Unclear,
        }
    }
}

impl Runner<'_> {
    /// Sends a request to find something out; nothing where it cannot be sent.
    pub(super) async fn probe(&self, case: &Case, step: &Step, paired: bool) -> Option<Probed> {
        if self.is_over() {
            return None;
        }
        let Call::Operation(id) = &step.call else { return None };
        let operation = self.contract.operation(id)?;
        let mark = self.next_mark();
        let scope = crate::case::expression::Scope::new(&case.inputs, &mark);
        let errand = Errand { aim: Aim::Probe { paired }, ..Errand::of(&case.id) };
        match self.perform(case, step, operation, &scope, &errand).await {
            Ok(performed) => performed.probed,
            Err(Unbound::Refused(reason)) => {
                self.note(format!("no smaller request was looked for at {id}: {reason}"));
                None
            }
            Err(_) => None,
        }
    }

    /// Whether nothing more may be asked.
    pub(super) fn is_over(&self) -> bool {
        self.health.broken().is_some() || self.meter.spent().is_some()
    }

    /// The one request of a generated case.
    pub(super) fn single<'c>(&'c self, case: &'c Case) -> Option<(&'c Case, &'c Operation, &'c Step)> {
        let step = case.steps.first().filter(|_| is_single(case))?;
        let Call::Operation(id) = &step.call else { return None };
        Some((case, self.contract.operation(id)?, step))
    }
}
