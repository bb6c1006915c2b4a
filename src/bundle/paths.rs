//! The paths of all documents together.

use serde_json::{Map, Value, json};

use super::walk::{push_down, states_servers};
use super::{General, Join};
use crate::contract::layout::{Kind, METHODS};
use crate::contract::{Contract, Operation};
use crate::document::{Diagnostic, Place, Pointer, Severity};

/// Joins the paths; `common` is what the one document says for all operations.
pub(super) fn join(join: &mut Join<'_>, common: &General) -> Result<Value, Vec<Diagnostic>> {
    let mut paths = Map::new();
    let mut errors = Vec::new();
    let contract = join.contract;
    let mut operations = contract.operations.iter();
    for (document, root) in join.roots() {
        let servers = General::servers(root);
        let security = General::security(&mut join.writer, document, root);
        // What is left is said by each operation.
        let general = General {
            servers: (servers != common.servers).then(|| servers.unwrap_or_else(|| json!([{"url": "/"}]))),
            security: security.filter(|security| Some(security) != common.security.as_ref()),
        };
        let place = Place::new(document, Pointer::root().child("paths"));
        for (path, item) in root.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let place = place.child(path);
            if path.starts_with("x-") {
                paths.entry(path).or_insert_with(|| item.clone());
                continue;
            }
            let Value::Object(mut item) = join.writer.write(Kind::PathItem, &place, item) else {
                continue;
            };
            let mut here = Vec::new();
            for (method, _) in item.iter().filter(|(name, value)| METHODS.contains(&name.as_str()) && !value.is_null())
            {
                here.extend(operations.next().map(|operation| (method.clone(), operation)));
            }
            for (method, operation) in &here {
                settle(join, &mut item, method, operation, &general);
            }
            match paths.get_mut(path).and_then(Value::as_object_mut) {
                None => drop(paths.insert(path.clone(), Value::Object(item))),
                Some(known) => merge(contract, known, item, &here, &mut errors),
            }
        }
    }
    if errors.is_empty() { Ok(Value::Object(paths)) } else { Err(errors) }
}

/// Gives an operation the name that it has in the contract, and what its document says for all.
fn settle(join: &mut Join<'_>, item: &mut Map<String, Value>, method: &str, operation: &Operation, general: &General) {
    let states = states_servers(item);
    let Some(value) = item.get_mut(method).and_then(Value::as_object_mut) else { return };
    if let Some(id) = value.get("operationId").and_then(Value::as_str).filter(|id| **id != *operation.id.0) {
        let plain = format!("{} {}", operation.method, operation.path.text);
        let message = if plain == *operation.id.0 {
            format!("several operations are called `{id}`, so this one is called `{plain}`, after its path")
        } else {
            format!("another document has an operation `{id}`, so this one is called `{}`", operation.id)
        };
        join.warnings.push(join.contract.diagnose(Severity::Warning, &operation.place.child("operationId"), message));
        if plain == *operation.id.0 {
            value.shift_remove("operationId");
        } else {
            value.insert("operationId".to_owned(), operation.id.to_string().into());
        }
    }
    if let Some(security) = &general.security
        && value.get("security").is_none_or(Value::is_null)
    {
        value.insert("security".to_owned(), security.clone());
    }
    if !states {
        push_down(value, None, general.servers.as_ref());
    }
}

/// Adds the operations of `item` to those that other documents describe on the same path.
fn merge(
    contract: &Contract,
    known: &mut Map<String, Value>,
    mut item: Map<String, Value>,
    operations: &[(String, &Operation)],
    errors: &mut Vec<Diagnostic>,
) {
    for shared in ["parameters", "servers"] {
        if known.get(shared) != item.get(shared) {
            spread(known, shared);
            spread(&mut item, shared);
        }
    }
    for (method, operation) in operations {
        let same = |value: &Value| {
            let mut value = value.clone();
            if let Some(members) = value.as_object_mut() {
                members.shift_remove("operationId");
            }
            value
        };
        let (before, now) = (known.get(method), item.get(method));
        if before.is_some() && before.map(same) != now.map(same) {
            let message = format!(
                "another document describes `{} {}` in another way, and no document can say both",
                operation.method, operation.path.text
            );
            let help = "bundle them one by one with --specs, or make one of them true with an overlay";
            errors.push(contract.diagnose(Severity::Error, &operation.place, message).help(help));
        }
    }
    for (name, member) in item {
        known.entry(name).or_insert(member);
    }
}

/// Takes what a path item says for all its operations down to each.
fn spread(item: &mut Map<String, Value>, shared: &str) {
    let Some(value) = item.shift_remove(shared) else { return };
    for method in METHODS {
        if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
            if shared == "parameters" {
                push_down(operation, Some(&value), None);
            } else {
                push_down(operation, None, Some(&value));
            }
        }
    }
}
