//! Copies of what documents hold, with the names that components have in the one document.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

use super::classes;
use super::parts::{Part, Parts, Target};
use super::walk::{self, Renamer};
use crate::contract::Contract;
use crate::contract::layout::{Kind, SECTIONS};
use crate::document::{Diagnostic, Place, Pointer, Severity};

/// What cannot stand in the fragment of a URI (RFC 3986 §3.5), and `%`.
const FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Writes parts of the one document.
#[derive(Debug)]
pub(super) struct Writer<'c> {
    contract: &'c Contract,
    parts: &'c Parts<'c>,
    /// What each part is called now.
    names: Vec<String>,
    taken: BTreeSet<(&'static str, String)>,
    warnings: Vec<Diagnostic>,
    /// Where something was warned of already: what is shared is written once for each user.
    warned: BTreeSet<Place>,
}

impl<'c> Writer<'c> {
    pub(super) fn new(contract: &'c Contract, parts: &'c Parts<'c>) -> Self {
        let (names, taken) = named(parts);
        Self { contract, parts, names, taken, warnings: Vec::new(), warned: BTreeSet::new() }
    }

    /// A copy of `value`, which is of `kind` and stands at `place`.
    pub(super) fn write(&mut self, kind: Kind, place: &Place, value: &Value) -> Value {
        walk::copy(&self.contract.schemas, self, kind, place, value)
    }

    /// The section `components`.
    pub(super) fn components(&mut self) -> Map<String, Value> {
        let mut sections: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for index in 0..self.names.len() {
            let (Some(part), Some(name)) = (self.parts.list.get(index), self.names.get(index).cloned()) else {
                continue;
            };
            if sections.get(part.section).is_some_and(|section| section.contains_key(&name)) {
                continue;
            }
            // A reference to what has the same name now would lead to itself.
            let end = classes::followed(&self.parts.list, index);
            let same = self.names.get(end) == Some(&name);
            let Some(part) = self.parts.list.get(if same { end } else { index }) else { continue };
            let Some(value) = self.contract.schemas.source(&part.place) else { continue };
            let copy = self.write(part.kind, &part.place, value);
            self.warn_of_dialect(part, value);
            sections.entry(part.section).or_default().insert(name, copy);
        }
        let in_order = SECTIONS.iter().filter_map(|(name, _)| sections.remove_entry(name));
        in_order.map(|(name, section)| (name.to_owned(), Value::Object(section))).collect()
    }

    /// What could not be said, in order of place.
    pub(super) fn warnings(self) -> Vec<Diagnostic> {
        self.warnings
    }

    fn warn_of_dialect(&mut self, part: &Part, value: &Value) {
        let root = self.contract.source(part.place.document).map(|source| &source.effective);
        if root.is_some_and(|root| root.get("$schema").is_some()) && value.is_object() {
            let message =
                "the file is JSON Schema by its `$schema`; the same text is read as OpenAPI 3.0 in the bundle";
            self.warn(&Place::new(part.place.document, Pointer::root().child("$schema")), message);
        }
    }

    fn warn(&mut self, place: &Place, message: &str) {
        if self.warned.insert(place.clone()) {
            self.warnings.push(self.contract.diagnose(Severity::Warning, place, message));
        }
    }

    /// The reference to `target`; `text` itself where it means the same there.
    fn referring(&self, place: &Place, text: &str, target: &Target) -> String {
        let (Some(part), Some(name)) = (self.parts.list.get(target.part), self.names.get(target.part)) else {
            return text.to_owned();
        };
        let own = Pointer::from_tokens(["components", part.section, &part.name]) == part.place.pointer;
        if own && text.starts_with('#') && part.place.document == place.document && part.name == *name {
            return text.to_owned();
        }
        let tokens = ["components", part.section, name].into_iter().chain(target.rest.iter().map(String::as_str));
        fragment(&Pointer::from_tokens(tokens))
    }

    /// A reference that leads nowhere must not lead to what another document has in that place.
    fn dangling(&mut self, place: &Place, text: &str) -> String {
        let Some(pointer) = text.strip_prefix('#') else { return text.to_owned() };
        let taken = Pointer::from_fragment(pointer).is_ok_and(|pointer| {
            let tokens: Vec<_> = pointer.tokens().take(3).map(Cow::into_owned).collect();
            match tokens.as_slice() {
                [first, section, name] if first == "components" => {
                    self.taken.iter().any(|(known, taken)| known == section && taken == name)
                }
                [first, ..] => first == "paths",
                [] => true,
            }
        });
        if taken { format!("#/x-unresolved/{}{pointer}", self.parts.stem(place.document)) } else { text.to_owned() }
    }
}

impl Renamer for Writer<'_> {
    fn reference(&mut self, kind: Kind, place: &Place, text: &str) -> Value {
        if let Some(target) = self.parts.find(kind, place.document, text) {
            return self.referring(place, text, &target).into();
        }
        match self.contract.schemas.target(place.document, text) {
            Ok(_) => self.warn(place, "what this refers to can be no component, so the reference is left as it is"),
            Err(error) => self.warn(place, &error.reason),
        }
        self.dangling(place, text).into()
    }

    fn mapped(&mut self, place: &Place, text: &str) -> Value {
        let Some(target) = self.parts.mapped(place.document, text) else {
            return self.dangling(place, text).into();
        };
        let is_name = !text.contains(['#', '/', '.']) && self.names.get(target.part).is_some_and(|name| name == text);
        if is_name { text.into() } else { self.referring(place, text, &target).into() }
    }

    fn scheme(&mut self, place: &Place, name: &str) -> String {
        if let Some(target) = self.parts.scheme(place.document, name) {
            return self.names.get(target.part).cloned().unwrap_or_default();
        }
        if self.taken.contains(&("securitySchemes", name.to_owned())) {
            // Another document has one of that name, which is not meant.
            return format!("{name}_{}_undefined", self.parts.stem(place.document));
        }
        name.to_owned()
    }

    fn operation_id(&mut self, place: &Place, id: &str) -> Value {
        self.parts.operation(place.document, id).unwrap_or(id).into()
    }

    fn operation_ref(&mut self, place: &Place, text: &str) -> Value {
        let Ok(target) = self.contract.schemas.target(place.document, text) else { return text.into() };
        let operation = self.contract.operations.iter().find(|operation| operation.place == target);
        let pointer = operation.map(|operation| {
            Pointer::from_tokens(["paths", &operation.path.text, &operation.method.to_ascii_lowercase()])
        });
        pointer.map_or_else(|| text.into(), |pointer| fragment(&pointer).into())
    }

    /// Names that a discriminator knows because components have them are written down where components have others now.
    fn discriminated(&mut self, place: &Place, original: &Map<String, Value>, copy: &mut Map<String, Value>) {
        let mut names: Vec<(String, String)> = Vec::new();
        for keyword in ["oneOf", "anyOf"] {
            let branches = |schema: &Map<String, Value>| {
                schema.get(keyword).and_then(Value::as_array).cloned().unwrap_or_default()
            };
            for (before, after) in branches(original).iter().zip(branches(copy)) {
                let text = |branch: &Value| branch.get("$ref").and_then(Value::as_str).map(str::to_owned);
                if let (Some(before), Some(after)) = (text(before), text(&after)) {
                    names.push((last(&before).to_owned(), after));
                }
            }
        }
        for child in self.parts.part_at(Kind::Schema, place).map(|part| part.children.as_slice()).unwrap_or_default() {
            if let (Some(part), Some(name)) = (self.parts.list.get(*child), self.names.get(*child)) {
                names.push((part.name.clone(), fragment(&Pointer::from_tokens(["components", "schemas", name]))));
            }
        }
        let Some(discriminator) = copy.get_mut("discriminator").and_then(Value::as_object_mut) else { return };
        names.retain(|(before, after)| before != last(after));
        for (before, after) in names {
            let mapping = discriminator.entry("mapping").or_insert_with(|| Value::Object(Map::new()));
            if let Some(mapping) = mapping.as_object_mut() {
                mapping.entry(before).or_insert(Value::String(after));
            }
        }
    }
}

fn last(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn fragment(pointer: &Pointer) -> String {
    format!("#{}", utf8_percent_encode(pointer.as_str(), FRAGMENT))
}

/// What each part is called: the first keeps its name, what says the same shares it, others bear their document's name, too.
fn named(parts: &Parts<'_>) -> (Vec<String>, BTreeSet<(&'static str, String)>) {
    let mut classes: BTreeMap<(&'static str, &str), BTreeMap<usize, String>> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for part in &parts.list {
        let classes = classes.entry((part.section, &part.name)).or_default();
        if classes.is_empty() {
            classes.insert(part.class, part.name.clone());
            taken.insert((part.section, part.name.clone()));
        }
    }
    let mut names = Vec::new();
    for part in &parts.list {
        let classes = classes.entry((part.section, &part.name)).or_default();
        let name = classes.entry(part.class).or_insert_with(|| {
            let qualified = format!("{}_{}", part.name, parts.stem(part.place.document));
            let numbered = (2_usize..).map(|number| format!("{qualified}_{number}"));
            let free = |name: &String| !taken.contains(&(part.section, name.clone()));
            let name = std::iter::once(qualified.clone()).chain(numbered).find(free).unwrap_or_default();
            taken.insert((part.section, name.clone()));
            name
        });
        names.push(name.clone());
    }
    (names, taken)
}
