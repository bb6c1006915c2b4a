//! Another value of just the same form: tells a value that is refused for what it is from one that is taken.

use serde_json::Value;

use crate::case::expression::Template;
use crate::case::{Argument, Payload, Spot, Step, Supply};
use crate::contract::{Contract, Operation};
use crate::digest::sha256;
use crate::document::Place;
use crate::schema::Direction;

/// So many letters and digits of a text are changed, from its end: the first number that leaves it valid.
const CHANGED: [usize; 5] = [6, 4, 3, 2, 1];

/// Shorter texts are codes, and nobody has them for himself.
const SHORTEST: usize = 2;

/// The variant with a few letters and digits of its accused text changed as `salt` has it, so that nobody can have it
/// already, if that is `valid` as well; nothing where the text can hardly be somebody's own: short, one of a list, or a date.
pub(super) fn twin(
    contract: &Contract,
    operation: &Operation,
    variant: &Step,
    salt: &str,
    valid: &dyn Fn(&Step) -> bool,
) -> Option<Step> {
    let sibling = variant.sibling.as_ref()?;
    let Some(Value::String(text)) = &sibling.after else { return None };
    if text.chars().count() < SHORTEST || is_common(contract, operation, variant, &sibling.at) {
        return None;
    }
    let salt = sha256(salt);
    // What a short text begins with may be what it is refused for.
    let half = text.chars().count().div_ceil(2);
    let changed = CHANGED.iter().map(|most| changed(text, half.min(*most), salt.as_bytes()));
    changed
        .filter(|other| other != text)
        .filter_map(|other| with(variant, &sibling.at, Value::String(other)))
        .find(|step| valid(step))
}

/// `text` with its last `most` letters and digits changed, each to another of its kind.
fn changed(text: &str, most: usize, salt: &[u8]) -> String {
    let mut salt = salt.iter().take(most);
    let other = |c: char| match c {
        '0'..='9' | 'a'..='z' | 'A'..='Z' => salt.next().map_or(c, |salt| another(c, *salt)),
        c => c,
    };
    let reversed: Vec<char> = text.chars().rev().map(other).collect();
    reversed.into_iter().rev().collect()
}

/// Another digit, or a letter of the same case; one that may stand in a hexadecimal number, too.
fn another(c: char, salt: u8) -> char {
    let (first, count) = match c {
        '0'..='9' => (b'0', 10),
        'a'..='z' => (b'a', 6),
        _ => (b'A', 6),
    };
    let new = char::from(first + salt % count);
    if new == c { char::from(first + (salt % count + 1) % count) } else { new }
}

/// Whether many have such a value: the schema lists its values, or it is a date.
fn is_common(contract: &Contract, operation: &Operation, variant: &Step, spot: &Spot) -> bool {
    let schemas = &contract.schemas;
    let start: Option<(&Place, Option<&Value>, _)> = match spot {
        Spot::Body(pointer) => {
            let payload = variant.payload.as_ref();
            let content = operation.body.iter().flat_map(|body| &body.content);
            let named = |name: &str| payload.and_then(|p| p.content_type.as_ref()).is_none_or(|sent| sent == name);
            let schema = content.filter(|media| named(&media.name)).find_map(|media| media.schema.as_ref());
            schema.map(|schema| (schema, payload.and_then(Payload::literal), pointer))
        }
        Spot::Parameter(location, name, pointer) => {
            let schema = operation.parameter(name, Some(*location)).and_then(|p| p.encoding.schema());
            let argument = variant.arguments.iter().find(|argument| argument.name == *name);
            schema.map(|schema| (schema, argument.and_then(Argument::literal), pointer))
        }
        _ => None,
    };
    let Some((schema, Some(value), pointer)) = start else { return true };
    let parts = schemas.anatomy(schema, Direction::Request, value);
    let mut judging = parts.iter().filter(|part| part.instance == *pointer).flat_map(|part| &part.schemas);
    judging.any(|place| {
        let source = schemas.source(place);
        let format = source.and_then(|schema| schema.get("format")).and_then(Value::as_str);
        source.is_some_and(|schema| schema.get("enum").is_some()) || matches!(format, Some("date" | "date-time"))
    })
}

/// The variant with `value` at `spot`.
fn with(variant: &Step, spot: &Spot, value: Value) -> Option<Step> {
    let mut step = Step { sibling: None, ..variant.clone() };
    match spot {
        Spot::Body(pointer) => {
            let Template::Literal(content) = &mut step.payload.as_mut()?.content else { return None };
            pointer.put(content, Some(value)).ok()?;
        }
        Spot::Parameter(location, name, pointer) => {
            let same = |argument: &&mut Argument| {
                argument.name == *name && argument.location.is_none_or(|known| known == *location)
            };
            let argument = step.arguments.iter_mut().find(same)?;
            let Supply::Template(Template::Literal(content)) = &mut argument.value else { return None };
            pointer.put(content, Some(value)).ok()?;
        }
        _ => return None,
    }
    Some(step)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::Sibling;
    use crate::document::{Document, Pointer};

    fn contract() -> Contract {
        let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/things": {"post": {
            "operationId": "addThing",
            "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {
                "email": {"type": "string", "format": "email"},
                "born": {"type": "string", "format": "date"},
                "kind": {"type": "string", "enum": ["small-1", "small-2"]},
                "size": {"type": "integer"}
            }}}}},
            "responses": {"201": {"description": "Created"}}}}}});
        Contract::new(vec![Document::parse("t.json", document.to_string()).unwrap()], Vec::new()).unwrap()
    }

    #[test]
    fn only_a_text_that_may_be_somebodys_own_has_a_twin() {
        let contract = contract();
        let operation = &contract.operations[0];
        let twin_of = |name: &str, value: Value, valid: &dyn Fn(&Step) -> bool| -> Option<Value> {
            let base = Step::new("request", operation.id.clone());
            let payload = Payload::new(None, Template::Literal(json!({ name: value.clone() })));
            let at = Spot::Body(Pointer::root().child(name));
            let sibling = Sibling { step: std::sync::Arc::new(base.clone()), at, before: None, after: Some(value) };
            let variant = Step { payload: Some(payload), sibling: Some(sibling), ..base };
            let twin = twin(&contract, operation, &variant, "conform-1", valid)?;
            twin.payload.as_ref().and_then(Payload::literal)?.get(name).cloned()
        };
        let any = |_: &Step| true;
        let form = |value: &Value| -> String {
            let kind = |c: char| match c {
                '0'..='9' => '0',
                'a'..='z' => 'a',
                'A'..='Z' => 'A',
                c => c,
            };
            value.as_str().unwrap().chars().map(kind).collect()
        };
        for text in ["jane@example.com", "jane9", "AE07 0331 2345", "ф-12345", "784-1990-1234567-1", "abc"] {
            let twin = twin_of("email", json!(text), &any).unwrap();
            assert_ne!(twin, json!(text));
            assert_eq!(form(&twin), form(&json!(text)), "{twin}");
        }
        // Where few changes are valid, few are made.
        let close = |step: &Step| {
            let body = step.payload.as_ref().and_then(Payload::literal).unwrap();
            body["email"].as_str().unwrap().starts_with("jane@example.c")
        };
        let twin = twin_of("email", json!("jane@example.com"), &close).unwrap();
        assert!(twin != "jane@example.com" && twin.as_str().unwrap().starts_with("jane@example.c"), "{twin}");
        assert_eq!(twin_of("born", json!("2024-02-29"), &any), None, "many are born on one day");
        assert_eq!(twin_of("kind", json!("small-1"), &any), None);
        assert_eq!(twin_of("size", json!(100), &any), None, "a bound is no name");
        assert_eq!(twin_of("email", json!("a"), &any), None, "a letter is a code");
        assert_eq!(twin_of("email", json!("-----"), &any), None);
        assert_eq!(twin_of("email", json!("jane@example.com"), &|_| false), None);
    }
}
