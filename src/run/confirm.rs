//! Asks again for what was found, alone: stable, or intermittent n of k.

use std::time::{Duration, Instant};

use crate::case::Case;
use crate::drift::Stability;
use crate::outcome::Event;

use super::Runner;
use super::tally::CASES_NAMED;

/// How often a drift is asked for again.
const ASKED: u32 = 3;

/// How often one is asked for again that a gateway answered for, 502 to 504: such failures come and go.
const ASKED_OF_GATEWAYS: u32 = 6;

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
        let mut patient = true;
        let skipped = pending.split_off(pending.len().min(DRIFTS)).len();
        for turn in 0..CASES_NAMED {
            let mut unseen = Vec::new();
            while let Some(first) = pending.first() {
                if begun.elapsed() > PATIENCE || self.meter.spent().is_some() {
                    break;
                }
                let case = self.tally().case_of(first, turn);
                // One run of a case tells about every drift that it showed.
                let (together, rest) = pending.into_iter().partition(|id| self.tally().case_of(id, turn) == case);
                pending = rest;
                let Some(case) = case.and_then(|id| self.plan.case(&id)) else { continue };
                unseen.extend(self.ask_again(case, together, &mut patient).await);
                if self.health.broken().is_some() {
                    return;
                }
            }
            // A case that met other things this time has refuted nothing: the next one that showed the drift is asked.
            if pending.is_empty() {
                pending = unseen;
            }
        }
        if skipped + pending.len() > 0 {
            let why = self.meter.spent().unwrap_or_else(|| "there are too many".to_owned());
            self.note(format!("{} drifts were not asked for again: {why}", skipped + pending.len()));
        }
    }

    /// Runs `case` alone and tells of each of `drifts` how often it showed. One long wait is enough for all: where
    /// `patient` is spent, an operation that keeps silent is taken at its word. Returns the drifts that did not show.
    async fn ask_again(&self, case: &Case, mut drifts: Vec<String>, patient: &mut bool) -> Vec<String> {
        let mut shown: Vec<u32> = vec![0; drifts.len()];
        let mut asked = 0;
        let operation = drifts.first().and_then(|id| self.tally().operation(id));
        let may_ask = || operation.as_ref().is_none_or(|operation| self.pace.may_ask(operation).is_ok());
        if let (false, true, Some(operation)) = (may_ask(), *patient, &operation) {
            self.pace.forgive(operation);
            *patient = false;
        }
        let gateway =
            drifts.iter().any(|id| self.tally().status(id).is_some_and(|status| (502..=504).contains(&status)));
        let most = if gateway { ASKED_OF_GATEWAYS } else { ASKED };
        for turn in 0..most {
            // Three of three by chance is rare, and a gateway fails by chance.
            if !may_ask() || turn >= ASKED && shown.iter().all(|seen| *seen < turn) {
                break;
            }
            let run = self.case(case).await;
            if self.health.broken().is_some() {
                return Vec::new();
            }
            if run.record.requests == 0 {
                break;
            }
            asked += 1;
            for (count, id) in shown.iter_mut().zip(&drifts) {
                *count += u32::from(run.record.drifts.contains(id));
            }
        }
        if asked > 0 && shown.contains(&asked) && self.fails(&drifts) {
            // Whatever else is called now tells whether the server fails, or is not there any more.
            if let Some(operation) = operation.as_ref().and_then(|id| self.contract.operation(id)) {
                self.ask_canary(operation).await;
            }
            if self.health.broken().is_some() {
                return Vec::new();
            }
        }
        let mut tally = self.tally();
        for (seen, id) in shown.iter().copied().zip(&drifts) {
            let stability = match asked {
                // An operation that is not asked again had been asked before.
                0 if may_ask() => continue,
                0 => match tally.occurrences(id) {
                    0 | 1 => continue,
                    times => Stability::Stable { asked: u32::try_from(times - 1).unwrap_or(u32::MAX) },
                },
                _ if seen == asked => Stability::Stable { asked },
                _ => Stability::Intermittent { seen, asked },
            };
            tally.stability(id, stability);
        }
        let mut unseen = shown.into_iter().map(|seen| asked > 0 && seen == 0);
        drifts.retain(|_| unseen.next().unwrap_or(false));
        drifts
    }

    /// Whether one of `drifts` is a failure of the server.
    fn fails(&self, drifts: &[String]) -> bool {
        drifts.iter().any(|id| self.tally().status(id).is_some_and(|status| status >= 500))
    }
}
