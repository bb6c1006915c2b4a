//! Tests of reading parameter text.

use super::*;
use crate::contract::Location;
use crate::contract::style::encode;
use proptest::prelude::*;
use serde_json::json;

fn style(style: Style, explode: bool) -> Encoding {
    Encoding::Style { style, explode, allow_reserved: false, schema: None }
}

fn hints(schema: &Value) -> Hints {
    Hints::of(schema, &json!({"defs": {"Id": {"type": "integer"}}}))
}

#[test]
fn a_header_is_read_as_its_schema_allows() {
    let simple = style(Style::Simple, false);
    let read = |schema: &Value, text: &str| decode("X", &simple, &hints(schema), &Wire::Header(text.to_owned()));
    assert_eq!(read(&json!({"type": "integer"}), "10"), [json!(10)]);
    assert_eq!(read(&json!({"$ref": "#/defs/Id"}), "007"), [json!(7)]);
    assert_eq!(read(&json!({"type": "integer"}), "ten"), [json!("ten")]);
    assert_eq!(read(&json!({"type": "string"}), "10"), [json!("10")]);
    assert_eq!(read(&json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), "1"), [json!(1), json!("1")]);
    assert_eq!(read(&json!({"type": "array", "items": {"type": "integer"}}), "1, 2"), [json!([1, 2])]);
    assert_eq!(read(&json!({"type": "boolean"}), "True"), [json!(true)]);
    assert!(read(&json!({}), "Wed, 21 Oct 2015 07:28:00 GMT").contains(&json!("Wed, 21 Oct 2015 07:28:00 GMT")));
    let object = json!({"type": "object", "properties": {"R": {"type": "integer"}}});
    assert_eq!(read(&object, "R,100"), [json!({"R": 100})]);
    assert_eq!(read(&json!({"type": "string", "format": "date-time"}), ""), [json!("")]);
}

#[test]
fn a_query_is_read_among_other_parameters() {
    let pairs = |text: &str| {
        let pair = |pair: &str| pair.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap();
        Wire::Query(text.split('&').map(pair).collect())
    };
    let array = hints(&json!({"type": "array", "items": {"type": "string"}}));
    let wire = pairs("x=1&status=A&status=B%2CC");
    assert_eq!(decode("status", &style(Style::Form, true), &array, &wire), [json!(["A", "B,C"])]);
    let wire = pairs("status=A,B%2CC");
    // Some readers undo the percent-encoding before they look for commas.
    let both = [json!(["A", "B,C"]), json!(["A", "B", "C"])];
    assert_eq!(decode("status", &style(Style::Form, false), &array, &wire), both);
    let integer = hints(&json!({"type": "integer"}));
    assert_eq!(decode("limit", &style(Style::Form, true), &integer, &pairs("limit=5")), [json!(5)]);
    assert_eq!(decode("limit", &style(Style::Form, true), &integer, &pairs("page=5")), Vec::<Value>::new());
    let twice = pairs("limit=5&limit=6&limit=7");
    assert_eq!(decode("limit", &style(Style::Form, true), &integer, &twice), [json!(5), json!(7)]);
    let object = hints(&json!({"type": "object", "properties": {"R": {"type": "integer"}}}));
    assert_eq!(decode("c", &style(Style::DeepObject, true), &object, &pairs("c%5BR%5D=1&d=2")), [json!({"R": 1})]);
    assert_eq!(decode("c", &style(Style::Form, true), &object, &pairs("R=1&d=2")), [json!({"R": 1})]);
}

#[test]
fn readings_are_bounded_and_references_may_circle() {
    let open = Hints { array: Some(Box::new(Hints::primitive())), ..Hints::default() };
    let text = vec!["1"; 5000].join(",");
    assert_eq!(decode("X", &style(Style::Simple, false), &open, &Wire::Header(text)).len(), 2);
    let circle = json!({"a": {"anyOf": [{"$ref": "#/a"}, {"$ref": "#/a"}]}});
    assert_eq!(Hints::of(&circle["a"], &circle), Hints::any());
}

fn value() -> impl Strategy<Value = Value> {
    let primitive = || {
        prop_oneof![
            "[a-zA-Z0-9 _,;=&%#+.|~é-]{1,8}".prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
        ]
    };
    prop_oneof![
        primitive(),
        proptest::collection::vec(primitive(), 1..4).prop_map(Value::from),
        proptest::collection::btree_map("[a-z]{1,3}", primitive(), 1..4)
            .prop_map(|members| Value::Object(members.into_iter().collect())),
    ]
}

proptest! {
    #[test]
    fn what_is_written_can_be_read(
        value in value(),
        (kind, location) in prop_oneof![
            Just((Style::Simple, Location::Path)), Just((Style::Label, Location::Path)),
            Just((Style::Matrix, Location::Path)), Just((Style::Form, Location::Query)),
            Just((Style::SpaceDelimited, Location::Query)), Just((Style::PipeDelimited, Location::Query)),
            Just((Style::DeepObject, Location::Query)), Just((Style::Simple, Location::Header)),
            Just((Style::Form, Location::Cookie)),
        ],
        explode: bool,
        allow_reserved: bool,
    ) {
        let encoding = Encoding::Style { style: kind, explode, allow_reserved, schema: None };
        if let Ok(wire) = encode("par", &encoding, location, &value) {
            let mut hints = Hints::any();
            if let Value::Object(members) = &value {
                hints.object = Some(members.keys().map(|key| (key.clone(), Hints::primitive())).collect());
            }
            let readings = decode("par", &encoding, &hints, &wire);
            prop_assert!(readings.contains(&value), "{:?} has no reading {} in {:?}", wire, value, readings);
        }
    }
}
