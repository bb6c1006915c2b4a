//! The truth table of `nullable`, in both readings.

use serde_json::{Value, json};

use super::super::{Direction, Sense};
use super::{S, at, schemas};

/// Whether null conforms, in the strict and in the intended reading.
fn null_conforms(schema: &Value) -> (bool, bool) {
    let schemas = schemas(schema);
    let verdict = |nulls| {
        let validator = schemas.validator(&at(S), Direction::Response, nulls).unwrap();
        assert_eq!(validator.is_valid(&Value::Null), validator.violations(&Value::Null).is_empty(), "{schema}");
        validator.is_valid(&Value::Null)
    };
    (verdict(Sense::Strict), verdict(Sense::Intended))
}

#[test]
fn nullable_is_as_the_clarification_of_3_0_3_says() {
    let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let to_nullable = |name: &str| json!({"$ref": format!("#/components/schemas/{name}"), "nullable": true});
    for (strict, intended, schema) in [
        // `type` alone, and with `nullable` in the same schema object.
        (false, false, json!({"type": "string"})),
        (true, true, json!({"type": "string", "nullable": true})),
        (false, false, json!({"type": "string", "nullable": false})),
        (true, true, json!({"type": "object", "nullable": true, "required": ["a"], "properties": {"a": {}}})),
        (true, true, json!({"type": "string", "nullable": true, "minLength": 3, "format": "uuid", "pattern": "^x"})),
        (true, true, json!({"type": "integer", "nullable": true, "format": "int32", "minimum": 1})),
        // `enum` keeps its veto.
        (false, true, json!({"type": "string", "nullable": true, "enum": ["A"]})),
        (true, true, json!({"type": "string", "nullable": true, "enum": ["A", null]})),
        (false, false, json!({"type": "string", "enum": ["A", null]})),
        (true, true, json!({"enum": ["A", null]})),
        (false, false, json!({"enum": ["A"]})),
        (false, true, json!({"enum": ["A"], "nullable": true})),
        // Without `type`, `nullable` has no effect, and null is allowed already.
        (true, true, json!({})),
        (true, true, json!({"nullable": true})),
        (true, true, json!({"nullable": false})),
        (true, true, json!({"properties": {"a": {"type": "string"}}, "required": ["a"]})),
        (true, true, json!({"minLength": 3, "nullable": false})),
        // `allOf` cannot be widened from outside, nor from one of its branches.
        (false, true, json!({"allOf": [to("Enum")], "nullable": true})),
        (false, true, json!({"type": "object", "nullable": true, "allOf": [{"type": "object"}]})),
        (false, false, json!({"allOf": [to("Enum"), {"type": "string", "nullable": true}]})),
        (true, true, json!({"allOf": [to("NullableText"), {"nullable": true}]})),
        (false, false, json!({"allOf": [to("NullEnum")]})),
        (true, true, json!({"allOf": [to("NullableEnum")]})),
        (false, true, json!({"allOf": [to("NullEnum")], "nullable": true})),
        // Siblings of `$ref` are ignored.
        (false, true, to_nullable("Enum")),
        (false, true, to_nullable("Text")),
        (true, true, to_nullable("NullableText")),
        (true, true, to("Any")),
        (false, false, to("NullEnum")),
        // The idioms of the proposal, and what people write instead.
        (true, true, json!({"anyOf": [to("Enum"), {"type": "object", "nullable": true, "enum": [null]}]})),
        (false, true, json!({"anyOf": [to("Enum"), to("Text")], "nullable": true})),
        (false, true, json!({"oneOf": [to("Text"), {"type": "object"}], "nullable": true})),
        (true, true, json!({"oneOf": [to("Text"), {"type": "object", "nullable": true}]})),
        // One of the branches only, and both take it.
        (false, false, json!({"oneOf": [to("NullableText"), to("NullableText")]})),
        (false, true, json!({"oneOf": [to("NullableText"), to("NullableText")], "nullable": true})),
        (false, true, json!({"not": {"type": "string", "nullable": true}, "nullable": true})),
        (true, true, json!({"not": {"type": "string"}})),
    ] {
        assert_eq!(null_conforms(&schema), (strict, intended), "{schema}");
    }
}

#[test]
fn nullable_widens_nothing_else() {
    for nulls in [Sense::Strict, Sense::Intended] {
        let schemas = schemas(&json!({"allOf": [{"$ref": "#/components/schemas/Enum"}], "nullable": true}));
        let validator = schemas.validator(&at(S), Direction::Response, nulls).unwrap();
        assert!(
            validator.is_valid(&json!("LOW")) && !validator.is_valid(&json!("low")) && !validator.is_valid(&json!(1))
        );
        let violation = &validator.violations(&json!("low"))[0];
        assert_eq!(violation.place, at("/components/schemas/Enum/enum"));
    }
}
