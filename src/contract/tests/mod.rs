//! The contract's tests: reading, files, hostile documents.

mod files;
mod hostile;
mod reading;

use serde_json::{Value, json};

use super::{Contract, Operation};
use crate::document::{Diagnostic, Document};

fn document(name: &str, value: &Value) -> Document {
    Document::parse(name, value.to_string()).unwrap()
}

fn api(paths: &Value, components: &Value) -> Value {
    json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, "components": components})
}

fn load(value: &Value) -> Contract {
    Contract::new(vec![document("api.json", value)], vec![]).unwrap()
}

fn only(contract: &Contract) -> &Operation {
    assert_eq!(contract.operations.len(), 1, "{:?}", ids(contract));
    &contract.operations[0]
}

fn ids(contract: &Contract) -> Vec<String> {
    contract.operations.iter().map(|operation| operation.id.to_string()).collect()
}

fn messages(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn ok() -> Value {
    json!({"200": {"description": "OK"}})
}
