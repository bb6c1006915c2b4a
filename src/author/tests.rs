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

/// The lines of each step of `text`, without what stands above a step to explain it.
fn steps(text: &str) -> Vec<Vec<&str>> {
    let (_, steps) = text.split_once("    steps:\n").unwrap();
    steps.split("\n\n").map(|step| step.lines().filter(|line| !line.trim_start().starts_with('#')).collect()).collect()
}

/// A request of many parts: ids in the path, parameters elsewhere, a body with a mark, an id in the answer.
#[test]
fn an_ordinary_step_takes_eight_lines_at_most() {
    let parameter = |(name, location): &(&str, &str)| json!({"name": name, "in": location, "required": true, "schema": {"type": "string"}});
    let id = json!({"type": "object", "properties": {"id": {"type": "string"}}});
    let names = ["tag", "colour", "manufacturer", "description", "serialNumber", "warehouse", "packaging"];
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    let schema = json!({"type": "object", "required": names, "properties": properties});
    let body = json!({"required": true, "content": {"application/vnd.example.part+json": {"schema": schema}}});
    let with_body = |operation: &str, parameters: &[(&str, &str)]| {
        let parameters: Vec<Value> = parameters.iter().map(parameter).collect();
        json!({"operationId": operation, "parameters": parameters, "requestBody": body, "responses": answer(&id)})
    };
    let ids = [("manufacturerId", "path"), ("productId", "path"), ("partId", "path")];
    let put = [&ids[..], &[("revision", "query")]].concat();
    let of_photo: Vec<Value> = ids.iter().chain(&[("photoId", "path")]).map(parameter).collect();
    let contract = contract(&json!({
        "/manufacturers": {"post": with_body("addManufacturer", &[])},
        "/manufacturers/{manufacturerId}/products": {"post": with_body("addProduct", &ids[..1])},
        "/manufacturers/{manufacturerId}/products/{productId}/parts": {"post": with_body("addPartOfProduct", &ids[..2])},
        "/manufacturers/{manufacturerId}/products/{productId}/parts/{partId}": {"put": with_body("replacePart", &put)},
        "/manufacturers/{manufacturerId}/products/{productId}/parts/{partId}/photos": {"post": with_body("addPhoto", &ids)},
        "/manufacturers/{manufacturerId}/products/{productId}/parts/{partId}/photos/{photoId}": {"delete": {
            "operationId": "removePhoto", "responses": {"204": {"description": "gone"}},
            "parameters": of_photo}},
    }));
    for operations in [&["addPartOfProduct"][..], &["replacePart"], &["addPhoto", "replacePart"], &["removePhoto"]] {
        let text = made(&contract, operations);
        for step in steps(&text) {
            assert!(step.len() <= 8, "{} lines in {operations:?}:\n{}", step.len(), step.join("\n"));
            assert!(step.iter().all(|line| line.chars().count() <= 300), "{text}");
        }
    }
}
