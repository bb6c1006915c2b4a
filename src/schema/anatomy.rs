//! A value taken apart along the schemas that judge it, and the promises that these schemas make.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Map, Value};

use crate::document::{Place, Pointer};

use super::flag::{is_flagged, other_way};
use super::reference::reference;
use super::{Direction, Schemas, Sense};

/// Parts of a value, and schemas of a document, that are looked at.
const MOST: usize = 5_000;
/// Levels of a value that are taken apart.
const DEEPEST: usize = 40;

/// The keywords by which a schema refuses values (OpenAPI 3.0.3, Schema Object).
pub const ASSERTIONS: [&str; 19] = [
    "type",
    "enum",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "required",
    "additionalProperties",
    "anyOf",
    "oneOf",
    "not",
];

/// A schema with its place, so that it need not be looked up again.
type Located<'s> = (Place, &'s Value);

/// A part of a value with the schema objects that judge it.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Where in the value.
    pub instance: Pointer,
    /// The schema objects: references followed, all of an `allOf`, and of `anyOf` and `oneOf` the branches that the part
    /// conforms to.
    pub schemas: Vec<Place>,
}

impl Schemas {
    /// The parts of `value`, outermost first.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use conform::document::{DocumentId, Place, Pointer};
    /// use conform::schema::{Direction, Schemas};
    /// use serde_json::json;
    ///
    /// let schema = json!({"oneOf": [{"type": "string"}, {"properties": {"city": {"type": "string"}}, "type": "object"}]});
    /// let schemas = Schemas::new(vec![("address.json".into(), Arc::new(schema))]);
    /// let place = Place::new(DocumentId(0), Pointer::root());
    /// let parts = schemas.anatomy(&place, Direction::Request, &json!({"city": "Dubai"}));
    /// assert_eq!(parts[0].schemas[1].pointer.as_str(), "/oneOf/1");
    /// assert_eq!(parts[1].instance.as_str(), "/city");
    /// ```
    pub fn anatomy(&self, place: &Place, direction: Direction, value: &Value) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut open = VecDeque::from([(Pointer::root(), self.located(place.clone()).into_iter().collect(), value, 0)]);
        while let Some((instance, starts, value, depth)) = open.pop_front() {
            if parts.len() >= MOST {
                break;
            }
            let schemas = self.in_force(starts, direction, value);
            if depth < DEEPEST {
                match value {
                    Value::Object(members) => {
                        for (name, member) in members {
                            open.push_back((instance.child(name), members_of(&schemas, name), member, depth + 1));
                        }
                    }
                    Value::Array(items) => {
                        let below: Vec<Located<'_>> =
                            schemas.iter().filter_map(|schema| below(schema, "items")).collect();
                        for (index, item) in items.iter().enumerate().take(MOST) {
                            open.push_back((instance.index(index), below.clone(), item, depth + 1));
                        }
                    }
                    _ => {}
                }
            }
            let schemas = schemas.into_iter().map(|(place, _)| place).collect();
            parts.push(Part { instance, schemas });
        }
        parts
    }

    /// The keywords by which the schema at `place`, or one that it leads to, refuses values that travel in `direction`; in
    /// document order, each once, of `required` each name by its index. At most some thousands.
    pub fn promises(&self, place: &Place, direction: Direction) -> Vec<Place> {
        let mut promises = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = VecDeque::from([place.clone()]);
        while let Some(place) = open.pop_front() {
            if seen.len() >= MOST || !seen.insert(place.clone()) {
                continue;
            }
            let Some(schema) = self.source(&place) else { continue };
            if let Some(to) = reference(schema) {
                open.extend(self.target(place.document, to).ok());
                continue;
            }
            let Some(object) = schema.as_object() else { continue };
            promises.extend(stated(object, &place, |name| !self.travels_other_way(object, &place, name, direction)));
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let count = object.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
                open.extend((0..count).map(|index| place.child(keyword).index(index)));
            }
            for name in object.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name)
            {
                if !self.travels_other_way(object, &place, name, direction) {
                    open.push_back(place.child("properties").child(name));
                }
            }
            let parts = ["items", "additionalProperties"]
                .into_iter()
                .filter(|part| object.get(*part).is_some_and(Value::is_object));
            open.extend(parts.map(|part| place.child(part)));
        }
        promises
    }

    /// The promises that `value` keeps and could have broken: a `maxLength` says nothing about a number.
    pub fn kept(&self, place: &Place, direction: Direction, value: &Value) -> Vec<Place> {
        let mut kept = Vec::new();
        for part in self.anatomy(place, direction, value) {
            let Some(value) = part.instance.resolve(value) else { continue };
            for schema in &part.schemas {
                let Some(object) = self.source(schema).and_then(Value::as_object) else { continue };
                let present = |name: &str| value.get(name).is_some();
                kept.extend(stated(object, schema, present).into_iter().filter(|promise| {
                    let keyword = promise.pointer.tokens().nth(schema.pointer.tokens().count());
                    keyword.is_some_and(|keyword| speaks_of(&keyword, value))
                }));
            }
        }
        kept
    }

    /// The schema objects that judge `value` itself, beginning with `starts`.
    fn in_force<'s>(&'s self, starts: Vec<Located<'s>>, direction: Direction, value: &Value) -> Vec<Located<'s>> {
        let mut found: Vec<Located<'s>> = Vec::new();
        let mut open = starts;
        open.reverse();
        while let Some((place, schema)) = open.pop() {
            if found.len() >= MOST || found.iter().any(|(known, _)| *known == place) {
                continue;
            }
            if let Some(to) = reference(schema) {
                open.extend(self.target(place.document, to).ok().and_then(|target| self.located(target)));
                continue;
            }
            let mut branches = Vec::new();
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let Some(list) = schema.get(keyword).and_then(Value::as_array) else { continue };
                let at = place.child(keyword);
                for (index, branch) in list.iter().enumerate() {
                    let at = at.index(index);
                    if keyword == "allOf" || self.takes(&at, direction, value) {
                        branches.push((at, branch));
                    }
                }
            }
            found.push((place, schema));
            open.extend(branches.into_iter().rev());
        }
        found
    }

    fn located(&self, place: Place) -> Option<Located<'_>> {
        self.source(&place).map(|schema| (place, schema))
    }

    fn takes(&self, place: &Place, direction: Direction, value: &Value) -> bool {
        self.validator(place, direction, Sense::Strict).is_ok_and(|validator| validator.is_valid(value))
    }

    fn travels_other_way(&self, object: &Map<String, Value>, place: &Place, name: &str, direction: Direction) -> bool {
        let Some(schema) = object.get("properties").and_then(|properties| properties.get(name)) else { return false };
        is_flagged(&self.shared.sources, schema, &place.child("properties").child(name), other_way(direction))
    }
}

/// What stands behind `keyword` of a schema, where that is a schema.
fn below<'s>((place, schema): &Located<'s>, keyword: &str) -> Option<Located<'s>> {
    schema.get(keyword).filter(|inner| inner.is_object()).map(|inner| (place.child(keyword), inner))
}

/// The schemas of the member `name` that `schemas` state, or those of additional members.
fn members_of<'s>(schemas: &[Located<'s>], name: &str) -> Vec<Located<'s>> {
    let of = |schema: &Located<'s>| {
        let own = schema.1.get("properties").and_then(|properties| properties.get(name));
        match own {
            Some(own) => own.is_object().then(|| (schema.0.child("properties").child(name), own)),
            None => below(schema, "additionalProperties"),
        }
    };
    schemas.iter().filter_map(of).collect()
}

/// The promises that stand in `object` itself; of `required` those for which `counts` holds.
fn stated(object: &Map<String, Value>, place: &Place, counts: impl Fn(&str) -> bool) -> Vec<Place> {
    let mut stated = Vec::new();
    for keyword in ASSERTIONS {
        match (keyword, object.get(keyword)) {
            ("required", Some(Value::Array(names))) => {
                let names = names.iter().enumerate().filter(|(_, name)| name.as_str().is_some_and(&counts));
                stated.extend(names.map(|(index, _)| place.child(keyword).index(index)));
            }
            ("additionalProperties", Some(Value::Bool(false))) | ("uniqueItems", Some(Value::Bool(true))) => {
                stated.push(place.child(keyword));
            }
            (_, None) | ("required" | "additionalProperties" | "uniqueItems", _) => {}
            // What can be of length 0 or more is no promise.
            ("minLength" | "minItems" | "minProperties", Some(bound)) if bound.as_f64() == Some(0.0) => {}
            (_, Some(_)) => stated.push(place.child(keyword)),
        }
    }
    stated
}

/// Whether `keyword` says anything about a value of this type.
fn speaks_of(keyword: &str, value: &Value) -> bool {
    match keyword {
        "pattern" | "minLength" | "maxLength" => value.is_string(),
        "format" => value.is_string() || value.is_number(),
        "minimum" | "maximum" | "multipleOf" => value.is_number(),
        "minItems" | "maxItems" | "uniqueItems" => value.is_array(),
        "minProperties" | "maxProperties" | "required" | "additionalProperties" => value.is_object(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::document::DocumentId;

    fn schemas(schema: &Value) -> (Schemas, Place) {
        let document = json!({"openapi": "3.0.3", "components": {"schemas": {"S": schema, "City": {"type": "string", "maxLength": 9},
            "Node": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Node"}}}}}});
        let place = Place::new(DocumentId(0), Pointer::parse("/components/schemas/S").unwrap());
        (Schemas::new(vec![("a.json".into(), Arc::new(document))]), place)
    }

    fn told(places: &[Place]) -> Vec<String> {
        places
            .iter()
            .map(|place| place.pointer.as_str().trim_start_matches("/components/schemas/").to_owned())
            .collect()
    }

    #[test]
    fn parts_have_the_schemas_that_judge_them() {
        let (schemas, place) = schemas(&json!({
            "allOf": [{"required": ["city"]}, {"properties": {"city": {"$ref": "#/components/schemas/City"}}}],
            "properties": {"tags": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"enum": [7]}]}}},
            "additionalProperties": {"type": "boolean"}}));
        let parts = schemas.anatomy(&place, Direction::Request, &json!({"city": "X", "tags": [7], "more": true}));
        let parts: Vec<_> = parts.iter().map(|part| (part.instance.as_str().to_owned(), told(&part.schemas))).collect();
        let s = |pointers: &[&str]| pointers.iter().map(|pointer| (*pointer).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            parts,
            [
                (String::new(), s(&["S", "S/allOf/0", "S/allOf/1"])),
                ("/city".into(), s(&["S/additionalProperties", "City"])),
                ("/tags".into(), s(&["S/properties/tags"])),
                ("/more".into(), s(&["S/additionalProperties"])),
                (
                    "/tags/0".into(),
                    s(&[
                        "S/properties/tags/items",
                        "S/properties/tags/items/anyOf/1",
                        "S/properties/tags/items/anyOf/2"
                    ])
                ),
            ]
        );
    }

    #[test]
    fn promises_are_listed_once_though_schemas_are_circular() {
        let (schemas, place) = schemas(&json!({"type": "object", "required": ["a", "set"], "minProperties": 0,
            "properties": {"a": {"$ref": "#/components/schemas/Node"}, "set": {"type": "string", "readOnly": true}},
            "additionalProperties": false}));
        assert_eq!(
            told(&schemas.promises(&place, Direction::Request)),
            [
                "S/type",
                "S/required/0",
                "S/additionalProperties",
                "Node/type",
                "Node/required/0",
                "Node/properties/id/type"
            ]
        );
    }

    #[test]
    fn a_value_keeps_the_promises_that_speak_of_it() {
        let (schemas, place) = schemas(&json!({"required": ["a", "b"], "maxItems": 3,
            "properties": {"a": {"maxLength": 3, "maximum": 4}, "b": {"enum": ["x"]}, "c": {"type": "string"}}}));
        let kept = schemas.kept(&place, Direction::Request, &json!({"a": 4, "b": "x"}));
        assert_eq!(told(&kept), ["S/required/0", "S/required/1", "S/properties/a/maximum", "S/properties/b/enum"]);
    }
}
