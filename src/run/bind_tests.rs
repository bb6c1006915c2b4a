//! Tests of writing requests.

use serde_json::json;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::*;
use crate::contract::Contract;
use crate::document::Document;
use crate::environment::{Class, Secret, Target};

fn contract() -> Contract {
    let json = json!({"schema": {"type": "object"}});
    let answer = |types: &[&str]| {
        let content: serde_json::Map<_, _> = types.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({"200": {"description": "OK", "content": content}})
    };
    let text = json!({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {
            "/bearer": {"post": {"operationId": "bearer", "security": [{"bearer": []}],
                "requestBody": {"content": {"application/json": json}},
                "responses": answer(&["text/csv", "application/json; charset=utf-8"])}},
            "/key": {"get": {"operationId": "key", "security": [{"query": [], "cookie": []}], "responses": answer(&[]),
                "parameters": [{"name": "c", "in": "cookie", "schema": {"type": "string"}}]}},
            "/basic": {"get": {"operationId": "basic", "security": [{"basic": []}], "responses": answer(&[])}},
            "/optional": {"get": {"operationId": "optional", "security": [{}, {"bearer": []}], "responses": answer(&[])}},
            "/number/{id}": {"get": {"operationId": "number", "responses": answer(&[]),
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}]}}
        },
        "components": {"securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "basic": {"type": "http", "scheme": "basic"},
            "query": {"type": "apiKey", "in": "query", "name": "k"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "s"}
        }}
    });
    Contract::new(vec![Document::parse("t.json", text.to_string()).unwrap()], Vec::new()).unwrap()
}

fn bound(
    id: &str,
    arguments: &[(&str, Option<Location>, Value)],
    body: Option<Value>,
    credentials: Credentials,
) -> Bound {
    let contract = contract();
    let operation = contract.operation(&crate::contract::OperationId(id.into())).unwrap();
    let mut environment = Environment::new("e", Class::Test, Target::BaseUrl("http://h/api".to_owned()));
    environment.credentials = vec![(None, Secret::new("a:b"))];
    let arguments: Vec<Resolved> = arguments
        .iter()
        .map(|(name, location, value)| Resolved {
            name: (*name).to_owned(),
            location: *location,
            value: Resolution::Value(value.clone()),
        })
        .collect();
    let content =
        body.map(|value| Content { value, media_type: "application/json".to_owned(), bytes: None, unlabelled: false });
    request(operation, "http://h/api", &arguments, content, credentials, &environment).unwrap()
}

#[test]
fn fields_that_a_case_gives_are_not_doubled() {
    let header = Some(Location::Header);
    let own = [
        ("authorization", header, json!("Bearer mine")),
        ("accept", header, json!("text/csv")),
        ("content-type", header, json!("application/merge-patch+json")),
    ];
    let bound = bound("bearer", &own, Some(json!({})), Credentials::Environment);
    for (name, _, value) in own {
        assert_eq!(bound.request.headers.all(name).collect::<Vec<_>>(), [value.as_str().unwrap()], "{name}");
    }
    assert!(!bound.with_credentials, "the case means its own");
}

#[test]
fn what_can_be_judged_is_wanted_most() {
    let bound = bound("bearer", &[], Some(json!({})), Credentials::Environment);
    let accept = bound.request.headers.get("accept");
    assert_eq!(accept, Some("text/csv;q=0.5, application/json; charset=utf-8, */*;q=0.1"));
    assert_eq!(bound.request.headers.get("authorization"), Some("Bearer a:b"));
    assert!(bound.with_credentials);
}

#[test]
fn credentials_stand_where_their_scheme_has_them() {
    let all = bound("key", &[("c", None, json!("1"))], None, Credentials::Environment);
    assert_eq!(all.request.url, "http://h/api/key?k=a%3Ab");
    assert_eq!(all.request.headers.all("cookie").collect::<Vec<_>>(), ["c=1; s=a%3Ab"]);
    let own = bound("key", &[("k", Some(Location::Query), json!("mine"))], None, Credentials::Environment);
    assert_eq!(own.request.url, "http://h/api/key?k=mine");
    let none = bound("key", &[], None, Credentials::None);
    assert_eq!((none.request.url.as_str(), none.with_credentials), ("http://h/api/key", false));
    let optional = bound("optional", &[], None, Credentials::Environment);
    assert_eq!(optional.request.headers.get("authorization"), Some("Bearer a:b"));
}

#[test]
fn wrong_credentials_have_the_right_form() {
    let sent = |credentials| {
        let bound = bound("basic", &[], None, credentials);
        let field = bound.request.headers.get("authorization").unwrap().strip_prefix("Basic ").unwrap().to_owned();
        String::from_utf8(BASE64.decode(field).unwrap()).unwrap()
    };
    assert_eq!(sent(Credentials::Environment), "a:b");
    assert_eq!(sent(Credentials::Wrong).split_once(':').unwrap().0, "conform");
}

#[test]
fn an_id_that_was_read_as_text_fits_an_integer_and_no_id_leaves_its_segment() {
    let number = bound("number", &[("id", None, json!("7"))], None, Credentials::Environment);
    assert_eq!(number.request.url, "http://h/api/number/7");
    let slash = bound("number", &[("id", None, json!("a/b ?#%"))], None, Credentials::Environment);
    assert_eq!(slash.request.url, "http://h/api/number/a%2Fb%20%3F%23%25");
    let contract = contract();
    let operation = contract.operation(&crate::contract::OperationId("number".into())).unwrap();
    let environment = Environment::new("e", Class::Test, Target::BaseUrl("http://h/api".to_owned()));
    for id in ["..", "."] {
        let id = [Resolved { name: "id".to_owned(), location: None, value: Resolution::Value(json!(id)) }];
        assert!(request(operation, "http://h/api", &id, None, Credentials::None, &environment).is_err());
    }
}

#[test]
fn bodies_are_written_by_their_media_type() {
    let written =
        |value: Value, media_type: &str| String::from_utf8(style::written(&value, media_type).unwrap().0).unwrap();
    assert_eq!(written(json!("x"), "application/json; charset=utf-8"), "\"x\"");
    assert_eq!(written(json!("x"), "text/plain"), "x");
    assert_eq!(written(json!({"a": 1, "b": ["x", "y z"]}), "application/x-www-form-urlencoded"), "a=1&b=x&b=y+z");
    assert!(style::written(&json!([]), "application/x-www-form-urlencoded").is_err());
}
