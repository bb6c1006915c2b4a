//! Equality and order of values, loosely as Arazzo asks for, or exactly.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// How strictly values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// Strings without case, date-times as instants; text that is a JSON number or boolean equals that; absent equals null.
    Loose,
    /// Nothing of that.
    Exact,
}

/// Whether two values are equal; nothing stands for absent.
pub(super) fn equal(left: Option<&Value>, right: Option<&Value>, strictness: Strictness) -> bool {
    let (left, right) = match (left, right, strictness) {
        (None, None, _)
        | (None, Some(Value::Null), Strictness::Loose)
        | (Some(Value::Null), None, Strictness::Loose) => {
            return true;
        }
        (None, Some(_), _) | (Some(_), None, _) => return false,
        (Some(left), Some(right), _) => (left, right),
    };
    match (left, right) {
        (Value::String(left), Value::String(right)) => match strictness {
            Strictness::Loose => left == right || order_texts(left, right) == Ordering::Equal,
            Strictness::Exact => left == right,
        },
        (Value::Number(left), Value::Number(right)) => order_numbers(left, right) == Some(Ordering::Equal),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| equal(Some(l), Some(r), strictness))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, l)| right.get(name).is_some_and(|r| equal(Some(l), Some(r), strictness)))
        }
        (Value::String(text), other) | (other, Value::String(text)) if strictness == Strictness::Loose => {
            match (from_text(text), other) {
                (Some(Value::Number(left)), Value::Number(right)) => {
                    order_numbers(&left, right) == Some(Ordering::Equal)
                }
                (Some(Value::Bool(left)), Value::Bool(right)) => left == *right,
                _ => false,
            }
        }
        _ => left == right,
    }
}

/// Which of two values comes first: numbers, or strings; nothing where they have no order.
pub(super) fn order(left: &Value, right: &Value, strictness: Strictness) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order_numbers(left, right),
        (Value::String(left), Value::String(right)) => match strictness {
            Strictness::Loose => Some(order_texts(left, right)),
            Strictness::Exact => Some(left.cmp(right)),
        },
        (Value::String(text), Value::Number(right)) if strictness == Strictness::Loose => match from_text(text) {
            Some(Value::Number(left)) => order_numbers(&left, right),
            _ => None,
        },
        (Value::Number(left), Value::String(text)) if strictness == Strictness::Loose => match from_text(text) {
            Some(Value::Number(right)) => order_numbers(left, &right),
            _ => None,
        },
        _ => None,
    }
}

/// Without case; date-times as instants.
fn order_texts(left: &str, right: &str) -> Ordering {
    match (instant(left), instant(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left.to_lowercase().cmp(&right.to_lowercase()),
    }
}

/// The instant of an RFC 3339 date-time.
fn instant(text: &str) -> Option<jiff::Timestamp> {
    let is_date_time = text.len() <= 64
        && text.as_bytes().get(4) == Some(&b'-')
        && text.as_bytes().get(10).is_some_and(|b| matches!(b, b'T' | b't' | b' '));
    if is_date_time { text.parse().ok() } else { None }
}

fn order_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// The number or boolean that a text is in JSON: headers and parameters are always text.
fn from_text(text: &str) -> Option<Value> {
    match text {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        // Short, so that a long text costs nothing.
        _ if text.len() <= 64 => text.parse::<Number>().ok().map(Value::Number),
        _ => None,
    }
}
