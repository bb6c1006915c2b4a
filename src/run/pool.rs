//! Ids that are at hand, by what they are for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::case::Intent;
use crate::contract::Operation;
use crate::plan::producer::{Bindings, above};

use super::bind::Unbound;

/// Ids by what they are for; each is obtained once, whoever asks first.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<BTreeMap<Key, Slot>>);

/// Where ids stand, and whose they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    above: String,
    name: String,
    parent: Vec<String>,
    owner: String,
}

/// Ids, or where they will be.
#[derive(Debug, Default)]
struct Slot {
    cell: Arc<OnceCell<Obtained>>,
    /// The ids before these.
    before: Option<Arc<OnceCell<Obtained>>>,
    uses: u32,
    generation: usize,
}

/// Ids, or why there are none.
pub(super) type Obtained = Result<Vec<String>, Unbound>;

/// What a request needs ids for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need<'a> {
    /// The method that it is sent with.
    pub(super) method: &'a str,
    /// Whether it should be accepted.
    pub(super) intent: &'a Intent,
}

impl Need<'_> {
    pub(super) fn is_safe(&self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    pub(super) fn should_be_accepted(&self) -> bool {
        matches!(self.intent, Intent::Valid | Intent::Hostile | Intent::Unknown)
    }

    /// Who owns the parents below which requests of this kind make something.
    pub(super) fn holder(&self, operation: &Operation) -> String {
        // What a refused DELETE would have removed stays below its parent.
        let rotating = self.should_be_accepted() || self.method == "DELETE";
        format!("{} {} {}", operation.id, self.method, if rotating { "below" } else { REFUSED })
    }
}

/// Ends the name of who owns the parents below which nothing should be made.
pub(super) const REFUSED: &str = "below, refused";

impl Pool {
    /// Something was made or removed below the parent of requests that should be refused: they get another one.
    pub(super) fn spend(&self, operation: &Operation, method: &str, intent: &Intent) {
        let need = Need { method, intent };
        let owner = need.holder(operation);
        if !need.is_safe() && owner.ends_with(REFUSED) {
            self.slots().retain(|key, _| key.owner != owner);
        }
    }

    /// The ids of `key`; others after each `most` uses.
    pub(super) fn cell(&self, key: Key, most: Option<u32>) -> Turnstile {
        let mut slots = self.slots();
        let slot = slots.entry(key).or_default();
        if most.is_some_and(|most| slot.uses >= most) {
            let generation = slot.generation + 1;
            *slot = Slot { before: Some(Arc::clone(&slot.cell)), generation, ..Slot::default() };
        }
        slot.uses += 1;
        Turnstile { cell: Arc::clone(&slot.cell), before: slot.before.clone(), generation: slot.generation }
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<Key, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to ids that others take the place of.
pub(super) struct Turnstile {
    pub(super) cell: Arc<OnceCell<Obtained>>,
    /// The ids before these.
    pub(super) before: Option<Arc<OnceCell<Obtained>>>,
    /// How many there were before.
    pub(super) generation: usize,
}

/// Where the ids for `name` below `parent` are kept for `owner`: who changes them, or what they are for.
pub(super) fn key(operation: &Operation, name: &str, parent: &Bindings, owner: String) -> Key {
    Key {
        above: above(&operation.path, name).unwrap_or_default(),
        name: name.to_owned(),
        parent: parent.iter().map(|(_, value)| value.clone()).collect(),
        owner,
    }
}
