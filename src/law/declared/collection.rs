//! `x-collection`: an operation whose answer lists things.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Reader, maybe_pointer, pointer};
use crate::contract::Operation;
use crate::document::{Place, Pointer};

/// The extension `x-collection` of an operation that lists things.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CollectionObject {
    /// Where the answer holds the elements: a JSON Pointer, empty where the answer is the list itself.
    #[serde(deserialize_with = "pointer")]
    #[schemars(with = "String")]
    pub items: Pointer,
    /// Where an element holds its id.
    #[serde(deserialize_with = "pointer")]
    #[schemars(with = "String")]
    pub id: Pointer,
    /// Where the answer says how many elements there are in all, whatever the page: a number or its text.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub total: Option<Pointer>,
    /// How one page leads to the next.
    pub cursor: Option<Cursor>,
    /// The parameter that bounds a page.
    pub limit: Option<Limit>,
    /// The parameters that say the order.
    pub sort: Option<Sort>,
    /// The parameters that leave elements out.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// How one page leads to the next.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cursor {
    /// The query parameter that takes the cursor.
    pub parameter: String,
    /// Where an answer holds the cursor of the next page: absent or null after the last.
    #[serde(deserialize_with = "pointer")]
    #[schemars(with = "String")]
    pub next: Pointer,
}

/// The parameter that bounds a page.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limit {
    /// The query parameter.
    pub parameter: String,
    /// How many elements a page has without it.
    pub default: Option<usize>,
    /// Whether a page holds just as many while more remain; else it may hold fewer.
    #[serde(default)]
    pub exact: bool,
}

/// The parameters that say the order.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sort {
    /// The query parameter that takes the key.
    pub field: String,
    /// The query parameter that takes the direction.
    pub direction: Option<String>,
    /// Its value for smallest first.
    pub ascending: Option<String>,
    /// Its value for greatest first.
    pub descending: Option<String>,
    /// Where an element holds what each key sorts by.
    #[schemars(with = "BTreeMap<String, String>")]
    pub keys: BTreeMap<String, String>,
}

/// A parameter that leaves elements out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Filter {
    /// The query parameter.
    pub parameter: String,
    /// Where an element holds what is compared with it.
    #[serde(deserialize_with = "pointer")]
    #[schemars(with = "String")]
    pub member: Pointer,
    /// How elements that are left in stand to its value.
    pub relation: Relation,
}

/// How an element's value stands to a filter's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It is the same.
    Equal,
    /// It is greater, or later: an exclusive lower bound.
    Above,
    /// It is the same or greater: an inclusive lower bound.
    AtLeast,
    /// It is smaller, or earlier: an exclusive upper bound.
    Below,
    /// It is the same or smaller: an inclusive upper bound.
    AtMost,
}

/// A declared collection.
#[derive(Debug, Clone)]
pub struct Collection<'c> {
    /// What is declared.
    pub object: CollectionObject,
    /// Where.
    pub place: Place,
    /// The operation that lists.
    pub operation: &'c Operation,
    /// The sort keys, each with where an element holds its value.
    pub keys: Vec<(String, Pointer)>,
}

impl CollectionObject {
    /// A list of which nothing more is declared.
    pub(in crate::law) fn plain(items: Pointer, id: Pointer) -> Self {
        Self { items, id, total: None, cursor: None, limit: None, sort: None, filters: Vec::new() }
    }
}

impl<'c> Collection<'c> {
    /// Checks what is declared against the operation.
    pub(super) fn read(
        reader: &mut Reader<'c>,
        operation: &'c Operation,
        object: CollectionObject,
        place: Place,
    ) -> Option<Self> {
        let before = reader.errors.len();
        if let Some(cursor) = &object.cursor {
            reader.query(&place.child("cursor").child("parameter"), operation, &cursor.parameter);
        }
        if let Some(limit) = &object.limit {
            reader.query(&place.child("limit").child("parameter"), operation, &limit.parameter);
        }
        for (index, filter) in object.filters.iter().enumerate() {
            reader.query(&place.child("filters").index(index).child("parameter"), operation, &filter.parameter);
        }
        let mut keys = Vec::new();
        if let Some(sort) = &object.sort {
            let at = place.child("sort");
            reader.query(&at.child("field"), operation, &sort.field);
            if let Some(direction) = &sort.direction {
                reader.query(&at.child("direction"), operation, direction);
            }
            for (key, member) in &sort.keys {
                match Pointer::parse(member) {
                    Ok(member) => keys.push((key.clone(), member)),
                    Err(error) => reader.wrong(&at.child("keys").child(key), error.to_string(), []),
                }
            }
        }
        (reader.errors.len() == before).then_some(Self { object, place, operation, keys })
    }
}
