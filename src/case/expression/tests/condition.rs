//! Simple conditions against the text of Arazzo 1.0.1.

use serde_json::json;

use super::World;
use crate::case::expression::Criterion;

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
