//! Removes what the run created, youngest first, and names what stays.

use serde_json::Value;

use crate::case::expression::{Scope, Template};
use crate::case::{Argument, Call, Credentials, Intent, Step, Supply};
use crate::contract::{Location, Operation, style};
use crate::environment::Class;
use crate::outcome::{Event, LeftBehind};
use crate::plan::producer;

use super::bind::{self, Bound, Unbound};
use super::created::{Bindings, Created};
use super::gate::Purpose;
use super::{Runner, journal};

/// Stands for an id that no answer told.
const UNKNOWN: &str = "unknown";

impl Runner<'_> {
    /// Removes what can be removed. Returns what is still there, with the reason.
    pub(super) async fn clean_up(&self) -> Vec<LeftBehind> {
        let remaining = self.register.remaining();
        if !remaining.is_empty() {
            (self.tell)(Event::CleaningUp { objects: remaining.len() });
        }
        let unanswered = |creator: &crate::contract::OperationId| LeftBehind {
            operation: creator.to_string(),
            id: UNKNOWN.to_owned(),
            reason: "no answer to its creation came, so it may be there or not".to_owned(),
        };
        let mut left: Vec<LeftBehind> = self.flights.open().iter().rev().map(unanswered).collect();
        for created in remaining {
            if let Err(reason) = self.remove(&created).await {
                left.push(LeftBehind {
                    operation: created.creator.to_string(),
                    id: created.id.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
                    reason,
                });
            }
        }
        left.reverse();
        // The sandbox ends with the run, and with it all that it holds.
        if self.environment.class == Class::Sandbox { Vec::new() } else { left }
    }

    async fn remove(&self, created: &Created) -> Result<(), String> {
        let creator = self.contract.operation(&created.creator).ok_or("its operation is not in the contract")?;
        let (remover, parameter) =
            producer::remover(self.contract, creator).ok_or("the documents declare no way to remove it")?;
        let id = created.id.clone().ok_or("the answer to its creation held no id")?;
        if self.health.broken().is_some() {
            return Err("the target stopped answering".to_owned());
        }
        let mut path = created.parent.clone();
        path.push((parameter, id));
        let inputs = Value::Null;
        let scope = Scope::new(&inputs, &self.mark);
        let bound = self
            .bind(&call(remover.id.clone(), &path), remover, &scope, &Vec::new())
            .await
            .map_err(|_| "its removal could not be written".to_owned())?;
        self.ask(remover, &bound, true, false, Purpose::Cleanup).map_err(|refusal| refusal.to_string())?;
        let exchange = self.exchange(&bound.request, None).await;
        self.tally().requests += u64::from(exchange.attempts);
        match &exchange.result {
            Ok(response) if (200..300).contains(&response.status) => self.verify(creator, &path).await,
            Ok(response) if matches!(response.status, 404 | 410) => Ok(()),
            Ok(response) => Err(format!("its removal was answered with {}", response.status)),
            Err(failure) => Err(format!("its removal failed: {failure}")),
        }?;
        if let Some((name, id)) = path.last() {
            self.forget(name, id, journal::Event::Gone);
        }
        Ok(())
    }

    /// Asks whether what was removed is gone; where the documents declare no way to read it, its removal has to do.
    async fn verify(&self, creator: &Operation, path: &Bindings) -> Result<(), String> {
        let Some((reader, _)) = producer::item_operation(self.contract, creator, "GET") else { return Ok(()) };
        let inputs = Value::Null;
        let scope = Scope::new(&inputs, &self.mark);
        let bound = self.bind(&call(reader.id.clone(), path), reader, &scope, &Vec::new()).await;
        let Ok(bound) = bound else { return Ok(()) };
        self.ask(reader, &bound, true, false, Purpose::Cleanup).map_err(|refusal| refusal.to_string())?;
        let exchange = self.exchange(&bound.request, None).await;
        self.tally().requests += u64::from(exchange.attempts);
        match exchange.result {
            Ok(response) if (200..300).contains(&response.status) => {
                Err("it can still be read after its removal".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The request that removes what `creator` made, for the journal.
    pub(super) fn undo(&self, creator: &Operation, bound: &Bound, id: &str) -> Option<journal::Undo> {
        let (remover, parameter) = producer::remover(self.contract, creator)?;
        let value = |name: &str| {
            let known = bound.path.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            known.or_else(|| (name == parameter).then_some(id))
        };
        let encoded: Bindings =
            remover.path.names().filter_map(|name| Some((name.to_owned(), bind::percent(value(name)?)))).collect();
        let text = |name: &str| encoded.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        Some(journal::Undo {
            operation: remover.id.to_string(),
            method: remover.method.clone(),
            path: style::expand_path(&remover.path, text).ok()?,
        })
    }

    /// Writes down that a request will create something, before it is sent.
    pub(super) fn intend(&self, operation: &Operation, bound: &Bound) -> Result<Option<journal::Object>, Unbound> {
        let Some(journal) = &self.journal else { return Ok(None) };
        let base = bound.request.url.split('?').next().unwrap_or_default();
        let object = journal.intend(&self.mark, &self.environment.name, &self.redactor.text(base), &operation.id.0);
        object.map(Some).map_err(|error| Unbound::Refused(error.to_string()))
    }

    /// Writes down what became of an object.
    pub(super) fn journal_note(&self, object: &journal::Object, event: journal::Event) {
        if let Some(Err(error)) = self.journal.as_ref().map(|journal| journal.note(object, event)) {
            self.note(error.to_string());
        }
    }

    /// An object is gone.
    pub(super) fn forget(&self, parameter: &str, id: &str, event: journal::Event) {
        if let Some(object) = self.register.removed(parameter, id) {
            self.journal_note(&object, event);
        }
    }
}

/// A step that calls `operation` with these path parameters.
fn call(operation: crate::contract::OperationId, path: &[(String, String)]) -> Step {
    Step {
        id: "cleanup".to_owned(),
        call: Call::Operation(operation),
        arguments: path
            .iter()
            .map(|(name, value)| Argument {
                name: name.clone(),
                location: Some(Location::Path),
                value: Supply::Template(Template::Literal(Value::String(value.clone()))),
            })
            .collect(),
        payload: None,
        credentials: Credentials::Environment,
        intent: Intent::Valid,
        criteria: Vec::new(),
        outputs: Vec::new(),
        on_success: Vec::new(),
        on_failure: Vec::new(),
        timeout: None,
        always: false,
        position: None,
    }
}
