//! What a keyword promises and what came instead, in words; never with anything of the value itself.

use serde_json::Value;

use super::dialect::{is_nullable, noun};

/// Values of a list that are told at most.
const LONGEST_LIST: usize = 12;
/// Characters of one of them that are told at most.
const LONGEST_VALUE: usize = 40;

/// What `keyword` of `schema` promises; `property` is the one it speaks of.
pub(super) fn promised(keyword: &str, schema: &Value, property: Option<&str>) -> String {
    let operand = schema.get(keyword).unwrap_or(&Value::Null);
    match keyword {
        "type" => types(schema),
        "enum" => operand.as_array().map_or_else(|| "one of none".into(), |options| one_of(options)),
        "const" => one_of(std::slice::from_ref(operand)),
        "required" => format!("property {}", property.unwrap_or_default()),
        "additionalProperties" => no_others(schema),
        "minLength" => format!("at least {}", counted(operand, "character")),
        "maxLength" => format!("at most {}", counted(operand, "character")),
        "minItems" => format!("at least {}", counted(operand, "item")),
        "maxItems" => format!("at most {}", counted(operand, "item")),
        "minProperties" => format!("at least {}", counted_as(operand, "property", "properties")),
        "maxProperties" => format!("at most {}", counted_as(operand, "property", "properties")),
        "minimum" => format!("at least {operand}"),
        "maximum" => format!("at most {operand}"),
        "exclusiveMinimum" => format!("more than {}", limit(schema, operand, "minimum")),
        "exclusiveMaximum" => format!("less than {}", limit(schema, operand, "maximum")),
        "multipleOf" => format!("a multiple of {operand}"),
        "uniqueItems" => "items that differ".into(),
        "pattern" => format!("a string that matches {}", cut(operand.as_str().unwrap_or_default(), 80)),
        "format" => format!("{} of format {}", types(schema), operand.as_str().unwrap_or_default()),
        "not" => "a value that the schema under `not` does not describe".into(),
        "oneOf" | "anyOf" => {
            let branches = operand.as_array().map_or(0, Vec::len);
            let which = if keyword == "oneOf" { "exactly one" } else { "at least one" };
            format!("{which} of {branches} schemas")
        }
        _ => format!("what `{keyword}` says"),
    }
}

/// What came instead, judged by `keyword` of `schema`.
pub(super) fn came(keyword: &str, schema: &Value, value: &Value) -> String {
    match (keyword, value) {
        ("enum" | "const", value) => {
            let options = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let same = options.iter().any(|option| noun(option) == noun(value));
            if same { another(value) } else { noun(value).into() }
        }
        ("required", _) => "an object without it".into(),
        ("additionalProperties", _) => "a property that is not declared".into(),
        ("minLength" | "maxLength", Value::String(text)) => {
            format!("a string of {}", plural(text.chars().count(), "character", "characters"))
        }
        ("minItems" | "maxItems", Value::Array(items)) => {
            format!("an array of {}", plural(items.len(), "item", "items"))
        }
        ("minProperties" | "maxProperties", Value::Object(members)) => {
            format!("an object of {}", plural(members.len(), "property", "properties"))
        }
        ("minimum" | "exclusiveMinimum", Value::Number(_)) => {
            noun(value).replace("a ", "a smaller ").replace("an ", "a smaller ")
        }
        ("maximum" | "exclusiveMaximum", Value::Number(_)) => {
            noun(value).replace("a ", "a greater ").replace("an ", "a greater ")
        }
        ("uniqueItems", Value::Array(items)) => format!("{}, some of them equal", plural(items.len(), "item", "items")),
        ("pattern" | "format" | "multipleOf", value) => another(value),
        (_, value) => noun(value).into(),
    }
}

/// `one of LOW, HIGH`, cut where it is long.
pub(super) fn one_of(options: &[Value]) -> String {
    let shown: Vec<String> = options.iter().take(LONGEST_LIST).map(option).collect();
    match (shown.as_slice(), options.len()) {
        ([], _) => "nothing: no value is allowed".into(),
        ([only], 1) => only.clone(),
        (_, all) if all > LONGEST_LIST => format!("one of {}, … ({all} in all)", shown.join(", ")),
        _ => format!("one of {}", shown.join(", ")),
    }
}

/// `a string, null or an object`.
pub(super) fn alternatives(all: &[&str]) -> String {
    match all {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn option(value: &Value) -> String {
    match value {
        // A string that would read as another kind of value, or as nothing, is quoted.
        Value::String(text) if !text.is_empty() && serde_json::from_str::<Value>(text).is_err() => {
            cut(text, LONGEST_VALUE)
        }
        other => cut(&other.to_string(), LONGEST_VALUE),
    }
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(most).collect::<String>())
    }
}

fn types(schema: &Value) -> String {
    let name = |name: &Value| match name.as_str() {
        Some("string") => "a string",
        Some("integer") => "an integer",
        Some("number") => "a number",
        Some("boolean") => "a boolean",
        Some("array") => "an array",
        Some("object") => "an object",
        Some("null") => "null",
        _ => "a value",
    };
    let mut names = match schema.get("type") {
        Some(Value::Array(names)) => names.iter().map(name).collect(),
        Some(one) => vec![name(one)],
        None => vec!["a value"],
    };
    if schema.as_object().is_some_and(is_nullable) && schema.get("type").is_some() && !names.contains(&"null") {
        names.push("null");
    }
    alternatives(&names)
}

fn no_others(schema: &Value) -> String {
    let names: Vec<Value> = schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| Value::from(name.as_str()))
        .collect();
    if names.is_empty() {
        "no property at all".into()
    } else {
        format!("no property but {}", one_of(&names).replace("one of ", ""))
    }
}

/// The bound behind an exclusive keyword: its own operand, or that of the keyword which it makes exclusive.
fn limit<'v>(schema: &'v Value, operand: &'v Value, inclusive: &str) -> &'v Value {
    if operand.is_boolean() { schema.get(inclusive).unwrap_or(operand) } else { operand }
}

fn another(value: &Value) -> String {
    match noun(value).split_once(' ') {
        Some((_, noun)) => format!("another {noun}"),
        None => noun(value).into(),
    }
}

fn counted(operand: &Value, one: &str) -> String {
    counted_as(operand, one, &format!("{one}s"))
}

fn counted_as(operand: &Value, one: &str, many: &str) -> String {
    format!("{operand} {}", if operand.as_f64() == Some(1.0) { one } else { many })
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
