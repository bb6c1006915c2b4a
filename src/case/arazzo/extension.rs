//! `x-conform`: what conform reads in a case file beyond the standard.

use serde_json::Value;

use crate::case::Credentials;
use crate::document::Pointer;

use super::cursor::{Node, Reader, kind, suggest};
use super::rows;

/// What `x-conform` says in a workflow.
///
/// - `tags`: words by which a run selects cases.
/// - `environments`: the environments in which it makes sense; any, where it is left out.
/// - `row`: the input whose value names a row, in place of its number.
/// - `generate`: how many rows of inputs are made from the schema, beside the written ones.
/// - `writes`: `true`: it makes sense only where something may be changed; `false`: none of its steps changes anything.
/// - `mark`: the input (or a list of inputs) that stands for the mark of the run wherever an expression names it, so
///   that what a run creates can be found and told from what others create. Its default is what other tools send.
#[derive(Debug, Default)]
pub(super) struct WorkflowExtension {
    pub(super) tags: Vec<String>,
    pub(super) environments: Vec<String>,
    pub(super) writes: Option<bool>,
}

/// What `x-conform` says in a step.
///
/// - `always: true`: the step runs whatever happened before, to clean up.
/// - `expect`: `accepted` or `refused`: which kind of answer the contract promises to this request; or a status, `404` or
///   `4XX`, which has to come.
/// - `remove`: JSON Pointers of members that are taken out of the payload after its replacements.
/// - `merge-patch`: a merge patch (RFC 7396) for the payload, applied last; or an expression that yields one.
/// - `credentials`: `environment`, `none` or `wrong`.
/// - `body`: a JSON Schema that the body of the expected answer must satisfy.
/// - `until`: what the answers have to come to, and by when.
#[derive(Debug, Default)]
pub(super) struct StepExtension<'d> {
    pub(super) always: bool,
    pub(super) expect: Option<Expect>,
    pub(super) remove: Vec<(Pointer, &'d str)>,
    pub(super) merge_patch: Option<Node<'d>>,
    pub(super) credentials: Option<Credentials>,
    pub(super) body: Option<Node<'d>>,
    pub(super) until: Option<Node<'d>>,
}

/// What a step expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    Accepted,
    Refused,
    /// `404` or `4XX`, as in a condition.
    Status(String),
}

/// Reads `x-conform` of a workflow.
pub(super) fn workflow(reader: &mut Reader<'_>, workflow: &Node<'_>, inputs: Option<&[&str]>) -> WorkflowExtension {
    let Some(node) = workflow.get("x-conform") else { return WorkflowExtension::default() };
    let keys = ["tags", "environments", "generate", "mark", "row", "writes"];
    if reader.object(&node, "`x-conform` of a workflow", &keys).is_none() {
        return WorkflowExtension::default();
    }
    let marks = match node.get("mark") {
        Some(mark) if mark.value.is_string() => vec![(mark.at.clone(), mark.value.as_str().unwrap_or_default())],
        _ => reader.strings(&node, "mark"),
    };
    for (at, mark) in marks {
        if let Some(inputs) = inputs.filter(|inputs| !inputs.contains(&mark)) {
            reader.report(reader.at_value(&at, format!("there is no input `{mark}`")).help(suggest(mark, inputs)));
        }
    }
    if let Some(row) = reader.string(&node, "row")
        && let Some(inputs) = inputs.filter(|inputs| !inputs.contains(&row))
    {
        let problem = reader.at_value(&node.at.child("row"), format!("there is no input `{row}`"));
        reader.report(problem.help(suggest(row, inputs)));
    }
    if let Some(generate) = node.get("generate")
        && rows::wanted(&generate).is_none()
    {
        let problem = reader.at_value(&generate.at, "`generate` is no number of rows");
        reader.report(problem.help("an integer from 0 to 10000"));
    }
    let mut owned = |key| reader.strings(&node, key).into_iter().map(|(_, text)| text.to_owned()).collect();
    let (tags, environments) = (owned("tags"), owned("environments"));
    let writes = node.get("writes").map(|_| reader.flag(&node, "writes"));
    WorkflowExtension { tags, environments, writes }
}

/// Reads `x-conform` of a step.
pub(super) fn step<'d>(reader: &mut Reader<'d>, step: &Node<'d>) -> StepExtension<'d> {
    let Some(node) = step.get("x-conform") else { return StepExtension::default() };
    let keys = ["always", "expect", "remove", "merge-patch", "credentials", "body", "until"];
    if reader.object(&node, "`x-conform` of a step", &keys).is_none() {
        return StepExtension::default();
    }
    let mut remove = Vec::new();
    for (at, text) in reader.strings(&node, "remove") {
        match Pointer::parse(text) {
            Ok(pointer) if !pointer.is_root() => remove.push((pointer, text)),
            Ok(_) => reader
                .report(reader.at_value(&at, "the whole payload cannot be removed").help("leave `requestBody` out")),
            Err(error) => reader.report(reader.at_value(&at, error.to_string()).help(format!("such as `/{text}`"))),
        }
    }
    StepExtension {
        always: reader.flag(&node, "always"),
        expect: node.get("expect").and_then(|node| expect(reader, &node)),
        remove,
        merge_patch: node.get("merge-patch"),
        credentials: node.get("credentials").and_then(|node| credentials(reader, &node)),
        body: node.get("body"),
        until: node.get("until"),
    }
}

fn expect(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Expect> {
    const HELP: &str = "`accepted`, `refused`, a status such as `404`, or a range such as `4XX`";
    let text = match node.value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => {
            reader.report(reader.at_value(&node.at, format!("`expect` is {}", kind(other))).help(HELP));
            return None;
        }
    };
    match (text.as_str(), text.as_bytes()) {
        ("accepted", _) => Some(Expect::Accepted),
        ("refused", _) => Some(Expect::Refused),
        (_, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] | [b'1'..=b'5', b'X', b'X']) => Some(Expect::Status(text)),
        _ => {
            reader.report(reader.at_value(&node.at, format!("`expect` does not know `{text}`")).help(HELP));
            None
        }
    }
}

fn credentials(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Credentials> {
    match node.value.as_str() {
        Some("environment") => Some(Credentials::Environment),
        Some("none") => Some(Credentials::None),
        Some("wrong") => Some(Credentials::Wrong),
        _ => {
            let problem = reader.at_value(&node.at, "unknown `credentials`");
            reader.report(problem.help("`environment`, `none` or `wrong`"));
            None
        }
    }
}

/// A flag in `x-conform` of a criterion (`exact`) or a parameter (`undeclared`).
pub(super) fn flag(reader: &mut Reader<'_>, node: &Node<'_>, what: &str, key: &str) -> bool {
    let Some(node) = node.get("x-conform") else { return false };
    reader.object(&node, &format!("`x-conform` of {what}"), &[key]).is_some() && reader.flag(&node, key)
}
