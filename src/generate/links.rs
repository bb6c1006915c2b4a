//! Cases along the documents' `links` (OpenAPI 3.0.3, Link Object): one request feeds the next.

use serde_json::json;

use crate::case::expression::{Expression, Template};
use crate::case::{Argument, Call, Case, Intent, Step, Supply};
use crate::contract::{Contract, Location, Operation, OperationId, Parameter};
use crate::plan::link::{Link, links};
use crate::schema::{Direction, Sense};

use super::draft::case;

/// How many times a link from an operation to itself (a next page) is followed.
const PAGES: usize = 3;

/// Parameters that a link feeds: their values mean something only when they come from an earlier answer, so none is
/// invented for them.
#[derive(Debug, Default)]
pub(super) struct Fed(Vec<(OperationId, String)>);

impl Fed {
    pub(super) fn contains(&self, operation: &Operation, parameter: &Parameter) -> bool {
        self.0.iter().any(|(id, name)| *id == operation.id && *name == parameter.name)
    }
}

/// The parameters that any link of the contract feeds.
pub(super) fn fed_parameters(contract: &Contract) -> Fed {
    let mut fed = Vec::new();
    for operation in &contract.operations {
        for link in links(contract, operation) {
            fed.extend(link.parameters.into_iter().map(|(name, _)| (link.target.clone(), name)));
        }
    }
    Fed(fed)
}

/// One case for each link of `operation` whose target can be called with what the link gives: the operation, then the
/// target; a link to the operation itself is followed a few times.
pub(super) fn cases(contract: &Contract, operation: &Operation, minimal: &Step) -> Vec<Case> {
    let mut cases = Vec::new();
    for link in links(contract, operation).into_iter().filter(|link| link.target == operation.id) {
        let mut steps = vec![Step { id: "page-1".to_owned(), outputs: outputs(&link), ..minimal.clone() }];
        for page in 2..=PAGES + 1 {
            let mut step = Step { id: format!("page-{page}"), outputs: outputs(&link), ..minimal.clone() };
            step.call = Call::Operation(link.target.clone());
            for (name, _) in &link.parameters {
                step.arguments.retain(|argument| argument.name != *name);
                let output = Expression::StepOutput(
                    format!("page-{}", page - 1),
                    name.clone(),
                    crate::document::Pointer::root(),
                );
                step.arguments.push(Argument {
                    name: name.clone(),
                    location: None,
                    value: Supply::Template(Template::Expression(output)),
                });
            }
            steps.push(step);
        }
        cases.push(case(operation, "link", &link.name, steps));
    }
    cases
}

/// Minimal requests with a text that no answer gave in the place of one that does. What it is answered with nobody says; but
/// whoever comes back to an old page sends such a text, and no server may fail for it.
pub(super) fn made_up(contract: &Contract, operation: &Operation, fed: &Fed, minimal: &Step) -> Vec<(String, Step)> {
    let query = operation.parameters.iter().filter(|parameter| parameter.location == Location::Query);
    let taken = |parameter: &&Parameter| {
        let validator = |schema| contract.schemas.validator(schema, Direction::Request, Sense::Strict).ok();
        let validator = parameter.encoding.schema().and_then(validator);
        fed.contains(operation, parameter) && validator.is_some_and(|validator| validator.is_valid(&json!(MADE_UP)))
    };
    let with = |parameter: &Parameter| {
        let mut step = Step { intent: Intent::Unknown, ..minimal.clone() };
        step.arguments.retain(|argument| argument.name != parameter.name);
        let value = Supply::Template(Template::Literal(json!(MADE_UP)));
        step.arguments.push(Argument { name: parameter.name.clone(), location: Some(parameter.location), value });
        (parameter.name.clone(), step)
    };
    query.filter(taken).map(with).collect()
}

/// A text that no server gives out.
const MADE_UP: &str = "made-up";

fn outputs(link: &Link) -> Vec<(String, Expression)> {
    link.parameters.clone()
}
