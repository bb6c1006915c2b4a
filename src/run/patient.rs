//! Waits where waiting is fair: for what was just created and cannot be found yet.

use std::time::Duration;

use crate::case::{Intent, Step};
use crate::contract::Operation;
use crate::exchange::Exchange;
use crate::plan::producer::objects;

use super::Runner;
use super::bind::Bound;

/// No document promises that what was created can be found at once: so long it may take, step by step.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];

impl Runner<'_> {
    /// The answer to a request, asked for again while something that this run created is not found yet.
    pub(super) async fn settled(&self, step: &Step, operation: &Operation, bound: &Bound) -> Exchange {
        let mut exchange = self.exchange_with(operation, &bound.request, step.timeout).await;
        if !matches!(step.intent, Intent::Valid | Intent::Unknown) || !self.pace.appears() {
            return exchange;
        }
        for pause in PAUSES {
            if !self.not_found_yet(operation, bound, &exchange) || !self.meter.take() {
                return exchange;
            }
            tokio::time::sleep(pause).await;
            let again = self.exchange_with(operation, &bound.request, step.timeout).await;
            exchange = Exchange { attempts: exchange.attempts + again.attempts, ..again };
        }
        if self.not_found_yet(operation, bound, &exchange) {
            self.pace.never_appeared();
        }
        exchange
    }

    fn not_found_yet(&self, operation: &Operation, bound: &Bound, exchange: &Exchange) -> bool {
        exchange.result.as_ref().is_ok_and(|response| response.status == 404)
            && self.register.has(&objects(&operation.path, &bound.path))
    }
}
