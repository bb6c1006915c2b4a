//! Where an id comes from: the operations whose answers hold a value for a path parameter.

use crate::contract::{Contract, Operation, OperationId, PathPart, PathTemplate};
use crate::document::Place;
use crate::schema::Schemas;

/// An operation whose answer holds a value for a path parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Producer {
    /// The operation.
    pub operation: OperationId,
    /// Whether calling it makes a new object, which then is this run's own.
    pub creates: bool,
}

/// The producers of the path parameter `name` of `path`, the nearest first: operations on the collection that `{name}`
/// stands below, then operations that answer a member of that name and do not need it themselves.
pub fn producers(contract: &Contract, path: &PathTemplate, name: &str) -> Vec<Producer> {
    let collection = collection(path, name);
    let mut found: Vec<(u8, Producer)> = Vec::new();
    for operation in contract.operations.iter().filter(|operation| operation.disabled.is_none()) {
        let creates = operation.method == "POST";
        if !creates && operation.method != "GET" {
            continue;
        }
        let at_collection = collection.as_deref() == Some(template_key(&operation.path.parts).as_str());
        let needs_it =
            operation.path.parts.iter().any(|part| matches!(part, PathPart::Parameter(parameter) if parameter == name));
        let rank = if at_collection {
            0
        } else if !needs_it && answers_member(contract, operation, name) {
            1
        } else {
            continue;
        };
        found.push((rank, Producer { operation: operation.id.clone(), creates }));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, producer)| producer).collect()
}

/// The operation that removes what stands at `collection/{id}`, and the name of its last parameter.
pub fn remover<'c>(contract: &'c Contract, creator: &Operation) -> Option<(&'c Operation, String)> {
    item_operation(contract, creator, "DELETE")
}

/// The operation with `method` on an item of the collection that `creator` creates into, and the name of the item's
/// path parameter.
pub fn item_operation<'c>(
    contract: &'c Contract,
    creator: &Operation,
    method: &str,
) -> Option<(&'c Operation, String)> {
    let key = template_key(&creator.path.parts);
    contract.operations.iter().filter(|operation| operation.method == method).find_map(|operation| {
        let Some(PathPart::Parameter(name)) = operation.path.parts.last() else { return None };
        (collection(&operation.path, name).as_deref() == Some(key.as_str())).then(|| (operation, name.clone()))
    })
}

/// Whether a POST to this operation makes an object that has a path of its own below it.
pub fn creates(contract: &Contract, operation: &Operation) -> bool {
    operation.method == "POST"
        && ["GET", "DELETE", "PATCH", "PUT"].iter().any(|method| item_operation(contract, operation, method).is_some())
}

/// The path above `/{name}`, with parameter names erased, since two documents may name one parameter differently.
fn collection(path: &PathTemplate, name: &str) -> Option<String> {
    let at = path.parts.iter().position(|part| matches!(part, PathPart::Parameter(parameter) if parameter == name))?;
    let above = template_key(path.parts.get(..at)?);
    above.strip_suffix('/').map(str::to_owned)
}

fn template_key(parts: &[PathPart]) -> String {
    parts
        .iter()
        .map(|part| match part {
            PathPart::Literal(text) => text.as_str(),
            PathPart::Parameter(_) => "{}",
        })
        .collect()
}

/// Whether a documented success of `operation` declares a member `name` somewhere.
fn answers_member(contract: &Contract, operation: &Operation, name: &str) -> bool {
    operation
        .responses
        .iter()
        .filter(|response| response.status.is_success())
        .flat_map(|response| &response.content)
        .filter_map(|media| media.schema.as_ref())
        .any(|place| declares(&contract.schemas, place, name, 6))
}

fn declares(schemas: &Schemas, place: &Place, name: &str, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let Ok(place) = schemas.resolve(place) else { return false };
    let Some(schema) = schemas.source(&place).and_then(|value| value.as_object()) else { return false };
    if let Some(properties) = schema.get("properties").and_then(|value| value.as_object()) {
        if properties.contains_key(name) {
            return true;
        }
        let below = place.child("properties");
        if properties.keys().any(|key| declares(schemas, &below.child(key), name, depth)) {
            return true;
        }
    }
    if schema.contains_key("items") && declares(schemas, &place.child("items"), name, depth) {
        return true;
    }
    ["allOf", "oneOf", "anyOf"].iter().any(|keyword| {
        let branches = schema.get(*keyword).and_then(|value| value.as_array()).map_or(0, Vec::len);
        (0..branches).any(|index| declares(schemas, &place.child(keyword).index(index), name, depth))
    })
}
