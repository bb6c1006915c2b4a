//! Zero and minus one: where a number is meant, and what the schema says of them.

use serde_json::{Value, json};

use crate::schema::Direction;
use crate::schema::sample::Sampler;
use crate::schema::sample::small::Standing::{self, Refused, Stated, Unstated};

use super::{S, at, schemas};

fn small(schema: &Value, examples: &[Value]) -> Vec<(Value, Standing)> {
    let schemas = schemas(schema);
    let small = Sampler::new(&schemas).small(&[at(S)], Direction::Request, examples);
    small.into_iter().map(|small| (small.value, small.standing)).collect()
}

#[test]
fn numbers_are_small_as_far_as_their_bounds_go() {
    for (schema, zero, negative) in [
        (json!({"type": "integer"}), Unstated, Unstated),
        (json!({"type": "number", "maximum": 5}), Unstated, Unstated),
        (json!({"type": "integer", "format": "int32"}), Unstated, Unstated),
        (json!({"type": "integer", "minimum": 0}), Stated, Refused),
        (json!({"type": "integer", "minimum": -10}), Stated, Stated),
        (json!({"type": "number", "minimum": 0, "exclusiveMinimum": true}), Refused, Refused),
        (json!({"type": "integer", "minimum": 10}), Refused, Refused),
        (json!({"allOf": [{"type": "integer"}, {"minimum": 1}]}), Refused, Refused),
        (json!({"type": "integer", "x-certain": [{"minimum": 0}]}), Stated, Refused),
    ] {
        assert_eq!(small(&schema, &[]), [(json!(0), zero), (json!(-1), negative)], "{schema}");
    }
}

#[test]
fn a_text_is_a_number_where_the_document_says_so() {
    let text = |zero, negative| vec![(json!("0"), zero), (json!("-1"), negative)];
    for (schema, expected) in [
        (json!({"type": "string", "format": "integer"}), text(Unstated, Unstated)),
        (json!({"type": "string", "pattern": "^[0-9]+$"}), text(Unstated, Refused)),
        (json!({"type": "string", "pattern": "^\\d{1,3}$"}), text(Unstated, Refused)),
        (json!({"type": "string", "pattern": "^[1-9][0-9]*$"}), text(Refused, Refused)),
        (json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{2})?$"}), text(Unstated, Unstated)),
        (json!({"type": "string", "pattern": "^\\d+\\.\\d{2}$"}), text(Refused, Refused)),
        (json!({"type": "string", "example": "10"}), text(Unstated, Unstated)),
        (json!({"type": "string", "example": 10}), text(Unstated, Unstated)),
        (json!({"type": "string", "default": "2.50", "maxLength": 1}), text(Unstated, Refused)),
        (json!({"type": "string", "x-certain": [{"pattern": "^[1-9][0-9]?$"}]}), text(Refused, Refused)),
        (json!({"allOf": [{"type": "string"}, {"pattern": "^[0-9]+$"}]}), text(Unstated, Refused)),
        (json!({"type": "string", "nullable": true, "example": "7"}), text(Unstated, Unstated)),
    ] {
        assert_eq!(small(&schema, &[]), expected, "{schema}");
    }
    assert_eq!(small(&json!({"type": "string"}), &[json!("20")]), text(Unstated, Unstated));
}

#[test]
fn codes_words_and_what_is_listed_are_no_numbers() {
    for schema in [
        json!({}),
        json!({"type": "string"}),
        json!({"type": "boolean"}),
        json!({"type": "string", "pattern": "^[0-9]{15}$"}),
        json!({"type": "string", "pattern": "[0-9]+"}),
        json!({"type": "string", "pattern": "^[0-9A-Za-z]+$"}),
        json!({"type": "string", "pattern": "("}),
        json!({"type": "string", "example": "00120"}),
        json!({"type": "string", "example": "784199012345671"}),
        json!({"type": "string", "example": "1.2.3"}),
        json!({"type": "string", "example": "+971"}),
        json!({"type": "string", "example": ""}),
        json!({"type": "string", "example": "7", "format": "date"}),
        json!({"type": "string", "example": "7", "format": "uuid"}),
        json!({"type": "string", "enum": ["10", "20"], "example": "10"}),
        json!({"type": "integer", "enum": [10, 20]}),
    ] {
        assert_eq!(small(&schema, &[]), [], "{schema}");
    }
}
