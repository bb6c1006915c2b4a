//! Where each drift shows, and where it does not, environment by environment.

use serde::{Deserialize, Serialize};

use crate::drift::{Drift, Level, Stability, State};

use super::{CaseResult, Outcome, Verdict};

/// One drift in each environment of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Spread {
    /// The drift, by its id.
    pub drift: String,
    /// One for each environment, in their order.
    pub cells: Vec<Cell>,
}

/// One drift in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Cell {
    /// The environment, by its name.
    pub environment: String,
    /// What is known of the drift there.
    #[serde(flatten)]
    pub sight: Sight,
}

/// What is known of a drift in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "sight", rename_all = "kebab-case")]
pub enum Sight {
    /// It shows.
    Drifts {
        /// How bad it is there.
        level: Level,
        /// How it stands against that environment's baseline.
        state: State,
        /// In how many exchanges it showed.
        occurrences: u64,
        /// Whether it shows each time.
        #[serde(flatten)]
        stability: Stability,
    },
    /// What shows it elsewhere ran here, and it does not show.
    Absent,
    /// Nothing is known of it.
    NotJudged {
        /// Why.
        because: String,
    },
}

/// How the drifts of `all` stand in each of `outcomes`.
pub(super) fn matrix(all: &[Drift], outcomes: &[Outcome]) -> Vec<Spread> {
    let row = |drift: &Drift| Spread {
        drift: drift.id.clone(),
        cells: outcomes.iter().map(|outcome| cell(drift, outcome)).collect(),
    };
    all.iter().map(row).collect()
}

fn cell(drift: &Drift, outcome: &Outcome) -> Cell {
    let sight = match outcome.drifts.iter().find(|own| own.id == drift.id) {
        Some(own) => {
            Sight::Drifts { level: own.level, state: own.state, occurrences: own.occurrences, stability: own.stability }
        }
        None => match silence(drift, outcome) {
            Some(because) => Sight::NotJudged { because },
            None => Sight::Absent,
        },
    };
    Cell { environment: outcome.environment().to_owned(), sight }
}

/// Why it proves nothing that `outcome` does not show `drift`, which another run showed; nothing where it proves that the
/// drift is not there.
pub fn silence(drift: &Drift, outcome: &Outcome) -> Option<String> {
    match outcome.verdict {
        Verdict::Interrupted => return Some("the run was interrupted".to_owned()),
        Verdict::Environment => return Some(failure(outcome)),
        Verdict::Conformant | Verdict::Drift | Verdict::NotEnoughEvidence => {}
    }
    if matches!(drift.stability, Stability::Intermittent { .. }) {
        return Some("it shows only sometimes, so one run without it proves nothing".to_owned());
    }
    let name = &drift.operation;
    match outcome.operations.iter().find(|record| record.operation == *name) {
        None => return Some(format!("{name} is not in the plan")),
        Some(record) if record.requests == 0 => {
            let why = record.not_exercised.as_deref().unwrap_or("nothing was sent to it");
            return Some(format!("{name} is not exercised: {why}"));
        }
        Some(_) => {}
    }
    let mut why = None;
    for case in outcome.cases.iter().filter(|case| drift.cases.contains(&case.id)) {
        match &case.result {
            CaseResult::Passed => return None,
            CaseResult::NotJudged { reason } => {
                why.get_or_insert_with(|| format!("{} could not be judged: {reason}", case.name));
            }
            // What a case shows may end it before it comes to anything else.
            CaseResult::Failed => {
                let other = case.drifts.first().map(|drift| format!(": `{drift}`")).unwrap_or_default();
                why.get_or_insert_with(|| format!("{} shows something else{other}", case.name));
            }
        }
    }
    Some(why.unwrap_or_else(|| "no case that showed it was run".to_owned()))
}

fn failure(outcome: &Outcome) -> String {
    let why = outcome.reasons.first().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("the environment failed{why}")
}
