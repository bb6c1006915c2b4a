//! Which promises about requests were exercised, from which side and how often.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::case::{Breach, Sibling, Spot};
use crate::contract::{Contract, Location, Operation, OperationId, Parameter};
use crate::document::Place;
use crate::outcome::Evidence;
use crate::schema::{Direction, Sense};

use super::bind::Bound;

/// So many promises of one operation are counted: real documents have some hundreds.
const OF_ONE: usize = 5_000;

/// So many entries a report may have.
const IN_ALL: usize = 50_000;

/// How a parameter as a whole is called.
const PARAMETER: &str = "parameter";

/// Counters by operation.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    accounts: Mutex<BTreeMap<OperationId, Account>>,
    impossible: BTreeMap<(OperationId, Place), String>,
}

/// The counters of one operation, by place.
type Account = BTreeMap<Place, Entry>;

/// One promise.
#[derive(Debug, Default, Clone, Copy)]
struct Entry {
    parameter: bool,
    valid: u64,
    invalid: u64,
}

impl Ledger {
    /// Nothing is counted yet; of `impossible` it is known why it cannot be exercised.
    pub(super) fn new(impossible: &[(OperationId, Place, String)]) -> Self {
        let impossible =
            impossible.iter().map(|(operation, place, reason)| ((operation.clone(), place.clone()), reason.clone()));
        Self { accounts: Mutex::default(), impossible: impossible.collect() }
    }

    /// A request to `operation` that keeps every promise was accepted.
    pub(super) fn kept(&self, contract: &Contract, operation: &Operation, bound: &Bound) {
        let mut kept: Vec<Place> = Vec::new();
        for (location, name, value) in &bound.values {
            let Some(parameter) = operation.parameter(name, Some(*location)).filter(|parameter| parameter.declared)
            else {
                continue;
            };
            kept.push(parameter.place.clone());
            if let Some(schema) = parameter.encoding.schema() {
                let value = as_read(contract, parameter, schema, value);
                kept.extend(contract.schemas.kept(schema, Direction::Request, &value));
            }
        }
        if let (Some(body), Some(schema)) = (&bound.body, body_schema(operation, bound)) {
            kept.extend(contract.schemas.kept(schema, Direction::Request, body));
        }
        // A list keeps the promise of its items once, however long it is.
        kept.sort();
        kept.dedup();
        let mut accounts = self.accounts();
        let account = opened(&mut accounts, contract, operation);
        for place in kept {
            if let Some(entry) = account.get_mut(&place) {
                entry.valid += 1;
            }
        }
    }

    /// A request to `operation` that breaks one promise was answered.
    pub(super) fn broken(
        &self,
        contract: &Contract,
        operation: &Operation,
        breach: &Breach,
        sibling: Option<&Sibling>,
    ) {
        let mut places: Vec<&Place> = breach.places().collect();
        if let Some(Spot::Parameter(location, name, _)) = sibling.map(|sibling| &sibling.at) {
            places.extend(operation.parameter(name, Some(*location)).map(|parameter| &parameter.place));
        }
        places.dedup();
        let mut accounts = self.accounts();
        let account = opened(&mut accounts, contract, operation);
        for place in places {
            if let Some(entry) = account.get_mut(place) {
                entry.invalid += 1;
            }
        }
    }

    /// What was exercised of each promise of `operations`, by operation and place; at most so many entries that a report
    /// stays readable, and whether that was enough.
    pub(super) fn evidence(&self, contract: &Contract, operations: &[OperationId]) -> (Vec<Evidence>, bool) {
        let mut accounts = self.accounts();
        let mut evidence = Vec::new();
        let mut sorted: Vec<&OperationId> = operations.iter().collect();
        sorted.sort();
        for id in sorted {
            let Some(operation) = contract.operation(id).filter(|operation| operation.disabled.is_none()) else {
                continue;
            };
            if evidence.len() >= IN_ALL {
                return (evidence, false);
            }
            let account = opened(&mut accounts, contract, operation);
            let mut entries: Vec<(&Place, &Entry)> = account.iter().collect();
            entries.sort_by_key(|(place, _)| (place.pointer.as_str(), place.document));
            evidence.extend(
                entries.into_iter().map(|(place, entry)| Evidence {
                    operation: id.to_string(),
                    document: contract
                        .source(place.document)
                        .map(|source| source.published.name().to_owned())
                        .unwrap_or_default(),
                    pointer: place.pointer.to_string(),
                    keyword: keyword(place, *entry),
                    valid: entry.valid,
                    invalid: entry.invalid,
                    impossible: self.impossible.get(&(id.clone(), place.clone())).cloned(),
                }),
            );
        }
        let enough = evidence.len() <= IN_ALL;
        evidence.truncate(IN_ALL);
        (evidence, enough)
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<OperationId, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The account of `operation`, with an entry for each of its promises.
fn opened<'m>(
    accounts: &'m mut BTreeMap<OperationId, Account>,
    contract: &Contract,
    operation: &Operation,
) -> &'m mut Account {
    accounts.entry(operation.id.clone()).or_insert_with(|| {
        let mut account = Account::new();
        let mut schemas: Vec<&Place> = Vec::new();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.declared) {
            account.insert(parameter.place.clone(), Entry { parameter: true, ..Entry::default() });
            schemas.extend(parameter.encoding.schema());
        }
        schemas.extend(operation.body.iter().flat_map(|body| &body.content).filter_map(|media| media.schema.as_ref()));
        for schema in schemas {
            for place in contract.schemas.promises(schema, Direction::Request) {
                if account.len() < OF_ONE {
                    account.entry(place).or_default();
                }
            }
        }
        account
    })
}

/// `maxLength`, `required`, `parameter`.
fn keyword(place: &Place, entry: Entry) -> String {
    if entry.parameter {
        return PARAMETER.to_owned();
    }
    let tokens: Vec<_> = place.pointer.tokens().collect();
    let named = tokens.iter().rev().find(|token| !token.bytes().all(|byte| byte.is_ascii_digit()));
    named.map(|token| token.clone().into_owned()).unwrap_or_default()
}

/// The value as its schema reads it: an id from the path is text, and may stand for a number.
fn as_read(contract: &Contract, parameter: &Parameter, schema: &Place, value: &Value) -> Value {
    let Value::String(text) = value else { return value.clone() };
    let scalar = serde_json::from_str(text).ok().filter(|value: &Value| value.is_number() || value.is_boolean());
    let Some(scalar) = scalar.filter(|_| parameter.location == Location::Path) else { return value.clone() };
    let validator = contract.schemas.validator(schema, Direction::Request, Sense::Strict);
    if validator.is_ok_and(|validator| !validator.is_valid(value) && validator.is_valid(&scalar)) {
        scalar
    } else {
        value.clone()
    }
}

/// The schema of the media type that the body was written as.
fn body_schema<'o>(operation: &'o Operation, bound: &Bound) -> Option<&'o Place> {
    let content = &operation.body.as_ref()?.content;
    let essence = |name: &str| name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let sent = bound.media_type.as_deref().map(essence)?;
    content.iter().find(|media| essence(&media.name) == sent)?.schema.as_ref()
}
