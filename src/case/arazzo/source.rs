//! Source descriptions, and the operations that they lead to.

use crate::contract::{Contract, Operation};
use crate::document::{DocumentId, Pointer};

use super::cursor::{Node, Reader, suggest};

/// One source description.
#[derive(Debug)]
pub(super) struct Source<'d> {
    pub(super) name: &'d str,
    pub(super) url: &'d str,
    document: Option<DocumentId>,
}

/// Why a step names no operation: the wrong part of what it says, a message, and what would be right.
pub(super) struct Unresolved {
    pub(super) fragment: String,
    pub(super) message: String,
    pub(super) help: String,
}

impl Unresolved {
    fn new(fragment: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { fragment: fragment.to_owned(), message: message.into(), help: help.into() }
    }
}

/// Reads `sourceDescriptions`.
pub(super) fn read<'d>(reader: &mut Reader<'d>, root: &Node<'d>, contract: &Contract) -> Vec<Source<'d>> {
    let mut sources: Vec<Source<'d>> = Vec::new();
    if root.get("sourceDescriptions").is_none() {
        reader.missing(root, "the file", "sourceDescriptions");
    }
    let items = reader.array(root, "sourceDescriptions");
    if items.is_empty() && root.value.get("sourceDescriptions").is_some_and(serde_json::Value::is_array) {
        reader.report(reader.at_key(&root.at.child("sourceDescriptions"), "`sourceDescriptions` is empty"));
    }
    for node in items {
        let what = "a source description";
        if reader.object(&node, what, &["name", "url", "type"]).is_none() {
            continue;
        }
        let (name, url) = (reader.required(&node, what, "name"), reader.required(&node, what, "url"));
        let kind = reader.string(&node, "type").unwrap_or("openapi");
        let (Some(name), Some(url)) = (name, url) else { continue };
        if sources.iter().any(|source| source.name == name) {
            let at = node.at.child("name");
            reader.report(reader.at_value(&at, format!("source description `{name}` appears twice")));
        }
        if name.contains('.') {
            let problem = reader.at_value(&node.at.child("name"), "a dot in the name of a source description");
            reader.report(
                problem.help("letters, digits, `_` and `-`: a dot ends the name in `$sourceDescriptions.NAME.…`"),
            );
        }
        let document = if kind == "openapi" { locate(reader, &node, url, contract) } else { None };
        if kind != "openapi" {
            refuse_kind(reader, &node.at.child("type"), kind);
        }
        sources.push(Source { name, url, document });
    }
    sources
}

fn refuse_kind(reader: &mut Reader<'_>, at: &Pointer, kind: &str) {
    let problem = match kind {
        "arazzo" => reader
            .at_value(at, "source descriptions of type `arazzo` are not supported")
            .help("workflows that call each other stand in one file"),
        "asyncapi" => reader
            .at_value(at, "source descriptions of type `asyncapi` are not supported")
            .help("only HTTP operations of OpenAPI documents are called"),
        other => reader
            .at_value(at, format!("unknown type `{other}` of a source description"))
            .help(suggest(other, &["openapi", "arazzo"])),
    };
    reader.report(problem);
}

/// The document of the contract that `url` means: by file name, and by as much of its path as tells two files apart.
fn locate(reader: &mut Reader<'_>, node: &Node<'_>, url: &str, contract: &Contract) -> Option<DocumentId> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let wanted = segments(path);
    let agreement =
        |name: &str| segments(name).iter().rev().zip(wanted.iter().rev()).take_while(|(a, b)| a == b).count();
    let best = contract.sources.iter().map(|source| agreement(source.published.name())).max().unwrap_or_default();
    let mut found = contract
        .sources
        .iter()
        .enumerate()
        .filter(|(_, source)| best > 0 && agreement(source.published.name()) == best)
        .map(|(index, _)| DocumentId(index));
    let at = node.at.child("url");
    match (found.next(), found.next()) {
        (Some(document), None) => Some(document),
        (None, _) => {
            let file = wanted.last().copied().unwrap_or(path);
            let names: Vec<&str> = contract
                .sources
                .iter()
                .filter_map(|source| segments(source.published.name()).last().copied())
                .collect();
            let problem = reader.at_fragment(&at, file, format!("no document `{file}` is loaded")).label("not loaded");
            reader.report(problem.help(suggest(file, &names)));
            None
        }
        (Some(_), Some(_)) => {
            let problem = reader.at_value(&at, "several loaded documents have this file name");
            reader.report(problem.help("name the folder, too"));
            None
        }
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split(['/', '\\']).filter(|segment| !matches!(*segment, "" | "." | "..")).collect()
}

/// The `operationId` that the document itself gives an operation.
fn own_id<'c>(contract: &'c Contract, operation: &Operation) -> Option<&'c str> {
    let source = contract.source(operation.place.document)?;
    operation.place.pointer.resolve(&source.effective)?.get("operationId")?.as_str()
}

/// The operation that `operationId: text` means.
pub(super) fn by_id<'c>(
    text: &str,
    sources: &[Source<'_>],
    contract: &'c Contract,
) -> Result<&'c Operation, Unresolved> {
    let (documents, id) = match text.strip_prefix("$sourceDescriptions.") {
        Some(rest) => {
            let (name, id) = rest.split_once('.').ok_or_else(|| {
                Unresolved::new(text, "the operation is missing", "the form is `$sourceDescriptions.NAME.OPERATION`")
            })?;
            (vec![named(name, sources)?], id)
        }
        None if text.starts_with('$') => {
            let help = "the name of an operation, or `$sourceDescriptions.NAME.OPERATION`";
            return Err(Unresolved::new(text, format!("`{text}` names no operation"), help));
        }
        None => (sources.iter().collect(), text),
    };
    let within =
        |operation: &&Operation| documents.iter().any(|source| source.document == Some(operation.place.document));
    let candidates = || contract.operations.iter().filter(within);
    let mut matching = candidates().filter(|operation| own_id(contract, operation) == Some(id));
    match (matching.next(), matching.next()) {
        (Some(operation), None) => usable(operation, id),
        (Some(_), Some(_)) if documents.len() > 1 => Err(Unresolved::new(
            id,
            format!("several source descriptions have an operation `{id}`"),
            format!("say which: `$sourceDescriptions.NAME.{id}`"),
        )),
        (Some(_), Some(_)) => {
            Err(Unresolved::new(id, format!("the document has several operations `{id}`"), "use `operationPath`"))
        }
        (None, _) if documents.iter().any(|source| source.document.is_none()) => {
            // The source description was refused already.
            Err(Unresolved::new(id, "", ""))
        }
        (None, _) => {
            let known: Vec<&str> = candidates().filter_map(|operation| own_id(contract, operation)).collect();
            Err(Unresolved::new(id, format!("unknown operation `{id}`"), suggest(id, &known)))
        }
    }
}

/// The operation that `operationPath: text` means: `{$sourceDescriptions.NAME.url}#/paths/~1pets/get`.
pub(super) fn by_path<'c>(
    text: &str,
    sources: &[Source<'_>],
    contract: &'c Contract,
) -> Result<&'c Operation, Unresolved> {
    const FORM: &str = "the form is `{$sourceDescriptions.NAME.url}#/paths/~1pets~1{id}/get`";
    let wrong = |message: &str| Unresolved::new(text, message, FORM);
    let (source, fragment) = text.split_once('#').ok_or_else(|| wrong("there is no `#` in `operationPath`"))?;
    let name = source
        .trim()
        .trim_start_matches('{')
        .trim_end_matches('}')
        .strip_prefix("$sourceDescriptions.")
        .and_then(|rest| rest.strip_suffix(".url"))
        .ok_or_else(|| Unresolved::new(source, "`operationPath` names no source description", FORM))?;
    let source = named(name, sources)?;
    let pointer =
        Pointer::from_fragment(fragment).map_err(|error| Unresolved::new(fragment, error.to_string(), FORM))?;
    let tokens: Vec<_> = pointer.tokens().collect();
    let [_, path, method] = tokens.as_slice() else {
        let known: Vec<String> = operations(contract, source)
            .filter(|operation| tokens.get(1).is_some_and(|path| *path == operation.path.text))
            .map(|operation| format!("`{fragment}/{}`", operation.method.to_lowercase()))
            .collect();
        let help = if known.is_empty() { FORM.to_owned() } else { format!("did you mean {}?", known.join(" or ")) };
        return Err(Unresolved::new(fragment, "`operationPath` leads to no operation", help));
    };
    let same = |operation: &&Operation| operation.path.text == **path && operation.method.eq_ignore_ascii_case(method);
    if let Some(operation) = operations(contract, source).find(same) {
        return usable(operation, &operation.id.0);
    }
    let known: Vec<String> = operations(contract, source)
        .map(|operation| {
            let method = operation.method.to_lowercase();
            format!("#{}", Pointer::from_tokens(["paths", operation.path.text.as_str(), method.as_str()]))
        })
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if source.document.is_none() {
        return Err(Unresolved::new(fragment, "", ""));
    }
    let message = format!("no operation at `#{fragment}` of `{name}`");
    Err(Unresolved::new(fragment, message, suggest(&format!("#{fragment}"), &known)))
}

fn operations<'c>(contract: &'c Contract, source: &Source<'_>) -> impl Iterator<Item = &'c Operation> {
    let document = source.document;
    contract.operations.iter().filter(move |operation| Some(operation.place.document) == document)
}

fn named<'s, 'd>(name: &str, sources: &'s [Source<'d>]) -> Result<&'s Source<'d>, Unresolved> {
    sources.iter().find(|source| source.name == name).ok_or_else(|| {
        let known: Vec<&str> = sources.iter().map(|source| source.name).collect();
        Unresolved::new(name, format!("unknown source description `{name}`"), suggest(name, &known))
    })
}

fn usable<'c>(operation: &'c Operation, id: &str) -> Result<&'c Operation, Unresolved> {
    match &operation.disabled {
        None => Ok(operation),
        Some(reason) => Err(Unresolved::new(id, format!("operation `{id}` cannot be used: {reason}"), "")),
    }
}
