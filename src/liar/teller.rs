//! Tells one lie: takes a request, asks the service, and answers with the truth or with the lie.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::answer::{Answer, MOST};
use super::ask::Ask;
use super::body::broken;
use super::memory::Memory;
use super::promise::{json, success, success_status};
use super::{Act, Change, Lie, Scene, When, same_path};
use crate::contract::{Operation, style};
use crate::document::Place;
use crate::environment::Environment;
use crate::exchange::Failure;
use crate::run::client::{Client, Passed, Passing};
use crate::schema::sample::Sampler;
use crate::schema::{Direction, Sense};

/// Answers requests in the place of a service.
#[derive(Debug)]
pub(super) struct Teller {
    pub(super) client: Client,
    /// Scheme, host and port of the service.
    pub(super) origin: String,
    /// The path of its base URL.
    pub(super) base: String,
    pub(super) environment: Environment,
    pub(super) scene: Arc<Scene>,
    /// What is lied; nothing passes everything on as it is.
    pub(super) lie: Option<Lie>,
    pub(super) told: Arc<AtomicU64>,
    pub(super) memory: Mutex<Memory>,
}

impl Teller {
    /// The answer to a request.
    pub(super) async fn answer(&self, asked: &Ask) -> Result<Passed, Failure> {
        let Some(lie) = &self.lie else { return self.pass(asked).await };
        let Some(operation) = self.concerned(asked, lie) else { return self.pass(asked).await };
        if let Some(answer) = self.before(asked, lie, operation).await {
            self.tell();
            return Ok(answer.passed());
        }
        let passed = self.pass(asked).await?;
        let Some(healthy) = Answer::of(&passed) else { return Ok(passed) };
        let lied = self.after(asked, &healthy, lie, operation).await.filter(|lied| *lied != healthy);
        if self.is(asked, operation) {
            self.memory().note(asked, &healthy);
        }
        Ok(match lied {
            Some(lied) => {
                self.tell();
                lied.passed()
            }
            None => passed,
        })
    }

    /// Does what was kept from the service and has to be done.
    pub(super) async fn settle(&self) {
        let owed = std::mem::take(&mut self.memory().owed);
        for asked in owed.iter().rev() {
            drop(self.pass(asked).await);
        }
    }

    fn tell(&self) {
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, asked: &Ask) -> Result<Passed, Failure> {
        let url = format!("{}{}", self.origin, asked.target());
        let (method, headers) = (asked.method.clone(), asked.headers.clone());
        self.client.pass(&Passing { method, url, headers, body: asked.body.clone() }, MOST).await
    }

    async fn again(&self, asked: &Ask) -> Option<Answer> {
        Answer::of(&self.pass(asked).await.ok()?)
    }

    /// The operation of the lie, where the request is for it, or for what is lied about beside it.
    fn concerned(&self, asked: &Ask, lie: &Lie) -> Option<&Operation> {
        let own = self.scene.operations.iter().find(|operation| operation.id == lie.operation)?;
        let concerned = match &lie.act {
            Act::Stale(write) => {
                self.is(asked, own) || self.operation(asked).is_some_and(|operation| operation.id == *write)
            }
            Act::Answers(When::NotAllowed, _) => {
                self.operation(asked).is_none()
                    && self.best(asked, |_| true).is_some_and(|at| same_path(&at.path, &own.path))
            }
            _ => self.is(asked, own),
        };
        concerned.then_some(own)
    }

    fn is(&self, asked: &Ask, operation: &Operation) -> bool {
        self.operation(asked).is_some_and(|found| found.id == operation.id)
    }

    /// The operation that a request is for.
    fn operation(&self, asked: &Ask) -> Option<&Operation> {
        self.best(asked, |operation| operation.method == asked.method.as_str())
    }

    /// Of the operations that fit, the one whose path leaves least open.
    fn best(&self, asked: &Ask, fits: impl Fn(&Operation) -> bool) -> Option<&Operation> {
        let path = asked.path.strip_prefix(&self.base)?;
        let open = |operation: &&Operation| operation.path.text.matches('{').count();
        let all = self.scene.operations.iter().filter(|operation| fits(operation));
        all.filter(|operation| style::matches_path(&operation.path, path)).min_by_key(open)
    }

    /// An answer for which the service is not asked, or is asked something else.
    async fn before(&self, asked: &Ask, lie: &Lie, operation: &Operation) -> Option<Answer> {
        match &lie.act {
            Act::Refuses(member) => {
                let body = asked.json()?;
                body.get(member)?;
                let spoiled = asked.with_body(Bytes::from_static(b"{\"\""));
                self.again(&spoiled).await.filter(|answer| self.valid(operation, &body) && answer.is_refusal())
            }
            Act::LosesUpdate => {
                let sent = asked.json().filter(|sent| sent.is_object() && self.valid(operation, sent))?;
                let there = self.again(&asked.read()).await.filter(Answer::is_success)?;
                self.as_if_updated(operation, &there, &sent)
            }
            Act::LosesDeletion => {
                let there = self.again(&asked.read()).await.filter(Answer::is_success)?;
                let documented = success(operation)?;
                let earlier = self.memory().success.clone().map(|(_, answer)| answer);
                let answer = match earlier {
                    Some(answer) => answer,
                    None if documented.content.is_empty() => empty(success_status(documented), &there),
                    None => return None,
                };
                self.memory().owe(asked).then_some(answer)
            }
            Act::LosesCreation => {
                let (earlier, answer) = self.memory().success.clone()?;
                let same = earlier.path == asked.path
                    && earlier.credentials(operation) == asked.credentials(operation)
                    && earlier.body != asked.body;
                (same && self.valid(operation, &asked.json()?)).then_some(answer)
            }
            Act::Stale(write) => {
                if self.operation(asked).is_some_and(|operation| operation.id == *write)
                    && let Some(there) = self.again(&asked.read()).await.filter(Answer::is_success)
                {
                    self.memory().keep(asked.path.clone(), there);
                }
                None
            }
            Act::Answers(..) | Act::LetsIn | Act::Completes | Act::Ignores(_) => None,
        }
    }

    /// The lie that is made of the right answer.
    async fn after(&self, asked: &Ask, healthy: &Answer, lie: &Lie, operation: &Operation) -> Option<Answer> {
        match &lie.act {
            Act::Answers(when, change) => {
                is_meant(asked, healthy, when, operation).then_some(())?;
                self.changed(healthy, change, operation)
            }
            Act::LetsIn if matches!(healthy.status, 401 | 403) => {
                let right = asked.authorized(operation, &self.environment)?;
                (right.credentials(operation) != asked.credentials(operation)).then_some(())?;
                self.again(&right).await.filter(Answer::is_success)
            }
            Act::Completes if matches!(healthy.status, 400 | 422) => {
                let (earlier, _) = self.memory().success.clone()?;
                let mut completed = asked.with_body(earlier.body);
                completed.query = earlier.query;
                if let Some(media_type) = earlier.headers.get(CONTENT_TYPE) {
                    completed.headers.insert(CONTENT_TYPE, media_type.clone());
                }
                self.again(&completed).await.filter(Answer::is_success)
            }
            Act::Ignores(parameter) if healthy.is_success() && asked.has(parameter) => {
                self.again(&asked.without(parameter)).await.filter(Answer::is_success)
            }
            Act::Stale(_) if asked.method == "GET" && asked.query.is_none() => {
                let gone = matches!(healthy.status, 404 | 410);
                (gone || healthy.is_success()).then_some(())?;
                let before = self.memory().before(&asked.path).cloned()?;
                (before.status != healthy.status || before.text() != healthy.text()).then_some(before)
            }
            _ => None,
        }
    }

    fn changed(&self, healthy: &Answer, change: &Change, operation: &Operation) -> Option<Answer> {
        match change {
            Change::Json(way) => {
                let body = broken(&self.scene.schemas, schema(operation, healthy.status), &healthy.json()?, way)?;
                Some(healthy.with_body(body.to_string()))
            }
            Change::Status(status) => Some(healthy.with_status(*status)),
            Change::MediaType(name) => healthy.with_media_type(*name),
            Change::Header(name) => healthy.without(name),
            Change::Bytes(how) => healthy.spoiled(*how),
            Change::EarlierSuccess => {
                let earlier = self.memory().success.clone().map(|(_, answer)| answer);
                earlier.or_else(|| self.made(healthy, operation))
            }
            Change::Refusal(status) => {
                let earlier = self.memory().refusal.clone();
                Some(earlier.unwrap_or_else(|| healthy.with_status(*status).with_body("{}")))
            }
            Change::Served => {
                let mut served = healthy.with_status(200).with_body("{}");
                served.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Some(served)
            }
        }
    }

    /// A success as the documents have it, where none was seen.
    fn made(&self, like: &Answer, operation: &Operation) -> Option<Answer> {
        let documented = success(operation)?;
        let status = success_status(documented);
        if documented.content.is_empty() {
            return Some(empty(status, like));
        }
        let (_, schema) = json(documented)?;
        let body = Sampler::new(&self.scene.schemas).full(schema, Direction::Response).ok()?;
        let mut made = like.with_status(status).with_body(body.to_string());
        made.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Some(made)
    }

    /// Whether nobody could refuse `body` for what it is.
    fn valid(&self, operation: &Operation, body: &Value) -> bool {
        let mut content = operation.body.iter().flat_map(|body| &body.content);
        let schema = content.find_map(|media| media.schema.as_ref());
        let validator = schema.map(|schema| self.scene.schemas.validator(schema, Direction::Request, Sense::Certain));
        validator.is_none_or(|validator| validator.is_ok_and(|validator| validator.is_valid(body)))
    }

    /// What the update would be answered with: what is there, with the members that were sent, where that is an answer.
    fn as_if_updated(&self, operation: &Operation, there: &Answer, sent: &Value) -> Option<Answer> {
        let documented = success(operation)?;
        let status = success_status(documented);
        let Some((_, schema)) = json(documented) else {
            return documented.content.is_empty().then(|| empty(status, there));
        };
        let shown = there.json()?;
        let mut merged = shown.clone();
        for (name, value) in sent.as_object()? {
            if let Some(old) = merged.get_mut(name) {
                *old = value.clone();
            }
        }
        let validator = self.scene.schemas.validator(schema, Direction::Response, Sense::Intended).ok()?;
        let body = [merged, shown].into_iter().find(|body| validator.is_valid(body))?;
        Some(there.with_status(status).with_body(body.to_string()))
    }
}

/// Whether an answer is one that the lie is about.
fn is_meant(asked: &Ask, healthy: &Answer, when: &When, operation: &Operation) -> bool {
    match when {
        When::Success => healthy.is_success(),
        When::Documented(status) => {
            operation.response(healthy.status).is_some_and(|response| response.status == *status)
        }
        When::Status(status) => healthy.status == *status,
        When::NotAllowed => healthy.status == 405,
        When::With(parameter) => healthy.is_success() && asked.has(parameter),
    }
}

/// The schema of a documented answer that is JSON.
fn schema(operation: &Operation, status: u16) -> Option<&Place> {
    json(operation.response(status)?).map(|(_, schema)| schema)
}

/// An answer of nothing, otherwise like `like`.
fn empty(status: u16, like: &Answer) -> Answer {
    let mut empty = like.with_status(status).with_body(Bytes::new());
    empty.headers.remove(CONTENT_TYPE);
    empty
}
