//! One component name that means different things in different documents.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Diagnosis, Lint, Subject};
use crate::contract::Role;
use crate::contract::at::At;
use crate::document::{DocumentId, Place, Pointer, Severity};

/// The row.
pub(super) const LINT: Lint = Lint {
    id: "component-clash",
    title: "one component name means different things in different documents",
    severity: Severity::Warning,
    find,
    page: include_str!("../../docs/lint/component-clash.md"),
};

/// The kinds of components that promise something.
const SECTIONS: [&str; 5] = ["schemas", "responses", "parameters", "requestBodies", "headers"];

/// What a schema or another component says to people only.
const PROSE: [&str; 8] =
    ["description", "title", "summary", "example", "examples", "externalDocs", "deprecated", "xml"];

fn find(subject: &Subject<'_>) -> Vec<Diagnosis> {
    let mut meanings: BTreeMap<(&str, &str), Vec<At<'_>>> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, source) in subject.contract.sources.iter().enumerate() {
        let place = Place::new(DocumentId(index), Pointer::root().child("components"));
        let Some(value) = subject.schemas.source(&place).filter(|_| source.role == Role::Api) else { continue };
        let components = At { value, place };
        for section in SECTIONS {
            for (name, at) in components.get(section).iter().flat_map(At::members) {
                let known = meanings.entry((section, name)).or_default();
                let differences: Vec<Option<String>> =
                    known.iter().map(|one| difference(one.value, at.value, "")).collect();
                if differences.iter().any(Option::is_none) {
                    continue;
                }
                if let (Some(first), Some(Some(difference))) = (known.first(), differences.first()) {
                    found.push(describe(subject, name, &first.place, &at.place, difference));
                }
                known.push(at);
            }
        }
    }
    found
}

fn describe(subject: &Subject<'_>, name: &str, first: &Place, place: &Place, difference: &str) -> Diagnosis {
    let (file, position) = subject.contract.source(first.document).map_or_else(Default::default, |source| {
        (source.published.name().to_owned(), source.published.position(&first.pointer).to_string())
    });
    let message = format!("`{name}` means something else than in {file}:{position}: {difference}");
    Diagnosis::new(place.clone(), message).help("make both equal, or give them different names")
}

/// The first difference in meaning between `a` and `b`, which stand at `path` of the component.
fn difference(a: &Value, b: &Value, path: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names = path.ends_with("/properties") || path.ends_with("/headers") || path.ends_with("/content");
            let telling = |name: &str| names || !(PROSE.contains(&name) || name.starts_with("x-"));
            for (name, a) in a.iter().filter(|(name, _)| telling(name)) {
                let path = format!("{path}/{name}");
                match b.get(name) {
                    Some(b) => {
                        if let Some(difference) = difference(a, b, &path) {
                            return Some(difference);
                        }
                    }
                    None if is_default(name, a) => {}
                    None => return Some(format!("`{path}` is missing")),
                }
            }
            let added =
                b.iter().find(|(name, value)| telling(name) && !a.contains_key(*name) && !is_default(name, value));
            added.map(|(name, _)| format!("`{path}/{name}` is added"))
        }
        (Value::Array(a_list), Value::Array(b_list)) => {
            let is_set = path.ends_with("/required") || path.ends_with("/enum");
            let same = if is_set {
                a_list.iter().all(|a| b_list.contains(a)) && b_list.iter().all(|b| a_list.contains(b))
            } else {
                a_list.len() == b_list.len() && a_list.iter().zip(b_list).all(|(a, b)| difference(a, b, path).is_none())
            };
            if same {
                return None;
            }
            let only = |one: &[Value], other: &[Value]| one.iter().find(|value| !other.contains(value)).cloned();
            Some(match (only(b_list, a_list), only(a_list, b_list)) {
                (Some(added), _) if !added.is_object() => format!("`{path}` has {added}"),
                (None, Some(missing)) if !missing.is_object() => format!("`{path}` lacks {missing}"),
                _ => format!("`{path}` differs"),
            })
        }
        (a, b) if a == b => None,
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => {
            Some(format!("`{path}` differs"))
        }
        (a, b) => Some(format!("`{path}` is {b} instead of {a}")),
    }
}

/// Whether leaving the member out says the same.
fn is_default(name: &str, value: &Value) -> bool {
    const FALSE: [&str; 8] = [
        "nullable",
        "readOnly",
        "writeOnly",
        "uniqueItems",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "required",
        "allowReserved",
    ];
    FALSE.contains(&name) && *value == Value::Bool(false)
}
