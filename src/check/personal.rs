//! Data in a refusal that belongs to somebody whom the request did not name.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::case::Intent;
use crate::document::Pointer;
use crate::exchange::Request;
use crate::schema::Direction;

use super::{Body, Subject};

/// Shorter texts are the beginning of many others.
const TELLING: usize = 5;

/// From so many digits on a text without words is a number that somebody has, and no code of an error.
const DIGITS: usize = 8;

/// The first place of a refusal that shows somebody's data: a member of a personal name, or a text that names something
/// else that the run made.
pub(super) fn in_refusal(subject: &Subject<'_>) -> Option<Pointer> {
    let Body::Json(value) = subject.body else {
        let text = match subject.body {
            Body::Text(text) => text.as_str(),
            _ => return None,
        };
        let said = Said::new(&subject.exchange.request);
        return subject.keeper.names_another(text, &|text| said.holds(text)).then(Pointer::root);
    };
    let mut said = None;
    let mut found = None;
    let mut said = |text: &str| said.get_or_insert_with(|| Said::new(&subject.exchange.request)).holds(text);
    walk(value, &mut Vec::new(), &mut |path, text| {
        if found.is_some() {
            return;
        }
        let name = path.iter().rev().find(|token| token.parse::<usize>().is_err());
        let personal = name.is_some_and(|name| subject.keeper.is_personal(name) && is_datum(subject, name, text));
        let said = std::cell::RefCell::new(&mut said);
        let said = |text: &str| (said.borrow_mut())(text);
        if (personal && !said(text) && !is_documented(subject, value, path))
            || subject.keeper.names_another(text, &said)
        {
            found = Some(Pointer::from_tokens(path));
        }
    });
    found
}

/// Whether `text`, which stands under the personal name `name`, is somebody's: not what a form says about its field.
fn is_datum(subject: &Subject<'_>, name: &str, text: &str) -> bool {
    // Who may read a record learns nothing when its refusal shows it.
    let entitled = !matches!(subject.intent, Intent::Unauthorized | Intent::Absent);
    if entitled && subject.operation.path.names().next().is_some() {
        return false;
    }
    let masked = text.contains(['*', '•', '…', '<']) || !text.chars().any(char::is_alphanumeric);
    if masked || text.eq_ignore_ascii_case(name) {
        return false;
    }
    if !asks_for(subject, name) {
        return true;
    }
    // A request with such a field has refusals such as `{"fullName": "is too short"}`.
    let words_of_digits = text.split_whitespace().all(|word| word.contains(|c: char| c.is_ascii_digit()));
    words_of_digits && text.bytes().filter(u8::is_ascii_digit).count() >= DIGITS
}

/// Whether the operation takes something of this name, so that a refusal may speak of it by name.
fn asks_for(subject: &Subject<'_>, name: &str) -> bool {
    let operation = subject.operation;
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    let mut content = operation.body.iter().flat_map(|body| &body.content);
    let parameters = &operation.parameters;
    parameters.iter().any(|parameter| same(&parameter.name))
        || content.any(|media| {
            let Some(schema) = &media.schema else { return true };
            let promises = subject.contract.schemas.promises(schema, Direction::Request);
            promises.iter().any(|place| {
                let tokens: Vec<Cow<'_, str>> = place.pointer.tokens().collect();
                tokens.windows(2).any(|pair| matches!(pair, [of, property] if of == "properties" && same(property)))
            })
        })
}

/// Whether the document has a property for it there.
fn is_documented(subject: &Subject<'_>, body: &Value, path: &[Cow<'_, str>]) -> bool {
    let Some(schema) = subject.media.and_then(|media| media.schema.as_ref()) else { return false };
    let place = Pointer::from_tokens(path);
    let undocumented = subject.contract.schemas.undocumented(schema, body);
    !undocumented.iter().any(|(instance, _)| place.starts_with(instance)) && declares(subject, &place)
}

/// Whether any schema of the answer names the last member of `place`: a free-form object promises nothing by name.
fn declares(subject: &Subject<'_>, place: &Pointer) -> bool {
    let (Some(schema), Some(name)) = (subject.media.and_then(|media| media.schema.as_ref()), place.last()) else {
        return false;
    };
    subject.contract.schemas.promises(schema, Direction::Response).iter().any(|promise| {
        let tokens: Vec<Cow<'_, str>> = promise.pointer.tokens().collect();
        tokens.windows(2).any(|pair| matches!(pair, [of, property] if of == "properties" && *property == name))
    })
}

/// What the request itself said.
struct Said(Vec<String>);

impl Said {
    fn new(request: &Request) -> Self {
        let mut said = vec![plain(&percent_decode_str(&request.url.replace('+', " ")).decode_utf8_lossy())];
        said.extend(request.headers.0.iter().map(|header| plain(&header.value)));
        if let Some(body) = &request.body {
            said.push(plain(&percent_decode_str(&String::from_utf8_lossy(body)).decode_utf8_lossy()));
            if let Ok(value) = serde_json::from_slice(body) {
                walk(&value, &mut Vec::new(), &mut |_, text| said.push(plain(text)));
            }
        }
        Self(said)
    }

    /// Whether the request held `text`, in whatever spelling, or its beginning: servers complete dates and cut names.
    fn holds(&self, text: &str) -> bool {
        let text = plain(text);
        text.is_empty()
            || self
                .0
                .iter()
                .any(|said| said.contains(&text) || (said.len() >= TELLING && text.starts_with(said.as_str())))
    }
}

/// Letters and digits alone, in lower case, without zeros, which come and go as dates and numbers are rewritten.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() && *c != '0').flat_map(char::to_lowercase).collect()
}

/// Visits every string of `value` with the tokens that lead to it.
fn walk<'v>(value: &'v Value, path: &mut Vec<Cow<'v, str>>, visit: &mut dyn FnMut(&[Cow<'v, str>], &'v str)) {
    match value {
        Value::String(text) => visit(path, text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_number()) {
                path.push(index.to_string().into());
                walk(item, path, visit);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                path.push(name.into());
                walk(member, path, visit);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
