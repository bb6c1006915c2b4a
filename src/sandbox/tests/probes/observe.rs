//! Asks a sandbox what a probe asks, and reduces the difference of two answers to ways.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, header};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::step::{Probe, Step};
use crate::sandbox::Options;
use crate::sandbox::fault::{Answer, Fault, Payload};
use crate::sandbox::request::{Operation, Place};
use crate::sandbox::routes::{Room, answered};
use crate::sandbox::store::{Customer, Store};
use crate::sandbox::variation::Ways;

static SEED: LazyLock<Store> = LazyLock::new(|| Store::seeded(Ways::USUAL));

/// A probe with all ids in their places, and what a healthy sandbox answered.
pub(super) struct Kept {
    pub(super) name: String,
    requests: Vec<Step>,
    pub(super) answers: Vec<Answered>,
}

/// What is seen of an answer.
pub(super) struct Answered {
    /// The operation that was asked for, or the method where there is none.
    pub(super) asked: String,
    pub(super) status: u16,
    headers: BTreeMap<String, String>,
    body: Seen,
    pause: Duration,
}

#[derive(PartialEq)]
enum Seen {
    Json(Value),
    /// Anything else, by what it is.
    Other(String),
}

/// Lets a healthy sandbox answer a probe.
pub(super) fn record(probe: Probe) -> Kept {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (room, mut names) = (room(None), seeded());
    let (mut requests, mut answers) = (Vec::new(), Vec::new());
    for mut step in probe.steps {
        for (name, value) in &names {
            step.path = step.path.replace(&format!("{{{name}}}"), value);
        }
        // A refusal gives no id for what would follow.
        if step.path.contains('{') {
            continue;
        }
        let answer = runtime.block_on(one(&room, &step));
        if let Seen::Json(body) = &answer.body {
            let given: &[&str] =
                if step.method == Method::POST { &["customerId", "bankAccountId"] } else { &["after"] };
            let given =
                given.iter().filter_map(|name| Some(((*name).to_owned(), body.get(name)?.as_str()?.to_owned())));
            names.extend(given);
        }
        requests.push(step);
        answers.push(answer);
    }
    Kept { name: probe.name, requests, answers }
}

/// Asks a sandbox with this fault the same.
pub(super) async fn ask(kept: &Kept, fault: Option<&'static Fault>) -> Vec<Answered> {
    let room = room(fault);
    let mut answers = Vec::new();
    for request in &kept.requests {
        answers.push(one(&room, request).await);
    }
    answers
}

fn room(fault: Option<&'static Fault>) -> Room {
    let clock = || Timestamp::new(1_780_000_000, 0).unwrap();
    Room::with(SEED.clone(), Options { fault, ..Options::default() }, clock)
}

/// Ids of the seed: `banked` has a bank account of a `person` and one of a `company`, `other` has `others`, `bare` has
/// none.
fn seeded() -> BTreeMap<String, String> {
    let born = |one: &&Customer| one.kyc.as_ref().is_some_and(|kyc| kyc.contains_key("placeOfBirth"));
    let with = |count: usize| SEED.customers().filter(born).find(|one| one.bank_accounts.len() == count).unwrap();
    let (banked, other, bare) = (with(5), with(1), with(0));
    let mut names = BTreeMap::from([
        ("banked", banked.id),
        ("person", banked.bank_accounts[0].id),
        ("company", banked.bank_accounts[1].id),
        ("other", other.id),
        ("others", other.bank_accounts[0].id),
        ("bare", bare.id),
    ])
    .into_iter()
    .map(|(name, id)| (name.to_owned(), id.to_string()))
    .collect::<BTreeMap<_, _>>();
    names.insert("unknown".to_owned(), super::super::UNKNOWN.to_owned());
    names.extend(SEED.customers().enumerate().map(|(place, one)| (format!("seed-{place}"), one.id.to_string())));
    names
}

async fn one(room: &Room, step: &Step) -> Answered {
    let mut request = Request::builder().method(&step.method).uri(format!("/api{}", step.path));
    if let Some(credentials) = step.credentials {
        request = request.header(header::AUTHORIZATION, credentials);
    }
    if let Some(cookie) = step.cookie {
        request = request.header(header::COOKIE, cookie);
    }
    if let Some(media_type) = step.media_type {
        request = request.header(header::CONTENT_TYPE, media_type);
    }
    let request = request.body(Body::from(step.body.clone())).unwrap();
    let path = format!("/api{}", step.path);
    let place = Place::of(path.split('?').next().unwrap());
    let operation = place.and_then(|place| Operation::of(&place, &step.method));
    let asked = operation.map_or_else(|| step.method.to_string(), |operation| format!("{operation:?}"));
    let answer = Answered::of(asked, answered(room, request).await);
    // The server leaves the content out of an answer to HEAD.
    if step.method == Method::HEAD { Answered { body: Seen::Other(String::new()), ..answer } } else { answer }
}

impl Answered {
    fn of(asked: String, answer: Answer) -> Answered {
        let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = match answer.payload {
            Payload::Json(value) => Seen::Json(*value),
            Payload::Bytes(bytes) => match serde_json::from_slice(&bytes) {
                Ok(value) => Seen::Json(value),
                Err(_) => Seen::Other(format!("{bytes:?}")),
            },
            other => Seen::Other(format!("{other:?}")),
        };
        Answered { asked, status: answer.status, headers, body, pause: answer.pause }
    }
}

/// The ways in which an answer differs from the healthy one: of status, header section and content the first alone.
pub(super) fn difference(healthy: &Answered, other: &Answered) -> BTreeSet<String> {
    let mut ways = BTreeSet::new();
    let asked = &healthy.asked;
    if healthy.status != other.status {
        ways.insert(format!("{asked} {} as {}", healthy.status, other.status));
        return ways;
    }
    for name in healthy.headers.keys().chain(other.headers.keys()) {
        if healthy.headers.get(name) != other.headers.get(name) {
            ways.insert(format!("{asked} {} {name}", healthy.status));
        }
    }
    if healthy.pause != other.pause {
        ways.insert(format!("{asked} {} late", healthy.status));
    }
    if ways.is_empty() {
        let mut places = BTreeSet::new();
        match (&healthy.body, &other.body) {
            (Seen::Json(healthy), Seen::Json(other)) => places_of(healthy, other, "", &mut places),
            (healthy, other) if healthy != other => drop(places.insert("whole body".to_owned())),
            _ => {}
        }
        ways.extend(places.into_iter().map(|place| format!("{asked} {} {place}", healthy.status)));
    }
    ways
}

/// Where two values differ, the shallowest places of each branch, with indices erased.
fn places_of(healthy: &Value, other: &Value, at: &str, places: &mut BTreeSet<String>) {
    match (healthy, other) {
        (Value::Object(healthy), Value::Object(other)) if !is_another(healthy, other, at) => {
            for name in healthy.keys().chain(other.keys().filter(|name| !healthy.contains_key(*name))) {
                let place = format!("{at}/{name}");
                match (healthy.get(name), other.get(name)) {
                    (Some(healthy), Some(other)) => places_of(healthy, other, &place, places),
                    _ => drop(places.insert(place)),
                }
            }
        }
        (Value::Array(healthy), Value::Array(other)) if healthy.len() == other.len() => {
            for (healthy, other) in healthy.iter().zip(other) {
                places_of(healthy, other, &format!("{at}/*"), places);
            }
        }
        (healthy, other) if healthy != other => {
            places.insert(if at.is_empty() { "whole body".to_owned() } else { at.to_owned() });
        }
        _ => {}
    }
}

/// Whether it is another thing, and not the same one altered: three of its members differ, or, of a whole body, all.
fn is_another(healthy: &Map<String, Value>, other: &Map<String, Value>, at: &str) -> bool {
    let same = healthy.iter().filter(|(name, value)| other.get(*name) == Some(value)).count();
    if at.is_empty() {
        return !healthy.is_empty() && !other.is_empty() && healthy.keys().all(|name| !other.contains_key(name));
    }
    healthy.len().max(other.len()) - same >= 3
}
