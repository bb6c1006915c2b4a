//! The documents' `links` (OpenAPI 3.0.3, Link Object): what an answer gives to the next request.

use serde_json::Value;

use crate::case::expression::Expression;
use crate::contract::{Contract, Operation, OperationId};

/// A link of a documented success.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its name in the document.
    pub name: String,
    /// The operation that it leads to.
    pub target: OperationId,
    /// The target's parameters, each with where the answer holds its value.
    pub parameters: Vec<(String, Expression)>,
}

/// The links of the documented successes of `operation`, as far as they name an operation and use expressions that there
/// are.
pub fn links(contract: &Contract, operation: &Operation) -> Vec<Link> {
    let successes = operation.responses.iter().filter(|response| response.status.is_success());
    successes
        .filter_map(|response| contract.schemas.source(&response.place)?.get("links")?.as_object())
        .flatten()
        .filter_map(|(name, link)| read(contract, name, link))
        .collect()
}

fn read(contract: &Contract, name: &str, link: &Value) -> Option<Link> {
    let target = contract.operation(&OperationId(link.get("operationId")?.as_str()?.into()))?.id.clone();
    let parameters = link
        .get("parameters")?
        .as_object()?
        .iter()
        .filter_map(|(name, value)| {
            let bare = ["path.", "query.", "header.", "cookie."].iter().find_map(|place| name.strip_prefix(place));
            Some((bare.unwrap_or(name).to_owned(), Expression::parse(value.as_str()?).ok()?))
        })
        .collect();
    Some(Link { name: name.to_owned(), target, parameters })
}
