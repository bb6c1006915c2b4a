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

/// Digits that count on at most, and at least: of fewer there are not enough for all.
const DIGITS: usize = 6;
const FEW_DIGITS: usize = 3;

/// A text of fewer letters is no name.
const NAME: usize = 4;

impl Ground<'_, '_> {
    /// `step`, a request to `operation`, with values of its own for `number`: another mark where it bears one, as that is
    /// free text for certain; else other numbers, and where it holds none other names, as far as the schema takes them.
    pub(super) fn another(&self, operation: &Operation, step: &Step, number: usize) -> Step {
        let mut distinct = step.clone();
        if remark(&mut distinct, number) {
            return distinct;
        }
        let texts = step.payload.as_ref().and_then(Payload::literal).map(texts).unwrap_or_default();
        // What comes of earlier answers is not known yet, and not in doubt.
        let Ok(bare) = self.bare(operation) else { return distinct };
        for other in [counted, named] {
            for (pointer, text) in texts.iter().take(TEXTS) {
                let Some(other) = other(text, number) else { continue };
                let mut tried = Step { payload: distinct.payload.clone(), ..bare.clone() };
                let changed = change(&mut tried, &Spot::Body(pointer.clone()), Some(Value::String(other)));
                if changed.is_some() && label(self.contract, operation, &tried) == Label::Valid {
                    distinct.payload = tried.payload;
                }
            }
            if distinct.body() != step.body() {
                break;
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

/// A text like `text` whose last digits count on; one that is an IBAN (ISO 13616) stays one.
fn counted(text: &str, number: usize) -> Option<String> {
    if is_other(text) {
        return None;
    }
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |last| last + 1);
    let (before, after) = (text.get(..end)?, text.get(end..)?);
    let start = before.trim_end_matches(|c: char| c.is_ascii_digit()).len().max(end.saturating_sub(DIGITS));
    let (head, tail) = (before.get(..start)?, before.get(start..)?);
    let next = (tail.parse::<usize>().ok()? + number) % 10_usize.checked_pow(u32::try_from(tail.len()).ok()?)?;
    let counted = format!("{head}{next:0width$}{after}", width = tail.len());
    if tail.len() < FEW_DIGITS {
        return None;
    }
    if remainder(text) != Some(1) {
        return Some(counted);
    }
    let (country, rest) = (counted.get(..2)?, counted.get(4..)?);
    let check = 98 - remainder(&format!("{country}00{rest}"))?;
    Some(format!("{country}{check:02}{rest}"))
}

/// A name like `text`.
fn named(text: &str, number: usize) -> Option<String> {
    // What has no small letter is a code that somebody else gave out: of a country, of a currency.
    let is_name = text.len() >= NAME && text.chars().any(char::is_lowercase);
    (is_name && !is_other(text)).then(|| format!("{text} {number}"))
}

/// Whether a text is of a form that a number does not leave as it is: a time, an address.
fn is_other(text: &str) -> bool {
    let is_time = text.parse::<jiff::civil::Date>().is_ok() || text.parse::<jiff::Timestamp>().is_ok();
    is_time || text.contains(['@', '/', ':'])
}

/// What is left of an account number of the form of an IBAN over a multiple of 97: 1 where it is one.
fn remainder(text: &str) -> Option<u32> {
    let (head, rest) = (text.get(..4)?, text.get(4..)?);
    let is_form = head.get(..2)?.bytes().all(|byte| byte.is_ascii_uppercase()) && (11..=30).contains(&rest.len());
    let digits = rest.chars().chain(head.chars()).map(|c| c.to_digit(36).filter(|_| !c.is_ascii_lowercase()));
    digits.filter(|_| is_form).try_fold(0, |left, digit| {
        let digit = digit?;
        Some((left * if digit > 9 { 100 } else { 10 } + digit) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_on_and_codes_and_times_stay() {
        for (text, expected) in [
            ("12345678", Some("12345681")),
            ("X-00099-Y", Some("X-00102-Y")),
            ("999", Some("002")),
            ("Door 7", None),
            ("AED", None),
            ("2024-01-01", None),
            ("2024-01-01T00:00:00Z", None),
            ("someone1000@example.com", None),
            ("", None),
            // The examples of the register of IBANs, with one more added to the account each.
            ("AE070331234567890123456", Some("AE230331234567890123459")),
            ("GB29NWBK60161331926819", Some("GB45NWBK60161331926822")),
        ] {
            let counted = counted(text, 3);
            assert_eq!(counted.as_deref(), expected, "{text}");
            assert_eq!(remainder(text) == Some(1), counted.is_some_and(|text| remainder(&text) == Some(1)), "{text}");
        }
    }

    #[test]
    fn names_are_numbered() {
        for (text, expected) in [
            ("Main Street", Some("Main Street 3")),
            ("ünïcode", Some("ünïcode 3")),
            ("AED", None),
            ("SWIFTCODE", None),
            ("abc", None),
            ("2024-01-01", None),
            ("https://example.com", None),
        ] {
            assert_eq!(named(text, 3).as_deref(), expected, "{text}");
        }
    }
}
