//! What the document says: of operations, of parameters, and of what an answer holds.

use serde_json::Value;

use super::ground::Ground;
use crate::contract::{Location, Operation};
use crate::document::{Place, Pointer};

impl Ground<'_, '_> {
    /// The sentence of `operation`, or the operation where it has none.
    pub(super) fn promise(&self, operation: &Operation) -> Place {
        self.described(&operation.place)
    }

    /// The sentence of the query parameter `name` of `operation`.
    pub(super) fn parameter_promise(&self, operation: &Operation, name: &str) -> Place {
        match operation.parameter(name, Some(Location::Query)) {
            Some(parameter) => self.described(&parameter.place),
            None => self.promise(operation),
        }
    }

    /// The sentence of what a success of `operation` holds at `pointer`, else that of the operation. What stands beside a
    /// reference comes before what it refers to.
    pub(super) fn answer_promise(&self, operation: &Operation, pointer: &Pointer) -> Place {
        let described = |place: Place| {
            let own = self.described(&place);
            if own == place { self.resolved(&place).map(|place| self.described(&place)) } else { Some(own) }
        };
        self.shown_at(operation, pointer)
            .and_then(described)
            .filter(|place| place.pointer.last().as_deref() == Some("description"))
            .unwrap_or_else(|| self.promise(operation))
    }

    /// The sentence at what stands at `place`, or the place where it has none.
    pub(super) fn described(&self, place: &Place) -> Place {
        let told =
            |place: &Place| self.contract.schemas.source(place).and_then(Value::as_str).is_some_and(|t| !t.is_empty());
        let texts = ["description", "summary"].map(|name| place.child(name));
        texts.into_iter().find(told).unwrap_or_else(|| place.clone())
    }

    /// The values that the document lists for the query parameter `name`.
    pub(super) fn listed(&self, operation: &Operation, name: &str) -> Vec<Value> {
        let schema = operation.parameter(name, Some(Location::Query)).and_then(|parameter| parameter.encoding.schema());
        let place = schema.and_then(|schema| self.contract.schemas.resolve(schema).ok());
        let values = place.and_then(|place| self.contract.schemas.source(&place.child("enum"))?.as_array().cloned());
        values.into_iter().flatten().filter(|value| !value.is_null()).collect()
    }

    /// What the schema of the query parameter `name` says under `keyword`.
    pub(super) fn keyword(&self, operation: &Operation, name: &str, keyword: &str) -> Option<&Value> {
        let parameter = operation.parameter(name, Some(Location::Query))?;
        let place = self.contract.schemas.resolve(parameter.encoding.schema()?).ok()?;
        self.contract.schemas.source(&place.child(keyword))
    }

    /// The values that the schema of what a success of `operation` holds at `pointer` lists; nothing where that is unknown.
    pub(super) fn values(&self, operation: &Operation, pointer: &Pointer) -> Option<Vec<Value>> {
        let place = self.member(operation, pointer)?;
        let mut places = vec![place.clone()];
        let branches = self.contract.schemas.source(&place.child("allOf")).and_then(Value::as_array);
        let branches = (0..branches.map_or(0, Vec::len)).map(|index| place.child("allOf").index(index));
        places.extend(branches.filter_map(|branch| self.contract.schemas.resolve(&branch).ok()));
        let listed = |place: &Place| self.contract.schemas.source(&place.child("enum"))?.as_array().cloned();
        Some(places.iter().find_map(listed).unwrap_or_default())
    }

    /// The schema of what a success of `operation` holds at `pointer`, where the document says so plainly.
    fn member(&self, operation: &Operation, pointer: &Pointer) -> Option<Place> {
        self.resolved(&self.shown_at(operation, pointer)?)
    }

    /// The same, which may be a reference. A list may be passed without the place of an element.
    fn shown_at(&self, operation: &Operation, pointer: &Pointer) -> Option<Place> {
        let success = (200..300).find_map(|status| operation.response(status))?;
        let schema = success.content.first()?.schema.clone()?;
        let there = |place: Place| self.contract.schemas.source(&place).map(|_| place);
        pointer.tokens().try_fold(schema, |place, token| {
            let schema = self.resolved(&place)?;
            let member = |schema: &Place| there(schema.child("properties").child(&token));
            member(&schema).or_else(|| {
                let items = there(schema.child("items"))?;
                let is_index = token.bytes().all(|byte| byte.is_ascii_digit());
                if is_index { Some(items) } else { member(&self.resolved(&items)?) }
            })
        })
    }

    fn resolved(&self, place: &Place) -> Option<Place> {
        self.contract.schemas.resolve(place).ok()
    }
}
