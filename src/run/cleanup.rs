//! Removes what the run created, youngest first, and names what stays.

use std::collections::BTreeMap;

use futures_util::future;
use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use crate::case::expression::{Scope, Template};
use crate::case::{Argument, Step, Supply};
use crate::contract::{Location, Operation, style};
use crate::environment::Class;
use crate::outcome::{Event, LeftBehind};
use crate::plan::producer::{Bindings, item_path, renamed};

use super::bind::{self, Bound, Unbound};
use super::created::{Created, Existence};
use super::gate::Purpose;
use super::{Runner, undo_log};

/// Stands for an id that no answer told.
const UNKNOWN: &str = "unknown";

impl Runner<'_> {
    /// Removes what can be removed. Returns what is still there, with the reason.
    pub(super) async fn clean_up(&self) -> Vec<LeftBehind> {
        let remaining = self.register.remaining();
        if !remaining.is_empty() {
            (self.tell)(Event::CleaningUp { objects: remaining.len() });
        }
        let mut left: Vec<(usize, LeftBehind)> = Vec::new();
        // Children go before their parents, those of one depth side by side.
        let mut by_depth: BTreeMap<usize, Vec<(usize, Created)>> = BTreeMap::new();
        for (place, created) in remaining.into_iter().enumerate() {
            by_depth.entry(created.parent.len()).or_default().push((place, created));
        }
        for objects in by_depth.into_values().rev() {
            let removals = stream::iter(objects)
                .map(|(place, created)| async move { Some((place, self.remove_or_keep(&created).await?)) });
            let kept = removals.buffer_unordered(self.environment.concurrency.max(1)).filter_map(future::ready);
            left.extend(kept.collect::<Vec<_>>().await);
        }
        // The oldest first, as they were created.
        left.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
        // The sandbox ends with the run, and with it all that it holds.
        if self.environment.class == Class::Sandbox {
            return Vec::new();
        }
        let unanswered = self.flights.open().into_iter().map(|creator| LeftBehind {
            operation: creator.to_string(),
            id: UNKNOWN.to_owned(),
            reason: "no answer to its creation came, so it may be there or not".to_owned(),
        });
        left.into_iter().map(|(_, left)| left).chain(unanswered).collect()
    }

    async fn remove_or_keep(&self, created: &Created) -> Option<LeftBehind> {
        let reason = self.remove(created).await.err()?;
        if let Some(object) = &created.intended {
            self.log_undo(object, undo_log::Event::Kept { reason: self.redactor.text(&reason) });
        }
        let id = created.id.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        Some(LeftBehind { operation: created.creator.to_string(), id, reason })
    }

    async fn remove(&self, created: &Created) -> Result<(), String> {
        let creator = self.contract.operation(&created.creator).ok_or("its operation is not in the contract")?;
        let (remover, parameter) =
            self.collections.remover(creator).ok_or("the documents declare no way to remove it")?;
        let id = created.id.as_ref().ok_or("the answer to its creation held no id")?;
        if self.health.broken().is_some() {
            return Err("the target stopped answering".to_owned());
        }
        if created.state == Existence::There {
            let path = item_values(creator, remover, parameter, &created.parent, id);
            let state = match self.clean(remover, &path).await? {
                200..=299 => Existence::Deleted,
                404 | 410 => Existence::Gone,
                status => return Err(format!("its removal was answered with {status}")),
            };
            self.forget(&item_path(&creator.path, &created.parent, id), state);
            if state == Existence::Gone {
                return Ok(());
            }
        }
        if self.verify(creator, &created.parent, id).await? {
            self.forget(&item_path(&creator.path, &created.parent, id), Existence::Gone);
        }
        Ok(())
    }

    /// Asks whether what was removed is gone; where the documents declare no way to read it, its removal has to do.
    async fn verify(&self, creator: &Operation, parent: &Bindings, id: &str) -> Result<bool, String> {
        let Some((reader, parameter)) = self.collections.item(creator, "GET") else { return Ok(false) };
        match self.clean(reader, &item_values(creator, reader, parameter, parent, id)).await {
            Ok(200..=299) => Err("it can still be read after its removal".to_owned()),
            Ok(404 | 410) => Ok(true),
            Ok(_) | Err(_) => Ok(false),
        }
    }

    /// Sends a request that belongs to the cleanup. Returns the status of the answer.
    async fn clean(&self, operation: &Operation, path: &Bindings) -> Result<u16, String> {
        let inputs = Value::Null;
        let scope = Scope::new(&inputs, &self.mark);
        let step = self.asking(operation, path);
        let bound = self.bind(&step, operation, &scope, &Vec::new()).await.map_err(|reason| reason.to_string())?;
        self.ask(operation, &bound, true, false, Purpose::Cleanup).map_err(|refusal| refusal.to_string())?;
        self.pace.may_ask(&operation.id)?;
        let exchange = self.exchange(&bound.request, None).await;
        self.pace.take(&operation.id, &exchange);
        self.tally().requests += u64::from(exchange.attempts);
        exchange.result.map(|response| response.status).map_err(|failure| format!("its removal failed: {failure}"))
    }

    /// A step that calls `operation` with these path parameters, and with all else that its documents require.
    fn asking(&self, operation: &Operation, path: &Bindings) -> Step {
        let minimal = self.generated(operation, "minimal").map(|(_, step)| step.clone());
        let mut step = minimal.unwrap_or_else(|| Step::new("cleanup", operation.id.clone()));
        step.arguments.retain(|argument| argument.location != Some(Location::Path));
        step.arguments.extend(path.iter().map(|(name, value)| Argument {
            name: name.clone(),
            location: Some(Location::Path),
            value: Supply::Template(Template::Literal(Value::String(value.clone()))),
        }));
        step
    }

    /// The request that removes what `creator` made below `parent`, for the log.
    pub(super) fn undo(&self, creator: &Operation, parent: &Bindings, id: &str) -> Option<undo_log::Undo> {
        let (remover, parameter) = self.collections.remover(creator)?;
        let values = item_values(creator, remover, parameter, parent, id);
        let encoded: Bindings = values.into_iter().map(|(name, value)| (name, bind::percent(&value))).collect();
        let text = |name: &str| encoded.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        Some(undo_log::Undo {
            operation: remover.id.to_string(),
            method: remover.method.clone(),
            path: style::expand_path(&remover.path, text).ok()?,
        })
    }

    /// Writes down that a request will create something, before it is sent.
    pub(super) fn intend(&self, operation: &Operation, bound: &Bound) -> Result<Option<undo_log::Object>, Unbound> {
        let Some(log) = &self.undo_log else { return Ok(None) };
        let base = bound.request.url.split('?').next().unwrap_or_default();
        let object = log.intend(&self.mark, &self.environment.name, &self.redactor.text(base), &operation.id.0);
        object.map(Some).map_err(|error| Unbound::Refused(error.to_string()))
    }

    /// Writes down what became of an object.
    pub(super) fn log_undo(&self, object: &undo_log::Object, event: undo_log::Event) {
        if let Some(Err(error)) = self.undo_log.as_ref().map(|log| log.note(object, event)) {
            self.note(error.to_string());
        }
    }

    /// An object was deleted, or is gone.
    pub(super) fn forget(&self, path: &str, state: Existence) {
        if let Some(object) = self.register.ended(path, state) {
            let event = if state == Existence::Gone { undo_log::Event::Gone } else { undo_log::Event::Deleted };
            self.log_undo(&object, event);
        }
    }
}

/// The path parameters of `item`, which stands on the item `id` of what `creator` creates into.
fn item_values(creator: &Operation, item: &Operation, parameter: &str, parent: &Bindings, id: &str) -> Bindings {
    let mut values = renamed(&creator.path, &item.path, parent);
    values.push((parameter.to_owned(), id.to_owned()));
    values
}
