//! Expressions, templates and criteria against the text of Arazzo 1.0.1 and RFC 9535.

mod condition;
mod query;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Criterion, Evaluated, Expression, Finished, Received, Scope, Sent, Template};
use crate::contract::Location;
use crate::document::Pointer;
use crate::exchange::{Completeness, Headers, Request, Response};

struct World {
    request: Request,
    response: Response,
    request_body: Value,
    response_body: Option<Value>,
    path: Vec<(String, String)>,
    inputs: Value,
    outputs: BTreeMap<String, Value>,
    steps: BTreeMap<String, BTreeMap<String, Value>>,
    workflows: BTreeMap<String, Finished>,
}

impl World {
    fn with_body(body: Value) -> Self {
        let mut headers = Headers::default();
        headers.push("X-Rate-Limit", "10");
        headers.push("Server", "Unit");
        headers.push("X-Odd", "yes");
        let mut sent = Headers::default();
        sent.push("Accept", "application/json");
        Self {
            request: Request {
                method: "GET".into(),
                url: "https://api.example/pets/7?limit=5&q=a%20b".into(),
                headers: sent,
                body: Some(br#"{"user":{"uuid":"u-1"}}"#.to_vec()),
            },
            response: Response {
                status: 200,
                reason: None,
                version: "HTTP/1.1".into(),
                headers,
                body: body.to_string().into_bytes(),
                completeness: Completeness::Whole,
            },
            request_body: json!({"user": {"uuid": "u-1"}}),
            response_body: Some(body),
            path: vec![("id".into(), "7".into())],
            inputs: json!({"username": "ann", "count": 3, "a.b": "dotted", "pet": {"tags": [{"name": "red"}]}}),
            outputs: BTreeMap::from([("bar".into(), json!("out"))]),
            steps: BTreeMap::from([("some-step".into(), BTreeMap::from([("pets".into(), json!([{"id": 1}]))]))]),
            workflows: BTreeMap::from([(
                "foo".into(),
                Finished {
                    inputs: json!({"username": "bob"}),
                    outputs: BTreeMap::from([("mapped".into(), json!({"name": "n"}))]),
                },
            )]),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope {
            request: Some(Sent { request: &self.request, path: &self.path, body: Some(&self.request_body) }),
            response: Some(Received { response: &self.response, body: self.response_body.as_ref() }),
            inputs: &self.inputs,
            outputs: &self.outputs,
            steps: &self.steps,
            workflows: &self.workflows,
            run: "r1",
        }
    }

    fn value(&self, expression: &str) -> Option<Value> {
        self.scope().evaluate(&Expression::parse(expression).unwrap())
    }

    fn judge(&self, condition: &str) -> bool {
        self.evaluated(condition).holds.unwrap()
    }

    fn evaluated(&self, condition: &str) -> Evaluated {
        Criterion::simple(condition).unwrap_or_else(|e| panic!("{condition}: {e:?}")).evaluate(&self.scope())
    }

    fn exactly(&self, condition: &str) -> bool {
        Criterion { exact: true, ..Criterion::simple(condition).unwrap() }.evaluate(&self.scope()).holds.unwrap()
    }

    fn query(&self, query: &str) -> bool {
        let context = Expression::ResponseBody(Pointer::root());
        Criterion::jsonpath(context, query, false).unwrap().evaluate(&self.scope()).holds.unwrap()
    }
}

#[test]
fn every_example_of_the_specification_has_its_value() {
    let world = World::with_body(json!({"status": "available", "a/b": {"m~n": [5]}}));
    for (expression, expected) in [
        ("$method", json!("GET")),
        ("$url", json!("https://api.example/pets/7?limit=5&q=a%20b")),
        ("$statusCode", json!(200)),
        ("$request.header.accept", json!("application/json")),
        ("$request.path.id", json!("7")),
        ("$request.query.q", json!("a b")),
        ("$request.body#/user/uuid", json!("u-1")),
        ("$request.body", json!({"user": {"uuid": "u-1"}})),
        ("$response.body#/status", json!("available")),
        ("$response.body#/a~1b/m~0n/0", json!(5)),
        ("$response.header.Server", json!("Unit")),
        ("$response.header.server", json!("Unit")),
        ("$inputs.username", json!("ann")),
        ("$inputs.a.b", json!("dotted")),
        ("$inputs.pet#/tags/0/name", json!("red")),
        ("$inputs.pet.tags.0.name", json!("red")),
        ("$workflows.foo.inputs.username", json!("bob")),
        ("$steps.some-step.outputs.pets#/0/id", json!(1)),
        ("$outputs.bar", json!("out")),
        ("$workflows.foo.outputs.mapped#/name", json!("n")),
    ] {
        assert_eq!(world.value(expression), Some(expected), "{expression}");
        assert_eq!(Expression::parse(expression).unwrap().to_string(), expression);
    }
    for absent in [
        "$response.body#/nothing",
        "$response.header.X-None",
        "$request.query.none",
        "$request.path.none",
        "$request.header.none",
        "$inputs.none",
        "$inputs.none.of.this",
        "$steps.none.outputs.pets",
        "$steps.some-step.outputs.pets#/9",
        "$outputs.none",
        "$workflows.none.outputs.x",
        "$components.parameters.page",
        "$sourceDescriptions.pets.url",
    ] {
        assert_eq!(world.value(absent), None, "{absent}");
    }
    assert_eq!(Scope::new(&Value::Null, "r1").evaluate(&Expression::Run), Some(json!("r1")));
    assert_eq!(Scope::new(&Value::Null, "r1").evaluate(&Expression::StatusCode), None);
    assert_eq!(
        Expression::parse("$request.header.X-A").unwrap(),
        Expression::RequestParameter(Location::Header, "X-A".into())
    );
}

#[test]
fn a_body_that_is_no_json_is_its_text_and_has_no_parts() {
    let mut world = World::with_body(json!(null));
    world.response_body = None;
    world.response.body = b"token-1".to_vec();
    assert_eq!(world.value("$response.body"), Some(json!("token-1")));
    assert_eq!(world.value("$response.body#/a"), None);
    world.response.body.clear();
    assert_eq!(world.value("$response.body"), None);
    assert!(world.judge("$response.body == null"));
}

#[test]
fn a_wrong_expression_says_where_and_what_would_be_right() {
    for (text, range, message, help) in [
        ("$statuscode", 0..11, "not the beginning", "`$statusCode`"),
        ("$input.name", 0..6, "not the beginning", "`$inputs`"),
        ("$foo.bar", 0..4, "not the beginning", "one of"),
        ("statusCode", 0..10, "not the beginning", "`$statusCode`"),
        ("$statusCode.x", 11..13, "has no parts", "write `$statusCode`"),
        ("$statusCode#/x", 11..14, "has no parts", "write `$statusCode`"),
        ("$inputs", 7..7, "alone has no value", "$inputs.name"),
        ("$inputs.", 8..8, "name of the input is missing", ""),
        ("$inputs.a b", 9..10, "white space", "in braces"),
        ("$inputs.{a}", 8..9, "brace", "in braces"),
        ("$response", 9..9, "alone has no value", "$response.body#/name"),
        ("$response.body.name", 10..19, "does not exist", "$response.body#/name"),
        ("$response.bdy", 10..13, "does not exist", "body#/POINTER"),
        ("$response.query.x", 10..17, "does not exist", "header.NAME"),
        ("$request.cookie.x", 9..17, "does not exist", "path.NAME"),
        ("$response.header.", 17..17, "name of the header field is missing", ""),
        ("$response.header.a:b", 18..19, "cannot be part", ""),
        ("$request.query.", 15..15, "missing", ""),
        ("$response.body#name", 15..19, "not a JSON Pointer", "#/name"),
        ("$response.body#/a~2", 17..18, "followed by", "`~1` means `/`"),
        ("$steps.a", 7..8, "incomplete", "$steps.STEP.outputs.NAME"),
        ("$steps.a.output.b", 7..17, "incomplete", "$steps.STEP.outputs.NAME"),
        ("$steps..outputs.b", 7..7, "name of the step is missing", ""),
        ("$workflows.a.b", 11..14, "incomplete", ".outputs.NAME"),
        ("$components.parameters", 12..22, "incomplete", "$components.parameters.NAME"),
    ] {
        let error = Expression::parse(text).unwrap_err();
        assert_eq!(error.range, range, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.help.unwrap_or_default().contains(help), "{text}");
    }
}

#[test]
fn a_template_keeps_types_and_names_what_is_absent() {
    let world = World::with_body(json!({"list": [1, 2]}));
    let render = |template: Value| Template::parse(&template).unwrap().render(&world.scope());
    for (template, expected) in [
        (json!("plain"), json!("plain")),
        (json!("$5.00 and $USD"), json!("$5.00 and $USD")),
        (json!("a {path} {"), json!("a {path} {")),
        (json!("$inputs.count"), json!(3)),
        (json!("{$inputs.count}"), json!(3)),
        (json!("n={$inputs.count};u={$inputs.username}"), json!("n=3;u=ann")),
        (json!("{$inputs.count}{$inputs.count}"), json!("33")),
        (json!("l={$response.body#/list}"), json!("l=[1,2]")),
        (
            json!({"a": ["$inputs.count", null, 1.5], "b": {"c": "x{$inputs.count}"}}),
            json!({"a": [3, null, 1.5], "b": {"c": "x3"}}),
        ),
    ] {
        let rendered = render(template.clone()).unwrap();
        assert_eq!(rendered.value, Some(expected), "{template}");
        assert!(rendered.absent.is_empty());
    }
    let rendered = render(json!({"a": "$inputs.none", "b": ["$response.body#/none", 1]})).unwrap();
    assert_eq!(rendered.value, Some(json!({"b": [1]})));
    assert_eq!(
        rendered.absent.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["$inputs.none", "$response.body#/none"]
    );
    assert!(!rendered.absent[0].is_observed() && rendered.absent[1].is_observed());
    assert_eq!(render(json!("$inputs.none")).unwrap().value, None);
    assert_eq!(render(json!("x{$inputs.none}")).unwrap_err().to_string(), "`$inputs.none` is absent");

    let errors =
        Template::parse(&json!({"a": ["$inputs"], "b": "x {$foo} y", "c": "{$inputs.a", "d": "$input.a"})).unwrap_err();
    let said: Vec<_> = errors.iter().map(|e| (e.pointer.to_string(), e.error.range.clone())).collect();
    assert_eq!(said, [("/a/0".into(), 7..7), ("/b".into(), 3..7), ("/c".into(), 0..1), ("/d".into(), 0..6)]);
}

proptest! {
    #[test]
    fn no_text_makes_a_parser_panic(text in r"[$a-zA-Z0-9.#/~{}()\[\]<>=!&|'? @*éÿ]{0,60}|\PC{0,40}") {
        let _ = Expression::parse(&text);
        let _ = Expression::parse(&format!("${text}"));
        let _ = Template::parse(&json!(text));
        let world = World::with_body(json!({"a": [1, {"b": null}]}));
        for error in [Criterion::simple(&text).err(), Criterion::simple(&format!("$response.body{text}")).err()].into_iter().flatten() {
            prop_assert!(error.range.start <= error.range.end);
        }
        if let Ok(criterion) = Criterion::simple(&text) {
            prop_assert!(criterion.evaluate(&world.scope()).holds.is_ok());
        }
        for query in [text.clone(), format!("$[?count(@.{text}")] {
            if let Ok(criterion) = Criterion::jsonpath(Expression::ResponseBody(Pointer::root()), &query, false) {
                prop_assert!(criterion.evaluate(&world.scope()).holds.is_ok());
            }
        }
    }
}
