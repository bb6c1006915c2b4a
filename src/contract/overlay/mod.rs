//! Overlays: changes to documents that stand beside them (OpenAPI Overlay Specification 1.0 and 1.1).

mod edit;
mod extends;
mod read;

use std::sync::Arc;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::Amended;
use crate::document::{Diagnostic, Document, Pointer, Severity};
use edit::Edit;

/// An overlay document, read and understood.
#[derive(Debug)]
pub struct Overlay {
    document: Document,
    version: Version,
    title: String,
    extends: Option<String>,
    actions: Vec<Action>,
}

/// The feature set; the third number of a version says nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V1_0,
    V1_1,
}

#[derive(Debug)]
struct Action {
    /// Where it stands in the overlay.
    place: Pointer,
    description: String,
    target: JsonPath,
    change: Change,
}

#[derive(Debug)]
enum Change {
    /// Neither `update` nor `copy` nor `remove: true`.
    Nothing,
    Remove,
    /// Merges the action's `update`.
    Update,
    /// Merges the one node that this selects.
    Copy(JsonPath),
}

/// What overlays made of documents.
#[derive(Debug)]
pub struct Applied {
    /// The amended value of each document; that of an untouched one is shared with it.
    pub values: Vec<Arc<Value>>,
    /// For each document the places that were written, in order.
    pub amended: Vec<Vec<Amended>>,
    /// Actions and overlays without effect.
    pub warnings: Vec<Diagnostic>,
}

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    /// At the place that is wrong: a key that the specification does not know, a missing one, a target that is no
    /// query of RFC 9535.
    pub fn parse(document: Document) -> Result<Self, Box<Diagnostic>> {
        read::overlay(document)
    }

    /// The name under which messages speak of it.
    pub fn name(&self) -> &str {
        self.document.name()
    }

    /// The overlay as written.
    pub fn document(&self) -> &Document {
        &self.document
    }

    fn warning(&self, place: &Pointer, message: impl Into<String>) -> Diagnostic {
        self.document.diagnose(Severity::Warning, place, message)
    }
}

/// Applies `overlays`, one after the other, to `documents`: each to the document that it extends, or else to all.
///
/// # Errors
/// At the action that cannot be carried out: values that do not merge, a root that is to be removed, a copy of nothing.
pub fn apply(overlays: &[Overlay], documents: &[Document]) -> Result<Applied, Box<Diagnostic>> {
    let mut applied = Applied {
        values: documents.iter().map(Document::shared_value).collect(),
        amended: documents.iter().map(|_| Vec::new()).collect(),
        warnings: Vec::new(),
    };
    let names: Vec<&str> = documents.iter().map(Document::name).collect();
    let mut room = edit::LARGEST;
    for overlay in overlays {
        let chosen = extends::choose(overlay, &names);
        if chosen.is_empty() {
            let message = "the overlay extends none of the loaded documents";
            let place = Pointer::root().child("extends");
            applied.warnings.extend(overlay.extends.is_some().then(|| overlay.warning(&place, message)));
            continue;
        }
        for action in &overlay.actions {
            let mut selected = 0;
            let targets = names.iter().zip(&mut applied.values).zip(&mut applied.amended).enumerate();
            for (_, ((document, value), amended)) in targets.filter(|(id, _)| chosen.contains(id)) {
                let edit = Edit { overlay, action, document, value, amended, room: &mut room };
                selected += edit.run()?;
            }
            if matches!(action.change, Change::Nothing) {
                let message = "the action does nothing: it has neither `update` nor `remove: true`";
                applied.warnings.push(overlay.warning(&action.place, message));
            } else if selected == 0 {
                let message = format!("the action has no effect: `{}` selects nothing", action.target);
                applied.warnings.push(overlay.warning(&action.place.child("target"), message));
            }
        }
    }
    Ok(applied)
}

#[cfg(test)]
mod tests;
