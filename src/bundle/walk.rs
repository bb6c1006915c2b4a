//! A walk over everything in a document that can refer to something, which makes a copy with other references.

use serde_json::{Map, Value};

use crate::contract::at::At;
use crate::contract::layout::{Kind, METHODS, Shape, below, below_besides};
use crate::document::Place;
use crate::schema::Schemas;

/// Who decides what a reference becomes.
pub(super) trait Renamer {
    /// The text of a `$ref` at `place` (the object that bears it) to something of `kind`.
    fn reference(&mut self, kind: Kind, place: &Place, text: &str) -> Value;
    /// A value of the `mapping` of a discriminator.
    fn mapped(&mut self, place: &Place, text: &str) -> Value;
    /// The name of a security scheme.
    fn scheme(&mut self, place: &Place, name: &str) -> String;
    /// The `operationId` of a link.
    fn operation_id(&mut self, place: &Place, id: &str) -> Value;
    /// The `operationRef` of a link.
    fn operation_ref(&mut self, place: &Place, text: &str) -> Value;
    /// Last word on a schema with a discriminator.
    fn discriminated(&mut self, place: &Place, original: &Map<String, Value>, copy: &mut Map<String, Value>);
}

/// Path items are followed so far from one to the next; more is a circle.
const LONGEST_CHAIN: usize = 16;

/// Deeper nesting than any parser lets through, path items inside callbacks included.
const DEEPEST: usize = 512;

/// A copy of `value`, which is of `kind` and stands at `place`, with the references that `renamer` gives it.
pub(super) fn copy(schemas: &Schemas, renamer: &mut dyn Renamer, kind: Kind, place: &Place, value: &Value) -> Value {
    let mut walk = Walk { schemas, renamer, open: Vec::new() };
    walk.visit(kind, &At { value, place: place.clone() }, 0)
}

struct Walk<'w> {
    schemas: &'w Schemas,
    renamer: &'w mut dyn Renamer,
    /// Path items that are being copied, to see circles.
    open: Vec<Place>,
}

impl Walk<'_> {
    fn visit(&mut self, kind: Kind, at: &At<'_>, depth: usize) -> Value {
        if depth > DEEPEST {
            return at.value.clone();
        }
        if kind == Kind::Requirements {
            return self.requirements(at);
        }
        if let (Kind::Extension, Value::Array(elements)) = (kind, at.value) {
            let copies = elements.iter().zip(at.elements());
            return copies.map(|(_, element)| self.visit(kind, &element, depth + 1)).collect();
        }
        let Some(object) = at.object() else { return at.value.clone() };
        if kind == Kind::PathItem && object.contains_key("$ref") {
            return self.expand(at, depth);
        }
        let refers = !matches!(kind, Kind::Responses | Kind::Discriminator | Kind::Operation);
        let mut copy = Map::new();
        for (name, member) in object {
            let member_at = At { value: member, place: at.place.child(name) };
            let copied = match (name.as_str(), member) {
                ("$ref", Value::String(text)) if refers => self.renamer.reference(kind, &at.place, text),
                ("mapping", Value::Object(names)) if kind == Kind::Discriminator => {
                    let mapped = names.iter().map(|(name, to)| {
                        let to = to.as_str().map_or_else(|| to.clone(), |to| self.renamer.mapped(&at.place, to));
                        (name.clone(), to)
                    });
                    Value::Object(mapped.collect())
                }
                ("operationId", Value::String(id)) if kind == Kind::Link => self.renamer.operation_id(&at.place, id),
                ("operationRef", Value::String(text)) if kind == Kind::Link => {
                    self.renamer.operation_ref(&at.place, text)
                }
                _ => match below(kind, name).or_else(|| below_besides(kind, name)) {
                    Some((shape, below)) => self.shaped(shape, below, &member_at, depth + 1),
                    None => member.clone(),
                },
            };
            copy.insert(name.clone(), copied);
        }
        if kind == Kind::Schema && object.contains_key("discriminator") {
            self.renamer.discriminated(&at.place, object, &mut copy);
        }
        Value::Object(copy)
    }

    fn shaped(&mut self, shape: Shape, kind: Kind, at: &At<'_>, depth: usize) -> Value {
        match (shape, at.value) {
            (Shape::Members, Value::Object(_)) => {
                let members = at.members().map(|(name, member)| (name.to_owned(), self.visit(kind, &member, depth)));
                Value::Object(members.collect())
            }
            (Shape::Elements, Value::Array(_)) => {
                at.elements().map(|element| self.visit(kind, &element, depth)).collect()
            }
            (Shape::One, _) => self.visit(kind, at, depth),
            _ => at.value.clone(),
        }
    }

    /// What a path item that refers to others means, as one path item.
    fn expand(&mut self, at: &At<'_>, depth: usize) -> Value {
        let layers = layers(self.schemas, at.clone());
        let is_open = layers.iter().any(|layer| self.open.contains(&layer.place));
        if is_open {
            return at.value.clone();
        }
        let before = self.open.len();
        self.open.extend(layers.iter().map(|layer| layer.place.clone()));
        let mut flat = Map::new();
        for (index, layer) in layers.iter().enumerate() {
            let below = layers.get(index..).unwrap_or_default();
            for (name, member) in layer.members() {
                let said = member.value.is_null() || flat.contains_key(name);
                if said || matches!(name, "$ref" | "parameters" | "servers") {
                    continue;
                }
                let kind = if METHODS.contains(&name) { Kind::Operation } else { Kind::Extension };
                let mut copy = self.visit(kind, &member, depth + 1);
                if let (true, Some(operation)) = (METHODS.contains(&name), copy.as_object_mut()) {
                    let found = |name: &str| below.iter().find_map(|layer| layer.get(name));
                    let parameters =
                        found("parameters").map(|at| self.shaped(Shape::Elements, Kind::Parameter, &at, depth + 1));
                    push_down(operation, parameters.as_ref(), found("servers").map(|at| at.value));
                }
                flat.insert(name.to_owned(), copy);
            }
        }
        self.open.truncate(before);
        Value::Object(flat)
    }

    fn requirements(&mut self, at: &At<'_>) -> Value {
        let Some(alternatives) = at.value.as_array() else { return at.value.clone() };
        let renamed = alternatives.iter().map(|alternative| match alternative {
            Value::Object(schemes) => {
                let schemes = schemes.iter();
                Value::Object(
                    schemes.map(|(name, scopes)| (self.renamer.scheme(&at.place, name), scopes.clone())).collect(),
                )
            }
            other => other.clone(),
        });
        renamed.collect()
    }
}

/// Gives `operation` what its path item says for all: parameters that it does not state itself, servers if it states none.
pub(super) fn push_down(operation: &mut Map<String, Value>, parameters: Option<&Value>, servers: Option<&Value>) {
    if let Some(Value::Array(shared)) = parameters {
        let own = operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        // One that both state is overridden where the operation is read: of two equal ones the first counts, so the
        // operation's come first.
        let mut all = own;
        for parameter in shared {
            let is_same = |other: &Value| {
                other == parameter
                    || (other.get("$ref").is_none()
                        && other.get("name") == parameter.get("name")
                        && other.get("in") == parameter.get("in"))
            };
            if !all.iter().any(is_same) {
                all.push(parameter.clone());
            }
        }
        operation.insert("parameters".to_owned(), Value::Array(all));
    }
    if let Some(servers) = servers
        && !states_servers(operation)
    {
        operation.insert("servers".to_owned(), servers.clone());
    }
}

/// Whether an operation or a path item has servers of its own.
pub(super) fn states_servers(level: &Map<String, Value>) -> bool {
    level.get("servers").and_then(Value::as_array).is_some_and(|servers| !servers.is_empty())
}

/// A path item and those that it refers to, one after the other.
fn layers<'a>(schemas: &'a Schemas, item: At<'a>) -> Vec<At<'a>> {
    let mut layers: Vec<At<'a>> = Vec::new();
    let mut next = Some(item);
    while let Some(item) = next {
        let circles = layers.iter().any(|earlier| earlier.place == item.place) || layers.len() == LONGEST_CHAIN;
        if item.object().is_none() || circles {
            break;
        }
        let target = item.text("$ref").and_then(|text| schemas.target(item.place.document, text).ok());
        next = target.and_then(|place| schemas.source(&place).map(|value| At { value, place }));
        layers.push(item);
    }
    layers
}
