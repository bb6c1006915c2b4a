//! The exchanges of a journal.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::case::{self, Breach};
use crate::contract::{Contract, OperationId};
use crate::document::{Place, Pointer};
use crate::drift::Drift;
use crate::exchange::{Completeness, Exchange, Failure, Headers, Request, Response};
use crate::journal::{self, Answer, Content, Incomplete, Journal, Line, Purpose, Recorded};
use crate::run::recorded::Traffic;

use super::Recording;

pub(super) fn recording(journal: &Journal, contract: &Contract) -> Recording {
    let mut drifts: BTreeMap<&str, &Drift> = BTreeMap::new();
    for line in &journal.lines {
        if let Line::Drift(drift) = line {
            drifts.insert(&drift.id, drift);
        }
    }
    let mut recording = Recording::default();
    let mut gone: BTreeMap<&str, u64> = BTreeMap::new();
    for line in &journal.lines {
        let Line::Exchange(recorded) = line else { continue };
        // What was to be found out is told to who asked, and is no drift by itself.
        if recorded.purpose == Purpose::Probe {
            continue;
        }
        if contract.operation(&OperationId(recorded.operation.as_str().into())).is_none() {
            *gone.entry(&recorded.operation).or_default() += 1;
            continue;
        }
        recording.traffic.push(traffic(recorded, contract, &drifts));
    }
    let lost = |(operation, count): (&&str, &u64)| {
        format!("{count} exchanges of {operation} are not judged: no document describes it any more")
    };
    recording.notes.extend(gone.iter().map(lost));
    if journal.breaks_off {
        recording.notes.push("the journal breaks off in the middle of a line".to_owned());
    }
    recording
}

fn traffic(recorded: &Recorded, contract: &Contract, drifts: &BTreeMap<&str, &Drift>) -> Traffic {
    let (result, cut) = answer(&recorded.answer, recorded.milliseconds);
    Traffic {
        case: recorded.case.clone(),
        operation: OperationId(recorded.operation.as_str().into()),
        intent: intent(&recorded.intent, contract),
        credentials: credentials(recorded.credentials),
        again: recorded.purpose == Purpose::Again,
        fixture: recorded.purpose == Purpose::Fixture,
        exchange: Exchange {
            request: Request {
                method: recorded.method.clone(),
                url: recorded.url.clone(),
                headers: headers(&recorded.request_headers),
                body: recorded.request_body.as_ref().map(Content::decoded),
            },
            result,
            elapsed: Duration::from_millis(recorded.milliseconds),
            attempts: recorded.attempts,
            deferred: Vec::new(),
        },
        cut,
        known: recorded.drifts.iter().filter_map(|id| drifts.get(id.as_str()).map(|drift| (*drift).clone())).collect(),
    }
}

fn answer(answer: &Answer, milliseconds: u64) -> (Result<Response, Failure>, bool) {
    match answer {
        Answer::Response { status, version, headers: fields, body, incomplete } => {
            let response = Response {
                status: *status,
                reason: None,
                version: version.clone(),
                headers: headers(fields),
                body: body.decoded(),
                completeness: match incomplete {
                    None => Completeness::Whole,
                    Some(Incomplete::Cut { cause }) => Completeness::Cut(cause.clone()),
                    Some(Incomplete::OverLimit { limit }) => Completeness::OverLimit(*limit),
                    Some(Incomplete::Late) => Completeness::Late,
                    Some(Incomplete::Undecodable { cause }) => Completeness::Undecodable(cause.clone()),
                },
            };
            (Ok(response), body.cut)
        }
        Answer::Nothing { failure, cause } => {
            let cause = cause.clone();
            let failure = match failure {
                journal::Failure::Connect => Failure::Connect(cause),
                journal::Failure::Timeout => Failure::Timeout(Duration::from_millis(milliseconds)),
                journal::Failure::Closed => Failure::Closed(cause),
                journal::Failure::Malformed => Failure::Malformed(cause),
                journal::Failure::Unsendable => Failure::Unsendable(cause),
            };
            (Err(failure), false)
        }
    }
}

fn headers(fields: &[(String, String)]) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in fields {
        headers.push(name.clone(), value.clone());
    }
    headers
}

fn intent(intent: &journal::Intent, contract: &Contract) -> case::Intent {
    match intent {
        journal::Intent::Valid => case::Intent::Valid,
        journal::Intent::Hostile => case::Intent::Hostile,
        journal::Intent::Open => case::Intent::Open,
        journal::Intent::Absent => case::Intent::Absent,
        journal::Intent::Unauthorized => case::Intent::Unauthorized,
        journal::Intent::Undeclared => case::Intent::Undeclared,
        journal::Intent::Unknown => case::Intent::Unknown,
        journal::Intent::Invalid { reason, place, excuse } => case::Intent::Invalid(Breach {
            place: place.as_ref().and_then(|(file, pointer)| located(contract, file, pointer)),
            excuse: excuse.clone(),
            ..Breach::new(reason.clone())
        }),
    }
}

/// The place in the documents as they are now, where it is still there.
fn located(contract: &Contract, file: &str, pointer: &str) -> Option<Place> {
    let index = contract.sources.iter().position(|source| source.published.name() == file)?;
    let place = Place::new(crate::document::DocumentId(index), Pointer::parse(pointer).ok()?);
    contract.schemas.source(&place).is_some().then_some(place)
}

fn credentials(credentials: journal::Credentials) -> case::Credentials {
    match credentials {
        journal::Credentials::Environment => case::Credentials::Environment,
        journal::Credentials::None => case::Credentials::None,
        journal::Credentials::Wrong => case::Credentials::Wrong,
        journal::Credentials::Empty => case::Credentials::Empty,
        journal::Credentials::Malformed => case::Credentials::Malformed,
        journal::Credentials::OtherScheme => case::Credentials::OtherScheme,
        journal::Credentials::NoScheme => case::Credentials::NoScheme,
        journal::Credentials::Misplaced => case::Credentials::Misplaced,
    }
}
