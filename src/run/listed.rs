//! Ids that lists show.

use serde_json::Value;

use crate::case::expression::{Expression, Scope, Template};
use crate::case::{Argument, Supply};
use crate::contract::{Location, Operation};
use crate::plan;
use crate::plan::producer::{Bindings, Producer, renamed};

use super::Runner;
use super::bind::Unbound;
use super::created::{id_text, ids_listed};
use super::perform::{Errand, Performed};
use super::pool::key;

/// So many lists are asked for different things to read.
const LISTS: usize = 12;

impl Runner<'_> {
    /// One of the ids that lists show, below `parent`, for the parameter `name` of `operation`.
    pub(super) async fn listed_at(
        &self,
        operation: &Operation,
        name: &str,
        parent: &Bindings,
        index: usize,
    ) -> Result<String, Unbound> {
        let turnstile = self.pool.cell(key(operation, name, parent, "*listed".to_owned()), None);
        let ids =
            turnstile.cell.get_or_init(|| async { Ok(self.various(operation, name, parent).await) }).await.clone()?;
        ids.get(index).cloned().ok_or_else(|| Unbound::Absent(format!("fewer values for {name} are listed")))
    }

    /// Ids of things as different as lists can show: the first of every list, then the second ones, each once.
    async fn various(&self, operation: &Operation, name: &str, parent: &Bindings) -> Vec<String> {
        let producers = self.collections.producers(&operation.path, name);
        let lists = producers.iter().filter(|producer| !producer.creates).flat_map(|producer| {
            let cases = self.plan.generated_for(&producer.operation.id).iter();
            cases
                .filter(|case| matches!(plan::family(case), "minimal" | "enum"))
                .map(|case| (producer.operation, *case))
        });
        let mut rows = Vec::new();
        for (list, case) in lists.take(LISTS) {
            let Some(step) = case.steps.first() else { continue };
            let inputs = Value::Null;
            let scope = Scope::new(&inputs, &self.mark);
            let parent = renamed(&operation.path, &list.path, parent);
            let errand = Errand::fixture(&case.id, &parent);
            let performed = Box::pin(self.perform(case, step, list, &scope, &errand)).await;
            if let Ok(Performed { json: Some(body), accepted: true, .. }) = performed {
                rows.push(ids_listed(&body, name, &list.path.text).into_iter());
            }
        }
        let mut ids: Vec<String> = Vec::new();
        while !rows.is_empty() {
            rows.retain_mut(|row| {
                let next = row.next();
                let more = next.is_some();
                ids.extend(next.filter(|id| !ids.contains(id) && self.fits(operation, name, id)));
                more
            });
        }
        ids
    }

    /// The id of the listed object that holds one of `marks`: for creations whose answer held no id.
    pub(super) async fn marked(
        &self,
        creator: &Operation,
        name: &str,
        parent: &Bindings,
        marks: &[(String, String)],
    ) -> Option<String> {
        let (item, own_name) =
            ["GET", "DELETE", "PATCH", "PUT"].iter().find_map(|method| self.collections.item(creator, method))?;
        for producer in self.collections.producers(&item.path, own_name).iter().filter(|producer| !producer.creates) {
            let parent = renamed(&creator.path, &producer.operation.path, parent);
            for mark in marks {
                if let Ok(ids) = self.listed(producer, name, &parent, Some(mark)).await
                    && let Some(id) = ids.into_iter().next()
                {
                    return Some(id);
                }
            }
        }
        None
    }

    /// The ids in the answer of a list; with `mark` those of elements that hold it.
    pub(super) async fn listed(
        &self,
        producer: &Producer<'_>,
        name: &str,
        parent: &Bindings,
        mark: Option<&(String, String)>,
    ) -> Result<Vec<String>, Unbound> {
        let operation = producer.operation;
        let Some((case, step)) = self.generated(operation, "minimal") else {
            return Err(Unbound::Absent("no request could be generated".to_owned()));
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
        let errand = Errand::fixture(&case.id, parent);
        let performed = Box::pin(self.perform(case, &step, operation, &scope, &errand)).await?;
        let Some(body) = performed.json.filter(|_| performed.accepted) else {
            return Err(Unbound::Absent(performed.summary));
        };
        let path = &operation.path.text;
        if let Some((_, text)) = mark {
            return Ok(holders(&body, text).iter().flat_map(|element| ids_listed(element, name, path)).collect());
        }
        let linked = match &producer.link {
            Some(Expression::ResponseBody(pointer)) => body.pointer(pointer.as_str()).and_then(id_text),
            _ => None,
        };
        Ok(linked.map_or_else(|| ids_listed(&body, name, path), |id| vec![id]))
    }
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
