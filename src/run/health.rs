//! Tells an outage from a drift: what the run has seen of the target as a whole.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::exchange::{Exchange, Failure};

/// So many exchanges in a row without a connection end the run.
const CONNECT_FAILURES: u32 = 3;

/// So many exchanges in a row that do not look well have the canary asked.
const UNWELL: u32 = 6;

/// What the run has seen of the target as a whole.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Vitals>);

#[derive(Debug, Default)]
struct Vitals {
    exchanges: u64,
    answered: u64,
    connect_failures_in_a_row: u32,
    unwell_in_a_row: u32,
    /// The first of those in a row, and what it was.
    since: Option<(u64, String)>,
    broken: Option<Broken>,
}

/// The target is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    /// In one sentence.
    pub(super) reason: String,
    /// From this exchange on: what they showed is the outage, and no drift.
    pub(super) since: u64,
}

/// What an exchange says about the target as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    /// It lives.
    Well,
    /// It may be ill, or this operation may be: silence, 5xx, our credentials refused.
    Unwell {
        /// Whether there was an answer.
        answered: bool,
        /// What it looks like.
        text: String,
    },
    /// Nobody listens.
    Unreachable(String),
    /// Nothing.
    Nothing,
}

impl Sign {
    /// The sign that `exchange` gives, which carried the environment's credentials or not.
    pub(super) fn of(exchange: &Exchange, with_credentials: bool) -> Self {
        match &exchange.result {
            Err(Failure::Unsendable(_)) => Self::Nothing,
            Err(failure @ Failure::Connect(_)) => Self::Unreachable(failure.to_string()),
            Err(failure) => Self::Unwell { answered: false, text: failure.to_string() },
            Ok(response) if response.status >= 500 || with_credentials && matches!(response.status, 401 | 403) => {
                Self::Unwell { answered: true, text: format!("status {}", response.status) }
            }
            Ok(_) => Self::Well,
        }
    }
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
    /// Takes in the sign that one exchange gave, the request being `what`. Returns the number of the exchange.
    pub(super) fn exchange(&self, what: &str, sign: &Sign) -> (u64, Pulse) {
        let mut vitals = self.vitals();
        vitals.exchanges += 1;
        let number = vitals.exchanges;
        let (text, unreachable) = match sign {
            Sign::Nothing => return (number, Pulse::Fine),
            Sign::Well => {
                vitals.answered += 1;
                vitals.connect_failures_in_a_row = 0;
                vitals.unwell_in_a_row = 0;
                vitals.since = None;
                return (number, Pulse::Fine);
            }
            Sign::Unwell { answered, text } => {
                vitals.answered += u64::from(*answered);
                (text, false)
            }
            Sign::Unreachable(text) => (text, true),
        };
        vitals.unwell_in_a_row += 1;
        vitals.since.get_or_insert_with(|| (number, format!("{what}: {text}")));
        vitals.connect_failures_in_a_row = if unreachable { vitals.connect_failures_in_a_row + 1 } else { 0 };
        if vitals.connect_failures_in_a_row >= CONNECT_FAILURES {
            vitals.gone(text);
            (number, Pulse::Gone)
        } else if vitals.unwell_in_a_row.is_multiple_of(UNWELL) {
            (number, Pulse::Suspicious)
        } else {
            (number, Pulse::Fine)
        }
    }

    /// The canary says that the target is gone: it met `canary`.
    pub(super) fn gone(&self, canary: &str) {
        self.vitals().gone(canary);
    }

    /// Why the target counts as gone, if it does.
    pub(super) fn broken(&self) -> Option<Broken> {
        self.vitals().broken.clone()
    }

    /// How many exchanges were answered.
    pub(super) fn answered(&self) -> u64 {
        self.vitals().answered
    }

    fn vitals(&self) -> MutexGuard<'_, Vitals> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vitals {
    fn gone(&mut self, last: &str) {
        // While the canary was on its way something else may have been answered well; then all that is known is the end.
        let (since, first) = self.since.clone().unwrap_or((self.exchanges + 1, String::new()));
        let reason = match (self.answered, first) {
            (0, _) => format!("nothing answers: {last}"),
            (_, first) if first.is_empty() || first.ends_with(last) => {
                format!("the target is gone; {last}, since {first}")
            }
            (_, first) => format!("the target is gone since {first}; then {last}"),
        };
        self.broken.get_or_insert(Broken { reason, since });
    }
}
