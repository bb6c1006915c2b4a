//! The loaded documents, and where their references point to.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::document::{DocumentId, Place, Pointer};

use super::SchemaError;

/// References that are followed one after the other at most.
const LONGEST_CHAIN: usize = 64;

/// What a schema's keywords mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The Schema Object of OpenAPI 3.0.
    OpenApi30,
    /// JSON Schema 2020-12: OpenAPI 3.1, the inputs of Arazzo documents.
    JsonSchema,
}

impl Dialect {
    /// A file without any sign, as a sibling that only holds components, is OpenAPI 3.0.
    fn of(document: &Value) -> Self {
        let version = document.get("openapi").and_then(Value::as_str);
        let later = version.is_some_and(|version| !version.starts_with("3.0"));
        if later || document.get("arazzo").is_some() || document.get("$schema").is_some() {
            Self::JsonSchema
        } else {
            Self::OpenApi30
        }
    }
}

/// The documents by id and by name.
pub(super) struct Sources {
    documents: Vec<(String, Arc<Value>, Dialect)>,
    by_name: BTreeMap<String, DocumentId>,
}

impl Sources {
    /// Over the effective values of the documents.
    pub(super) fn new(documents: Vec<(String, Arc<Value>)>) -> Self {
        let mut by_name = BTreeMap::new();
        for (index, (name, _)) in documents.iter().enumerate() {
            if let Some(name) = normalized("", name) {
                by_name.entry(name).or_insert(DocumentId(index));
            }
        }
        let documents = documents
            .into_iter()
            .map(|(name, value)| {
                let dialect = Dialect::of(&value);
                (name, value, dialect)
            })
            .collect();
        Self { documents, by_name }
    }

    /// How many documents there are.
    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    /// The dialect of the schemas of `document`.
    pub(super) fn dialect(&self, document: DocumentId) -> Dialect {
        self.documents.get(document.0).map_or(Dialect::OpenApi30, |(_, _, dialect)| *dialect)
    }

    /// The value at `place`.
    pub(super) fn get(&self, place: &Place) -> Option<&Value> {
        self.documents.get(place.document.0).and_then(|(_, value, _)| place.pointer.resolve(value))
    }

    /// Where the reference `reference`, standing in `document`, points to. Errors bear the root of the document: only
    /// the caller knows the place of the reference.
    pub(super) fn target(&self, document: DocumentId, reference: &str) -> Result<Place, SchemaError> {
        let refuse = |reason: String| SchemaError { place: Place::new(document, Pointer::root()), reason };
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let target = if file.is_empty() { document } else { self.sibling(document, file).map_err(refuse)? };
        let Ok(pointer) = Pointer::from_fragment(fragment) else {
            return Err(refuse(format!("reference `{reference}`: `#{fragment}` is no JSON Pointer")));
        };
        let place = Place::new(target, pointer);
        if self.get(&place).is_some() {
            return Ok(place);
        }
        // A pointer that its author did not percent-encode although it holds a `%`.
        match Pointer::parse(fragment).map(|pointer| Place::new(target, pointer)) {
            Ok(place) if self.get(&place).is_some() => Ok(place),
            _ => Err(refuse(format!("reference `{reference}` points to nothing"))),
        }
    }

    fn sibling(&self, document: DocumentId, file: &str) -> Result<DocumentId, String> {
        let scheme = file.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/') && scheme.len() > 1);
        if scheme || file.starts_with("//") {
            return Err(format!("reference `{file}`: remote references are not followed"));
        }
        if file.starts_with(['/', '\\']) {
            return Err(format!("reference `{file}`: absolute paths are not followed"));
        }
        let referrer = self.documents.get(document.0).map_or("", |(name, _, _)| name.as_str());
        let folder = referrer.rfind(['/', '\\']).and_then(|end| referrer.get(..=end)).unwrap_or("");
        let decoded = percent_encoding::percent_decode_str(file).decode_utf8_lossy();
        normalized(folder, &decoded)
            .and_then(|name| self.by_name.get(&name).copied())
            .ok_or_else(|| format!("reference `{file}`: no loaded document has this name"))
    }

    /// Follows the references at `place` to a value that is none.
    pub(super) fn resolve(&self, place: &Place) -> Result<Place, SchemaError> {
        self.resolve_while(place, |_| true)
    }

    /// Follows the references at `place` as long as `pure` holds for the object that bears them.
    pub(super) fn resolve_while(
        &self,
        place: &Place,
        pure: impl Fn(&Map<String, Value>) -> bool,
    ) -> Result<Place, SchemaError> {
        let mut here = place.clone();
        for _ in 0..LONGEST_CHAIN {
            let value = self.get(&here).ok_or_else(|| SchemaError {
                place: here.clone(),
                reason: format!("there is nothing at `{}`", here.pointer),
            })?;
            match (value.as_object(), reference(value)) {
                (Some(object), Some(to)) if pure(object) => here = self.follow(&here, to)?,
                _ => return Ok(here),
            }
        }
        Err(SchemaError {
            place: place.child("$ref"),
            reason: "references lead to nothing but references, in a circle or in too long a chain".into(),
        })
    }

    /// The target of the reference `to` in the object at `place`.
    pub(super) fn follow(&self, place: &Place, to: &str) -> Result<Place, SchemaError> {
        self.target(place.document, to)
            .map_err(|error| SchemaError { place: place.child("$ref"), reason: error.reason })
    }
}

/// The reference that `value` is. A member `$ref` that is no string is a property of that name.
pub(super) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// `folder` and `file` joined, without `.`, `..` and empty parts; nothing when it would leave the root of a relative path.
fn normalized(folder: &str, file: &str) -> Option<String> {
    let joined = format!("{folder}{file}").replace('\\', "/");
    let absolute = joined.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => return None,
            part => parts.push(part),
        }
    }
    Some(format!("{}{}", if absolute { "/" } else { "" }, parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sources() -> Sources {
        Sources::new(vec![
            (
                "specs/a.json".into(),
                Arc::new(
                    json!({"x": {"$ref": "common.yaml#/y"}, "loop": {"$ref": "#/pool"}, "pool": {"$ref": "#/loop"},
                    "paths": {"/v1/{id}": {"schema": {"type": "string"}}}, "100%zz": {}}),
                ),
            ),
            (
                "./specs/common.yaml".into(),
                Arc::new(json!({"y": {"$ref": "./sub/../a.json#/paths/~1v1~1%7Bid%7D/schema"}})),
            ),
        ])
    }

    #[test]
    fn references_cross_files_and_lead_into_paths() {
        let place = Place::new(DocumentId(0), Pointer::parse("/x").unwrap());
        let end = sources().resolve(&place).unwrap();
        assert_eq!((end.document, end.pointer.as_str()), (DocumentId(0), "/paths/~1v1~1{id}/schema"));
    }

    #[test]
    fn what_cannot_be_followed_is_refused_in_words() {
        let sources = sources();
        for (reference, expected) in [
            ("https://example.com/a.json#/x", "remote references are not followed"),
            ("file:///etc/passwd", "remote references are not followed"),
            ("//example.com/a.json", "remote references are not followed"),
            ("/etc/passwd", "absolute paths are not followed"),
            ("other.json#/x", "no loaded document has this name"),
            ("../../../etc/passwd", "no loaded document has this name"),
            ("#/nowhere", "points to nothing"),
            ("#anchor", "is no JSON Pointer"),
        ] {
            let error = sources.target(DocumentId(0), reference).unwrap_err();
            assert!(error.reason.contains(expected), "{reference}: {}", error.reason);
        }
        assert!(sources.target(DocumentId(0), "#/100%zz").is_ok());
        let place = Place::new(DocumentId(0), Pointer::parse("/loop").unwrap());
        assert!(sources.resolve(&place).unwrap_err().reason.contains("circle"));
        assert!(sources.target(DocumentId(7), "#/x").is_err());
    }
}
