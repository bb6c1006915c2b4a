//! How much a run may send and how long it may go on beginning things.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Limits;

/// Counts what leaves.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
    begun: Instant,
    left: AtomicU64,
}

impl Meter {
    /// A run that begins now.
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, begun: Instant::now(), left: AtomicU64::new(limits.requests.unwrap_or(u64::MAX)) }
    }

    /// Takes one request from what may be sent. Returns whether there was one.
    pub(super) fn take(&self) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    /// Why nothing more is sent, if so.
    pub(super) fn exhausted(&self) -> Option<String> {
        let most = self.limits.requests.filter(|_| self.left.load(Ordering::Relaxed) == 0)?;
        Some(format!("the limit of {most} requests was reached"))
    }

    /// Why nothing more is begun, if so.
    pub(super) fn spent(&self) -> Option<String> {
        if let Some(reason) = self.exhausted() {
            return Some(reason);
        }
        let budget = self.limits.budget.filter(|budget| self.begun.elapsed() >= *budget)?;
        Some(format!("the budget of {} was spent", in_words(budget)))
    }
}

/// `30 s`, `1.5 s`, `200 ms`.
fn in_words(time: Duration) -> String {
    if time < Duration::from_secs(1) { format!("{} ms", time.as_millis()) } else { format!("{} s", time.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_sent_is_counted_down_to_nothing() {
        let meter = Meter::new(Limits { requests: Some(2), budget: None });
        assert!(meter.take() && meter.spent().is_none() && meter.take());
        assert_eq!(meter.spent().unwrap(), "the limit of 2 requests was reached");
        assert!(!meter.take() && !meter.take(), "it stays spent");
        let endless = Meter::new(Limits::default());
        assert!((0..1000).all(|_| endless.take()) && endless.spent().is_none());
    }

    #[test]
    fn a_budget_is_spent_by_time_alone() {
        let meter = Meter::new(Limits { requests: None, budget: Some(Duration::ZERO) });
        assert_eq!(meter.spent().unwrap(), "the budget of 0 ms was spent");
        assert!(meter.take(), "what has begun may end");
        assert!(Meter::new(Limits { requests: None, budget: Some(Duration::from_secs(60)) }).spent().is_none());
        assert_eq!(in_words(Duration::from_millis(1500)), "1.5 s");
        assert_eq!(in_words(Duration::from_secs(30)), "30 s");
    }
}
