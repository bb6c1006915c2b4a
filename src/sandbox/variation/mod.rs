//! Ways in which the sandbox can use what the documents leave free, each alone: what a suite has to take as it is.

pub mod registry;

mod data;
mod list;
mod progress;
mod reading;
mod refusal;
mod shown;
mod spelling;
mod time;
mod wire;
mod write;

mod order;
mod replica;
mod sending;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};

pub(super) use order::sound;
pub(super) use replica::Replica;

use super::clock::Moment;
use super::fault::{Answer, Asked};
use super::id::Version;
use super::page::Query;
use super::reply::{Problem, Reply};
use super::store::{BankAccount, Customer, Store};
use super::validate::Object;
use replica::Lag;
use sending::Sending;

/// One way to use a freedom: a row of the registry.
#[derive(Clone, Copy)]
pub struct Variation {
    /// Names it; also its page.
    pub id: &'static str,
    /// What the server does, in one sentence.
    pub title: &'static str,
    /// Which words leave it free, quoted from the documents or named by their standard.
    pub freedom: &'static str,
    /// Whether a run against it shows enough to be judged.
    pub evidence: Evidence,
    pub(super) ways: &'static [Way],
    /// Its page, Markdown.
    pub page: &'static str,
}

impl fmt::Debug for Variation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Variation").field(&self.id).finish()
    }
}

/// How much a run can see of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// It ends as conformant.
    Enough,
    /// It ends without a drift, but says that it saw too little: no identifier is shown, or an operation is refused.
    Thin,
}

/// What a sandbox does in another way than usual.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// An answer in the place of what the operation would do.
    Instead(fn(&Asked<'_>, &mut Store, &Moment) -> Option<Reply>),
    /// Problems of a request that it takes for none.
    Overlooks(fn(&Asked<'_>, &Problem) -> bool),
    /// What it takes for a problem of a request.
    Objects(fn(&Asked<'_>) -> Option<Problem>),
    /// How what a list is asked for is understood.
    Asks(fn(&mut Query)),
    /// Another answer made of the usual one.
    Answers(fn(&Asked<'_>, &mut Answer)),
    /// The query string as it is understood.
    Hears(fn(&str) -> String),
    /// Which version of UUID its identifiers are.
    Numbers(Version),
    /// How many customers there are at first.
    Starts(usize),
    /// What the customers are like who are there at first.
    Seeds(fn(usize, &mut Customer)),
    /// What a customer is like who is created.
    Creates(fn(&mut Customer)),
    /// What a bank account is like that is added.
    Adds(fn(&mut BankAccount)),
    /// What has come about, beside all requests, when one arrives.
    Passes(fn(&mut Store, &Moment)),
    /// What an update answers, of the customer and of what was changed.
    Updates(fn(&Customer, Object) -> Object),
    /// A new risk group waits for an approval that does not come.
    HoldsRiskGroup,
    /// Credentials are looked at after everything else that a request alone can be refused for.
    AuthorizesLast,
    /// Answers wait so long.
    Waits(Duration),
    /// Reads see what was written only later.
    Lags(Lag),
    /// How answers become bytes.
    Sends(Sending),
}

/// All that a sandbox does in another way than usual.
#[derive(Clone, Copy)]
pub(super) struct Ways(pub(super) &'static [Way]);

impl fmt::Debug for Ways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ways").field(&self.0.len()).finish()
    }
}

impl Ways {
    /// Nothing but the usual.
    pub(super) const USUAL: Ways = Ways(&[]);

    fn first<T>(self, pick: impl Fn(&Way) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(pick)
    }

    /// The answer in the place of what the operation would do.
    pub(super) fn instead(self, asked: &Asked<'_>, store: &mut Store, now: &Moment) -> Option<Reply> {
        let instead = self.first(|way| if let Way::Instead(instead) = way { Some(*instead) } else { None })?;
        instead(asked, store, now)
    }

    /// Takes problems away, or adds one.
    pub(super) fn judge(self, asked: &Asked<'_>, problems: &mut Vec<Problem>) {
        for way in self.0 {
            match way {
                Way::Overlooks(overlooks) => problems.retain(|problem| !overlooks(asked, problem)),
                Way::Objects(objects) => problems.extend(objects(asked)),
                _ => {}
            }
        }
    }

    /// Changes what a list is asked for.
    pub(super) fn ask(self, query: &mut Query) {
        for way in self.0 {
            if let Way::Asks(change) = way {
                change(query);
            }
        }
    }

    /// Makes another answer of the usual one.
    pub(super) fn alter(self, asked: &Asked<'_>, answer: &mut Answer) {
        for way in self.0 {
            if let Way::Answers(change) = way {
                change(asked, answer);
            }
        }
    }

    /// A query string as it is understood.
    pub(super) fn hear(self, query: &str) -> Cow<'_, str> {
        let hears = self.first(|way| if let Way::Hears(hears) = way { Some(hears(query)) } else { None });
        hears.map_or(Cow::Borrowed(query), Cow::Owned)
    }

    /// The version of new identifiers.
    pub(super) fn version(self) -> Version {
        self.first(|way| if let Way::Numbers(version) = way { Some(*version) } else { None }).unwrap_or_default()
    }

    /// How many customers there are at first, where it is not the usual number.
    pub(super) fn starts(self) -> Option<usize> {
        self.first(|way| if let Way::Starts(count) = way { Some(*count) } else { None })
    }

    /// Changes a customer who is there at first.
    pub(super) fn seed(self, number: usize, customer: &mut Customer) {
        for way in self.0 {
            if let Way::Seeds(change) = way {
                change(number, customer);
            }
        }
    }

    /// Changes a customer who is being created.
    pub(super) fn create(self, customer: &mut Customer) {
        for way in self.0 {
            if let Way::Creates(change) = way {
                change(customer);
            }
        }
    }

    /// Changes a bank account that is being added.
    pub(super) fn add(self, account: &mut BankAccount) {
        for way in self.0 {
            if let Way::Adds(change) = way {
                change(account);
            }
        }
    }

    /// Lets come about what time brings.
    pub(super) fn pass(self, store: &mut Store, now: &Moment) {
        for way in self.0 {
            if let Way::Passes(pass) = way {
                pass(store, now);
            }
        }
    }

    /// What an update answers beside the identifier.
    pub(super) fn update(self, customer: &Customer, changed: Object) -> Object {
        match self.first(|way| if let Way::Updates(shows) = way { Some(*shows) } else { None }) {
            Some(shows) => shows(customer, changed),
            None => changed,
        }
    }

    /// Whether a new risk group is held back.
    pub(super) fn holds_risk_group(self) -> bool {
        self.0.iter().any(|way| matches!(way, Way::HoldsRiskGroup))
    }

    /// Whether credentials are looked at last.
    pub(super) fn authorizes_last(self) -> bool {
        self.0.iter().any(|way| matches!(way, Way::AuthorizesLast))
    }

    /// How long an answer waits.
    pub(super) fn wait(self) -> Option<Duration> {
        self.first(|way| if let Way::Waits(wait) = way { Some(*wait) } else { None })
    }

    /// How late reads are.
    pub(super) fn lag(self) -> Option<Lag> {
        self.first(|way| if let Way::Lags(lag) = way { Some(*lag) } else { None })
    }

    /// The bytes of an answer, for who takes these codings (RFC 9110 §12.5.3).
    pub(super) fn send(self, takes: &[HeaderValue], answer: Answer) -> Response {
        match self.first(|way| if let Way::Sends(sending) = way { Some(*sending) } else { None }) {
            Some(sending) => sending.response(takes, answer),
            None => answer.into_response(),
        }
    }
}

/// A row; its page bears its id.
macro_rules! variation {
    ($id:literal, $evidence:ident, $title:literal, $freedom:literal, [$($way:expr),+ $(,)?] $(,)?) => {
        $crate::sandbox::variation::Variation {
            id: $id,
            title: $title,
            freedom: $freedom,
            evidence: $crate::sandbox::variation::Evidence::$evidence,
            ways: &[$($way),+],
            page: include_str!(concat!("../../../docs/variation/", $id, ".md")),
        }
    };
}
use variation;
