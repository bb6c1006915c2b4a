//! Tests of mutations: contracts and requests to try them on.

mod cams;
mod kinds;
mod matrix;
mod oracle;
mod parts;
mod schemas;

use std::sync::Arc;

use serde_json::Value;

use super::registry::{Mutants, mutants};
use super::{Mutant, Subject};
use crate::case::expression::Template;
use crate::case::{Argument, Intent, Payload, Step, Supply};
use crate::contract::{Contract, Location, OperationId};

/// A contract of one document.
fn contract(document: &Value) -> Contract {
    let document = crate::document::Document::parse("t.json", document.to_string()).unwrap();
    Contract::new(vec![document], Vec::new()).unwrap()
}

/// A request to the operation `id`.
fn request(id: &str, arguments: &[(Location, &str, Value)], body: Option<(&str, Value)>) -> Arc<Step> {
    let arguments = arguments.iter().map(|(location, name, value)| Argument {
        name: (*name).to_owned(),
        location: Some(*location),
        value: Supply::Template(Template::Literal(value.clone())),
    });
    let payload = body.map(|(media, value)| Payload::new(Some(media.to_owned()), Template::Literal(value)));
    Arc::new(Step { arguments: arguments.collect(), payload, ..Step::new("request", OperationId(id.into())) })
}

/// All that is made of `base`.
fn all(contract: &Contract, id: &str, base: &Arc<Step>) -> Mutants {
    let operation = contract.operation(&OperationId(id.into())).unwrap();
    mutants(&Subject::new(contract, operation, base))
}

/// A mutant in one line: `null body /a: invalid (type a)`.
fn told(mutant: &Mutant) -> String {
    let name = format!("{} {} {}", mutant.id, mutant.spot, mutant.detail);
    let intent = match &mutant.step.intent {
        Intent::Invalid(breach) => {
            let excused = if breach.excuse.is_some() { ", excused" } else { "" };
            format!("invalid ({}{excused})", breach.reason)
        }
        other => format!("{other:?}").to_lowercase(),
    };
    format!("{}: {intent}", name.trim_end())
}
