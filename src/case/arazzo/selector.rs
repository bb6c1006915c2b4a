//! Selector Objects (Arazzo 1.1): a part of a value, by JSON Pointer or `JSONPath`.

use serde_json::Value;

use crate::case::expression::{Expression, Misplaced, ParseError, Selector};
use crate::document::Pointer;

use super::cursor::{Node, Reader};

/// How a selector is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pointer,
    Query,
}

/// Reads `targetSelectorType`: a word, or an object with a version.
pub(super) fn kind(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Kind> {
    let inner = if node.value.is_object() { node.get("type").unwrap_or_else(|| node.clone()) } else { node.clone() };
    let version = node.text("version");
    match (inner.value.as_str(), version) {
        (Some("jsonpointer"), None | Some("rfc6901")) => Some(Kind::Pointer),
        (Some("jsonpath"), None | Some("rfc9535")) => Some(Kind::Query),
        (name, _) => {
            let what = name.map(|name| format!(" of type `{name}`")).unwrap_or_default();
            let problem = reader.at_value(&inner.at, format!("selectors{what} are not supported here"));
            reader.report(problem.label("not supported").help("`jsonpath` (RFC 9535) or `jsonpointer`"));
            None
        }
    }
}

const KEYS: [&str; 3] = ["context", "selector", "type"];

/// The expression that an object stands for, where it is a Selector Object: it has the three members, and no others.
pub(super) fn special(enabled: bool, value: &Value, at: &Pointer) -> Option<Result<Expression, Misplaced>> {
    let members = value.as_object().filter(|members| enabled && members.len() == KEYS.len())?;
    let text = |key: &str| members.get(key).and_then(Value::as_str);
    let (context, selector) = (text("context")?, text("selector")?);
    // Anything else may have members of these names, too.
    if !context.starts_with('$') {
        return None;
    }
    let wrong = |key: &str, error: ParseError| Misplaced { pointer: at.child(key), error };
    let (kind, key) = match members.get("type")? {
        Value::String(kind) => (kind.as_str(), at.child("type")),
        other => (other.get("type")?.as_str()?, at.child("type").child("type")),
    };
    let version = members.get("type").and_then(|kind| kind.get("version")).and_then(Value::as_str);
    let read = match (kind, version) {
        ("jsonpointer", None | Some("rfc6901")) => Selector::pointer(selector),
        ("jsonpath", None | Some("rfc9535")) => Selector::query(selector),
        _ => {
            let named = version.map(|version| format!(" in version `{version}`")).unwrap_or_default();
            let error = ParseError::about(kind, format!("selectors of type `{kind}`{named} are not supported"));
            return Some(Err(Misplaced {
                pointer: key,
                error: error.with_help("`jsonpath` (RFC 9535) or `jsonpointer`"),
            }));
        }
    };
    let selector = match read {
        Ok(selector) => selector,
        Err(error) => return Some(Err(wrong("selector", error))),
    };
    Some(match Expression::parse(context) {
        Ok(inner) => Ok(Expression::Selected(Box::new(inner), selector)),
        Err(error) => Err(wrong("context", error)),
    })
}
