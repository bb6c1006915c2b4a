//! Parameter text becomes every value that a reader may take it for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Number, Value};

use super::Wire;
use crate::contract::{Encoding, Style};

/// More readings than this are never listed; elements that have several are then all read in the same way.
const READINGS: usize = 64;
/// References and nesting are followed this deep, and this many schemas are looked at; what is left may be anything.
const DEPTH: usize = 8;
const SCHEMAS: usize = 500;

/// Which types a schema leaves open; text is read as each of them.
#[expect(clippy::struct_excessive_bools, reason = "one flag for each primitive type of JSON")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hints {
    /// It may be a string.
    pub string: bool,
    /// It may be a number or an integer.
    pub number: bool,
    /// It may be a boolean.
    pub boolean: bool,
    /// It may be null.
    pub null: bool,
    /// It may be an array of these.
    pub array: Option<Box<Hints>>,
    /// It may be an object with these members.
    pub object: Option<BTreeMap<String, Hints>>,
}

impl Hints {
    /// Any primitive.
    pub fn primitive() -> Self {
        Self { string: true, number: true, boolean: true, null: true, ..Self::default() }
    }

    /// Anything at all.
    pub fn any() -> Self {
        Self { array: Some(Box::new(Self::primitive())), object: Some(BTreeMap::new()), ..Self::primitive() }
    }

    /// What `schema` (OpenAPI 3.0, or JSON Schema) leaves open; references are followed within `document`.
    ///
    /// Only types are looked at: too many readings do no harm, because a reading counts only if the schema accepts it.
    pub fn of(schema: &Value, document: &Value) -> Self {
        let mut hints = Self::default();
        Walk { document, left: SCHEMAS }.add(&mut hints, schema, DEPTH);
        if hints == Self::default() { Self::any() } else { hints }
    }

    fn merge(&mut self, other: Self) {
        self.string |= other.string;
        self.number |= other.number;
        self.boolean |= other.boolean;
        self.null |= other.null;
        if let Some(items) = other.array {
            self.array.get_or_insert_default().merge(*items);
        }
        if let Some(members) = other.object {
            self.object.get_or_insert_default().extend(members);
        }
    }
}

/// Looks through schemas for types, within bounds.
struct Walk<'d> {
    document: &'d Value,
    left: usize,
}

impl<'d> Walk<'d> {
    fn add(&mut self, hints: &mut Hints, schema: &'d Value, depth: usize) {
        let (Some(depth), Some(left)) = (depth.checked_sub(1), self.left.checked_sub(1)) else {
            return hints.merge(Hints::any());
        };
        self.left = left;
        if let Some(target) = reference(schema, self.document) {
            return self.add(hints, target, depth);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for branch in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
                self.add(hints, branch, depth);
            }
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ if schema.get("properties").is_some() => vec!["object"],
            _ => Vec::new(),
        };
        hints.null |= schema.get("nullable") == Some(&Value::Bool(true));
        for name in types {
            match name {
                "string" => hints.string = true,
                "number" | "integer" => hints.number = true,
                "boolean" => hints.boolean = true,
                "null" => hints.null = true,
                "array" => {
                    let items = schema.get("items").map_or_else(Hints::primitive, |items| self.inner(items, depth));
                    hints.array.get_or_insert_default().merge(items);
                }
                _ => {
                    let members = self.members(schema, depth);
                    hints.object.get_or_insert_default().extend(members);
                }
            }
        }
        for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten().chain(schema.get("const")) {
            match value {
                Value::String(_) => hints.string = true,
                Value::Number(_) => hints.number = true,
                Value::Bool(_) => hints.boolean = true,
                Value::Null => hints.null = true,
                Value::Array(_) => hints.array.get_or_insert_default().merge(Hints::primitive()),
                Value::Object(_) => drop(hints.object.get_or_insert_default()),
            }
        }
    }

    fn inner(&mut self, schema: &'d Value, depth: usize) -> Hints {
        let mut hints = Hints::default();
        self.add(&mut hints, schema, depth);
        if hints == Hints::default() { Hints::primitive() } else { hints }
    }

    fn members(&mut self, schema: &'d Value, depth: usize) -> BTreeMap<String, Hints> {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, property)| (name.clone(), self.inner(property, depth))).collect()
    }
}

fn reference<'d>(schema: &Value, document: &'d Value) -> Option<&'d Value> {
    let fragment = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    document.pointer(&percent_decode_str(fragment).decode_utf8_lossy())
}

/// Every value that `wire` may stand for, the one that the types speak for most first; nothing where `wire` does not
/// hold the parameter `name` at all.
///
/// Readers differ: `1` is a number and a string, `007` may be 7, `True` may be true, and a comma may separate or not.
/// All of that is admitted where `hints` leave the type open. For a query, `wire` holds all of its pairs.
pub fn decode(name: &str, encoding: &Encoding, hints: &Hints, wire: &Wire) -> Vec<Value> {
    match encoding {
        Encoding::Content { media_type, .. } => {
            let json = super::parse_media_type(media_type).is_some_and(|media| media.is_json());
            whole(name, wire)
                .into_iter()
                .filter_map(|text| if json { serde_json::from_str(&text).ok() } else { Some(Value::String(text)) })
                .collect()
        }
        Encoding::Style { style, explode, .. } => {
            let reader = Reader { name, style: *style, explode: *explode };
            match wire {
                Wire::Header(text) => reader.text(hints, text, &[","], |text| Cow::Borrowed(text.trim())),
                Wire::Cookie(key, text) if unescape(key) == name => reader.text(hints, text, &[","], unescape),
                Wire::Cookie(..) | Wire::Omitted => Vec::new(),
                Wire::Path(text) => reader.path(hints, text),
                Wire::Query(pairs) => reader.query(hints, pairs),
            }
        }
    }
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
        if self.explode
            && let Some(items) = &hints.array
            && !own.is_empty()
        {
            readings.extend(lists(items, &own.iter().map(|text| unescape(text)).collect::<Vec<_>>()));
        }
        // Where one value is meant and several come, some readers take the first and some the last.
        let last = own.last().filter(|_| own.len() > 1);
        for text in own.first().into_iter().chain(last) {
            readings.extend(if self.explode {
                primitives(hints, &unescape(text))
            } else {
                self.text(hints, text, separators, unescape)
            });
        }
        if self.explode
            && let Some(members) = &hints.object
        {
            // Members stand beside other parameters in the same query, so only names that the schema knows are taken.
            let found = pairs.iter().map(|(key, value)| (unescape(key), unescape(value)));
            let known: Vec<_> = found.filter(|(key, _)| members.contains_key(key.as_ref())).collect();
            if !known.is_empty() {
                readings.extend(objects(members, &known));
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
        if found.is_empty() { Vec::new() } else { objects(members, &found) }
    }

    /// One text: a primitive, or elements between one of `separators`.
    fn text(&self, hints: &Hints, text: &str, separators: &[&str], unescape: fn(&str) -> Cow<'_, str>) -> Vec<Value> {
        let mut readings = Vec::new();
        for separator in separators {
            let elements: Vec<&str> = if text.is_empty() { Vec::new() } else { text.split(separator).collect() };
            if separator != &separators.first().copied().unwrap_or_default() && elements.len() < 2 {
                continue;
            }
            if let Some(items) = &hints.array {
                readings.extend(lists(items, &elements.iter().map(|text| unescape(text)).collect::<Vec<_>>()));
            }
            if let Some(members) = &hints.object
                && let Some(found) = self.members(&elements, unescape)
            {
                readings.extend(objects(members, &found));
            }
        }
        readings.extend(primitives(hints, &unescape(text)));
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
}

/// The readings of one element: typed ones first.
fn primitives(hints: &Hints, text: &str) -> Vec<Value> {
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
    if hints.string || (readings.is_empty() && hints.array.is_none() && hints.object.is_none()) {
        readings.push(Value::String(text.to_owned()));
    }
    readings
}

/// As lenient as common readers are: `+7`, `007`, `.5` and `1e3` are numbers.
fn number(text: &str) -> Option<Value> {
    let shape = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if !shape || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let integer = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    integer.ok().or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64)).map(Value::Number)
}

fn lists(items: &Hints, elements: &[Cow<'_, str>]) -> Vec<Value> {
    let choices: Vec<Vec<Value>> = elements.iter().map(|text| primitives(items, text)).collect();
    combinations(&choices).into_iter().map(Value::Array).collect()
}

fn objects(members: &BTreeMap<String, Hints>, found: &[(Cow<'_, str>, Cow<'_, str>)]) -> Vec<Value> {
    let open = Hints::primitive();
    let choices: Vec<Vec<Value>> =
        found.iter().map(|(key, text)| primitives(members.get(key.as_ref()).unwrap_or(&open), text)).collect();
    let named = |values: Vec<Value>| {
        let keys = found.iter().map(|(key, _)| key.to_string());
        Value::Object(keys.zip(values).collect::<Map<_, _>>())
    };
    combinations(&choices).into_iter().map(named).collect()
}

/// One of each; where that is too much, the first of each and the last of each.
fn combinations(choices: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let total =
        choices.iter().try_fold(1_usize, |total, some| total.checked_mul(some.len()).filter(|n| *n <= READINGS));
    if total.is_none() {
        let first = choices.iter().filter_map(|some| some.first().cloned()).collect();
        let last = choices.iter().filter_map(|some| some.last().cloned()).collect();
        return vec![first, last];
    }
    choices.iter().fold(vec![Vec::new()], |rows, some| {
        rows.iter()
            .flat_map(|row| some.iter().map(move |value| row.iter().cloned().chain([value.clone()]).collect()))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Location;
    use crate::contract::style::encode;
    use proptest::prelude::*;
    use serde_json::json;

    fn style(style: Style, explode: bool) -> Encoding {
        Encoding::Style { style, explode, allow_reserved: false, schema: None }
    }

    fn hints(schema: &Value) -> Hints {
        Hints::of(schema, &json!({"defs": {"Id": {"type": "integer"}}}))
    }

    #[test]
    fn a_header_is_read_as_its_schema_allows() {
        let simple = style(Style::Simple, false);
        let read = |schema: &Value, text: &str| decode("X", &simple, &hints(schema), &Wire::Header(text.to_owned()));
        assert_eq!(read(&json!({"type": "integer"}), "10"), [json!(10)]);
        assert_eq!(read(&json!({"$ref": "#/defs/Id"}), "007"), [json!(7)]);
        assert_eq!(read(&json!({"type": "integer"}), "ten"), [json!("ten")]);
        assert_eq!(read(&json!({"type": "string"}), "10"), [json!("10")]);
        assert_eq!(read(&json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), "1"), [json!(1), json!("1")]);
        assert_eq!(read(&json!({"type": "array", "items": {"type": "integer"}}), "1, 2"), [json!([1, 2])]);
        assert_eq!(read(&json!({"type": "boolean"}), "True"), [json!(true)]);
        assert!(read(&json!({}), "Wed, 21 Oct 2015 07:28:00 GMT").contains(&json!("Wed, 21 Oct 2015 07:28:00 GMT")));
        let object = json!({"type": "object", "properties": {"R": {"type": "integer"}}});
        assert_eq!(read(&object, "R,100"), [json!({"R": 100})]);
        assert_eq!(read(&json!({"type": "string", "format": "date-time"}), ""), [json!("")]);
    }

    #[test]
    fn a_query_is_read_among_other_parameters() {
        let pairs = |text: &str| {
            let pair = |pair: &str| pair.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap();
            Wire::Query(text.split('&').map(pair).collect())
        };
        let array = hints(&json!({"type": "array", "items": {"type": "string"}}));
        let wire = pairs("x=1&status=A&status=B%2CC");
        assert_eq!(decode("status", &style(Style::Form, true), &array, &wire), [json!(["A", "B,C"])]);
        let wire = pairs("status=A,B%2CC");
        assert_eq!(decode("status", &style(Style::Form, false), &array, &wire), [json!(["A", "B,C"])]);
        let integer = hints(&json!({"type": "integer"}));
        assert_eq!(decode("limit", &style(Style::Form, true), &integer, &pairs("limit=5")), [json!(5)]);
        assert_eq!(decode("limit", &style(Style::Form, true), &integer, &pairs("page=5")), Vec::<Value>::new());
        let twice = pairs("limit=5&limit=6&limit=7");
        assert_eq!(decode("limit", &style(Style::Form, true), &integer, &twice), [json!(5), json!(7)]);
        let object = hints(&json!({"type": "object", "properties": {"R": {"type": "integer"}}}));
        assert_eq!(decode("c", &style(Style::DeepObject, true), &object, &pairs("c%5BR%5D=1&d=2")), [json!({"R": 1})]);
        assert_eq!(decode("c", &style(Style::Form, true), &object, &pairs("R=1&d=2")), [json!({"R": 1})]);
    }

    #[test]
    fn readings_are_bounded_and_references_may_circle() {
        let open = Hints { array: Some(Box::new(Hints::primitive())), ..Hints::default() };
        let text = vec!["1"; 5000].join(",");
        assert_eq!(decode("X", &style(Style::Simple, false), &open, &Wire::Header(text)).len(), 2);
        let circle = json!({"a": {"anyOf": [{"$ref": "#/a"}, {"$ref": "#/a"}]}});
        assert_eq!(Hints::of(&circle["a"], &circle), Hints::any());
    }

    fn value() -> impl Strategy<Value = Value> {
        let primitive = || {
            prop_oneof![
                "[a-zA-Z0-9 _,;=&%#+.|~é-]{1,8}".prop_map(Value::from),
                any::<i64>().prop_map(Value::from),
                any::<bool>().prop_map(Value::from),
            ]
        };
        prop_oneof![
            primitive(),
            proptest::collection::vec(primitive(), 1..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,3}", primitive(), 1..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(
            value in value(),
            (kind, location) in prop_oneof![
                Just((Style::Simple, Location::Path)), Just((Style::Label, Location::Path)),
                Just((Style::Matrix, Location::Path)), Just((Style::Form, Location::Query)),
                Just((Style::SpaceDelimited, Location::Query)), Just((Style::PipeDelimited, Location::Query)),
                Just((Style::DeepObject, Location::Query)), Just((Style::Simple, Location::Header)),
                Just((Style::Form, Location::Cookie)),
            ],
            explode: bool,
            allow_reserved: bool,
        ) {
            let encoding = Encoding::Style { style: kind, explode, allow_reserved, schema: None };
            if let Ok(wire) = encode("par", &encoding, location, &value) {
                let mut hints = Hints::any();
                if let Value::Object(members) = &value {
                    hints.object = Some(members.keys().map(|key| (key.clone(), Hints::primitive())).collect());
                }
                let readings = decode("par", &encoding, &hints, &wire);
                prop_assert!(readings.contains(&value), "{:?} has no reading {} in {:?}", wire, value, readings);
            }
        }
    }
}
