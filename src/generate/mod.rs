//! Contract to cases: a finite, listed plan that shows each promise from both sides, and seeded random depth after it.

mod branch;
mod draft;
mod ids;
mod links;
mod random;
mod request;
mod unusual;
mod vary;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::case::{Case, Origin, Step};
use crate::contract::{Contract, Operation, OperationId};
use crate::document::Place;
use crate::mutation::Subject;
use crate::mutation::soundness::{Label, label};
use crate::schema::Direction;
use crate::schema::sample::Sampler;

use draft::{Draft, Measure};
use request::{Extent, arguments, payload};

/// Cases over all operations, roughly: a document with thousands of operations gets fewer of each.
const MOST: usize = 20_000;
/// Cases of one operation at most, and at least.
const MOST_EACH: usize = 4_000;
const LEAST_EACH: usize = 8;
/// With fewer cases of an operation than this nothing is complete anyway, so nothing is made for completeness.
const THOROUGH: usize = 60;
/// Further bases of an operation.
const SPARES: usize = 6;
/// Bytes of the values of all requests, roughly.
const MOST_BYTES: usize = 200_000_000;
/// Work of judging requests, whether cases come of them or not, roughly: most of the time is spent on it.
const MOST_WORK: usize = 400_000_000;
/// The same of one operation at most, and at least.
const MOST_WORK_EACH: usize = 40_000_000;
const LEAST_WORK_EACH: usize = 250_000;

/// What generation depends on beside the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What random choices start from.
    pub seed: u64,
    /// Request body members that take the run's mark.
    pub mark: Vec<String>,
    /// Random valid requests, and as many random mutants, for each operation.
    pub depth: u32,
    /// Whether valid values are made that many servers have unwritten limits for.
    pub hostile: bool,
    /// How many operations are worked on at the same time; it changes nothing but the time that it takes.
    pub workers: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, mark: Vec::new(), depth: 0, hostile: false, workers: 1 }
    }
}

/// Generated cases, and what could not be generated.
#[derive(Debug, Default)]
pub struct Generated {
    /// The cases, operation by operation.
    pub cases: Vec<Case>,
    /// One sentence for each request that could not be made.
    pub notes: Vec<String>,
    /// Promises that no request can show from one of their sides, with the reason.
    pub impossible: Vec<(OperationId, Place, String)>,
    /// Operations of which not everything is listed: too much could be sent.
    pub cut: Vec<OperationId>,
}

/// Builds the cases of one operation from shared pieces.
struct Builder<'c> {
    contract: &'c Contract,
    sampler: Sampler<'c>,
    settings: &'c Settings,
    fed: links::Fed,
    /// How much is made of one operation at most.
    most: Measure,
}

/// Families whose requests change with the seed, and `minimal`, which makes what they need.
const DRAWN: [&str; 4] = ["random", "random-mutant", "unknown-id", "minimal"];

/// Whether the requests of a case change with the seed, or make what such requests need.
pub fn is_drawn(case: &Case) -> bool {
    matches!(&case.origin, Origin::Generated { family } if DRAWN.contains(family))
}

/// Every case that the contract's schemas give rise to, in document order.
pub fn generate(contract: &Contract, settings: &Settings) -> Generated {
    let usable: Vec<&Operation> = contract.operations.iter().filter(|operation| operation.disabled.is_none()).collect();
    let builder = Builder {
        contract,
        sampler: Sampler::new(&contract.schemas),
        settings,
        fed: links::fed_parameters(contract),
        most: Measure {
            cases: (MOST / usable.len().max(1)).clamp(LEAST_EACH, MOST_EACH),
            bytes: MOST_BYTES / usable.len().max(1),
            work: (MOST_WORK / usable.len().max(1)).clamp(LEAST_WORK_EACH, MOST_WORK_EACH),
        },
    };
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Generated)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..settings.workers.clamp(1, usable.len().max(1)) {
            scope.spawn(|| {
                while let Some((place, operation)) = {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    usable.get(place).map(|operation| (place, *operation))
                } {
                    let made = builder.operation(operation).finish();
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((place, made));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(place, _)| *place);
    let mut generated = Generated::default();
    for (_, made) in done {
        generated.cases.extend(made.cases);
        generated.notes.extend(made.notes);
        generated.impossible.extend(made.impossible);
        generated.cut.extend(made.cut);
    }
    generated.notes.extend(cut(&generated.cut, builder.most));
    generated
}

/// One request to `operation` that should be accepted: the smallest, or with the first of the document's own example bodies
/// that conforms, where there is one and it is asked for.
///
/// # Errors
/// Why no such request can be made.
pub fn ordinary(
    contract: &Contract,
    operation: &Operation,
    settings: &Settings,
    by_example: bool,
) -> Result<Step, String> {
    chosen((contract, settings), operation, by_example, Extent::Minimal)
}

/// One request to `operation` that should be accepted and says as much as it can: with the first of the document's own example
/// bodies that conforms, where there is one and it is asked for, else with every optional member, else the smallest.
///
/// # Errors
/// Why no such request can be made.
pub fn whole(
    contract: &Contract,
    operation: &Operation,
    settings: &Settings,
    by_example: bool,
) -> Result<Step, String> {
    chosen((contract, settings), operation, by_example, Extent::Full)
}

/// The first request that surely is valid: by an example where that is asked for, then as `extent` says, else the smallest.
fn chosen(
    (contract, settings): (&Contract, &Settings),
    operation: &Operation,
    by_example: bool,
    extent: Extent,
) -> Result<Step, String> {
    let builder = Builder::alone(contract, settings);
    let minimal = builder.step(operation, Extent::Minimal)?;
    let examples = if by_example { request::examples(builder.sampler, operation, settings) } else { Vec::new() };
    let whole = match extent {
        Extent::Minimal => None,
        _ => payload(builder.sampler, operation, extent, settings).ok().flatten(),
    };
    let mut steps = examples.into_iter().chain(whole).map(|payload| Step { payload: Some(payload), ..minimal.clone() });
    Ok(steps.find(|step| label(contract, operation, step) == Label::Valid).unwrap_or(minimal))
}

/// The smallest request to `operation` whose last path parameter is well-formed and names nothing.
///
/// # Errors
/// Why no such request can be made.
pub fn absent(contract: &Contract, operation: &Operation, settings: &Settings) -> Result<Step, String> {
    let builder = Builder::alone(contract, settings);
    let minimal = builder.step(operation, Extent::Minimal)?;
    let made = builder.absent(operation, &minimal);
    made.map(|(_, step)| step).ok_or_else(|| "no value is known that names nothing".to_owned())
}

/// Which operations are not listed in full.
fn cut(operations: &[OperationId], most: Measure) -> Option<String> {
    const NAMED: usize = 5;
    let named: Vec<String> = operations.iter().take(NAMED).map(ToString::to_string).collect();
    let more = operations.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!named.is_empty()).then(|| {
        format!(
            "not every promise is shown of {}{more}: at most {} cases are made of an operation, and {} kB of requests looked at",
            named.join(", "),
            most.cases,
            most.work / 1_000
        )
    })
}

impl<'c> Builder<'c> {
    /// For single requests.
    fn alone(contract: &'c Contract, settings: &'c Settings) -> Self {
        Self {
            contract,
            sampler: Sampler::new(&contract.schemas),
            settings,
            fed: links::fed_parameters(contract),
            most: Measure { cases: 1, bytes: MOST_BYTES, work: MOST_WORK_EACH },
        }
    }

    fn operation(&self, operation: &'c Operation) -> Draft<'c> {
        let mut draft = Draft::new(self.contract, operation, self.most);
        let minimal = match self.step(operation, Extent::Minimal) {
            Ok(step) => Arc::new(step),
            Err(reason) => {
                draft.note(format!("{}: no request could be generated: {reason}", operation.id));
                return draft;
            }
        };
        draft.single("minimal", "", Step::clone(&minimal));
        let full = self.step(operation, Extent::Full).map_or_else(|_| Arc::clone(&minimal), Arc::new);
        let widened = draft::between(&minimal, Step::clone(&full));
        draft.single("full", "", widened);
        self.examples(&mut draft, &minimal, &full);
        let bases = [Subject::new(self.contract, operation, &minimal), Subject::new(self.contract, operation, &full)];
        draft.extend(links::cases(self.contract, operation, &minimal));
        for (name, step) in links::made_up(self.contract, operation, &self.fed, &minimal) {
            draft.single("made-up", &name, step);
        }
        draft.extend(ids::listed(operation, &minimal));
        self.unknown_id(&mut draft, &minimal);
        // Where not everything fits, each side of the contract has its share.
        let spares = self.spares(&mut draft);
        let spares: Vec<Subject<'_>> = spares.iter().map(|step| Subject::new(self.contract, operation, step)).collect();
        draft.share(40, |draft| self.variants(draft, &bases, &spares));
        draft.share(70, |draft| self.mutants(draft, &bases));
        if self.settings.hostile {
            draft.share(60, |draft| self.hostile(draft, &bases));
        }
        draft.share(100, |draft| self.random(draft, &minimal));
        if self.most.cases >= THOROUGH {
            self.one_sided(&mut draft);
        }
        draft
    }

    /// The full request with each body that the document gives as an example: rules between members, and branches that a
    /// full request does not take, show there.
    fn examples(&self, draft: &mut Draft<'_>, minimal: &Arc<Step>, full: &Step) {
        let payloads = request::examples(self.sampler, draft.operation, self.settings);
        for (index, payload) in payloads.into_iter().enumerate() {
            let step = Step { payload: Some(payload), ..full.clone() };
            if draft.label(&step) == Label::Valid {
                draft.single("example", &(index + 1).to_string(), draft::between(minimal, step));
            }
        }
    }

    /// Some valid requests that are the same whatever the seed, for values that fit neither base.
    fn spares(&self, draft: &mut Draft<'_>) -> Vec<Arc<Step>> {
        let operation = draft.operation;
        let random = |index: usize| {
            let seed = request::seed_of(&["spare", &operation.id.0, &index.to_string()]);
            let step = self.step(operation, Extent::Random(seed)).ok()?;
            (draft.label(&step) == Label::Valid).then(|| Arc::new(step))
        };
        let choices = operation.body.is_some() || operation.parameters.len() > 1;
        let wanted = choices && self.most.cases >= THOROUGH;
        (0..SPARES).filter(|_| wanted).filter_map(random).collect()
    }

    /// One step that calls `operation` with a valid request.
    fn step(&self, operation: &Operation, extent: Extent) -> Result<Step, String> {
        Ok(Step {
            arguments: arguments(self.sampler, operation, extent, &self.fed)?,
            payload: payload(self.sampler, operation, extent, self.settings)?,
            ..Step::new("request", operation.id.clone())
        })
    }

    /// Everything that the schemas of an operation's request promise.
    fn promises(&self, operation: &Operation) -> BTreeSet<Place> {
        let body = operation.body.iter().flat_map(|body| &body.content).filter_map(|media| media.schema.as_ref());
        let parameters = operation.parameters.iter().filter_map(|parameter| parameter.encoding.schema());
        let promises = |schema| self.contract.schemas.promises(schema, Direction::Request);
        parameters.chain(body).flat_map(promises).collect()
    }

    /// Names the promises that no request of the plan breaks.
    fn one_sided(&self, draft: &mut Draft<'_>) {
        for place in self.promises(draft.operation) {
            if !draft.broken.contains(&place) && !draft.beside.contains(&place) {
                let reason = draft.unbroken.get(&place).cloned();
                draft.impossible(place, reason.unwrap_or_else(|| "no request was found that breaks it".to_owned()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
