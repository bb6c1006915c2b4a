//! A walk over everything in the documents that has a meaning: schemas, parameters, media types.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Subject;
use crate::contract::Role;
use crate::contract::at::At;
use crate::document::{DocumentId, Place, Pointer};

/// What an object of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    PathItem,
    Operation,
    Parameter,
    Header,
    Body,
    Response,
    Media,
    Schema,
    Callback,
    Responses,
    /// Something below a media type's `encoding`.
    Encoding,
}

/// The members of a container of named things, by kind.
const COMPONENTS: [(&str, Kind); 6] = [
    ("schemas", Kind::Schema),
    ("responses", Kind::Response),
    ("parameters", Kind::Parameter),
    ("requestBodies", Kind::Body),
    ("headers", Kind::Header),
    ("callbacks", Kind::Callback),
];

/// The operations of a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Deeper nesting than any parser lets through.
const DEEPEST: usize = 512;

impl Subject<'_> {
    /// Shows every object of the documents that has a meaning to `see`, in document order. References are not followed
    /// but into files that only others refer to.
    pub(super) fn walk(&self, see: &mut dyn FnMut(Kind, &At<'_>)) {
        let mut walk = Walk { subject: self, see, pending: Vec::new(), seen: BTreeSet::new() };
        for (index, source) in self.contract.sources.iter().enumerate() {
            if source.role == Role::Api {
                walk.document(DocumentId(index));
            }
        }
        while let Some((kind, place)) = walk.pending.pop() {
            if let Some(value) = self.schemas.source(&place) {
                walk.visit(kind, &At { value, place }, 0);
            }
        }
    }

    /// Shows every schema.
    pub(super) fn schemas(&self, see: &mut dyn FnMut(&At<'_>)) {
        self.walk(&mut |kind, at| {
            if kind == Kind::Schema {
                see(at);
            }
        });
    }

    /// The value that `at` stands for; nothing where its references lead nowhere.
    pub(super) fn follow<'s>(&'s self, at: &At<'s>) -> Option<At<'s>> {
        if at.value.get("$ref").is_none() {
            return Some(at.clone());
        }
        let place = self.schemas.resolve(&at.place).ok()?;
        self.schemas.source(&place).map(|value| At { value, place })
    }

    /// The value at `place`, references followed.
    pub(super) fn at(&self, place: &Place) -> Option<At<'_>> {
        let place = self.schemas.resolve(place).ok()?;
        self.schemas.source(&place).map(|value| At { value, place })
    }
}

struct Walk<'w, 'a> {
    subject: &'w Subject<'a>,
    see: &'w mut dyn FnMut(Kind, &At<'_>),
    pending: Vec<(Kind, Place)>,
    seen: BTreeSet<(Kind, Place)>,
}

impl Walk<'_, '_> {
    fn document(&mut self, document: DocumentId) {
        let place = Place::new(document, Pointer::root());
        let Some(value) = self.subject.schemas.source(&place) else { return };
        let root = At { value, place };
        for (section, at) in root.members() {
            match section {
                "paths" => self.all(Kind::PathItem, &at, 0),
                "components" => {
                    for (name, kind) in COMPONENTS {
                        self.members(kind, &at, name, 0);
                    }
                }
                _ => {}
            }
        }
    }

    fn visit(&mut self, kind: Kind, at: &At<'_>, depth: usize) {
        if at.object().is_none() || depth > DEEPEST {
            return;
        }
        (self.see)(kind, at);
        if let Some(Value::String(reference)) = at.value.get("$ref") {
            self.defer(kind, at, reference);
            if kind != Kind::PathItem {
                return;
            }
        }
        match kind {
            Kind::PathItem => {
                self.elements(Kind::Parameter, at, "parameters", depth);
                for method in METHODS {
                    self.member(Kind::Operation, at, method, depth);
                }
            }
            Kind::Operation => {
                self.elements(Kind::Parameter, at, "parameters", depth);
                self.member(Kind::Body, at, "requestBody", depth);
                self.member(Kind::Responses, at, "responses", depth);
                self.members(Kind::Callback, at, "callbacks", depth);
            }
            Kind::Responses => self.all(Kind::Response, at, depth),
            Kind::Callback => self.all(Kind::PathItem, at, depth),
            Kind::Parameter | Kind::Header => {
                self.member(Kind::Schema, at, "schema", depth);
                self.members(Kind::Media, at, "content", depth);
            }
            Kind::Body => self.members(Kind::Media, at, "content", depth),
            Kind::Response => {
                self.members(Kind::Header, at, "headers", depth);
                self.members(Kind::Media, at, "content", depth);
            }
            Kind::Media => {
                self.member(Kind::Schema, at, "schema", depth);
                self.members(Kind::Encoding, at, "encoding", depth);
            }
            Kind::Encoding => self.members(Kind::Header, at, "headers", depth),
            Kind::Schema => {
                self.members(Kind::Schema, at, "properties", depth);
                for member in ["items", "additionalProperties", "not"] {
                    self.member(Kind::Schema, at, member, depth);
                }
                for member in ["allOf", "anyOf", "oneOf"] {
                    self.elements(Kind::Schema, at, member, depth);
                }
            }
        }
    }

    fn member(&mut self, kind: Kind, at: &At<'_>, name: &str, depth: usize) {
        if let Some(member) = at.get(name) {
            self.visit(kind, &member, depth + 1);
        }
    }

    fn members(&mut self, kind: Kind, at: &At<'_>, name: &str, depth: usize) {
        if let Some(member) = at.get(name) {
            self.all(kind, &member, depth + 1);
        }
    }

    fn elements(&mut self, kind: Kind, at: &At<'_>, name: &str, depth: usize) {
        for element in at.get(name).iter().flat_map(At::elements) {
            self.visit(kind, &element, depth + 1);
        }
    }

    fn all(&mut self, kind: Kind, at: &At<'_>, depth: usize) {
        for (name, member) in at.members() {
            if kind == Kind::Schema || !name.starts_with("x-") {
                self.visit(kind, &member, depth + 1);
            }
        }
    }

    /// Comes back to what `at` refers to, where no other way leads there.
    fn defer(&mut self, kind: Kind, at: &At<'_>, reference: &str) {
        let Ok(target) = self.subject.schemas.target(at.place.document, reference) else { return };
        let role = self.subject.contract.source(target.document).map(|source| source.role);
        if role == Some(Role::Resource) && self.seen.insert((kind, target.clone())) {
            self.pending.push((kind, target));
        }
    }
}
