//! JSON text read with an eye on members that stand twice (RFC 8259 §4).

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What a JSON text stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Json {
    /// Of members of one name the first counts.
    pub first: Value,
    /// Of members of one name the last counts; nothing where no member stands twice.
    pub last: Option<Value>,
}

/// Reads `bytes` as JSON.
///
/// # Errors
/// Why they are none, in words.
pub fn read_json(bytes: &[u8]) -> Result<Json, String> {
    let repeated = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let first = First(&repeated).deserialize(&mut deserializer).and_then(|first| deserializer.end().map(|()| first));
    let first = first.map_err(|error| error.to_string())?;
    let last = if repeated.get() { serde_json::from_slice(bytes).ok() } else { None };
    Ok(Json { first, last })
}

/// Reads a value, keeps the first of several members of one name, and notes that there were several.
#[derive(Clone, Copy)]
struct First<'c>(&'c Cell<bool>);

impl<'de> DeserializeSeed<'de> for First<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for First<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = pairs.next_key::<String>()? {
            let value = pairs.next_value_seed(self)?;
            if members.contains_key(&name) {
                self.0.set(true);
            } else {
                members.insert(name, value);
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_twice_has_two_readings() {
        let read = read_json(br#"{"a": 1, "b": [{"c": 1, "c": 2}], "a": null}"#).unwrap();
        assert_eq!(read.first, json!({"a": 1, "b": [{"c": 1}]}));
        assert_eq!(read.last, Some(json!({"a": null, "b": [{"c": 2}]})));
    }

    #[test]
    fn any_other_text_has_one() {
        for text in ["null", "true", "-3", "18446744073709551615", "0.5", "\"x\"", "[]", r#"{"a": {"b": [1]}}"#] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read_json(text.as_bytes()), Ok(Json { first: value, last: None }), "{text}");
        }
        for text in ["", "{", "{} {}", "{'a': 1}", "<a/>", "[1,]", "NaN"] {
            assert!(read_json(text.as_bytes()).is_err(), "{text}");
        }
    }
}
