//! Random schemas of keywords that mean in OpenAPI 3.0 what they mean in JSON Schema 2020-12.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A schema with the keywords of `parts`; what is null is left out.
fn schema(parts: Value) -> Value {
    let Value::Object(mut members) = parts else { return parts };
    members.retain(|_, value| !value.is_null());
    Value::Object(members)
}

fn text() -> BoxedStrategy<Value> {
    prop_oneof![
        (0_u8..4, proptest::option::of(4_u8..9))
            .prop_map(|(least, most)| schema(json!({"type": "string", "minLength": least, "maxLength": most}))),
        proptest::collection::vec("[A-Za-z0-9]{1,4}", 1..4)
            .prop_map(|words| schema(json!({"type": "string", "enum": words}))),
        prop_oneof![Just("^[a-z]{2,5}$"), Just("^[A-Z]+-[0-9]+$"), Just("[0-9]"), Just("^a,b")]
            .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        prop_oneof![Just("date"), Just("date-time"), Just("uuid"), Just("email"), Just("ipv4")]
            .prop_map(|format| json!({"type": "string", "format": format})),
        Just(json!({"type": "string"})),
    ]
    .boxed()
}

fn number() -> BoxedStrategy<Value> {
    let bounds = (proptest::option::of(-20_i8..20), proptest::option::of(20_i8..90), proptest::option::of(1_u8..5));
    (prop_oneof![Just("integer"), Just("number")], bounds, any::<bool>())
        .prop_map(|(name, (least, most, multiple), half)| {
            let multiple = multiple.map(|multiple| if half && name == "number" { json!(0.5) } else { json!(multiple) });
            schema(json!({"type": name, "minimum": least, "maximum": most, "multipleOf": multiple}))
        })
        .boxed()
}

/// Schemas of one text: of one type, or of a choice.
pub(super) fn primitive() -> BoxedStrategy<Value> {
    let one = || {
        prop_oneof![
            4 => text(),
            3 => number(),
            1 => Just(json!({"type": "boolean"})),
            1 => Just(json!({"type": "integer", "enum": [1, 2, 30]})),
        ]
    };
    prop_oneof![
        6 => one(),
        1 => (one(), one(), any::<bool>())
            .prop_map(|(a, b, any)| if any { json!({"anyOf": [a, b]}) } else { json!({"oneOf": [a, b]}) }),
        1 => (text(), 0_u8..6).prop_map(|(a, most)| json!({"allOf": [a, {"maxLength": most + 3}]})),
        1 => (text(), "[A-Za-z0-9]{1,4}").prop_map(|(a, word)| json!({"allOf": [a, {"not": {"enum": [word]}}]})),
        1 => (number(), -5_i8..50).prop_map(|(a, most)| json!({"allOf": [a, {"not": {"maximum": most}}]})),
    ]
    .boxed()
}

/// Arrays of `items`.
pub(super) fn array(items: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (items, proptest::option::of(0_u8..3), proptest::option::of(3_u8..5), proptest::option::of(Just(true)))
        .prop_map(|(items, least, most, unique)| {
            schema(json!({"type": "array", "items": items, "minItems": least, "maxItems": most, "uniqueItems": unique}))
        })
        .boxed()
}

/// Objects with members of `members`.
pub(super) fn object(members: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let members = proptest::collection::btree_map("[a-e][fg]?", (members, any::<bool>()), 1..5);
    (members, prop_oneof![2 => Just(None), 1 => Just(Some(false))], proptest::option::weighted(0.2, 1_u8..3))
        .prop_map(|(members, more, least)| {
            let asked: Vec<&String> = members.iter().filter(|(_, (_, asked))| *asked).map(|(name, _)| name).collect();
            let asked = (!asked.is_empty()).then(|| json!(asked));
            let properties: Map<String, Value> =
                members.iter().map(|(name, (member, _))| (name.clone(), member.clone())).collect();
            schema(json!({"type": "object", "properties": properties, "required": asked,
                "additionalProperties": more, "minProperties": least}))
        })
        .boxed()
}

/// Objects that hold anything, choices between them included.
pub(super) fn nested() -> BoxedStrategy<Value> {
    let part = || {
        prop_oneof![
            4 => primitive(),
            1 => array(primitive()),
            1 => object(primitive()),
            1 => array(object(primitive())),
        ]
        .boxed()
    };
    prop_oneof![
        5 => object(part()),
        1 => (object(part()), object(part())).prop_map(|(a, b)| json!({"oneOf": [a, b]})),
        1 => (object(part()), object(part())).prop_map(|(a, b)| json!({"anyOf": [a, b]})),
        1 => (object(part()), "[a-e]", "[a-e]").prop_map(|(whole, a, b)| {
            json!({"allOf": [whole, {"anyOf": [{"required": [a]}, {"required": [b]}]}]})
        }),
        1 => (object(part()), "[a-e]", "[a-e]").prop_map(|(whole, a, b)| {
            json!({"allOf": [whole, {"anyOf": [{"not": {"required": [a]}}, {"required": [b]}]}]})
        }),
    ]
    .boxed()
}
