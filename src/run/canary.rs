//! One request that has no reason to fail tells an outage from a drift.

use serde_json::Value;

use crate::case::expression::Scope;
use crate::case::{Intent, Step};
use crate::contract::Operation;

use super::Runner;
use super::gate::Purpose;
use super::health::Sign;

impl Runner<'_> {
    /// Many requests in a row did not look well, the last one to `asked`: if the canary does not fare better, the target is
    /// gone, locked us out, or is shut for maintenance.
    pub(super) async fn ask_canary(&self, asked: &Operation) {
        let Some((operation, step)) = self.canary(asked) else { return self.health.without_canary() };
        let inputs = Value::Null;
        let scope = Scope::new(&inputs, &self.mark);
        let Ok(bound) = Box::pin(self.bind(step, operation, &scope, &Vec::new())).await else { return };
        if self.ask(operation, &bound, false, false, Purpose::Canary).is_err() || !self.meter.take() {
            return;
        }
        let exchange = self.exchange_with(operation, &bound.request, None).await;
        self.tally().requests += u64::from(exchange.attempts);
        let what = format!("{} {}", operation.method, operation.path.text);
        let busy = exchange.result.as_ref().is_ok_and(|response| response.status == 429);
        match Sign::of(&exchange, bound.with_credentials) {
            Sign::Nothing | Sign::Refused => {}
            Sign::Well => drop(self.health.exchange(&what, &Sign::Well)),
            // An answer that is no success tells of an outage only where there was a success before, unless it is about
            // load: nothing gets through then, whatever it is.
            Sign::Unwell { answered: true, .. } if !busy && !self.tally().serves(&operation.id) => {}
            Sign::Unwell { text, .. } | Sign::Unreachable(text) => self.health.gone(&what, &text),
        }
    }

    /// A read without any id, of another operation than `asked`; one that was answered with success, if there is one.
    fn canary(&self, asked: &Operation) -> Option<(&Operation, &Step)> {
        let plain = |operation: &&Operation| {
            operation.method == "GET" && operation.path.names().next().is_none() && operation.id != asked.id
        };
        let candidates: Vec<(&Operation, &Step)> = self
            .contract
            .operations
            .iter()
            .filter(plain)
            .filter_map(|operation| {
                let step = self.plan.generated(&operation.id, "minimal")?.steps.first()?;
                (step.intent == Intent::Valid).then_some((operation, step))
            })
            .collect();
        let tally = self.tally();
        let proven = candidates.iter().find(|(operation, _)| tally.serves(&operation.id));
        proven.or(candidates.first()).copied()
    }
}
