//! Patterns and queries against the text of Arazzo 1.0.1 and RFC 9535.

use serde_json::json;

use super::World;
use crate::case::expression::{Criterion, Expression};
use crate::document::Pointer;

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
fn a_query_that_is_none_is_refused_and_a_deep_one_is_not_parsed() {
    let refuse =
        |query: &str| Criterion::jsonpath(Expression::ResponseBody(Pointer::root()), query, false).unwrap_err();
    assert!(refuse("pets").help.unwrap().contains("begins with `$`"));
    assert!(refuse("$[?@.a = 1]").message.contains("JSONPath"));
    assert!(refuse("").message.contains("JSONPath"));
    assert!(refuse(&format!("$[?{}@.a{}]", "(".repeat(50_000), ")".repeat(50_000))).message.contains("more than"));
    assert!(refuse(&format!("$[?{}@.a]", "(".repeat(30))).message.contains("deep"));
    // The parser takes several ways at each level: a text that it is not to see must be refused for its depth alone.
    let nested = |depth: usize, end: &str| format!("$[?{}@.a == {end}", "(".repeat(depth));
    Criterion::jsonpath(Expression::ResponseBody(Pointer::root()), &nested(7, "1)))))))]"), false).unwrap();
    assert!(refuse(&nested(7, "]")).message.contains("JSONPath"));
    assert!(refuse(&nested(8, "]")).message.contains("nested more than 8 deep"));
}
