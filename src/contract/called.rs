//! Which operation a URL calls.

use super::style::matches_path;
use super::{Contract, Operation, PathPart, PathTemplate};

/// What a request calls.
#[derive(Debug, Clone, Copy)]
pub enum Called<'c> {
    /// This operation.
    Operation(&'c Operation),
    /// A path of the documents by a method that none declares for it; an operation of that path.
    Undeclared(&'c Operation),
}

/// The operation that `method` and `url` call, whatever stands before the path that it describes. Of several the one that
/// takes the least of the path for the server's, and of these the one with the most literal template.
pub fn called<'c>(contract: &'c Contract, method: &str, url: &str) -> Option<Called<'c>> {
    let path = path_of(url);
    let usable = contract.operations.iter().filter(|operation| operation.disabled.is_none());
    let fitting = usable.filter_map(|operation| Some((below_server(&operation.path, path)?.len(), operation)));
    let literal =
        |operation: &Operation| operation.path.parts.iter().filter(|part| matches!(part, PathPart::Literal(_))).count();
    let fitting: Vec<_> = fitting.map(|(length, operation)| ((length, literal(operation)), operation)).collect();
    let best = |operations: &mut dyn Iterator<Item = &((usize, usize), &'c Operation)>| {
        operations.max_by_key(|(rank, _)| *rank).map(|(_, operation)| *operation)
    };
    let declared = best(&mut fitting.iter().filter(|(_, operation)| operation.method.eq_ignore_ascii_case(method)));
    match declared {
        Some(operation) => Some(Called::Operation(operation)),
        None => best(&mut fitting.iter()).map(Called::Undeclared),
    }
}

/// The path of `url`, without query and fragment.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or(path)
}

/// The end of `path` that the template describes, without what is the server's.
pub fn below_server<'p>(template: &PathTemplate, path: &'p str) -> Option<&'p str> {
    let starts = path.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| at);
    starts.filter_map(|at| path.get(at..)).find(|rest| matches_path(template, rest))
}
