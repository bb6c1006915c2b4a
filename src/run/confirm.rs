//! Asks again for what was found, alone: stable, or intermittent n of k.

use std::time::{Duration, Instant};

use crate::case::Case;
use crate::drift::Stability;
use crate::outcome::Event;

use super::Runner;

/// How often a drift is asked for again.
const ASKED: u32 = 3;

/// So many drifts are asked for again; the rest stay unconfirmed, and the report says so.
const DRIFTS: usize = 40;

/// So long drifts are asked for again: one that hangs takes its time each time.
const PATIENCE: Duration = Duration::from_secs(120);

impl Runner<'_> {
    /// Runs the case of every drift at level error again, alone and up to three times. What shows then says how stable the
    /// drift is and does not count as an occurrence.
    pub(super) async fn confirm(&self) {
        let mut pending = self.tally().errors();
        if pending.is_empty() || self.health.broken().is_some() {
            return;
        }
        (self.tell)(Event::Confirming { drifts: pending.len() });
        self.tally().confirming = true;
        let begun = Instant::now();
        let skipped = pending.split_off(pending.len().min(DRIFTS)).len();
        while let Some(first) = pending.first() {
            if begun.elapsed() > PATIENCE {
                break;
            }
            let case = self.tally().first_case(first);
            // One run of a case tells about every drift that it showed first.
            let (together, rest) = pending.into_iter().partition(|id| self.tally().first_case(id) == case);
            pending = rest;
            let Some(case) = case.and_then(|id| self.plan.case(&id)) else { continue };
            self.ask_again(case, &together).await;
            if self.health.broken().is_some() {
                return;
            }
        }
        if skipped + pending.len() > 0 {
            self.note(format!("{} drifts were not asked for again: there are too many", skipped + pending.len()));
        }
    }

    /// Runs `case` alone and tells of each of `drifts` how often it showed.
    async fn ask_again(&self, case: &Case, drifts: &[String]) {
        let mut shown: Vec<u32> = vec![0; drifts.len()];
        let mut asked = 0;
        for _ in 0..ASKED {
            let run = self.case(case).await;
            if self.health.broken().is_some() {
                return;
            }
            if run.record.requests == 0 {
                break;
            }
            asked += 1;
            for (count, id) in shown.iter_mut().zip(drifts) {
                *count += u32::from(run.record.drifts.contains(id));
            }
        }
        if asked == 0 {
            return;
        }
        let mut tally = self.tally();
        for (seen, id) in shown.into_iter().zip(drifts) {
            let stability =
                if seen == asked { Stability::Stable { asked } } else { Stability::Intermittent { seen, asked } };
            tally.stability(id, stability);
        }
    }
}
