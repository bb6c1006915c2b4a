//! Amendments: the smallest change to a document that would make a drift true, and the proof that it does.
//!
//! Each is one or a few actions of an overlay (`OpenAPI` Overlay Specification 1.1). What was exchanged is judged again under
//! the document as it would be then: the drift has to be gone, and none may come.

mod action;
mod body;
mod candidate;
mod proof;

use serde_json::{Value, json};

use crate::contract::Contract;
use crate::document::write;
use crate::drift::Drift;
use crate::run::recorded::Traffic;

pub use action::Action;
pub use proof::Bench;

/// What would make one drift true.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    /// The drift, by its id.
    pub drift: String,
    /// The document that changes, by its file.
    pub document: String,
    /// The change in words.
    pub words: String,
    /// The actions, in order.
    pub actions: Vec<Action>,
    /// Whether it was proved.
    pub proof: Proof,
}

/// Whether an amendment does what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Judged again, what was exchanged does not show the drift any more, and no new one.
    Verified,
    /// It was not shown to.
    Unverified(String),
}

/// Proposes an amendment for each of `drifts` that a document can make true, each proved by `traffic`. Of a drift that no
/// document can make true, a server that fails or a law, nothing is said.
pub fn propose(contract: &Contract, drifts: &[Drift], traffic: &[Traffic], bench: &Bench<'_>) -> Vec<Amendment> {
    drifts.iter().filter_map(|drift| bench.amend(contract, drift, traffic)).collect()
}

/// The overlay that carries `amendments` out, of one document; those that were not proved stand in it as comments alone.
pub fn overlay(document: &str, amendments: &[&Amendment]) -> String {
    let mut text = String::new();
    for amendment in amendments.iter().filter(|amendment| amendment.proof != Proof::Verified) {
        let Proof::Unverified(why) = &amendment.proof else { continue };
        text.push_str(&format_comment(&format!("not verified, {why}: {} ({})", amendment.words, amendment.drift)));
    }
    let verified = amendments.iter().filter(|amendment| amendment.proof == Proof::Verified);
    let actions: Vec<Value> = verified
        .flat_map(|amendment| {
            let description = format!("{} ({})", amendment.words, amendment.drift);
            amendment.actions.iter().map(move |action| action.written(&description))
        })
        .collect();
    let overlay = json!({
        "overlay": "1.1.0",
        "info": {"title": format!("What {document} would have to say"), "version": "1"},
        "extends": document,
        "actions": actions,
    });
    text + &write::yaml(&overlay)
}

/// `text` as a comment of one line.
fn format_comment(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# {line}\n")
}
