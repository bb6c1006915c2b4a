//! The room as a whole: what OpenAPI 3.0.3 and JSON Schema promise.

mod hostile;
mod nullable;
mod properties;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;

fn at(pointer: &str) -> Place {
    Place::new(DocumentId(0), Pointer::parse(pointer).unwrap())
}

/// A document whose component `S` is `schema`.
fn schemas(schema: &Value) -> Schemas {
    document(json!({"openapi": "3.0.3", "components": {"schemas": {"S": schema,
        "Enum": {"type": "string", "enum": ["LOW", "HIGH"]}, "NullEnum": {"type": "string", "enum": ["LOW", null]},
        "NullableEnum": {"type": "string", "nullable": true, "enum": ["LOW", null]}, "Any": {},
        "NullableText": {"type": "string", "nullable": true}, "Text": {"type": "string"}}}}))
}

fn document(document: Value) -> Schemas {
    Schemas::new(vec![("specs/api.json".into(), Arc::new(document))])
}

const S: &str = "/components/schemas/S";

fn validator(schema: &Value) -> Arc<Validator> {
    schemas(schema).validator(&at(S), Direction::Response, Sense::Strict).unwrap()
}

fn violations(schema: &Value, value: &Value) -> Vec<Violation> {
    let violations = validator(schema).violations(value);
    assert_eq!(violations.is_empty(), validator(schema).is_valid(value));
    let schemas = schemas(schema);
    for violation in &violations {
        assert!(schemas.source(&violation.place).is_some(), "{violation:?}");
        assert!(violation.instance.resolve(value).is_some(), "{violation:?}");
    }
    violations
}

/// Each violation as `instance place promised | came`, the place relative to `S` where it is below.
fn told(schema: &Value, value: &Value) -> Vec<String> {
    violations(schema, value)
        .iter()
        .map(|violation| {
            let place = violation.place.pointer.as_str();
            let place = place.strip_prefix(S).unwrap_or(place);
            format!("{} {place}: {} | {}", violation.shape, violation.promised, violation.came)
        })
        .collect()
}

#[test]
fn violations_are_told_at_the_keyword_of_the_source_and_without_content() {
    let long = "x".repeat(300);
    for (schema, value, expected) in [
        (json!({"type": "string"}), json!(7), " /type: a string | an integer"),
        (json!({"type": "string", "nullable": true}), json!(7.5), " /type: a string or null | a number"),
        (json!({"enum": ["LOW", "HIGH", null]}), json!("secret"), " /enum: one of LOW, HIGH, null | another string"),
        (json!({"enum": ["LOW", "7"]}), json!(7), " /enum: one of LOW, \"7\" | an integer"),
        (json!({"required": ["a"]}), json!({}), " /required: property a | an object without it"),
        (json!({"maxLength": 255}), json!(long), " /maxLength: at most 255 characters | a string of 300 characters"),
        (json!({"minItems": 1}), json!([]), " /minItems: at least 1 item | an array of 0 items"),
        (
            json!({"minimum": 5, "exclusiveMinimum": true}),
            json!(5),
            " /exclusiveMinimum: more than 5 | a smaller integer",
        ),
        (json!({"minimum": 5, "exclusiveMinimum": true}), json!(3), " /minimum: at least 5 | a smaller integer"),
        (json!({"maximum": 5, "exclusiveMaximum": false}), json!(5.5), " /maximum: at most 5 | a greater number"),
        (json!({"type": "string", "format": "uuid"}), json!("x"), " /format: a string of format uuid | another string"),
        (
            json!({"type": "integer", "format": "int32"}),
            json!(2_147_483_648_u64),
            " /format: an integer of format int32 | another integer",
        ),
        (json!({"pattern": "^a"}), json!("b"), " /pattern: a string that matches ^a | another string"),
        (json!({"pattern": "^(?!b)"}), json!("b"), " /pattern: a string that matches ^(?!b) | another string"),
        (
            json!({"properties": {"a": {}}, "additionalProperties": false}),
            json!({"b": 1}),
            " /additionalProperties: no property but a | a property that is not declared",
        ),
        (
            json!({"not": {"type": "string"}}),
            json!("s"),
            " /not: a value that the schema under `not` does not describe | a string",
        ),
        (
            json!({"properties": {"a/b": {"items": {"type": "string"}}}}),
            json!({"a/b": ["", 1]}),
            "/a~1b/* /properties/a~1b/items/type: a string | an integer",
        ),
        (
            json!({"additionalProperties": {"type": "string"}}),
            json!({"mine": 1}),
            "/* /additionalProperties/type: a string | an integer",
        ),
        (
            json!({"allOf": [{"properties": {"a": {}}}, {"additionalProperties": {"type": "string"}}]}),
            json!({"a": 1}),
            "/a /allOf/1/additionalProperties/type: a string | an integer",
        ),
        (json!({"uniqueItems": true}), json!([1, 1]), " /uniqueItems: items that differ | 2 items, some of them equal"),
        (json!({"multipleOf": 0.01}), json!(4.355), " /multipleOf: a multiple of 0.01 | another number"),
    ] {
        assert_eq!(told(&schema, &value), [expected], "{schema} {value}");
    }
}

#[test]
fn a_choice_tells_the_branch_that_fits_best() {
    let pet = json!({"oneOf": [
        {"type": "object", "required": ["kind", "bark"], "properties": {"kind": {"type": "string", "enum": ["dog"]}, "bark": {"type": "string"}}},
        {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "enum": ["cat"]}}},
        {"type": "string"}]});
    for (schema, value, expected) in [
        (&pet, json!({"kind": "dog", "bark": 1}), "/bark /oneOf/0/properties/bark/type: a string | an integer"),
        (&pet, json!({"kind": "dog"}), " /oneOf/0/required: property bark | an object without it"),
        (&pet, json!(1), " /oneOf: an object or a string | an integer"),
        (
            &json!({"anyOf": [{"type": "object", "required": ["a"]}, {"type": "object", "nullable": true, "enum": [null]}]}),
            json!({}),
            " /anyOf/0/required: property a | an object without it",
        ),
        (
            &json!({"anyOf": [{"not": {"properties": {"status": {"enum": ["Employed"]}}}}, {"required": ["employer"]}]}),
            json!({"status": "Employed"}),
            " /anyOf/1/required: property employer | an object without it",
        ),
        (
            &json!({"anyOf": [{"$ref": "#/components/schemas/Enum"}, {"enum": [null]}]}),
            json!("low"),
            " /components/schemas/Enum/enum: one of LOW, HIGH | another string",
        ),
        (
            &json!({"oneOf": [{"type": "integer"}, {"type": "number"}, {"type": "string"}]}),
            json!(1),
            " /oneOf: exactly one of 3 schemas | an integer that 2 of them match",
        ),
    ] {
        assert_eq!(told(schema, &value), [expected], "{schema} {value}");
    }
}

#[test]
fn the_discriminator_names_the_branch() {
    let pets = document(json!({"openapi": "3.0.3", "components": {"schemas": {
        "S": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {"hound": "#/components/schemas/Dog", "tom": "Cat"}}},
        "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"lives": {"type": "integer"}}}]},
        "Dog": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"lives": {"type": "string"}, "bark": {"type": "string"}}}]},
    }}}));
    let validator = pets.validator(&at(S), Direction::Response, Sense::Strict).unwrap();
    // Both match; the discriminator picks one.
    assert!(validator.is_valid(&json!({"kind": "Cat"})) && validator.is_valid(&json!({"kind": "hound"})));
    for (value, place) in [
        (json!({"kind": "hound", "lives": true}), "/components/schemas/Dog/allOf/1/properties/lives/type"),
        (json!({"kind": "Dog", "lives": true}), "/components/schemas/Dog/allOf/1/properties/lives/type"),
        (json!({"kind": "tom", "lives": true}), "/components/schemas/Cat/allOf/1/properties/lives/type"),
        (json!({"kind": "cow", "lives": true}), "/components/schemas/S/discriminator"),
        (json!({"kind": "cow"}), "/components/schemas/S/oneOf"),
    ] {
        let violations = validator.violations(&value);
        assert_eq!(violations.iter().map(|v| v.place.pointer.as_str()).collect::<Vec<_>>(), [place], "{value}");
    }
}

#[test]
fn schemas_may_be_circular() {
    let schemas = document(json!({"openapi": "3.0.3", "components": {"schemas": {
        "Node": {"type": "object", "properties": {"value": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Node"}}},
        "Pet": {"required": ["kind"], "discriminator": {"propertyName": "kind"},
            "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]},
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"purr": {"type": "boolean"}}, "required": ["purr"]}]},
        "Dog": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"required": ["bark"]}]},
        "Loop": {"$ref": "#/components/schemas/Pool"}, "Pool": {"$ref": "#/components/schemas/Loop"},
        "Self": {"allOf": [{"$ref": "#/components/schemas/Self"}, {"type": "string"}]},
    }}}));
    let get =
        |name: &str| schemas.validator(&at(&format!("/components/schemas/{name}")), Direction::Response, Sense::Strict);
    let node = get("Node").unwrap();
    assert!(node.is_valid(&json!({"value": 1, "next": {"next": {"value": 2}}})));
    let violations = node.violations(&json!({"value": 1, "next": {"next": {"value": "2"}}}));
    assert_eq!(violations[0].shape.as_str(), "/next/next/value");
    let pet = get("Pet").unwrap();
    assert!(pet.is_valid(&json!({"kind": "Cat", "purr": true})) && pet.is_valid(&json!({"kind": "Dog", "bark": 1})));
    assert_eq!(pet.violations(&json!({"kind": "Cat"}))[0].property.as_deref(), Some("purr"));
    assert!(get("Cat").unwrap().is_valid(&json!({"kind": "Cat", "purr": true})));
    assert!(get("Loop").unwrap_err().reason.contains("circle"));
    assert!(get("Self").unwrap().is_valid(&json!("")) && !get("Self").unwrap().is_valid(&json!(1)));
}

#[test]
fn references_lead_anywhere_and_into_files_beside() {
    let schemas = Schemas::new(vec![
        (
            "specs/api.yaml".into(),
            Arc::new(json!({"openapi": "3.0.3",
            "paths": {"/x/{id}": {"get": {"schema": {"$ref": "common.yaml#/definitions/Status"}}}},
            "S": {"properties": {"status": {"$ref": "#/paths/~1x~1%7Bid%7D/get/schema"}}}})),
        ),
        (
            "specs/common.yaml".into(),
            Arc::new(json!({"definitions": {"Status": {"type": "object", "properties": {
            "code": {"$ref": "#/definitions/Code"}, "back": {"$ref": "api.yaml#/S"}}}, "Code": {"type": "string", "nullable": true}}})),
        ),
    ]);
    let validator = schemas.validator(&at("/S"), Direction::Request, Sense::Strict).unwrap();
    assert!(validator.is_valid(&json!({"status": {"code": null, "back": {}}})));
    let violations = validator.violations(&json!({"status": {"back": {"status": {"code": 1}}}}));
    assert_eq!(violations.len(), 1);
    assert_eq!(
        (violations[0].place.document, violations[0].place.pointer.as_str()),
        (DocumentId(1), "/definitions/Code/type")
    );
    assert_eq!(violations[0].shape.as_str(), "/status/back/status/code");
}

#[test]
fn each_direction_has_its_own_required() {
    let schemas = schemas(&json!({
        "required": ["id", "name", "password", "more", "inherited"],
        "properties": {"id": {"type": "string", "readOnly": true}, "password": {"type": "string", "writeOnly": true}, "name": {},
            "more": {"allOf": [{"type": "string"}, {"readOnly": true}]}},
        "allOf": [{"properties": {"inherited": {"readOnly": true}}}],
        "anyOf": [{"required": ["id"]}, {"required": ["nothing"]}],
        "not": {"required": ["id", "never"]},
    }));
    let missing = |direction, value: Value| {
        let validator = schemas.validator(&at(S), direction, Sense::Strict).unwrap();
        validator.violations(&value).into_iter().filter_map(|violation| violation.property).collect::<Vec<_>>()
    };
    assert_eq!(missing(Direction::Request, json!({})), ["name", "password"]);
    assert_eq!(missing(Direction::Response, json!({"id": "1"})), ["inherited", "more", "name"]);
    let across = document(json!({"components": {"schemas": {"S": {"allOf": [{"$ref": "#/components/schemas/Base"},
        {"properties": {"id": {"readOnly": true}}}]}, "Base": {"required": ["id", "name"]}}}}));
    let validator = across.validator(&at(S), Direction::Request, Sense::Strict).unwrap();
    assert!(validator.is_valid(&json!({"name": ""})) && !validator.is_valid(&json!({"id": ""})));
    let base = across.validator(&at("/components/schemas/Base"), Direction::Request, Sense::Strict).unwrap();
    assert!(!base.is_valid(&json!({"name": ""})));
    let request = schemas.validator(&at(S), Direction::Request, Sense::Strict).unwrap();
    assert!(request.is_valid(&json!({"id": 1, "name": 1, "password": ""})), "what is ignored is not judged");
}

#[test]
fn malformed_keywords_are_refused_at_their_place() {
    for (schema, keyword) in [
        (json!({"type": "strin"}), "/type"),
        (json!({"type": 1}), "/type"),
        (json!({"minLength": -1}), "/minLength"),
        (json!({"maxItems": "3"}), "/maxItems"),
        (json!({"maxItems": 1.5}), "/maxItems"),
        (json!({"required": true}), "/required"),
        (json!({"required": [1]}), "/required"),
        (json!({"enum": "A"}), "/enum"),
        (json!({"allOf": {}}), "/allOf"),
        (json!({"oneOf": [1]}), "/oneOf/0"),
        (json!({"allOf": [true]}), "/allOf/0"),
        (json!({"properties": []}), "/properties"),
        (json!({"properties": {"a": "string"}}), "/properties/a"),
        (json!({"items": []}), "/items"),
        (json!({"additionalProperties": "no"}), "/additionalProperties"),
        (json!({"multipleOf": 0}), "/multipleOf"),
        (json!({"minimum": "1"}), "/minimum"),
        (json!({"exclusiveMinimum": "yes"}), "/exclusiveMinimum"),
        (json!({"uniqueItems": 1}), "/uniqueItems"),
        (json!({"pattern": 1}), "/pattern"),
        (json!({"format": {}}), "/format"),
        (json!({"not": "x"}), "/not"),
        (json!("string"), ""),
        (json!({"$ref": "#/nowhere"}), "/$ref"),
        (json!({"items": {"$ref": "https://example.com/x.json"}}), "/items/$ref"),
    ] {
        let error = schemas(&schema).validator(&at(S), Direction::Response, Sense::Strict).unwrap_err();
        assert_eq!(error.place, at(&format!("{S}{keyword}")), "{schema}: {error}");
        assert!(!error.reason.is_empty());
    }
    // Draft 3's boolean beside a property, counts written as floats, a name twice: harmless.
    let lenient =
        validator(&json!({"required": ["a", "a"], "properties": {"a": {"required": true, "maxLength": 3.0}}}));
    assert!(lenient.is_valid(&json!({"a": "abc"})) && !lenient.is_valid(&json!({"a": "abcd"})));
}

#[test]
fn only_keywords_are_dropped_and_never_properties_of_their_name() {
    let schema = json!({"type": "object", "example": {"$ref": "#/nowhere"}, "x-y": {"$ref": "#/nowhere"}, "xml": 1,
        "properties": {"example": {"type": "string"}, "xml": {"type": "string"}, "x-y": {"type": "string"},
            "nullable": {"type": "string"}, "$ref": {"type": "string"}, "type": {"type": "string"}, "const": {"type": "string"}},
        "const": 7, "default": {"$ref": "#/nowhere"}});
    let value = json!({"example": 1, "xml": 1, "x-y": 1, "nullable": 1, "$ref": 1, "type": 1, "const": 1});
    assert_eq!(violations(&schema, &value).len(), 7);
}

#[test]
fn numbers_are_judged_exactly() {
    let cent = validator(&json!({"multipleOf": 0.01}));
    for (value, valid) in [
        (json!(4.35), true),
        (json!(0.07), true),
        (json!(19.99), true),
        (json!(1), true),
        (json!(1e300), true),
        (json!(4.351), false),
    ] {
        assert_eq!(cent.is_valid(&value), valid, "{value}");
    }
    assert!(validator(&json!({"multipleOf": 0.1})).is_valid(&json!(0.3)));
    let whole = validator(&json!({"type": "integer"}));
    assert!(whole.is_valid(&json!(1.0)) && !whole.is_valid(&json!(1.5)) && whole.is_valid(&json!(u64::MAX)));
    let int64 = validator(&json!({"type": "integer", "format": "int64"}));
    assert!(int64.is_valid(&json!(i64::MIN)) && int64.is_valid(&json!(i64::MAX)) && !int64.is_valid(&json!(u64::MAX)));
    assert!(!int64.is_valid(&json!(9.3e18)) && int64.is_valid(&json!(-9.2e18)));
    let int32 = validator(&json!({"type": "integer", "format": "int32"}));
    assert!(int32.is_valid(&json!(2_147_483_647)) && !int32.is_valid(&json!(-2_147_483_649_i64)));
    assert!(validator(&json!({"type": "number", "format": "int32"})).is_valid(&json!(1e12)), "no format of numbers");
}

#[test]
fn formats_are_asserted_on_strings_and_unknown_ones_not_at_all() {
    let format = |format: &str, value: Value| validator(&json!({"format": format})).is_valid(&value);
    for text in [
        "2024-05-17T09:30:00Z",
        "2024-05-17t09:30:00.123z",
        "2024-05-17T09:30:00+05:30",
        "1998-12-31T23:59:60Z",
        "1998-12-31T15:59:60.5-08:00",
    ] {
        assert!(format("date-time", json!(text)), "{text}");
    }
    for text in
        ["2024-05-17", "2024-05-17T09:30:00", "2023-02-29T00:00:00Z", "2024-05-17T25:00:00Z", "2024-05-17T09:30Z", ""]
    {
        assert!(!format("date-time", json!(text)), "{text}");
    }
    assert!(
        format("uuid", json!("6F9619FF-8B86-D011-B42D-00CF4FC964FF"))
            && !format("uuid", json!("6F9619FF8B86D011B42D00CF4FC964FF"))
    );
    assert!(format("date", json!("2024-02-29")) && !format("date", json!("2023-02-29")));
    assert!(format("email", json!("a.b+c@example.com")) && !format("email", json!("example.com")));
    assert!(format("byte", json!("Zm9vYg==")) && !format("byte", json!("no base64!")));
    assert!(format("hostname", json!("ab--cd.example")) && !format("hostname", json!("-a.example")));
    assert!(
        format("ipv4", json!("127.0.0.1")) && !format("ipv4", json!("127.0.0.256")) && format("ipv6", json!("::1"))
    );
    assert!(format("uri", json!("https://example.com/?a=b")) && !format("uri", json!("/relative")));
    for unknown in ["integer", "password", "binary", "decimal", "int32", "e-mail"] {
        assert!(format(unknown, json!("anything")), "{unknown}");
    }
    assert!(format("uuid", json!(7)) && format("date-time", Value::Null));
}

#[test]
fn undocumented_members_are_those_that_no_schema_mentions() {
    let schemas = document(json!({"openapi": "3.0.3", "components": {"schemas": {
        "S": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"list": {"items": {"$ref": "#/components/schemas/Base"}}}}],
            "anyOf": [{"properties": {"either": {}}}, {"not": {"not": {"properties": {"twice": {}}}}}], "not": {"properties": {"never": {}}}},
        "Base": {"properties": {"id": {}, "free": {"type": "object"}, "map": {"additionalProperties": {"properties": {"x": {}}}},
            "open": {"properties": {"x": {}}, "additionalProperties": true}, "closed": {"properties": {"x": {}}, "additionalProperties": false}}},
    }}}));
    let found = |value: Value| {
        let found = schemas.undocumented(&at(S), &value);
        found.into_iter().map(|(pointer, place)| format!("{pointer} {}", place.pointer)).collect::<Vec<_>>()
    };
    assert!(found(json!({"id": 1, "list": [{"id": 1}], "either": 1, "twice": 1, "free": {"a": {"b": 1}}, "open": {"y": {"z": 1}}, "map": {"k": {"x": 1}}})).is_empty());
    assert_eq!(
        found(json!({"never": 1, "extra": {"deep": 1}})),
        ["/never /components/schemas/Base", "/extra /components/schemas/Base"]
    );
    assert_eq!(
        found(json!({"list": [{"id": 1}, {"list": 1}], "map": {"k": {"y": 1}}, "closed": {"y": 1}})),
        [
            "/list/1/list /components/schemas/Base",
            "/map/k/y /components/schemas/Base/properties/map/additionalProperties",
            "/closed/y /components/schemas/Base/properties/closed"
        ]
    );
}

#[test]
fn patterns_that_cannot_be_compiled_are_no_violations() {
    for schema in [
        json!({"pattern": "("}),
        json!({"not": {"pattern": "("}}),
        json!({"oneOf": [{"pattern": "/^b$/"}, {"type": "string"}]}),
    ] {
        let validator = validator(&schema);
        assert!(validator.is_valid(&json!("a")) && validator.violations(&json!("a")).is_empty(), "{schema}");
    }
    let beside = validator(&json!({"pattern": "(", "maxLength": 2}));
    assert!(!beside.is_valid(&json!("abc")));
    let member = validator(&json!({"properties": {"a": {"pattern": "\\p{XDigit}"}}}));
    assert!(member.is_valid(&json!({"a": "zz"})));
}

#[test]
fn undecidable_patterns_are_no_violations() {
    let pattern = "^(?!x)(([a-z])+.)+[A-Z]([a-z])+\\2$";
    let text = json!("a".repeat(400));
    for schema in [
        json!({"pattern": pattern}),
        json!({"not": {"pattern": pattern}}),
        json!({"anyOf": [{"pattern": pattern}, {"not": {}}]}),
        json!({"oneOf": [{"pattern": pattern}, {}]}),
        json!({"anyOf": [{"not": {"pattern": pattern}}, {"maxLength": 1}]}),
    ] {
        let validator = validator(&schema);
        assert!(validator.is_valid(&text) && validator.violations(&text).is_empty(), "{schema}");
    }
}
