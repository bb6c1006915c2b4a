//! Writes the journal: what happens, as it happens.

use std::path::Path;
use std::sync::atomic::Ordering;

use crate::case::{self, Case};
use crate::contract::Contract;
use crate::document::Place;
use crate::drift::Drift;
use crate::exchange::{Completeness, Exchange};
use crate::journal::{
    Answer, Begun, Content, Credentials, Described, FORMAT, Failure, Incomplete, Intent, Line, Planned, Purpose,
    Recorded, Writer,
};
use crate::outcome::{CaseRecord, EnvironmentFacts, Outcome};
use crate::{exchange, plan};

use super::perform::{Aim, Turn};
use super::redact::Redactor;
use super::{JournalPlace, Runner, Setup, SetupError};

/// So many exchanges lie between two accounts of the evidence.
const EVIDENCE: u64 = 500;

/// Begins the journal of the run that is called `mark`, where one is wanted.
pub(super) fn open(place: Option<&JournalPlace>, mark: &str) -> Result<Option<Writer>, SetupError> {
    let path = match place {
        None => return Ok(None),
        Some(JournalPlace::Folder(folder)) => folder.join(NAME),
        Some(JournalPlace::Below(home)) => home.join(mark).join(NAME),
    };
    let unwritable = |cause| SetupError::Journal { path: path.display().to_string(), cause };
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(unwritable)?;
    Writer::create(&path).map(Some).map_err(unwritable)
}

/// The file in the folder of a run.
const NAME: &str = "journal.ndjson";

impl Runner<'_> {
    /// Appends what `line` makes, where there is a journal.
    fn write(&self, line: impl FnOnce() -> Line) {
        let Some(journal) = &self.journal else { return };
        if let Err(error) = journal.append(&line()) {
            self.note(format!("the journal of the run ends early: {error}"));
        }
    }

    /// Whose journal it is, and what is going to be sent.
    pub(super) fn record_plan(&self, setup: &Setup<'_>, bases: &[String], started: jiff::Timestamp) {
        self.write(|| {
            Line::Run(Box::new(Begun {
                format: FORMAT.to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                run: self.mark.clone(),
                started: started.to_string(),
                seed: setup.seed,
                environment: self.facts(bases),
                documents: self.documents(),
                operations: self.plan.operations.iter().filter_map(|id| described(self.contract, id)).collect(),
            }))
        });
        self.write(|| Line::Plan { cases: self.plan.cases.iter().map(|case| planned(case)).collect() });
    }

    /// The environment, as reports name it.
    pub(super) fn facts(&self, bases: &[String]) -> EnvironmentFacts {
        EnvironmentFacts {
            name: self.environment.name.clone(),
            base_urls: bases.iter().map(|base| self.redactor.text(base)).collect(),
            run: None,
        }
    }

    /// A request, what became of it, and the drifts that showed.
    pub(super) fn record(&self, turn: &Turn<'_>, exchange: &Exchange, drifts: &[String]) {
        self.write(|| Line::Exchange(Box::new(self.recorded(turn, exchange, drifts))));
        if self.journal.is_some() && self.recorded.fetch_add(1, Ordering::Relaxed) % EVIDENCE == EVIDENCE - 1 {
            self.write(|| Line::Evidence { promises: self.ledger.evidence(self.contract, &self.plan.operations).0 });
        }
    }

    /// A case that ended.
    pub(super) fn record_case(&self, record: &CaseRecord) {
        self.write(|| Line::Case(record.clone()));
    }

    /// A drift, new or described anew.
    pub(super) fn record_drift(&self, drift: impl FnOnce() -> Option<Drift>) {
        if self.journal.is_some()
            && let Some(drift) = drift()
        {
            self.write(|| Line::Drift(Box::new(drift)));
        }
    }

    /// What the run came to: what was found out about its drifts at the end, and its verdict.
    pub(super) fn record_end(&self, outcome: &Outcome) {
        for drift in &outcome.drifts {
            self.write(|| Line::Drift(Box::new(drift.clone())));
        }
        self.write(|| Line::Evidence { promises: outcome.evidence.clone() });
        self.write(|| Line::End { verdict: outcome.verdict, seconds: outcome.seconds });
    }

    fn recorded(&self, turn: &Turn<'_>, exchange: &Exchange, drifts: &[String]) -> Recorded {
        let redactor = &self.redactor.aware_of(exchange);
        let Exchange { request, result, elapsed, attempts, .. } = exchange;
        let content = |headers: &exchange::Headers, body: &[u8]| content(redactor, headers, body);
        let purpose = match turn.errand.aim {
            Aim::Probe { .. } => Purpose::Probe,
            _ if self.tally().confirming => Purpose::Again,
            Aim::Case => Purpose::Case,
            Aim::Fixture => Purpose::Fixture,
        };
        Recorded {
            number: turn.number,
            at: turn.begun.to_string(),
            case: turn.errand.root.to_string(),
            operation: turn.operation.id.to_string(),
            purpose,
            intent: self.intent(&turn.step.intent),
            credentials: credentials(turn.step.credentials),
            method: redactor.text(&request.method),
            url: redactor.url(&request.url),
            request_headers: redactor.headers(&request.headers),
            request_body: request.body.as_ref().map(|body| content(&request.headers, body)),
            answer: match result {
                Ok(response) => Answer::Response {
                    status: response.status,
                    version: response.version.clone(),
                    headers: redactor.headers(&response.headers),
                    body: content(&response.headers, &response.body),
                    incomplete: incomplete(redactor, &response.completeness),
                },
                Err(failure) => Answer::Nothing { failure: kind(failure), cause: redactor.text(&failure.to_string()) },
            },
            milliseconds: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            attempts: *attempts,
            drifts: drifts.to_vec(),
        }
    }

    fn intent(&self, intent: &case::Intent) -> Intent {
        let named = |place: &Place| {
            let source = self.contract.source(place.document)?;
            Some((source.published.name().to_owned(), place.pointer.to_string()))
        };
        match intent {
            case::Intent::Valid => Intent::Valid,
            case::Intent::Hostile => Intent::Hostile,
            case::Intent::Open => Intent::Open,
            case::Intent::Absent => Intent::Absent,
            case::Intent::Unauthorized => Intent::Unauthorized,
            case::Intent::Undeclared => Intent::Undeclared,
            case::Intent::Unknown => Intent::Unknown,
            case::Intent::Invalid(breach) => Intent::Invalid {
                reason: breach.reason.clone(),
                place: breach.place.as_ref().and_then(named),
                excuse: breach.excuse.clone(),
            },
        }
    }
}

fn content(redactor: &Redactor, headers: &exchange::Headers, body: &[u8]) -> Content {
    Content::new(body, |bytes| redactor.body(headers.get("content-type"), bytes))
}

fn described(contract: &Contract, id: &crate::contract::OperationId) -> Option<Described> {
    let operation = contract.operation(id)?;
    Some(Described { operation: id.to_string(), method: operation.method.clone(), path: operation.path.text.clone() })
}

fn planned(case: &Case) -> Planned {
    Planned {
        id: case.id.to_string(),
        name: case.name.clone(),
        family: plan::family(case).to_owned(),
        operations: plan::called(case).iter().map(ToString::to_string).collect(),
    }
}

fn credentials(credentials: case::Credentials) -> Credentials {
    match credentials {
        case::Credentials::Environment => Credentials::Environment,
        case::Credentials::None => Credentials::None,
        case::Credentials::Wrong => Credentials::Wrong,
        case::Credentials::Empty => Credentials::Empty,
        case::Credentials::Malformed => Credentials::Malformed,
        case::Credentials::OtherScheme => Credentials::OtherScheme,
        case::Credentials::NoScheme => Credentials::NoScheme,
        case::Credentials::Misplaced => Credentials::Misplaced,
    }
}

fn incomplete(redactor: &Redactor, completeness: &Completeness) -> Option<Incomplete> {
    Some(match completeness {
        Completeness::Whole => return None,
        Completeness::Cut(cause) => Incomplete::Cut { cause: redactor.text(cause) },
        Completeness::OverLimit(limit) => Incomplete::OverLimit { limit: *limit },
        Completeness::Late => Incomplete::Late,
        Completeness::Undecodable(cause) => Incomplete::Undecodable { cause: redactor.text(cause) },
    })
}

fn kind(failure: &exchange::Failure) -> Failure {
    match failure {
        exchange::Failure::Connect(_) => Failure::Connect,
        exchange::Failure::Timeout(_) => Failure::Timeout,
        exchange::Failure::Closed(_) => Failure::Closed,
        exchange::Failure::Malformed(_) => Failure::Malformed,
        exchange::Failure::Unsendable(_) => Failure::Unsendable,
    }
}

/// The journal of the run whose reports are in `folder`.
pub fn journal_in(folder: &Path) -> std::path::PathBuf {
    folder.join(NAME)
}
