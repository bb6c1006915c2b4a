//! What each mutation makes of one small request: all of it, each as the standard says.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Subject, all, contract, request, told};
use crate::case::{Step, Supply};
use crate::contract::{Contract, Location};

/// A document with one operation that takes `schema` as its JSON body.
pub(super) fn with_body(schema: &Value) -> Contract {
    document(&json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}}), "/o")
}

fn document(operation: &Value, path: &str) -> Contract {
    let mut operation = operation.clone();
    operation["operationId"] = json!("o");
    operation["responses"] = json!({"200": {"description": "OK"}});
    contract(&json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {path: {"post": operation}},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "K"}}}}))
}

/// What the mutation `id` makes of a body.
pub(super) fn of_body(id: &str, schema: &Value, body: &Value) -> Vec<String> {
    of(id, &with_body(schema), &[], Some(body))
}

/// What the mutation `id` makes of a query parameter.
fn of_query(id: &str, schema: &Value, required: bool, value: &Value) -> Vec<String> {
    let parameter = json!({"name": "q", "in": "query", "required": required, "schema": schema});
    let contract = document(&json!({"parameters": [parameter]}), "/o");
    of(id, &contract, &[(Location::Query, "q", value.clone())], None)
}

fn of(id: &str, contract: &Contract, arguments: &[(Location, &str, Value)], body: Option<&Value>) -> Vec<String> {
    let base = request("o", arguments, body.map(|body| ("application/json", body.clone())));
    let mutants = all(contract, "o", &base);
    let prefix = format!("{id} ");
    let lines = mutants.made.iter().filter(|mutant| mutant.id == id).map(told);
    lines.map(|line| line.strip_prefix(&prefix).unwrap().to_owned()).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn required_members_at_every_depth() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {"b": {"type": "string"},
        "a": {"type": "array", "items": {"type": "object", "required": ["c"]}}}});
    let made = of_body("missing-required", &schema, &json!({"a": [{"c": 1}], "b": "x"}));
    assert_eq!(made, ["body /a: invalid (required a)", "body /a/0/c: invalid (required a.*.c)"]);
    assert_eq!(of_body("missing-required", &json!({"type": "object"}), &json!({"a": 1})), NONE);
}

#[test]
fn nulls_are_refused_unless_somebody_may_have_meant_them() {
    let document = json!({"type": "object", "required": ["r"], "properties": {"r": {"type": "string"}, "a": {"type": "string"},
        "b": {"type": "string", "nullable": true}, "c": {"allOf": [{"type": "string"}], "nullable": true},
        "d": {"type": "string", "enum": ["x", null]}, "e": {}}});
    let base = json!({"r": "x", "a": "x", "b": "x", "c": "x", "d": "x", "e": "x"});
    let made = of_body("null", &document, &base);
    // OpenAPI 3.0.3 clarifies that `nullable` widens the type beside it; what its author meant is no fault. A member that may
    // be left out is left out when it is null, to many readers.
    let expected = [
        "body: invalid (type body)",
        "body /r: invalid (type r)",
        "body /a: invalid (type a, excused)",
        "body /b: valid",
        "body /c: open",
        "body /d: open",
    ];
    assert_eq!(made, expected);
    assert_eq!(of_query("null", &json!({"type": "string"}), true, &json!("x")), NONE, "a style has no null");
}

#[test]
fn each_other_type_is_another_type() {
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"},
        "l": {"type": "array", "items": {"type": "boolean"}}, "any": {}}});
    let made = of_body("wrong-type", &schema, &json!({"n": 3, "s": "x", "l": [true], "any": 1}));
    let expected = [
        "body /n string: invalid (type n)",
        "body /n quoted: invalid (type n)",
        "body /n number: invalid (type n)",
        "body /n boolean: invalid (type n)",
        "body /n array: invalid (type n)",
        "body /n object: invalid (type n)",
        "body /s integer: invalid (type s)",
        "body /s boolean: invalid (type s)",
        "body /s array: invalid (type s)",
        "body /s object: invalid (type s)",
        "body /l string: invalid (type l)",
        "body /l integer: invalid (type l)",
        "body /l boolean: invalid (type l)",
        "body /l object: invalid (type l)",
        "body /l/0 string: invalid (type l.*)",
        "body /l/0 quoted: invalid (type l.*)",
        "body /l/0 integer: invalid (type l.*)",
        "body /l/0 array: invalid (type l.*)",
        "body /l/0 object: invalid (type l.*)",
    ];
    assert_eq!(made, expected);
}

#[test]
fn in_a_query_everything_is_text() {
    // What is written as the same text is not made; `value=3` is another parameter, and `q` is optional.
    let made = of_query("wrong-type", &json!({"type": "integer"}), false, &json!(3));
    let expected = [
        "query q string: invalid (type query q)",
        "query q number: invalid (type query q)",
        "query q boolean: invalid (type query q)",
        "query q object: open",
    ];
    assert_eq!(made, expected);
    let made = of_query("wrong-type", &json!({"type": "string"}), true, &json!("x"));
    assert_eq!(
        made,
        ["query q integer: valid", "query q boolean: valid", "query q object: invalid (required query q)"]
    );
}

#[test]
fn values_beside_an_enum() {
    let schema = json!({"type": "string", "enum": ["LOW", "HIGH"]});
    let made = of_query("outside-enum", &schema, true, &json!("LOW"));
    let expected = [
        "query q case: invalid (enum query q)",
        "query q near-miss: invalid (enum query q)",
        "query q empty: invalid (enum query q)",
        "query q foreign: invalid (enum query q)",
    ];
    assert_eq!(made, expected);
    // An empty optional parameter is taken by many servers for one that is not there.
    let made = of_query("outside-enum", &schema, false, &json!("LOW"));
    assert_eq!(made[2], "query q empty: open");
    let made = of_body("outside-enum", &json!({"type": "integer", "enum": [1, 2]}), &json!(1));
    assert_eq!(made, ["body foreign: invalid (enum body)"]);
    assert_eq!(of_body("outside-enum", &json!({"type": "string"}), &json!("x")), NONE);
}

#[test]
fn one_step_below_and_above_each_bound() {
    let schema = json!({"type": "object", "minProperties": 5, "maxProperties": 5, "properties": {
        "n": {"type": "integer", "minimum": 10, "maximum": 20, "multipleOf": 5},
        "x": {"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": true},
        "s": {"type": "string", "minLength": 2, "maxLength": 3}, "l": {"type": "array", "minItems": 1, "maxItems": 2,
            "items": {"type": "integer"}}, "free": {"type": "string", "minLength": 0}}});
    let base = json!({"n": 15, "x": 0.5, "s": "ab", "l": [1], "free": "f"});
    let expected = [
        "body minProperties: invalid (minProperties body)",
        "body /n minimum: invalid (minimum n)",
        "body /x exclusiveMinimum: invalid (exclusiveMinimum x)",
        "body /s minLength: invalid (minLength s)",
        "body /l minItems: invalid (minItems l)",
    ];
    assert_eq!(of_body("below-bound", &schema, &base), expected);
    let expected = [
        "body maxProperties: invalid (maxProperties body)",
        "body /n maximum: invalid (maximum n)",
        "body /x exclusiveMaximum: invalid (exclusiveMaximum x)",
        "body /s maxLength: invalid (maxLength s)",
        "body /l maxItems: invalid (maxItems l)",
    ];
    assert_eq!(of_body("above-bound", &schema, &base), expected);
    let mutants = all(&with_body(&schema), "o", &request("o", &[], Some(("application/json", base))));
    let after = |detail: &str| mutants.made.iter().find(|mutant| mutant.detail == detail).unwrap().after().cloned();
    assert_eq!(after("minimum"), Some(json!(5)), "a multiple of five, as asked");
    assert_eq!(after("maximum"), Some(json!(25)));
    assert_eq!(after("exclusiveMinimum"), Some(json!(0)));
    assert_eq!((after("maxLength"), after("minLength")), (Some(json!("abbb")), Some(json!("a"))));
}

#[test]
fn bounds_that_are_too_great_are_left_alone() {
    let schema = json!({"type": "string", "maxLength": 1_000_000_000_000_u64});
    assert_eq!(of_body("above-bound", &schema, &json!("x")), NONE);
    let schema = json!({"type": "array", "maxItems": 1_000_000_000, "items": {}});
    assert_eq!(of_body("above-bound", &schema, &json!([1])), NONE);
}

#[test]
fn numbers_between_multiples() {
    let made = of_body("not-multiple", &json!({"type": "integer", "multipleOf": 10}), &json!(20));
    assert_eq!(made, ["body: invalid (multipleOf body)"]);
    let made = of_body("not-multiple", &json!({"type": "number", "multipleOf": 0.01}), &json!(0.5));
    assert_eq!(made, ["body: invalid (multipleOf body)"]);
    assert_eq!(of_body("not-multiple", &json!({"type": "integer"}), &json!(20)), NONE);
}

#[test]
fn zero_and_less_where_more_is_meant() {
    let made = of_body("not-positive", &json!({"type": "integer", "minimum": 10}), &json!(20));
    assert_eq!(made, ["body zero: invalid (minimum body)", "body negative: invalid (minimum body)"]);
    // Zero is what `below-bound` makes already.
    let made = of_body("not-positive", &json!({"type": "integer", "minimum": 1}), &json!(20));
    assert_eq!(made, ["body negative: invalid (minimum body)"]);
    let digits = json!({"type": "string", "pattern": "^[0-9]+$"});
    assert_eq!(of_query("not-positive", &digits, true, &json!("10")), ["query q negative: invalid (pattern query q)"]);
    // What is allowed, or no number, is no fault.
    assert_eq!(of_body("not-positive", &json!({"type": "integer"}), &json!(20)), NONE);
    assert_eq!(of_body("not-positive", &json!({"type": "integer", "minimum": -1}), &json!(20)), NONE);
    assert_eq!(of_query("not-positive", &json!({"type": "string", "example": "10"}), true, &json!("10")), NONE);
    assert_eq!(of_query("not-positive", &json!({"type": "string"}), true, &json!("10")), NONE);
    assert_eq!(of_body("not-positive", &json!({"type": "string", "pattern": "^[0-9]{4}$"}), &json!("1234")), NONE);
}

#[test]
fn strings_beside_a_pattern() {
    let made = of_body("broken-pattern", &json!({"type": "string", "pattern": "^[0-9]+$"}), &json!("12"));
    assert_eq!(made, ["body character: invalid (pattern body)", "body tail: invalid (pattern body)"]);
    // Without an anchor, what stands behind does not matter.
    let made = of_body("broken-pattern", &json!({"type": "string", "pattern": "^[0-9]"}), &json!("12"));
    assert_eq!(made, ["body character: invalid (pattern body)"]);
    assert_eq!(of_body("broken-pattern", &json!({"type": "string"}), &json!("12")), NONE);
}

#[test]
fn values_beside_a_format() {
    for (format, value, nearly) in [
        ("date", "2024-05-01", &["day", "month"][..]),
        ("date-time", "2024-05-01T10:00:00Z", &["day", "month", "hour", "minute"]),
        ("uuid", "3fa85f64-5717-4562-b3fc-2c963f66afa6", &["short", "letter"]),
        ("email", "a@example.com", &["no-domain", "no-name"]),
        ("ipv4", "192.0.2.1", &["octet", "fifth"]),
        ("ipv6", "2001:db8::1", &["letter", "ninth"]),
        ("hostname", "example.com", &["hyphen"]),
        ("uri", "http://example.com/", &["bracket", "no-scheme"]),
        ("byte", "YWJj", &["length"]),
        ("time", "10:00:00Z", &["hour", "minute"]),
        ("duration", "P1D", &["nothing"]),
    ] {
        let schema = json!({"type": "string", "format": format});
        let expected: Vec<String> =
            nearly.iter().map(|detail| format!("body {detail}: invalid (format body)")).collect();
        assert_eq!(of_body("nearly-format", &schema, &json!(value)), expected, "{format}");
        assert_eq!(of_body("broken-format", &schema, &json!(value)), ["body: invalid (format body)"], "{format}");
    }
    let schema = json!({"type": "integer", "format": "int32"});
    let expected = ["body above: invalid (format body)", "body below: invalid (format body)"];
    assert_eq!(of_body("nearly-format", &schema, &json!(1)), expected);
    // A format that nobody has registered promises nothing.
    let schema = json!({"type": "string", "format": "colour"});
    assert_eq!(of_body("broken-format", &schema, &json!("x")), NONE);
    assert_eq!(of_body("nearly-format", &schema, &json!("x")), NONE);
}

#[test]
fn members_that_nobody_allows() {
    let closed = json!({"type": "object", "additionalProperties": false, "properties": {"a": {}}});
    let made = of_body("additional-property", &closed, &json!({"a": 1}));
    assert_eq!(made, ["body /conformUnknown: invalid (additionalProperties *)"]);
    assert_eq!(of_body("additional-property", &json!({"type": "object"}), &json!({"a": 1})), NONE);
}

#[test]
fn choices_that_do_not_come_out() {
    let schema = json!({"type": "object", "properties": {"kind": {"type": "string", "enum": ["person", "firm"]}},
        "oneOf": [{"required": ["kind", "name"], "properties": {"kind": {"enum": ["person"]}}},
            {"required": ["kind", "firm"], "properties": {"kind": {"enum": ["firm"]}}}]});
    let made = of_body("broken-branch", &schema, &json!({"kind": "person", "name": "x"}));
    // A person without a name is what `missing-required` makes already, and nothing is made twice.
    assert_eq!(made, ["body /kind firm: invalid (oneOf kind)"]);
    let any = json!({"anyOf": [{"type": "object", "required": ["a", "b"]}, {"type": "string", "maxLength": 3}]});
    assert_eq!(of_body("broken-branch", &any, &json!("x")), ["body none: invalid (anyOf body)"]);
    let both = json!({"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]});
    let made = of_body("broken-branch", &both, &json!({"a": 1}));
    assert!(made.contains(&"body both: invalid (oneOf body)".to_owned()), "{made:?}");
    assert_eq!(of_body("broken-branch", &json!({"type": "object"}), &json!({"a": 1})), NONE);
}

#[test]
fn values_that_not_forbids() {
    let of = |schema: &Value, body: &Value| {
        let mutants = all(&with_body(schema), "o", &request("o", &[], Some(("application/json", body.clone())))).made;
        let own = mutants.iter().filter(|mutant| mutant.id == "forbidden-value");
        own.map(|mutant| (told(mutant), mutant.after().unwrap().clone())).collect::<Vec<_>>()
    };
    // Each value that is listed.
    let listed = json!({"type": "string", "not": {"enum": ["ZZ", "XX"]}});
    let expected = [
        ("forbidden-value body ZZ: invalid (not body)".to_owned(), json!("ZZ")),
        ("forbidden-value body XX: invalid (not body)".to_owned(), json!("XX")),
    ];
    assert_eq!(of(&listed, &json!("AB")), expected);
    // Only what everything else allows shows that it is `not` that is broken.
    let bounded = json!({"type": "integer", "minimum": 3, "maximum": 20, "not": {"multipleOf": 5, "minimum": 8}});
    let [(line, Value::Number(number))] = &of(&bounded, &json!(4))[..] else { panic!() };
    let number = number.as_i64().unwrap();
    assert_eq!(line, "forbidden-value body: invalid (not body)");
    assert!((8..=20).contains(&number) && number % 5 == 0, "{number}");
    // Two members that may not stand together, in a part of the schema of their own.
    let together = json!({"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "string"},
        "b": {"type": "integer", "minimum": 3}}}, {"not": {"required": ["a", "b"]}}]});
    assert_eq!(of(&together, &json!({"a": "x"})), [("forbidden-value body /b: invalid (not b)".to_owned(), json!(3))]);
    // A member that may not be there, whatever it is.
    let absent = json!({"type": "object", "not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}});
    let lines: Vec<String> = of(&absent, &json!({})).into_iter().map(|(line, _)| line).collect();
    let expected = ["forbidden-value body /a 1: invalid (not *)", "forbidden-value body /b 2: invalid (not *)"];
    assert_eq!(lines, expected);
    // A value of a member, beside another one.
    let valued = json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["A", "B"]},
        "n": {"type": "integer"}}, "not": {"required": ["n"], "properties": {"kind": {"enum": ["B"]}}}});
    let lines: Vec<String> = of(&valued, &json!({"kind": "A", "n": 1})).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, ["forbidden-value body /kind: invalid (not kind)"]);
    // A condition and its consequence: without the consequence, `not` breaks the choice.
    let rule = json!({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "anyOf": [{"not": {"required": ["a"]}}, {"required": ["b"]}]});
    let made = of(&rule, &json!({}));
    let [(line, _)] = &made[..] else { panic!("{made:?}") };
    assert!(line.starts_with("forbidden-value body /a: invalid ("), "{line}");
}

#[test]
fn what_not_forbids_is_only_made_where_it_is_forbidden() {
    let made = |schema: Value, body: Value| of_body("forbidden-value", &schema, &body);
    assert_eq!(made(json!({"type": "string"}), json!("x")), NONE);
    // Nothing that is a text is a number, too.
    assert_eq!(made(json!({"type": "string", "not": {"type": "integer"}}), json!("x")), NONE);
    // The other branch takes it.
    let rule = json!({"type": "object", "properties": {"a": {"type": "integer"}},
        "anyOf": [{"not": {"required": ["a"]}}, {"properties": {"a": {"type": "integer"}}}]});
    assert_eq!(made(rule, json!({})), NONE);
    // Nothing is forbidden, everything is, or nobody can tell.
    for inner in [json!({"not": {}}), json!({"type": "string", "pattern": "("}), json!({"$ref": "#/nowhere"})] {
        let contract = with_body(&json!({"type": "string", "not": inner}));
        assert_eq!(of("forbidden-value", &contract, &[], Some(&json!("x"))), NONE, "{inner}");
    }
}

#[test]
fn items_that_stand_twice() {
    let unique = json!({"type": "array", "uniqueItems": true, "items": {"type": "integer"}});
    assert_eq!(of_body("duplicate-item", &unique, &json!([1])), ["body /1: invalid (uniqueItems *)"]);
    let full = json!({"type": "array", "uniqueItems": true, "maxItems": 2, "items": {"type": "integer"}});
    assert_eq!(of_body("duplicate-item", &full, &json!([1, 2])), ["body /1: invalid (uniqueItems *)"]);
    assert_eq!(of_body("duplicate-item", &json!({"type": "array", "items": {}}), &json!([1])), NONE);
}

#[test]
fn bodies_as_a_whole() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}});
    let body = json!({"a": 1});
    for (id, expected) in [
        ("empty-body", &["body: invalid (empty-body)"][..]),
        ("no-body", &["body: invalid (no-body)"]),
        ("truncated-json", &["body end: invalid (truncated-json)", "body middle: invalid (truncated-json)"]),
        ("not-json", &["body: invalid (not-json)"]),
        (
            "wrong-top-level",
            &[
                "body string: invalid (type body)",
                "body integer: invalid (type body)",
                "body boolean: invalid (type body)",
                "body array: invalid (type body)",
            ],
        ),
        // RFC 8259 §4: what is done with names that are not unique is unpredictable.
        ("duplicate-keys", &["body /a same: open", "body /a other: open"]),
        (
            "wrong-media-type",
            &[
                "header Content-Type text/plain: invalid (wrong-media-type, excused)",
                "header Content-Type application/xml: invalid (wrong-media-type)",
            ],
        ),
        // RFC 9110 §8.3: without Content-Type, a recipient may examine the data.
        ("missing-media-type", &["header Content-Type: open"]),
    ] {
        assert_eq!(of_body(id, &schema, &body), expected, "{id}");
        let no_body = document(&json!({}), "/o");
        assert_eq!(of(id, &no_body, &[], None), NONE, "{id}");
    }
    let optional = document(&json!({"requestBody": {"content": {"application/json": {"schema": schema}}}}), "/o");
    assert_eq!(of("no-body", &optional, &[], Some(&body)), ["body: open"]);
    assert_eq!(of("empty-body", &optional, &[], Some(&body)), ["body: open"]);
}

#[test]
fn a_media_type_that_is_documented_is_not_wrong() {
    let any = document(&json!({"requestBody": {"content": {"*/*": {"schema": {"type": "object"}}}}}), "/o");
    assert_eq!(of("wrong-media-type", &any, &[], Some(&json!({}))), NONE);
}

#[test]
fn parameters_as_a_whole() {
    let integer = json!({"type": "integer"});
    let missing = ["query q: invalid (required query q)"];
    assert_eq!(of_query("missing-parameter", &integer, true, &json!(1)), missing);
    assert_eq!(of_query("missing-parameter", &integer, false, &json!(1)), NONE);
    // An empty array has no text of its own (RFC 6570 §2.3), so that its absence may be it.
    let list = json!({"type": "array", "items": {"type": "integer"}});
    assert_eq!(of_query("missing-parameter", &list, true, &json!([1])), ["query q: open"]);
    assert_eq!(of_query("duplicate-parameter", &integer, true, &json!(1)), ["query q: open"]);
    assert_eq!(of_query("duplicate-parameter", &list, true, &json!([1])), NONE);
    assert_eq!(of_query("unknown-parameter", &integer, true, &json!(1)), ["query conformUnknown: open"]);
    // RFC 9110 §12.5.1: a server may disregard the field, or answer 406.
    assert_eq!(of_query("unsupported-accept", &integer, true, &json!(1)), ["header Accept: open"]);
}

#[test]
fn ids_without_the_form_of_one() {
    let path = |schema: Value| {
        let parameter = json!({"name": "id", "in": "path", "required": true, "schema": schema});
        document(&json!({"parameters": [parameter]}), "/o/{id}")
    };
    let of_path = |schema: Value| {
        let mut base = Step::clone(&request("o", &[(Location::Path, "id", Value::Null)], None));
        base.arguments[0].value = Supply::Existing("id".to_owned());
        let mutants = all(&path(schema), "o", &Arc::new(base));
        mutants.made.iter().filter(|mutant| mutant.id == "malformed-id").map(told).collect::<Vec<_>>()
    };
    for (schema, broken) in
        [(json!({"type": "string", "format": "uuid"}), "format"), (json!({"type": "integer"}), "type")]
    {
        let expected = ["word", "short-uuid"];
        let expected = expected.map(|detail| format!("malformed-id path id {detail}: invalid ({broken} path id)"));
        assert_eq!(of_path(schema), expected);
    }
    assert_eq!(of_path(json!({"type": "string"})), NONE, "anything may be a string");
}

#[test]
fn what_cannot_be_written_is_told() {
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let parameter = json!({"name": "q", "in": "query", "schema": list});
    let contract = document(&json!({"parameters": [parameter]}), "/o");
    let base = request("o", &[(Location::Query, "q", json!([1]))], None);
    let unwritable = all(&contract, "o", &base).unwritable;
    let names: Vec<&str> = unwritable.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["wrong-type query q/0 array", "wrong-type query q/0 object"], "no style has arrays in arrays");
}

#[test]
fn credentials_where_they_are_needed() {
    let families = [
        "no-credentials",
        "wrong-credentials",
        "empty-credentials",
        "malformed-credentials",
        "other-scheme",
        "no-scheme",
        "misplaced-credentials",
    ];
    let bearer = document(&json!({"security": [{"bearer": []}]}), "/o");
    let key = document(&json!({"security": [{"key": []}]}), "/o");
    let optional = document(&json!({"security": [{}, {"bearer": []}]}), "/o");
    for id in families {
        assert_eq!(of(id, &bearer, &[], None), ["credentials: unauthorized"], "{id}");
        assert_eq!(of(id, &optional, &[], None), NONE, "{id}");
        let named = ["other-scheme", "no-scheme"].contains(&id);
        assert_eq!(of(id, &key, &[], None).is_empty(), named, "a key has no scheme to be called by");
    }
}

#[test]
fn methods_that_no_document_declares() {
    let made = of("undeclared-method", &document(&json!({}), "/o"), &[], None);
    let expected = ["GET", "PUT", "PATCH", "DELETE"].map(|method| format!("method {method}: undeclared"));
    assert_eq!(made, expected);
    // `/o/search` is called by what `/o/{id}` declares, too: whoever answers, it is declared.
    let answer = json!({"responses": {"200": {"description": "OK"}}});
    let mut get = answer.clone();
    get["operationId"] = json!("o");
    let contract = contract(&json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {"/o/search": {"get": get}, "/o/{id}": {"delete": answer, "put": answer}}}));
    let made = of("undeclared-method", &contract, &[], None);
    assert_eq!(made, ["method POST: undeclared", "method PATCH: undeclared"]);
}

#[test]
fn a_huge_request_is_not_copied_without_end() {
    let names: Vec<String> = (0..3_000).map(|index| format!("member{index}")).collect();
    let members: serde_json::Map<String, Value> = names.iter().map(|name| (name.clone(), json!(i64::MIN))).collect();
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!({"type": "integer", "minimum": i64::MIN}))).collect();
    let schema = json!({"type": "object", "required": names, "properties": properties});
    let base = request("o", &[], Some(("application/json", Value::Object(members))));
    let contract = with_body(&schema);
    let made = all(&contract, "o", &base);
    assert!(made.made.len() < 1_000, "{}", made.made.len());
    let subject = Subject::new(&contract, &contract.operations[0], &base);
    // The body itself is a value, too.
    assert_eq!(subject.sites.len() + subject.left_out, 3_001);
    assert!(subject.left_out > 0);
}
