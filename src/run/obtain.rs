//! Ids of things that exist: created for the purpose where that is allowed, found in lists otherwise.

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use crate::case::expression::Scope;
use crate::case::{Case, Step};
use crate::contract::{Location, Operation};
use crate::plan::producer::{Bindings, Producer, objects, renamed};
use crate::schema::{Direction, Sense};

use super::Runner;
use super::bind::{Unbound, text_of};
use super::perform::Errand;
use super::pool::{Need, REFUSED, Turnstile, key};

/// So many listed ids are tried when something has to be found below one of them.
const TRIED: usize = 10;

/// So many requests that should be accepted make or remove something below one parent: a parent may hold no more than
/// nobody has written down.
const BELOW_ONE: u32 = 8;

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

    /// Whether the path parameter `name` of `operation` takes `id`, in any reading of its text.
    pub(super) fn fits(&self, operation: &Operation, name: &str, id: &str) -> bool {
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

    /// A generated request to `operation`, of this family.
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
    scalars.map(text_of).collect()
}
