//! A value becomes parameter text.

use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::{ALLOWED, RESERVED, StyleError, Wire};
use crate::contract::style::media::{Match, media_matches};
use crate::contract::{Encoding, Location, Style};

/// Writes `value` as the parameter `name` at `location`.
///
/// Follows the table of OpenAPI 3.0.3, Style Examples, and RFC 6570 where the table is silent. What the table shows in
/// characters that RFC 3986 does not allow in a query (`|`, `[`, `]`) is percent-encoded, as errata release 3.0.4 shows
/// it: readers see the same, and strict servers do not refuse it. What one element cannot hold without being read as
/// two is an error, not a guess.
///
/// # Errors
/// When the table says n/a, when arrays or objects nest, or when the text would be read as something else.
pub fn encode(name: &str, encoding: &Encoding, location: Location, value: &Value) -> Result<Wire, StyleError> {
    match encoding {
        Encoding::Content { media_type, .. } => by_media_type(name, media_type, location, value),
        Encoding::Style { style, explode, allow_reserved, .. } => {
            let writer = Writer { name, style: *style, explode: *explode, allow_reserved: *allow_reserved, location };
            match shape(value)? {
                Shape::Nothing if location == Location::Path => Err(StyleError::Nothing),
                Shape::Nothing => Ok(Wire::Omitted),
                shape => writer.write(&shape),
            }
        }
    }
}

/// A value without its undefined parts.
enum Shape {
    Nothing,
    One(String),
    Many(Vec<String>),
    Members(Vec<(String, String)>),
}

fn shape(value: &Value) -> Result<Shape, StyleError> {
    Ok(match value {
        Value::Array(items) => {
            let texts = items.iter().filter_map(|item| text(item).transpose()).collect::<Result<Vec<_>, _>>()?;
            if texts.is_empty() { Shape::Nothing } else { Shape::Many(texts) }
        }
        Value::Object(members) => {
            let texts = members_text(members)?;
            if texts.is_empty() { Shape::Nothing } else { Shape::Members(texts) }
        }
        one => text(one)?.map_or(Shape::Nothing, Shape::One),
    })
}

fn members_text(members: &Map<String, Value>) -> Result<Vec<(String, String)>, StyleError> {
    let text_of = |(name, value): (&String, &Value)| Some(text(value).transpose()?.map(|text| (name.clone(), text)));
    members.iter().filter_map(text_of).collect()
}

/// The text of a primitive; nothing for null.
fn text(value: &Value) -> Result<Option<String>, StyleError> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(flag.to_string())),
        Value::Number(number) => Ok(Some(number_text(number))),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Array(_) | Value::Object(_) => Err(StyleError::Nested),
    }
}

/// `1.0` is an integer to JSON Schema, but its text is none to most readers.
fn number_text(number: &serde_json::Number) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => {
            format!("{:.0}", if float == 0.0 { 0.0 } else { float })
        }
        _ => number.to_string(),
    }
}

struct Writer<'a> {
    name: &'a str,
    style: Style,
    explode: bool,
    allow_reserved: bool,
    location: Location,
}

impl Writer<'_> {
    fn write(&self, shape: &Shape) -> Result<Wire, StyleError> {
        match (self.location, self.style) {
            (Location::Path, Style::Simple) => Ok(Wire::Path(self.simple(shape)?)),
            (Location::Path, Style::Label) => Ok(Wire::Path(self.label(shape)?)),
            (Location::Path, Style::Matrix) => Ok(Wire::Path(self.matrix(shape)?)),
            (Location::Header, Style::Simple) => Ok(Wire::Header(header(self.simple(shape)?)?)),
            (Location::Cookie, Style::Form) => self.cookie(shape),
            (Location::Query, Style::Form | Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject) => {
                Ok(Wire::Query(self.query(shape)?))
            }
            _ => Err(self.undefined("a value")),
        }
    }

    fn simple(&self, shape: &Shape) -> Result<String, StyleError> {
        self.joined(shape, ',', if self.explode { '=' } else { ',' })
    }

    /// The table separates by `.` in both rows; RFC 6570 would separate by `,` where it is not exploded. The table wins.
    fn label(&self, shape: &Shape) -> Result<String, StyleError> {
        Ok(format!(".{}", self.joined(shape, '.', if self.explode { '=' } else { '.' })?))
    }

    fn matrix(&self, shape: &Shape) -> Result<String, StyleError> {
        let name = self.escaped(self.name);
        let pair = |name: &str, value: &str| {
            if value.is_empty() { format!(";{name}") } else { format!(";{name}={value}") }
        };
        Ok(match shape {
            Shape::Many(items) if self.explode => items.iter().map(|item| pair(&name, &self.escaped(item))).collect(),
            Shape::Members(members) if self.explode => {
                members.iter().map(|(member, value)| pair(&self.escaped(member), &self.escaped(value))).collect()
            }
            shape => pair(&name, &self.joined(shape, ',', ',')?),
        })
    }

    fn query(&self, shape: &Shape) -> Result<Vec<(String, String)>, StyleError> {
        let name = self.escaped(self.name);
        Ok(match (self.style, shape) {
            (Style::DeepObject, Shape::Members(members)) => members
                .iter()
                .map(|(member, value)| (format!("{name}%5B{}%5D", self.escaped(member)), self.escaped(value)))
                .collect(),
            (Style::DeepObject, _) => return Err(self.undefined("anything but an object")),
            (Style::SpaceDelimited | Style::PipeDelimited, Shape::One(_)) => {
                return Err(self.undefined("anything but an array or object"));
            }
            (_, Shape::Many(items)) if self.explode => {
                items.iter().map(|item| (name.clone(), self.escaped(item))).collect()
            }
            (_, Shape::Members(members)) if self.explode => {
                members.iter().map(|(member, value)| (self.escaped(member), self.escaped(value))).collect()
            }
            (Style::SpaceDelimited, shape) => vec![(name, self.joined(shape, ' ', ' ')?)],
            (Style::PipeDelimited, shape) => vec![(name, self.joined(shape, '|', '|')?)],
            (_, shape) => vec![(name, self.joined(shape, ',', ',')?)],
        })
    }

    fn cookie(&self, shape: &Shape) -> Result<Wire, StyleError> {
        match shape {
            Shape::Many(_) | Shape::Members(_) if self.explode => Err(self.undefined("an exploded array or object")),
            shape => Ok(Wire::Cookie(self.escaped(self.name), self.joined(shape, ',', ',')?)),
        }
    }

    /// Elements one after the other: `between` separates them, `inner` a member's name from its value.
    fn joined(&self, shape: &Shape, between: char, inner: char) -> Result<String, StyleError> {
        let element = |text: &String| self.element(text, between, inner);
        let elements = match shape {
            Shape::Nothing => return Ok(String::new()),
            Shape::One(text) => return Ok(self.escaped(text)),
            Shape::Many(items) => items.iter().map(element).collect::<Result<Vec<_>, _>>()?,
            Shape::Members(members) => members
                .iter()
                .map(|(name, value)| Ok(format!("{}{}{}", element(name)?, separator(inner), element(value)?)))
                .collect::<Result<Vec<_>, _>>()?,
        };
        Ok(elements.join(separator(between)))
    }

    fn element(&self, text: &str, between: char, inner: char) -> Result<String, StyleError> {
        // A comma or `=` in the data can be told from the separator by its percent-encoding (RFC 6570 §3.2.1); a header has
        // no such escape, `.` is never encoded, and the separators ` ` and `|` are themselves encoded.
        let escapable = |c: char| matches!(c, ',' | '=') && self.location != Location::Header;
        if let Some(separator) = [between, inner].into_iter().find(|c| !escapable(*c) && text.contains(*c)) {
            return Err(StyleError::Delimiter(separator));
        }
        if self.location == Location::Header && text.trim_matches([' ', '\t']) != text {
            return Err(StyleError::Header("white space around an element"));
        }
        let escaped = self.escaped(text);
        Ok(if self.location == Location::Query { escaped.replace(',', "%2C") } else { escaped })
    }

    fn escaped(&self, text: &str) -> String {
        match self.location {
            Location::Header => text.to_owned(),
            Location::Query if self.allow_reserved => utf8_percent_encode(text, ALLOWED).to_string(),
            _ => utf8_percent_encode(text, RESERVED).to_string(),
        }
    }

    fn undefined(&self, what: &'static str) -> StyleError {
        StyleError::Undefined { style: self.style, what, location: self.location }
    }
}

/// How a separator is written: those that RFC 3986 forbids in a query are percent-encoded.
fn separator(c: char) -> &'static str {
    match c {
        ' ' => "%20",
        '|' => "%7C",
        '.' => ".",
        '=' => "=",
        _ => ",",
    }
}

/// Servers trim what surrounds a field value, and read what is not ASCII in different ways (RFC 9110 §5.5).
fn header(text: String) -> Result<String, StyleError> {
    if text.trim_matches([' ', '\t']) != text {
        Err(StyleError::Header("white space at its ends"))
    } else if text.chars().any(|c| c.is_control() && c != '\t') {
        Err(StyleError::Header("a control character"))
    } else if !text.is_ascii() {
        Err(StyleError::Header("a character outside of ASCII"))
    } else {
        Ok(text)
    }
}

fn by_media_type(name: &str, media_type: &str, location: Location, value: &Value) -> Result<Wire, StyleError> {
    let json = media_matches("application/json", media_type) != Match::No;
    let text = if json {
        value.to_string()
    } else if media_matches("text/*", media_type) != Match::No {
        text(value)?.unwrap_or_default()
    } else {
        return Err(StyleError::MediaType(media_type.to_owned()));
    };
    let escaped = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    Ok(match location {
        Location::Path => Wire::Path(escaped(&text)),
        Location::Query => Wire::Query(vec![(escaped(name), escaped(&text))]),
        Location::Header if json => Wire::Header(header(ascii(&text))?),
        Location::Header => Wire::Header(header(text)?),
        Location::Cookie => Wire::Cookie(escaped(name), escaped(&text)),
    })
}

/// JSON has escapes for all that is not ASCII, so that it fits into a header field.
fn ascii(json: &str) -> String {
    let mut units = [0; 2];
    json.chars().fold(String::with_capacity(json.len()), |mut ascii, c| {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            ascii.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
        ascii
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn style(style: Style, explode: bool) -> Encoding {
        Encoding::Style { style, explode, allow_reserved: false, schema: None }
    }

    /// Everything the wire shows, as one text.
    fn shown(wire: &Wire) -> String {
        match wire {
            Wire::Omitted => "(omitted)".to_owned(),
            Wire::Path(text) | Wire::Header(text) => text.clone(),
            Wire::Query(pairs) => pairs.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&"),
            Wire::Cookie(name, value) => format!("{name}={value}"),
        }
    }

    /// OpenAPI 3.0.3, Style Examples: style, explode, empty, string, array, object; `n/a` is an error.
    const TABLE: &[(Style, bool, [&str; 4])] = &[
        (Style::Matrix, false, [";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"]),
        (Style::Matrix, true, [";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"]),
        (Style::Label, false, [".", ".blue", ".blue.black.brown", ".R.100.G.200.B.150"]),
        (Style::Label, true, [".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"]),
        (Style::Form, false, ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"]),
        (Style::Form, true, ["color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"]),
        (Style::Simple, false, ["", "blue", "blue,black,brown", "R,100,G,200,B,150"]),
        (Style::Simple, true, ["", "blue", "blue,black,brown", "R=100,G=200,B=150"]),
        (
            Style::SpaceDelimited,
            false,
            ["n/a", "n/a", "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"],
        ),
        (Style::PipeDelimited, false, ["n/a", "n/a", "color=blue|black|brown", "color=R|100|G|200|B|150"]),
        (Style::DeepObject, true, ["n/a", "n/a", "n/a", "color[R]=100&color[G]=200&color[B]=150"]),
    ];

    fn locations(style: Style) -> &'static [Location] {
        match style {
            Style::Matrix | Style::Label => &[Location::Path],
            Style::Simple => &[Location::Path, Location::Header],
            _ => &[Location::Query],
        }
    }

    #[test]
    fn the_table_of_style_examples_holds() {
        let values =
            [json!(""), json!("blue"), json!(["blue", "black", "brown"]), json!({"R": 100, "G": 200, "B": 150})];
        for (kind, explode, row) in TABLE {
            for location in locations(*kind) {
                for (value, expected) in values.iter().zip(row) {
                    let wire = encode("color", &style(*kind, *explode), *location, value);
                    let text = wire.as_ref().map_or_else(|_| "n/a".to_owned(), shown);
                    // `|`, `[` and `]` are percent-encoded, which reads the same (RFC 3986 §3.4 does not allow them raw).
                    let text = text.replace("%7C", "|").replace("%5B", "[").replace("%5D", "]");
                    assert_eq!(&text, expected, "{kind:?} explode={explode} {location} {value} {wire:?}");
                }
            }
        }
    }

    #[test]
    fn undefined_values_are_left_out_and_a_path_cannot_leave_out() {
        for value in [json!(null), json!([]), json!({}), json!([null]), json!({"a": null})] {
            let form = encode("q", &style(Style::Form, true), Location::Query, &value);
            assert_eq!(form, Ok(Wire::Omitted), "{value}");
            assert_eq!(encode("h", &style(Style::Simple, false), Location::Header, &value), Ok(Wire::Omitted));
            assert_eq!(encode("p", &style(Style::Simple, false), Location::Path, &value), Err(StyleError::Nothing));
        }
        // RFC 6570 §2.3: undefined members are left out, defined ones stay.
        let partly = encode("q", &style(Style::Form, false), Location::Query, &json!({"a": null, "b": 1})).unwrap();
        assert_eq!(shown(&partly), "q=b,1");
    }

    /// RFC 6570 §3.2.2 to §3.2.8 with `var`, `hello`, `half`, `path` and `list` of its section 3.2.
    #[test]
    fn the_expansions_of_rfc_6570_hold() {
        let hello = json!("Hello World!");
        let half = json!("50%");
        let path = json!("/foo/bar");
        for (kind, explode, location, value, expected) in [
            (Style::Simple, false, Location::Path, &hello, "Hello%20World%21"),
            (Style::Simple, false, Location::Path, &half, "50%25"),
            (Style::Simple, false, Location::Path, &path, "%2Ffoo%2Fbar"),
            (Style::Label, false, Location::Path, &half, ".50%25"),
            (Style::Matrix, false, Location::Path, &hello, ";v=Hello%20World%21"),
            (Style::Form, false, Location::Query, &half, "v=50%25"),
            (
                Style::Simple,
                true,
                Location::Path,
                &json!({"semi": ";", "dot": ".", "comma": ","}),
                "semi=%3B,dot=.,comma=%2C",
            ),
            (
                Style::Matrix,
                true,
                Location::Path,
                &json!({"semi": ";", "dot": ".", "comma": ","}),
                ";semi=%3B;dot=.;comma=%2C",
            ),
            (
                Style::Form,
                false,
                Location::Query,
                &json!({"semi": ";", "dot": ".", "comma": ","}),
                "v=semi,%3B,dot,.,comma,%2C",
            ),
            (Style::Form, true, Location::Query, &json!({"semi": ";", "dot": "."}), "semi=%3B&dot=."),
        ] {
            assert_eq!(shown(&encode("v", &style(kind, explode), location, value).unwrap()), expected);
        }
    }

    #[test]
    fn reserved_characters_stay_where_allowed_and_cannot_break_out() {
        let encoding = Encoding::Style { style: Style::Form, explode: false, allow_reserved: true, schema: None };
        let wire = encode("u", &encoding, Location::Query, &json!("a:/?@!$'()*,;=b&c#d+e%20[f]")).unwrap();
        assert_eq!(shown(&wire), "u=a:/?@!$'()*,;=b%26c%23d%2Be%2520%5Bf%5D");
        let wire = encode("u", &encoding, Location::Query, &json!(["a,b", "c"])).unwrap();
        assert_eq!(shown(&wire), "u=a%2Cb,c");
    }

    #[test]
    fn what_would_be_read_as_something_else_is_refused() {
        let query = Location::Query;
        let pipe = style(Style::PipeDelimited, false);
        assert_eq!(encode("q", &pipe, query, &json!(["a|b"])), Err(StyleError::Delimiter('|')));
        let space = style(Style::SpaceDelimited, false);
        assert_eq!(encode("q", &space, query, &json!(["a b"])), Err(StyleError::Delimiter(' ')));
        let label = style(Style::Label, true);
        assert_eq!(encode("q", &label, Location::Path, &json!(["a.b"])), Err(StyleError::Delimiter('.')));
        let simple = style(Style::Simple, false);
        assert_eq!(encode("h", &simple, Location::Header, &json!(["a,b"])), Err(StyleError::Delimiter(',')));
        for text in ["a\r\nb", " a", "a\u{0}", "é"] {
            assert!(
                matches!(encode("h", &simple, Location::Header, &json!(text)), Err(StyleError::Header(_))),
                "{text:?}"
            );
        }
        assert_eq!(encode("q", &pipe, query, &json!([[1]])), Err(StyleError::Nested));
        assert!(matches!(encode("q", &pipe, Location::Path, &json!([1])), Err(StyleError::Undefined { .. })));
    }

    #[test]
    fn numbers_are_written_as_readers_expect_them() {
        let form = style(Style::Form, false);
        for (value, expected) in
            [(json!(1.0), "1"), (json!(-0.0), "0"), (json!(1.5), "1.5"), (json!(u64::MAX), "18446744073709551615")]
        {
            assert_eq!(shown(&encode("n", &form, Location::Query, &value).unwrap()), format!("n={expected}"));
        }
    }

    #[test]
    fn content_is_written_as_its_media_type() {
        let json_content = Encoding::Content { media_type: "application/json".to_owned(), schema: None };
        let value = json!({"a": "é"});
        let query = encode("f", &json_content, Location::Query, &value).unwrap();
        assert_eq!(shown(&query), "f=%7B%22a%22%3A%22%C3%A9%22%7D");
        let header = encode("f", &json_content, Location::Header, &value).unwrap();
        assert_eq!(shown(&header), r#"{"a":"\u00e9"}"#);
        let xml = Encoding::Content { media_type: "application/xml".to_owned(), schema: None };
        assert!(matches!(encode("f", &xml, Location::Query, &value), Err(StyleError::MediaType(_))));
    }
}
