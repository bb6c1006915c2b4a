//! What every part of the reading shares: following references, and remarks that are not fatal.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::at::{At, kind_of};
use crate::document::{DocumentId, Place, Pointer};
use crate::schema::Schemas;

/// Something noticed while reading, not fatal.
#[derive(Debug, Clone)]
pub(super) struct Remark {
    /// Where.
    pub(super) place: Place,
    /// What.
    pub(super) message: String,
    /// What would be right.
    pub(super) help: Option<String>,
}

/// Reads one set of documents, as published or as overlays left them.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    /// The documents' values.
    pub(super) schemas: &'a Schemas,
    /// What was noticed.
    pub(super) remarks: Vec<Remark>,
}

impl<'a> Reader<'a> {
    /// A reader of what `schemas` holds.
    pub(super) fn new(schemas: &'a Schemas) -> Self {
        Self { schemas, remarks: Vec::new() }
    }

    /// The whole document.
    pub(super) fn root(&self, document: DocumentId) -> Option<At<'a>> {
        let place = Place::new(document, Pointer::root());
        self.schemas.source(&place).map(|value| At { value, place })
    }

    /// The value that `at` stands for, its references followed.
    pub(super) fn follow(&self, at: At<'a>) -> Result<At<'a>, String> {
        let Some(reference) = at.value.get("$ref") else { return Ok(at) };
        if !reference.is_string() {
            return Err(format!("`$ref` is {}, not a string", kind_of(reference)));
        }
        let place = self.schemas.resolve(&at.place).map_err(|error| error.reason)?;
        let value = self.schemas.source(&place).ok_or_else(|| format!("{reference} leads to nothing"))?;
        Ok(At { value, place })
    }

    /// Notes something that is not fatal.
    pub(super) fn remark(&mut self, place: &Place, message: impl Into<String>) {
        self.remarks.push(Remark { place: place.clone(), message: message.into(), help: None });
    }

    /// Notes something that is not fatal, with what would be right.
    pub(super) fn remark_with_help(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.remarks.push(Remark { place: place.clone(), message: message.into(), help: Some(help.into()) });
    }
}

/// Reads the `members` of `at` as a `T` of `openapiv3`. Schemas and examples are left out or replaced by empty ones: they
/// are read from the raw value, and a slip in one of them says nothing about the rest.
pub(super) fn typed<T: DeserializeOwned>(at: &At<'_>, members: &[&str]) -> Result<T, String> {
    let Some(object) = at.object() else { return Err(format!("it is {}, not an object", kind_of(at.value))) };
    let mut fragment = Map::new();
    for (name, value) in object {
        if members.contains(&name.as_str()) && !value.is_null() {
            fragment.insert(name.clone(), hollow(name, value));
        }
    }
    serde_json::from_value(Value::Object(fragment)).map_err(|error| error.to_string())
}

/// `value` without the schemas, examples and flows inside.
fn hollow(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("schema" | "flows", _) => Value::Object(Map::new()),
        ("content", Value::Object(content)) => {
            content.keys().map(|media_type| (media_type.clone(), Value::Object(Map::new()))).collect()
        }
        _ => value.clone(),
    }
}
