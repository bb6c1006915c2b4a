//! Valid values that programs break on: long and odd strings, dates and numbers at the ends of what can be represented.

use serde_json::{Value, json};

use crate::document::Place;

use super::super::Direction;
use super::Sampler;
use super::edge::Edge;
use super::extreme;
use super::group::Group;
use super::plan::Bounds;

/// Strings by what they are; those too short are repeated, and those too long left out.
const STRINGS: [(&str, &str); 31] = [
    ("empty", ""),
    ("space", " "),
    ("white space", " \t\r\n "),
    ("non-breaking and zero-width space", "\u{a0}\u{200b}\u{feff}"),
    ("leading and trailing space", " text "),
    ("line break", "text\ntext"),
    ("emoji", "\u{1f600}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}"),
    ("combining marks", "Z\u{351}\u{36b}\u{343}a\u{30a}e\u{301}"),
    ("right to left", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
    ("right-to-left override", "text\u{202e}txet"),
    ("beyond the basic plane", "\u{20000}\u{1d54f}\u{10ffff}"),
    ("special case", "\u{130}\u{df}\u{1c5}\u{fb01}"),
    ("NUL", "text\0text"),
    ("control characters", "\u{1}\u{8}\u{1b}[2J\u{7f}\u{85}"),
    ("quotes", "'\"`\u{2019}\u{201c}"),
    ("backslash", "\\\\ \\n \\u0000 \\"),
    ("SQL", "'; DROP TABLE users; --"),
    ("SQL condition", "' OR '1'='1"),
    ("HTML", "<script>alert(1)</script>"),
    ("HTML attribute", "\"><img src=x onerror=alert(1)>"),
    ("XML", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"),
    ("format", "%s%n%d%x"),
    ("template", "${7*7}{{7*7}}#{7*7}<%= 7*7 %>"),
    ("shell", "$(id)`id`;id|id&"),
    ("path", "../../../../etc/passwd"),
    ("percent", "%00%2e%2e%2f"),
    ("separator", "a,b;c|d=e&f"),
    ("leading zeros", "000123"),
    ("digits", "99999999999999999999999999999999"),
    ("exponent", "1e309"),
    ("word with a meaning", "null"),
];

/// Strings of so many characters.
const LONG: [(&str, usize); 2] = [("1 kB", 1 << 10), ("64 kB", 1 << 16)];

impl Sampler<'_> {
    /// Values that conform to all schemas of `group`, the schema objects in force at one value, and that programs break on.
    /// Each kind comes once at most; the keyword is the `format`, else the `type` that allows it.
    pub fn hostile(self, group: &[Place], direction: Direction) -> Vec<Edge> {
        let Ok(group) = Group::new(self, group, direction) else { return Vec::new() };
        let plan = group.plan(0);
        if plan.options.is_some() {
            // Only what is listed conforms.
            return Vec::new();
        }
        let allowed = |kind: &str| plan.types.as_ref().is_none_or(|types| types.contains(kind));
        let mut finder = Finder { group: &group, found: Vec::new() };
        if allowed("string") {
            finder.strings(plan.lengths);
        }
        if allowed("integer") || allowed("number") {
            finder.numbers();
        }
        finder.found
    }
}

struct Finder<'f, 's> {
    group: &'f Group<'s>,
    found: Vec<Edge>,
}

impl Finder<'_, '_> {
    fn strings(&mut self, lengths: Bounds) {
        let formats = self.stated("format");
        for (at, format) in &formats {
            for (what, text) in format.as_str().map(extreme::hostile).unwrap_or_default() {
                self.offer(at, &format!("format: {what}"), json!(text));
            }
        }
        let Some(at) = self.speaker("string") else { return };
        for (what, text) in STRINGS {
            let length = text.chars().count();
            let times = if length == 0 { 1 } else { lengths.least.div_ceil(length).max(1) };
            if length.saturating_mul(times) <= lengths.most.min(1 << 16) {
                self.offer(&at, what, json!(text.repeat(times)));
            }
        }
        for (what, length) in LONG {
            self.offer(&at, what, json!("text ".repeat(length.div_ceil(5)).chars().take(length).collect::<String>()));
        }
    }

    fn numbers(&mut self) {
        let Some(at) = self.speaker("number").or_else(|| self.speaker("integer")) else { return };
        let numbers = [
            ("2^53 + 1", json!((1_i64 << 53) + 1)),
            ("-(2^53 + 1)", json!(-(1_i64 << 53) - 1)),
            ("2^31", json!(1_i64 << 31)),
            ("greatest int64", json!(i64::MAX)),
            ("least int64", json!(i64::MIN)),
        ];
        for (what, number) in numbers {
            self.offer(&at, what, number);
        }
        let Some(at) = self.speaker("number") else { return };
        let single = self.stated("format").iter().any(|(_, format)| format == "float");
        let greatest = if single { 3e38 } else { 1e308 };
        let fractions = [
            ("minus zero", -0.0),
            ("greatest float", greatest),
            ("least float", -greatest),
            ("tiny", if single { 1e-37 } else { 1e-307 }),
            ("17 digits", 0.100_000_000_000_000_02),
        ];
        for (what, number) in fractions {
            self.offer(&at, what, json!(number));
        }
    }

    fn offer(&mut self, at: &Place, what: &str, value: Value) {
        let known = |edge: &Edge| edge.what == what || edge.value == value;
        if !self.found.iter().any(known) && self.group.accepts(&value) {
            self.found.push(Edge { keyword: at.clone(), what: what.to_owned(), value });
        }
    }

    /// Every place of `keyword`, with what it says.
    fn stated(&self, keyword: &str) -> Vec<(Place, Value)> {
        let all = self.group.members().into_iter();
        all.filter_map(|(place, schema)| Some((place.child(keyword), schema.get(keyword)?.clone()))).collect()
    }

    /// Where `kind` is allowed: the `type` that says so, else the first schema; nothing where the type is another one.
    fn speaker(&self, kind: &str) -> Option<Place> {
        let says = |stated: &Value| stated == kind || stated.as_array().is_some_and(|all| all.contains(&json!(kind)));
        let types = self.stated("type");
        if types.is_empty() {
            return self.group.members().into_iter().next().map(|(place, _)| place);
        }
        types.into_iter().find(|(_, stated)| says(stated)).map(|(place, _)| place)
    }
}
