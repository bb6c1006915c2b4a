//! What types a schema leaves open for a text.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;

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
        if hints.names_a_type() { hints } else { Self::any() }
    }

    /// Whether anything but `nullable` says what it may be.
    pub fn names_a_type(&self) -> bool {
        self.string || self.number || self.boolean || self.array.is_some() || self.object.is_some()
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
            let known = self.object.get_or_insert_default();
            for (name, member) in members {
                known.entry(name).or_default().merge(member);
            }
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
        // Beside a reference, too: null is what its author meant, whether the standard lets it or not.
        hints.null |= schema.get("nullable") == Some(&Value::Bool(true));
        if let Some(target) = reference(schema, self.document) {
            return self.add(hints, target, depth);
        }
        for branch in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.add(hints, branch, depth);
        }
        for keyword in ["anyOf", "oneOf"] {
            let choice = self.choice(schema, keyword, depth);
            hints.merge(choice);
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ if schema.get("properties").is_some() => vec!["object"],
            _ => Vec::new(),
        };
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
                    hints.merge(Hints { object: Some(members), ..Hints::default() });
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

    /// What the branches leave open together: a member that one of them does not speak of may be anything there.
    fn choice(&mut self, schema: &'d Value, keyword: &str, depth: usize) -> Hints {
        let mut branches = Vec::new();
        for branch in schema.get(keyword).and_then(Value::as_array).into_iter().flatten() {
            let mut hints = Hints::default();
            self.add(&mut hints, branch, depth);
            branches.push(hints);
        }
        let own = |name: &String| schema.get("properties").is_some_and(|properties| properties.get(name).is_some());
        let mut all = Hints::default();
        for branch in &branches {
            all.merge(branch.clone());
        }
        for (name, hints) in all.object.iter_mut().flatten().filter(|(name, _)| !own(name)) {
            let silent = |branch: &Hints| branch.object.as_ref().is_some_and(|members| !members.contains_key(name));
            if branches.iter().any(silent) {
                hints.merge(Hints::primitive());
            }
        }
        all
    }

    fn inner(&mut self, schema: &'d Value, depth: usize) -> Hints {
        let mut hints = Hints::default();
        self.add(&mut hints, schema, depth);
        if hints.names_a_type() { hints } else { Hints::primitive() }
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
