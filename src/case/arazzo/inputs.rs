//! A workflow's inputs: a JSON Schema whose examples are rows.

use jsonschema::{Draft, PatternOptions};
use serde_json::{Map, Value, json};

use crate::document::Pointer;

use super::cursor::{Node, Reader, kind, suggest};
use super::rows;

/// What a workflow's inputs may be.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// The written rows; none where the schema has neither `examples` nor a `default`.
    pub(super) rows: Vec<Row>,
    /// The defaults of the single inputs.
    pub(super) defaults: Row,
    /// Rows that were made from the schema.
    pub(super) generated: Vec<Row>,
}

/// Values for all inputs of a workflow.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Counted from 1; nothing where the values are the defaults.
    pub(super) number: Option<usize>,
    /// What a row that was made is called, and the seed that it was made from.
    made: Option<(u32, String)>,
    /// The value of the input that names the rows (`x-conform: { row: INPUT }`).
    pub(super) name: Option<String>,
    pub(super) values: Value,
    /// Required inputs without a value.
    pub(super) lacking: Vec<String>,
}

impl Row {
    /// Row `number` of those that were made from `seed`.
    pub(super) fn generated(number: u32, seed: &str, values: Value) -> Self {
        Self { made: Some((number, seed.to_owned())), values, ..Self::default() }
    }

    /// What tells it from the other rows; empty where it is the only one.
    pub(super) fn label(&self) -> String {
        if let Some((number, seed)) = &self.made {
            return format!("generated {number} seed {seed}");
        }
        self.name.clone().or_else(|| self.number.map(|number| number.to_string())).unwrap_or_default()
    }

    /// What its case's name ends with.
    pub(super) fn suffix(&self) -> String {
        if let Some((number, _)) = &self.made {
            return format!(" [generated {number}]");
        }
        match (&self.name, self.number) {
            (Some(name), _) => format!(" [{name}]"),
            (None, Some(number)) => format!(" [row {number}]"),
            (None, None) => String::new(),
        }
    }
}

/// Longer chains of references are circles.
const LONGEST_CHAIN: usize = 16;

/// Keywords that may allow further names.
const OPEN: [&str; 9] =
    ["$ref", "allOf", "anyOf", "oneOf", "if", "patternProperties", "additionalProperties", "not", "dependentSchemas"];

/// The names of the inputs; nothing where the schema allows any name.
pub(super) fn names<'d>(workflow: &Node<'d>, components: Option<&Node<'d>>) -> Option<Vec<&'d str>> {
    let Some(inputs) = workflow.get("inputs") else { return Some(Vec::new()) };
    let schema = follow(inputs, components)?;
    let is_open = |key: &&str| schema.get(key).is_some_and(|member| member.value != &Value::Bool(false));
    if OPEN.iter().any(is_open) {
        return None;
    }
    Some(schema.get("properties")?.members().into_iter().map(|(name, _)| name).collect())
}

/// The inputs of a workflow: its schema's `examples`, or else its `default`, each over the defaults of the properties.
pub(super) fn read<'d>(reader: &mut Reader<'d>, workflow: &Node<'d>, components: Option<&Node<'d>>) -> Inputs {
    let Some(inputs) = workflow.get("inputs") else {
        let defaults = Row { values: json!({}), ..Row::default() };
        refuse_generate(reader, workflow);
        return Inputs { rows: Vec::new(), defaults, generated: Vec::new() };
    };
    if !inputs.value.is_object() {
        reader.report(reader.at_value(&inputs.at, format!("`inputs` is {}, not a JSON Schema", kind(inputs.value))));
        return Inputs::default();
    }
    let Some(schema) = follow(inputs.clone(), components) else {
        let text = inputs.text("$ref").unwrap_or_default();
        let known =
            components.and_then(|components| components.get("inputs")).map(|group| group.members()).unwrap_or_default();
        let known: Vec<String> = known.iter().map(|(name, _)| format!("#/components/inputs/{name}")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let problem = reader.at_value(&inputs.at.child("$ref"), format!("`{text}` leads to no input schema"));
        reader.report(problem.help(suggest(text, &known)));
        return Inputs::default();
    };
    let mut defaults = Map::new();
    for (name, property) in schema.get("properties").map(|node| node.members()).unwrap_or_default() {
        if let Some(default) = follow(property, components).and_then(|property| property.get("default")) {
            defaults.insert(name.to_owned(), default.value.clone());
        }
    }
    let mut given: Vec<(Option<usize>, Node<'d>)> = Vec::new();
    if let Some(default) = schema.get("default") {
        given.push((None, default));
    }
    let examples = reader.array(&schema, "examples");
    if !examples.is_empty() {
        given = examples.into_iter().enumerate().map(|(index, row)| (Some(index + 1), row)).collect();
    }
    let required: Vec<String> =
        schema.list("required").iter().filter_map(|name| name.value.as_str().map(str::to_owned)).collect();
    let lacking =
        |values: &Map<String, Value>| required.iter().filter(|name| !values.contains_key(*name)).cloned().collect();
    let mut rows = Vec::new();
    let whole = whole(&schema, components);
    let validator = compile(reader, &schema, &whole);
    for (number, row) in &given {
        let mut values = defaults.clone();
        extend(reader, &mut values, row);
        let lacking = lacking(&values);
        let values = Value::Object(values);
        if let Some(validator) = &validator {
            check(reader, validator, &values, &row.at);
        }
        let name = number.and_then(|_| named(reader, workflow, &values, &row.at, &rows));
        rows.push(Row { number: *number, made: None, name, values, lacking });
    }
    let generated = match &validator {
        Some(validator) => rows::generated(reader, workflow, &schema, &defaults, validator),
        None => Vec::new(),
    };
    let lacking: Vec<String> = lacking(&defaults);
    let values = Value::Object(defaults);
    if let Some(validator) = validator.as_ref().filter(|_| rows.is_empty() && lacking.is_empty()) {
        check(reader, validator, &values, &schema.at);
    }
    Inputs { rows, defaults: Row { values, lacking, ..Row::default() }, generated }
}

fn refuse_generate(reader: &mut Reader<'_>, workflow: &Node<'_>) {
    if rows::are_wanted(workflow) {
        let at = workflow.at.child("x-conform").child("generate");
        let problem = reader.at_value(&at, "there are no inputs to generate");
        reader.report(problem.help("add `inputs`, a JSON Schema"));
    }
}

/// The name of a row, where an input names the rows: short, on one line and unique.
fn named(reader: &mut Reader<'_>, workflow: &Node<'_>, values: &Value, at: &Pointer, rows: &[Row]) -> Option<String> {
    let input = workflow.get("x-conform")?.text("row")?;
    let name = values.get(input).and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
    let fits =
        |name: &&str| name.chars().count() <= 120 && !name.contains(|c: char| c.is_control() || "[]".contains(c));
    match name.filter(fits) {
        None => {
            let problem = reader.at_value(at, format!("the row has no name in `{input}`"));
            reader.report(problem.help("a text of one line and at most 120 characters, without brackets"));
            None
        }
        Some(name) if rows.iter().any(|row| row.name.as_deref() == Some(name)) => {
            reader.report(reader.at_value(at, format!("another row is called `{name}`, too")));
            None
        }
        Some(name) => Some(name.to_owned()),
    }
}

fn extend(reader: &mut Reader<'_>, values: &mut Map<String, Value>, row: &Node<'_>) {
    match row.value {
        Value::Object(members) => values.extend(members.iter().map(|(name, value)| (name.clone(), value.clone()))),
        other => {
            let problem = reader.at_value(&row.at, format!("a row of inputs is {}, not an object", kind(other)));
            reader.report(problem.help("each example has a member for each input"));
        }
    }
}

/// The schema that a reference to the components means.
fn follow<'d>(node: Node<'d>, components: Option<&Node<'d>>) -> Option<Node<'d>> {
    let mut node = node;
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = node.text("$ref") else { return Some(node) };
        let name = Pointer::from_fragment(reference.strip_prefix("#/components/inputs")?).ok()?;
        let group = components?.get("inputs")?;
        node = Node { value: name.resolve(group.value)?, at: group.at.join(&name) };
    }
    None
}

/// The schema inside of a document like the file, so that `#/components/inputs/…` resolves.
fn whole(schema: &Node<'_>, components: Option<&Node<'_>>) -> Value {
    let mut whole = schema.value.clone();
    if let (Value::Object(members), Some(components)) = (&mut whole, components) {
        members.insert("components".to_owned(), components.value.clone());
    }
    whole
}

fn compile(reader: &mut Reader<'_>, schema: &Node<'_>, whole: &Value) -> Option<jsonschema::Validator> {
    let built = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
        .should_validate_formats(true)
        .build(whole);
    match built {
        Ok(validator) => Some(validator),
        Err(error) => {
            let at =
                schema.at.join(&Pointer::parse(error.instance_path().as_str()).unwrap_or_else(|_| Pointer::root()));
            reader.report(reader.at_key(&at, format!("not a JSON Schema: {error}")));
            None
        }
    }
}

fn check(reader: &mut Reader<'_>, validator: &jsonschema::Validator, values: &Value, at: &Pointer) {
    let problems: Vec<_> = validator
        .iter_errors(values)
        .take(8)
        .map(|error| {
            let pointer = Pointer::parse(error.instance_path().as_str()).unwrap_or_else(|_| Pointer::root());
            (pointer, error.to_string())
        })
        .collect();
    for (pointer, message) in problems {
        let message = format!("the inputs break their own schema: {message}");
        reader.report(reader.at_value(&at.join(&pointer), message));
    }
}
