//! Judges of one exchange: pure, without state.

pub mod accepted_invalid;
pub mod ambiguous_null;
pub mod body;
pub mod disclosure;
pub mod failed_criterion;
pub mod media;
pub mod missing_allow;
pub mod missing_www_authenticate;
pub mod no_response;
pub mod open_access;
pub mod overlay;
pub mod personal;
pub mod problem_status;
pub mod reading;
pub mod registry;
pub mod rejected_valid;
pub mod server_error;
pub mod slow_response;
pub mod undeclared_method;
pub mod undocumented_property;
pub mod undocumented_status;
pub mod unreadable_body;
pub mod wrong_body;
pub mod wrong_header;
pub mod wrong_media_type;
pub mod wrong_refusal;

#[cfg(test)]
mod pages;
#[cfg(test)]
mod published_tests;

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::case::expression::Evaluated;
use crate::case::{Credentials, Intent, Spot};
use crate::contract::{self, Contract, Media, Operation};
use crate::document::{Place, Pointer};
use crate::drift::{Cause, Finding, Level, Part};
use crate::exchange::{Exchange, Response};

use reading::Reading;

/// One check: a row of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Names the fault; also its page, its fixture and its configuration key.
    pub id: &'static str,
    /// The fault in one sentence.
    pub title: &'static str,
    /// The level that it usually has.
    pub level: Level,
    /// What tells its causes apart.
    pub cause: Cause,
    /// The checks which, having found something in the same exchange, have named the cause already: this one then says
    /// nothing.
    pub silenced_by: &'static [&'static str],
    /// Whether it judges by the documented responses, which say nothing about a method that is not declared.
    pub by_document: bool,
    /// The judge.
    pub judge: fn(&Subject<'_>) -> Vec<Finding>,
    /// Its page, Markdown.
    pub page: &'static str,
}

impl Check {
    /// A finding of this check at its usual level, whose words are still to be given.
    fn finding(&self, place: Place, part: Part) -> Finding {
        Finding {
            rule: self.id.to_owned(),
            level: self.level,
            place,
            part,
            shape: Pointer::root(),
            class: String::new(),
            message: String::new(),
            promised: String::new(),
            came: Value::Null,
            remedy: String::new(),
        }
    }
}

/// One exchange with everything that a judge may look at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// The operation that was called.
    pub operation: &'a Operation,
    /// What kind of answer the contract promises to the request.
    pub intent: &'a Intent,
    /// The exchange.
    pub exchange: &'a Exchange,
    /// The response, where one came.
    pub response: Option<&'a Response>,
    /// The documented response that speaks for its status.
    pub documented: Option<&'a contract::Response>,
    /// The documented media type that its content type matches.
    pub media: Option<&'a Media>,
    /// Its body, read by its media type.
    pub body: &'a Body,
    /// How the response compares with the documented one.
    pub reading: &'a Reading<'a>,
    /// The criteria of the step, evaluated.
    pub criteria: &'a [Evaluated],
    /// From when on an answer is worth a warning.
    pub slow_after: Option<Duration>,
    /// Which credentials the request carried.
    pub credentials: Credentials,
    /// Where the request differs from the one that it was made from.
    pub accused: Option<&'a Spot>,
    /// Whether a request that differs in the accused place alone was accepted each time, and this one refused each time.
    pub paired: bool,
    /// What no answer may show.
    pub keeper: &'a dyn Keeper,
}

/// Knows what no answer may show; no judge holds a secret.
pub trait Keeper: fmt::Debug + Sync {
    /// Whether `text` holds a credential of the environment.
    fn holds_secret(&self, text: &str) -> bool;
    /// Whether values of members of this name tell who a person is.
    fn is_personal(&self, name: &str) -> bool;
    /// Whether `text` names something that the run made and that the request, which is `sent` as text, has nothing to do
    /// with.
    fn names_another(&self, text: &str, sent: &dyn Fn(&str) -> bool) -> bool;
}

/// Knows nothing.
#[derive(Debug)]
struct Nobody;

impl Keeper for Nobody {
    fn holds_secret(&self, _: &str) -> bool {
        false
    }

    fn is_personal(&self, _: &str) -> bool {
        false
    }

    fn names_another(&self, _: &str, _: &dyn Fn(&str) -> bool) -> bool {
        false
    }
}

impl<'a> Subject<'a> {
    /// The exchange as `reading` reads it, with what its sender knows about it.
    pub fn new(reading: &'a Reading<'a>, intent: &'a Intent, criteria: &'a [Evaluated]) -> Self {
        // What an operation documents says nothing about another method of its path.
        let declared = *intent != Intent::Undeclared;
        Self {
            contract: reading.contract,
            operation: reading.operation,
            intent,
            exchange: reading.exchange,
            response: reading.response,
            documented: reading.documented.filter(|_| declared),
            media: reading.media.filter(|_| declared),
            body: &reading.body,
            reading,
            criteria,
            slow_after: None,
            credentials: Credentials::Environment,
            accused: None,
            paired: false,
            keeper: &Nobody,
        }
    }

    /// The same exchange where an answer is expected within `slow_after`.
    #[must_use]
    pub fn expected_within(self, slow_after: Option<Duration>) -> Self {
        Self { slow_after, ..self }
    }

    /// The same exchange where the request carried `credentials`.
    #[must_use]
    pub fn carrying(self, credentials: Credentials) -> Self {
        Self { credentials, ..self }
    }

    /// The same exchange where the request differs at `accused` from the one that it was made from, `paired` with one that
    /// differs in nothing else and was accepted each time.
    #[must_use]
    pub fn accusing(self, accused: Option<&'a Spot>, paired: bool) -> Self {
        Self { accused, paired, ..self }
    }

    /// The same exchange where `keeper` knows what may not be shown.
    #[must_use]
    pub fn kept_by(self, keeper: &'a dyn Keeper) -> Self {
        Self { keeper, ..self }
    }

    /// The status that was answered.
    pub fn status(&self) -> Option<u16> {
        self.response.map(|response| response.status)
    }

    /// The place that speaks for the answered status: the documented response, else the responses of the operation.
    pub fn status_place(&self) -> Place {
        if let Some(documented) = self.documented {
            return documented.key.clone();
        }
        let responses = self.operation.place.child("responses");
        if self.contract.schemas.source(&responses).is_some() { responses } else { self.operation.place.clone() }
    }

    /// The documented statuses in words: `200, 401, 4XX`.
    pub fn documented_statuses(&self) -> String {
        let names: Vec<_> = self.operation.responses.iter().map(|response| response.status.to_string()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }

    /// `instance` of the body, the same for every value: by the schema, which knows fields from the keys of a map, and
    /// where there is none by the look of the names.
    pub fn shape(&self, instance: &Pointer) -> Pointer {
        let Body::Json(value) = self.body else { return Pointer::root() };
        match self.media.and_then(|media| media.schema.as_ref()) {
            Some(schema) => self.contract.schemas.shape(schema, value, instance),
            None => reading::shape(value, instance),
        }
    }

    /// Whether the documented response promises the header field `name`, so that `wrong-header` speaks of its absence.
    fn promises_header(&self, name: &str) -> bool {
        let mut headers = self.documented.iter().flat_map(|documented| &documented.headers);
        headers.any(|header| header.required && header.name.eq_ignore_ascii_case(name))
    }

    /// Whether the operation documents one of `codes`, by itself, by its range or by `default`.
    pub fn documents_any(&self, codes: &[u16]) -> bool {
        codes.iter().any(|code| self.operation.response(*code).is_some())
    }
}

/// A response body, read by its media type.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// No content.
    Empty,
    /// JSON, or a `+json` type.
    Json(Value),
    /// Text or another type that is not taken apart; valid in its charset.
    Text(String),
    /// Bytes of a type that is not taken apart.
    Binary,
    /// Not what its media type says.
    Unreadable(Flaw),
}

/// What is wrong with the form of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Tells one flaw from another; part of a drift's id.
    pub class: &'static str,
    /// In words, without any value that a server sent.
    pub reason: String,
    /// Where in the body, as far as that can be told.
    pub instance: Pointer,
}

impl Flaw {
    /// A flaw of the body as a whole.
    pub fn new(class: &'static str, reason: impl Into<String>) -> Self {
        Self { class, reason: reason.into(), instance: Pointer::root() }
    }
}

/// The name of `intent` as part of a drift's id.
fn intent_class(intent: &Intent) -> &'static str {
    match intent {
        Intent::Valid => "valid",
        Intent::Absent => "absent",
        Intent::Unauthorized => "unauthorized",
        // What may be refused and what must be are refused in the same way.
        Intent::Invalid(_) | Intent::Open => "invalid",
        Intent::Hostile => "hostile",
        Intent::Undeclared => "undeclared-method",
        Intent::Unknown => "unknown",
    }
}

/// The request that `intent` describes, in words.
fn intent_words(intent: &Intent) -> String {
    match intent {
        Intent::Valid => "a valid request".to_owned(),
        Intent::Absent => "a request for something that does not exist".to_owned(),
        Intent::Unauthorized => "a request without valid credentials".to_owned(),
        Intent::Invalid(breach) => format!("an invalid request ({})", breach.reason),
        Intent::Hostile => "a request with a valid but unusual value".to_owned(),
        Intent::Open => "a request that may be taken for valid or not".to_owned(),
        Intent::Undeclared => "a request with an undeclared method".to_owned(),
        Intent::Unknown => "the request".to_owned(),
    }
}
