//! How two values of one field stand to each other, whatever form an implementation gives them.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::declared::Relation;
use super::ground::text;
use crate::document::Pointer;

/// How `a` stands to `b`, where every reading agrees: times by instant, numbers by value, texts in each usual order.
pub(super) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    let (a, b) = (text(a), text(b));
    match (a.parse::<Timestamp>(), b.parse::<Timestamp>()) {
        (Ok(a), Ok(b)) => return Some(a.cmp(&b)),
        (Err(_), Err(_)) => {}
        // A day is before or after none of its hours.
        _ => return None,
    }
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.partial_cmp(&b);
    }
    let (exact, folded) = (a.cmp(&b), a.to_lowercase().cmp(&b.to_lowercase()));
    (exact == folded).then_some(exact)
}

/// Whether an element's value surely breaks `relation` to the filter's. One that is stored with more places than it shows
/// may stand on either side of what it shows.
pub(super) fn breaks(relation: Relation, element: &Value, bound: &Value) -> bool {
    if relation == Relation::Equal {
        return surely_apart(element, bound);
    }
    let times = instant(&text(element)).zip(instant(&text(bound)));
    if let Some(((at, unit), (bound, _))) = times {
        let apart = at.duration_since(bound);
        return match relation {
            Relation::Above | Relation::AtLeast => apart < SignedDuration::ZERO && apart.abs() >= unit,
            _ => apart > SignedDuration::ZERO && apart >= unit,
        };
    }
    let Some(ordering) = compare(element, bound) else {
        // Two spellings of one text: nobody says that case matters.
        return false;
    };
    match relation {
        Relation::Equal => ordering.is_ne(),
        Relation::Above => ordering.is_lt() || (ordering.is_eq() && !may_hide(element)),
        Relation::AtLeast => ordering.is_lt(),
        Relation::Below => ordering.is_gt() || (ordering.is_eq() && !may_hide(element)),
        Relation::AtMost => ordering.is_gt(),
    }
}

/// Whether a stored value may have more places than it shows: a time, a date, a number with a fraction.
pub(super) fn may_hide(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::String(text) => {
            text.parse::<Timestamp>().is_ok()
                || text.parse::<jiff::civil::Date>().is_ok()
                || text.parse::<f64>().is_ok_and(|_| text.contains(['.', 'e', 'E']))
        }
        _ => false,
    }
}

/// How `a` stands to `b` in a sorted list, where every usual order agrees: times by instant, numbers by value, texts alike
/// with and without case and punctuation, with digits one by one and as numbers.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Value::Number(a), Value::Number(b)) = (a, b) {
        return a.as_f64()?.partial_cmp(&b.as_f64()?);
    }
    let (a, b) = (a.as_str()?, b.as_str()?);
    if let (Ok(a), Ok(b)) = (a.parse::<Timestamp>(), b.parse::<Timestamp>()) {
        return Some(a.cmp(&b));
    }
    if !a.is_ascii() || !b.is_ascii() {
        return None;
    }
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let (plain_a, plain_b) = (plain(a), plain(b));
    let exact = a.cmp(b);
    let others = [a.to_lowercase().cmp(&b.to_lowercase()), plain_a.cmp(&plain_b), runs(&plain_a).cmp(&runs(&plain_b))];
    others.iter().all(|other| *other == exact).then_some(exact)
}

/// A text in pieces, each run of digits as a number: shorter runs are smaller.
fn runs(text: &str) -> Vec<(bool, usize, String)> {
    let mut runs: Vec<(bool, usize, String)> = Vec::new();
    for c in text.chars() {
        match runs.last_mut() {
            Some((false, length, run)) if c.is_ascii_digit() => {
                if run == "0" {
                    run.clear();
                    *length = 0;
                }
                run.push(c);
                *length += 1;
            }
            _ if c.is_ascii_digit() => runs.push((false, 1, c.to_string())),
            _ => runs.push((true, 0, c.to_string())),
        }
    }
    runs
}

/// Where two answers surely say different things of one object: in a member that both show.
pub(super) fn differs(a: &Value, b: &Value) -> Option<Pointer> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => a.iter().find_map(|(name, value)| {
            let below = differs(value, b.get(name)?)?;
            Some(Pointer::root().child(name).join(&below))
        }),
        (Value::Array(a), Value::Array(b)) => {
            let below = |(index, (a, b))| Some(Pointer::root().index(index).join(&differs(a, b)?));
            let elements = || a.iter().zip(b).enumerate().find_map(below);
            if a.len() == b.len() { elements() } else { Some(Pointer::root()) }
        }
        (Value::Object(_) | Value::Array(_) | Value::Null, _)
        | (_, Value::Object(_) | Value::Array(_) | Value::Null) => None,
        (a, b) => surely_apart(a, b).then(Pointer::root),
    }
}

/// Whether two scalars differ, however they are spelled and rounded.
fn surely_apart(a: &Value, b: &Value) -> bool {
    let (a, b) = (text(a), text(b));
    match (instant(&a), instant(&b)) {
        (Some((a, a_unit)), Some((b, b_unit))) => return a.duration_since(b).abs() > a_unit.max(b_unit),
        (None, None) => {}
        _ => return false,
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) if a.is_finite() && b.is_finite() => (a - b).abs() > f64::EPSILON * a.abs().max(b.abs()) * 4.0,
        _ => a.to_lowercase() != b.to_lowercase(),
    }
}

/// Whether a time surely lies between two others, whatever it does not show.
pub(super) fn surely_between(value: &Value, (from, to): (&str, &str)) -> bool {
    let ends = instant(from).zip(instant(to));
    instant(&text(value)).zip(ends).is_some_and(|((at, unit), ((from, _), (to, _)))| {
        at.duration_since(from) >= unit && to.duration_since(at) >= unit
    })
}

/// A time, and the smallest unit that it surely shows: trailing zeros may stand for what was cut off.
fn instant(text: &str) -> Option<(Timestamp, SignedDuration)> {
    let at = text.parse::<Timestamp>().ok()?;
    let fraction = text.split_once('.').map_or("", |(_, rest)| rest);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let shown = fraction.get(..digits).unwrap_or_default().trim_end_matches('0').len();
    let unit = 10_i64.checked_pow(u32::try_from(9_usize.saturating_sub(shown)).ok()?)?;
    Some((at, SignedDuration::from_nanos(unit)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_in_order_only_where_every_usual_collation_agrees() {
        let sure = |a: &str, b: &str| order(&json!(a), &json!(b));
        assert_eq!(sure("CRM-0001", "CRM-0002"), Some(Ordering::Less));
        assert_eq!(sure("b", "a"), Some(Ordering::Greater));
        assert_eq!(sure("item2", "item10"), None, "by digit or by number");
        assert_eq!(sure("B", "a"), None, "with or without case");
        assert_eq!(sure("a-c", "ab"), None, "with or without punctuation");
        assert_eq!(sure("é", "f"), None, "whoever knows accents");
        assert_eq!(sure("2024-01-01T00:00:00Z", "2024-01-01T00:30:00+01:00"), Some(Ordering::Greater));
        assert_eq!(order(&json!(2), &json!(10)), Some(Ordering::Less));
        assert_eq!(order(&json!(2), &json!(null)), None);
    }

    #[test]
    fn what_two_answers_may_spell_otherwise_does_not_differ() {
        for (a, b) in [
            (json!("2024-01-01T10:00:00.123Z"), json!("2024-01-01T11:00:00.123456+01:00")),
            (json!("2024-01-01T10:00:00Z"), json!("2024-01-01T10:00:00.9Z")),
            (json!("ACTIVE"), json!("active")),
            (json!("1.50"), json!(1.5)),
            (json!({ "a": 1 }), json!({ "a": 1, "b": 2 })),
            (json!({ "a": null }), json!({ "a": 1 })),
        ] {
            assert_eq!(differs(&a, &b), None, "{a} {b}");
            assert_eq!(differs(&b, &a), None, "{b} {a}");
        }
        let at = |a: Value, b: Value| differs(&a, &b).map(|at| at.to_string());
        assert_eq!(at(json!({ "a": { "b": "x" } }), json!({ "a": { "b": "y" } })).as_deref(), Some("/a/b"));
        assert_eq!(at(json!("2024-01-01T10:00:00Z"), json!("2024-01-01T10:00:02Z")).as_deref(), Some(""));
    }

    #[test]
    fn a_time_lies_between_two_others_where_a_hidden_fraction_cannot_put_it_beyond() {
        let ends = ("2024-01-01T10:00:00Z", "2024-01-01T10:00:02Z");
        for (at, sure) in [
            ("2024-01-01T10:00:01Z", true),
            ("2024-01-01T14:00:01+04:00", true),
            ("2024-01-01T10:00:00Z", false),
            ("2024-01-01T10:00:02Z", false),
            ("2024-01-01T10:00:01.999Z", true),
            ("2024-01-01T10:00:01.500Z", true),
            ("2024-01-01T10:00:00.05Z", true),
            ("2024-01-01", false),
            ("yesterday", false),
        ] {
            assert_eq!(surely_between(&json!(at), ends), sure, "{at}");
        }
        let narrow = ("2024-01-01T10:00:00.250Z", "2024-01-01T10:00:01.750Z");
        assert!(!surely_between(&json!("2024-01-01T10:00:01Z"), narrow), "it may be 10:00:01.9");
        assert!(surely_between(&json!("2024-01-01T10:00:01.001Z"), narrow));
    }

    #[test]
    fn an_element_at_the_bound_never_surely_breaks_it() {
        let at = json!("2024-01-01T10:00:00.123Z");
        for relation in [Relation::Above, Relation::AtLeast, Relation::Below, Relation::AtMost] {
            assert!(!breaks(relation, &at, &at), "{relation:?}");
        }
        let before = json!("2024-01-01T10:00:00.122Z");
        assert!(breaks(Relation::Above, &before, &at));
        assert!(breaks(Relation::AtMost, &at, &before));
        assert!(breaks(Relation::Above, &json!(4), &json!("4")), "an integer hides nothing");
        let seconds = json!("2024-01-01T10:00:00Z");
        assert!(!breaks(Relation::Above, &seconds, &at), "it may be half a second later than it shows");
    }
}
