//! What the branch of a choice is called in the name of a case: the same wherever its schema stands, and whatever that is called.

use serde_json::Value;

use crate::case::Spot;
use crate::contract::Contract;
use crate::document::Place;
use crate::schema::sample::edge::Edge;

/// Characters of a name at most.
const LONGEST: usize = 40;
/// Members that are named at most.
const NAMED: usize = 2;
/// Schemas within a branch that are looked through at most.
const DEEPEST: usize = 6;

/// The value at `spot` that `edge` makes for a branch of a choice: `body /pet oneOf Cat` by its title or discriminator, else
/// by its number and the members that it speaks of: `body anyOf 2 iban`.
pub(super) fn label(contract: &Contract, spot: &Spot, edge: &Edge) -> String {
    let pointer = &edge.keyword.pointer;
    let number = pointer.last().and_then(|last| last.parse::<usize>().ok()).map_or(1, |index| index + 1);
    let choice = pointer.parent();
    let keyword =
        choice.as_ref().and_then(|choice| choice.last().map(std::borrow::Cow::into_owned)).unwrap_or_default();
    let around = choice.and_then(|choice| choice.parent()).map(|around| Place::new(edge.keyword.document, around));
    let tag = around.and_then(|around| tag(contract, &around, &edge.value));
    let branch = contract.schemas.resolve(&edge.keyword).ok().and_then(|branch| contract.schemas.source(&branch));
    let title =
        branch.and_then(|branch| branch.get("title")).and_then(Value::as_str).filter(|title| !title.trim().is_empty());
    if let Some(name) = title.map(str::trim).or(tag) {
        return format!("{spot} {keyword} {}", short(name));
    }
    let mut names = Vec::new();
    spoken_of(branch.unwrap_or(&Value::Null), &mut names, DEEPEST);
    let names: Vec<String> = names.into_iter().map(short).collect();
    format!("{spot} {keyword} {number} {}", names.join(", ")).trim_end().to_owned()
}

/// What the discriminator beside the choice says of `value`.
fn tag<'v>(contract: &Contract, around: &Place, value: &'v Value) -> Option<&'v str> {
    let discriminator = contract.schemas.source(&around.child("discriminator"))?;
    value.get(discriminator.get("propertyName")?.as_str()?)?.as_str()
}

/// The first members that `schema` mentions.
fn spoken_of<'s>(schema: &'s Value, names: &mut Vec<&'s str>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let declared =
        schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str());
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for name in required.chain(declared) {
        if names.len() < NAMED && !names.contains(&name) {
            names.push(name);
        }
    }
    let parts = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
    for part in parts.chain(schema.get("not")) {
        if names.len() < NAMED {
            spoken_of(part, names, depth);
        }
    }
}

fn short(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}
