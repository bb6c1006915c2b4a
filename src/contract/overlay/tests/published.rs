//! The overlays of this repository over the eight published documents.

use std::path::Path;

use jsonschema::Validator;

use super::*;

const ADD: (&str, &str) = ("specs/AddCustomer.json", "/paths/~1v1~1customers/post");
const UPDATE: (&str, &str) = ("specs/UpdateOneCustomer.json", "/paths/~1v1~1customers~1{customerId}/patch");
const BANK: (&str, &str) =
    ("specs/AddCustomerBankInformation.json", "/paths/~1v1~1customers~1{customerId}~1bankinfo/post");

fn folder(name: &str, extension: &str) -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = std::fs::read_dir(root.join(name)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(extension)).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let named = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            Document::parse(named, std::fs::read_to_string(path).unwrap()).unwrap()
        })
        .collect()
}

/// The overlays that this room writes; others may stand beside them.
fn overlays() -> Vec<Overlay> {
    let ours = ["10-errata", "20-rules"];
    let documents = folder("specs/overlays", ".overlay.yaml").into_iter();
    documents.filter(|d| ours.iter().any(|name| d.name().contains(name))).map(|d| Overlay::parse(d).unwrap()).collect()
}

fn amended() -> (Vec<Document>, Applied) {
    let documents = folder("specs", ".json");
    assert_eq!((documents.len(), overlays().len()), (8, 2));
    let applied = apply(&overlays(), &documents).map_err(|error| error.render(false, 120)).unwrap();
    (documents, applied)
}

/// The effective document.
fn effective(name: &str) -> Value {
    let (documents, applied) = amended();
    let id = documents.iter().position(|document| document.name() == name).unwrap();
    Value::clone(&applied.values[id])
}

/// Judges values by the request schema of an operation. What is certain counts only where `certain` says so.
fn request((name, operation): (&str, &str), certain: bool) -> Validator {
    let mut document = effective(name);
    translate(&mut document, certain);
    let place = format!("{operation}/requestBody/content/application~1json/schema");
    let schema = document.pointer(&place).unwrap().clone();
    document["allOf"] = json!([schema]);
    jsonschema::options().should_validate_formats(true).build(&document).unwrap()
}

/// OpenAPI 3.0 to JSON Schema, as far as these documents need it.
fn translate(value: &mut Value, certain: bool) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| translate(element, certain)),
        Value::Object(members) => {
            if members.get("nullable") == Some(&Value::Bool(true))
                && let Some(Value::String(name)) = members.get("type")
            {
                let types = json!([name, "null"]);
                members.insert("type".to_owned(), types);
            }
            if let Some(Value::Array(mut schemas)) = members.shift_remove("x-certain").filter(|_| certain) {
                let all = members.entry("allOf").or_insert_with(|| json!([]));
                all.as_array_mut().unwrap().append(&mut schemas);
            }
            members.values_mut().for_each(|member| translate(member, certain));
        }
        _ => {}
    }
}

fn examples((name, operation): (&str, &str)) -> Vec<Value> {
    let document = effective(name);
    let media = document.pointer(&format!("{operation}/requestBody/content/application~1json")).unwrap();
    let named = media["examples"].as_object().into_iter().flat_map(|map| map.values().map(|e| e["value"].clone()));
    media.get("example").cloned().into_iter().chain(named).collect()
}

#[test]
fn every_action_has_an_effect_and_quotes_what_it_formalises() {
    let (documents, applied) = amended();
    assert!(applied.warnings.is_empty(), "{:?}", applied.warnings);
    let texts: String = documents.iter().map(|document| texts(document.value())).collect();
    for amended in applied.amended.iter().flatten() {
        let quotes: Vec<&str> = amended.description.split('"').skip(1).step_by(2).collect();
        assert!(!quotes.is_empty(), "{}:{} quotes nothing", amended.file, amended.position);
        for quote in quotes {
            assert!(texts.contains(quote), "{}:{}: nobody says {quote:?}", amended.file, amended.position);
        }
    }
}

fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Array(elements) => elements.iter().map(texts).collect(),
        Value::Object(members) => members.values().map(texts).collect(),
        _ => String::new(),
    }
}

#[test]
fn an_answer_is_asked_for_more_than_was_published_only_where_a_sentence_says_what_its_text_is() {
    /// Countries, currencies and numbers are texts whose form a sentence, or their format, gives.
    const OF_TEXTS: [&str; 3] = ["^[A-Za-z]{2}$", "^[A-Za-z]{3}$", "^[^0-9]{2,}$"];
    fn without_notes(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let kept = members.iter().filter(|(name, member)| {
                    let of_text = *name == "pattern" && member.as_str().is_some_and(|text| OF_TEXTS.contains(&text));
                    *name != "example" && *name != "x-certain" && !of_text
                });
                kept.map(|(name, member)| (name.clone(), without_notes(member))).collect()
            }
            Value::Array(elements) => elements.iter().map(without_notes).collect(),
            other => other.clone(),
        }
    }
    let (documents, applied) = amended();
    for (document, value) in documents.iter().zip(&applied.values) {
        let published = document.value();
        assert_eq!(without_notes(&value["components"]), without_notes(&published["components"]), "{}", document.name());
        assert_eq!(value["servers"], published["servers"]);
        for (path, item) in published["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let mut responses = value["paths"][path][method]["responses"].clone();
                let total = "/200/content/application~1json/schema/properties/totalCount";
                if let Some(total) = responses.pointer_mut(total).and_then(Value::as_object_mut) {
                    // `type: string, format: integer`: the one thing that the documents say of an answer in another way.
                    assert_eq!(total.shift_remove("pattern"), Some(json!("^[0-9]+$")));
                    total.shift_remove("example");
                }
                assert_eq!(responses, operation["responses"], "{path}");
                assert_eq!(value["paths"][path][method]["security"], operation["security"], "{path}");
            }
        }
    }
    for (document, amended) in documents.iter().zip(&applied.amended) {
        for amended in amended {
            let pointer = amended.pointer.as_str();
            let is_request = ["/requestBody/", "/parameters"].iter().any(|part| pointer.contains(part));
            let is_note = pointer.ends_with("/example") || pointer.ends_with("/x-certain");
            let texts = ["totalCount", "currency", "country", "nationality"];
            let is_text = texts.iter().any(|name| pointer.ends_with(&format!("/properties/{name}/pattern")));
            assert!(is_request || is_note || is_text, "{}: {pointer}", document.name());
        }
    }
}

#[test]
fn every_path_parameter_is_declared() {
    let (documents, applied) = amended();
    for (document, value) in documents.iter().zip(&applied.values) {
        for (path, item) in value["paths"].as_object().unwrap() {
            for operation in item.as_object().unwrap().values() {
                let empty = Vec::new();
                let parameters = operation["parameters"].as_array().unwrap_or(&empty).iter();
                let declared: Vec<&str> =
                    parameters.filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
                let named: Vec<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
                assert_eq!(declared, named, "{} of {}", path, document.name());
            }
        }
    }
}

#[test]
fn every_example_is_valid_and_certainly_so() {
    for operation in [ADD, UPDATE, BANK] {
        let (binding, certain) = (request(operation, false), request(operation, true));
        let examples = examples(operation);
        assert!(!examples.is_empty());
        for example in examples {
            for validator in [&binding, &certain] {
                let errors: Vec<String> = validator.iter_errors(&example).map(|e| e.to_string()).collect();
                assert!(errors.is_empty(), "{operation:?}: {errors:?}");
            }
        }
    }
}

/// `value` with some members replaced and, where null is given, removed.
fn but(mut value: Value, changes: &Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        let members = value.as_object_mut().unwrap();
        if change.is_null() {
            members.shift_remove(name);
        } else {
            members.insert(name.clone(), change.clone());
        }
    }
    value
}

#[test]
fn the_sentences_about_a_customer_bind() {
    let validator = request(ADD, false);
    let example = examples(ADD).remove(0);
    for (changes, expected) in [
        (json!({"employerName": null}), false),
        (json!({"employerAddress": null}), false),
        (json!({"employerAddress": "1 Road, Dubai"}), true),
        (json!({"employmentStatus": "Student", "employerName": null, "employerAddress": null}), true),
        (json!({"employmentStatus": "Self-Employed"}), true),
        (json!({"sanctionsScreeningCompletedAt": null}), false),
        (json!({"sanctionsScreeningCompletedAt": null, "sanctionsScreeningCompleted": "NO"}), true),
        (json!({"pepScreeningCompletedAt": null}), false),
        (json!({"pepScreeningCompletedAt": null, "pepScreeningCompleted": "NO"}), true),
        (json!({"livenessCheckCompletedAt": null}), false),
        (json!({"livenessCheckCompletedAt": null, "livenessCheckCompleted": "NO"}), true),
        (json!({"livenessCheckCompleted": null, "livenessCheckCompletedAt": null}), true),
        (json!({"livenessCheckCompleted": null, "electronicFacialRecognition": "NA", "emiratesId": null}), false),
        (json!({"livenessCheckCompleted": null, "electronicFacialRecognition": null}), false),
        (json!({"emiratesId": null}), false),
        (json!({"documentExpiryDate": null}), false),
        (json!({"emiratesId": null, "documentExpiryDate": null, "electronicFacialRecognition": "FAILED"}), true),
        (json!({"emiratesId": null, "documentExpiryDate": null, "electronicFacialRecognition": null}), true),
        (json!({"nationality": "Timor-Leste"}), true),
    ] {
        assert_eq!(validator.is_valid(&but(example.clone(), &changes)), expected, "{changes}");
    }
}

#[test]
fn the_sentences_about_an_update_bind() {
    let validator = request(UPDATE, false);
    let address = json!({"streetNumber": "1", "streetName": "s", "city": "c", "state": "s", "country": "CA"});
    let with_type = but(address.clone(), &json!({"addressType": "BUSINESS"}));
    for (body, expected) in [
        (json!({}), true),
        (json!({"employmentStatus": "Retired"}), true),
        (json!({"address": with_type}), true),
        (json!({"address": address}), false),
        (json!({"address": but(with_type.clone(), &json!({"city": null}))}), false),
        (json!({"employerAddress": address}), true),
        (json!({"employerAddress": but(address.clone(), &json!({"state": null}))}), false),
        (json!({"employmentStatus": "Employed", "employerAddress": address}), true),
        (json!({"customerPreTradeRiskGroup": "HIGH"}), true),
        (json!({"customerPreTradeRiskGroup": "MEDIUM"}), false),
    ] {
        assert_eq!(validator.is_valid(&body), expected, "{body}");
    }
    // Two readings: neither sent as valid nor expected to be refused.
    let certain = request(UPDATE, true);
    for doubtful in [
        json!({"employmentStatus": "Employed"}),
        json!({"customerPreTradeRiskGroup": null}),
        json!({"address": but(with_type, &json!({"streetNumber": null}))}),
        json!({"employerAddress": but(address, &json!({"streetNumber": null}))}),
    ] {
        assert!(validator.is_valid(&doubtful) && !certain.is_valid(&doubtful), "{doubtful}");
    }
}

#[test]
fn the_sentences_about_a_bank_account_bind() {
    let validator = request(BANK, false);
    let [individual, business] = <[Value; 2]>::try_from(examples(BANK)).unwrap();
    for (example, changes, expected) in [
        (&individual, json!({"beneficiaryGivenNames": null}), false),
        (&individual, json!({"beneficiarySurnames": null}), false),
        (&individual, json!({"beneficiaryType": "BUSINESS"}), false),
        (&individual, json!({"beneficiaryLegalName": "also"}), true),
        (&individual, json!({"currency": "aed"}), true),
        (&individual, json!({"currency": "784"}), false),
        (&individual, json!({"currency": "AEDX"}), false),
        (&individual, json!({"beneficiaryBankName": null}), false),
        (&business, json!({"beneficiaryLegalName": null}), false),
        (&business, json!({"beneficiaryType": "INDIVIDUAL"}), false),
        (&business, json!({"intermediaryBankAddress": null}), true),
    ] {
        assert_eq!(validator.is_valid(&but(example.clone(), &changes)), expected, "{changes}");
    }
}
