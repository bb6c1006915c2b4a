//! A `proptest` strategy of conforming values, and a value tree that can be held across `await`.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::document::Place;

use super::super::{Direction, Schemas, Sense};
use super::step::{Edit, Step};
use super::{Sampler, Seed, simpler};

/// Candidates that are looked at between two that are offered.
const MOST_TRIES: usize = 4_000;
/// Parts of candidates that are looked at between two that are offered: large values cost more.
const MOST_WORK: usize = 2_000_000;
/// Candidates that are offered at most.
const MOST_OFFERS: usize = 10_000;
/// Parts that are tried one by one before several are tried at once.
const SINGLY: usize = 256;
/// Refusals in a row after which groups of edits are not halved any more.
const PATIENCE: usize = 24;
/// Times that everything is gone through again, because something became simpler.
const ROUNDS: usize = 4;

/// Which values are offered at all.
pub type Keeps<'k> = Arc<dyn Fn(&Value) -> bool + Send + Sync + 'k>;

/// Values that conform to a schema, as a strategy.
#[derive(Debug, Clone)]
pub struct Conforming {
    schemas: Schemas,
    place: Place,
    direction: Direction,
}

impl Sampler<'_> {
    /// Values that conform to the schema at `place`, as a strategy that owns all it needs.
    pub fn strategy(self, place: Place, direction: Direction) -> Conforming {
        Conforming { schemas: self.schemas.clone(), place, direction }
    }
}

impl Strategy for Conforming {
    type Tree = Shrinking<'static>;
    type Value = Value;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = Seed::from(any::<[u8; 32]>().new_tree(runner)?.current());
        let sampler = Sampler::new(&self.schemas);
        let value = sampler.random(&self.place, self.direction, seed).map_err(|error| error.reason)?;
        let judge =
            self.schemas.validator(&self.place, self.direction, Sense::Certain).map_err(|error| error.reason)?;
        let least = sampler.minimal(&self.place, self.direction).ok();
        Ok(Shrinking::new(value, Arc::new(move |value| judge.is_valid(value))).towards(least))
    }
}

/// A value that becomes simpler step by step, as `proptest` has it.
///
/// `simplify` says that the current value fails, too, and moves to the next simpler one; `complicate` says that it does
/// not, goes back, and moves on to another simpler one. Both return whether there was a next one: if so, it is the current
/// value, and its answer is still to be found out. No value is offered twice.
///
/// ```
/// use std::sync::Arc;
/// use conform::schema::sample::tree::Shrinking;
/// use proptest::strategy::ValueTree;
/// use serde_json::json;
///
/// let mut tree = Shrinking::new(json!({"a": 1, "b": [1, 2, 3], "c": "long"}), Arc::new(|value| value.is_object()));
/// let fails = |value: &serde_json::Value| value.get("c").is_some();
/// let mut more = tree.simplify();
/// while more {
///     more = if fails(&tree.current()) { tree.simplify() } else { tree.complicate() };
/// }
/// assert_eq!(tree.current(), json!({"c": "a"}));
/// ```
pub struct Shrinking<'k> {
    /// The simplest value so far of which it is known that it fails.
    best: Value,
    /// The value whose answer is awaited, and the step that led to it.
    asked: Option<(Value, Step)>,
    keeps: Keeps<'k>,
    models: Vec<Value>,
    /// What was offered, by hash.
    offered: HashSet<u64>,
    /// What is to be done before the next stage, the next step last.
    open: Vec<Step>,
    stage: Stage,
    rounds: usize,
    refusals: usize,
    progress: bool,
}

/// What is gone through, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Models,
    Lists(usize),
    Parts(usize),
    Containers(usize),
    Scalars,
    Refinements,
    Again,
    End,
}

impl<'k> Shrinking<'k> {
    /// From `value`, which fails; only values that `keeps` accepts are offered.
    pub fn new(value: Value, keeps: Keeps<'k>) -> Self {
        Self {
            best: value,
            asked: None,
            keeps,
            models: Vec::new(),
            offered: HashSet::new(),
            open: Vec::new(),
            stage: Stage::Models,
            rounds: 0,
            refusals: 0,
            progress: false,
        }
    }

    /// Prefers the parts of `models`, values that are as simple as they can be.
    #[must_use]
    pub fn towards(mut self, models: impl IntoIterator<Item = Value>) -> Self {
        self.models.extend(models);
        self
    }

    /// The simplest value of which it is known that it fails.
    pub fn best(&self) -> &Value {
        &self.best
    }

    /// Moves to the next candidate, if there is one.
    fn advance(&mut self) -> bool {
        let mut tries = 0;
        let most = MOST_TRIES.min(MOST_WORK / simpler::weight(&self.best).max(1));
        while self.stage != Stage::End || !self.open.is_empty() {
            if tries > most || self.offered.len() > MOST_OFFERS {
                self.open.clear();
                self.stage = Stage::End;
                break;
            }
            let Some(step) = self.open.pop() else {
                self.refusals = 0;
                self.next_stage(&mut tries, most);
                continue;
            };
            tries += 1;
            let Some(candidate) = step.candidate(&self.best).filter(|candidate| *candidate != self.best) else {
                continue;
            };
            let hash = hash(&candidate);
            let known = self.offered.contains(&hash);
            if !known && (self.keeps)(&candidate) {
                self.offered.insert(hash);
                self.asked = Some((candidate, step));
                return true;
            }
            self.open.extend(step.refused(&self.best, known));
        }
        false
    }

    fn next_stage(&mut self, tries: &mut usize, most: usize) {
        let depth = simpler::depth(&self.best);
        self.stage = match self.stage {
            Stage::Models => {
                let size = simpler::size(&self.best);
                let smaller = self.models.iter().filter(|model| simpler::size(model) < size);
                self.open.extend(smaller.cloned().map(Step::Whole));
                Stage::Lists(0)
            }
            Stage::Lists(level) => {
                self.open.extend(simpler::shorter_lists(&self.best, level));
                Stage::Parts(level + 1)
            }
            Stage::Parts(level) => {
                let edits = simpler::removals(&self.best, level).into_iter().map(|edit| vec![edit]).collect();
                self.together(edits, tries, most);
                if level < depth { Stage::Lists(level) } else { Stage::Containers(0) }
            }
            Stage::Containers(level) => {
                let edits = simpler::simpler_containers(&self.best, level, &self.models);
                self.together(edits, tries, most);
                if level < depth { Stage::Containers(level + 1) } else { Stage::Scalars }
            }
            Stage::Scalars => {
                let edits = simpler::simpler_scalars(&self.best, &self.models);
                self.together(edits, tries, most);
                Stage::Refinements
            }
            Stage::Refinements => {
                self.open.extend(simpler::refinements(&self.best, &self.models));
                Stage::Again
            }
            Stage::Again if self.progress && self.rounds < ROUNDS => {
                self.progress = false;
                self.rounds += 1;
                Stage::Lists(0)
            }
            Stage::Again | Stage::End => Stage::End,
        };
    }

    /// Offers the first edit of each place that is possible by itself, all of them at once to begin with.
    fn together(&mut self, places: Vec<Vec<Edit>>, tries: &mut usize, most: usize) {
        let singly = places.len() <= SINGLY.min(most / 4);
        let mut edits = Vec::new();
        for options in places {
            let possible = |edit: &Edit| {
                *tries += 1;
                let candidate = Step::Edits(vec![edit.clone()]).candidate(&self.best);
                candidate.is_some_and(|candidate| candidate != self.best && (self.keeps)(&candidate))
            };
            edits.extend(if singly { options.into_iter().find(possible) } else { options.into_iter().next() });
        }
        if !edits.is_empty() {
            self.open.push(Step::Edits(edits));
        }
    }
}

impl ValueTree for Shrinking<'_> {
    type Value = Value;

    fn current(&self) -> Value {
        self.asked.as_ref().map_or_else(|| self.best.clone(), |(value, _)| value.clone())
    }

    fn simplify(&mut self) -> bool {
        if let Some((value, step)) = self.asked.take() {
            self.best = value;
            self.progress = true;
            self.refusals = 0;
            self.open.extend(step.accepted());
        }
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        let Some((_, step)) = self.asked.take() else { return false };
        self.refusals += 1;
        let hopeless = self.refusals > PATIENCE && matches!(step, Step::Edits(_));
        if !hopeless {
            self.open.extend(step.refused(&self.best, true));
        }
        self.advance()
    }
}

impl fmt::Debug for Shrinking<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shrinking").field("best", &self.best).field("stage", &self.stage).finish_non_exhaustive()
    }
}

/// The same in every process.
fn hash(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
