//! The published schemas of both extensions are those of the types, and what this repository declares conforms to them.

use schemars::transform::Transform;

use super::*;

const SCHEMAS: [(&str, &str); 2] = [
    ("x-collection", include_str!("../../../docs/schema/x-collection.schema.json")),
    ("x-resource", include_str!("../../../docs/schema/x-resource.schema.json")),
];

fn made(name: &str) -> String {
    let mut schema = match name {
        "x-collection" => schemars::schema_for!(CollectionObject),
        _ => schemars::schema_for!(ResourceObject),
    };
    schemars::transform::RecursiveTransform(without_null).transform(&mut schema);
    schema.insert("title".to_owned(), format!("{name}, an extension of an Operation Object").into());
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

/// What may be left out is left out, not null.
fn without_null(schema: &mut schemars::Schema) {
    let Some(schema) = schema.as_object_mut() else { return };
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some([kind, null]) = schema.get("type").and_then(Value::as_array).map(Vec::as_slice)
        && null == "null"
    {
        let kind = kind.clone();
        schema.insert("type".to_owned(), kind);
    }
    if let Some([Value::Object(only), _null]) = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        let only = only.clone();
        schema.remove("anyOf");
        schema.extend(only);
    }
}

#[test]
fn the_page_teaches_each_member_and_its_example_conforms() {
    let page = include_str!("../../../docs/laws.md");
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let example = crate::document::Document::parse("laws.md", example).unwrap();
    for (name, published) in SCHEMAS {
        let schema: Value = serde_json::from_str(published).unwrap();
        let section = page.split(&format!("\n## {name}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
        for member in schema["properties"].as_object().unwrap().keys() {
            assert!(section.contains(&format!("\n| `{member}` | ")), "{name}: {member}");
        }
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let actions = example.value()["actions"].as_array().unwrap();
        let object = actions.iter().find_map(|action| action["update"].get(name)).unwrap();
        let errors: Vec<_> = validator.iter_errors(object).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_published_schemas_are_those_that_the_types_make() {
    for (name, published) in SCHEMAS {
        assert_eq!(published, made(name), "run `cargo test --lib -- --ignored publish` and commit the schema");
    }
}

#[test]
#[ignore = "writes docs/schema/x-collection.schema.json and docs/schema/x-resource.schema.json"]
fn publish() {
    for (name, _) in SCHEMAS {
        let file = format!("{}/docs/schema/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(file, made(name)).unwrap();
    }
}

#[test]
fn what_is_declared_here_conforms_to_the_published_schemas() {
    let overlay = include_str!("../../../specs/overlays/30-semantics.overlay.yaml");
    let library = include_str!("../../../tests/data/laws/library.overlay.yaml");
    for (name, published) in SCHEMAS {
        let validator = jsonschema::draft202012::new(&serde_json::from_str(published).unwrap()).unwrap();
        for text in [overlay, library] {
            let overlay = crate::document::Document::parse("overlay.yaml", text).unwrap();
            let actions = overlay.value()["actions"].as_array().unwrap();
            let declared: Vec<&Value> = actions.iter().filter_map(|action| action["update"].get(name)).collect();
            assert!(declared.len() > 1, "{name}");
            for object in declared {
                let errors: Vec<_> = validator.iter_errors(object).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{errors:?}");
            }
        }
        for wrong in
            [serde_json::json!({"id": "/id"}), serde_json::json!({"items": "", "id": "/id", "name": "n", "idd": ""})]
        {
            assert!(!validator.is_valid(&wrong), "{name}: {wrong}");
        }
    }
}
