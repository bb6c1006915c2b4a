//! Tests of labels: what the standards say of one request each.

use serde_json::{Value, json};

use super::{Label, label};
use crate::case::expression::{Expression, Template, TextPart};
use crate::case::{Argument, Payload, Step, Supply};
use crate::contract::{Contract, Location, OperationId};
use crate::document::{Document, Pointer};

fn contract(operation: &Value, path: &str) -> Contract {
    let mut operation = operation.clone();
    operation["operationId"] = json!("o");
    operation["responses"] = json!({"200": {"description": "OK"}});
    let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {path: {"post": operation}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}, "schemas": {
            "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}}},
            "Dog": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "tail": {"type": "string"}}}}}});
    Contract::new(vec![Document::parse("t.json", document.to_string()).unwrap()], Vec::new()).unwrap()
}

fn of(contract: &Contract, step: &Step) -> &'static str {
    match label(contract, &contract.operations[0], step) {
        Label::Valid => "valid",
        Label::Open => "open",
        Label::Invalid(places) => {
            assert!(!places.is_empty());
            "invalid"
        }
        Label::Unwritable(_) => "unwritable",
    }
}

fn step(arguments: &[(Location, &str, Supply)], payload: Option<Payload>) -> Step {
    let arguments = arguments.iter().map(|(location, name, value)| Argument {
        name: (*name).to_owned(),
        location: Some(*location),
        value: value.clone(),
    });
    Step { arguments: arguments.collect(), payload, ..Step::new("request", OperationId("o".into())) }
}

fn payload(media: &str, value: Value) -> Payload {
    Payload::new(Some(media.to_owned()), Template::Literal(value))
}

fn literal(value: Value) -> Supply {
    Supply::Template(Template::Literal(value))
}

/// The label of the raw text `text` as a query parameter.
fn raw(schema: &Value, required: bool, text: &str) -> &'static str {
    let parameter = json!({"name": "q", "in": "query", "required": required, "schema": schema});
    let contract = contract(&json!({"parameters": [parameter]}), "/o");
    of(&contract, &step(&[(Location::Query, "q", Supply::Wire(text.to_owned()))], None))
}

/// The label of `value` as a body of the only media type.
fn body(media: &str, schema: &Value, value: Value) -> &'static str {
    let contract = contract(&json!({"requestBody": {"required": true, "content": {media: {"schema": schema}}}}), "/o");
    of(&contract, &step(&[], Some(payload(media, value))))
}

#[test]
fn a_number_is_a_number_in_the_digits_that_everybody_reads() {
    let integer = json!({"type": "integer", "maximum": 50});
    for (text, expected) in [
        ("5", "valid"),
        ("-5", "valid"),
        ("51", "invalid"),
        ("x", "invalid"),
        ("", "invalid"),
        // Some readers take these for a number, others do not.
        ("007", "open"),
        ("%2B5", "open"),
        ("5.0", "open"),
        ("5e0", "open"),
        ("099", "invalid"),
        ("NaN", "invalid"),
        ("5.5", "invalid"),
    ] {
        assert_eq!(raw(&integer, true, text), expected, "{text}");
    }
    assert_eq!(raw(&integer, false, ""), "open", "many servers take an empty parameter for none");
    assert_eq!(raw(&json!({"type": "boolean"}), true, "true"), "valid");
    assert_eq!(raw(&json!({"type": "boolean"}), true, "True"), "open");
    assert_eq!(raw(&json!({"type": "boolean"}), true, "1"), "invalid");
    assert_eq!(raw(&json!({"type": "string", "maxLength": 3}), true, "007"), "valid");
    assert_eq!(raw(&json!({"type": "string"}), true, ""), "open", "`allowEmptyValue` is false by default");
}

#[test]
fn a_comma_separates_for_some_readers_and_not_for_others() {
    let list = json!({"type": "array", "items": {"type": "string"}, "maxItems": 1});
    assert_eq!(raw(&list, true, "a"), "valid");
    assert_eq!(raw(&list, true, "a%2Cb"), "open");
    let many: String = vec!["1"; 40].join(",");
    let either = json!({"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "maxItems": 3});
    assert_eq!(raw(&either, true, &many), "open", "more readings than are looked at");
}

#[test]
fn an_object_that_is_spread_stands_under_the_names_of_its_members() {
    let object = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}});
    let parameters = json!([{"name": "f", "in": "query", "required": true, "schema": object},
        {"name": "limit", "in": "query", "schema": {"type": "integer"}}]);
    let contract = contract(&json!({"parameters": parameters}), "/o");
    let f = |value: Value| (Location::Query, "f", literal(value));
    assert_eq!(of(&contract, &step(&[f(json!({"a": 1}))], None)), "valid");
    assert_eq!(of(&contract, &step(&[f(json!({"a": "x"}))], None)), "invalid");
    assert_eq!(of(&contract, &step(&[], None)), "invalid");
    // What else stands in the query may be a member, or may be unknown.
    assert_eq!(of(&contract, &step(&[f(json!({"a": 1, "b": 2}))], None)), "open");
    let limit = (Location::Query, "limit", literal(json!("x")));
    assert_eq!(of(&contract, &step(&[f(json!({"a": 1})), limit], None)), "invalid");
}

#[test]
fn what_exists_is_valid_and_what_comes_later_is_open() {
    let parameter = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}});
    let contract = contract(&json!({"parameters": [parameter]}), "/o/{id}");
    let id = |supply: Supply| step(&[(Location::Path, "id", supply)], None);
    assert_eq!(of(&contract, &id(Supply::Existing("id".to_owned()))), "valid");
    let later = Expression::Input("n".to_owned(), Pointer::root());
    assert_eq!(of(&contract, &id(Supply::Template(Template::Expression(later)))), "open");
    assert_eq!(of(&contract, &id(literal(json!("..")))), "unwritable", "it would name another resource");
    assert_eq!(of(&contract, &step(&[], None)), "unwritable", "a path parameter cannot be left out");
}

#[test]
fn a_key_that_is_declared_as_a_parameter_comes_from_the_environment() {
    let parameter = json!({"name": "key", "in": "query", "required": true, "schema": {"type": "string"}});
    let contract = contract(&json!({"parameters": [parameter], "security": [{"key": []}]}), "/o");
    assert_eq!(of(&contract, &step(&[], None)), "valid");
}

#[test]
fn json_that_may_be_refused_all_the_same_is_open() {
    let json = "application/json";
    let schema =
        json!({"type": "object", "properties": {"n": {"type": "integer"}, "id": {"type": "string", "readOnly": true}}});
    assert_eq!(body(json, &schema, json!({"n": 1})), "valid");
    assert_eq!(body(json, &schema, json!({"n": 1.0})), "open", "no integer to many typed readers");
    assert_eq!(body(json, &schema, json!({"n": 1.5})), "invalid");
    assert_eq!(body(json, &schema, json!({"id": "x"})), "open", "it should not be sent (OpenAPI 3.0.3, readOnly)");
    assert_eq!(body(json, &schema, json!({"id": 1})), "open");
    assert_eq!(body(json, &schema, json!({"other": 1})), "open", "no schema mentions it");
    assert_eq!(body(json, &json!({"type": "object"}), json!({"other": 1})), "valid", "a free-form object");
}

#[test]
fn a_discriminator_names_the_branch() {
    let schema = json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"hound": "#/components/schemas/Dog"}}});
    let any = json!({"anyOf": schema["oneOf"], "discriminator": schema["discriminator"]});
    assert_eq!(body("application/json", &any, json!({"kind": "Cat", "lives": 9})), "valid");
    assert_eq!(body("application/json", &any, json!({"kind": "hound", "tail": "x"})), "valid");
    assert_eq!(body("application/json", &any, json!({"kind": "Bird"})), "open");
}

#[test]
fn a_body_is_judged_by_the_media_type_that_fits_its_label() {
    let schema = json!({"type": "object", "required": ["a"]});
    let contract = contract(
        &json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema},
        "application/x-www-form-urlencoded": {"schema": schema}}}}),
        "/o",
    );
    let sent = |media: &str, bytes: &str, unlabelled: bool| {
        let payload = Payload { bytes: Some(bytes.into()), unlabelled, ..payload(media, Value::Null) };
        of(&contract, &step(&[], Some(payload)))
    };
    for (media, bytes, expected) in [
        ("application/json", r#"{"a":1}"#, "valid"),
        ("application/json; charset=utf-8", r#"{"a":1}"#, "valid"),
        ("application/json", r#"{"b":1}"#, "invalid"),
        ("application/json", "a=1", "invalid"),
        ("application/json", "", "invalid"),
        ("application/json", r#"{"a":1,"a":2}"#, "open"),
        ("application/json", r#"{"b":1,"b":2}"#, "invalid"),
        ("application/x-www-form-urlencoded", "a=1", "valid"),
        ("application/x-www-form-urlencoded", "b=1", "invalid"),
        // RFC 6838 §4.2.8: a suffix says how to read it, not that it is documented.
        ("application/vnd.x+json", r#"{"a":1}"#, "open"),
        ("application/vnd.x+json", r#"{"b":1}"#, "invalid"),
        ("text/csv", r#"{"a":1}"#, "open"),
        ("text/csv", "b=1", "invalid"),
    ] {
        assert_eq!(sent(media, bytes, false), expected, "{media} {bytes}");
    }
    assert_eq!(sent("application/json", r#"{"a":1}"#, true), "open");
    assert_eq!(sent("application/json", "b", true), "invalid");
}

#[test]
fn forms_are_read_field_by_field() {
    let form = "application/x-www-form-urlencoded";
    let schema = json!({"type": "object", "additionalProperties": false, "properties": {"n": {"type": "integer"},
        "s": {"type": "string", "minLength": 1}, "o": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}},
        "l": {"type": "array", "items": {"type": "integer"}, "minItems": 2}}});
    for media in [form, "multipart/form-data"] {
        assert_eq!(body(media, &schema, json!({"n": 1, "s": "5"})), "valid", "{media}");
        assert_eq!(body(media, &schema, json!({"n": "1"})), "valid", "{media}: the same text");
        assert_eq!(body(media, &schema, json!({"n": "x"})), "invalid", "{media}");
        assert_eq!(body(media, &schema, json!({"n": null})), "invalid", "{media}: the text `null`");
        assert_eq!(body(media, &schema, json!({"s": ""})), "open", "{media}: an empty field may be none");
        assert_eq!(body(media, &schema, json!({"l": [1, 2]})), "valid", "{media}");
        assert_eq!(body(media, &schema, json!({"l": [1]})), "invalid", "{media}");
        assert_eq!(body(media, &schema, json!({"more": "x"})), "invalid", "{media}");
        assert_eq!(body(media, &schema, json!([1])), "unwritable", "{media}");
    }
    // JSON is what OpenAPI 3.0.3 has for an object in a part; in an urlencoded form it says two things.
    assert_eq!(body("multipart/form-data", &schema, json!({"o": {"x": 1}})), "valid");
    assert_eq!(body("multipart/form-data", &schema, json!({"o": {}})), "invalid");
    assert_eq!(body(form, &schema, json!({"o": {}})), "open");
}

#[test]
fn a_field_with_an_encoding_of_its_own_is_open() {
    let schema = json!({"type": "object", "properties": {"l": {"type": "array", "items": {"type": "integer"}}}});
    let media = json!({"schema": schema, "encoding": {"l": {"style": "pipeDelimited", "explode": false}}});
    let content = json!({"application/x-www-form-urlencoded": media});
    let contract = contract(&json!({"requestBody": {"content": content}}), "/o");
    let sent = |value: Value| of(&contract, &step(&[], Some(payload("application/x-www-form-urlencoded", value))));
    assert_eq!(sent(json!({"l": [1, 2]})), "open");
    assert_eq!(sent(json!({"l": ["x"]})), "open");
}

#[test]
fn the_mark_of_a_run_is_part_of_the_body() {
    let schema = json!({"type": "object", "properties": {"ref": {"type": "string", "maxLength": 4}}});
    let contract = contract(&json!({"requestBody": {"content": {"application/json": {"schema": schema}}}}), "/o");
    let mut marked = payload("application/json", json!({"ref": "x"}));
    assert_eq!(of(&contract, &step(&[], Some(marked.clone()))), "valid");
    let mark = Template::Text(vec![TextPart::Expression(Expression::Run), TextPart::Text("-1".to_owned())]);
    marked.replacements.push((Pointer::root().child("ref"), Some(mark)));
    assert_eq!(of(&contract, &step(&[], Some(marked))), "invalid");
}
