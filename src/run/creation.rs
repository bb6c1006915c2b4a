//! What a request creates: written down before it leaves, known by its id once it is answered.

use serde_json::Value;

use crate::case::expression::Scope;
use crate::contract::{Operation, PathPart};
use crate::exchange::Exchange;
use crate::plan::producer::{item_path, objects};

use super::Runner;
use super::bind::Bound;
use super::created::{Created, Existence, id_text, ids_in};
use super::perform::Turn;
use super::undo_log;

/// What a request would create.
#[derive(Debug)]
pub(super) struct Creation {
    pub(super) creates: bool,
    /// Its entry in the log.
    pub(super) intended: Option<undo_log::Object>,
}

impl Runner<'_> {
    /// Registers what a request created. Returns its number and its id, where the answer holds one.
    pub(super) fn created(
        &self,
        turn: &Turn<'_>,
        after: &Scope<'_>,
        intended: Option<undo_log::Object>,
    ) -> Option<(usize, Option<String>)> {
        let Turn { operation, bound, scope, .. } = *turn;
        let parameter = self.collections.item_parameter(operation)?;
        let received = after.response?;
        let linked = || self.collections.linked(operation).and_then(|value| id_text(&after.evaluate(value)?));
        let in_body = || {
            // The parent's id in the answer is not the new object's.
            let ids = ids_in(received.body?, parameter);
            ids.into_iter().find(|id| !bound.path.iter().any(|(_, value)| value == id))
        };
        let in_location = || id_in_location(received.response.headers.get("Location")?, operation);
        let id = linked().or_else(in_body).or_else(in_location);
        if let (Some(object), Some(id)) = (&intended, &id) {
            let undo = self.undo(operation, &bound.path, id);
            self.log_undo(object, undo_log::Event::Created { id: id.clone(), undo });
        }
        let path = id.as_ref().map(|id| item_path(&operation.path, &bound.path, id));
        let created = Created {
            creator: operation.id.clone(),
            parent: bound.path.clone(),
            id: id.clone(),
            state: Existence::There,
            mark: scope.run.to_owned(),
            intended,
        };
        Some((self.register.add(created, path), id))
    }

    /// The object of this number, which `creator` made, was found to have this id.
    pub(super) fn identify(&self, creator: &Operation, number: usize, id: &str) {
        let Some(created) = self.register.identify(number, |parent| item_path(&creator.path, parent, id), id) else {
            return;
        };
        if let Some(object) = &created.intended {
            let undo = self.undo(creator, &created.parent, id);
            self.log_undo(object, undo_log::Event::Created { id: id.to_owned(), undo });
        }
    }

    /// A request that should have created something did not, or nobody can tell: without an answer, and after a failure of
    /// the server, it may have been created all the same. Then the intention stays open and counts.
    pub(super) fn not_created(&self, creation: &Creation, exchange: &Exchange) {
        if !creation.creates || !exchange.result.as_ref().is_ok_and(|response| response.status < 500) {
            return;
        }
        self.gate.not_created();
        if let Some(object) = &creation.intended {
            self.log_undo(object, undo_log::Event::NotCreated);
        }
    }

    /// A DELETE was accepted. One of `/customers/{id}/photo` removes no customer.
    pub(super) fn removed(&self, operation: &Operation, bound: &Bound) {
        if operation.path.parts.last().is_some_and(|part| matches!(part, PathPart::Parameter(_)))
            && let Some(path) = objects(&operation.path, &bound.path).last()
        {
            self.forget(path, Existence::Deleted);
        }
    }
}

/// The id in a `Location`: what follows the path of the collection, else its last segment.
fn id_in_location(location: &str, creator: &Operation) -> Option<String> {
    let path = location.split(['?', '#']).next()?;
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let collection = creator.path.text.rsplit('/').find(|segment| !segment.is_empty())?;
    let at = segments.iter().rposition(|segment| *segment == collection).map(|at| at + 1);
    let id = at.and_then(|at| segments.get(at)).or(segments.last())?;
    (*id != collection).then(|| percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned())
}

/// Members of a request body whose texts begin with the run's mark.
pub(super) fn marks_in(body: &Value, mark: &str) -> Vec<(String, String)> {
    let Value::Object(members) = body else { return Vec::new() };
    let marked = |(name, member): (&String, &Value)| {
        let text = member.as_str().filter(|text| text.starts_with(mark))?;
        Some((name.clone(), text.to_owned()))
    };
    members.iter().filter_map(marked).collect()
}
