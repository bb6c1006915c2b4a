//! A second, simple reading of requests, which shares nothing with the first: what a text plainly stands for, and a
//! validator that has the schema as it is.

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// One parameter or body, as a simple server has it.
pub(super) struct Oracle {
    schema: Value,
    validator: Validator,
    pub(super) required: bool,
}

/// How a parameter is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) style: &'a str,
    pub(super) explode: bool,
}

impl Oracle {
    pub(super) fn new(schema: &Value, required: bool) -> Self {
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        Self { schema: schema.clone(), validator: options.build(schema).unwrap(), required }
    }

    pub(super) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// Whether any of `readings` is valid.
    pub(super) fn any_valid(&self, readings: &[Value]) -> bool {
        readings.iter().any(|value| self.is_valid(value))
    }

    /// What the elements or members of a parameter stand for: first as the schema has their types, then each as text.
    pub(super) fn readings(&self, form: Form<'_>, name: &str, text: &str, pairs: &[(String, String)]) -> Vec<Value> {
        let mut readings = Vec::new();
        if has_type(&self.schema, "object") {
            if let Some(members) = members(form, name, text, pairs) {
                readings.push(self.object(&members, true));
                readings.push(self.object(&members, false));
            }
        } else if has_type(&self.schema, "array") {
            if let Some(items) = items(form, name, text, pairs) {
                let schema = self.schema.get("items").unwrap_or(&Value::Null);
                readings.push(items.iter().map(|text| typed(schema, text)).collect());
                readings.push(items.iter().map(|text| json!(text)).collect());
            }
        } else {
            for text in one(form, name, text, pairs) {
                readings.extend(choices(&self.schema, &text));
            }
        }
        readings
    }

    /// Fields by name, as objects.
    pub(super) fn fields(&self, fields: &[(String, String)]) -> Vec<Value> {
        vec![self.object(fields, true), self.object(fields, false)]
    }

    /// What one text stands for.
    pub(super) fn text(&self, text: &str) -> Vec<Value> {
        choices(&self.schema, text)
    }

    fn object(&self, members: &[(String, String)], with_types: bool) -> Value {
        let mut object = Map::new();
        for (name, text) in members {
            let schema = property(&self.schema, name);
            let value = match (with_types, has_type(&schema, "array")) {
                (true, true)
                    if !(text.starts_with('[') && members.iter().filter(|(own, _)| own == name).count() == 1) =>
                {
                    let items = branches(&schema).into_iter().find_map(|branch| branch.get("items"));
                    let item = typed(items.unwrap_or(&Value::Null), text);
                    match object.get_mut(name) {
                        Some(Value::Array(items)) => {
                            items.push(item);
                            continue;
                        }
                        _ => json!([item]),
                    }
                }
                (true, _) => typed(&schema, text),
                (false, _) => json!(text),
            };
            object.insert(name.clone(), value);
        }
        Value::Object(object)
    }
}

/// The schema, and all that it combines.
fn branches(schema: &Value) -> Vec<&Value> {
    let inner = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
    std::iter::once(schema).chain(inner.flat_map(branches)).collect()
}

fn has_type(schema: &Value, name: &str) -> bool {
    branches(schema).iter().any(|branch| branch["type"] == name)
}

/// What the branches say of the member `name`, as one choice.
fn property(schema: &Value, name: &str) -> Value {
    let found: Vec<&Value> =
        branches(schema).into_iter().filter_map(|branch| branch.get("properties")?.get(name)).collect();
    if let [only] = *found { only.clone() } else { json!({"anyOf": found}) }
}

/// The text as the first type that fits it.
fn typed(schema: &Value, text: &str) -> Value {
    choices(schema, text).into_iter().next().unwrap_or(Value::Null)
}

/// The text as each type that a schema has and that fits it; as text, if none does.
fn choices(schema: &Value, text: &str) -> Vec<Value> {
    let mut values = Vec::new();
    for branch in branches(schema) {
        let name = branch["type"].as_str().unwrap_or_default();
        let parsed = serde_json::from_str::<Value>(text).ok();
        values.extend(match name {
            "integer" | "number" => parsed.filter(Value::is_number),
            "boolean" => parsed.filter(Value::is_boolean),
            "object" => parsed.filter(Value::is_object),
            "array" => parsed.filter(Value::is_array),
            "string" => Some(json!(text)),
            _ => None,
        });
    }
    if values.is_empty() {
        values.push(json!(text));
    }
    values
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// The texts of a scalar.
fn one(form: Form<'_>, name: &str, text: &str, pairs: &[(String, String)]) -> Vec<String> {
    match form.style {
        "simple" => vec![decoded(text)],
        "label" => text.strip_prefix('.').map(decoded).into_iter().collect(),
        "matrix" => {
            let rest = text.strip_prefix(';').and_then(|text| text.strip_prefix(name));
            let rest = rest.and_then(|rest| if rest.is_empty() { Some(rest) } else { rest.strip_prefix('=') });
            rest.map(decoded).into_iter().collect()
        }
        "form" => pairs.iter().filter(|(key, _)| decoded(key) == name).map(|(_, text)| decoded(text)).collect(),
        _ => Vec::new(),
    }
}

/// The texts of an array.
fn items(form: Form<'_>, name: &str, text: &str, pairs: &[(String, String)]) -> Option<Vec<String>> {
    let split = |text: &str, separator: &str| {
        let parts = if text.is_empty() { Vec::new() } else { text.split(separator).map(decoded).collect() };
        Some(parts)
    };
    let own: Vec<&String> = pairs.iter().filter(|(key, _)| decoded(key) == name).map(|(_, text)| text).collect();
    match (form.style, form.explode) {
        ("simple", _) => split(text, ","),
        ("label", _) => split(text.strip_prefix('.')?, "."),
        ("matrix", false) => split(text.strip_prefix(&format!(";{name}="))?, ","),
        ("matrix", true) => {
            let pairs = text.split(';').skip(1).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            let own = pairs.filter(|(key, _)| *key == name).map(|(_, text)| decoded(text));
            Some(own.collect()).filter(|items: &Vec<String>| !items.is_empty())
        }
        ("deepObject", _) => None,
        (_, true) => (!own.is_empty()).then(|| own.iter().map(|text| decoded(text)).collect()),
        ("form", false) => split(own.first()?, ","),
        ("spaceDelimited", false) => split(own.first()?, "%20"),
        ("pipeDelimited", false) => split(own.first()?, "%7C"),
        _ => None,
    }
}

/// The names and texts of an object.
fn members(form: Form<'_>, name: &str, text: &str, pairs: &[(String, String)]) -> Option<Vec<(String, String)>> {
    let halves =
        |text: &str, separator: char| text.split_once(separator).map(|(name, text)| (decoded(name), decoded(text)));
    match (form.style, form.explode) {
        ("deepObject", _) => {
            let inner = |(key, text): &(String, String)| {
                let key = decoded(key);
                let key = key.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?.to_owned();
                Some((key, decoded(text)))
            };
            Some(pairs.iter().filter_map(inner).collect()).filter(|found: &Vec<_>| !found.is_empty())
        }
        ("simple", true) => text.split(',').map(|pair| halves(pair, '=')).collect(),
        ("label", true) => text.strip_prefix('.')?.split('.').map(|pair| halves(pair, '=')).collect(),
        ("matrix", true) => text
            .split(';')
            .skip(1)
            .map(|pair| Some(halves(pair, '=').unwrap_or_else(|| (decoded(pair), String::new()))))
            .collect(),
        ("simple" | "label" | "matrix" | "form" | "spaceDelimited" | "pipeDelimited", false) => {
            let texts = items(form, name, text, pairs)?;
            texts.chunks(2).map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone()))).collect()
        }
        _ => Some(pairs.iter().map(|(name, text)| (decoded(name), decoded(text))).collect()),
    }
}
