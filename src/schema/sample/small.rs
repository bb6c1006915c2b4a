//! Zero and minus one, where a number is meant: as a number, or as the text of one.

use serde_json::{Map, Value, json};

use crate::document::Place;

use super::super::Direction;
use super::Sampler;
use super::group::Group;

/// The numbers, each with its name.
const NUMBERS: [(&str, i64); 2] = [("zero", 0), ("negative", -1)];
/// Formats by which documents say of a text that it is a number. No registry asserts them.
const FORMATS: [&str; 11] =
    ["int", "integer", "int32", "int64", "long", "bigint", "number", "numeric", "decimal", "float", "double"];
/// Texts that a pattern takes, at least one of each row, if it is about a number: the length is free, so it is no code.
const TAKEN: [&[&str]; 2] = [&["1", "2", "5", "9", "1.0", "1.00"], &["10", "12", "25", "99", "10.0", "10.00"]];
/// Texts that a pattern about a number does not take.
const NOT_TAKEN: [&str; 8] = ["a", "A", "text", "TEXT", "a1", "1a", "A1", "1A"];

/// What the schemas say of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It lies within bounds that they state.
    Stated,
    /// They allow it, but for want of a bound: many servers have one all the same.
    Unstated,
    /// They refuse it, or are not certain to allow it.
    Refused,
}

/// A number that programs often forget.
#[derive(Debug, Clone, PartialEq)]
pub struct Small {
    /// `zero` or `negative`.
    pub what: &'static str,
    /// The number, or its text.
    pub value: Value,
    /// What the schemas say of it.
    pub standing: Standing,
}

impl Sampler<'_> {
    /// Zero and minus one where all schemas of `group`, those in force at one value, mean a number. `examples` of that value
    /// stand outside of them.
    ///
    /// A text is a number where its format, pattern, example or default says so; an enumeration says all there is.
    pub fn small(self, group: &[Place], direction: Direction, examples: &[Value]) -> Vec<Small> {
        let Ok(group) = Group::new(self, group, direction) else { return Vec::new() };
        let plan = group.plan(0);
        let Some(types) = plan.types.as_ref().filter(|_| plan.options.is_none()) else { return Vec::new() };
        let members: Vec<&Map<String, Value>> = group.members().into_iter().map(|(_, schema)| schema).collect();
        let mut meant: Vec<(&str, Value, bool)> = Vec::new();
        if types.contains("integer") || types.contains("number") {
            let bounded = plan.range.bounds().first().copied().flatten().is_some();
            meant.extend(NUMBERS.map(|(what, number)| (what, json!(number), bounded)));
        }
        // Whatever else is asserted of a text makes it no number.
        let asserted = |schema: &&Map<String, Value>| schema.get("format").is_some_and(|format| !is_numeric(format));
        let told = members.iter().any(|schema| self.means(schema)) || examples.iter().any(is_number);
        if types.contains("string") && told && !members.iter().any(asserted) {
            // A pattern says how a number is written, and not how large it is.
            meant.extend(NUMBERS.map(|(what, number)| (what, json!(number.to_string()), false)));
        }
        let small = |(what, value, bounded)| {
            let standing = match (group.accepts(&value), bounded) {
                (false, _) => Standing::Refused,
                (true, true) => Standing::Stated,
                (true, false) => Standing::Unstated,
            };
            Small { what, value, standing }
        };
        meant.into_iter().map(small).collect()
    }

    /// Whether `schema` says of a text that it is a number.
    fn means(self, schema: &Map<String, Value>) -> bool {
        let examples = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        let mut examples = examples.chain(["example", "default"].iter().filter_map(|keyword| schema.get(*keyword)));
        let pattern = schema.get("pattern").and_then(Value::as_str);
        schema.get("format").is_some_and(is_numeric)
            || examples.any(is_number)
            || pattern.is_some_and(|pattern| self.is_of_numbers(pattern))
    }

    fn is_of_numbers(self, pattern: &str) -> bool {
        let pattern = self.schemas.shared.patterns.get(pattern);
        let takes = |text: &&str| pattern.is_match(text) == Some(true);
        TAKEN.iter().all(|row| row.iter().any(takes)) && !NOT_TAKEN.iter().any(takes)
    }
}

fn is_numeric(format: &Value) -> bool {
    format.as_str().is_some_and(|format| FORMATS.iter().any(|known| format.eq_ignore_ascii_case(known)))
}

/// Whether an example is a number, or one as it is written, without leading zeros: those are codes.
fn is_number(example: &Value) -> bool {
    /// Longer ones are ids.
    const LONGEST: usize = 9;
    let Some(text) = example.as_str() else { return example.is_number() };
    let digits =
        |text: &str| !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}
