//! Asks again for what was found, alone: stable, or intermittent n of k.

use crate::drift::Stability;
use crate::outcome::Event;

use super::Runner;

/// How often a drift is asked for again.
const ASKED: u32 = 3;

/// So many drifts are asked for again; the rest stay unconfirmed, and the report says so.
const DRIFTS: usize = 40;

impl Runner<'_> {
    /// Runs the case of every drift at level error again, alone and up to three times.
    pub(super) async fn confirm(&self) {
        let errors = self.tally().errors();
        if errors.is_empty() || self.health.broken().is_some() {
            return;
        }
        (self.tell)(Event::Confirming { drifts: errors.len() });
        if errors.len() > DRIFTS {
            self.note(format!(
                "{} drifts were not asked for again: only the first {DRIFTS} are",
                errors.len() - DRIFTS
            ));
        }
        // One run of a case tells about every drift that it showed, so each case runs three times at most.
        let mut pending: Vec<String> = errors.into_iter().take(DRIFTS).collect();
        while let Some(id) = pending.first().cloned() {
            let case_id = self.tally().drifts.get(&id).and_then(|seen| seen.cases.first().cloned());
            let Some(case) = case_id.as_ref().and_then(|id| self.plan.case(id)) else {
                pending.remove(0);
                continue;
            };
            let together: Vec<String> = {
                let tally = self.tally();
                let shown_here =
                    |id: &&String| tally.drifts.get(*id).is_some_and(|seen| seen.cases.first() == Some(&case.id));
                pending.iter().filter(shown_here).cloned().collect()
            };
            let mut shown = vec![0; together.len()];
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
                for (count, id) in shown.iter_mut().zip(&together) {
                    *count += u32::from(run.record.drifts.contains(id));
                }
            }
            let mut tally = self.tally();
            for (seen, id) in shown.iter().zip(&together) {
                if let Some(drift) = tally.drifts.get_mut(id)
                    && asked > 0
                {
                    drift.stability = if *seen == asked {
                        Stability::Stable { asked }
                    } else {
                        Stability::Intermittent { seen: *seen, asked }
                    };
                }
            }
            pending.retain(|id| !together.contains(id));
        }
    }
}
