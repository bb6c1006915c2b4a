//! A form becomes every object that a reader may take it for: `application/x-www-form-urlencoded` and
//! `multipart/form-data`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::decode::{combinations, primitives};
use super::{Hints, Readings, parse_media_type};

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Whether it says of itself that it is JSON; nothing where it cannot say what it is.
    pub json: Option<bool>,
}

/// The fields of an urlencoded form (URL Standard §5.1); nothing where the bytes are no text.
pub fn fields_of_form(bytes: &[u8]) -> Option<Vec<Field>> {
    std::str::from_utf8(bytes).ok()?;
    let pairs = url::form_urlencoded::parse(bytes);
    Some(pairs.map(|(name, text)| Field { name: name.into(), text: text.into(), json: None }).collect())
}

/// The fields of a `multipart/form-data` body (RFC 7578); nothing where it has not the form of one.
pub fn fields_of_parts(bytes: &[u8], boundary: &str) -> Option<Vec<Field>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let delimiter = format!("--{boundary}");
    // Whatever stands before the first delimiter is a preamble (RFC 2046 §5.1.1).
    let mut rest = match text.strip_prefix(&delimiter) {
        Some(rest) => rest,
        None => text.split_once(&format!("\r\n{delimiter}"))?.1,
    };
    let between = format!("\r\n{delimiter}");
    let mut fields = Vec::new();
    while !rest.starts_with("--") {
        let (part, after) = rest.trim_start_matches([' ', '\t']).strip_prefix("\r\n")?.split_once(&between)?;
        fields.push(field(part)?);
        rest = after;
    }
    Some(fields)
}

/// One part: header fields, an empty line, the content.
fn field(part: &str) -> Option<Field> {
    let (head, text) = match part.strip_prefix("\r\n") {
        Some(text) => ("", text),
        None => part.split_once("\r\n\r\n")?,
    };
    let header = |wanted: &str| {
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    // A disposition has the form of a media type without its second half (RFC 6266 §4.1).
    let disposition = header("Content-Disposition")?.strip_prefix("form-data")?;
    let disposition = parse_media_type(&format!("form/data{disposition}"))?;
    let name = disposition.parameter("name")?;
    let name = name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    let json = header("Content-Type").map(|media| parse_media_type(media).is_some_and(|media| media.is_json()));
    Some(Field { name, text: text.to_owned(), json: Some(json.unwrap_or_default()) })
}

/// Every object that `fields` may stand for, where the schema leaves open what `hints` say. An empty array writes nothing:
/// with `empties`, nothing may be an empty array.
pub fn form_readings(hints: &Hints, fields: &[Field], empties: bool) -> Readings {
    let open = Hints { array: Some(Box::new(Hints::primitive())), ..Hints::primitive() };
    let none = BTreeMap::new();
    let members = hints.object.as_ref().unwrap_or(&none);
    let mut names: Vec<&str> = Vec::new();
    for field in fields {
        if !names.contains(&field.name.as_str()) {
            names.push(&field.name);
        }
    }
    let mut choices: Vec<Vec<Option<Value>>> = Vec::new();
    let mut complete = true;
    for name in &names {
        let own: Vec<&Field> = fields.iter().filter(|field| field.name == *name).collect();
        let (readings, all) = member(members.get(*name).unwrap_or(&open), &own);
        choices.push(readings);
        complete &= all;
    }
    let empty: Vec<&str> = members
        .iter()
        .filter(|(name, hints)| empties && hints.array.is_some() && !names.contains(&name.as_str()))
        .map(|(name, _)| name.as_str())
        .collect();
    choices.extend(empty.iter().map(|_| vec![None, Some(Value::Array(Vec::new()))]));
    names.extend(empty);
    let object = |values: Vec<Option<Value>>| {
        let pairs = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    let Some(rows) = combinations(&choices) else {
        let first = choices.iter().map(|some| some.first().cloned().flatten()).collect();
        return Readings { values: vec![object(first)], complete: false };
    };
    Readings { values: rows.into_iter().map(object).collect(), complete }
}

/// What the fields of one name may stand for, the most literal first; nothing for a reader that looks elsewhere. And
/// whether that is all.
fn member(hints: &Hints, fields: &[&Field]) -> (Vec<Option<Value>>, bool) {
    let mut readings: Vec<Value> = Vec::new();
    let mut complete = true;
    let mut lists = |choices: Vec<Vec<Value>>| {
        if let Some(rows) = combinations(&choices) {
            readings.extend(rows.into_iter().map(Value::Array));
        } else {
            complete = false;
            readings.push(choices.into_iter().filter_map(|some| some.into_iter().next()).collect());
        }
    };
    if let Some(items) = &hints.array {
        let item = |field: &&Field| Some(one(items, field)).filter(|some| !some.is_empty()).unwrap_or(literal(field));
        lists(fields.iter().map(item).collect());
        if let [only] = fields
            && only.text.contains(',')
        {
            lists(only.text.split(',').map(|text| primitives(items, text)).collect());
        }
    }
    // Where one value is meant and several come, some readers take the first and some the last.
    let last = fields.last().filter(|_| fields.len() > 1);
    for field in fields.first().into_iter().chain(last) {
        readings.extend(one(hints, field));
    }
    if readings.is_empty() {
        readings.extend(fields.first().into_iter().flat_map(|field| literal(field)));
    }
    let mut readings: Vec<Option<Value>> = readings.into_iter().map(Some).collect();
    // The standard has objects in an urlencoded form as JSON text in one place, and spread in another (OpenAPI 3.0.3,
    // "Support for x-www-form-urlencoded Request Bodies" and Encoding Object): then this field is none.
    let inner = hints.object.is_some() || hints.array.as_ref().is_some_and(|items| items.object.is_some());
    // Some readers take an empty field for none.
    if fields.iter().all(|field| field.text.is_empty()) || (inner && fields.iter().any(|field| field.json.is_none())) {
        readings.push(None);
    }
    (readings, complete)
}

/// What one field may stand for.
fn one(hints: &Hints, field: &Field) -> Vec<Value> {
    let parsed = || serde_json::from_str::<Value>(&field.text).ok();
    if field.json == Some(true) {
        // Some readers look at what the schema says, and not at what the part says of itself.
        let text = || Value::from(field.text.as_str());
        let parsed = parsed();
        let also = (hints.string || parsed.is_none()).then(text);
        return parsed.into_iter().chain(also).collect();
    }
    let mut readings = Vec::new();
    if hints.object.is_some() || hints.array.is_some() {
        readings.extend(parsed().filter(|value| value.is_object() || value.is_array()));
    }
    for value in primitives(hints, &field.text) {
        if !readings.contains(&value) {
            readings.push(value);
        }
    }
    readings
}

/// The text itself, so that there is something for the schema to refuse.
fn literal(field: &Field) -> Vec<Value> {
    vec![field.text.clone().into()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::style::written;

    fn hints(schema: &Value) -> Hints {
        Hints::of(schema, &Value::Null)
    }

    fn form(schema: &Value, text: &str) -> Vec<Value> {
        form_readings(&hints(schema), &fields_of_form(text.as_bytes()).unwrap(), true).values
    }

    #[test]
    fn fields_are_read_as_their_schemas_leave_open() {
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"},
            "b": {"type": "boolean"}, "u": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}});
        assert_eq!(form(&schema, "n=007&s=1&b=true"), [json!({"n": 7, "s": "1", "b": true})]);
        assert_eq!(form(&schema, "n=x"), [json!({"n": "x"})]);
        assert_eq!(form(&schema, "u=1"), [json!({"u": 1}), json!({"u": "1"})]);
        assert_eq!(form(&schema, "s=a+b%2B"), [json!({"s": "a b+"})]);
        assert_eq!(form(&schema, "s=a&s=b"), [json!({"s": "a"}), json!({"s": "b"})]);
        assert!(form(&schema, "other=1").contains(&json!({"other": "1"})));
    }

    #[test]
    fn arrays_are_spread_or_absent_and_objects_are_json_or_spread() {
        let schema = json!({"type": "object", "properties": {"l": {"type": "array", "items": {"type": "integer"}},
            "o": {"type": "object", "properties": {"x": {"type": "integer"}}}}});
        assert!(form(&schema, "l=1&l=2").contains(&json!({"l": [1, 2]})));
        assert!(form(&schema, "l=1,2").contains(&json!({"l": [1, 2]})));
        assert_eq!(form(&schema, ""), [json!({}), json!({"l": []})]);
        let read = form(&schema, "l=1&o=%7B%22x%22%3A1%7D");
        assert_eq!(read, [json!({"l": [1], "o": {"x": 1}}), json!({"l": [1]})]);
    }

    #[test]
    fn what_is_written_as_multipart_can_be_read() {
        let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}, "s\"": {"type": "string"},
            "l": {"type": "array", "items": {"type": "string"}}, "o": {"type": "object"}}});
        for value in [json!({"n": 1, "s\"": "a\r\n--b", "l": ["x", ""], "o": {"x": [1]}}), json!({"n": 1}), json!({})] {
            let (bytes, sent) = written(&value, "multipart/form-data").unwrap();
            let media = parse_media_type(&sent).unwrap();
            let fields = fields_of_parts(&bytes, media.parameter("boundary").unwrap()).unwrap();
            assert!(form_readings(&hints(&schema), &fields, false).values.contains(&value), "{value} {fields:?}");
        }
    }

    #[test]
    fn what_is_no_multipart_body_has_no_fields() {
        for text in ["", "--b", "--b\r\n", "--b\r\nx: y\r\n\r\nz\r\n--b--\r\n", "{}"] {
            assert_eq!(fields_of_parts(text.as_bytes(), "b"), None, "{text:?}");
        }
        let text = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--b--\r\n";
        let field = Field { name: "a".to_owned(), text: String::new(), json: Some(false) };
        assert_eq!(fields_of_parts(text.as_bytes(), "b"), Some(vec![field]));
        assert_eq!(fields_of_parts(b"--b--\r\n", "b"), Some(Vec::new()));
    }
}
