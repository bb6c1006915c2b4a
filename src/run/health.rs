//! Tells an outage from a drift: what the run has seen of the target as a whole.

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::exchange::Failure;

/// So many exchanges in a row without a connection end the run.
const CONNECT_FAILURES: u32 = 3;

/// So many exchanges in a row without a response end the run, if the canary gets none either.
const SILENT: u32 = 6;

/// What the run has seen of the target as a whole.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Vitals>);

#[derive(Debug, Default)]
struct Vitals {
    answered: u64,
    connect_failures_in_a_row: u32,
    silent_in_a_row: u32,
    broken: Option<String>,
}

/// What to do after an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pulse {
    /// Go on.
    Fine,
    /// Ask the canary whether the target still lives.
    Suspicious,
    /// The target is gone: stop.
    Gone,
}

impl Health {
    /// Takes in the result of one exchange that named the request `what`.
    pub(super) fn exchange(&self, what: &str, failure: Option<&Failure>) -> Pulse {
        let mut vitals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match failure {
            None => {
                vitals.answered += 1;
                vitals.connect_failures_in_a_row = 0;
                vitals.silent_in_a_row = 0;
                Pulse::Fine
            }
            Some(Failure::Unsendable(_)) => Pulse::Fine,
            Some(failure) => {
                vitals.silent_in_a_row += 1;
                if matches!(failure, Failure::Connect(_)) {
                    vitals.connect_failures_in_a_row += 1;
                }
                if vitals.connect_failures_in_a_row >= CONNECT_FAILURES {
                    if vitals.broken.is_none() {
                        vitals.broken = Some(if vitals.answered == 0 {
                            format!("nothing answers: {failure}")
                        } else {
                            format!("the target stopped answering at {what}: {failure}")
                        });
                    }
                    Pulse::Gone
                } else if vitals.silent_in_a_row.is_multiple_of(SILENT) {
                    Pulse::Suspicious
                } else {
                    Pulse::Fine
                }
            }
        }
    }

    /// Records that the target is gone.
    pub(super) fn gone(&self, reason: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).broken.get_or_insert(reason);
    }

    /// Why the target counts as gone, if it does.
    pub(super) fn broken(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).broken.clone()
    }

    /// Whether anything was answered at all.
    pub(super) fn answered(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answered
    }
}
