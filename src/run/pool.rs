//! Ids of things that exist: created for the purpose where that is allowed, found in lists otherwise.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{Mutex, OnceCell};

use crate::case::expression::{Expression, Scope, Template};
use crate::case::{Argument, Case, Step, Supply};
use crate::contract::{Location, Operation};
use crate::plan;
use crate::plan::producer::{Bindings, Producer, above, objects, renamed};
use crate::schema::{Direction, Sense};

use super::Runner;
use super::bind::Unbound;
use super::created::ids_listed;
use super::perform::{Errand, Performed};

/// So many listed ids are tried when something has to be found below one of them.
const TRIED: usize = 10;

/// So many lists are asked for different things to read.
const LISTS: usize = 12;

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
    /// Only read, and of something that was there before: what this run creates may hold nothing yet.
    Find,
    /// Changed by the requests of one operation.
    Change,
    /// Used up by one request.
    Consume,
}

impl Runner<'_> {
    /// A value for each path parameter of `operation`, those in `fixed` as given there.
    pub(super) async fn existing(&self, operation: &Operation, fixed: &Bindings) -> Result<Bindings, Unbound> {
        let names: Vec<&str> = operation.path.names().collect();
        self.fill(operation, fixed, &names, Vec::new()).await
    }

    /// Boxed, because obtaining an id may need the id of its parent.
    fn fill<'s>(
        &'s self,
        operation: &'s Operation,
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
                return self.fill(operation, fixed, rest, below(value)).await;
            }
            let mut why = None;
            for purpose in purposes(operation, rest.is_empty()) {
                match self.candidates(operation, name, &known, *purpose).await {
                    Err(reason) => why = why.or(Some(reason)),
                    Ok(candidates) => {
                        let fitting: Vec<&String> =
                            candidates.iter().filter(|id| self.fits(operation, name, id)).take(TRIED).collect();
                        if fitting.is_empty() && !candidates.is_empty() {
                            // A request with an id that its parameter forbids is no valid request.
                            let reason = format!("no {name} was obtained that fits the schema of the parameter");
                            why = why.or(Some(Unbound::Absent(reason)));
                        }
                        for candidate in fitting {
                            match self.fill(operation, fixed, rest, below(candidate)).await {
                                Ok(filled) => return Ok(filled),
                                Err(reason) => why = why.or(Some(reason)),
                            }
                        }
                    }
                }
            }
            Err(why.unwrap_or_else(|| Unbound::Absent(format!("{name} was never obtained"))))
        })
    }

    /// One of the ids that lists show, below `parent`, for the parameter `name` of `operation`.
    pub(super) async fn listed_at(
        &self,
        operation: &Operation,
        name: &str,
        parent: &Bindings,
        index: usize,
    ) -> Result<String, Unbound> {
        let cell = self.cell(operation, name, parent, "*listed").await;
        let ids = cell.get_or_init(|| async { Ok(self.various(operation, name, parent).await) }).await.clone()?;
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
            let errand = Errand { given: &parent, ..Errand::of(&case.id) };
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

    /// Whether the path parameter `name` of `operation` takes `id`, in any reading of its text.
    fn fits(&self, operation: &Operation, name: &str, id: &str) -> bool {
        let place = operation.parameter(name, Some(Location::Path)).and_then(|parameter| parameter.encoding.schema());
        let validator = place.map(|place| self.contract.schemas.validator(place, Direction::Request, Sense::Certain));
        let Some(Ok(validator)) = validator else { return true };
        let scalar = serde_json::from_str(id).ok().filter(|value: &Value| value.is_number() || value.is_boolean());
        validator.is_valid(&Value::String(id.to_owned())) || scalar.is_some_and(|scalar| validator.is_valid(&scalar))
    }

    async fn candidates(
        &self,
        operation: &Operation,
        name: &str,
        parent: &Bindings,
        purpose: Purpose,
    ) -> Result<Vec<String>, Unbound> {
        let owner = match purpose {
            Purpose::Consume => return self.obtain(operation, name, parent, purpose).await,
            Purpose::Change => &*operation.id.0,
            Purpose::Read => "",
            Purpose::Find => "*found",
        };
        let cell = self.cell(operation, name, parent, owner).await;
        cell.get_or_init(|| self.obtain(operation, name, parent, purpose)).await.clone()
    }

    /// Where the ids for `name` below `parent` are kept for `owner`: an operation, or what they are for.
    async fn cell(&self, operation: &Operation, name: &str, parent: &Bindings, owner: &str) -> Arc<OnceCell<Obtained>> {
        let above = above(&operation.path, name).unwrap_or_default();
        let values: Vec<&String> = parent.iter().map(|(_, value)| value).collect();
        let key = format!("{above}\u{0}{name}\u{0}{values:?}\u{0}{owner}");
        Arc::clone(self.pool.0.lock().await.entry(key).or_default())
    }

    async fn obtain(
        &self,
        operation: &Operation,
        name: &str,
        parent: &Bindings,
        purpose: Purpose,
    ) -> Result<Vec<String>, Unbound> {
        let producers = self.collections.producers(&operation.path, name);
        if producers.is_empty() && matches!(purpose, Purpose::Read | Purpose::Find) {
            // The document's own examples are the next best guess at what exists, where reading is all that is done.
            let examples = examples(operation, name);
            if !examples.is_empty() {
                return Ok(examples);
            }
        }
        let (creators, lists): (Vec<&Producer<'_>>, Vec<_>) = producers.iter().partition(|producer| producer.creates);
        let mut reasons = Vec::new();
        // Below what others made, nothing is created either.
        let ours = parent.is_empty()
            || self.environment.touch_foreign
            || self.register.owns(&objects(&operation.path, parent));
        for producer in creators.into_iter().filter(|_| ours && purpose != Purpose::Find) {
            let parent = renamed(&operation.path, &producer.operation.path, parent);
            match self.create(producer, name, &parent).await {
                Ok(id) => return Ok(vec![id]),
                Err(reason) => reasons.push((producer.operation, reason)),
            }
        }
        for producer in lists {
            let parent = renamed(&operation.path, &producer.operation.path, parent);
            let found = if matches!(purpose, Purpose::Read | Purpose::Find) || self.environment.touch_foreign {
                self.listed(producer, name, &parent, None).await
            } else {
                Err(Unbound::Refused("what it lists was not created by this run".to_owned()))
            };
            match found {
                Ok(ids) if ids.is_empty() => {
                    reasons.push((producer.operation, Unbound::Absent("it listed nothing".to_owned())));
                }
                Ok(ids) => return Ok(ids),
                Err(reason) => reasons.push((producer.operation, reason)),
            }
        }
        Err(never_obtained(name, &reasons))
    }

    /// Creates one object with the fullest request that is accepted. Returns its id.
    async fn create(&self, producer: &Producer<'_>, name: &str, parent: &Bindings) -> Result<String, Unbound> {
        let operation = producer.operation;
        let mut last = Unbound::Absent("no request could be generated".to_owned());
        for family in ["full", "minimal"] {
            let Some((case, step)) = self.generated(operation, family) else { continue };
            let inputs = Value::Null;
            let mark = self.next_mark();
            let scope = Scope::new(&inputs, &mark);
            let errand = Errand { given: parent, ..Errand::of(&case.id) };
            let performed = match Box::pin(self.perform(case, step, operation, &scope, &errand)).await {
                Ok(performed) => performed,
                Err(reason) => {
                    last = reason;
                    continue;
                }
            };
            match performed.created {
                Some((_, Some(id))) => return Ok(id),
                Some((number, None)) => {
                    let found = self.marked(operation, name, parent, &performed.marks).await;
                    let nowhere = || Unbound::Absent("its answer held no id, and no list showed the new object".into());
                    let id = found.ok_or_else(nowhere)?;
                    self.identify(operation, number, &id);
                    return Ok(id);
                }
                None => last = Unbound::Absent(performed.summary),
            }
        }
        Err(last)
    }

    /// The id of the listed object that holds one of `marks`: for creations whose answer held no id.
    async fn marked(
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
    async fn listed(
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
        let errand = Errand { given: parent, ..Errand::of(&case.id) };
        let performed = Box::pin(self.perform(case, &step, operation, &scope, &errand)).await?;
        let Some(body) = performed.json.filter(|_| performed.accepted) else {
            return Err(Unbound::Absent(performed.summary));
        };
        let path = &operation.path.text;
        if let Some((_, text)) = mark {
            return Ok(holders(&body, text).iter().flat_map(|element| ids_listed(element, name, path)).collect());
        }
        let linked = match &producer.link {
            Some(Expression::ResponseBody(pointer)) => body.pointer(pointer.as_str()).and_then(super::created::id_text),
            _ => None,
        };
        Ok(linked.map_or_else(|| ids_listed(&body, name, path), |id| vec![id]))
    }

    pub(super) fn generated(&self, operation: &Operation, family: &str) -> Option<(&Case, &Step)> {
        let case = self.plan.generated(&operation.id, family)?;
        Some((case, case.steps.first()?))
    }
}

/// Why there is no id: the environment's doing where it forbids each way to one.
fn never_obtained(name: &str, reasons: &[(&Operation, Unbound)]) -> Unbound {
    if reasons.is_empty() {
        return Unbound::Absent(format!("{name} was never obtained: no operation answers one"));
    }
    let said: Vec<String> = reasons.iter().map(|(operation, reason)| format!("{}: {reason}", operation.id)).collect();
    let text = format!("{name} was never obtained: {}", said.join("; "));
    if reasons.iter().all(|(_, reason)| matches!(reason, Unbound::Refused(_))) {
        Unbound::Refused(text)
    } else {
        Unbound::Absent(text)
    }
}

/// What an id in the path is for, the best first; `last` where no other follows it.
fn purposes(operation: &Operation, last: bool) -> &'static [Purpose] {
    if operation.is_safe() {
        if last { &[Purpose::Read] } else { &[Purpose::Read, Purpose::Find] }
    } else if operation.method == "DELETE" && last {
        &[Purpose::Consume]
    } else {
        &[Purpose::Change]
    }
}

/// The scalar examples of a path parameter, as text.
fn examples(operation: &Operation, name: &str) -> Vec<String> {
    let parameter = operation.parameter(name, Some(Location::Path));
    let examples = parameter.into_iter().flat_map(|parameter| &parameter.examples);
    let scalars = examples.filter(|example| !example.is_object() && !example.is_array() && !example.is_null());
    scalars.map(super::bind::text_of).collect()
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
