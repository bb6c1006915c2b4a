//! Values as YAML text that every reader of YAML takes for the same values.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// No line is made longer than this to keep a short list or object on one line.
const WIDTH: usize = 120;

/// `value` as a YAML document, in block style; lists of plain values stand on one line where they are short.
///
/// ```
/// use conform::document::write;
/// use serde_json::json;
///
/// let text = write::yaml(&json!({"info": {"title": "Pets: all", "version": "1.0"}, "tags": ["a", "b"]}));
/// assert_eq!(text, "info:\n  title: 'Pets: all'\n  version: '1.0'\ntags: [a, b]\n");
/// ```
pub fn yaml(value: &Value) -> String {
    let mut writer = Writer { text: String::new(), objects: false };
    writer.document(value);
    writer.text
}

/// `value` in block style whose lines are indented by `indent`, short objects on one line, too.
pub fn compact(value: &Value, indent: usize) -> String {
    let mut writer = Writer { text: String::new(), objects: true };
    match value {
        Value::Object(members) if !members.is_empty() => writer.members(members, indent, false),
        Value::Array(elements) if !elements.is_empty() => writer.elements(elements, indent),
        other => writer.line(&flow(other)),
    }
    writer.text
}

/// `value` on one line.
pub fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Array(elements) => format!("[{}]", elements.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| format!("{}: {}", scalar(name), flow(member)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// A string on one line, quoted where it would be read as anything else.
pub fn scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.chars().any(is_escaped) {
        escaped(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

struct Writer {
    text: String,
    /// Whether short objects stand on one line, too.
    objects: bool,
}

impl Writer {
    fn document(&mut self, value: &Value) {
        match value {
            Value::Object(members) if !members.is_empty() => self.members(members, 0, false),
            Value::Array(elements) if !elements.is_empty() => self.elements(elements, 0),
            other => self.line(&flow(other)),
        }
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn pad(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    /// The members of an object, one below the other; the first one goes on in a line that has begun where `begun`.
    fn members(&mut self, members: &Map<String, Value>, indent: usize, begun: bool) {
        for (index, (name, member)) in members.iter().enumerate() {
            if index > 0 || !begun {
                self.pad(indent);
            }
            let name = scalar(name);
            self.text.push_str(&name);
            self.text.push(':');
            self.member(member, indent, name.chars().count() + 2);
        }
    }

    /// What stands behind `name:`.
    fn member(&mut self, member: &Value, indent: usize, used: usize) {
        match member {
            Value::Object(members) if !members.is_empty() && !self.fits(member, indent + used) => {
                self.text.push('\n');
                self.members(members, indent + 2, false);
            }
            Value::Array(elements) if !elements.is_empty() && !self.fits(member, indent + used) => {
                self.text.push('\n');
                self.elements(elements, indent + 2);
            }
            Value::String(text) if is_block(text) => self.block(text, indent + 2),
            other => {
                self.text.push(' ');
                self.line(&flow(other));
            }
        }
    }

    fn elements(&mut self, elements: &[Value], indent: usize) {
        for element in elements {
            self.pad(indent);
            self.text.push_str("- ");
            match element {
                Value::Object(members) if !members.is_empty() && !self.fits(element, indent + 2) => {
                    self.members(members, indent + 2, true);
                }
                Value::Array(inner) if !inner.is_empty() && !self.fits(element, indent + 2) => {
                    self.text.truncate(self.text.len() - 1);
                    self.text.push('\n');
                    self.elements(inner, indent + 2);
                }
                Value::String(text) if is_block(text) => {
                    self.text.truncate(self.text.len() - 1);
                    self.block(text, indent + 2);
                }
                other => self.line(&flow(other)),
            }
        }
    }

    /// A literal block: the lines as they are.
    fn block(&mut self, text: &str, indent: usize) {
        self.text.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
        for line in text.lines() {
            if !line.is_empty() {
                self.pad(indent);
                self.text.push_str(line);
            }
            self.text.push('\n');
        }
    }

    /// Whether the list or object stands on one line.
    fn fits(&self, value: &Value, used: usize) -> bool {
        let shallow = match value {
            Value::Array(elements) => elements.iter().all(|element| is_scalar(element) || self.objects),
            _ => self.objects,
        };
        shallow && fits_in(value, &mut WIDTH.saturating_sub(used))
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// Whether `value` is written within `room` characters; stops as soon as it is not.
fn fits_in(value: &Value, room: &mut usize) -> bool {
    let mut take = |length: usize| {
        let enough = *room >= length;
        *room = room.saturating_sub(length);
        enough
    };
    match value {
        Value::String(text) => text.len() <= WIDTH && take(scalar(text).chars().count()),
        Value::Array(elements) => take(2) && elements.iter().all(|element| fits_in(element, room) && spend(room, 2)),
        Value::Object(members) => {
            take(4)
                && members.iter().all(|(name, member)| {
                    name.len() <= WIDTH && spend(room, scalar(name).chars().count() + 4) && fits_in(member, room)
                })
        }
        other => take(other.to_string().len()),
    }
}

fn spend(room: &mut usize, length: usize) -> bool {
    let enough = *room >= length;
    *room = room.saturating_sub(length);
    enough
}

/// Whether `text` is read as itself without quotes, in block and in flow style, by readers of YAML 1.1 and 1.2.
fn is_plain(text: &str) -> bool {
    // Words that some reader takes for null or a boolean.
    const WORDS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan"];
    let path = text.trim_start_matches("../");
    let starts_well = path.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$' | '/'));
    let ends_well = !text.ends_with([' ', ':']);
    let harmless = |c: char| c.is_alphanumeric() || " _-./$()+=;~^#:@<>*'!?&%".contains(c);
    starts_well
        && ends_well
        && text.chars().all(harmless)
        && !text.contains(": ")
        && !text.contains(" #")
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether `text` can stand as a literal block: several lines, none of which needs an escape or hides the indentation.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.chars().any(|c| c != '\n' && is_escaped(c))
        && text.lines().all(|line| line.trim().len() == line.trim_start().len())
}

/// Characters that cannot stand in a text as they are, or that readers take for the end of a line.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn escaped(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_escaped(c) => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::Document;

    const HOSTILE: [&str; 50] = [
        "",
        " ",
        "a ",
        " a",
        "a: b",
        "a:",
        ": a",
        "a #b",
        "#a",
        "- a",
        "-",
        "--- a",
        "...",
        "? a",
        "{a}",
        "[a]",
        "a, b",
        "null",
        "Null",
        "~",
        "true",
        "no",
        "0x1f",
        "1e3",
        "017",
        "1_000",
        ".5",
        ".inf",
        "2026-01-31",
        "12:30:45",
        "@a",
        "`a`",
        "!a",
        "&a",
        "*a",
        "%a",
        "'",
        "\"",
        "it's",
        "../a",
        "../1",
        "..",
        "../..",
        "a\nb",
        "a\n",
        "\na",
        "a\n\n",
        " a\nb",
        "a\r\nb\u{85}\u{2028}",
        "\u{0}\u{7f}\u{feff}é😀\\",
    ];

    fn read(text: &str) -> Value {
        let document = Document::parse("t.yaml", text.to_owned());
        document.unwrap_or_else(|error| panic!("{error}\n{text}")).value().clone()
    }

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        let texts: Vec<Value> = HOSTILE.iter().map(|text| json!(text)).collect();
        let named: Map<String, Value> = HOSTILE.iter().map(|text| ((*text).to_owned(), json!([text]))).collect();
        let values = [
            json!({"texts": texts, "named": named, "pairs": texts.iter().map(|text| json!({"a": text, "b": [text]})).collect::<Vec<_>>()}),
            json!({"numbers": [0, -1, 1.5, 1e21, 1e-9, -0.0, u64::MAX, i64::MIN], "rest": [null, true, {}, []]}),
            json!({"deep": [[[], [{}, [1, [{"a": {"b": [[{"c": "d\ne"}]]}}]]]]], "wide": vec!["word"; 60]}),
            json!({"block": ["one\ntwo", "one\ntwo\n", "one\n\n  two\nthree"], "in": {"text": "- a\n- b: c\n# d"}}),
        ];
        for value in &values {
            assert_eq!(read(&yaml(value)), *value, "{}", yaml(value));
            assert_eq!(read(&compact(value, 0)), *value, "{}", compact(value, 0));
            assert_eq!(read(&format!("all: {}\n", flow(value))), json!({"all": value}), "{}", flow(value));
        }
    }

    #[test]
    fn what_is_short_stands_on_one_line_where_that_is_asked_for() {
        let value = json!({"with": {"id": "$inputs.id", "tags": ["a", "b"]}, "long": {"a": "x".repeat(60), "b": "y".repeat(60)}});
        let text = compact(&value, 4);
        assert!(text.starts_with("    with: { id: $inputs.id, tags: [a, b] }\n    long:\n      a: x"), "{text}");
        assert!(yaml(&value).starts_with("with:\n  id: $inputs.id\n  tags: [a, b]\n"), "{}", yaml(&value));
    }
}
