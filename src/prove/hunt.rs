//! One run against something wrong, until a rule names it that may.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{Known, Verdict};
use crate::drift::Level;
use crate::outcome::{Event, Outcome};

/// What is waited for in one run.
#[derive(Debug)]
pub(super) struct Hunt<'a> {
    known: &'a Known,
    noticed_by: &'a [&'static str],
    begun: Instant,
    requests: AtomicU64,
    seen: Mutex<Option<(u64, Duration)>>,
    enough: Notify,
}

impl<'a> Hunt<'a> {
    /// Waits for one of the rules `noticed_by` to name what is not `known` of the healthy server.
    pub(super) fn new(known: &'a Known, noticed_by: &'a [&'static str]) -> Self {
        let (requests, seen, enough) = (AtomicU64::new(0), Mutex::default(), Notify::new());
        Self { known, noticed_by, begun: Instant::now(), requests, seen, enough }
    }

    /// Hears how the run goes.
    pub(super) fn hear(&self, event: Event) {
        match event {
            Event::CaseEnded(record) => {
                self.requests.fetch_add(record.requests, Ordering::Relaxed);
            }
            Event::DriftSeen { id, level } if level >= Level::Warning && self.claims(&id) => {
                let now = (self.requests.load(Ordering::Relaxed), self.begun.elapsed());
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(now);
                self.enough.notify_one();
            }
            _ => {}
        }
    }

    /// Resolves once it was named.
    pub(super) async fn over(&self) {
        self.enough.notified().await;
    }

    /// How many requests had been answered in cases that were over when it was named, or at the end, and how long that took.
    pub(super) fn cost(&self, outcome: &Outcome) -> (u64, Duration) {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.unwrap_or_else(|| (outcome.requests, self.begun.elapsed()))
    }

    /// Who named it, where anybody did.
    pub(super) fn verdict(&self, outcome: &Outcome) -> Option<Verdict> {
        let new = |id: &str| !self.known.contains_key(id);
        let said = outcome.drifts.iter().filter(|drift| drift.level >= Level::Warning && new(&drift.id));
        let mut rules: Vec<String> = said.map(|drift| drift.rule.clone()).collect();
        rules.sort();
        rules.dedup();
        match rules.iter().find(|rule| self.noticed_by.contains(&rule.as_str())) {
            Some(rule) => Some(Verdict::Rightly(rule.clone())),
            None if rules.is_empty() => None,
            None => Some(Verdict::ByAccident(rules)),
        }
    }

    /// Whether the drift of this id is new, and of a rule that may claim what is wrong.
    fn claims(&self, id: &str) -> bool {
        let rule = id.split('/').next().unwrap_or_default();
        !self.known.contains_key(id) && self.noticed_by.contains(&rule)
    }
}

/// Does `work` with each of `items`, so many at a time, while `go_on` says so; what came of them, in their order.
pub(super) fn in_parallel<I: Sync, T: Send>(
    items: &[I],
    workers: usize,
    go_on: &(dyn Fn() -> bool + Sync),
    work: &(dyn Fn(&I) -> Option<T> + Sync),
) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let turn = || {
        while go_on() {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return };
            if let Some(came) = work(item) {
                done.lock().unwrap_or_else(PoisonError::into_inner).push((place, came));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(turn);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, came)| came).collect()
}
