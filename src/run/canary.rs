//! One request that has no reason to fail tells an outage from a drift.

use serde_json::Value;

use crate::case::expression::Scope;
use crate::case::{Intent, Origin};
use crate::contract::{Operation, PathPart};
use crate::plan;

use super::Runner;
use super::gate::Purpose;

impl Runner<'_> {
    /// Many requests in a row went unanswered, the last one to `asked`: if the canary is not answered either, the target
    /// is gone.
    pub(super) async fn ask_canary(&self, asked: &Operation) {
        let plain = |operation: &Operation| {
            operation.method == "GET" && !operation.path.parts.iter().any(|part| matches!(part, PathPart::Parameter(_)))
        };
        let cases = self.plan.cases.iter().chain(&self.plan.support);
        let canary =
            cases.filter(|case| matches!(case.origin, Origin::Generated { family: "minimal" })).find_map(|case| {
                let operation = self.contract.operation(plan::called(case).first()?)?;
                let step = case.steps.first().filter(|step| step.intent == Intent::Valid)?;
                (plain(operation) && operation.id != asked.id).then_some((operation, step))
            });
        // Without a plain read there is no canary: what was unanswered then speaks for itself.
        let Some((operation, step)) = canary else { return };
        let inputs = Value::Null;
        let scope = Scope::new(&inputs, &self.mark);
        let Ok(bound) = Box::pin(self.bind(step, operation, &scope, &Vec::new())).await else { return };
        if self.ask(operation, &bound, false, false, Purpose::Canary).is_err() {
            return;
        }
        let exchange = self.exchange(&bound.request, None).await;
        self.tally().requests += u64::from(exchange.attempts);
        if let Err(failure) = &exchange.result {
            self.health
                .gone(format!("the target stopped answering at {} {}: {failure}", asked.method, asked.path.text));
        }
    }
}
