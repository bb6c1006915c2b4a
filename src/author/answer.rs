//! Where an answer holds an id, as far as its schema says.

use serde_json::Value;

use crate::contract::{Contract, Operation};
use crate::document::{Place, Pointer};

/// So many schemas of one answer are looked into.
const MOST: usize = 400;

/// The expression for the id `parameter` in the answer of `operation`; `collection` is the path that the id stands below.
pub(super) fn expression(
    contract: &Contract,
    operation: &Operation,
    parameter: &str,
    collection: &str,
) -> Option<String> {
    let successes = operation.responses.iter().filter(|response| response.status.is_success());
    let schema = successes.flat_map(|response| &response.content).find_map(|media| media.schema.clone())?;
    let own = format!("{}id", singular(collection.rsplit('/').find(|part| !part.is_empty() && *part != "{}")?));
    let found = [parameter, &own, "id"].iter().find_map(|name| member(contract, &schema, name))?;
    Some(format!("$response.body#{found}"))
}

/// The least deep member of that name; of a list the first element's.
fn member(contract: &Contract, schema: &Place, name: &str) -> Option<Pointer> {
    let mut open: Vec<(Place, Pointer)> = vec![(schema.clone(), Pointer::root())];
    let mut seen: Vec<Place> = Vec::new();
    let mut next = 0;
    while let Some((place, at)) = open.get(next).cloned() {
        next += 1;
        let Ok(place) = contract.schemas.resolve(&place) else { continue };
        if seen.contains(&place) || seen.len() >= MOST {
            continue;
        }
        let Some(value) = contract.schemas.source(&place) else { continue };
        for (property, _) in value.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let at = at.child(property);
            if same_name(property, name) {
                return Some(at);
            }
            open.push((place.child("properties").child(property), at));
        }
        for keyword in ["allOf", "oneOf", "anyOf"] {
            let branches = value.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            open.extend((0..branches).map(|index| (place.child(keyword).index(index), at.clone())));
        }
        if value.get("items").is_some() {
            open.push((place.child("items"), at.index(0)));
        }
        seen.push(place);
    }
    None
}

/// `petId`, `pet_id` and `pet-id` are one name.
fn same_name(a: &str, b: &str) -> bool {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    plain(a) == plain(b)
}

/// `customers` is a list of what has a `customerId`.
fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).to_owned(),
    }
}
