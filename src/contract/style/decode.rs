//! Parameter text becomes every value that a reader may take it for.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Number, Value};

use super::{Hints, Wire};
use crate::contract::{Encoding, Style};

/// More readings than this are never listed; elements that have several are then all read in the same way.
const READINGS: usize = 64;

/// Every value that `wire` may stand for, the one that the types speak for most first; nothing where `wire` does not
/// hold the parameter `name` at all.
///
/// Readers differ: `1` is a number and a string, `007` may be 7, `True` may be true, and a comma may separate or not.
/// All of that is admitted where `hints` leave the type open. For a query, `wire` holds all of its pairs.
pub fn decode(name: &str, encoding: &Encoding, hints: &Hints, wire: &Wire) -> Vec<Value> {
    readings(name, encoding, hints, wire).values
}

/// Values that a text may stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// The values, the one that the types speak for most first.
    pub values: Vec<Value>,
    /// Whether these are all; else there are too many.
    pub complete: bool,
}

/// As [`decode`], and whether that is all.
pub fn readings(name: &str, encoding: &Encoding, hints: &Hints, wire: &Wire) -> Readings {
    let complete = Cell::new(true);
    let values = match encoding {
        Encoding::Content { media_type, .. } => {
            let json = super::parse_media_type(media_type).is_some_and(|media| media.is_json());
            let read = |text: String| {
                if json { serde_json::from_str(&text).into_iter().collect() } else { text_readings(hints, &text) }
            };
            whole(name, wire).into_iter().flat_map(read).collect()
        }
        Encoding::Style { style, explode, .. } => {
            let reader = Reader { name, style: *style, explode: *explode, complete: &complete };
            match wire {
                Wire::Header(text) => reader.text(hints, text, &[","], |text| Cow::Borrowed(text.trim())),
                Wire::Cookie(key, text) if unescape(key) == name => {
                    let mut values = reader.text(hints, text, &[","], unescape);
                    // RFC 6265 knows no percent-encoding, so some readers leave it as it is.
                    if text.contains('%') {
                        values.extend(reader.text(hints, text, &[","], |text| Cow::Borrowed(text)));
                    }
                    values
                }
                Wire::Cookie(..) | Wire::Omitted => Vec::new(),
                Wire::Path(text) => reader.path(hints, text),
                Wire::Query(pairs) => reader.query(hints, pairs),
            }
        }
    };
    Readings { values, complete: complete.get() }
}

/// Every value that a text without any structure may stand for, where the schema leaves open what `hints` say.
pub fn text_readings(hints: &Hints, text: &str) -> Vec<Value> {
    let mut readings = primitives(hints, text);
    if hints.object.is_some() || hints.array.is_some() {
        let parsed = serde_json::from_str::<Value>(text).ok();
        readings.extend(parsed.filter(|value| value.is_object() || value.is_array()));
    }
    if readings.is_empty() {
        readings.push(text.into());
    }
    readings
}

/// The parameter's text in one piece, percent-encoding undone.
fn whole(name: &str, wire: &Wire) -> Vec<String> {
    match wire {
        Wire::Header(text) => vec![text.clone()],
        Wire::Path(text) => vec![unescape(text).into_owned()],
        Wire::Cookie(key, text) if unescape(key) == name => vec![unescape(text).into_owned()],
        Wire::Cookie(..) | Wire::Omitted => Vec::new(),
        Wire::Query(pairs) => pairs
            .iter()
            .filter(|(key, _)| unescape_form(key) == name)
            .map(|(_, text)| unescape_form(text).into())
            .collect(),
    }
}

fn unescape(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// As HTML forms write it: `+` is a space.
fn unescape_form(text: &str) -> Cow<'_, str> {
    if text.contains('+') { Cow::Owned(unescape(&text.replace('+', " ")).into_owned()) } else { unescape(text) }
}

struct Reader<'a> {
    name: &'a str,
    style: Style,
    explode: bool,
    /// Cleared where readings were left out, for they are too many.
    complete: &'a Cell<bool>,
}

impl Reader<'_> {
    fn path(&self, hints: &Hints, text: &str) -> Vec<Value> {
        match self.style {
            // The table of 3.0.3 separates by `.`, RFC 6570 by `,` where it is not exploded: both are admitted.
            Style::Label => text.strip_prefix('.').map_or_else(Vec::new, |text| {
                self.text(hints, text, if self.explode { &["."] } else { &[".", ","] }, unescape)
            }),
            Style::Matrix => self.matrix(hints, text),
            _ => self.text(hints, text, &[","], unescape),
        }
    }

    fn matrix(&self, hints: &Hints, text: &str) -> Vec<Value> {
        let pairs: Vec<(String, String)> = text
            .split(';')
            .skip(1)
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        self.pairs(hints, &pairs, &[","], unescape)
    }

    fn query(&self, hints: &Hints, pairs: &[(String, String)]) -> Vec<Value> {
        if self.style == Style::DeepObject {
            return hints.object.as_ref().map_or_else(Vec::new, |members| self.deep(members, pairs));
        }
        let separators: &[&str] = match self.style {
            Style::SpaceDelimited => &["%20", "+", " "],
            Style::PipeDelimited => &["%7C", "%7c", "|"],
            _ => &[","],
        };
        self.pairs(hints, pairs, separators, unescape_form)
    }

    /// Several names and values: those of one name are its elements, or each name is a member.
    fn pairs(
        &self,
        hints: &Hints,
        pairs: &[(String, String)],
        separators: &[&str],
        unescape: fn(&str) -> Cow<'_, str>,
    ) -> Vec<Value> {
        let own: Vec<&str> =
            pairs.iter().filter(|(key, _)| unescape(key) == self.name).map(|(_, value)| value.as_str()).collect();
        let mut readings = Vec::new();
        // One value each is how an array is spread, and many readers take it so whether it is to be spread or not.
        if let Some(items) = &hints.array
            && (self.explode && !own.is_empty() || own.len() > 1)
        {
            let elements: Vec<_> = own.iter().map(|text| unescape(text)).collect();
            readings.extend(self.lists(items, &elements));
        }
        // Where one value is meant and several come, some readers take the first and some the last.
        let last = own.last().filter(|_| own.len() > 1);
        for text in own.first().into_iter().chain(last) {
            if !self.explode {
                readings.extend(self.text(hints, text, separators, unescape));
                continue;
            }
            readings.extend(primitives(hints, &unescape(text)));
            let several: Vec<_> = unescape(text).split(',').map(|text| Cow::Owned(text.to_owned())).collect();
            if let (Some(items), [_, _, ..], [_]) = (&hints.array, several.as_slice(), own.as_slice()) {
                readings.extend(self.lists(items, &several));
            }
        }
        if self.explode
            && let Some(members) = &hints.object
        {
            // Members stand beside other parameters in the same query, so only names that the schema knows are taken.
            let alone = self.style == Style::Matrix;
            let found = pairs.iter().map(|(key, value)| (unescape(key), unescape(value)));
            let known: Vec<_> = found.filter(|(key, _)| alone || members.contains_key(key.as_ref())).collect();
            if !known.is_empty() {
                readings.extend(self.objects(members, &known));
            }
        }
        readings
    }

    fn deep(&self, members: &BTreeMap<String, Hints>, pairs: &[(String, String)]) -> Vec<Value> {
        let mut found = Vec::new();
        for (key, value) in pairs {
            let key = unescape_form(key);
            let member = key.strip_prefix(self.name).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
            if let Some(member) = member {
                found.push((Cow::Owned(member.to_owned()), unescape_form(value)));
            }
        }
        if found.is_empty() { Vec::new() } else { self.objects(members, &found) }
    }

    /// One text: a primitive, or elements between one of `separators`.
    fn text(&self, hints: &Hints, text: &str, separators: &[&str], unescape: fn(&str) -> Cow<'_, str>) -> Vec<Value> {
        let mut readings = Vec::new();
        for separator in separators {
            let elements: Vec<&str> = if text.is_empty() { Vec::new() } else { text.split(separator).collect() };
            if separator != &separators.first().copied().unwrap_or_default() && elements.len() < 2 {
                continue;
            }
            readings.extend(self.structures(hints, &elements, unescape));
        }
        // Some readers undo the percent-encoding first, and then see separators where there were none.
        let whole = unescape(text);
        let plain = separators.last().map_or(",", |last| *last);
        let raw = separators.iter().map(|separator| text.matches(separator).count()).max().unwrap_or_default();
        if whole != text && whole.matches(plain).count() > raw {
            let elements: Vec<&str> = whole.split(plain).collect();
            readings.extend(self.structures(hints, &elements, |text| Cow::Borrowed(text)));
        }
        readings.extend(primitives(hints, &whole));
        readings
    }

    /// Elements as an array, and as the members of an object.
    fn structures(&self, hints: &Hints, elements: &[&str], unescape: fn(&str) -> Cow<'_, str>) -> Vec<Value> {
        let mut readings = Vec::new();
        if let Some(items) = &hints.array {
            readings.extend(self.lists(items, &elements.iter().map(|text| unescape(text)).collect::<Vec<_>>()));
            if elements.is_empty() {
                // Nothing at all, or one element that is empty.
                readings.extend(self.lists(items, &[Cow::Borrowed("")]));
            }
        }
        if let Some(members) = &hints.object
            && let Some(found) = self.members(elements, unescape)
        {
            readings.extend(self.objects(members, &found));
        }
        readings
    }

    fn members<'t>(
        &self,
        elements: &[&'t str],
        unescape: fn(&'t str) -> Cow<'t, str>,
    ) -> Option<Vec<(Cow<'t, str>, Cow<'t, str>)>> {
        if self.explode {
            let pair = |element: &&'t str| element.split_once('=').map(|(k, v)| (unescape(k), unescape(v)));
            return elements.iter().map(pair).collect();
        }
        let pair = |pair: &[&'t str]| match pair {
            [key, value] => Some((unescape(key), unescape(value))),
            _ => None,
        };
        elements.chunks(2).map(pair).collect()
    }

    fn lists(&self, items: &Hints, elements: &[Cow<'_, str>]) -> Vec<Value> {
        let mut readings = self.list(items, elements);
        // What is empty is no element to some readers.
        if elements.iter().any(|text| text.is_empty()) {
            let told: Vec<_> = elements.iter().filter(|text| !text.is_empty()).cloned().collect();
            readings.extend(self.list(items, &told));
        }
        readings
    }

    fn list(&self, items: &Hints, elements: &[Cow<'_, str>]) -> Vec<Value> {
        let choices: Vec<Vec<Value>> = elements.iter().map(|text| primitives(items, text)).collect();
        self.combined(&choices).into_iter().map(Value::Array).collect()
    }

    fn objects(&self, members: &BTreeMap<String, Hints>, found: &[(Cow<'_, str>, Cow<'_, str>)]) -> Vec<Value> {
        let open = Hints::primitive();
        let choices: Vec<Vec<Value>> =
            found.iter().map(|(key, text)| primitives(members.get(key.as_ref()).unwrap_or(&open), text)).collect();
        let named = |values: Vec<Value>| {
            let keys = found.iter().map(|(key, _)| key.to_string());
            Value::Object(keys.zip(values).collect::<Map<_, _>>())
        };
        self.combined(&choices).into_iter().map(named).collect()
    }

    /// One of each; where that is too much, the first of each and the last of each.
    fn combined(&self, choices: &[Vec<Value>]) -> Vec<Vec<Value>> {
        combinations(choices).unwrap_or_else(|| {
            self.complete.set(false);
            let first = choices.iter().filter_map(|some| some.first().cloned()).collect();
            let last = choices.iter().filter_map(|some| some.last().cloned()).collect();
            vec![first, last]
        })
    }
}

/// The readings of one element: typed ones first.
pub(super) fn primitives(hints: &Hints, text: &str) -> Vec<Value> {
    let mut readings = Vec::new();
    if hints.number {
        readings.extend(number(text));
    }
    if hints.boolean && text.eq_ignore_ascii_case("true") {
        readings.push(Value::Bool(true));
    }
    if hints.boolean && text.eq_ignore_ascii_case("false") {
        readings.push(Value::Bool(false));
    }
    if hints.null && (text.is_empty() || text == "null") {
        readings.push(Value::Null);
    }
    // Where nothing else fits it stays text, so that there is something for the schema to refuse.
    let structured =
        (hints.array.is_some() || hints.object.is_some()) && (text.contains(',') || !(hints.number || hints.boolean));
    if hints.string || (readings.is_empty() && !structured) {
        readings.push(Value::String(text.to_owned()));
    }
    readings
}

/// As lenient as common readers are: `+7`, `007`, `.5` and `1e3` are numbers.
fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    let shape = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if !shape || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let integer = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    integer.ok().or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64)).map(Value::Number)
}

/// One of each; nothing where that is too much.
pub(super) fn combinations<T: Clone>(choices: &[Vec<T>]) -> Option<Vec<Vec<T>>> {
    choices.iter().try_fold(1_usize, |total, some| total.checked_mul(some.len()).filter(|n| *n <= READINGS))?;
    Some(choices.iter().fold(vec![Vec::new()], |rows, some| {
        rows.iter()
            .flat_map(|row| some.iter().map(move |value| row.iter().cloned().chain([value.clone()]).collect()))
            .collect()
    }))
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
