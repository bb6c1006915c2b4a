//! What the default run against the sandbox exercises of the eight documents, by its own counters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use conform::case::Intent;
use conform::document::Place;
use conform::mutation::Subject;
use conform::outcome::{Evidence, Outcome};
use conform::schema::Direction;
use conform::suite::{Settings, Suite};

use crate::default_suite;
use crate::pets::errors;

static RUN: LazyLock<(Suite, Outcome)> = LazyLock::new(|| {
    let (suite, environment, generation) = default_suite();
    let settings = Settings { seed: generation.seed, ..Settings::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let outcome = runtime.block_on(suite.run(environment, &settings, std::future::pending(), &|_| {})).unwrap();
    (suite, outcome)
});

/// What the generator says where it knows no reason.
const NO_REASON: &str = "no request was found that breaks it";

/// Promises that one side shows only, where the generator knows no reason: the operation, a part of the pointer, the end of
/// the pointer, and why.
const ONE_SIDED: &[(&str, &str, &str, &str)] = &[
    ("", "/parameters/", "/schema/type", "in a path and in a query everything is text"),
    ("GetAllCustomers", "/parameters/5/", "/format", "no registry knows the format `integer`: it refuses nothing"),
    ("UpdateOneCustomer", "/customerPreTradeRiskGroup/", "/anyOf/1/enum", "a null may be taken or refused"),
];

fn evidence() -> impl Iterator<Item = &'static Evidence> {
    RUN.1.evidence.iter()
}

#[test]
fn every_operation_and_every_documented_success_is_answered() {
    let (suite, outcome) = &*RUN;
    assert_eq!((outcome.exit_code, errors(outcome)), (0, vec![]), "{:?}", outcome.reasons);
    let mut missing = Vec::new();
    for operation in &suite.contract.operations {
        let record = outcome.operations.iter().find(|record| record.operation == *operation.id.0);
        for response in operation.responses.iter().filter(|response| response.status.is_success()) {
            let status = response.status.to_string();
            if !record.is_some_and(|record| record.statuses.iter().any(|known| known.name == status && known.count > 0))
            {
                missing.push(format!("{} {status}", operation.id));
            }
        }
    }
    assert_eq!(outcome.operations.len(), 8);
    assert!(missing.is_empty(), "never answered: {missing:?}");
}

#[test]
fn every_parameter_is_sent_and_accepted() {
    let (suite, _) = &*RUN;
    let declared: usize = suite.contract.operations.iter().map(|operation| operation.parameters.len()).sum();
    let parameters: Vec<_> = evidence().filter(|evidence| evidence.keyword == "parameter").collect();
    assert_eq!(parameters.len(), declared);
    let never: Vec<_> = parameters.iter().filter(|evidence| evidence.valid == 0).collect();
    assert!(never.is_empty(), "{never:#?}");
}

#[test]
fn nearly_all_valid_requests_are_accepted() {
    for record in &RUN.1.operations {
        assert!(record.valid > 0 && record.accepted * 100 >= record.valid * 95, "{record:?}");
    }
}

#[test]
fn every_keyword_is_shown_from_both_sides_or_says_why_not() {
    let mut gaps = Vec::new();
    let mut explained = BTreeSet::new();
    for evidence in evidence().filter(|evidence| evidence.keyword != "parameter") {
        if evidence.valid > 0 && evidence.invalid > 0 {
            continue;
        }
        let known = ONE_SIDED.iter().position(|(operation, part, end, _)| {
            evidence.operation.contains(operation) && evidence.pointer.contains(part) && evidence.pointer.ends_with(end)
        });
        match (&evidence.impossible, known) {
            (Some(reason), _) if reason != NO_REASON && evidence.valid > 0 => {}
            (_, Some(known)) => drop(explained.insert(known)),
            _ => gaps.push(format!(
                "{} {}: {} valid, {} invalid ({})",
                evidence.operation,
                evidence.pointer,
                evidence.valid,
                evidence.invalid,
                evidence.impossible.as_deref().unwrap_or("no reason")
            )),
        }
    }
    assert!(gaps.is_empty(), "{} of {} promises:\n{}", gaps.len(), RUN.1.evidence.len(), gaps.join("\n"));
    let closed: Vec<_> = ONE_SIDED.iter().enumerate().filter(|(index, _)| !explained.contains(index)).collect();
    assert!(closed.is_empty(), "both sides are shown now; take these out: {closed:#?}");
}

#[test]
fn every_value_of_an_enum_is_sent() {
    let (suite, _) = &*RUN;
    let schemas = &suite.contract.schemas;
    let mut sent: BTreeMap<(&str, Place), BTreeSet<String>> = BTreeMap::new();
    for case in suite.cases.iter().filter(|case| case.steps.len() == 1) {
        let step = &case.steps[0];
        let conform::case::Call::Operation(id) = &step.call else { continue };
        // What is drawn may be drawn otherwise tomorrow.
        if !matches!(step.intent, Intent::Valid | Intent::Open) || case.name.contains(" random") {
            continue;
        }
        let operation = suite.contract.operation(id).unwrap();
        let base = Arc::new(step.clone());
        for site in Subject::new(&suite.contract, operation, &base).sites {
            // A null that a server may take or refuse is sent as such.
            for schema in site.schemas.into_iter().filter(|_| step.intent == Intent::Valid || site.value.is_null()) {
                sent.entry((&operation.id.0, schema)).or_default().insert(site.value.to_string());
            }
        }
    }
    let mut missing = Vec::new();
    for operation in &suite.contract.operations {
        let body = operation.body.iter().flat_map(|body| &body.content).filter_map(|media| media.schema.as_ref());
        let parameters = operation.parameters.iter().filter_map(|parameter| parameter.encoding.schema());
        for place in body.chain(parameters).flat_map(|schema| schemas.promises(schema, Direction::Request)) {
            let Some(values) = schemas.source(&place).and_then(serde_json::Value::as_array) else { continue };
            if place.pointer.last().as_deref() != Some("enum") {
                continue;
            }
            let schema = Place::new(place.document, place.pointer.parent().unwrap());
            // An enum may list a null that the type beside it denies.
            let stated = schemas.source(&schema).unwrap();
            let denied = stated.get("type").is_some() && stated.get("nullable") != Some(&true.into());
            let values = values.iter().filter(|value| !(denied && value.is_null()));
            let known = sent.get(&(&*operation.id.0, schema)).cloned().unwrap_or_default();
            let left: Vec<_> = values.map(ToString::to_string).filter(|value| !known.contains(value)).collect();
            if !left.is_empty() {
                missing.push(format!("{} {}: {}", operation.id, place.pointer, left.join(", ")));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
