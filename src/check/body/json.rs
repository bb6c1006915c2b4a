//! JSON text (RFC 8259) to a value, noting what parsers do not agree on.

use std::fmt;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

use crate::check::{Body, Flaw};
use crate::document::Pointer;

use super::Read;

/// Reads `bytes` as JSON text. A byte order mark is passed over, which RFC 8259 §8.1 allows.
pub(super) fn read(bytes: &[u8]) -> Read {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let unreadable = |class, reason: String| Read { body: Body::Unreadable(Flaw::new(class, reason)), oddity: None };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return unreadable("utf-8", "the body is not UTF-8, in which JSON is exchanged (RFC 8259 §8.1)".to_owned());
    };
    let mut duplicate = Duplicate::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = Element { depth: 0, duplicate: &mut duplicate }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    match parsed {
        Ok(value) => Read { body: Body::Json(value), oddity: duplicate.flaw() },
        // Depth first, whatever comes after it: the second parser knows no limit, but the reader does.
        Err(error) if is_depth(&error) => unreadable("depth", "the body is nested deeper than 127 levels".to_owned()),
        Err(error) => match serde_json::from_str::<IgnoredAny>(text) {
            // Good JSON by its grammar, so no more than odd; what cannot be represented cannot be judged either.
            Ok(_) => Read { body: Body::Binary, oddity: Some(unrepresentable(&error)) },
            Err(error) => unreadable("syntax", syntax(&error)),
        },
    }
}

fn is_depth(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("recursion limit exceeded")
}

/// Where the text stops to be JSON. The parser's own words name no value, but let us depend on the position alone.
fn syntax(error: &serde_json::Error) -> String {
    let what = if error.is_eof() { "the JSON text ends too early" } else { "the body is not JSON" };
    format!("{what}, at line {} column {}", error.line(), error.column())
}

fn unrepresentable(error: &serde_json::Error) -> Flaw {
    if error.to_string().starts_with("number out of range") {
        Flaw::new(
            "number-range",
            "a number is beyond the range of a double, so that few clients can read it (RFC 8259 §6)",
        )
    } else {
        Flaw::new("surrogate", "a string holds a lone surrogate, so that few clients can read it (RFC 8259 §8.2)")
    }
}

/// The first member name that an object repeats. Its place is gathered on the way back up, so that good text pays nothing.
#[derive(Default)]
struct Duplicate {
    /// The place, innermost token first.
    tokens: Vec<String>,
    /// The depth of the value whose token comes next.
    depth: Option<usize>,
}

impl Duplicate {
    fn found(&mut self, depth: usize, name: &str) {
        if self.depth.is_none() {
            self.tokens.push(name.to_owned());
            self.depth = Some(depth);
        }
    }

    /// To be told after each child of a value at `depth`.
    fn climb(&mut self, depth: usize, token: &dyn fmt::Display) {
        if self.depth.is_some_and(|found| found > depth) {
            self.tokens.push(token.to_string());
            self.depth = Some(depth);
        }
    }

    fn flaw(&self) -> Option<Flaw> {
        self.depth?;
        Some(Flaw {
            class: "duplicate-name",
            reason: "an object repeats a member name, which clients read differently (RFC 8259 §4)".to_owned(),
            instance: Pointer::from_tokens(self.tokens.iter().rev()),
        })
    }
}

/// One value at a depth of the text.
struct Element<'d> {
    depth: usize,
    duplicate: &'d mut Duplicate,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) =
            items.next_element_seed(Element { depth: self.depth + 1, duplicate: &mut *self.duplicate })?
        {
            self.duplicate.climb(self.depth, &values.len());
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Element { depth: self.depth + 1, duplicate: &mut *self.duplicate })?;
            self.duplicate.climb(self.depth, &name);
            match object.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                Entry::Occupied(mut entry) => {
                    self.duplicate.found(self.depth, entry.key());
                    entry.insert(value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn class(text: &str) -> Option<&'static str> {
        match read(text.as_bytes()).body {
            Body::Unreadable(flaw) => Some(flaw.class),
            _ => None,
        }
    }

    #[test]
    fn what_rfc_8259_calls_json_is_read() {
        for text in ["null", " true ", "\"text\"", "-0.0e+1", "[1,2.5,\"\\u00e9\\/\"]", "{\"\":{}}", "\u{feff}{}"] {
            assert!(matches!(read(text.as_bytes()).body, Body::Json(_)), "{text}");
        }
        assert_eq!(read(b"{\"b\":[1,-1,2.5],\"a\":null}").body, Body::Json(json!({"b": [1, -1, 2.5], "a": null})));
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        for text in ["{", "", " ", "nul", "{\"a\":1,}", "[1 2]", "NaN", "'a'", "{} {}", "01", "<html>", "\"\u{1}\""] {
            assert_eq!(class(text), Some("syntax"), "{text}");
        }
        assert!(matches!(read(b"{\"a\":\"\xe9\"}").body, Body::Unreadable(flaw) if flaw.class == "utf-8"));
        assert!(matches!(read(b"\xff\xfe{\0}\0").body, Body::Unreadable(flaw) if flaw.class == "utf-8"));
    }

    #[test]
    fn depth_beyond_the_limit_is_neither_a_crash_nor_a_syntax_error() {
        assert_eq!(class(&("[".repeat(100) + &"]".repeat(100))), None);
        assert_eq!(class(&("[".repeat(100_000) + &"]".repeat(100_000))), Some("depth"));
        assert_eq!(class(&"[".repeat(100_000)), Some("depth"));
        assert_eq!(class(&"{\"a\":".repeat(100_000)), Some("depth"));
    }

    #[test]
    fn good_json_that_few_parsers_read_is_odd_and_not_wrong() {
        for (text, class) in [("[1e400]", "number-range"), ("[\"\\ud800\"]", "surrogate")] {
            let read = read(text.as_bytes());
            assert_eq!((read.body, read.oddity.map(|flaw| flaw.class)), (Body::Binary, Some(class)), "{text}");
        }
    }

    #[test]
    fn the_first_repeated_name_is_found_with_its_place() {
        let place = |text: &str| read(text.as_bytes()).oddity.map(|flaw| flaw.instance.to_string());
        assert_eq!(place("{\"a\":1,\"b\":{\"a\":1}}"), None);
        assert_eq!(place("{\"a\":1,\"a\":2}").unwrap(), "/a");
        let deep = "{\"x\":{},\"items\":[{},{\"n\":{\"id\":1,\"id\":2,\"z\":3},\"k\":[4]}],\"y\":{\"id\":{\"q\":1}}}";
        assert_eq!(place(deep).unwrap(), "/items/1/n/id");
        assert_eq!(read(b"{\"a\":1,\"a\":2}").body, Body::Json(json!({"a": 2})));
    }
}
