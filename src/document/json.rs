//! Reads JSON: the value, and where each part stands.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::Fault;
use super::span::{Builder, Duplicate, Spans};

/// How deep a document may nest; `serde_json` refuses the next level.
const DEPTH: usize = 127;

/// The value of `text` and the place of each part of it.
pub(super) fn parse(text: &str) -> Result<(Value, Spans), Fault> {
    let value = serde_json::from_str(text).map_err(|error| syntax(text, &error))?;
    let spans = spans(text).map_err(Fault::Duplicate)?;
    Ok((value, spans))
}

fn syntax(text: &str, error: &serde_json::Error) -> Fault {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line - 2).map_or(text.len(), |(at, _)| at + 1),
    };
    let at = if error.is_eof() { text.len() } else { (line_start + error.column()).saturating_sub(1) };
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let message = match message {
        "recursion limit exceeded" => format!("nested deeper than {DEPTH} levels"),
        message => format!("not JSON: {}", message.replace("EOF", "the text ends")),
    };
    Fault::Syntax { message, at: at..at + 1 }
}

/// Where each part of `text` stands, which is known to be JSON.
pub(super) fn spans(text: &str) -> Result<Spans, Duplicate> {
    let mut builder = Builder::new(text);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => {
                builder.open(start, *byte == b'{');
            }
            b'}' | b']' => builder.close(at)?,
            b'"' => {
                at = end_of_string(bytes, at);
                if builder.expects_key() {
                    builder.key(start..at, &decoded(text, start..at));
                } else {
                    builder.leaf(start..at);
                }
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest
                    .iter()
                    .take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'z' | b'.' | b'+' | b'-' | b'E'))
                    .count();
                builder.leaf(start..at);
            }
            _ => {}
        }
    }
    builder.finish(text.len())
}

/// The offset behind the quote that ends the string whose content begins at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    bytes.len()
}

fn decoded(text: &str, quoted: Range<usize>) -> Cow<'_, str> {
    let literal = text.get(quoted.clone()).unwrap_or_default();
    if literal.contains('\\') {
        Cow::Owned(serde_json::from_str(literal).unwrap_or_default())
    } else {
        Cow::Borrowed(text.get(quoted.start + 1..quoted.end.saturating_sub(1)).unwrap_or_default())
    }
}
