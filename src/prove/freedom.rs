//! The sandbox with one lawful variation after the other, none of which may be called a drift.

use std::time::{Duration, Instant};

use super::fault::Ground;
use super::hunt::in_parallel;
use crate::drift::Level;
use crate::sandbox::variation::{Evidence, Variation};
use crate::suite::{Settings, StartError};

/// What became of one variation, for one seed.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The variation; none is the sandbox as it usually is.
    pub variation: Option<&'static Variation>,
    /// The seed.
    pub seed: u64,
    /// What was said of it falsely.
    pub alarms: Vec<Alarm>,
    /// How many requests were sent.
    pub requests: u64,
    /// How long that took.
    pub took: Duration,
}

/// Something that a conformant server must not hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// A drift at level error, by its id.
    Drift(String),
    /// The run ended with an exit code that is not the server's due, and these reasons.
    Ended(u8, Vec<String>),
}

impl Trial {
    /// The id of the variation, as tables name it.
    pub fn name(&self) -> &'static str {
        self.variation.map_or("as usual", |variation| variation.id)
    }
}

/// The exit code of a run that saw too little.
const THIN: u8 = 4;

impl Ground<'_> {
    /// Runs the suite against the sandbox with each of `variations`. Where the suite is `whole`, what is seen has to be enough as
    /// well; a part of it may see too little.
    ///
    /// # Errors
    /// When a run cannot start at all.
    pub fn free(&self, variations: &[Option<&'static Variation>], whole: bool) -> Result<Vec<Trial>, StartError> {
        let trials = in_parallel(variations, self.workers, &|| true, &|one| Some(self.freely(*one, whole)));
        trials.into_iter().collect()
    }

    fn freely(&self, variation: Option<&'static Variation>, whole: bool) -> Result<Trial, StartError> {
        let begun = Instant::now();
        let settings = Settings { fault: None, variation, ..self.settings.clone() };
        let outcome = self.run(&settings, std::future::pending(), &|_| {})?;
        let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
        let mut alarms: Vec<Alarm> = errors.map(|drift| Alarm::Drift(drift.id.clone())).collect();
        let thin = !whole || variation.is_some_and(|variation| variation.evidence == Evidence::Thin);
        let due = outcome.exit_code == 0 || thin && outcome.exit_code == THIN;
        if alarms.is_empty() && !due {
            alarms.push(Alarm::Ended(outcome.exit_code, outcome.reasons));
        }
        Ok(Trial { variation, seed: settings.seed, alarms, requests: outcome.requests, took: begun.elapsed() })
    }
}
