//! A request that becomes smaller: what makes it differ from its sibling goes first, then whatever may be left out.

use std::fmt;

use proptest::strategy::ValueTree;
use serde_json::Value;

use crate::case::{Argument, Intent, Payload, Sibling, Spot, Step};
use crate::contract::Location;
use crate::document::Pointer;

/// So many edits are tried at most.
const EDITS: usize = 200;

/// Whether a request is still of the kind of the first one.
pub(super) type Keeps<'k> = Box<dyn Fn(&Step) -> bool + Send + 'k>;

/// Where two requests differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Difference {
    /// A parameter.
    Argument(Option<Location>, String),
    /// A place in the body.
    Body(Pointer),
    /// The body as a whole, with its media type.
    Payload,
}

/// One way to make a request smaller.
#[derive(Debug, Clone)]
enum Edit {
    /// Has there what the sibling has.
    Restore(Difference),
    /// Has nothing there.
    Drop(Difference),
}

/// A request and the ways to make it smaller, as a value tree.
///
/// `simplify` says that the current request shows it, too, and `complicate` that it does not; both move to the next
/// candidate and return whether there is one.
pub(super) struct Smaller<'k> {
    current: Step,
    /// The request before the edits that are being tried.
    known: Step,
    sibling: Option<Sibling>,
    keeps: Keeps<'k>,
    /// What is still to be tried, in order.
    edits: Vec<Edit>,
    /// How many are tried together.
    size: usize,
    /// The first of them.
    at: usize,
    /// Whether any candidate was offered yet.
    begun: bool,
}

impl fmt::Debug for Smaller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smaller").field("edits", &self.edits).field("size", &self.size).finish_non_exhaustive()
    }
}

impl<'k> Smaller<'k> {
    /// `step`, which shows something, as long as it stays what `keeps` says.
    pub(super) fn new(step: &Step, keeps: Keeps<'k>) -> Self {
        // What breaks a promise, or is unusual, is what it is about.
        let sacred = match step.intent {
            Intent::Invalid(_) | Intent::Open | Intent::Hostile => step.sibling.as_ref().map(|sibling| &sibling.at),
            _ => None,
        };
        let mut edits: Vec<Edit> = Vec::new();
        if let Some(sibling) = step.sibling.as_ref().filter(|_| sacred.is_none()) {
            edits.extend(differences(&sibling.step, step).into_iter().map(Edit::Restore));
        }
        edits.extend(parts(step).into_iter().map(Edit::Drop));
        edits.retain(|edit| {
            let (Edit::Restore(difference) | Edit::Drop(difference)) = edit;
            sacred.is_none_or(|sacred| !touches(difference, sacred))
        });
        edits.truncate(EDITS);
        let sibling = step.sibling.clone();
        // What alone makes it something else, does so together with others, too; nearly always.
        edits.retain(|edit| applied(edit, step, sibling.as_ref()).is_some_and(|smaller| keeps(&smaller)));
        let size = edits.len();
        Self { current: step.clone(), known: step.clone(), sibling, keeps, edits, size, at: 0, begun: false }
    }

    /// The next candidate, if there is one.
    fn advance(&mut self) -> bool {
        while self.size > 0 {
            while self.at < self.edits.len() {
                if let Some(candidate) = self.candidate() {
                    self.current = candidate;
                    return true;
                }
                self.at += self.size;
            }
            self.at = 0;
            self.size /= 2;
        }
        self.current = self.known.clone();
        false
    }

    /// The known request with the next few edits, if that changes it and keeps its kind.
    fn candidate(&self) -> Option<Step> {
        let mut step = self.known.clone();
        let mut changed = false;
        for edit in self.edits.iter().skip(self.at).take(self.size) {
            if let Some(smaller) = applied(edit, &step, self.sibling.as_ref()) {
                step = smaller;
                changed = true;
            }
        }
        (changed && (self.keeps)(&step)).then_some(step)
    }
}

impl ValueTree for Smaller<'_> {
    type Value = Step;

    fn current(&self) -> Step {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        if self.begun {
            self.known = self.current.clone();
            let end = (self.at + self.size).min(self.edits.len());
            self.edits.drain(self.at.min(end)..end);
            self.size = self.size.min(self.edits.len());
        }
        self.begun = true;
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        self.at += self.size;
        self.advance()
    }
}

/// Everything that could be left out, the largest first.
fn parts(step: &Step) -> Vec<Difference> {
    let optional = step.arguments.iter().filter(|argument| argument.location != Some(Location::Path));
    let mut parts: Vec<Difference> =
        optional.map(|argument| Difference::Argument(argument.location, argument.name.clone())).collect();
    parts.dedup();
    let Some(payload) = &step.payload else { return parts };
    parts.push(Difference::Payload);
    let Some(body) = payload.literal() else { return parts };
    let mut level = vec![(Pointer::root(), body)];
    while !level.is_empty() && parts.len() < EDITS {
        let mut next = Vec::new();
        for (at, value) in level {
            match value {
                Value::Object(members) => next.extend(members.iter().map(|(name, member)| (at.child(name), member))),
                // From the end, so that what is left keeps its place.
                Value::Array(items) => {
                    next.extend(items.iter().enumerate().rev().map(|(index, item)| (at.index(index), item)));
                }
                _ => {}
            }
        }
        parts.extend(next.iter().map(|(at, _)| Difference::Body(at.clone())));
        level = next;
    }
    parts
}

/// Whether a change there would change what stands at `spot`, or move it.
fn touches(difference: &Difference, spot: &Spot) -> bool {
    match (difference, spot) {
        (Difference::Argument(location, name), Spot::Parameter(place, other, _)) => {
            name == other && location.is_none_or(|location| location == *place)
        }
        (Difference::Argument(Some(Location::Header), name), Spot::Header(other)) => name.eq_ignore_ascii_case(other),
        // How the body is labelled, or read, depends on all of it.
        (Difference::Payload | Difference::Body(_), Spot::Header(_)) | (Difference::Payload, Spot::Body(_)) => true,
        (Difference::Body(at), Spot::Body(pointer)) => {
            let moves = at.parent().is_some_and(|parent| {
                let index = at.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
                index && !parent.is_root() && pointer.starts_with(&parent)
            });
            // Members of what is broken may be what breaks it.
            pointer.starts_with(at) || at.starts_with(pointer) || moves
        }
        _ => false,
    }
}

fn applied(edit: &Edit, step: &Step, sibling: Option<&Sibling>) -> Option<Step> {
    match edit {
        Edit::Drop(difference) => without(step, difference),
        Edit::Restore(difference) => copied(step, &sibling?.step, difference),
    }
}

/// The step with nothing there; nothing where it has nothing there already.
fn without(step: &Step, difference: &Difference) -> Option<Step> {
    let mut step = step.clone();
    match difference {
        Difference::Argument(location, name) => {
            let before = step.arguments.len();
            step.arguments.retain(|argument| !is_argument(argument, *location, name));
            (step.arguments.len() < before).then_some(step)
        }
        Difference::Payload => step.payload.take().map(|_| step),
        Difference::Body(pointer) => {
            let payload = step.payload.as_mut()?;
            pointer.put(payload.literal_mut()?, None).ok()?;
            payload.replacements.retain(|(marked, _)| !marked.starts_with(pointer));
            Some(step)
        }
    }
}

/// `to` with what `from` has there; nothing where that changes nothing.
pub(super) fn copied(to: &Step, from: &Step, difference: &Difference) -> Option<Step> {
    let mut step = to.clone();
    match difference {
        Difference::Argument(location, name) => {
            step.arguments.retain(|argument| !is_argument(argument, *location, name));
            step.arguments
                .extend(from.arguments.iter().filter(|argument| is_argument(argument, *location, name)).cloned());
        }
        Difference::Payload => step.payload.clone_from(&from.payload),
        Difference::Body(pointer) => {
            let source = from.payload.as_ref()?;
            let value = pointer.resolve(source.literal()?).cloned();
            let payload = step.payload.as_mut()?;
            pointer.put(payload.literal_mut()?, value).ok()?;
            payload.replacements.retain(|(marked, _)| !related(marked, pointer));
            payload
                .replacements
                .extend(source.replacements.iter().filter(|(marked, _)| related(marked, pointer)).cloned());
        }
    }
    (described(&step) != described(to)).then_some(step)
}

/// `step` with what its sibling has where they differ.
pub(super) fn restored(step: &Step, sibling: &Sibling) -> Option<Step> {
    let base = &sibling.step;
    let whole = |step: &Step| Step { payload: base.payload.clone(), ..step.clone() };
    let mut restored = match &sibling.at {
        Spot::Method => step.clone(),
        Spot::Credentials => Step { credentials: base.credentials, ..step.clone() },
        Spot::Parameter(location, name, _) => copied(step, base, &Difference::Argument(Some(*location), name.clone()))?,
        Spot::Header(name) => {
            let step = whole(step);
            copied(&step, base, &Difference::Argument(Some(Location::Header), name.clone())).unwrap_or(step)
        }
        Spot::Body(pointer) => match &step.payload {
            Some(payload) if payload.bytes.is_none() && payload.literal().is_some() && !pointer.is_root() => {
                copied(step, base, &Difference::Body(pointer.clone()))?
            }
            _ => whole(step),
        },
    };
    restored.method.clone_from(&base.method);
    restored.intent = base.intent.clone();
    restored.sibling = None;
    Some(restored)
}

/// Where `b` differs from `a`, each difference as deep as both have the same members.
pub(super) fn differences(a: &Step, b: &Step) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    for argument in a.arguments.iter().chain(&b.arguments) {
        let own = |step: &Step| -> Vec<String> {
            let same = step.arguments.iter().filter(|other| is_argument(other, argument.location, &argument.name));
            same.map(|argument| format!("{:?}", argument.value)).collect()
        };
        let difference = Difference::Argument(argument.location, argument.name.clone());
        if own(a) != own(b) && !found.contains(&difference) {
            found.push(difference);
        }
    }
    let frame = |payload: &Payload| format!("{:?}{:?}{:?}", payload.content_type, payload.bytes, payload.unlabelled);
    match (&a.payload, &b.payload) {
        (None, None) => {}
        (Some(one), Some(other)) if frame(one) == frame(other) => match (one.literal(), other.literal()) {
            (Some(one), Some(other)) => in_values(one, other, &Pointer::root(), &mut found),
            _ if format!("{one:?}") == format!("{other:?}") => {}
            _ => found.push(Difference::Payload),
        },
        _ => found.push(Difference::Payload),
    }
    found
}

fn in_values(a: &Value, b: &Value, at: &Pointer, found: &mut Vec<Difference>) {
    match (a, b) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            for name in names {
                match (one.get(name), other.get(name)) {
                    (Some(a), Some(b)) => in_values(a, b, &at.child(name), found),
                    _ => found.push(Difference::Body(at.child(name))),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (a, b)) in one.iter().zip(other).enumerate() {
                in_values(a, b, &at.index(index), found);
            }
        }
        _ if a == b => {}
        _ => found.push(Difference::Body(at.clone())),
    }
}

/// Whether `argument` is for the parameter `name` at `location`; where that is left out on either side, anywhere.
pub(super) fn is_argument(argument: &Argument, location: Option<Location>, name: &str) -> bool {
    argument.name == name && (argument.location == location || argument.location.is_none() || location.is_none())
}

fn related(a: &Pointer, b: &Pointer) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

fn described(step: &Step) -> String {
    format!("{:?}{:?}", step.arguments, step.payload)
}

#[cfg(test)]
#[path = "smaller_tests.rs"]
mod tests;
