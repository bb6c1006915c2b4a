//! Ids of things that exist: created for the purpose where that is allowed, found in lists otherwise.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::OnceCell;

use crate::case::expression::{Expression, Scope, Template};
use crate::case::{Argument, Case, Intent, Step, Supply};
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

/// So many requests that should be accepted make or remove something below one parent: a parent may hold no more than
/// nobody has written down.
const BELOW_ONE: u32 = 8;

/// Ids by what they are for; each is obtained once, whoever asks first.
#[derive(Debug, Default)]
pub(super) struct Pool(Mutex<BTreeMap<Key, Slot>>);

/// Where ids stand, and whose they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    above: String,
    name: String,
    parent: Vec<String>,
    owner: String,
}

/// Ids, or where they will be.
#[derive(Debug, Default)]
struct Slot {
    cell: Arc<OnceCell<Obtained>>,
    /// The ids before these.
    before: Option<Arc<OnceCell<Obtained>>>,
    uses: u32,
    generation: usize,
}

/// Ids, or why there are none.
type Obtained = Result<Vec<String>, Unbound>;

/// What a request needs ids for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need<'a> {
    /// The method that it is sent with.
    pub(super) method: &'a str,
    /// Whether it should be accepted.
    pub(super) intent: &'a Intent,
}

impl Need<'_> {
    fn is_safe(&self) -> bool {
        matches!(self.method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    fn should_be_accepted(&self) -> bool {
        matches!(self.intent, Intent::Valid | Intent::Hostile | Intent::Unknown)
    }

    /// Who owns the parents below which requests of this kind make something.
    fn holder(&self, operation: &Operation) -> String {
        // What a refused DELETE would have removed stays below its parent.
        let rotating = self.should_be_accepted() || self.method == "DELETE";
        format!("{} {} {}", operation.id, self.method, if rotating { "below" } else { REFUSED })
    }
}

/// Ends the name of who owns the parents below which nothing should be made.
const REFUSED: &str = "below, refused";

impl Pool {
    /// Something was made or removed below the parent of requests that should be refused: they get another one.
    pub(super) fn spend(&self, operation: &Operation, method: &str, intent: &Intent) {
        let need = Need { method, intent };
        let owner = need.holder(operation);
        if !need.is_safe() && owner.ends_with(REFUSED) {
            self.slots().retain(|key, _| key.owner != owner);
        }
    }

    /// The ids of `key`; others after each `most` uses.
    fn cell(&self, key: Key, most: Option<u32>) -> Turnstile {
        let mut slots = self.slots();
        let slot = slots.entry(key).or_default();
        if most.is_some_and(|most| slot.uses >= most) {
            let generation = slot.generation + 1;
            *slot = Slot { before: Some(Arc::clone(&slot.cell)), generation, ..Slot::default() };
        }
        slot.uses += 1;
        Turnstile { cell: Arc::clone(&slot.cell), before: slot.before.clone(), generation: slot.generation }
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<Key, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way to ids that others take the place of.
struct Turnstile {
    cell: Arc<OnceCell<Obtained>>,
    before: Option<Arc<OnceCell<Obtained>>>,
    generation: usize,
}

/// What an id is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Only read; shared by all that read.
    Read,
    /// Only read, and of something that was there before: what this run creates may hold nothing yet.
    Find,
    /// Changed by the requests of one operation.
    Change,
    /// Something is made or removed below it.
    Hold,
    /// Used up by one request.
    Consume,
}

impl Runner<'_> {
    /// A value for each path parameter of `operation`, those in `fixed` as given there.
    pub(super) async fn existing(
        &self,
        operation: &Operation,
        need: &Need<'_>,
        fixed: &Bindings,
    ) -> Result<Bindings, Unbound> {
        let names: Vec<&str> = operation.path.names().collect();
        if need.should_be_accepted() {
            return self.fill(operation, need, fixed, &names, Vec::new()).await;
        }
        // A wrong id has nothing below it: what else the path needs comes from where all is right.
        let given = |name: &str| fixed.iter().find(|(given, _)| given == name);
        let wanted = names.iter().rposition(|name| given(name).is_none()).map_or(0, |last| last + 1);
        let tail: Bindings = names.iter().skip(wanted).filter_map(|name| given(name)).cloned().collect();
        let real = self.fill(operation, need, &tail, &names, Vec::new()).await?;
        let value = |name: &&str| given(name).or_else(|| real.iter().find(|(known, _)| known == name)).cloned();
        Ok(names.iter().filter_map(value).collect())
    }

    /// Boxed, because obtaining an id may need the id of its parent.
    fn fill<'s>(
        &'s self,
        operation: &'s Operation,
        need: &'s Need<'s>,
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
                return self.fill(operation, need, fixed, rest, below(value)).await;
            }
            let mut why = None;
            for purpose in purposes(need, rest.is_empty()) {
                match self.candidates(operation, need, (name, *purpose), &known).await {
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
                            match self.fill(operation, need, fixed, rest, below(candidate)).await {
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
        need: &Need<'_>,
        (name, purpose): (&str, Purpose),
        parent: &Bindings,
    ) -> Result<Vec<String>, Unbound> {
        let owner = match purpose {
            Purpose::Consume => return self.obtain(operation, name, parent, purpose).await,
            Purpose::Change => format!("{} {}", operation.id, need.method),
            Purpose::Hold => need.holder(operation),
            Purpose::Read => String::new(),
            Purpose::Find => "*found".to_owned(),
        };
        let most = (purpose == Purpose::Hold && !owner.ends_with(REFUSED)).then_some(BELOW_ONE);
        let Turnstile { cell, before, generation } = self.pool.cell(key(operation, name, parent, owner), most);
        let mut obtained = cell.get_or_init(|| self.obtain(operation, name, parent, purpose)).await.clone();
        // Where nothing more may be created, the parent that there was has to do.
        if let (Err(Unbound::Refused(_)), Some(Ok(ids))) = (&obtained, before.as_ref().and_then(|before| before.get()))
        {
            obtained = Ok(ids.clone());
        }
        if let (Ok(ids), Purpose::Hold) = (&mut obtained, purpose) {
            let ahead = generation.checked_rem(ids.len()).unwrap_or_default();
            ids.rotate_left(ahead);
        }
        obtained
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
            let errand = Errand::fixture(&case.id, parent);
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
    if let Some((_, spent @ Unbound::Spent(_))) = reasons.iter().find(|(_, reason)| matches!(reason, Unbound::Spent(_)))
    {
        return spent.clone();
    }
    let said: Vec<String> = reasons.iter().map(|(operation, reason)| format!("{}: {reason}", operation.id)).collect();
    let text = format!("{name} was never obtained: {}", said.join("; "));
    if reasons.iter().all(|(_, reason)| matches!(reason, Unbound::Refused(_))) {
        Unbound::Refused(text)
    } else {
        Unbound::Absent(text)
    }
}

/// Where the ids for `name` below `parent` are kept for `owner`: who changes them, or what they are for.
fn key(operation: &Operation, name: &str, parent: &Bindings, owner: String) -> Key {
    Key {
        above: above(&operation.path, name).unwrap_or_default(),
        name: name.to_owned(),
        parent: parent.iter().map(|(_, value)| value.clone()).collect(),
        owner,
    }
}

/// What an id in the path is for, the best first; `last` where no other follows it. The method that is sent decides, and
/// not the operation's: nobody knows what a server does with an undeclared one.
fn purposes(need: &Need<'_>, last: bool) -> &'static [Purpose] {
    match need.method {
        _ if need.is_safe() && last => &[Purpose::Read],
        _ if need.is_safe() => &[Purpose::Read, Purpose::Find],
        "DELETE" if last => &[Purpose::Consume],
        "DELETE" | "POST" => &[Purpose::Hold],
        _ => &[Purpose::Change],
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
