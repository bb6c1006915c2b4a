//! A bundle read again says what the documents say.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::{Bundle, bundle, diff};
use crate::contract::{Contract, Encoding, Operation};
use crate::document::{Document, Place};

/// References are replaced by what they mean, so deep.
const DEPTH: usize = 9;

fn contract(documents: &[(&str, &Value)]) -> Contract {
    let documents = documents.iter().map(|(name, value)| Document::parse(*name, value.to_string()).unwrap());
    Contract::new(documents.collect(), Vec::new()).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn api(paths: &Value, components: &Value) -> Value {
    json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths, "components": components})
}

fn get(id: &str, schema: &Value) -> Value {
    let content = json!({"application/json": {"schema": schema}});
    json!({"get": {"operationId": id, "responses": {"200": {"description": "OK", "content": content}}}})
}

fn reference(to: &str) -> Value {
    json!({"$ref": to})
}

fn bundled(contract: &Contract) -> (Bundle, Contract) {
    let bundle = bundle(contract).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let document = Document::parse("bundle.json", bundle.value.to_string()).unwrap();
    let again = Contract::new(vec![document], Vec::new()).unwrap_or_else(|errors| panic!("{}", errors[0]));
    (bundle, again)
}

/// The schema at `place`, references replaced; what a discriminator maps to, as well.
fn unfolded(contract: &Contract, place: &Place, depth: usize) -> Value {
    let Some(value) = contract.schemas.source(place) else { return json!("nothing") };
    if value.get("$ref").is_some_and(Value::is_string) {
        if depth == 0 {
            return json!("deeper");
        }
        return match contract.schemas.resolve(place) {
            Ok(end) => unfolded(contract, &end, depth - 1),
            Err(_) => json!("broken"),
        };
    }
    match value {
        Value::Object(members) => {
            let mut all = Map::new();
            for (name, member) in members {
                let at = place.child(name);
                let mapping = |member: &Value| -> Option<Value> {
                    let names = member.get("mapping")?.as_object()?;
                    let mapped = names.iter().map(|(name, to)| {
                        let to = to.as_str()?;
                        let to = if to.contains('/') { to.to_owned() } else { format!("#/components/schemas/{to}") };
                        let end = contract.schemas.target(place.document, &to).ok()?;
                        Some((name.clone(), unfolded(contract, &end, depth.min(2).saturating_sub(1))))
                    });
                    Some(Value::Object(mapped.collect::<Option<Map<String, Value>>>()?))
                };
                let unfolded = (name == "discriminator").then(|| mapping(member)).flatten();
                all.insert(name.clone(), unfolded.unwrap_or_else(|| self::unfolded(contract, &at, depth)));
            }
            // The order of members says nothing.
            all.sort_keys();
            Value::Object(all)
        }
        Value::Array(elements) => {
            (0..elements.len()).map(|index| unfolded(contract, &place.index(index), depth)).collect()
        }
        other => other.clone(),
    }
}

/// Everything that `operation` promises, references replaced.
fn promised(contract: &Contract, operation: &Operation) -> Value {
    let schema = |place: Option<&Place>| place.map(|place| unfolded(contract, place, DEPTH));
    let style = |encoding: &Encoding| match encoding {
        Encoding::Style { style, explode, allow_reserved, .. } => format!("{style:?} {explode} {allow_reserved}"),
        Encoding::Content { media_type, .. } => media_type.clone(),
    };
    let media = |media: &crate::contract::Media| json!([media.name, media.examples, schema(media.schema.as_ref())]);
    let mut parameters: Vec<Value> = operation
        .parameters
        .iter()
        .map(|p| {
            json!([
                p.name,
                p.location.to_string(),
                p.required,
                p.declared,
                p.examples,
                style(&p.encoding),
                schema(p.encoding.schema())
            ])
        })
        .collect();
    parameters.sort_by_key(Value::to_string);
    let body =
        operation.body.as_ref().map(|body| json!([body.required, body.content.iter().map(media).collect::<Vec<_>>()]));
    let responses: Vec<Value> = operation
        .responses
        .iter()
        .map(|response| {
            let headers = response.headers.iter().map(|header| {
                json!([header.name, header.required, style(&header.encoding), schema(header.encoding.schema())])
            });
            let headers: Vec<Value> = headers.collect();
            json!([response.status.to_string(), headers, response.content.iter().map(media).collect::<Vec<_>>()])
        })
        .collect();
    let security: Vec<Vec<String>> = operation
        .security
        .iter()
        .map(|schemes| schemes.iter().map(|scheme| format!("{:?} {:?}", scheme.scheme, scheme.scopes)).collect())
        .collect();
    let servers: Vec<Value> = operation.servers.iter().map(|server| json!([server.url, server.description])).collect();
    json!({
        "method": operation.method, "path": operation.path.text, "deprecated": operation.deprecated, "disabled": operation.disabled.is_some(),
        "parameters": parameters, "body": body, "responses": responses, "security": security, "servers": servers,
    })
}

fn assert_says_the_same(before: &Contract, after: &Contract) {
    let ids = |contract: &Contract| contract.operations.iter().map(|o| o.id.to_string()).collect::<BTreeSet<_>>();
    assert_eq!(ids(before), ids(after));
    for operation in &before.operations {
        let again = after.operation(&operation.id).unwrap();
        assert_eq!(promised(before, operation), promised(after, again), "{}", operation.id);
    }
}

#[test]
fn the_published_documents_become_one_that_says_the_same() {
    let contract = Contract::load(&[PathBuf::from("specs")], &[PathBuf::from("specs/overlays")]).unwrap();
    let (bundle, again) = bundled(&contract);
    assert!(bundle.warnings.is_empty(), "{}", bundle.warnings[0]);
    assert_says_the_same(&contract, &again);
    let yaml = Document::parse("bundle.yaml", crate::document::write::yaml(&bundle.value)).unwrap();
    assert_eq!(*yaml.value(), bundle.value);
    // Two documents describe `Address`, in two ways.
    let schemas = &bundle.value["components"]["schemas"];
    assert!(schemas.get("Address").is_some() && schemas.get("Address_UpdateOneCustomer").is_some(), "{schemas:#}");
    assert!(schemas.get("AccountStatus_GetOneCustomer").is_none(), "both documents say the same of it");
}

#[test]
fn components_of_one_name_are_shared_only_where_all_that_they_lead_to_is_the_same() {
    let components = |leaf: &str| {
        json!({"schemas": {
            "Tree": {"type": "object", "properties": {"kids": {"type": "array", "items": reference("#/components/schemas/Tree")}, "leaf": reference("#/components/schemas/Leaf")}},
            "List": {"type": "object", "properties": {"next": reference("#/components/schemas/List")}},
            "Same": {"type": "string", "description": "x", "minLength": 1},
            "Leaf": {"type": leaf},
        }})
    };
    let all = json!({"properties": {"tree": reference("#/components/schemas/Tree"), "list": reference("#/components/schemas/List"), "same": reference("#/components/schemas/Same"), "deep": reference("#/components/schemas/Tree/properties/kids/items")}});
    let a = api(&json!({"/a": get("a", &all)}), &components("string"));
    let b = api(&json!({"/b": get("b", &all)}), &components("integer"));
    let contract = contract(&[("a.json", &a), ("x/b.json", &b)]);
    let (bundle, again) = bundled(&contract);
    let names: Vec<&String> = bundle.value["components"]["schemas"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["Tree", "List", "Same", "Leaf", "Tree_b", "Leaf_b"]);
    assert_eq!(
        bundle.value["components"]["schemas"]["Tree_b"]["properties"]["kids"]["items"]["$ref"],
        "#/components/schemas/Tree_b"
    );
    assert_says_the_same(&contract, &again);
}

#[test]
fn what_other_files_hold_becomes_a_component_and_operations_keep_their_names() {
    let common = json!({
        "Address": {"type": "object", "properties": {"zip": reference("#/Zip"), "up": reference("more/odd name.json#/a~1b")}},
        "Zip": {"type": "string"},
        "page": {"name": "page", "in": "query", "schema": {"type": "integer"}},
        "item": {"parameters": [{"name": "id", "in": "path", "required": true, "schema": reference("#/Zip")}], "servers": [{"url": "https://item"}], "get": {"operationId": "one", "responses": {"200": {"description": "OK"}}}},
    });
    let more = json!({"a/b": {"type": "object", "properties": {"back": reference("../common.json#/Address")}}});
    let a = api(
        &json!({"/a": {
            "parameters": [reference("common.json#/page")],
            "get": {"operationId": "list", "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": reference("#/components/schemas/Address")}}}}},
            "post": {"operationId": "twice", "responses": {"200": reference("#/paths/~1a/get/responses/200")}},
        }}),
        &json!({"schemas": {"Address": reference("common.json#/Address"), "Zip": {"type": "integer"}}}),
    );
    let b = api(
        &json!({
            "/a": {"put": {"operationId": "list", "parameters": [reference("common.json#/page")], "responses": {"200": {"description": "OK"}}}},
            "/b/{id}": {"$ref": "common.json#/item"},
            "/c": {"get": {"operationId": "twice", "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": reference("common.json#/Address")}}}}}},
        }),
        &json!({}),
    );
    let contract = contract(&[("a.json", &a), ("b.json", &b), ("common.json", &common), ("more/odd name.json", &more)]);
    let (bundle, again) = bundled(&contract);
    assert_says_the_same(&contract, &again);
    let components = &bundle.value["components"];
    assert!(components["schemas"]["Address"].get("$ref").is_none(), "{components:#}");
    assert_eq!(components["schemas"]["Zip_common"], json!({"type": "string"}));
    assert_eq!(components["schemas"]["a_b"]["properties"]["back"]["$ref"], "#/components/schemas/Address");
    let ids: Vec<String> = again.operations.iter().map(|operation| operation.id.to_string()).collect();
    assert_eq!(ids, ["a.list", "a.twice", "b.list", "one", "b.twice"]);
    assert_eq!(bundle.warnings.len(), 4, "{:?}", bundle.warnings);
}

#[test]
fn discriminators_schemes_and_links_follow_what_is_renamed() {
    let document = |extra: &str, scheme: &Value, path: &str| {
        let mut paths = Map::new();
        let choice = json!({"oneOf": [reference("#/components/schemas/Cat"), reference("#/components/schemas/Dog")], "discriminator": {"propertyName": "kind", "mapping": {"hound": "Dog"}}});
        let mut item = get("pets", &choice);
        item["get"]["responses"]["200"]["links"] =
            json!({"next": {"operationId": "pets"}, "self": {"operationRef": format!("#/paths/~1{path}/get")}});
        paths.insert(format!("/{path}"), item);
        let mut document = api(
            &Value::Object(paths),
            &json!({
                "securitySchemes": {"key": scheme},
                "schemas": {
                    "Pet": {"type": "object", "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}},
                    "Cat": {"allOf": [reference("#/components/schemas/Pet"), {"properties": {"name": {"type": extra}}}]},
                    "Dog": {"allOf": [reference("#/components/schemas/Pet")]},
                },
            }),
        );
        document["security"] = json!([{"key": []}]);
        document["servers"] = json!([{"url": format!("https://{path}")}]);
        document
    };
    let a = document("string", &json!({"type": "http", "scheme": "bearer"}), "a");
    let b = document("integer", &json!({"type": "apiKey", "in": "header", "name": "K"}), "b");
    let contract = contract(&[("a.json", &a), ("b.json", &b)]);
    let (bundle, again) = bundled(&contract);
    let operation = &bundle.value["paths"]["/b"]["get"];
    assert_eq!(operation["security"], json!([{"key_b": []}]));
    assert_eq!(operation["servers"], json!([{"url": "https://b"}]));
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(schema["discriminator"]["mapping"]["Cat"], "#/components/schemas/Cat_b");
    assert_eq!(schema["discriminator"]["mapping"]["hound"], "#/components/schemas/Dog_b");
    let parent = &bundle.value["components"]["schemas"]["Pet_b"];
    assert_eq!(parent["discriminator"]["mapping"]["Cat"], "#/components/schemas/Cat_b");
    let links = &operation["responses"]["200"]["links"];
    assert_eq!(links, &json!({"next": {"operationId": "b.pets"}, "self": {"operationRef": "#/paths/~1b/get"}}));
    assert_eq!(again.operations.len(), 2);
    let security =
        |contract: &Contract| contract.operations.iter().map(|o| o.security[0][0].scheme.clone()).collect::<Vec<_>>();
    assert_eq!(security(&contract), security(&again));
}

#[test]
fn what_one_document_leaves_open_is_not_answered_by_another() {
    let mut a = api(
        &json!({"/a": get("a", &reference("#/components/schemas/Known"))}),
        &json!({"schemas": {"Known": {"type": "string"}}, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}}),
    );
    a["security"] = json!([{"key": []}]);
    let mut item = get("b", &reference("#/components/schemas/Known"));
    item["post"] =
        json!({"operationId": "c", "security": [{"key": []}, {}], "responses": {"200": {"description": "OK"}}});
    let b = api(&json!({"/b": item}), &json!({}));
    let contract = contract(&[("a.json", &a), ("b.json", &b)]);
    let (bundle, again) = bundled(&contract);
    assert_says_the_same(&contract, &again);
    assert!(bundle.value.get("security").is_none());
    assert_eq!(bundle.warnings.len(), 1);
}

#[test]
fn one_method_of_one_path_described_in_two_ways_is_refused_where_it_stands() {
    let a = api(&json!({"/a": get("a", &json!({"type": "string"}))}), &json!({}));
    let b = api(&json!({"/a": get("b", &json!({"type": "integer"}))}), &json!({}));
    let errors = bundle(&contract(&[("a.json", &a), ("b.json", &b)])).unwrap_err();
    assert!(errors[0].to_string().starts_with("b.json:1:"), "{}", errors[0]);
    assert!(errors[0].message.contains("GET /a"));
    let same = api(&json!({"/a": get("b", &json!({"type": "string"}))}), &json!({}));
    assert!(bundle(&contract(&[("a.json", &a), ("b.json", &same)])).is_ok());
}

#[test]
fn a_difference_names_the_action_that_made_it() {
    let document = api(&json!({"/a": get("a", &json!({"type": "string", "old": 1, "list": [1, 2]}))}), &json!({}));
    let overlay = "overlay: 1.0.0\ninfo: { title: T, version: '1' }\nactions:\n  - target: $.paths['/a'].get.responses['200'].content['application/json'].schema\n    description: \"Longer.\"\n    update: { minLength: 2 }\n  - target: $..old\n    description: \"Gone.\"\n    remove: true\n";
    let overlay = Document::parse("o.yaml", overlay).unwrap();
    let document = Document::parse("a.json", document.to_string()).unwrap();
    let contract = Contract::new(vec![document], vec![overlay]).unwrap();
    let hunks = diff::diff(&contract.sources[0]);
    assert_eq!(hunks.len(), 1);
    let told: Vec<String> = hunks[0].actions.iter().map(|(file, at, text)| format!("{file}:{at} {text}")).collect();
    assert_eq!(told, ["o.yaml:4:5 Longer.", "o.yaml:7:5 Gone."]);
    let changed: Vec<String> = hunks[0]
        .lines
        .iter()
        .filter(|(tag, _)| *tag != similar::ChangeTag::Equal)
        .map(|(tag, line)| format!("{tag}{}", line.trim()))
        .collect();
    assert!(
        changed.contains(&"-\"old\": 1,".to_owned()) && changed.contains(&"+\"minLength\": 2".to_owned()),
        "{changed:?}"
    );
}
