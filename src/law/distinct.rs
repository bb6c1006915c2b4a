//! Bodies that differ from each other in all that may be taken only once: marks, numbers, names.

use serde_json::Value;

use super::ground::Ground;
use crate::case::expression::{Template, TextPart};
use crate::case::{Payload, Spot, Step};
use crate::contract::Operation;
use crate::digest::sha256_of_parts;
use crate::document::Pointer;
use crate::mutation::change;
use crate::mutation::soundness::{Label, label};

/// Texts of one body that are changed at most.
const TEXTS: usize = 40;

/// A text of fewer letters is a code that somebody else gave out: of a country, of a currency.
const NAME: usize = 4;

impl Ground<'_, '_> {
    /// `step`, a request to `operation`, with values of its own for `number`: another mark where it bears one, as that is
    /// free text for certain; else other texts wherever the schema takes them.
    pub(super) fn another(&self, operation: &Operation, step: &Step, number: usize) -> Step {
        let mut distinct = step.clone();
        if remark(&mut distinct, number) {
            return distinct;
        }
        let texts = step.payload.as_ref().and_then(Payload::literal).map(texts).unwrap_or_default();
        for (pointer, text) in texts.into_iter().take(TEXTS) {
            let valid = numbered(&text, number).into_iter().find_map(|other| {
                let mut step = distinct.clone();
                change(&mut step, &Spot::Body(pointer.clone()), Some(Value::String(other)))?;
                (label(self.contract, operation, &step) == Label::Valid).then_some(step)
            });
            if let Some(step) = valid {
                distinct.payload = step.payload;
            }
        }
        distinct
    }
}

/// Gives `step` marks of its own for `number`, where it bears any.
fn remark(step: &mut Step, number: usize) -> bool {
    let mut any = false;
    for (_, replacement) in step.payload.iter_mut().flat_map(|payload| &mut payload.replacements) {
        let Some(Template::Text(parts)) = replacement else { continue };
        if let Some(TextPart::Text(tail)) = parts.last_mut() {
            let own = sha256_of_parts(&["distinct", tail, &number.to_string()]);
            // As long as before: the schema was asked for a mark of this length.
            *tail = format!("-{}", own.get(..tail.len().saturating_sub(1)).unwrap_or_default());
            any = true;
        }
    }
    any
}

/// The texts of `value`, each with its place.
fn texts(value: &Value) -> Vec<(Pointer, String)> {
    let mut found = Vec::new();
    let mut open = vec![(Pointer::root(), value)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::String(text) => found.push((pointer, text.clone())),
            Value::Object(members) => {
                open.extend(members.iter().rev().map(|(name, member)| (pointer.child(name), member)));
            }
            Value::Array(elements) => {
                open.extend(elements.iter().enumerate().rev().map(|(index, element)| (pointer.index(index), element)));
            }
            _ => {}
        }
    }
    found
}

/// Texts like `text` that differ from number to number: its last digits count on, else a number follows it.
fn numbered(text: &str, number: usize) -> Vec<String> {
    let is_time = text.parse::<jiff::civil::Date>().is_ok() || text.parse::<jiff::Timestamp>().is_ok();
    if is_time || text.contains(['@', '/', ':']) {
        return Vec::new();
    }
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |last| last + 1);
    let (before, after) = (text.get(..end).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let digits = before.get(start..).unwrap_or_default();
    let tail = digits.get(digits.len().saturating_sub(6)..).unwrap_or_default();
    if let (Ok(count), 3..) = (tail.parse::<usize>(), tail.len()) {
        let head = before.get(..before.len() - tail.len()).unwrap_or_default();
        let next = (count + number) % 10_usize.pow(u32::try_from(tail.len()).unwrap_or_default());
        return vec![format!("{head}{next:0width$}{after}", width = tail.len())];
    }
    let is_code = text.len() < NAME || !text.chars().any(char::is_lowercase);
    if is_code { Vec::new() } else { vec![format!("{text} {number}"), format!("{text}{number}")] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_on_and_names_are_numbered_but_codes_and_times_stay() {
        for (text, expected) in [
            ("12345678", &["12345681"][..]),
            ("AE070331234567890123999", &["AE070331234567890124002"]),
            ("00099", &["00102"]),
            ("999", &["002"]),
            ("Main Street", &["Main Street 3", "Main Street3"]),
            ("Door 7", &["Door 7 3", "Door 73"]),
            ("AED", &[]),
            ("SWIFTCODE", &[]),
            ("2024-01-01", &[]),
            ("2024-01-01T00:00:00Z", &[]),
            ("someone@example.com", &[]),
            ("", &[]),
            ("ünï", &["ünï 3", "ünï3"]),
        ] {
            assert_eq!(numbered(text, 3), expected, "{text}");
        }
    }
}
