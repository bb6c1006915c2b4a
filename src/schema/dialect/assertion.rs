//! Keywords that speak of one value: its type, its size, its text.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::document::Place;
use crate::schema::keyword::Joint;
use crate::schema::pattern::Pattern;
use crate::schema::reference::Dialect;
use crate::schema::{SchemaError, format};

use super::{RANGE, Stated, Translator, noun, refuse};

impl Translator<'_> {
    pub(super) fn required(out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { operand, at, context, exempt, .. } = *stated;
        if operand.is_boolean() && is_property(at) {
            // Draft 3, as some real documents still write: it speaks about the parent and asserts nothing here.
            return Ok(());
        }
        let names = operand.as_array().filter(|names| names.iter().all(Value::is_string));
        let Some(names) = names else {
            return refuse(at, "`required` has to be an array of property names");
        };
        // A name may stand here twice, as some real documents have it.
        let asked: BTreeSet<&str> =
            names.iter().filter_map(Value::as_str).filter(|name| context.negated || !exempt.contains(*name)).collect();
        out.insert("required".into(), json!(asked));
        Ok(())
    }

    pub(super) fn bound(&self, out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { keyword, operand, object, at, .. } = *stated;
        match (keyword, operand) {
            ("minimum" | "maximum", Value::Number(_)) => {
                let exclusive = if keyword == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
                let strict = self.dialect == Dialect::OpenApi30 && object.get(exclusive) == Some(&Value::Bool(true));
                out.insert(if strict { exclusive } else { keyword }.into(), operand.clone());
            }
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Number(_)) => {
                out.insert(keyword.into(), operand.clone());
            }
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) if self.dialect == Dialect::OpenApi30 => {}
            _ => return refuse(at, format!("`{keyword}` cannot be {}", noun(operand))),
        }
        Ok(())
    }

    pub(super) fn pattern(&self, operand: &Value, at: &Place) -> Result<Arc<Pattern>, SchemaError> {
        let Some(pattern) = operand.as_str() else {
            return refuse(at, format!("`pattern` has to be a string, but this is {}", noun(operand)));
        };
        Ok(self.patterns.get(pattern))
    }

    pub(super) fn format(&mut self, out: &mut Map<String, Value>, stated: &Stated<'_>) -> Result<(), SchemaError> {
        let Stated { operand, object, at, .. } = *stated;
        let Some(format) = operand.as_str() else {
            return refuse(at, format!("`format` has to be a string, but this is {}", noun(operand)));
        };
        let integer = object.get("type").and_then(Value::as_str) == Some("integer");
        if let Some((least, most)) = format::integer_range(format).filter(|_| integer) {
            self.join(out, RANGE, Joint::Range(least, most));
        } else if format::ASSERTED.contains(&format) {
            let format = if format == "uriref" { "uri-reference" } else { format };
            out.insert("format".into(), format.into());
        }
        Ok(())
    }
}

/// Whether the keyword at `at` stands in the schema of a property.
fn is_property(at: &Place) -> bool {
    at.pointer
        .parent()
        .and_then(|schema| schema.parent())
        .is_some_and(|above| above.last().as_deref() == Some("properties"))
}

pub(super) fn types(operand: &Value, widened: bool, at: &Place) -> Result<Value, SchemaError> {
    const KNOWN: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];
    let mut names = match operand {
        Value::String(_) => vec![operand.clone()],
        // 3.1's spelling in a 3.0 document: it can only mean one thing.
        Value::Array(names) if !names.is_empty() => names.clone(),
        other => return refuse(at, format!("`type` has to be a string, but this is {}", noun(other))),
    };
    if let Some(unknown) = names.iter().find(|name| name.as_str().is_none_or(|name| !KNOWN.contains(&name))) {
        return refuse(at, format!("there is no type {unknown}"));
    }
    if widened && !names.iter().any(|name| name == "null") {
        names.push("null".into());
    }
    names.dedup();
    Ok(if names.len() == 1 { names.pop().unwrap_or_default() } else { Value::Array(names) })
}

pub(super) fn count(operand: &Value, keyword: &str, at: &Place) -> Result<Value, SchemaError> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a small whole number")]
    let whole = operand
        .as_u64()
        .or_else(|| operand.as_f64().filter(|n| n.fract() == 0.0 && (0.0..1e15).contains(n)).map(|n| n as u64));
    whole.map(Value::from).ok_or_else(|| SchemaError {
        place: at.clone(),
        reason: format!("`{keyword}` has to be a whole number from 0 on"),
    })
}
