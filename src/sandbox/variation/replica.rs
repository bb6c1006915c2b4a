//! A second copy of the store that hears of every change a little later.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::super::fault::Asked;
use super::super::id::Id;
use super::super::store::{Customer, Store};

/// How late a copy is.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Lag {
    /// By how much.
    pub(super) behind: Duration,
    /// Whether who is not in the copy yet cannot be written to either.
    pub(super) writes_too: bool,
}

/// The copy, and what it has not heard of yet.
#[derive(Debug)]
pub(in crate::sandbox) struct Replica {
    store: Store,
    lag: Lag,
    waiting: VecDeque<(Instant, Customer)>,
}

impl Replica {
    /// A copy that is up to date.
    pub(in crate::sandbox) fn new(store: Store, lag: Lag) -> Replica {
        Replica { store, lag, waiting: VecDeque::new() }
    }

    /// The copy, where this request is answered from it.
    pub(in crate::sandbox) fn serves(&mut self, asked: &Asked<'_>) -> Option<&mut Store> {
        let now = Instant::now();
        while self.waiting.front().is_some_and(|(due, _)| *due <= now) {
            if let Some((_, customer)) = self.waiting.pop_front() {
                self.store.put(customer);
            }
        }
        let unheard = || asked.customer().and_then(Id::parse).is_some_and(|id| self.store.customer(id).is_none());
        (asked.method.is_safe() || self.lag.writes_too && unheard()).then_some(&mut self.store)
    }

    /// Remembers whom a request has changed.
    pub(in crate::sandbox) fn note(&mut self, asked: &Asked<'_>, store: &Store) {
        let id = asked.customer().and_then(Id::parse).or_else(|| store.newest());
        if let Some(customer) = id.and_then(|id| store.customer(id)).filter(|_| !asked.method.is_safe()) {
            self.waiting.push_back((Instant::now() + self.lag.behind, customer.clone()));
        }
    }
}
