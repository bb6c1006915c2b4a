//! Ids of things that exist: created for the purpose where that is allowed, found in lists otherwise.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use crate::case::expression::{Scope, Template};
use crate::case::{Argument, Case, Intent, Step, Supply};
use crate::contract::{Location, Operation, PathPart};
use crate::plan;
use crate::plan::producer::{Producer, producers};

use super::Runner;
use super::bind::Unbound;
use super::created::{Bindings, ids_in};

/// So many listed ids are tried when something has to be found below one of them.
const TRIED: usize = 10;

/// Ids by what they are for; each is obtained once, whoever asks first.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<BTreeMap<String, Arc<OnceCell<Obtained>>>>);

/// Ids, or why there are none.
type Obtained = Result<Vec<String>, Unbound>;

/// What an id is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Only read; shared by all that read.
    Read,
    /// Changed by the requests of one operation.
    Change,
    /// Used up by one request.
    Consume,
}

impl Runner<'_> {
    /// A value for each path parameter of `operation`, those in `fixed` as given there.
    pub(super) async fn existing(
        &self,
        operation: &Operation,
        intent: &Intent,
        fixed: &Bindings,
    ) -> Result<Bindings, Unbound> {
        let names: Vec<&str> = operation
            .path
            .parts
            .iter()
            .filter_map(|part| match part {
                PathPart::Parameter(name) => Some(name.as_str()),
                PathPart::Literal(_) => None,
            })
            .collect();
        self.fill(operation, intent, fixed, &names, Vec::new()).await
    }

    /// Boxed, because obtaining an id may need the id of its parent.
    fn fill<'s>(
        &'s self,
        operation: &'s Operation,
        intent: &'s Intent,
        fixed: &'s Bindings,
        names: &'s [&'s str],
        known: Bindings,
    ) -> Pin<Box<dyn Future<Output = Result<Bindings, Unbound>> + 's>> {
        Box::pin(async move {
            let Some((name, rest)) = names.split_first() else { return Ok(known) };
            let below = |value: &str| {
                let mut known = known.clone();
                known.push(((*name).to_owned(), value.to_owned()));
                known
            };
            if let Some((_, value)) = fixed.iter().find(|(given, _)| given == name) {
                return self.fill(operation, intent, fixed, rest, below(value)).await;
            }
            let purpose = purpose(operation, intent, rest.is_empty());
            let mut outcome = Err(Unbound::Absent(format!("{name} was never obtained")));
            for candidate in self.candidates(operation, name, &known, purpose).await?.iter().take(TRIED) {
                outcome = self.fill(operation, intent, fixed, rest, below(candidate)).await;
                if outcome.is_ok() {
                    break;
                }
            }
            outcome
        })
    }

    async fn candidates(
        &self,
        operation: &Operation,
        name: &str,
        parent: &Bindings,
        purpose: Purpose,
    ) -> Result<Vec<String>, Unbound> {
        if purpose == Purpose::Consume {
            return self.obtain(operation, name, parent, purpose).await;
        }
        let owner = if purpose == Purpose::Change { &*operation.id.0 } else { "" };
        let key = format!("{}\u{0}{name}\u{0}{parent:?}\u{0}{owner}", above(operation, name));
        let cell = Arc::clone(self.pool.0.lock().await.entry(key).or_default());
        cell.get_or_init(|| self.obtain(operation, name, parent, purpose)).await.clone()
    }

    async fn obtain(
        &self,
        operation: &Operation,
        name: &str,
        parent: &Bindings,
        purpose: Purpose,
    ) -> Result<Vec<String>, Unbound> {
        let producers = producers(self.contract, &operation.path, name);
        if producers.is_empty() {
            return Err(Unbound::Absent(format!("{name} was never obtained: no operation answers one")));
        }
        let mut reasons = Vec::new();
        if self.environment.writes {
            for producer in producers.iter().filter(|producer| producer.creates) {
                match self.create(producer, name, parent).await {
                    Ok(id) => return Ok(vec![id]),
                    Err(Unbound::Absent(reason) | Unbound::Impossible(reason) | Unbound::Refused(reason)) => {
                        reasons.push(format!("{} gave none: {reason}", producer.operation));
                    }
                }
            }
        }
        if purpose == Purpose::Read || self.environment.touch_foreign {
            for producer in producers.iter().filter(|producer| !producer.creates) {
                match self.listed(producer, name, parent, None).await {
                    Ok(ids) if !ids.is_empty() => return Ok(ids),
                    Ok(_) => reasons.push(format!("{} listed none", producer.operation)),
                    Err(Unbound::Absent(reason) | Unbound::Impossible(reason) | Unbound::Refused(reason)) => {
                        reasons.push(format!("{} gave none: {reason}", producer.operation));
                    }
                }
            }
        } else if !self.environment.writes {
            reasons.push("this environment allows no writes".to_owned());
        }
        Err(Unbound::Absent(format!("{name} was never obtained: {}", reasons.join("; "))))
    }

    /// Creates one object with the fullest request that is accepted. Returns its id.
    async fn create(&self, producer: &Producer, name: &str, parent: &Bindings) -> Result<String, Unbound> {
        let mut last = Unbound::Absent("no request could be generated".to_owned());
        for family in ["full", "minimal"] {
            let Some((case, step)) = self.generated(producer, family) else { continue };
            let Some(operation) = self.contract.operation(&producer.operation) else { continue };
            let inputs = Value::Null;
            let mark = self.next_mark();
            let scope = Scope::new(&inputs, &mark);
            let performed = match Box::pin(self.perform_with(case, step, operation, &scope, parent)).await {
                Ok(performed) => performed,
                Err(reason) => {
                    last = reason;
                    continue;
                }
            };
            if let Some((_, Some(id))) = performed.created {
                return Ok(id);
            }
            if performed.accepted {
                let found = self.marked(producer, name, parent, &performed.marks).await;
                if let (Some((number, _)), Some(id)) = (performed.created, &found) {
                    self.register.identify(number, id);
                }
                return found
                    .ok_or_else(|| Unbound::Absent("its answer held no id, and no list showed the new object".into()));
            }
            last = Unbound::Absent(performed.summary);
        }
        Err(last)
    }

    /// The id of the listed object that holds one of `marks`: for creations whose answer held no id.
    async fn marked(
        &self,
        creator: &Producer,
        name: &str,
        parent: &Bindings,
        marks: &[(String, String)],
    ) -> Option<String> {
        let operation = self.contract.operation(&creator.operation)?;
        for producer in producers(self.contract, &operation.path, name).iter().filter(|producer| !producer.creates) {
            for mark in marks {
                if let Ok(ids) = self.listed(producer, name, parent, Some(mark)).await
                    && let Some(id) = ids.into_iter().next()
                {
                    return Some(id);
                }
            }
        }
        None
    }

    /// The ids in the answer of a list; with `mark` those of elements that hold it.
    async fn listed(
        &self,
        producer: &Producer,
        name: &str,
        parent: &Bindings,
        mark: Option<&(String, String)>,
    ) -> Result<Vec<String>, Unbound> {
        let Some((case, step)) = self.generated(producer, "minimal") else {
            return Err(Unbound::Absent("no request could be generated".to_owned()));
        };
        let Some(operation) = self.contract.operation(&producer.operation) else {
            return Err(Unbound::Absent("it is not in the contract".to_owned()));
        };
        let mut step = step.clone();
        if let Some((member, text)) = mark
            && operation.parameter(member, Some(Location::Query)).is_some()
        {
            // A filter by the marked member finds the object wherever it stands in the list.
            step.arguments.push(Argument {
                name: member.clone(),
                location: Some(Location::Query),
                value: Supply::Template(Template::Literal(Value::String(text.clone()))),
            });
        }
        let inputs = Value::Null;
        let scope = Scope::new(&inputs, &self.mark);
        let performed = Box::pin(self.perform_with(case, &step, operation, &scope, parent)).await?;
        let Some(body) = performed.json.filter(|_| performed.accepted) else {
            return Err(Unbound::Absent(performed.summary));
        };
        Ok(match mark {
            None => ids_in(&body, name),
            Some((_, text)) => holders(&body, text).iter().flat_map(|element| ids_in(element, name)).collect(),
        })
    }

    fn generated(&self, producer: &Producer, family: &str) -> Option<(&Case, &Step)> {
        let mut cases = self.plan.cases.iter().chain(&self.plan.support);
        let case = cases
            .find(|case| plan::family(case) == family && plan::called(case).first() == Some(&producer.operation))?;
        Some((case, case.steps.first()?))
    }
}

fn purpose(operation: &Operation, intent: &Intent, last: bool) -> Purpose {
    if operation.is_safe() {
        Purpose::Read
    } else if operation.method == "DELETE" && last && *intent != Intent::Unauthorized {
        Purpose::Consume
    } else {
        Purpose::Change
    }
}

/// The path above `{name}`.
fn above(operation: &Operation, name: &str) -> String {
    let parts = operation.path.parts.iter();
    parts
        .take_while(|part| !matches!(part, PathPart::Parameter(parameter) if parameter == name))
        .map(|part| match part {
            PathPart::Literal(text) => text.as_str(),
            PathPart::Parameter(_) => "{}",
        })
        .collect()
}

/// The innermost objects that have a member with exactly this text.
fn holders<'v>(body: &'v Value, mark: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    let mut open = vec![body];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if members.values().any(|member| member.as_str() == Some(mark)) {
                    found.push(value);
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}
