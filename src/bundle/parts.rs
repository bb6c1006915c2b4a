//! What becomes a component of the one document: the components of all documents, and what other files hold.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::{Map, Value};

use super::classes;
use super::walk::{self, Renamer};
use crate::contract::layout::{Kind, SECTIONS};
use crate::contract::{Contract, Role};
use crate::document::{DocumentId, Place, Pointer};

/// Something that becomes a component.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// The section of `components` that takes it.
    pub(super) section: &'static str,
    /// The name that it has or should have.
    pub(super) name: String,
    pub(super) place: Place,
    /// Another part that it is nothing but a reference to.
    pub(super) alias: Option<usize>,
    /// Parts that say by `allOf` that they are one of these: a discriminator knows them by their names.
    pub(super) children: Vec<usize>,
    /// Parts of one class say the same, references followed.
    pub(super) class: usize,
}

/// All parts of a contract.
#[derive(Debug)]
pub(super) struct Parts<'c> {
    pub(super) contract: &'c Contract,
    pub(super) list: Vec<Part>,
    index: HashMap<(Kind, Place), usize>,
    /// What the operations of each document are called now, by their `operationId`s.
    operations: BTreeMap<(DocumentId, String), Vec<String>>,
}

/// A part, or a place inside it.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) part: usize,
    pub(super) rest: Vec<String>,
}

impl<'c> Parts<'c> {
    /// The parts of `contract`: components in the order of the documents, then what is only referred to.
    pub(super) fn collect(contract: &'c Contract) -> Self {
        let mut parts = Self { contract, list: Vec::new(), index: HashMap::new(), operations: BTreeMap::new() };
        for operation in &contract.operations {
            let value = contract.schemas.source(&operation.place);
            if let Some(id) = value.and_then(|value| value.get("operationId")).and_then(Value::as_str) {
                let names = parts.operations.entry((operation.place.document, id.to_owned())).or_default();
                names.push(operation.id.to_string());
            }
        }
        let mut scan = Scan { parts, found: Vec::new(), references: Vec::new() };
        let mut paths = Vec::new();
        for (index, source) in contract.sources.iter().enumerate().filter(|(_, source)| source.role == Role::Api) {
            let root = Place::new(DocumentId(index), Pointer::root());
            let components = source.effective.get("components");
            for (section, kind) in SECTIONS {
                let members = components.and_then(|components| components.get(section)).and_then(Value::as_object);
                for name in members.into_iter().flat_map(Map::keys) {
                    let place = root.child("components").child(section).child(name);
                    scan.parts.add(kind, section, name.clone(), place);
                }
            }
            paths.push(root.child("paths"));
        }
        for paths in paths {
            let items = contract.schemas.source(&paths).and_then(Value::as_object);
            for (path, item) in items.into_iter().flatten() {
                walk::copy(&contract.schemas, &mut scan, Kind::PathItem, &paths.child(path), item);
            }
        }
        scan.finish()
    }

    fn add(&mut self, kind: Kind, section: &'static str, name: String, place: Place) -> usize {
        let index = self.list.len();
        self.index.insert((kind, place.clone()), index);
        self.list.push(Part { kind, section, name, place, alias: None, children: Vec::new(), class: index });
        index
    }

    /// The part that the reference `text` in `document` to something of `kind` means.
    pub(super) fn find(&self, kind: Kind, document: DocumentId, text: &str) -> Option<Target> {
        let place = self.contract.schemas.target(document, text).ok()?;
        self.at(kind, &place)
    }

    fn at(&self, kind: Kind, place: &Place) -> Option<Target> {
        if let Some(part) = self.index.get(&(kind, place.clone())) {
            return Some(Target { part: *part, rest: Vec::new() });
        }
        if self.contract.source(place.document)?.role != Role::Api {
            return None;
        }
        let mut tokens = place.pointer.tokens().map(Cow::into_owned);
        let (first, section, name) = (tokens.next()?, tokens.next()?, tokens.next()?);
        let (section, kind) = SECTIONS.into_iter().find(|(known, _)| *known == section)?;
        let place = Place::new(place.document, Pointer::from_tokens([&first, section, &name]));
        let part = self.index.get(&(kind, place)).filter(|_| first == "components")?;
        Some(Target { part: *part, rest: tokens.collect() })
    }

    /// The part at `place` itself.
    pub(super) fn part_at(&self, kind: Kind, place: &Place) -> Option<&Part> {
        self.list.get(*self.index.get(&(kind, place.clone()))?)
    }

    /// What a value of a discriminator's `mapping` means: a reference, or the name of a component.
    pub(super) fn mapped(&self, document: DocumentId, text: &str) -> Option<Target> {
        let reference = if text.contains(['#', '/', '.']) { self.find(Kind::Schema, document, text) } else { None };
        let component = || {
            let pointer = Pointer::from_tokens(["components", "schemas", text]);
            self.at(Kind::Schema, &Place::new(document, pointer))
        };
        reference.or_else(component)
    }

    /// The security scheme that `document` calls `name`.
    pub(super) fn scheme(&self, document: DocumentId, name: &str) -> Option<Target> {
        let pointer = Pointer::from_tokens(["components", "securitySchemes", name]);
        self.at(Kind::SecurityScheme, &Place::new(document, pointer))
    }

    /// What the operation that `document` calls `id` is called now.
    pub(super) fn operation(&self, document: DocumentId, id: &str) -> Option<&str> {
        match self.operations.get(&(document, id.to_owned())).map(Vec::as_slice) {
            Some([name]) => Some(name),
            _ => None,
        }
    }

    /// The file name of `document` without its ending.
    pub(super) fn stem(&self, document: DocumentId) -> String {
        let name = self.contract.source(document).map_or("", |source| source.published.name());
        Path::new(name).file_stem().map_or_else(|| "document".to_owned(), |stem| sanitized(&stem.to_string_lossy()))
    }
}

/// Finds the parts, and what refers to what.
struct Scan<'c> {
    parts: Parts<'c>,
    /// What the thing that is being copied refers to.
    found: Vec<Option<usize>>,
    /// The same for each part that is done.
    references: Vec<Vec<Option<usize>>>,
}

impl<'c> Scan<'c> {
    fn finish(mut self) -> Parts<'c> {
        let schemas = &self.parts.contract.schemas;
        let mut skeletons: Vec<Value> = Vec::new();
        while let Some(part) = self.parts.list.get(skeletons.len()) {
            let (kind, place) = (part.kind, part.place.clone());
            self.found.clear();
            let value = schemas.source(&place).unwrap_or(&Value::Null);
            skeletons.push(walk::copy(schemas, &mut self, kind, &place, value));
            let only = value.as_object().is_some_and(|value| value.len() == 1 && value.contains_key("$ref"));
            let alias = self.alias(kind, &place, value).filter(|_| only);
            self.relate(kind, &place, value, skeletons.len() - 1);
            if let Some(part) = self.parts.list.get_mut(skeletons.len() - 1) {
                part.alias = alias;
            }
            self.references.push(self.found.clone());
        }
        classes::settle(&mut self.parts.list, &skeletons, &self.references);
        self.parts
    }

    /// The whole part of the same kind that `value` refers to.
    fn alias(&self, kind: Kind, place: &Place, value: &Value) -> Option<usize> {
        let target = self.parts.find(kind, place.document, value.get("$ref")?.as_str()?)?;
        let same = self.parts.list.get(target.part).is_some_and(|part| part.kind == kind);
        (same && target.rest.is_empty()).then_some(target.part)
    }

    /// Notes `child` with the schemas that its `allOf` refers to.
    fn relate(&mut self, kind: Kind, place: &Place, value: &Value, child: usize) {
        let branches = value.get("allOf").and_then(Value::as_array).filter(|_| kind == Kind::Schema);
        for reference in branches.into_iter().flatten().filter_map(|branch| branch.get("$ref")?.as_str()) {
            let parent = self.parts.find(kind, place.document, reference).filter(|target| target.rest.is_empty());
            if let Some(parent) = parent.and_then(|target| self.parts.list.get_mut(target.part)) {
                parent.children.push(child);
            }
        }
    }

    fn note(&mut self, target: Option<Target>, text: &str) -> Value {
        self.found.push(target.as_ref().map(|target| target.part));
        let named = target.and_then(|target| Some((self.parts.list.get(target.part)?.name.clone(), target.rest)));
        named.map_or_else(
            || Value::String(text.to_owned()),
            |(name, rest)| Value::String(format!("{name}#{}", Pointer::from_tokens(rest).as_str())),
        )
    }
}

impl Renamer for Scan<'_> {
    fn reference(&mut self, kind: Kind, place: &Place, text: &str) -> Value {
        let mut target = self.parts.find(kind, place.document, text);
        if target.is_none()
            && let Ok(to) = self.parts.contract.schemas.target(place.document, text)
            && let Some((section, _)) = SECTIONS.into_iter().find(|(_, known)| *known == kind)
        {
            let name = self.parts.name_of(&to);
            target = Some(Target { part: self.parts.add(kind, section, name, to), rest: Vec::new() });
        }
        self.note(target, text)
    }

    fn mapped(&mut self, place: &Place, text: &str) -> Value {
        let mut target = self.parts.mapped(place.document, text);
        if target.is_none() && text.contains(['#', '/', '.']) {
            return self.reference(Kind::Schema, place, text);
        }
        self.note(target.take(), text)
    }

    fn scheme(&mut self, place: &Place, name: &str) -> String {
        let target = self.parts.scheme(place.document, name);
        self.found.push(target.map(|target| target.part));
        name.to_owned()
    }

    fn operation_id(&mut self, place: &Place, id: &str) -> Value {
        self.parts.operation(place.document, id).unwrap_or(id).into()
    }

    fn operation_ref(&mut self, place: &Place, text: &str) -> Value {
        let target = self.parts.contract.schemas.target(place.document, text);
        target.map_or_else(|_| text.into(), |target| format!("{}{}", target.document.0, target.pointer.as_str()).into())
    }

    fn discriminated(&mut self, _: &Place, _: &Map<String, Value>, _: &mut Map<String, Value>) {}
}

impl Parts<'_> {
    /// What a component that stands at `place` is called: the last words that are a name and no keyword.
    fn name_of(&self, place: &Place) -> String {
        const KEYWORDS: [&str; 10] =
            ["schema", "items", "content", "value", "not", "allOf", "anyOf", "oneOf", "properties", "examples"];
        let tokens: Vec<String> = place.pointer.tokens().map(Cow::into_owned).collect();
        let is_name = |token: &&String| !KEYWORDS.contains(&token.as_str()) && token.parse::<u32>().is_err();
        match tokens.iter().rfind(is_name) {
            Some(name) => sanitized(name.trim_matches('/')),
            None => self.stem(place.document),
        }
    }
}

/// `name` with nothing but the characters that the standard allows in the name of a component.
fn sanitized(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).take(100).collect();
    if name.is_empty() { "Component".to_owned() } else { name }
}
