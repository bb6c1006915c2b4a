//! One function decides for every request whether it may leave.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use url::Url;

use crate::case::Intent;
use crate::contract::style::matches_path;
use crate::contract::{Contract, Operation, OperationId, PathPart, PathTemplate};
use crate::environment::{Class, Environment};
use crate::outcome::Count;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It keeps every promise, or a written case says itself what it expects.
    Normal,
    /// It breaks a promise on purpose, or names what does not exist.
    Negative,
    /// Its method is documented nowhere for its path.
    UndeclaredMethod,
    /// It removes what the run created.
    Cleanup,
    /// It asks whether the target is still well.
    Canary,
}

impl From<&Intent> for Purpose {
    fn from(intent: &Intent) -> Self {
        match intent {
            Intent::Valid | Intent::Hostile | Intent::Unknown => Self::Normal,
            Intent::Undeclared => Self::UndeclaredMethod,
            Intent::Open | Intent::Absent | Intent::Unauthorized | Intent::Invalid(_) => Self::Negative,
        }
    }
}

/// A request that would like to leave.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The operation that it calls, where it calls one.
    pub operation: Option<&'a OperationId>,
    /// The method as it will be sent.
    pub method: &'a str,
    /// The URL as it will be sent.
    pub url: &'a str,
    /// Whether every id in the path was created by this run, or made up by it and so names nothing at all.
    pub created_by_run: bool,
    /// Whether it would create an object if it were accepted.
    pub creates: bool,
    /// What it is for.
    pub purpose: Purpose,
}

/// Why a request may not leave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Scheme, host, port or base path are not the environment's.
    ForeignHost,
    /// The environment is production and the request is not GET, HEAD or OPTIONS.
    ProductionWrite,
    /// The environment is production and the request would break a promise.
    ProductionProbe,
    /// `writes = false`, and the request is not GET, HEAD or OPTIONS.
    WritesForbidden,
    /// `exclude` names the operation, or one whose path this may be.
    Excluded(OperationId),
    /// `undeclared-methods = false`.
    UndeclaredMethod,
    /// DELETE, PATCH or PUT on what this run did not create.
    ForeignObject,
    /// `max-created` is reached.
    MaxCreated(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignHost => f.write_str("outside of the environment's base URLs"),
            Self::ProductionWrite => f.write_str("production is read-only"),
            Self::ProductionProbe => f.write_str("no negative probes in production"),
            Self::WritesForbidden => f.write_str("the environment forbids writes"),
            Self::Excluded(operation) => write!(f, "operation {operation} is excluded"),
            Self::UndeclaredMethod => f.write_str("the environment forbids undeclared methods"),
            Self::ForeignObject => f.write_str("it would change what this run did not create"),
            Self::MaxCreated(most) => write!(f, "{most} objects were created already"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Keeps requests back that an environment does not allow, and counts them.
#[derive(Debug)]
pub struct Gate {
    class: Class,
    writes: bool,
    undeclared_methods: bool,
    touch_foreign: bool,
    max_created: usize,
    bases: Vec<Url>,
    routes: Vec<Route>,
    excluded: Vec<OperationId>,
    unmatched: Vec<String>,
    counters: Mutex<Counters>,
}

#[derive(Debug)]
struct Route {
    operation: OperationId,
    method: String,
    path: PathTemplate,
    excluded: bool,
}

#[derive(Debug, Default)]
struct Counters {
    created: usize,
    refused: BTreeMap<String, u64>,
}

impl Gate {
    /// The gate of `environment`, open towards `bases` (base URLs with their path) alone. A base that is no URL opens
    /// nothing.
    pub fn new<'b>(environment: &Environment, bases: impl IntoIterator<Item = &'b str>, contract: &Contract) -> Self {
        Self::of_routes(environment, bases, &contract.operations)
    }

    fn of_routes<'b>(
        environment: &Environment,
        bases: impl IntoIterator<Item = &'b str>,
        operations: &[Operation],
    ) -> Self {
        let mut unmatched = environment.exclude.clone();
        let mut routes = Vec::new();
        for operation in operations {
            let named = |entry: &str| is_named(entry, &operation.id, &operation.method, &operation.path.text);
            unmatched.retain(|entry| !named(entry));
            routes.push(Route {
                operation: operation.id.clone(),
                method: operation.method.clone(),
                path: operation.path.clone(),
                excluded: environment.exclude.iter().any(|entry| named(entry)),
            });
        }
        Self {
            class: environment.class,
            writes: environment.writes,
            undeclared_methods: environment.undeclared_methods,
            touch_foreign: environment.touch_foreign,
            max_created: environment.max_created,
            excluded: routes.iter().filter(|route| route.excluded).map(|route| route.operation.clone()).collect(),
            bases: bases.into_iter().filter_map(|base| Url::parse(base).ok()).collect(),
            routes,
            unmatched,
            counters: Mutex::default(),
        }
    }

    /// Entries of `exclude` that name no operation: a slip of the pen that would let something out.
    pub fn unmatched_excludes(&self) -> &[String] {
        &self.unmatched
    }

    /// Whether the request may leave. One that creates takes one of `max-created`; see [`Gate::not_created`].
    ///
    /// # Errors
    /// The first reason why not; it is counted.
    pub fn check(&self, ask: &Ask<'_>) -> Result<(), Refusal> {
        let verdict = self.decide(ask);
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        let full = ask.creates && counters.created >= self.max_created;
        let verdict = if full { verdict.and(Err(Refusal::MaxCreated(self.max_created))) } else { verdict };
        match &verdict {
            Ok(()) => counters.created += usize::from(ask.creates),
            Err(refusal) => *counters.refused.entry(refusal.to_string()).or_default() += 1,
        }
        verdict
    }

    /// Whether a request to `operation` may leave once it is written: asked before ids are obtained for it, so that nothing
    /// is created for a request that stays.
    ///
    /// # Errors
    /// The first reason why not; it is counted.
    pub fn foresee(&self, operation: &OperationId, method: &str, purpose: Purpose) -> Result<(), Refusal> {
        let excluded = self.excluded.iter().find(|excluded| *excluded == operation);
        let verdict = self.kind(method, purpose).and_then(|()| match excluded {
            Some(excluded) => Err(Refusal::Excluded(excluded.clone())),
            None if purpose == Purpose::UndeclaredMethod && !self.undeclared_methods => Err(Refusal::UndeclaredMethod),
            None => Ok(()),
        });
        if let Err(refusal) = &verdict {
            let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
            *counters.refused.entry(refusal.to_string()).or_default() += 1;
        }
        verdict
    }

    /// Gives one of `max-created` back: a request that should have created something did not.
    pub fn not_created(&self) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.created = counters.created.saturating_sub(1);
    }

    /// What was kept back, by reason.
    pub fn refused(&self) -> Vec<Count> {
        let counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.refused.iter().map(|(name, count)| Count { name: name.clone(), count: *count }).collect()
    }

    fn decide(&self, ask: &Ask<'_>) -> Result<(), Refusal> {
        let paths = self.paths_below_bases(ask.url);
        if paths.is_empty() {
            return Err(Refusal::ForeignHost);
        }
        self.kind(ask.method, ask.purpose)?;
        if let Some(operation) = paths.iter().find_map(|path| self.excluded(ask, path)) {
            return Err(Refusal::Excluded(operation.clone()));
        }
        if ask.purpose == Purpose::UndeclaredMethod && !self.undeclared_methods {
            return Err(Refusal::UndeclaredMethod);
        }
        if paths.iter().any(|path| self.changes_foreign(ask, path)) {
            return Err(Refusal::ForeignObject);
        }
        Ok(())
    }

    /// Whether requests of this kind may leave at all, wherever they go.
    fn kind(&self, method: &str, purpose: Purpose) -> Result<(), Refusal> {
        let reads = matches!(method, "GET" | "HEAD" | "OPTIONS");
        if self.class == Class::Production {
            if !reads {
                return Err(Refusal::ProductionWrite);
            }
            if matches!(purpose, Purpose::Negative | Purpose::UndeclaredMethod) {
                return Err(Refusal::ProductionProbe);
            }
        }
        if !reads && (!self.writes || purpose == Purpose::Canary) {
            return Err(Refusal::WritesForbidden);
        }
        Ok(())
    }

    /// The paths that the URL has below the environment's base URLs, dot segments removed; more than one where a base is
    /// below another.
    fn paths_below_bases(&self, url: &str) -> Vec<String> {
        let Ok(url) = Url::parse(url) else { return Vec::new() };
        if !url.username().is_empty() || url.password().is_some() {
            return Vec::new();
        }
        let below = |base: &Url| {
            let same = url.scheme() == base.scheme()
                && url.host() == base.host()
                && url.port_or_known_default() == base.port_or_known_default();
            let rest = url.path().strip_prefix(base.path().trim_end_matches('/'))?;
            (same && (rest.is_empty() || rest.starts_with('/'))).then(|| rest.to_owned())
        };
        self.bases.iter().filter_map(below).collect()
    }

    /// The excluded operation that the request calls, says to call, or may be taken for.
    fn excluded(&self, ask: &Ask<'_>, path: &str) -> Option<&OperationId> {
        if self.excluded.is_empty() {
            return None;
        }
        let said = self.routes.iter().find(|route| route.excluded && ask.operation == Some(&route.operation));
        let fitting = || self.routes.iter().filter(|route| matches_path(&route.path, path));
        let reached = || {
            // `/customers/search` is not `/customers/{id}`: where a path fits several templates, the most literal one counts.
            let most_literal = fitting().map(|route| literal_length(&route.path)).max()?;
            fitting().find(|route| {
                let called = route.method == ask.method
                    || ask.purpose == Purpose::UndeclaredMethod
                    || (route.method == "GET" && ask.method == "HEAD");
                route.excluded && called && literal_length(&route.path) == most_literal
            })
        };
        said.or_else(reached).map(|route| &route.operation)
    }

    /// The sandbox is the run's own; elsewhere DELETE, PATCH and PUT need a path of ids that the run owns. A path
    /// without any id names something that was there before.
    fn changes_foreign(&self, ask: &Ask<'_>, path: &str) -> bool {
        if self.touch_foreign || self.class == Class::Sandbox {
            return false;
        }
        let changes = matches!(ask.method.to_ascii_uppercase().as_str(), "DELETE" | "PATCH" | "PUT");
        changes && !(ask.created_by_run && self.names_an_object(ask, path))
    }

    fn names_an_object(&self, ask: &Ask<'_>, path: &str) -> bool {
        let template = match ask.operation {
            Some(id) => self.routes.iter().find(|route| route.operation == *id).map(|route| &route.path),
            None => None,
        };
        let fitting = || self.routes.iter().map(|route| &route.path).filter(|template| matches_path(template, path));
        template
            .or_else(|| fitting().max_by_key(|template| literal_length(template)))
            .is_some_and(|template| template.parts.iter().any(|part| matches!(part, PathPart::Parameter(_))))
    }
}

/// An entry names an operation by its id, by its `operationId` where the id has the document before it, or as
/// `METHOD /path`.
fn is_named(entry: &str, id: &OperationId, method: &str, path: &str) -> bool {
    let entry = entry.trim();
    let last = id.0.rsplit_once('.').map(|(_, operation)| operation);
    let called = entry.split_once(' ').is_some_and(|(m, p)| m.eq_ignore_ascii_case(method) && p.trim() == path);
    *id.0 == *entry || last == Some(entry) || called
}

fn literal_length(template: &PathTemplate) -> usize {
    template.parts.iter().map(|part| if let PathPart::Literal(text) = part { text.len() } else { 0 }).sum()
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
