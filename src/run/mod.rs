//! Plan to outcome: cases run, answers judged, drifts asked for again, what was created removed.

pub mod attempt;
pub mod client;
pub mod coding;
pub mod gate;
pub mod redact;
pub mod undo_log;

pub mod witness;

mod bind;
mod canary;
mod cleanup;
mod confirm;
mod contrast;
mod created;
mod creation;
pub(crate) mod credentials;
mod flight;
mod flow;
mod health;
mod judge;
mod keeper;
mod known;
mod law;
mod ledger;
mod listed;
mod meter;
mod narrow;
mod nearest;
mod needless;
mod obtain;
mod pace;
mod pairs;
mod patient;
mod perform;
mod pool;
mod probe;
pub mod recorded;
mod recorder;
mod reduce;
mod settle;
mod shrink;
mod smaller;
mod tally;
mod twin;
mod values;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use futures_util::stream::{self, StreamExt};
use tokio::sync::OnceCell;

use crate::baseline::Known;
use crate::case::{Case, CaseId};
use crate::contract::base_url::base_url;
use crate::contract::{Contract, Operation, OperationId};
use crate::digest::sha256;
use crate::document::Place;
use crate::drift::levels::Levels;
use crate::environment::Environment;
use crate::exchange::{Exchange, Request};
use crate::journal::Writer;
use crate::outcome::{CaseRecord, CaseResult, Event, Outcome};
use crate::plan::producer::Collections;
use crate::plan::{self, Plan};

use attempt::{After, Patience};
use bind::Bound;
use client::{Client, ClientOptions};
use created::Register;
use flight::Flights;
use flow::CaseRun;
use gate::{Ask, Gate, Purpose, Refusal};
use health::Health;
use ledger::Ledger;
use meter::Meter;
use pace::Pace;
use pool::Pool;
pub use recorder::journal_in;
use redact::Redactor;
use settle::Ended;
use tally::Tally;
use undo_log::{UndoLog, UndoLogError};

/// Everything that a run depends on.
#[derive(Debug)]
pub struct Setup<'a> {
    /// What is promised.
    pub contract: &'a Contract,
    /// Where it is judged.
    pub environment: &'a Environment,
    /// What is sent.
    pub plan: &'a Plan<'a>,
    /// Levels that differ from the usual.
    pub levels: &'a Levels,
    /// What random choices started from.
    pub seed: u64,
    /// What could not be composed, for the report.
    pub notes: Vec<String>,
    /// The file that remembers what is created, whatever happens to the run.
    pub undo_log: Option<&'a Path>,
    /// Where all that happens is written down.
    pub journal: Option<&'a JournalPlace>,
    /// How much may be sent, and for how long.
    pub limits: Limits,
    /// Promises that no request can keep, or none can break, and why.
    pub impossible: &'a [(OperationId, Place, String)],
    /// Drifts that are accepted, on the day of the run.
    pub known: Option<&'a Known>,
}

impl<'a> Setup<'a> {
    /// A run of `plan` without bounds and without a log of what it creates.
    pub fn new(contract: &'a Contract, environment: &'a Environment, plan: &'a Plan<'a>, levels: &'a Levels) -> Self {
        Self {
            contract,
            environment,
            plan,
            levels,
            seed: 0,
            notes: Vec::new(),
            undo_log: None,
            journal: None,
            limits: Limits::default(),
            impossible: &[],
            known: None,
        }
    }
}

/// Where the journal of a run goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalPlace {
    /// Into this folder.
    Folder(PathBuf),
    /// Into a folder below this one that is called as the run is.
    Below(PathBuf),
}

/// Bounds of a run; cleaning up is bound by none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// No case begins after this time.
    pub budget: Option<Duration>,
    /// No request leaves beyond this number.
    pub requests: Option<u64>,
}

/// Why a run cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No client.
    #[error("the HTTP client cannot be built: {0}")]
    Client(#[from] client::ClientError),
    /// No log of what is created, and so nothing may be created.
    #[error(transparent)]
    UndoLog(#[from] UndoLogError),
    /// No journal.
    #[error("the journal {path} cannot be written: {cause}")]
    Journal {
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
}

/// One run on its way.
struct Runner<'a> {
    contract: &'a Contract,
    environment: &'a Environment,
    plan: &'a Plan<'a>,
    collections: Collections<'a>,
    levels: &'a Levels,
    tell: &'a (dyn Fn(Event) + Sync),
    /// Begins the names of what the run creates.
    mark: String,
    marks: AtomicU64,
    client: Client,
    patience: Patience,
    gate: Gate,
    redactor: Redactor,
    /// Credentials that are looked for in answers.
    secrets: Vec<String>,
    meter: Meter,
    ledger: Ledger,
    pool: Pool,
    register: Register,
    flights: Flights,
    health: Health,
    pace: Pace,
    undo_log: Option<UndoLog>,
    journal: Option<Writer>,
    /// Exchanges that were written down.
    recorded: AtomicU64,
    tally: Mutex<Tally>,
    notes: Mutex<Vec<String>>,
    /// Cases that others depend on, run once.
    shared: BTreeMap<CaseId, OnceCell<CaseRun>>,
}

/// Runs the plan until it is done or `stop` resolves. Whatever goes wrong on the way is part of the outcome.
///
/// # Errors
/// When the run cannot be set up.
pub async fn run(
    setup: Setup<'_>,
    stop: impl Future<Output = ()>,
    tell: &(dyn Fn(Event) + Sync),
) -> Result<Outcome, SetupError> {
    let begun = Instant::now();
    let started = jiff::Timestamp::now();
    let bases = bases(setup.contract, setup.environment);
    let runner = Runner::new(&setup, &bases.urls, started, tell)?;
    for note in setup.notes.iter().chain(&bases.notes).cloned().chain(setup.levels.changes()) {
        runner.note(note);
    }
    runner.record_plan(&setup, &bases.urls, started);
    tell(Event::Planned { cases: setup.plan.cases.len() });
    let mut interrupted = false;
    let mut records: Vec<(usize, CaseRecord)> = Vec::new();
    {
        let work = pin!(async {
            runner.cases(&mut records).await;
            runner.tally().merge();
            runner.confirm().await;
            runner.pair().await;
            runner.reduce().await;
        });
        // After an interruption what was created is still removed and what was found still reported.
        if let Either::Right(_) = select(work, pin!(stop)).await {
            interrupted = true;
        }
    }
    let left_behind = runner.clean_up().await;
    records.sort_by_key(|(index, _)| *index);
    let mut records: Vec<CaseRecord> = records.into_iter().map(|(_, record)| record).collect();
    runner.tally().merge();
    for record in &mut records {
        runner.tally().renamed(&mut record.drifts);
    }
    let outcome = runner.outcome(&setup, &bases.urls, Ended { started, begun, records, left_behind, interrupted });
    runner.record_end(&outcome);
    Ok(outcome)
}

impl<'a> Runner<'a> {
    fn new(
        setup: &Setup<'a>,
        bases: &[String],
        started: jiff::Timestamp,
        tell: &'a (dyn Fn(Event) + Sync),
    ) -> Result<Self, SetupError> {
        let environment = setup.environment;
        let https = bases.iter().any(|base| base.starts_with("https:"));
        let mark = mark(started, setup.seed, &environment.name);
        let depended = setup.plan.cases.iter().chain(&setup.plan.support).flat_map(|case| &case.depends_on);
        Ok(Self {
            contract: setup.contract,
            environment,
            plan: setup.plan,
            collections: Collections::new(setup.contract),
            levels: setup.levels,
            tell,
            client: Client::new(&ClientOptions::of(environment, https))?,
            patience: Patience::default(),
            gate: Gate::new(environment, bases.iter().map(String::as_str), setup.contract),
            redactor: Redactor::new(environment.secrets(), &environment.redact),
            secrets: keeper::telling(environment.secrets()),
            meter: Meter::new(setup.limits),
            ledger: Ledger::new(setup.impossible),
            pool: Pool::default(),
            register: Register::default(),
            flights: Flights::default(),
            health: Health::default(),
            pace: Pace::default(),
            undo_log: setup.undo_log.map(UndoLog::open).transpose()?,
            journal: recorder::open(setup.journal, &mark)?,
            recorded: AtomicU64::new(0),
            tally: Mutex::new(Tally::default()),
            notes: Mutex::new(Vec::new()),
            shared: depended.map(|id| (id.clone(), OnceCell::new())).collect(),
            mark,
            marks: AtomicU64::new(0),
        })
    }

    /// Every selected case, some at the same time; ends early when the target is gone.
    async fn cases(&self, records: &mut Vec<(usize, CaseRecord)>) {
        let all = stream::iter(self.plan.cases.iter().enumerate());
        let mut running = all
            .map(|(index, case)| async move {
                if let Some(broken) = self.health.broken() {
                    return (index, unjudged(case, broken.reason));
                }
                if let Some(spent) = self.meter.spent() {
                    return (index, unjudged(case, format!("{LEFT_OUT}: {spent}")));
                }
                if let Some(reason) = self.needless(case) {
                    return (index, unjudged(case, reason));
                }
                let record = match self.shared.get(&case.id) {
                    Some(cell) => cell.get_or_init(|| self.case(case)).await.record.clone(),
                    None => self.case(case).await.record,
                };
                (index, record)
            })
            .buffer_unordered(self.environment.concurrency.max(1));
        while let Some((index, record)) = running.next().await {
            (self.tell)(Event::CaseEnded(record.clone()));
            self.record_case(&record);
            records.push((index, record));
        }
        self.tell_what_was_left_out(records);
    }

    /// One note for all cases that never began because a limit was reached.
    fn tell_what_was_left_out(&self, records: &[(usize, CaseRecord)]) {
        let mut families: BTreeMap<&str, u64> = BTreeMap::new();
        let mut why = "";
        for (_, record) in records {
            if let CaseResult::NotJudged { reason } = &record.result
                && let Some((_, spent)) = reason.split_once(LEFT_OUT)
            {
                *families.entry(&record.family).or_default() += 1;
                why = spent;
            }
        }
        if !families.is_empty() {
            let all: u64 = families.values().sum();
            let named: Vec<String> = families.iter().map(|(family, count)| format!("{family} {count}")).collect();
            let plural = if all == 1 { "case was" } else { "cases were" };
            self.note(format!("{all} {plural} left out ({}){why}", named.join(", ")));
        }
    }

    /// Sends one request that the gate has let through; silence is taken for an answer. What belongs to the cleanup may
    /// be repeated beyond any limit.
    async fn exchange(&self, request: &Request, deadline: Option<Duration>) -> Exchange {
        let again = |after| after != After::Silence;
        attempt::exchange(&self.client, request.clone(), &self.patience, deadline, &again).await
    }

    /// Sends one request to `operation` that the gate has let through; after silence again only where `operation` has
    /// answered before, after a request to wait only while waiting helps, and never beyond the limit.
    async fn exchange_with(&self, operation: &Operation, request: &Request, deadline: Option<Duration>) -> Exchange {
        let worthwhile = |after| match after {
            After::Silence => self.pace.may_ask_again(&operation.id),
            After::Deferral => self.pace.may_wait(&operation.id),
            After::Anything => true,
        };
        let again = |after| worthwhile(after) && self.meter.take();
        attempt::exchange(&self.client, request.clone(), &self.patience, deadline, &again).await
    }

    /// Asks the gate whether the request may leave.
    fn ask(
        &self,
        operation: &Operation,
        bound: &Bound,
        created_by_run: bool,
        creates: bool,
        purpose: Purpose,
    ) -> Result<(), Refusal> {
        let (method, url) = (&bound.request.method, &bound.request.url);
        self.gate.check(&Ask { operation: Some(&operation.id), method, url, created_by_run, creates, purpose })
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run's mark with a number of its own, so that what one case creates is told from all else.
    fn next_mark(&self) -> String {
        format!("{}-{}", self.mark, self.marks.fetch_add(1, Ordering::Relaxed))
    }

    fn notes(&self) -> Vec<String> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = BTreeSet::new();
        notes.iter().filter(|note| seen.insert(note.as_str())).cloned().collect()
    }

    fn note(&self, note: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
}

/// Begins the reason of every case that was left out.
const LEFT_OUT: &str = "left out";

/// Begins the names of what a run creates: the time in nanoseconds, the seed and the environment, hashed.
fn mark(started: jiff::Timestamp, seed: u64, environment: &str) -> String {
    let digest = sha256(format!("{}/{seed}/{}/{environment}", started.as_nanosecond(), std::process::id()));
    format!("conform-{}", digest.get(..8).unwrap_or_default())
}

fn unjudged(case: &Case, reason: String) -> CaseRecord {
    CaseRecord {
        id: case.id.to_string(),
        name: case.name.clone(),
        family: plan::family(case).to_owned(),
        operations: plan::called(case).iter().map(ToString::to_string).collect(),
        result: CaseResult::NotJudged { reason },
        drifts: Vec::new(),
        requests: 0,
        milliseconds: 0,
    }
}

/// The base URLs that this environment has, and what is odd about them.
struct Bases {
    urls: Vec<String>,
    notes: Vec<String>,
}

fn bases(contract: &Contract, environment: &Environment) -> Bases {
    let mut urls: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    for operation in contract.operations.iter().filter(|operation| operation.disabled.is_none()) {
        match base_url(operation, &environment.target) {
            Ok(url) if !urls.contains(&url) => urls.push(url),
            Ok(_) => {}
            Err(reason) => notes.push(format!("{} is not exercised: {reason}", operation.id)),
        }
    }
    if urls.len() > 1 {
        notes.push(format!(
            "{} has more than one host; each operation is called at its own document's: {}",
            environment.name,
            urls.join(", ")
        ));
    }
    Bases { urls, notes }
}
