//! The suite against a healthy service behind a proxy that tells one lie after the other, and what was noticed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::hunt::{Hunt, in_parallel};
use super::{Known, Verdict};
use crate::drift::Level;
use crate::environment::{Environment, Target};
use crate::liar::proxy::{Proxy, ProxyError};
use crate::liar::{Lie, Scene};
use crate::outcome::{Event, Outcome};
use crate::suite::{Settings, StartError, Suite};

/// What became of one lie.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The lie.
    pub lie: Lie,
    /// Whether it was noticed, and by which rules.
    pub verdict: Verdict,
    /// How often it was told.
    pub told: u64,
    /// How many requests had been answered in cases that were over when it was noticed, or at the end.
    pub requests: u64,
    /// How long that took.
    pub took: Duration,
}

/// A service that is taken for healthy.
#[derive(Debug)]
pub struct Healthy {
    /// Its base URL.
    pub base_url: String,
    /// What the suite says of it anyway, from warnings on.
    pub drifts: Known,
    /// The exit code of a run against it.
    pub exit_code: u8,
    /// Why it is not 0.
    pub reasons: Vec<String>,
}

/// Why nothing was tried.
#[derive(Debug, thiserror::Error)]
pub enum ThroughError {
    /// The proxy.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The run.
    #[error(transparent)]
    Run(#[from] StartError),
    /// The machine.
    #[error("no thread of work could be started: {0}")]
    Runtime(#[from] std::io::Error),
}

/// What does not change from lie to lie.
#[derive(Debug)]
pub struct Through<'a> {
    /// The suite.
    pub suite: &'a Suite,
    /// As it is meant for the service itself.
    pub environment: &'a Environment,
    /// The user's.
    pub settings: &'a Settings,
    /// What a proxy has to know of the documents.
    pub scene: Arc<Scene>,
    /// Becomes true when somebody wants the proof to end.
    pub ended: watch::Receiver<bool>,
}

impl Through<'_> {
    /// What the suite says of the service at `base_url` through a proxy that only passes on.
    ///
    /// # Errors
    /// When the run cannot start at all.
    pub fn healthy(&self, base_url: &str) -> Result<Healthy, ThroughError> {
        let (outcome, _) = self.run(base_url, None, std::future::pending(), &|_| {})?;
        let said = outcome.drifts.iter().filter(|drift| drift.level >= Level::Warning);
        let drifts = said.map(|drift| (drift.id.clone(), drift.level)).collect();
        Ok(Healthy { base_url: base_url.to_owned(), drifts, exit_code: outcome.exit_code, reasons: outcome.reasons })
    }

    /// Runs the suite once for each of `lies`, `workers` at a time, and tells of each trial when it is over; the trials stand
    /// in the order of the lies. Where somebody wants it to end, those that were over by then.
    ///
    /// # Errors
    /// When a run cannot start at all.
    pub fn prove(
        &self,
        lies: &[Lie],
        healthy: &Healthy,
        workers: usize,
        tell: &(dyn Fn(&Trial) + Sync),
    ) -> Result<Vec<Trial>, ThroughError> {
        let work = |lie: &Lie| {
            let trial = self.trial(lie, healthy);
            let over = self.go_on();
            trial.iter().filter(|_| over).for_each(tell);
            over.then_some(trial)
        };
        in_parallel(lies, workers, &|| self.go_on(), &work).into_iter().collect()
    }

    fn go_on(&self) -> bool {
        !*self.ended.borrow()
    }

    /// Runs the suite against one lie until a rule names it that may.
    fn trial(&self, lie: &Lie, healthy: &Healthy) -> Result<Trial, ThroughError> {
        let hunt = Hunt::new(&healthy.drifts, lie.noticed_by);
        let (outcome, told) = self.run(&healthy.base_url, Some(lie), hunt.over(), &|event| hunt.hear(event))?;
        let (requests, took) = hunt.cost(&outcome);
        let verdict = match hunt.verdict(&outcome) {
            Some(Verdict::Rightly(rule)) => Verdict::Rightly(rule),
            _ if told == 0 => Verdict::NotExercised,
            Some(verdict) => verdict,
            None if outcome.exit_code > 1 && outcome.exit_code != healthy.exit_code => {
                Verdict::ByAccident(vec![format!("exit code {}", outcome.exit_code)])
            }
            None => Verdict::Survived(self.reasons(lie, healthy)),
        };
        Ok(Trial { lie: lie.clone(), verdict, told, requests, took })
    }

    /// One run through a proxy, and how often that lied.
    fn run(
        &self,
        base_url: &str,
        lie: Option<&Lie>,
        over: impl Future<Output = ()>,
        tell: &(dyn Fn(Event) + Sync),
    ) -> Result<(Outcome, u64), ThroughError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut ended = self.ended.clone();
        runtime.block_on(async {
            let proxy = Proxy::start(base_url, &self.scene, lie, self.environment).await?;
            let target = Target::BaseUrl(proxy.base_url().to_owned());
            let environment = Environment { target, ..self.environment.clone() };
            let stop = async {
                tokio::select! {
                    () = over => {}
                    Ok(_) = ended.wait_for(|ended| *ended) => {}
                }
            };
            let outcome = self.suite.run(environment, self.settings, stop, tell).await;
            let told = proxy.lies_told();
            proxy.stop().await;
            Ok((outcome?, told))
        })
    }

    /// Why rules that may claim `lie` could not.
    fn reasons(&self, lie: &Lie, healthy: &Healthy) -> Vec<String> {
        let mut reasons = Vec::new();
        for rule in lie.noticed_by {
            match self.settings.levels.level(rule, &lie.operation.0, Level::Error) {
                None => reasons.push(format!("`{rule}` is switched off")),
                Some(Level::Note) => reasons.push(format!("`{rule}` is only a note")),
                Some(_) => {
                    let here = format!("{rule}/{}/", lie.operation);
                    let known = healthy.drifts.keys().filter(|id| id.starts_with(&here));
                    reasons.extend(known.map(|id| format!("the service shows `{id}` anyway")));
                }
            }
        }
        reasons
    }
}
