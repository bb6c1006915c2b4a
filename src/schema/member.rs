//! Which members the schemas in force at a place of a value mention: an automaton over the structure of values, built
//! as far as values lead.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use serde_json::Value;

use crate::document::{Place, Pointer};

use super::pattern::{Pattern, Patterns};
use super::reference::{Dialect, Sources, reference};

/// Levels of a value that are walked at most.
const DEEPEST: usize = 256;
/// Schemas in force at one place at most.
const MOST_SCHEMAS: usize = 4096;

/// The states reached so far, by the schemas in force.
#[derive(Default)]
pub(super) struct Members {
    states: Mutex<HashMap<Vec<Place>, Arc<State>>>,
}

/// What the schemas in force at one place say about members and elements.
#[derive(Default)]
struct State {
    properties: BTreeMap<String, Edge>,
    patterns: Vec<(Arc<Pattern>, Place)>,
    additional: Edge,
    items: Edge,
    /// Whether `additionalProperties` is given and does not forbid.
    open: bool,
    /// The nearest schema that mentions members.
    speaker: Option<Place>,
}

/// The schemas of a part, and their state once somebody went there.
#[derive(Default)]
struct Edge {
    schemas: Vec<Place>,
    // Weak, because schemas are circular; `Members` keeps the states alive.
    state: OnceLock<Weak<State>>,
}

/// One step into a value.
#[derive(Clone, Copy)]
enum Token<'v> {
    Name(&'v str),
    Index(usize),
}

/// The documents with the automaton over them.
#[derive(Clone, Copy)]
pub(super) struct Walker<'s> {
    pub(super) sources: &'s Sources,
    pub(super) patterns: &'s Patterns,
    pub(super) members: &'s Members,
}

impl<'s> Walker<'s> {
    /// Members of `value` that no schema reached from `place` mentions, with the schema that mentions others.
    pub(super) fn undocumented(self, place: &Place, value: &Value) -> Vec<(Pointer, Place)> {
        let mut found = Vec::new();
        let state = self.state(vec![place.clone()]);
        self.visit(&state, value, &mut Vec::new(), &mut found);
        found
    }

    /// `pointer` into `value` with indices and undeclared names erased.
    pub(super) fn shape(self, place: &Place, value: &Value, pointer: &Pointer) -> Pointer {
        let mut state = Some(self.state(vec![place.clone()]));
        let mut value = Some(value);
        let mut shape = Vec::new();
        for token in pointer.tokens() {
            let (declared, next, part) = match value {
                Some(Value::Array(items)) => {
                    let part = token.parse::<usize>().ok().and_then(|index| items.get(index));
                    (false, state.as_ref().map(|state| self.follow(&state.items)), part)
                }
                Some(Value::Object(members)) => {
                    let declared = state.as_ref().is_some_and(|state| state.properties.contains_key(&*token));
                    (declared, state.as_ref().map(|state| self.member(state, &token)), members.get(&*token))
                }
                _ => (false, None, None),
            };
            shape.push(if declared { token } else { "*".into() });
            (state, value) = (next, part);
        }
        Pointer::from_tokens(shape)
    }

    /// The schemas of the member `name` of what stands at `pointer` in `value`.
    pub(super) fn schemas_of(self, place: &Place, value: &Value, pointer: &Pointer, name: &str) -> Vec<Place> {
        let state = self.descend(place, value, pointer);
        state.properties.get(name).unwrap_or(&state.additional).schemas.clone()
    }

    /// Names of the members that are declared at `pointer` of `value`.
    pub(super) fn declared(self, place: &Place, value: &Value, pointer: &Pointer) -> Vec<String> {
        self.descend(place, value, pointer).properties.keys().cloned().collect()
    }

    /// Whether the schema object at `place` itself speaks of the member `name`.
    pub(super) fn mentions(self, place: &Place, name: &str) -> bool {
        let Some(schema) = self.sources.get(place) else { return false };
        let named = |keyword: &str| schema.get(keyword).and_then(Value::as_object);
        named("properties").is_some_and(|properties| properties.contains_key(name))
            || named("patternProperties").is_some_and(|patterns| {
                patterns.keys().any(|pattern| self.patterns.get(pattern).is_match(name) == Some(true))
            })
    }

    fn descend(self, place: &Place, value: &Value, pointer: &Pointer) -> Arc<State> {
        let mut state = self.state(vec![place.clone()]);
        let mut here = Some(value);
        for token in pointer.tokens() {
            let is_array = here.is_some_and(Value::is_array);
            state = if is_array { self.follow(&state.items) } else { self.member(&state, &token) };
            here = match here {
                Some(Value::Array(items)) => token.parse::<usize>().ok().and_then(|index| items.get(index)),
                Some(Value::Object(members)) => members.get(&*token),
                _ => None,
            };
        }
        state
    }

    fn visit<'v>(
        self,
        state: &Arc<State>,
        value: &'v Value,
        path: &mut Vec<Token<'v>>,
        found: &mut Vec<(Pointer, Place)>,
    ) {
        if path.len() > DEEPEST {
            return;
        }
        match value {
            Value::Array(items) if !state.items.schemas.is_empty() => {
                let items_state = self.follow(&state.items);
                for (index, item) in items.iter().enumerate() {
                    path.push(Token::Index(index));
                    self.visit(&items_state, item, path, found);
                    path.pop();
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    path.push(Token::Name(name));
                    if !state.mentions(name)
                        && !state.open
                        && let Some(speaker) = &state.speaker
                    {
                        found.push((pointer(path), speaker.clone()));
                    } else if member.is_object() || member.is_array() {
                        self.visit(&self.member(state, name), member, path, found);
                    }
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn member(self, state: &State, name: &str) -> Arc<State> {
        let edge = state.properties.get(name).unwrap_or(&state.additional);
        let matching = || state.patterns.iter().filter(|(pattern, _)| pattern.is_match(name) == Some(true));
        if matching().next().is_none() {
            return self.follow(edge);
        }
        self.state(edge.schemas.iter().cloned().chain(matching().map(|(_, place)| place.clone())).collect())
    }

    fn follow(self, edge: &Edge) -> Arc<State> {
        if let Some(known) = edge.state.get().and_then(Weak::upgrade) {
            return known;
        }
        let state = self.state(edge.schemas.clone());
        edge.state.get_or_init(|| Arc::downgrade(&state));
        state
    }

    fn state(self, starts: Vec<Place>) -> Arc<State> {
        let mut starts = starts;
        starts.sort();
        starts.dedup();
        let mut states = self.members.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = states.get(&starts) {
            return Arc::clone(known);
        }
        let state = Arc::new(self.build(&starts));
        states.insert(starts, Arc::clone(&state));
        state
    }

    fn build(self, starts: &[Place]) -> State {
        let mut state = State::default();
        let mut additional = Vec::new();
        for (place, schema) in self.in_force(starts) {
            let properties = schema.get("properties").and_then(Value::as_object);
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            for name in properties.into_iter().flatten().map(|(name, _)| name) {
                let at = place.child("properties").child(name);
                state.properties.entry(name.clone()).or_default().schemas.push(at);
            }
            // What is required is no surprise, although nobody says what it is.
            for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
                state.properties.entry(name.as_str().unwrap_or_default().to_owned()).or_default();
            }
            for name in patterns.into_iter().flatten().map(|(name, _)| name) {
                state.patterns.push((self.patterns.get(name), place.child("patternProperties").child(name)));
            }
            match schema.get("additionalProperties") {
                Some(Value::Object(_)) => {
                    state.open = true;
                    additional.push(place.clone());
                    state.additional.schemas.push(place.child("additionalProperties"));
                }
                Some(Value::Bool(true)) => state.open = true,
                _ => {}
            }
            for keyword in ["items", "contains"] {
                if schema.get(keyword).is_some_and(Value::is_object) {
                    state.items.schemas.push(place.child(keyword));
                }
            }
            for index in 0..schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len) {
                state.items.schemas.push(place.child("prefixItems").index(index));
            }
            let speaks = [properties, patterns].into_iter().flatten().any(|members| !members.is_empty());
            if speaks && state.speaker.is_none() {
                state.speaker = Some(place);
            }
        }
        for (name, edge) in &mut state.properties {
            let silent = additional.iter().filter(|place| !self.mentions(place, name));
            edge.schemas.extend(silent.map(|place| place.child("additionalProperties")));
        }
        state
    }

    /// The schemas that judge the same value as `starts`, in order of discovery; those under an odd number of `not`
    /// say what a value is not, and are left out.
    fn in_force(self, starts: &[Place]) -> Vec<(Place, &'s Value)> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        let located = |place: Place, negated| self.sources.get(&place).map(|schema| (place, schema, negated));
        let mut open: Vec<(Place, &'s Value, bool)> =
            starts.iter().rev().filter_map(|place| located(place.clone(), false)).collect();
        while let Some((place, schema, negated)) = open.pop() {
            if seen.len() > MOST_SCHEMAS || !seen.insert((place.clone(), negated)) {
                continue;
            }
            let mut below = Vec::new();
            if let Some(to) = reference(schema) {
                let target = self.sources.target(place.document, to).ok();
                below.extend(target.and_then(|target| located(target, negated)));
                if self.sources.dialect(place.document) == Dialect::OpenApi30 {
                    open.extend(below);
                    continue;
                }
            }
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let branches = schema.get(keyword).and_then(Value::as_array);
                let at = place.child(keyword);
                let branches = branches.into_iter().flatten().enumerate();
                below.extend(branches.map(|(index, branch)| (at.index(index), branch, negated)));
            }
            for (keyword, negated) in [("not", !negated), ("if", negated), ("then", negated), ("else", negated)] {
                below.extend(schema.get(keyword).map(|inner| (place.child(keyword), inner, negated)));
            }
            let dependent = schema.get("dependentSchemas").and_then(Value::as_object);
            for (name, inner) in dependent.into_iter().flatten() {
                below.push((place.child("dependentSchemas").child(name), inner, negated));
            }
            open.extend(below.into_iter().rev());
            if !negated {
                order.push((place, schema));
            }
        }
        order
    }
}

impl State {
    fn mentions(&self, name: &str) -> bool {
        self.properties.contains_key(name)
            || self.patterns.iter().any(|(pattern, _)| pattern.is_match(name) != Some(false))
    }
}

fn pointer(path: &[Token<'_>]) -> Pointer {
    Pointer::from_tokens(path.iter().map(|token| match token {
        Token::Name(name) => (*name).to_owned(),
        Token::Index(index) => index.to_string(),
    }))
}
