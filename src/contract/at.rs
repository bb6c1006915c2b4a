//! A value of a document together with its place.

use serde_json::{Map, Value};

use crate::document::Place;

/// A value and where it stands, references not followed.
#[derive(Debug, Clone)]
pub(crate) struct At<'a> {
    /// The value.
    pub(crate) value: &'a Value,
    /// Its place.
    pub(crate) place: Place,
}

impl<'a> At<'a> {
    /// The member `name`; a null counts as absent, because no field of OpenAPI takes one.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Self { value, place: self.place.child(name) })
    }

    /// The value as an object.
    pub(crate) fn object(&self) -> Option<&'a Map<String, Value>> {
        self.value.as_object()
    }

    /// The members of an object in document order; none where it is no object.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'a str, At<'a>)> + use<'a> {
        let place = self.place.clone();
        self.value.as_object().into_iter().flatten().map(move |(name, value)| {
            let at = At { value, place: place.child(name) };
            (name.as_str(), at)
        })
    }

    /// The elements of an array; none where it is no array.
    pub(crate) fn elements(&self) -> impl Iterator<Item = At<'a>> + use<'a> {
        let place = self.place.clone();
        let elements = self.value.as_array().into_iter().flatten().enumerate();
        elements.map(move |(index, value)| At { value, place: place.index(index) })
    }

    /// The member `name` where it is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }
}

/// What a value is, for messages: `a string`, `an array`.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
