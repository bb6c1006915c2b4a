//! A walk over everything in the documents that has a meaning: schemas, parameters, media types.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Subject;
use crate::contract::Role;
use crate::contract::at::At;
use crate::contract::layout::{Kind, SECTIONS, Shape, below};
use crate::document::{DocumentId, Place, Pointer};

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
                "paths" => {
                    for (_, item) in at.members().filter(|(path, _)| !path.starts_with("x-")) {
                        self.visit(Kind::PathItem, &item, 0);
                    }
                }
                "components" => {
                    for (name, kind) in SECTIONS {
                        if let Some(section) = at.get(name) {
                            self.shaped(Shape::Members, kind, &section, 0);
                        }
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
        for (name, member) in at.members() {
            if let Some((shape, kind)) = below(kind, name) {
                self.shaped(shape, kind, &member, depth + 1);
            }
        }
    }

    fn shaped(&mut self, shape: Shape, kind: Kind, at: &At<'_>, depth: usize) {
        match shape {
            Shape::One => self.visit(kind, at, depth),
            Shape::Members => at.members().for_each(|(_, member)| self.visit(kind, &member, depth)),
            Shape::Elements => at.elements().for_each(|element| self.visit(kind, &element, depth)),
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

#[cfg(test)]
mod tests {
    use crate::contract::Contract;
    use crate::document::Document;
    use crate::lint::Subject;

    #[test]
    fn all_that_openapi_3_0_gives_a_meaning_is_shown_and_nothing_else() {
        let text = "
openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  x-note: {get: {parameters: [{schema: {title: of an extension}}]}}
  /things:
    x-note: {schema: {title: of an extension}}
    get:
      responses:
        x-note: {content: {a/b: {schema: {title: of an extension}}}}
        '200':
          description: ok
          headers: {x-request-id: {schema: {title: of a header}}}
          content:
            application/json:
              schema:
                title: of an answer
                if: {title: of a later keyword}
                x-certain: [{title: of an extension}]
                properties: {x-price: {title: of a property}}
components:
  schemas: {x-thing: {title: of a component}}
";
        let contract = Contract::new(vec![Document::parse("a.yaml", text).unwrap()], vec![]).unwrap();
        let subject = Subject { contract: &contract, schemas: &contract.schemas, operations: &contract.operations };
        let mut seen = Vec::new();
        subject.schemas(&mut |at| seen.extend(at.text("title").map(str::to_owned)));
        assert_eq!(seen, ["of a header", "of an answer", "of a property", "of a component"]);
    }
}
