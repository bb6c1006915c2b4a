//! Tells an outage from a drift: what the run has seen of the target as a whole.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::exchange::{Exchange, Failure};

/// So many exchanges in a row without a connection end the run.
const CONNECT_FAILURES: u32 = 3;

/// So many exchanges in a row that do not look well have the canary asked.
const UNWELL: u32 = 6;

/// So many of them, to more than one operation, end the run where there is no canary.
const WITHOUT_CANARY: u32 = 24;

/// What the run has seen of the target as a whole.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Vitals>);

#[derive(Debug, Default)]
struct Vitals {
    exchanges: u64,
    answered: u64,
    /// Something looked well once.
    well: bool,
    connect_failures_in_a_row: u32,
    unwell_in_a_row: u32,
    /// What these were sent to, a few.
    unwell: BTreeSet<String>,
    /// The first of those in a row, what it was and what it met.
    since: Option<Since>,
    /// The last request of all.
    last: Option<String>,
    broken: Option<Broken>,
}

/// Where a row of exchanges begins that do not look well.
#[derive(Debug, Clone)]
struct Since {
    number: u64,
    what: String,
    met: String,
    /// The request before it.
    after: Option<String>,
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
    /// It may be ill, or this operation may be: silence, 5xx, too many requests, our credentials refused.
    Unwell {
        /// Whether there was an answer.
        answered: bool,
        /// What it looks like.
        text: String,
    },
    /// Nobody listens.
    Unreachable(String),
    /// An answer that would be the same from one that shuts everybody out: credentials refused that are none.
    Refused,
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
            Ok(response)
                if matches!(response.status, 429 | 500..)
                    || with_credentials && matches!(response.status, 401 | 403) =>
            {
                Self::Unwell { answered: true, text: format!("status {}", response.status) }
            }
            Ok(response) if matches!(response.status, 401 | 403) => Self::Refused,
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
        let before = vitals.last.replace(what.to_owned());
        let (text, unreachable) = match sign {
            Sign::Nothing => return (number, Pulse::Fine),
            Sign::Refused => {
                vitals.answered += 1;
                vitals.connect_failures_in_a_row = 0;
                return (number, Pulse::Fine);
            }
            Sign::Well => {
                vitals.answered += 1;
                vitals.connect_failures_in_a_row = 0;
                vitals.well = true;
                vitals.unwell_in_a_row = 0;
                vitals.unwell.clear();
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
        if vitals.unwell.len() < 2 {
            // The name of the case tells requests to one operation apart.
            vitals.unwell.insert(what.split(" (").next().unwrap_or(what).to_owned());
        }
        vitals.since.get_or_insert_with(|| Since { number, what: what.to_owned(), met: text.clone(), after: before });
        vitals.connect_failures_in_a_row = if unreachable { vitals.connect_failures_in_a_row + 1 } else { 0 };
        if vitals.connect_failures_in_a_row >= CONNECT_FAILURES {
            vitals.gone(None, text);
            (number, Pulse::Gone)
        } else if vitals.unwell_in_a_row.is_multiple_of(UNWELL) {
            (number, Pulse::Suspicious)
        } else {
            (number, Pulse::Fine)
        }
    }

    /// The canary says that the target is gone: `what`, a request that was served before, met `met`.
    pub(super) fn gone(&self, what: &str, met: &str) {
        self.vitals().gone(Some(what), met);
    }

    /// There is no canary that could tell: a long row over more than one operation, after better days, speaks for itself.
    pub(super) fn without_canary(&self) {
        let mut vitals = self.vitals();
        if vitals.well && vitals.unwell_in_a_row >= WITHOUT_CANARY && vitals.unwell.len() > 1 {
            let met = vitals.since.as_ref().map(|since| since.met.clone()).unwrap_or_default();
            vitals.gone(None, &met);
        }
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
    fn gone(&mut self, canary: Option<&str>, met: &str) {
        // While the canary was on its way something else may have been answered well; then all that is known is the end.
        let since = self.since.clone();
        let number = since.as_ref().map_or(self.exchanges + 1, |since| since.number);
        let reason = match (self.answered, since) {
            (0, _) => format!("nothing answers: {met}"),
            (_, None) => {
                format!("the target is gone: {}", canary.map_or(met.to_owned(), |what| format!("{what}: {met}")))
            }
            (_, Some(Since { what, met: first, after, .. })) => {
                let then = canary.map(|canary| format!(", and then {canary}: {met}")).unwrap_or_default();
                let before =
                    after.map(|after| format!("; the last request before that was {after}")).unwrap_or_default();
                format!("the target is gone since {what}: {first}{then}{before}")
            }
        };
        self.broken.get_or_insert(Broken { reason, since: number });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwell() -> Sign {
        Sign::Unwell { answered: true, text: "status 403".to_owned() }
    }

    #[test]
    fn the_request_before_the_first_refusal_is_named() {
        let health = Health::default();
        health.exchange("GET /a (first)", &Sign::Well);
        health.exchange("DELETE /a (culprit)", &Sign::Well);
        health.exchange("GET /b (next)", &unwell());
        // A refusal of wrong credentials is no sign of life, and none of death.
        health.exchange("GET /a (wrong credentials)", &Sign::Refused);
        for count in 1..UNWELL {
            let (number, pulse) = health.exchange("GET /c (more)", &unwell());
            assert_eq!(number, 4 + u64::from(count));
            assert_eq!(pulse == Pulse::Suspicious, count + 1 == UNWELL);
        }
        health.gone("GET /status", "status 403");
        let broken = health.broken().unwrap();
        assert_eq!(broken.since, 3);
        assert_eq!(
            broken.reason,
            "the target is gone since GET /b (next): status 403, and then GET /status: status 403; \
             the last request before that was DELETE /a (culprit)"
        );
    }

    #[test]
    fn without_a_canary_a_long_row_over_two_operations_is_enough() {
        for (well, operations, expected) in [(true, 2, true), (true, 1, false), (false, 2, false)] {
            let health = Health::default();
            health.exchange("GET /a (x)", if well { &Sign::Well } else { &Sign::Nothing });
            for count in 0..WITHOUT_CANARY {
                let what = if count % operations == 0 { "GET /a (y)" } else { "GET /b (z)" };
                assert!(health.broken().is_none());
                health.exchange(what, &unwell());
                health.without_canary();
            }
            assert_eq!(health.broken().is_some(), expected, "{well} {operations}");
        }
    }

    #[test]
    fn refused_connections_end_the_run_at_once() {
        let health = Health::default();
        let unreachable = Sign::Unreachable("connection refused".to_owned());
        let pulses: Vec<Pulse> = (0..CONNECT_FAILURES).map(|_| health.exchange("GET /a (x)", &unreachable).1).collect();
        assert_eq!(pulses.last(), Some(&Pulse::Gone));
        assert_eq!(health.broken().unwrap().reason, "nothing answers: connection refused");
    }
}
