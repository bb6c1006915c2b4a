//! Expressions, templates and criteria against the text of Arazzo 1.0.1 and RFC 9535.

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

#[test]
fn simple_conditions_mean_what_the_specification_says() {
    let world = World::with_body(json!({
        "status": "Available", "total": "12", "n": 1.0, "zero": 0, "yes": true, "no": false, "nothing": null, "empty": "",
        "items": [{"id": "A", "tags": ["x"]}], "quote": "it's", "a-b": 1, "date": "2024-01-02"
    }));
    for (condition, expected) in [
        ("$statusCode == 200", true),
        ("$statusCode==200", true),
        ("200 == $statusCode", true),
        ("$statusCode != 200", false),
        ("$statusCode == 2XX", true),
        ("$statusCode == 4XX", false),
        ("$statusCode == '2XX'", true),
        ("'2xx' != $statusCode", false),
        ("$response.body#/status == '2XX'", false),
        ("$statusCode != 4XX", true),
        ("$statusCode >= 200 && $statusCode < 300", true),
        ("$statusCode > 200 || $statusCode < 200", false),
        ("!($statusCode == 200)", false),
        ("!$response.body#/no", true),
        ("{$statusCode == 200}", true),
        ("{$statusCode} == 200", true),
        ("$statusCode == 404 || $statusCode == 200 && $statusCode == 1", false),
        ("($statusCode == 200 || $statusCode == 404) && true", true),
        ("$response.body#/status == 'available'", true),
        ("$response.body#/status == 'AVAILABLE'", true),
        ("$response.body#/status != 'available'", false),
        ("$response.body#/quote == 'it''s'", true),
        ("$response.body#/n == 1", true),
        ("$response.body#/total == 12", true),
        ("$response.body#/total > 9", true),
        ("$response.body#/total > '9'", false),
        ("$response.header.x-rate-limit >= 10", true),
        ("$request.query.limit == 5", true),
        ("$response.body#/yes", true),
        ("$response.body#/yes == true", true),
        ("$response.body#/no == false", true),
        ("$response.body#/no", false),
        ("$response.body#/zero", true),
        ("$response.body#/empty", true),
        ("$response.body#/nothing", false),
        ("$response.body#/nothing == null", true),
        ("$response.body#/absent == null", true),
        ("$response.body#/absent != null", false),
        ("$response.body#/absent == 'x'", false),
        ("$response.body#/absent == ''", false),
        ("$response.body#/absent == false", false),
        ("$response.body#/absent == 0", false),
        ("$response.body#/absent < 5", false),
        ("$response.body#/absent >= 5", false),
        ("$response.body#/nothing < 5", false),
        ("$response.body#/items < 5", false),
        ("$response.body#/yes == 1", false),
        ("$response.body.items[0].id == 'a'", true),
        ("$response.body#/items[0].tags[0] == 'X'", true),
        ("$response.body['a-b'] == 1", true),
        ("$response.body.a-b == 1", true),
        ("$response.body.items[7].id == null", true),
        ("$steps.some-step.outputs.pets[0].id == 1", true),
        ("$inputs.pet.tags[0].name == 'red'", true),
        ("$response.body#/date < '2024-01-10'", true),
        ("$response.body#/items == $response.body#/items", true),
        ("($statusCode == 200) == true", true),
        ("-1 < $response.body#/zero", true),
        ("1e3 == 1000.0", true),
        ("true", true),
        ("null", false),
    ] {
        assert_eq!(world.judge(condition), expected, "{condition}");
    }
    for (condition, expected) in [
        ("$response.body#/status == 'available'", false),
        ("$response.body#/status == 'Available'", true),
        ("$response.body#/total == 12", false),
        ("$response.body#/total > 9", false),
        ("$response.body#/absent == null", false),
        ("$response.body#/nothing == null", true),
        ("$response.body#/n == 1", true),
    ] {
        assert_eq!(world.exactly(condition), expected, "exactly {condition}");
    }
}

#[test]
fn numbers_that_no_float_holds_are_compared_exactly() {
    let world = World::with_body(json!({"big": 9_007_199_254_740_993_i64, "text": "9007199254740993", "id": "007"}));
    assert!(!world.judge("$response.body#/big == 9007199254740992"));
    assert!(world.judge("$response.body#/big > 9007199254740992"));
    assert!(world.judge("$response.body#/text == 9007199254740993"));
    assert!(!world.judge("$response.body#/id == 7"), "`007` is no JSON number");
    assert!(!world.judge("$response.body#/text == '9007199254740993.0'"), "two strings are compared as strings");
}

#[test]
fn date_times_are_compared_as_instants() {
    let world = World::with_body(json!({
        "a": "2024-01-01T00:00:00Z", "b": "2024-01-01T00:00:00.5Z", "c": "2024-01-01T04:00:00+04:00", "d": "2024-01-01"
    }));
    assert!(world.judge("$response.body#/a < $response.body#/b"));
    assert!(world.judge("$response.body#/a == $response.body#/c"));
    assert!(world.judge("$response.body#/c <= $response.body#/a && $response.body#/b > '2023-12-31t23:59:59z'"));
    assert!(world.judge("$response.body#/d < $response.body#/a"), "a date is no instant: compared as text");
    assert!(!world.exactly("$response.body#/a == $response.body#/c"));
}

#[test]
fn a_failed_criterion_shows_the_value_that_decided_and_what_it_should_have_been() {
    let world = World::with_body(json!({"a": 1, "b": "x"}));
    for (condition, actual, expected) in [
        ("$statusCode == 201", Some(json!(200)), "$statusCode equal to 201"),
        ("201 == $statusCode", Some(json!(200)), "$statusCode equal to 201"),
        ("300 < $statusCode", Some(json!(200)), "$statusCode greater than 300"),
        ("$statusCode == 200 && $response.body#/b == 'y'", Some(json!("x")), "$response.body#/b equal to \"y\""),
        (
            "$statusCode == 201 || $statusCode == 4XX",
            Some(json!(200)),
            "$statusCode equal to 201, or $statusCode equal to 4XX",
        ),
        ("$response.body.c.d == 1", None, "$response.body.c.d equal to 1"),
        ("$response.body#/a == $inputs.count", Some(json!(1)), "$response.body#/a equal to 3 ($inputs.count)"),
        (
            "$response.body#/a == $inputs.none",
            Some(json!(1)),
            "$response.body#/a equal to $inputs.none, which is absent",
        ),
        ("$response.body#/c", None, "$response.body#/c there, and neither null nor false"),
        ("!($response.body#/a == 1)", Some(json!(1)), "not $response.body#/a equal to 1"),
    ] {
        let said = world.evaluated(condition);
        assert_eq!(said.holds, Ok(false), "{condition}");
        assert_eq!((said.actual, said.expected.as_str()), (actual, expected), "{condition}");
        assert_eq!(said.text, condition);
    }
}

#[test]
fn a_wrong_condition_says_where_and_what_would_be_right() {
    for (text, range, message, help) in [
        ("", 0..0, "ends where a value is expected", "$statusCode"),
        ("$statusCode ==", 14..14, "ends where a value is expected", ""),
        ("$statusCode = 200", 12..13, "`=` is not an operator", "`==`"),
        ("$statusCode === 200", 12..15, "`===` is not an operator", "`==`"),
        ("$statusCode !== 200", 12..15, "`!==` is not an operator", "`!=`"),
        ("$statusCode == \"200\"", 15..16, "double quotes", "single quotes"),
        ("$statusCode == 'a", 15..16, "never closed", "written twice"),
        ("$statusCode == OK", 15..17, "`OK` is not a value", "'OK'"),
        ("statusCode == 200", 0..10, "not a value", "$statusCode"),
        ("$statusCode == True", 15..19, "not a value", "`true`"),
        ("$statusCode == None", 15..19, "not a value", "`null`"),
        ("$statusCode == 200 and true", 19..22, "does not belong", "`&&`"),
        ("$statusCode == 200 or true", 19..21, "does not belong", "`||`"),
        ("$statusCode == 200 & true", 19..20, "does not belong", "`&&`"),
        ("$statusCode == 200 | true", 19..20, "does not belong", "`||`"),
        ("$statusCode is 200", 12..14, "does not belong", "`==`"),
        ("$statusCode 200", 12..15, "does not belong", "operator"),
        ("not $statusCode", 0..3, "not a value", "`!`"),
        ("($statusCode == 200", 0..1, "never closed", ""),
        ("$statusCode == 200)", 18..19, "does not belong", "closes nothing"),
        ("1 < $statusCode < 3", 16..17, "chained", "`&&`"),
        ("$response.body[0", 14..15, "never closed", ""),
        ("$response.body[x]", 14..15, "an index", "[0]"),
        ("$response.body. == 1", 14..15, "name of the member is missing", ""),
        ("$responce.body == 1", 0..9, "not the beginning", "`$response`"),
        ("$statusCode == 200 ;", 19..20, "does not belong", "operators"),
        ("1.2.3 == 1", 0..5, "not a value", ""),
    ] {
        let error = Criterion::simple(text).unwrap_err();
        assert_eq!(error.range, range, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.help.clone().unwrap_or_default().contains(help), "{text}: {error:?}");
    }
    assert!(Criterion::simple(&"(".repeat(100_000)).is_err());
    assert!(Criterion::simple(&"!".repeat(100_000)).is_err());
    let long = vec!["$statusCode == 200"; 10_000].join(" && ");
    assert!(World::with_body(json!(1)).judge(&long));
}

#[test]
fn a_pattern_matches_the_text_of_its_context_anywhere() {
    let world = World::with_body(json!({"code": "AB-12", "n": 12, "nothing": null}));
    let matches = |context: &str, pattern: &str| {
        let criterion = Criterion::regex(Expression::parse(context).unwrap(), pattern).unwrap();
        criterion.evaluate(&world.scope()).holds.unwrap()
    };
    assert!(matches("$statusCode", "^200$"), "the specification's example");
    assert!(matches("$response.body#/code", "[A-Z]{2}"));
    assert!(!matches("$response.body#/code", "^[a-z]"), "patterns see case");
    assert!(matches("$response.body#/n", r"^\d+$"));
    assert!(matches("$response.body", r#""code":\s*"AB"#), "a whole body is the text that came");
    assert!(!matches("$response.body#/none", ".*"));
    assert!(!matches("$response.body#/nothing", ".*"));
    assert!(Criterion::regex(Expression::StatusCode, "(").is_err());
    assert!(Criterion::regex(Expression::StatusCode, "(?=a)").is_err());
}

#[test]
fn a_query_means_the_value_itself() {
    let pets = World::with_body(json!({"pets": [{"name": "rex", "tags": []}], "code": "x"}));
    let none = World::with_body(json!({"pets": [], "code": "x"}));
    let absent = World::with_body(json!({"code": "x"}));
    let null = World::with_body(json!({"pets": null}));
    let example = "$[?count(@.pets) > 0]";
    assert!(pets.query(example) && !none.query(example) && !absent.query(example) && !null.query(example));
    let empty = "$[?count(@.pets) == 0]";
    assert!(!pets.query(empty) && none.query(empty) && absent.query(empty));
    assert!(pets.query("$[?count( @['pets'] ) > 0]") && !none.query("$[?count(@['pets'])>0]"));
    assert!(pets.query("$[?@.code == 'x' && length(@.pets) == 1]"));
    assert!(!pets.query("$[?@.code == 'y']"));
    assert!(pets.query("$[?@.text == 'count(@.pets)' || @.code == 'x']"), "a literal stays as it is");
    assert!(pets.query("$.pets[?@.name == 'rex']") && !none.query("$.pets[?@.name == 'rex']"));
    assert!(!pets.query("$.pets[?count(@.tags) > 0]"));
    assert!(pets.query("$[?count(@.pets[*]) == 1]") && pets.query("$[?count(@..name) == 1]"), "nodes stay nodes");
    assert!(pets.query("$[?count($.pets) == 1]") && !pets.query("$[?$.code == 'y']"), "the root stays the value");
    assert!(pets.query("$[?@.code != null]") && !pets.query("$[?@.token != null]"), "the specification's example");
    assert!(pets.query("$[?@.token == null && @['pets'][0].name != null]") && null.query("$[?@.pets == null]"));
    assert!(pets.query("$[?count(@.pets[?@.name && @.name != 'rex']) == 0]"));
    assert!(!pets.query("$[?count(@.pets[?@.name && @.name != 'tom']) == 0]"));
    assert!(pets.query("$[?@.nullable == null || @.code == 'y']") && !pets.query("$.pets[?@.name == null]"));
    let mut silent = World::with_body(json!(null));
    silent.response_body = None;
    silent.response.body.clear();
    assert!(silent.query("$[?count(@.pets) == 0]") && !silent.query(example) && !silent.query("$[?@.token != null]"));
    assert!(pets.query("$.code") && !pets.query("$.none"));

    let list = World::with_body(json!([{"id": 1}, {"id": 2}]));
    assert!(list.query("$[?@.id == 2]") && !list.query("$[?@.id == 3]"), "elements are tested one by one");

    let strict = |query: &str| {
        let context = Expression::ResponseBody(Pointer::root());
        Criterion::jsonpath(context, query, true).unwrap().evaluate(&pets.scope()).holds.unwrap()
    };
    assert!(!strict(example), "RFC 9535: no child of the value has pets");
    assert!(strict("$[?@ == 'x']"));
}

#[test]
fn a_query_that_is_none_is_refused_and_a_deep_one_costs_nothing() {
    let refuse =
        |query: &str| Criterion::jsonpath(Expression::ResponseBody(Pointer::root()), query, false).unwrap_err();
    assert!(refuse("pets").help.unwrap().contains("begins with `$`"));
    assert!(refuse("$[?@.a = 1]").message.contains("JSONPath"));
    assert!(refuse("").message.contains("JSONPath"));
    assert!(refuse(&format!("$[?{}@.a{}]", "(".repeat(50_000), ")".repeat(50_000))).message.contains("more than"));
    assert!(refuse(&format!("$[?{}@.a]", "(".repeat(30))).message.contains("deep"));
    let started = std::time::Instant::now();
    let deep = format!("$[?{}@.a == 1{}]", "(".repeat(7), ")".repeat(7));
    Criterion::jsonpath(Expression::ResponseBody(Pointer::root()), &deep, false).unwrap();
    let broken = format!("$[?{}@.a == ]", "(".repeat(7));
    refuse(&broken);
    assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
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
