//! Which step gives which id to which: what operations need is answered by steps before them.

use crate::case::{Step, Supply};
use crate::contract::{Contract, Operation, PathPart};
use crate::generate;
use crate::plan::producer::{Collections, Producer, above};

use super::answer;

/// Producers before producers: more is a circle.
const DEEPEST: usize = 6;

/// A step of the case.
#[derive(Debug)]
pub(super) struct Planned<'c> {
    pub(super) id: String,
    pub(super) operation: &'c Operation,
    /// The request.
    pub(super) step: Step,
    /// Why it is there, where nobody asked for it.
    pub(super) reason: Option<String>,
    /// Values that later steps use, with their expressions.
    pub(super) outputs: Vec<(String, String)>,
    /// Where the path parameters come from.
    origins: Vec<(String, Origin)>,
    /// Whether a later step removed what this one made.
    consumed: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The output of a step.
    Step {
        /// The step.
        id: String,
        /// Its output.
        output: String,
    },
    /// The user, as an input.
    Input,
}

impl Planned<'_> {
    pub(super) fn origin(&self, name: &str) -> Option<&Origin> {
        self.origins.iter().find(|(known, _)| known == name).map(|(_, origin)| origin)
    }
}

/// Steps with what they give each other.
pub(super) struct Wiring<'c> {
    contract: &'c Contract,
    collections: Collections<'c>,
    settings: generate::Settings,
    by_example: bool,
    steps: Vec<Planned<'c>>,
}

impl<'c> Wiring<'c> {
    pub(super) fn new(contract: &'c Contract, settings: generate::Settings, by_example: bool) -> Self {
        Self { contract, collections: Collections::new(contract), settings, by_example, steps: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Planned<'c>> {
        self.steps
    }

    /// Adds a step that calls `operation` with an ordinary request, and before it what that needs.
    pub(super) fn add(&mut self, operation: &'c Operation, reason: Option<String>) -> Result<usize, String> {
        let step = generate::ordinary(self.contract, operation, &self.settings, self.by_example)
            .map_err(|reason| format!("no request to `{}` can be made: {reason}", operation.id))?;
        self.put(operation, step, reason, 0)
    }

    /// Adds `step`, and before it what it needs.
    pub(super) fn put(
        &mut self,
        operation: &'c Operation,
        step: Step,
        reason: Option<String>,
        depth: usize,
    ) -> Result<usize, String> {
        let origins = self.origins(operation, &step, depth)?;
        let plain = identifier(&operation.id.0);
        let numbered = (2_usize..).map(|number| format!("{plain}{number}"));
        let free = |id: &String| !self.steps.iter().any(|step| step.id == *id);
        let id = std::iter::once(plain.clone()).chain(numbered).find(free).unwrap_or_default();
        if operation.method == "DELETE"
            && let Some(PathPart::Parameter(name)) = operation.path.parts.last()
            && let Some((_, Origin::Step { id, .. })) = origins.iter().find(|(known, _)| known == name)
            && let Some(made) = self.steps.iter_mut().find(|step| step.id == *id)
        {
            made.consumed = true;
        }
        let outputs = Vec::new();
        self.steps.push(Planned { id, operation, step, reason, outputs, origins, consumed: false });
        Ok(self.steps.len() - 1)
    }

    fn origins(
        &mut self,
        operation: &'c Operation,
        step: &Step,
        depth: usize,
    ) -> Result<Vec<(String, Origin)>, String> {
        let needed = |name: &&str| {
            let existing =
                |value: &Supply| matches!(value, Supply::Existing(known) | Supply::Listed(known, _) if known == name);
            step.arguments.iter().any(|argument| existing(&argument.value))
        };
        let names: Vec<&'c str> = operation.path.names().collect();
        let mut origins: Vec<(String, Origin)> = Vec::new();
        for name in names.iter().rev().copied().filter(needed) {
            if !origins.iter().any(|(known, _)| known == name)
                && let Some(index) = self.made(operation, name)
            {
                self.take(operation, name, index, &mut origins);
            }
        }
        for name in names.into_iter().filter(needed) {
            if origins.iter().any(|(known, _)| known == name) {
                continue;
            }
            match self.produce(operation, name, depth)? {
                Some(index) => self.take(operation, name, index, &mut origins),
                None => origins.push((name.to_owned(), Origin::Input)),
            }
        }
        Ok(origins)
    }

    /// Uses the answer of the step `index` for `name`, and for what stands before it in the path whatever that step used.
    fn take(&mut self, operation: &Operation, name: &str, index: usize, origins: &mut Vec<(String, Origin)>) {
        let Some(expression) = self.steps.get(index).and_then(|made| self.answered(operation, name, made.operation))
        else {
            return;
        };
        let Some(made) = self.steps.get_mut(index) else { return };
        let output = identifier(name);
        if !made.outputs.iter().any(|(known, _)| *known == output) {
            made.outputs.push((output.clone(), expression));
        }
        origins.push((name.to_owned(), Origin::Step { id: made.id.clone(), output }));
        let pairs = operation.path.names().take_while(|known| *known != name).zip(made.operation.path.names());
        for (own, theirs) in pairs {
            let known = origins.iter().any(|(known, _)| known == own);
            if let (false, Some(origin)) = (known, made.origin(theirs)) {
                origins.push((own.to_owned(), origin.clone()));
            }
        }
    }

    /// The last step that made something of the kind that `name` means, or listed such things, where reading is all that is
    /// done.
    fn made(&self, operation: &Operation, name: &str) -> Option<usize> {
        let producers = self.collections.producers(&operation.path, name);
        let last = |creates: bool| {
            let fits = |step: &Planned<'_>| {
                let gives = |known: &Producer<'_>| known.operation.id == step.operation.id && known.creates == creates;
                !step.consumed
                    && producers.iter().any(gives)
                    && self.answered(operation, name, step.operation).is_some()
            };
            self.steps.iter().rposition(fits)
        };
        last(true).or_else(|| operation.is_safe().then(|| last(false)).flatten())
    }

    /// Adds a step that makes something of the kind that `name` means, or else one that lists such things.
    fn produce(&mut self, operation: &Operation, name: &str, depth: usize) -> Result<Option<usize>, String> {
        let producers = self.collections.producers(&operation.path, name);
        let (creating, listing): (Vec<_>, Vec<_>) = producers.iter().partition(|producer| producer.creates);
        for producer in creating.into_iter().chain(listing) {
            let known = producer.operation.id != operation.id && depth < DEEPEST;
            if !known || self.answered(operation, name, producer.operation).is_none() {
                continue;
            }
            let Ok(step) = generate::ordinary(self.contract, producer.operation, &self.settings, self.by_example)
            else {
                continue;
            };
            let reason = format!("Put in front: {} needs a {name}.", operation.id);
            return self.put(producer.operation, step, Some(reason), depth + 1).map(Some);
        }
        Ok(None)
    }

    /// Where the answer of `producer` holds the value of the parameter `name` of `operation`.
    fn answered(&self, operation: &Operation, name: &str, producer: &Operation) -> Option<String> {
        let producers = self.collections.producers(&operation.path, name);
        let link =
            producers.iter().find(|known| known.operation.id == producer.id).and_then(|known| known.link.clone());
        let collection = above(&operation.path, name)?;
        link.map(|link| link.to_string()).or_else(|| answer::expression(self.contract, producer, name, &collection))
    }
}

/// `text` as the name of a step, an output, a workflow or an input: letters, digits, `_` and `-`, a small letter first.
pub(super) fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars().take(80) {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') => name.push(c),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    let name = name.trim_end_matches('-');
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + letters.as_str(),
        None => "step".to_owned(),
    }
}
