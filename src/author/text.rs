//! The text of a case file, laid out as people write it.

use serde_json::{Map, Value, json};

use crate::contract::{Contract, Location, Operation, OperationId};
use crate::document::{DocumentId, Pointer, write};

use super::wire::identifier;

/// A workflow to be written.
#[derive(Debug)]
pub(super) struct Workflow {
    pub(super) id: String,
    pub(super) summary: String,
    /// What stands above it, a sentence a line.
    pub(super) comment: Vec<String>,
    /// Whether an input stands for the mark of the run.
    pub(super) mark: bool,
    pub(super) inputs: Vec<Input>,
    pub(super) steps: Vec<StepText>,
}

/// An input of a workflow.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) schema: Value,
}

/// A step to be written.
#[derive(Debug)]
pub(super) struct StepText {
    pub(super) comment: Vec<String>,
    pub(super) id: String,
    pub(super) operation: OperationId,
    pub(super) parameters: Vec<ParameterText>,
    /// The media type and the payload.
    pub(super) body: Option<(Option<String>, Value)>,
    pub(super) replacements: Vec<(Pointer, Value)>,
    /// `x-conform`.
    pub(super) extension: Map<String, Value>,
    /// Conditions.
    pub(super) criteria: Vec<String>,
    pub(super) outputs: Vec<(String, String)>,
}

/// A parameter to be written.
#[derive(Debug)]
pub(super) struct ParameterText {
    pub(super) name: String,
    pub(super) location: Location,
    pub(super) value: Value,
    /// Whether the operation declares it.
    pub(super) declared: bool,
}

impl StepText {
    pub(super) fn new(id: String, operation: &OperationId) -> Self {
        Self {
            comment: Vec::new(),
            id,
            operation: operation.clone(),
            parameters: Vec::new(),
            body: None,
            replacements: Vec::new(),
            extension: Map::new(),
            criteria: Vec::new(),
            outputs: Vec::new(),
        }
    }
}

impl Workflow {
    pub(super) fn new(id: String) -> Self {
        let summary = String::new();
        Self { id, summary, comment: Vec::new(), mark: false, inputs: Vec::new(), steps: Vec::new() }
    }

    /// The text of a file that holds this workflow alone; `folder` is where it will stand.
    pub(super) fn write(&self, contract: &Contract, folder: &str) -> String {
        let sources = Sources::new(contract, &self.steps);
        let mut text = String::from("arazzo: 1.0.1\n");
        let title = if self.summary.is_empty() { &self.id } else { &self.summary };
        text.push_str(&write::compact(&json!({"info": {"title": title, "version": "1.0.0"}}), 0));
        text.push_str("sourceDescriptions:\n");
        for (document, name) in &sources.names {
            let file = contract.source(*document).map_or("", |source| source.published.name());
            let source = json!([{"name": name, "url": relative(folder, file), "type": "openapi"}]);
            text.push_str(&write::compact(&source, 2));
        }
        text.push_str("\nworkflows:\n");
        comment(&mut text, &self.comment, 2);
        let mut head = Map::new();
        head.insert("workflowId".to_owned(), json!(self.id));
        if !self.summary.is_empty() {
            head.insert("summary".to_owned(), json!(self.summary));
        }
        if self.mark {
            head.insert("x-conform".to_owned(), json!({"mark": "run"}));
        }
        let mut properties = Map::new();
        if self.mark {
            properties.insert("run".to_owned(), json!({"type": "string", "default": "conform-example"}));
        }
        properties.extend(self.inputs.iter().map(|input| (input.name.clone(), input.schema.clone())));
        if !properties.is_empty() {
            head.insert("inputs".to_owned(), json!({"type": "object", "properties": properties}));
        }
        text.push_str(&item(&head, 2));
        text.push_str("    steps:\n");
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            comment(&mut text, &step.comment, 6);
            text.push_str(&dashed(&step.laid_out(contract, &sources), 6));
        }
        text
    }
}

/// Lines that a step takes at most; a long payload stands among the inputs.
const LINES: usize = 8;

/// Longer, no line is made to keep a step short.
const LONGEST: usize = 300;

impl StepText {
    /// The members below one another, each in lines that are easy to read; where that takes too many, as few of them as
    /// possible on one line each, the shortest first.
    fn laid_out(&self, contract: &Contract, sources: &Sources) -> String {
        let members: Vec<(String, Value)> = self.members(contract, sources).into_iter().collect();
        let alone = |(name, value): &(String, Value)| Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        let mut texts: Vec<String> = members.iter().map(|member| write::compact(&alone(member), 8)).collect();
        let mut folded: Vec<(usize, String)> = members
            .iter()
            .enumerate()
            .map(|(index, (name, value))| (index, format!("        {}: {}\n", write::scalar(name), write::flow(value))))
            .filter(|(_, line)| line.chars().count() <= LONGEST)
            .collect();
        folded.sort_by_key(|(_, line)| line.chars().count());
        for (index, line) in folded {
            let lines: usize = texts.iter().map(|text| text.lines().count()).sum();
            if lines <= LINES {
                break;
            }
            if let Some(text) = texts.get_mut(index).filter(|text| text.lines().count() > 1) {
                *text = line;
            }
        }
        texts.concat()
    }

    fn members(&self, contract: &Contract, sources: &Sources) -> Map<String, Value> {
        let mut members = Map::new();
        members.insert("stepId".to_owned(), json!(self.id));
        if let Some(operation) = contract.operation(&self.operation) {
            let (key, value) = sources.call(contract, operation);
            members.insert(key.to_owned(), json!(value));
        }
        if !self.parameters.is_empty() {
            let parameters = self.parameters.iter().map(|ParameterText { name, location, value, declared }| {
                let mut parameter = json!({"name": name, "in": location.to_string(), "value": value});
                if let (false, Some(members)) = (declared, parameter.as_object_mut()) {
                    members.insert("x-conform".to_owned(), json!({"undeclared": true}));
                }
                parameter
            });
            members.insert("parameters".to_owned(), parameters.collect());
        }
        if let Some((media_type, payload)) = &self.body {
            let mut body = Map::new();
            if let Some(media_type) = media_type {
                body.insert("contentType".to_owned(), json!(media_type));
            }
            body.insert("payload".to_owned(), payload.clone());
            if !self.replacements.is_empty() {
                let replacements = self.replacements.iter();
                let replacements =
                    replacements.map(|(target, value)| json!({"target": target.as_str(), "value": value}));
                body.insert("replacements".to_owned(), replacements.collect());
            }
            members.insert("requestBody".to_owned(), Value::Object(body));
        }
        if !self.extension.is_empty() {
            members.insert("x-conform".to_owned(), Value::Object(self.extension.clone()));
        }
        if !self.criteria.is_empty() {
            let criteria = self.criteria.iter().map(|condition| json!({"condition": condition}));
            members.insert("successCriteria".to_owned(), criteria.collect());
        }
        if !self.outputs.is_empty() {
            let outputs = self.outputs.iter().map(|(name, expression)| (name.clone(), json!(expression)));
            members.insert("outputs".to_owned(), Value::Object(outputs.collect()));
        }
        members
    }
}

/// The documents that a file names.
struct Sources {
    names: Vec<(DocumentId, String)>,
}

impl Sources {
    fn new(contract: &Contract, steps: &[StepText]) -> Self {
        let mut names: Vec<(DocumentId, String)> = Vec::new();
        for step in steps {
            let Some(operation) = contract.operation(&step.operation) else { continue };
            let document = operation.place.document;
            if names.iter().any(|(known, _)| *known == document) {
                continue;
            }
            let file = contract.source(document).map_or("", |source| source.published.name());
            let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
            let plain = identifier(stem.split('.').next().unwrap_or(stem));
            let numbered = (2_usize..).map(|number| format!("{plain}{number}"));
            let free = |name: &String| !names.iter().any(|(_, known)| known == name);
            let name = std::iter::once(plain.clone()).chain(numbered).find(free).unwrap_or_default();
            names.push((document, name));
        }
        Self { names }
    }

    /// How a step names `operation`: by its `operationId` where that is enough, else by its path.
    fn call(&self, contract: &Contract, operation: &Operation) -> (&'static str, String) {
        let own = |operation: &Operation| {
            let value = contract.schemas.source(&operation.place)?;
            value.get("operationId")?.as_str().filter(|id| !id.is_empty()).map(str::to_owned)
        };
        let document = operation.place.document;
        let name = self.names.iter().find(|(known, _)| *known == document).map_or("", |(_, name)| name);
        let in_document = contract.operations.iter().filter(|other| other.place.document == document);
        match own(operation) {
            Some(id) if in_document.filter(|other| own(other).as_ref() == Some(&id)).count() == 1 => {
                let alone = self.names.len() == 1 && !id.starts_with('$');
                ("operationId", if alone { id } else { format!("$sourceDescriptions.{name}.{id}") })
            }
            _ => {
                let method = operation.method.to_ascii_lowercase();
                let pointer = Pointer::from_tokens(["paths", operation.path.text.as_str(), method.as_str()]);
                let fragment = pointer.as_str().replace('%', "%25");
                ("operationPath", format!("{{$sourceDescriptions.{name}.url}}#{fragment}"))
            }
        }
    }
}

/// `members` as an element of a list whose dash stands behind `indent` spaces.
fn item(members: &Map<String, Value>, indent: usize) -> String {
    dashed(&write::compact(&Value::Object(members.clone()), indent + 2), indent)
}

/// `text`, whose lines begin behind `indent` spaces and two more, with a dash in front.
fn dashed(text: &str, indent: usize) -> String {
    let rest = text.get(indent + 2..).unwrap_or_default();
    format!("{}- {rest}", " ".repeat(indent))
}

fn comment(text: &mut String, lines: &[String], indent: usize) {
    for line in lines {
        // What comes from elsewhere must not end the comment.
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        text.extend([" ".repeat(indent).as_str(), "# ", &line, "\n"]);
    }
}

/// `file` as it is named from `folder`, where both are relative; else as it is.
fn relative(folder: &str, file: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    let is_plain = |path: &str| !path.starts_with(['/', '\\']) && !path.contains(':');
    let (folder_parts, file_parts) = (parts(folder), parts(file));
    if !is_plain(folder) || !is_plain(file) || folder_parts.iter().any(|part| part == "..") {
        return file.to_owned();
    }
    let shared = folder_parts.iter().zip(&file_parts).take_while(|(a, b)| a == b).count();
    let up = folder_parts.iter().skip(shared).map(|_| "..".to_owned());
    up.chain(file_parts.iter().skip(shared).cloned()).collect::<Vec<_>>().join("/")
}
