//! Documents that are wrong in any way that one may think of.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::document;
use crate::contract::{Contract, usable};
use crate::schema::{Direction, Sense};

/// Replaces, removes or moves one part of a document.
fn mutate(value: &mut Value, choices: &[(usize, usize)]) {
    let mut pointers = Vec::new();
    collect(value, String::new(), &mut pointers);
    for (at, what) in choices {
        let pointer = &pointers[at % pointers.len()];
        let other = value.pointer(&pointers[(at * 7 + what) % pointers.len()]).cloned().unwrap_or_default();
        let Some(target) = value.pointer_mut(pointer) else { continue };
        *target = match what % 12 {
            0 => Value::Null,
            1 => json!([]),
            2 => json!({}),
            3 => json!("text"),
            4 => json!(-1.5),
            5 => json!({"$ref": format!("#{pointer}")}),
            6 => json!({"$ref": "#/paths"}),
            7 => json!({"$ref": 7}),
            8 => json!([null, {}, "x"]),
            9 => json!({"": {"": null}, "$ref": "../x.yaml"}),
            10 => other,
            _ => json!(true),
        };
    }
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(member, format!("{pointer}/{name}"), pointers);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, format!("{pointer}/{index}"), pointers);
            }
        }
        _ => {}
    }
    pointers.push(pointer);
}

/// Schemas that refer to each other twice and again: 2^40 ways through 41 schemas.
#[test]
fn ways_that_double_and_double_end() {
    let mut schemas = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/components/schemas/S{}", level + 1)});
        let both = json!([next.clone(), next]);
        schemas.insert(format!("S{level}"), json!({"nullable": true, "anyOf": both}));
    }
    schemas.insert("S40".to_owned(), json!({"type": "string", "enum": ["a"]}));
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/S0", "nullable": true}}});
    let get = json!({"responses": {"200": {"description": "", "content": content}}});
    let value = super::api(&json!({"/a": {"get": get}}), &json!({"schemas": schemas}));
    let contract = Contract::new(vec![document("m.json", &value)], vec![]).unwrap();
    assert_eq!(contract.operations[0].disabled, None);
    crate::lint::registry::judge(&contract);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever a document has in whatever place: it is read or refused, and every place that is spoken of exists.
    #[test]
    fn hostile_documents_are_told_about_and_never_panic(
        which in 0_usize..8,
        choices in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..12), 1..6),
    ) {
        let mut files: Vec<_> = std::fs::read_dir("specs").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
        files.sort();
        let mut value: Value = serde_json::from_str(&std::fs::read_to_string(&files[which]).unwrap()).unwrap();
        let choices: Vec<(usize, usize)> = choices.into_iter().map(|(at, what)| (at.index(1 << 20), what)).collect();
        mutate(&mut value, &choices);
        let Ok(contract) = Contract::new(vec![document("m.json", &value)], vec![]) else { return Ok(()) };
        for operation in &contract.operations {
            prop_assert!(contract.schemas.source(&operation.place).is_some());
            for parameter in &operation.parameters {
                prop_assert!(contract.schemas.source(&parameter.place).is_some());
            }
            for response in &operation.responses {
                prop_assert!(contract.schemas.source(&response.place).is_some());
            }
            if operation.disabled.is_none() {
                // What is not disabled can be compiled.
                for (_, schema) in usable::roots(operation) {
                    for direction in [Direction::Request, Direction::Response] {
                        let validator = contract.schemas.validator(schema, direction, Sense::Strict);
                        prop_assert!(validator.is_ok(), "{} {:?}", operation.id, validator);
                    }
                }
            }
        }
        for diagnosis in crate::lint::registry::judge(&contract) {
            prop_assert!(contract.schemas.source(&diagnosis.place).is_some(), "{diagnosis:?}");
        }
    }
}
