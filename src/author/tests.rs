//! Case files made of small documents.

use serde_json::{Value, json};

use super::{Settings, sequence};
use crate::case::arazzo;
use crate::contract::Contract;
use crate::document::Document;

fn contract(paths: &Value) -> Contract {
    let text = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}).to_string();
    Contract::new(vec![Document::parse("api/pets.v1.json", text).unwrap()], Vec::new()).unwrap()
}

fn answer(schema: &Value) -> Value {
    json!({"200": {"description": "OK", "content": {"application/json": {"schema": schema}}}})
}

fn made(contract: &Contract, operations: &[&str]) -> String {
    let operations: Vec<String> = operations.iter().map(|name| (*name).to_owned()).collect();
    let settings = Settings { folder: "cases".to_owned(), mark: vec!["tag".to_owned()], ..Settings::default() };
    let text = sequence(contract, &operations, &settings).unwrap_or_else(|trouble| panic!("{trouble}"));
    let document = Document::parse("new.arazzo.yaml", text.clone()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    arazzo::read(&document, contract).unwrap_or_else(|errors| panic!("{}\n{text}", errors[0]));
    text
}

fn pets() -> Contract {
    let id = json!({"type": "object", "properties": {"data": {"properties": {"pet_id": {"type": "string"}}}}});
    let pet = json!({"type": "object", "required": ["tag", "price"], "properties": {
        "tag": {"type": "string"}, "price": {"type": "string", "enum": ["$inputs.price", "{$x}"]}}});
    let body = json!({"required": true, "content": {"application/json": {"schema": pet}}});
    let path = |name: &str| json!([{"name": name, "in": "path", "required": true, "schema": {"type": "string"}}]);
    contract(&json!({
        "/pets": {
            "post": {"operationId": "add", "requestBody": body, "responses": answer(&id)},
            "get": {"operationId": "all", "responses": answer(&json!({"properties": {"items": {"type": "array", "items": {"properties": {"id": {"type": "integer"}}}}}}))},
        },
        "/pets/{petId}": {
            "parameters": path("petId"),
            "get": {"responses": answer(&json!({}))},
            "delete": {"operationId": "remove", "responses": {"204": {"description": "gone"}}},
        },
        "/shops/{shop}": {"get": {"operationId": "shop", "parameters": path("shop"), "responses": answer(&json!({}))}},
    }))
}

#[test]
fn ids_are_found_deep_in_answers_and_by_other_spellings() {
    let text = made(&pets(), &["remove"]);
    assert!(text.contains("outputs: { petId: $response.body#/data/pet_id }"), "{text}");
    assert!(text.contains("url: ../api/pets.v1.json"), "{text}");
    assert!(text.contains("# Put in front: remove needs a petId."), "{text}");
}

#[test]
fn what_was_removed_is_not_used_again_and_what_was_listed_is_read_only() {
    let text = made(&pets(), &["add", "remove", "GET /pets/{petId}"]);
    assert_eq!(text.matches("operationId: add\n").count(), 2, "{text}");
    assert!(text.contains("value: $steps.add2.outputs.petId"), "{text}");
    assert!(text.contains("operationPath: '{$sourceDescriptions.pets.url}#/paths/~1pets~1{petId}/get'"), "{text}");
    let read = made(&pets(), &["all", "GET /pets/{petId}"]);
    assert!(read.contains("outputs: { petId: $response.body#/items/0/id }"), "{read}");
    let removed = made(&pets(), &["all", "remove"]);
    assert!(removed.contains("# Put in front: remove needs a petId."), "{removed}");
}

#[test]
fn text_that_looks_like_an_expression_is_sent_as_it_is() {
    let text = made(&pets(), &["add"]);
    assert!(text.contains("payload: $inputs.add_body"), "{text}");
    assert!(text.contains("default: { tag:"), "{text}");
    let document = Document::parse("new.arazzo.yaml", text.clone()).unwrap();
    let cases = arazzo::read(&document, &pets()).unwrap();
    assert_eq!(cases[0].inputs["add_body"]["price"], "$inputs.price");
}

#[test]
fn an_id_that_nobody_answers_is_an_input() {
    let text = made(&pets(), &["shop"]);
    assert!(text.contains("# No operation answers shop"), "{text}");
    assert!(text.contains("value: $inputs.shop"), "{text}");
}
