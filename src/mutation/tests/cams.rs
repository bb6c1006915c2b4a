//! What is known of the CAMS documents, from reading them.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::{all, told};
use crate::case::expression::Template;
use crate::case::{Argument, Intent, Payload, Step, Supply};
use crate::contract::{Contract, Location, OperationId};
use crate::mutation::Mutant;
use crate::mutation::soundness::{Label, label};

fn cams() -> Contract {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    Contract::load(std::slice::from_ref(&specs), &[specs.join("overlays")]).unwrap()
}

/// A request of the first example of the documents.
fn base(contract: &Contract, id: &str) -> Step {
    let operation = contract.operation(&OperationId(id.into())).unwrap();
    let path = operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
    let arguments = path.map(|parameter| Argument {
        name: parameter.name.clone(),
        location: Some(Location::Path),
        value: Supply::Existing(parameter.name.clone()),
    });
    let media = operation.body.as_ref().map(|body| &body.content[0]);
    let payload =
        media.map(|media| Payload::new(Some(media.name.clone()), Template::Literal(media.examples[0].clone())));
    Step { arguments: arguments.collect(), payload, ..Step::new("request", operation.id.clone()) }
}

fn made(contract: &Contract, id: &str) -> Vec<Mutant> {
    let mutants = all(contract, id, &Arc::new(base(contract, id)));
    assert_eq!(mutants.unwritable, [], "{id}");
    mutants.made
}

fn query(name: &str, value: serde_json::Value) -> Argument {
    let value = Supply::Template(Template::Literal(value));
    Argument { name: name.to_owned(), location: Some(Location::Query), value }
}

#[test]
fn the_examples_are_valid_and_every_breach_resolves() {
    let contract = cams();
    for operation in &contract.operations {
        let base = base(&contract, &operation.id.0);
        assert_eq!(label(&contract, operation, &base), Label::Valid, "{}", operation.id);
        for mutant in made(&contract, &operation.id.0) {
            let Intent::Invalid(breach) = &mutant.step.intent else { continue };
            let place = breach.place.as_ref().or(mutant.place.as_ref()).unwrap();
            assert!(contract.schemas.source(place).is_some(), "{}: {place:?}", told(&mutant));
        }
    }
}

#[test]
fn each_of_the_required_members_of_a_customer_is_missed() {
    let contract = cams();
    let made = made(&contract, "AddCustomer");
    let schema = "/paths/~1v1~1customers/post/requestBody/content/application~1json/schema";
    let operation = contract.operation(&OperationId("AddCustomer".into())).unwrap();
    let place = operation.body.as_ref().unwrap().content[0].schema.clone().unwrap();
    let required = contract.schemas.source(&place.child("required")).unwrap().as_array().unwrap();
    assert_eq!(required.len(), 11);
    for (index, name) in required.iter().enumerate() {
        let name = name.as_str().unwrap();
        let wanted = format!("missing-required body /{name}: invalid (required {name})");
        let mutant = made.iter().find(|mutant| told(mutant) == wanted).unwrap_or_else(|| panic!("{wanted}"));
        let Intent::Invalid(breach) = &mutant.step.intent else { unreachable!() };
        assert_eq!(breach.place.as_ref().unwrap().pointer.as_str(), format!("{schema}/required/{index}"));
    }
}

#[test]
fn rules_in_prose_are_broken_where_every_reading_agrees() {
    let contract = cams();
    let lines: Vec<String> = made(&contract, "AddCustomer").iter().map(told).collect();
    for line in [
        // "Required only when employmentStatus is 'Employed'."
        "missing-required body /employerName: invalid (required employerName)",
        "missing-required body /employerAddress: invalid (required employerAddress)",
        // "This field is required if sanctionsScreeningCompleted is YES"
        "missing-required body /sanctionsScreeningCompletedAt: invalid (required sanctionsScreeningCompletedAt)",
        // "This field is required if electronicFacialRecognition is SUCCESS."
        "missing-required body /emiratesId: invalid (required emiratesId)",
        // "When all three EFR parameters are provided …, this field is optional." has more than one reading.
        "missing-required body /livenessCheckCompleted: open",
        // An address may be one string instead of an object, and null: but null may not be what the employed have to give.
        "wrong-type body /employerAddress string: valid",
        "null body /employerAddress: open",
        "wrong-type body /employerAddress integer: invalid (type employerAddress)",
        "outside-enum body /employmentStatus case: invalid (enum employmentStatus)",
        "nearly-format body /dateOfBirth day: invalid (format dateOfBirth)",
        "no-body body: invalid (no-body)",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line} is not among\n{}", lines.join("\n"));
    }
    let lines: Vec<String> = made(&contract, "UpdateOneCustomer").iter().map(told).collect();
    for line in [
        // The enum lists null and the type denies it.
        "null body /customerPreTradeRiskGroup: open",
        "null body /employerAddress: invalid (type employerAddress, excused)",
        // Its body is optional, if only because nobody says otherwise.
        "no-body body: open",
        "empty-body body: open",
        "malformed-id path customerId short-uuid: invalid (format path customerId)",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line} is not among\n{}", lines.join("\n"));
    }
    let lines: Vec<String> = made(&contract, "AddCustomerBankInformation").iter().map(told).collect();
    for line in [
        // "Required for BUSINESS beneficiary type": an individual's account has no legal name.
        "broken-branch body /beneficiaryType BUSINESS: invalid (anyOf beneficiaryType)",
        "null body /beneficiaryBankMemo: valid",
        "above-bound body /beneficiaryBankName maxLength: invalid (maxLength beneficiaryBankName)",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line} is not among\n{}", lines.join("\n"));
    }
}

#[test]
fn each_page_size_is_what_the_documents_say() {
    let contract = cams();
    let operation = contract.operation(&OperationId("GetAllCustomers".into())).unwrap();
    let with = |name: &str, value: serde_json::Value| {
        let mut step = base(&contract, "GetAllCustomers");
        step.arguments.push(query(name, value));
        label(&contract, operation, &step)
    };
    assert_eq!(with("limit", json!("10")), Label::Valid);
    assert_eq!(with("limit", json!(10)), Label::Valid);
    // No sentence says what a page of none is, or how large one may be.
    assert_eq!(with("limit", json!("0")), Label::Open);
    assert_eq!(with("limit", json!(1_000)), Label::Open);
    assert!(matches!(with("limit", json!("ten")), Label::Invalid(_)));
    assert!(matches!(with("limit", json!("-1")), Label::Invalid(_)));
}

#[test]
fn a_page_of_none_or_less_is_asked_for() {
    let contract = cams();
    let mut step = base(&contract, "GetAllCustomers");
    step.arguments.push(query("limit", json!("10")));
    let made = all(&contract, "GetAllCustomers", &Arc::new(step)).made;
    let lines: Vec<String> = made.iter().filter(|mutant| mutant.id == "not-positive").map(told).collect();
    let expected =
        ["not-positive query limit zero: open", "not-positive query limit negative: invalid (pattern query limit)"];
    assert_eq!(lines, expected);
}

#[test]
fn a_path_is_called_by_the_methods_that_no_document_declares() {
    let contract = cams();
    let methods = |id: &str| -> Vec<String> {
        let made = made(&contract, id);
        made.iter().filter(|mutant| mutant.id == "undeclared-method").map(|mutant| mutant.detail.clone()).collect()
    };
    assert_eq!(methods("AddCustomer"), ["PUT", "PATCH", "DELETE"]);
    assert_eq!(methods("GetAllCustomers"), [""; 0], "it has the path of AddCustomer, which stands before it");
    assert_eq!(methods("GetOneCustomer"), ["PUT", "POST", "DELETE"]);
    assert_eq!(methods("GetBankAccountInformation"), ["PUT", "POST", "PATCH"]);
}

#[test]
fn one_cause_has_one_reason() {
    let contract = cams();
    let mut reasons: Vec<String> = Vec::new();
    for mutant in made(&contract, "AddCustomer") {
        if let (true, Intent::Invalid(breach)) = (mutant.spot.to_string() == "body /fullName", &mutant.step.intent) {
            reasons.push(breach.reason.clone());
        }
    }
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons, ["required fullName", "type fullName"]);
}

/// The published document declares no parameter there; that ids are uuids is what an overlay makes of it.
#[test]
fn an_id_that_only_an_overlay_gives_a_form_may_be_taken() {
    let contract = cams();
    let lines: Vec<String> = made(&contract, "ListCustomerBankInformation").iter().map(told).collect();
    assert!(
        lines.contains(&"malformed-id path customerId word: invalid (format path customerId, excused)".to_owned()),
        "{lines:#?}"
    );
    let lines: Vec<String> = made(&contract, "GetOneCustomer").iter().map(told).collect();
    assert!(
        lines.contains(&"malformed-id path customerId word: invalid (format path customerId)".to_owned()),
        "{lines:#?}"
    );
}
