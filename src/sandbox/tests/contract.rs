//! The published documents as a judge of every answer, under the strict reading of `OpenAPI` 3.0.3.

use super::{Answer, Api};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// One published operation.
struct Operation {
    id: &'static str,
    method: Method,
    template: &'static str,
    /// Its document, with `nullable` turned into what it means and the siblings of `$ref` gone.
    document: Value,
    validators: BTreeMap<String, jsonschema::Validator>,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let all = "/v1/customers";
    let one = "/v1/customers/{customerId}";
    let banks = "/v1/customers/{customerId}/bankinfo";
    let bank = "/v1/customers/{customerId}/bankinfo/{bankAccountId}";
    vec![
        operation("AddCustomer", Method::POST, all, include_str!("../../../specs/AddCustomer.json")),
        operation("GetAllCustomers", Method::GET, all, include_str!("../../../specs/GetAllCustomers.json")),
        operation("GetOneCustomer", Method::GET, one, include_str!("../../../specs/GetOneCustomer.json")),
        operation("UpdateOneCustomer", Method::PATCH, one, include_str!("../../../specs/UpdateOneCustomer.json")),
        operation(
            "AddCustomerBankInformation",
            Method::POST,
            banks,
            include_str!("../../../specs/AddCustomerBankInformation.json"),
        ),
        operation(
            "ListCustomerBankInformation",
            Method::GET,
            banks,
            include_str!("../../../specs/ListCustomerBankInformation.json"),
        ),
        operation(
            "GetBankAccountInformation",
            Method::GET,
            bank,
            include_str!("../../../specs/GetBankAccountInformation.json"),
        ),
        operation(
            "RemoveCustomerBankAccountInformation",
            Method::DELETE,
            bank,
            include_str!("../../../specs/RemoveCustomerBankAccountInformation.json"),
        ),
    ]
});

fn operation(id: &'static str, method: Method, template: &'static str, text: &str) -> Operation {
    let document = strict(&serde_json::from_str(text).unwrap());
    let mut operation = Operation { id, method, template, document, validators: BTreeMap::new() };
    let statuses: Vec<_> = operation.responses().keys().cloned().collect();
    for status in statuses {
        if let Some(pointer) = operation.schema(&status) {
            let mut schema = operation.document.clone();
            let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
            schema["$ref"] = format!("#{fragment}").into();
            let validator = jsonschema::options()
                .with_draft(jsonschema::Draft::Draft202012)
                .should_validate_formats(true)
                .build(&schema)
                .unwrap();
            operation.validators.insert(status, validator);
        }
    }
    operation
}

fn strict(value: &Value) -> Value {
    match value {
        Value::Object(object) if object.contains_key("$ref") => json!({ "$ref": object["$ref"] }),
        Value::Object(object) => {
            let mut out: Map<_, _> = object.iter().map(|(name, value)| (name.clone(), strict(value))).collect();
            let nullable = out.shift_remove("nullable") == Some(Value::Bool(true));
            if let (true, Some(Value::String(kind))) = (nullable, object.get("type")) {
                out.insert("type".to_owned(), json!([kind, "null"]));
            }
            out.into()
        }
        Value::Array(items) => items.iter().map(strict).collect(),
        other => other.clone(),
    }
}

impl Operation {
    fn base(&self) -> String {
        let path = self.template.replace('/', "~1");
        format!("/paths/{path}/{}/responses", self.method.as_str().to_lowercase())
    }

    fn responses(&self) -> &Map<String, Value> {
        self.document.pointer(&self.base()).unwrap().as_object().unwrap()
    }

    /// Where the schema of a response is.
    fn schema(&self, status: &str) -> Option<String> {
        let pointer = self.resolve(format!("{}/{status}", self.base()));
        let pointer = format!("{pointer}/content/application~1json/schema");
        self.document.pointer(&pointer).map(|_| pointer)
    }

    fn resolve(&self, pointer: String) -> String {
        match self.document.pointer(&pointer).and_then(|value| value.get("$ref")).and_then(Value::as_str) {
            Some(target) => self.resolve(target.trim_start_matches('#').to_owned()),
            None => pointer,
        }
    }

    fn serves(&self, method: &Method, path: &str) -> bool {
        let path = path.split('?').next().unwrap();
        let (mine, theirs) = (self.template.split('/'), path.split('/'));
        self.method == *method
            && mine.clone().count() == theirs.clone().count()
            && mine.zip(theirs).all(|(mine, theirs)| mine.starts_with('{') || mine == theirs)
    }
}

/// Holds an answer against its document.
pub(super) fn judge(method: &Method, path: &str, answer: &Answer) {
    let Some(operation) = OPERATIONS.iter().find(|operation| operation.serves(method, path)) else {
        return;
    };
    let (exact, range) = (answer.status.as_str().to_owned(), format!("{}XX", answer.status.as_u16() / 100));
    let responses = operation.responses();
    let Some(documented) = [exact, range].into_iter().find(|status| responses.contains_key(status)) else {
        // The one refusal that no document foresees: GetAllCustomers knows no client error for a broken query.
        assert_eq!((operation.id, answer.status.as_u16()), ("GetAllCustomers", 400), "undocumented {}", answer.body);
        return;
    };
    let verdict = operation.validators.get(&documented).map_or(Ok(()), |validator| validator.validate(&answer.body));
    if let Err(error) = verdict {
        panic!("{} {documented}: {error} at {} in {}", operation.id, error.instance_path(), answer.body);
    }
    if documented == "200" {
        assert_known(operation, &operation.schema("200").unwrap(), &answer.body);
    }
}

/// No answer holds a property that its document does not mention.
fn assert_known(operation: &Operation, pointer: &str, instance: &Value) {
    let mut places = Vec::new();
    visit(operation, pointer, instance, &mut |pointer, value| places.push((pointer.to_owned(), value.clone())));
    for (pointer, value) in places {
        let schema = operation.document.pointer(&pointer).unwrap();
        if let (Some(properties), Some(object)) = (schema.get("properties"), value.as_object()) {
            let unknown: Vec<_> = object.keys().filter(|name| properties.get(*name).is_none()).collect();
            assert!(unknown.is_empty(), "{} {pointer}: {unknown:?}", operation.id);
        }
    }
}

/// Walks schema and instance side by side.
fn visit(operation: &Operation, pointer: &str, instance: &Value, found: &mut impl FnMut(&str, &Value)) {
    let pointer = operation.resolve(pointer.to_owned());
    found(&pointer, instance);
    let schema = operation.document.pointer(&pointer).unwrap();
    for keyword in ["allOf", "oneOf"] {
        for index in 0..schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len) {
            visit(operation, &format!("{pointer}/{keyword}/{index}"), instance, found);
        }
    }
    for name in schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        if let Some(value) = instance.get(name) {
            visit(operation, &format!("{pointer}/properties/{name}"), value, found);
        }
    }
    if schema.get("items").is_some() {
        for item in instance.as_array().into_iter().flatten() {
            visit(operation, &format!("{pointer}/items"), item, found);
        }
    }
}

/// Every value that the strict reading lets a place have, where the list of values is finite, and null.
fn wanted(operation: &Operation, pointer: &str, into: &mut BTreeSet<(String, String)>) {
    let pointer = operation.resolve(pointer.to_owned());
    let schema = operation.document.pointer(&pointer).unwrap();
    let values = schema.get("enum").and_then(Value::as_array);
    into.extend(values.into_iter().flatten().map(|value| (pointer.clone(), value.to_string())));
    let nullable = schema.get("type").and_then(Value::as_array).is_some();
    if nullable && values.is_none_or(|values| values.contains(&Value::Null)) {
        into.insert((pointer.clone(), "null".to_owned()));
    }
    for keyword in ["allOf", "oneOf"] {
        for index in 0..schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len) {
            wanted(operation, &format!("{pointer}/{keyword}/{index}"), into);
        }
    }
    for name in schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        wanted(operation, &format!("{pointer}/properties/{name}"), into);
    }
    if schema.get("items").is_some() {
        wanted(operation, &format!("{pointer}/items"), into);
    }
}

#[tokio::test]
async fn seeds_show_every_word_and_every_null_of_the_documents() {
    let api = Api::start().await;
    let mut paths = vec!["/v1/customers?limit=1000".to_owned(), "/v1/customers".to_owned()];
    for customer in api.all().await {
        let list = api.get(&format!("{customer}/bankinfo")).await.ok();
        let id = |account: &Value| format!("{customer}/bankinfo/{}", account["bankAccountId"].as_str().unwrap());
        paths.extend(list.as_array().unwrap().iter().map(id));
        paths.extend([format!("{customer}/bankinfo"), customer]);
    }
    let (mut want, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for operation in OPERATIONS.iter().filter(|operation| operation.method == Method::GET) {
        let schema = operation.schema("200").unwrap();
        let mut here = BTreeSet::new();
        wanted(operation, &schema, &mut here);
        want.extend(here.into_iter().map(|(pointer, value)| (operation.id, pointer, value)));
        for path in paths.iter().filter(|path| operation.serves(&Method::GET, path)) {
            let body = api.get(path).await.ok();
            visit(operation, &schema, &body, &mut |pointer, value| {
                seen.insert((operation.id, pointer.to_owned(), value.to_string()));
            });
        }
    }
    let missing: Vec<_> = want.difference(&seen).collect();
    // A removed bank account is gone, so only the answer to its removal shows the word.
    let (removed, missing): (Vec<_>, Vec<_>) = missing.into_iter().partition(|(_, _, value)| value == "\"REMOVED\"");
    assert!(missing.is_empty(), "{missing:#?}");
    assert_eq!(removed.len(), 2);
    assert!(want.len() > 60, "{}", want.len());
}

#[test]
fn the_strict_reading_refuses_what_it_should() {
    let one = OPERATIONS.iter().find(|operation| operation.id == "GetOneCustomer").unwrap();
    let valid = |body: Value| one.validators["200"].is_valid(&body);
    assert!(valid(json!({ "kycDetails": null, "emiratesId": null })));
    assert!(!valid(json!({ "customerPreTradeRiskGroup": null })));
    assert!(!valid(json!({ "electronicFacialRecognitionStatus": null })));
    assert!(!valid(json!({ "kycDetails": { "employmentStatus": null } })));
    assert!(!valid(json!({ "kycDetails": { "employerAddress": null } })));
    assert!(!valid(json!({ "customerId": "x" })));
    assert!(!valid(json!({ "createDate": "2024-01-01" })));
}
