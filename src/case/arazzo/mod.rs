//! Arazzo 1.0 and 1.1 files (their HTTP part) as cases.
//!
//! Every name, type and expression is looked up while reading, so that a case that runs can only fail for what a server
//! did. Where the standard is a trap, reading is kinder:
//!
//! - `in` of a parameter may be left out where the operation declares the parameter once;
//! - an unqualified `operationId` is enough where one source description alone has it;
//! - a source description means the loaded document of the same file name;
//! - a payload that is JSON text keeps the types of the expressions in its strings;
//! - `$components.parameters.NAME` may stand wherever a value stands.
//!
//! What it does not read, it refuses by name: `XPath`, `AsyncAPI`, workflows of other files.
//!
//! A workflow becomes a case for each of the `examples` of its `inputs`, over the defaults of the single inputs; without
//! examples, one case with the `default`s. A workflow that others call, and that has no such rows, does not run by itself.
//!
//! Extensions stand under `x-conform`, so that a file stays an Arazzo file:
//!
//! | where | member | meaning |
//! |---|---|---|
//! | workflow | `tags` | words by which a run selects cases |
//! | | `environments` | the environments in which it makes sense; any, where it is left out |
//! | | `writes` | `true`: it makes sense only where something may be changed, even if every step reads; `false`: it changes nothing, and a step that would is a mistake |
//! | | `generate` | how many rows of inputs are made from their schema, beside the written ones; an input with a `default` keeps it |
//! | | `mark` | the input, or inputs, that stand for the mark of the run wherever they are named, so that what a run creates can be found; their default is what other tools send |
//! | | `row` | the input whose value names a row, in place of its number |
//! | step | `always` | `true`: runs whatever happened before, to clean up |
//! | | `body` | a JSON Schema (2020-12) that the body must satisfy, beside the documented one, where the answer is of the expected kind: a success, or what `expect` says |
//! | | `until` | `{ within: 5s, every: 200ms, condition: … }`, or `criteria` with a list: a request that reads is sent again until all of it holds, at most for that long |
//! | | `expect` | `accepted` or `refused`: what the contract promises to this request; or a status, `404` or `4XX`, that has to come |
//! | | `remove` | JSON Pointers of members that are taken out of the payload, after its replacements |
//! | | `merge-patch` | a merge patch (RFC 7396) for the payload, or an expression that yields one; applied last, so that rows of inputs can change one body |
//! | | `credentials` | `environment`, `none` or `wrong` |
//! | criterion | `exact` | `true`: strings with case, types never mixed, `JSONPath` as RFC 9535 has it |
//! | parameter | `undeclared` | `true`: is sent although the operation does not declare it |

mod action;
mod body;
mod criteria;
mod cursor;
mod extension;
mod inputs;
mod names;
mod outline;
mod parameter;
mod payload;
mod rows;
mod selector;
mod source;
mod step;
#[cfg(test)]
mod tests;
mod until;
mod workflow;

use std::path::Path;

use crate::case::Case;
use crate::contract::Contract;
use crate::document::{Diagnostic, Document, Severity};

use cursor::{Node, Reader, suggest};

/// Reads the workflows of a case file, each a case for every row of its inputs.
///
/// ```
/// use conform::case::arazzo;
/// use conform::contract::Contract;
/// use conform::document::Document;
///
/// let pets = "openapi: 3.0.3
/// info: { title: Pets, version: '1' }
/// paths: { /pets: { get: { operationId: listPets, responses: { '200': { description: ok } } } } }";
/// let contract = Contract::new(vec![Document::parse("pets.yaml", pets).unwrap()], vec![]).unwrap();
/// let file = Document::parse("list.arazzo.yaml", "
/// arazzo: 1.0.1
/// info: { title: Lists, version: '1' }
/// sourceDescriptions: [{ name: pets, url: pets.yaml, type: openapi }]
/// workflows:
///   - workflowId: all
///     steps:
///       - stepId: list
///         operationId: listPet
/// ").unwrap();
/// let problems = arazzo::read(&file, &contract).unwrap_err();
/// assert_eq!(problems[0].to_string(), "list.arazzo.yaml:9:22: error: unknown operation `listPet`");
/// assert_eq!(problems[0].help.as_deref(), Some("did you mean `listPets`?"));
/// ```
///
/// # Errors
/// Everything that is wrong with the file, in its order.
pub fn read(document: &Document, contract: &Contract) -> Result<Vec<Case>, Vec<Diagnostic>> {
    read_seeded(document, contract, 0)
}

/// The same, where the rows that are made (`generate`) start from `seed`.
///
/// # Errors
/// Everything that is wrong with the file, in its order.
pub fn read_seeded(document: &Document, contract: &Contract, seed: u64) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let mut reader = Reader::new(document, seed);
    let root = reader.root();
    let keys = ["arazzo", "$self", "info", "sourceDescriptions", "workflows", "components"];
    let mut cases = Vec::new();
    if reader.object(&root, "a case file", &keys).is_some() && version(&mut reader, &root) {
        itself(&mut reader, &root);
        info(&mut reader, &root);
        components(&mut reader, &root);
        let outline = outline::read(&mut reader, &root, contract);
        cases = workflow::cases(&mut reader, &outline, contract);
    }
    let mut problems = reader.problems;
    if problems.is_empty() {
        return Ok(cases);
    }
    // What a workflow hands to its steps is looked up from each of them.
    problems.sort_by(|a, b| (start(a), &a.message).cmp(&(start(b), &b.message)));
    problems.dedup_by(|a, b| start(a) == start(b) && a.message == b.message);
    Err(problems)
}

/// Reads several case files; the rows that are made start from `seed`.
///
/// # Errors
/// Everything that is wrong with any of them; files that cannot be read; two cases of one name.
pub fn read_all<P: AsRef<Path>>(paths: &[P], contract: &Contract, seed: u64) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let document = match Document::read(path.as_ref()) {
            Ok(document) => document,
            Err(problem) => {
                problems.push(*problem);
                continue;
            }
        };
        match read_seeded(&document, contract, seed) {
            Ok(read) => {
                if let Some(twice) = read.iter().find(|case| cases.iter().any(|known| known.name == case.name)) {
                    let message = format!("another case file has a case `{}`, too", twice.name);
                    problems.push(
                        Diagnostic::file(Severity::Error, document.name(), message).help("rename one of the files"),
                    );
                }
                cases.extend(read);
            }
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

fn start(problem: &Diagnostic) -> usize {
    problem.source.as_ref().map(|(_, range)| range.start).unwrap_or_default()
}

fn version(reader: &mut Reader<'_>, root: &Node<'_>) -> bool {
    let Some(text) = reader.required(root, "the file", "arazzo") else { return false };
    let known = text.starts_with("1.0.") || text.starts_with("1.1.");
    if !known {
        let problem = reader.at_value(&root.at.child("arazzo"), format!("Arazzo version `{text}` is not supported"));
        reader.report(problem.help("`1.0.x` or `1.1.x`, such as `arazzo: 1.0.1`"));
    }
    known
}

/// `$self`: a URI-reference without a fragment (Arazzo 1.1).
fn itself<'d>(reader: &mut Reader<'d>, root: &Node<'d>) {
    if let Some(uri) = reader.string(root, "$self")
        && (uri.contains('#') || uri.contains(char::is_whitespace) || uri.is_empty())
    {
        let problem = reader.at_value(&root.at.child("$self"), format!("`{uri}` is no URI that a file can have"));
        reader.report(problem.help("such as `https://example.com/cases/pets.arazzo.yaml`, without `#`"));
    }
}

fn info<'d>(reader: &mut Reader<'d>, root: &Node<'d>) {
    let Some(info) = root.get("info") else {
        reader.missing(root, "the file", "info");
        return;
    };
    if reader.object(&info, "`info`", &["title", "summary", "description", "version"]).is_some() {
        reader.required(&info, "`info`", "title");
        reader.required(&info, "`info`", "version");
        reader.string(&info, "summary");
        reader.string(&info, "description");
    }
}

/// The names of the components; what they hold is read where it is used.
fn components<'d>(reader: &mut Reader<'d>, root: &Node<'d>) {
    let Some(components) = root.get("components") else { return };
    let groups = ["inputs", "parameters", "successActions", "failureActions"];
    if reader.object(&components, "`components`", &groups).is_none() {
        return;
    }
    for (group, node) in components.members().into_iter().filter(|(group, _)| groups.contains(group)) {
        if !node.value.is_object() {
            reader.object(&node, &format!("`components/{group}`"), &[]);
            continue;
        }
        for (name, component) in node.members() {
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
                let problem = reader.at_key(&component.at, format!("`{name}` cannot name a component"));
                reader.report(problem.help("letters, digits, `.`, `_` and `-`"));
            }
            if !component.value.is_object() && group != "inputs" {
                reader.object(&component, &format!("`{name}` in `components/{group}`"), &[]);
            }
            unused(reader, &component, group);
        }
    }
}

/// Unknown keys of components, used or not.
fn unused<'d>(reader: &mut Reader<'d>, component: &Node<'d>, group: &str) {
    let (what, keys): (_, &[&str]) = match group {
        "parameters" => ("a parameter", &["name", "in", "value", "x-conform"]),
        "successActions" => ("an action", &["name", "type", "workflowId", "stepId", "criteria", "parameters"]),
        "failureActions" => (
            "an action",
            &["name", "type", "workflowId", "stepId", "criteria", "parameters", "retryAfter", "retryLimit"],
        ),
        _ => return,
    };
    let Some(members) = component.value.as_object() else { return };
    for name in members.keys().filter(|name| !name.starts_with("x-") && !keys.contains(&name.as_str())) {
        let problem = reader.at_key(&component.at.child(name), format!("unknown key `{name}` in {what}"));
        reader.report(problem.label("unknown").help(suggest(name, keys)));
    }
}
