//! Carries out one action on one document.

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Action, Amended, Change, Overlay, Version};
use crate::document::{Diagnostic, Pointer, Severity};

/// How many values all actions together may add: a handful of copies of a root would fill any memory.
pub(super) const LARGEST: usize = 1_000_000;

/// How deep an amended document may nest.
const DEEPEST: usize = 128;

/// One action on one document.
pub(super) struct Edit<'a> {
    pub(super) overlay: &'a Overlay,
    pub(super) action: &'a Action,
    pub(super) document: &'a str,
    pub(super) value: &'a mut Arc<Value>,
    pub(super) amended: &'a mut Vec<Amended>,
    pub(super) room: &'a mut usize,
}

/// What cannot be merged: the place in the document, the place in the update, and why.
struct Clash {
    at: Pointer,
    from: Pointer,
    why: String,
}

impl Edit<'_> {
    /// Carries it out and tells how many nodes were selected.
    pub(super) fn run(mut self) -> Result<usize, Box<Diagnostic>> {
        let selected = self.selected();
        if selected.is_empty() {
            return Ok(0);
        }
        match &self.action.change {
            Change::Nothing => {}
            Change::Remove => self.remove_all(&selected)?,
            Change::Update => {
                let place = self.action.place.child("update");
                let update = place.resolve(self.overlay.document.value()).cloned().unwrap_or_default();
                self.write_all(&selected, &update, &place)?;
            }
            Change::Copy(source) => {
                let place = self.action.place.child("copy");
                let nodes = source.query(self.value);
                let Ok(node) = nodes.exactly_one() else {
                    let message = format!("`{source}` selects {} nodes of {}, not one", nodes.len(), self.document);
                    return Err(self.error(&place, message));
                };
                let node = node.clone();
                self.write_all(&selected, &node, &place)?;
            }
        }
        Ok(selected.len())
    }

    /// The places that the target selects, each once.
    fn selected(&self) -> Vec<Pointer> {
        let nodes = self.action.target.query_located(self.value).dedup();
        nodes.locations().filter_map(|place| Pointer::parse(&place.to_json_pointer()).ok()).collect()
    }

    fn write_all(&mut self, places: &[Pointer], update: &Value, from: &Pointer) -> Result<(), Box<Diagnostic>> {
        let kinds: Vec<Kind> = places.iter().filter_map(|place| place.resolve(self.value)).map(Kind::of).collect();
        let is_mixed = kinds.windows(2).any(|pair| matches!(pair, [first, second] if first != second));
        match self.overlay.version {
            Version::V1_0 if kinds.contains(&Kind::Primitive) => {
                let message = "version 1.0 of the Overlay Specification does not update primitive values";
                let help = "select the object that holds it, or write `overlay: 1.1.0`";
                return Err(Box::new(self.error(&self.action.place.child("target"), message).help(help)));
            }
            Version::V1_1 if is_mixed => {
                let message = "the target selects nodes of several kinds: objects, arrays or primitive values";
                return Err(self.error(&self.action.place.child("target"), message));
            }
            _ => {}
        }
        let (nodes, depth) = measure(update);
        let deepest = places.iter().map(|place| place.tokens().count() + depth).max().unwrap_or_default();
        let needed = nodes.saturating_mul(places.len());
        let Some(left) = self.room.checked_sub(needed).filter(|_| deepest <= DEEPEST) else {
            return Err(self.error(from, "the amended document becomes too large or too deeply nested"));
        };
        *self.room = left;
        for place in places {
            let written = self.write(place, update, from).map_err(|clash| {
                let message = format!("{} at {} of {}", clash.why, shown(&clash.at), self.document);
                self.error(&clash.from, message)
            })?;
            for pointer in written {
                self.record(pointer);
            }
        }
        Ok(())
    }

    /// Merges `update` into the value at `place`, and tells which places were written.
    fn write(&mut self, place: &Pointer, update: &Value, from: &Pointer) -> Result<Vec<Pointer>, Clash> {
        let mut written = Vec::new();
        match (Arc::make_mut(self.value).pointer_mut(place.as_str()), update) {
            (None, _) => {}
            (Some(Value::Array(elements)), Value::Array(more)) if self.overlay.version == Version::V1_1 => {
                append(elements, more, place, &mut written);
            }
            (Some(Value::Array(elements)), entry) => append(elements, std::slice::from_ref(entry), place, &mut written),
            (Some(target), update) => merge(target, update, place, from, &mut written)?,
        }
        Ok(written)
    }

    fn remove_all(&mut self, places: &[Pointer]) -> Result<(), Box<Diagnostic>> {
        let mut places: Vec<&Pointer> = places.iter().collect();
        // What lies deeper or behind goes first, so that the other places stay where they are.
        places.sort_by_cached_key(|place| Reverse(order(place)));
        for place in places {
            let (Some(parent), Some(token)) = (place.parent(), place.last()) else {
                return Err(self.error(&self.action.place.child("target"), "the root cannot be removed"));
            };
            self.amended.retain(|amended| !amended.pointer.starts_with(place));
            match Arc::make_mut(self.value).pointer_mut(parent.as_str()) {
                Some(Value::Object(members)) => {
                    members.shift_remove(&*token);
                    self.record(place.clone());
                }
                Some(Value::Array(elements)) => {
                    let Some(index) = token.parse().ok().filter(|index| *index < elements.len()) else { continue };
                    elements.remove(index);
                    self.close_gap(&parent, index);
                    // The elements behind have moved: none of them stands any more where the document says.
                    self.record(parent);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Moves what was written behind the removed element `index` of `array`.
    fn close_gap(&mut self, array: &Pointer, index: usize) {
        for amended in self.amended.iter_mut().filter(|amended| amended.pointer.starts_with(array)) {
            let mut tokens: Vec<String> = amended.pointer.tokens().map(std::borrow::Cow::into_owned).collect();
            if let Some(token) = tokens.get_mut(array.tokens().count())
                && let Ok(place) = token.parse::<usize>()
                && place > index
            {
                *token = (place - 1).to_string();
                amended.pointer = Pointer::from_tokens(tokens);
            }
        }
    }

    fn record(&mut self, pointer: Pointer) {
        let Overlay { document, title, .. } = self.overlay;
        let description = Some(&self.action.description).filter(|text| !text.is_empty()).unwrap_or(title);
        let amended = Amended {
            pointer,
            file: document.name().to_owned(),
            position: document.position(&self.action.place),
            description: description.clone(),
        };
        if self.amended.last() != Some(&amended) {
            self.amended.push(amended);
        }
    }

    fn error(&self, place: &Pointer, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(self.overlay.document.diagnose(Severity::Error, place, message))
    }
}

/// Merges as the Action Object's section says: member by member, arrays one behind the other, primitive values replaced.
fn merge(
    target: &mut Value,
    update: &Value,
    at: &Pointer,
    from: &Pointer,
    written: &mut Vec<Pointer>,
) -> Result<(), Clash> {
    match (target, update) {
        (Value::Object(members), Value::Object(more)) => merge_members(members, more, at, from, written),
        (Value::Array(elements), Value::Array(more)) => {
            append(elements, more, at, written);
            Ok(())
        }
        (target, update) if Kind::of(target) == Kind::Primitive && Kind::of(update) == Kind::Primitive => {
            if target != update {
                *target = update.clone();
                written.push(at.clone());
            }
            Ok(())
        }
        (target, update) => {
            let why = format!("{} does not merge into {}", Kind::of(update).name(), Kind::of(target).name());
            Err(Clash { at: at.clone(), from: from.clone(), why })
        }
    }
}

fn merge_members(
    members: &mut Map<String, Value>,
    more: &Map<String, Value>,
    at: &Pointer,
    from: &Pointer,
    written: &mut Vec<Pointer>,
) -> Result<(), Clash> {
    for (name, update) in more {
        let at = at.child(name);
        if let Some(member) = members.get_mut(name) {
            merge(member, update, &at, &from.child(name), written)?;
        } else {
            members.insert(name.clone(), update.clone());
            written.push(at);
        }
    }
    Ok(())
}

fn append(elements: &mut Vec<Value>, more: &[Value], at: &Pointer, written: &mut Vec<Pointer>) {
    for element in more {
        written.push(at.index(elements.len()));
        elements.push(element.clone());
    }
}

/// What the specification tells apart; null is a primitive value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
    Primitive,
}

impl Kind {
    fn of(value: &Value) -> Self {
        match value {
            Value::Object(_) => Self::Object,
            Value::Array(_) => Self::Array,
            _ => Self::Primitive,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::Primitive => "a primitive value",
        }
    }
}

/// How many values `value` consists of, and how deep it is.
fn measure(value: &Value) -> (usize, usize) {
    let below = |parts: &mut dyn Iterator<Item = &Value>| {
        let (nodes, depth) = parts.map(measure).fold((0, 0), |sum, part| (sum.0 + part.0, part.1.max(sum.1)));
        (nodes + 1, depth + 1)
    };
    match value {
        Value::Array(elements) => below(&mut elements.iter()),
        Value::Object(members) => below(&mut members.values()),
        _ => (1, 0),
    }
}

/// Sorts places as they stand in a document, elements by number.
fn order(place: &Pointer) -> Vec<(Option<usize>, String)> {
    place.tokens().map(|token| (token.parse().ok(), token.into_owned())).collect()
}

fn shown(place: &Pointer) -> &str {
    if place.is_root() { "the root" } else { place.as_str() }
}
