//! `x-resource`: a thing that one operation creates and others read, change, list and delete.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Reader, maybe_pointer, pointer};
use crate::config::Time;
use crate::contract::Operation;
use crate::document::{Place, Pointer};

/// The extension `x-resource` of the operation that creates it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResourceObject {
    /// What other declarations and reports call it.
    pub name: String,
    /// Where the answer to creating it holds its id: a JSON Pointer. Left out where only `Location` names it.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub id: Option<Pointer>,
    /// How it is read: its id is the last parameter of the path.
    pub read: Option<ViewObject>,
    /// How it is listed.
    pub list: Option<ViewObject>,
    /// The operation that changes some of it.
    pub update: Option<String>,
    /// The operation that replaces all of it (RFC 9110 §9.3.4).
    pub replace: Option<String>,
    /// The operation that deletes it.
    pub delete: Option<String>,
    /// The resource below which it stands: the path of the creating operation holds its id.
    pub parent: Option<String>,
    /// How many of it one parent may have.
    pub maximum: Option<usize>,
    /// How long it may take until what was written is seen in other answers, such as `2s`; at once where it is left out.
    #[schemars(with = "Option<String>")]
    pub settles_within: Option<Time>,
    /// Its fields: where each request and answer holds one. An object stands for all that is in it.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Where the answer to creating it holds a time that lies in the future then.
    #[serde(default)]
    pub ends_later: Vec<String>,
}

/// An answer that shows it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ViewObject {
    /// The operation.
    pub operation: String,
    /// Where the answer holds it, or the list that it is in: empty where that is the answer itself.
    #[serde(default = "Pointer::root", deserialize_with = "pointer")]
    #[schemars(with = "String")]
    pub items: Pointer,
    /// Where it holds its own id there; left out where it does not.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub id: Option<Pointer>,
}

/// A field: where each request and answer holds it, in the thing itself. What is left out does not hold it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Field {
    /// In the body that creates.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub create: Option<Pointer>,
    /// In the answer to that.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub created: Option<Pointer>,
    /// In the body that updates or replaces.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub update: Option<Pointer>,
    /// In what is read.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub read: Option<Pointer>,
    /// In an element of the list.
    #[serde(default, deserialize_with = "maybe_pointer")]
    #[schemars(with = "Option<String>")]
    pub list: Option<Pointer>,
    /// Whether a new value may wait for somebody's approval, so that the old one is as good.
    #[serde(default)]
    pub pending: bool,
    /// Whether it is a text that stands for a number, so that `007.50` and `7.5` are the same.
    #[serde(default)]
    pub numeric: bool,
    /// Whether it is the time at which the thing was created, as the server has it.
    #[serde(default)]
    pub creation_time: bool,
}

/// An answer that shows a resource.
#[derive(Debug, Clone)]
pub struct View<'c> {
    /// The operation.
    pub operation: &'c Operation,
    /// Where the answer holds it, or the list that it is in.
    pub items: Pointer,
    /// Where it holds its own id there.
    pub id: Option<Pointer>,
}

/// A declared resource.
#[derive(Debug, Clone)]
pub struct Resource<'c> {
    /// Its name.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// What creates it.
    pub create: &'c Operation,
    /// Where the answer to that holds its id.
    pub id: Option<Pointer>,
    /// How it is read.
    pub read: Option<View<'c>>,
    /// How it is listed.
    pub list: Option<View<'c>>,
    /// What changes some of it.
    pub update: Option<&'c Operation>,
    /// What replaces all of it.
    pub replace: Option<&'c Operation>,
    /// What deletes it.
    pub delete: Option<&'c Operation>,
    /// The resource below which it stands.
    pub parent: Option<String>,
    /// How many one parent may have.
    pub maximum: Option<usize>,
    /// How long it may take until what was written is seen.
    pub settles: Duration,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Where the answer to creating it holds a time that lies in the future then.
    pub ends_later: Vec<Pointer>,
}

impl<'c> Resource<'c> {
    /// Checks what is declared against the contract.
    pub(super) fn read(
        reader: &mut Reader<'c>,
        create: &'c Operation,
        object: ResourceObject,
        place: &Place,
    ) -> Option<Self> {
        let before = reader.errors.len();
        let view = |reader: &mut Reader<'c>, part: &str, view: Option<ViewObject>| {
            let ViewObject { operation, items, id } = view?;
            let at = place.child(part).child("operation");
            let operation = reader.operation(&at, (&object.name, part), &operation)?;
            Some(View { operation, items, id })
        };
        let named = |reader: &mut Reader<'c>, part: &str, operation: Option<String>| {
            reader.operation(&place.child(part), (&object.name, part), &operation?)
        };
        let mut ends_later = Vec::new();
        for (index, text) in object.ends_later.iter().enumerate() {
            match Pointer::parse(text) {
                Ok(pointer) => ends_later.push(pointer),
                Err(error) => reader.wrong(&place.child("ends-later").index(index), error.to_string(), []),
            }
        }
        let resource = Self {
            read: view(reader, "read", object.read),
            list: view(reader, "list", object.list),
            update: named(reader, "update", object.update),
            replace: named(reader, "replace", object.replace),
            delete: named(reader, "delete", object.delete),
            name: object.name.clone(),
            create,
            id: object.id,
            parent: object.parent,
            maximum: object.maximum,
            settles: object.settles_within.map_or(Duration::ZERO, |time| time.0),
            fields: object.fields,
            ends_later,
            place: place.clone(),
        };
        (reader.errors.len() == before).then_some(resource)
    }
}
