//! The JSON Schema of case files says what the reader says about their form, and so does the standard's own.

use std::path::PathBuf;

use serde_json::Value;

use crate::document::Document;

use super::broken;
use super::fixture::GOOD;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator(path: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_slice(&std::fs::read(root().join(path)).unwrap()).unwrap();
    jsonschema::options().build(&schema).unwrap()
}

pub(super) fn own() -> jsonschema::Validator {
    validator("docs/schema/arazzo-conform.schema.json")
}

fn value(text: &str) -> Option<Value> {
    Document::parse("pets.arazzo.yaml", text).ok().map(|document| document.value().clone())
}

fn said(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_case_files_of_this_repository_are_valid_by_both_schemas() {
    let (own, standard) = (own(), validator("tests/data/arazzo/schema-1.0.json"));
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("cases")).unwrap() {
        let path = entry.unwrap().path();
        let document = Document::read(&path).unwrap();
        assert_eq!(said(&own, document.value()), [""; 0], "{}", path.display());
        assert_eq!(said(&standard, document.value()), [""; 0], "{}", path.display());
        count += 1;
    }
    assert!(count > 0);
    let good = value(GOOD).unwrap();
    assert_eq!(said(&own, &good), [""; 0]);
}

/// What the reader says of the form of a file, and not of what a name in it means.
fn is_of_form(message: &str) -> bool {
    let form = ["unknown key", ", not a", "of a step is not supported", "no parameter travels", "steps calls nothing"];
    form.iter().any(|part| message.contains(part))
        || (message.contains(" has no `") && message.ends_with('`') && message.matches('`').count() == 2)
        || (message.contains("`expect`") || message.contains("`credentials`") || message.contains("is empty"))
}

#[test]
fn what_is_refused_for_its_form_is_refused_by_the_schema() {
    let own = own();
    let mut missed = Vec::new();
    let mut count = 0;
    for (text, message) in broken::texts() {
        let Some(value) = value(&text).filter(|_| is_of_form(message)) else { continue };
        count += 1;
        if own.is_valid(&value) {
            missed.push(message);
        }
    }
    assert_eq!(missed, [""; 0]);
    assert!(count >= 30, "{count}");
}

#[test]
fn the_members_of_x_conform_are_the_documented_ones() {
    let schema: Value =
        serde_json::from_slice(&std::fs::read(root().join("docs/schema/arazzo-conform.schema.json")).unwrap()).unwrap();
    let page = std::fs::read_to_string(root().join("docs/cases.md")).unwrap();
    for place in ["workflow-extension", "step-extension"] {
        let members = schema["$defs"][place]["properties"].as_object().unwrap();
        assert!(members.len() >= 6);
        for (member, described) in members {
            assert!(page.contains(&format!("| `{member}` |")), "docs/cases.md does not explain `{member}`");
            assert!(described["description"].is_string() || described["$ref"].is_string(), "{member}");
        }
    }
}
