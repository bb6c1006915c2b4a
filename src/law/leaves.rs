//! Two values compared leaf by leaf: what differs whatever form a server gives its values.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::ground::text;
use crate::case::{Spot, Step};
use crate::contract::{Contract, Operation};
use crate::document::Pointer;
use crate::mutation::Subject;

/// Somewhere on earth a day begins so much before or after it does in UTC.
const ZONES: SignedDuration = SignedDuration::from_hours(14);

/// A leaf that is not the same.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// Where, in the values that were compared.
    pub(super) at: Pointer,
    /// What one of them holds there.
    pub(super) before: Value,
    /// What the other does; null where it holds nothing.
    pub(super) after: Value,
    /// Whether nobody can say that both mean the same.
    pub(super) certain: bool,
}

/// What is made of a leaf that one value holds and the other does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Nothing: an answer need not show everything.
    Fine,
    /// It is lost, where what it stands in is still there: an answer of the same kind showed it.
    Lost,
}

/// Leaves of a request that an answer may spell in another way.
#[derive(Debug, Clone, Default)]
pub(super) struct Spellings(BTreeMap<Pointer, Spelling>);

#[derive(Debug, Clone)]
enum Spelling {
    /// One of a list: the case of its letters says nothing.
    Word,
    /// A text that stands for a number.
    Number,
    /// Readers may differ over how it is written; these are ways to do so.
    Doubtful(Vec<Value>),
}

impl Spellings {
    /// Those of the body of `step`, by where they stand in it; `numeric` are those that stand for numbers.
    pub(super) fn of<'n>(
        contract: &Contract,
        operation: &Operation,
        step: &Arc<Step>,
        numeric: impl Iterator<Item = &'n Pointer>,
    ) -> Self {
        let mut spellings: BTreeMap<Pointer, Spelling> =
            numeric.map(|pointer| (pointer.clone(), Spelling::Number)).collect();
        for site in Subject::new(contract, operation, step).sites {
            let Spot::Body(pointer) = site.spot else { continue };
            let sources = || site.schemas.iter().filter_map(|place| contract.schemas.source(place));
            let doubts: Vec<&Value> = sources().filter_map(|schema| schema.get("x-certain")).collect();
            if site.value.is_object() || site.value.is_array() || spellings.contains_key(&pointer) {
                continue;
            }
            if !doubts.is_empty() {
                let listed = doubts.iter().filter_map(|doubts| doubts.as_array()).flatten();
                let values = listed.filter_map(|doubt| doubt.get("enum")?.as_array()).flatten().cloned().collect();
                spellings.insert(pointer, Spelling::Doubtful(values));
            } else if sources().any(|schema| schema.get("enum").is_some()) {
                spellings.insert(pointer, Spelling::Word);
            }
        }
        Self(spellings)
    }

    /// Whether two different scalars at `at` say the same; nothing where nobody knows.
    fn same(&self, at: &Pointer, before: &Value, after: &Value) -> Option<bool> {
        let Some(spelling) = self.0.get(at) else { return Some(false) };
        if text(before).to_lowercase() == text(after).to_lowercase() {
            return Some(true);
        }
        match spelling {
            Spelling::Number => Some(are_one_number(&text(before), &text(after))),
            Spelling::Word => Some(false),
            Spelling::Doubtful(values) if values.contains(before) && values.contains(after) => Some(true),
            Spelling::Doubtful(_) if are_other_codes(&text(before), &text(after)) => Some(false),
            Spelling::Doubtful(_) => None,
        }
    }
}

/// The leaves in which `after` is not what `before` is, which stands at `at`. What only `after` holds says nothing.
pub(super) fn differences(
    before: &Value,
    after: Option<&Value>,
    at: &Pointer,
    (spellings, missing): (&Spellings, Missing),
) -> Vec<Difference> {
    let mut found = Vec::new();
    differ(before, after, at, (spellings, missing), &mut found);
    found
}

fn differ(
    before: &Value,
    after: Option<&Value>,
    at: &Pointer,
    how: (&Spellings, Missing),
    found: &mut Vec<Difference>,
) {
    let (spellings, missing) = how;
    let mut add = |after: &Value, certain| {
        found.push(Difference { at: at.clone(), before: before.clone(), after: after.clone(), certain });
    };
    match (before, after.unwrap_or(&Value::Null)) {
        (Value::Null, _) => {}
        (_, Value::Null) => {
            if missing == Missing::Lost {
                add(&Value::Null, true);
            }
        }
        (Value::Object(members), Value::Object(others)) => {
            for (name, member) in members {
                differ(member, others.get(name), &at.child(name), how, found);
            }
        }
        (Value::Array(elements), Value::Array(others)) => {
            if !pairs_up(elements, others, how) {
                add(after.unwrap_or(&Value::Null), true);
            }
        }
        // An answer may have another form for what was written, such as one text for a whole address; one that showed it
        // in this form before has no reason to.
        (Value::Object(_) | Value::Array(_), other) | (_, other @ (Value::Object(_) | Value::Array(_))) => {
            if missing == Missing::Lost {
                add(other, true);
            }
        }
        (scalar, other) => {
            if !same(scalar, other) {
                match spellings.same(at, scalar, other) {
                    Some(true) => {}
                    told => add(other, told.is_some()),
                }
            }
        }
    }
}

/// Whether each element has another one that is the same, in whatever order.
fn pairs_up(elements: &[Value], others: &[Value], how: (&Spellings, Missing)) -> bool {
    let mut left: Vec<&Value> = others.iter().collect();
    elements.len() == others.len()
        && elements.iter().all(|element| {
            let same = |other: &&Value| {
                let mut found = Vec::new();
                differ(element, Some(other), &Pointer::root(), how, &mut found);
                found.is_empty()
            };
            left.iter().position(same).map(|place| left.remove(place)).is_some()
        })
}

/// Whether two scalars are one value: times by instant, numbers by value, ids in either case, anything else as it is
/// written. A text stays one: `007` is no number.
pub(super) fn same(before: &Value, after: &Value) -> bool {
    let (a, b) = (text(before), text(after));
    if a == b {
        return true;
    }
    if before.is_number() {
        return are_one_number(&a, &b);
    }
    let times = (a.parse::<Timestamp>(), b.parse::<Timestamp>());
    match (&times, a.parse::<Date>(), b.parse::<Date>()) {
        // A server may keep fewer digits of a second.
        ((Ok(a), Ok(b)), ..) => a.duration_since(*b).abs() < SignedDuration::from_secs(1),
        ((Err(_), Ok(time)), Ok(day), _) | ((Ok(time), Err(_)), _, Ok(day)) => is_on(*time, day),
        _ => is_uuid(&a) && a.eq_ignore_ascii_case(&b),
    }
}

fn are_one_number(a: &str, b: &str) -> bool {
    matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if (a - b).abs() <= f64::EPSILON * a.abs())
}

/// Whether both are codes of one form, so that one is no other way to write the other.
fn are_other_codes(a: &str, b: &str) -> bool {
    let is_code = |text: &str| (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase());
    is_code(a) && is_code(b) && a.len() == b.len() && a != b
}

/// Whether `time` is the beginning of `day`, somewhere.
fn is_on(time: Timestamp, day: Date) -> bool {
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp());
    midnight.is_ok_and(|midnight| time.duration_since(midnight).abs() <= ZONES)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// The values of leaves, each where it stands: an object with the nesting of what they were taken from.
pub(super) fn nested<'v>(leaves: impl Iterator<Item = (&'v Pointer, &'v Value)>) -> Value {
    let mut whole = Value::Object(Map::new());
    for (pointer, value) in leaves {
        let mut at = &mut whole;
        for token in pointer.tokens() {
            if !at.is_object() {
                *at = Value::Object(Map::new());
            }
            let Value::Object(members) = at else { break };
            at = members.entry(token.into_owned()).or_insert(Value::Null);
        }
        at.clone_from(value);
    }
    whole
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(before: &Value, after: &Value, missing: Missing) -> Vec<String> {
        let found = differences(before, Some(after), &Pointer::root(), (&Spellings::default(), missing));
        found.into_iter().map(|difference| difference.at.to_string()).collect()
    }

    #[test]
    fn a_value_is_the_same_in_every_form_that_means_the_same() {
        for (before, after) in [
            (json!("2036-02-29T12:00:00.500+04:00"), json!("2036-02-29T08:00:00.5Z")),
            (json!("2036-02-29T12:00:00.500Z"), json!("2036-02-29T12:00:00+00:00")),
            (json!("1990-05-17"), json!("1990-05-17T00:00:00Z")),
            (json!("1990-05-17"), json!("1990-05-16T20:00:00.000Z")),
            (json!(10), json!(10.0)),
            (json!(1.5), json!("1.50")),
            (json!("F47AC10B-58CC-4372-A567-0E02B2C3D479"), json!("f47ac10b-58cc-4372-a567-0e02b2c3d479")),
            (json!(["a", "b"]), json!(["b", "a"])),
            (json!({"a": 1}), json!({"a": 1, "b": 2})),
        ] {
            assert_eq!(found(&before, &after, Missing::Lost), [""; 0], "{before} {after}");
        }
    }

    #[test]
    fn a_text_is_kept_to_the_letter() {
        for (before, after) in [
            (json!("00700"), json!("700")),
            (json!("00700"), json!(700)),
            (json!("1.50"), json!("1.5")),
            (json!("Zoë"), json!("Zo?")),
            (json!("1990-05-17"), json!("1990-05-18")),
            (json!("1990-05-17"), json!("1990-05-18T00:00:00Z")),
            (json!("Amina"), json!("amina")),
            (json!(["a", "a"]), json!(["a", "b"])),
            (json!(1.5), json!(1.4)),
            (json!(true), json!(false)),
        ] {
            assert_eq!(found(&before, &after, Missing::Fine), [""], "{before} {after}");
        }
    }

    #[test]
    fn what_is_not_shown_is_lost_only_where_it_was_shown_before() {
        let (before, after) = (json!({"a": {"b": "x", "c": "y"}, "d": "z"}), json!({"a": {"b": "x"}, "d": null}));
        assert_eq!(found(&before, &after, Missing::Fine), [""; 0]);
        assert_eq!(found(&before, &after, Missing::Lost), ["/a/c", "/d"]);
        let whole = json!({"a": "x, y"});
        assert_eq!(found(&before, &whole, Missing::Fine), [""; 0]);
    }

    #[test]
    fn leaves_stand_where_they_stood() {
        let (a, b) = (Pointer::parse("/a/b").unwrap(), Pointer::parse("/a/c/0").unwrap());
        assert_eq!(nested([(&a, &json!(1)), (&b, &json!("x"))].into_iter()), json!({"a": {"b": 1, "c": {"0": "x"}}}));
        assert_eq!(nested([(&Pointer::root(), &json!(1))].into_iter()), json!(1));
    }
}
