//! What several schemas ask of one value, merged, with one branch of each choice taken.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::document::Place;

use super::super::dialect::{CERTAIN, is_nullable};
use super::super::format::integer_range;
use super::super::member::Walker;
use super::super::pattern::Pattern;
use super::super::reference::reference;
use super::number::Range;

/// Schemas merged into one plan at most.
const MOST_SCHEMAS: usize = 500;

/// Which of the branches at a place is taken, given their numbers in the order of preference.
pub(super) type Chooser<'c> = dyn FnMut(&Place, &[usize]) -> usize + 'c;

/// What a value has to be.
#[derive(Default)]
pub(super) struct Plan {
    /// The types that all allow; nothing where none speaks of types.
    pub(super) types: Option<BTreeSet<&'static str>>,
    /// The values that all enumerations share.
    pub(super) options: Option<Vec<Value>>,
    /// Examples and defaults.
    pub(super) hints: Vec<Value>,
    pub(super) range: Range,
    pub(super) lengths: Bounds,
    pub(super) counts: Bounds,
    pub(super) sizes: Bounds,
    pub(super) unique: bool,
    pub(super) patterns: Vec<(String, Arc<Pattern>)>,
    pub(super) formats: Vec<String>,
    /// Members by name, in the order of the document, each with its schemas.
    pub(super) properties: Vec<(String, Vec<Place>)>,
    /// Where each name stands in `properties`.
    index: HashMap<String, usize>,
    pub(super) required: Vec<String>,
    pub(super) items: Vec<Place>,
    /// Schemas that say what other members are, or that there are none.
    pub(super) additional: Vec<Place>,
    pub(super) closed: Vec<Place>,
    /// Values of members that discriminators ask for.
    pub(super) names: BTreeMap<String, Value>,
    /// The schemas that were merged.
    pub(super) merged: Vec<Place>,
}

/// An inclusive range of a count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { least: 0, most: usize::MAX }
    }
}

impl Bounds {
    fn narrow(&mut self, schema: &Map<String, Value>, least: &str, most: &str) {
        let bound = |keyword: &str| {
            let number = schema.get(keyword)?.as_f64()?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is meant")]
            Some(number as usize)
        };
        self.least = self.least.max(bound(least).unwrap_or(0));
        self.most = self.most.min(bound(most).unwrap_or(usize::MAX));
    }
}

impl Plan {
    /// Merges `group`; `choose` says which of the branches that it is given by number is taken at a place.
    pub(super) fn merge(walker: Walker<'_>, group: &[Place], choose: &mut Chooser<'_>) -> Self {
        let mut plan = Self::default();
        let mut seen = BTreeSet::new();
        let mut open: Vec<Place> = group.iter().rev().cloned().collect();
        while let Some(place) = open.pop() {
            if seen.len() > MOST_SCHEMAS || !seen.insert(place.clone()) {
                continue;
            }
            let Some(value) = walker.sources.get(&place) else { continue };
            if let Some(to) = reference(value) {
                open.extend(walker.sources.target(place.document, to).ok());
                continue;
            }
            let Some(schema) = value.as_object() else { continue };
            plan.assertions(walker, schema);
            plan.members(schema, &place);
            let branches = |keyword: &str| schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            for keyword in ["anyOf", "oneOf"] {
                let count = branches(keyword);
                if count > 0 {
                    let at = place.child(keyword);
                    let index = choose(&at, &order(schema.get(keyword)));
                    plan.discriminate(walker, schema, &at.index(index), true);
                    open.push(at.index(index));
                }
            }
            if branches("anyOf") + branches("oneOf") == 0
                && let Some(origin) = group.first()
            {
                plan.discriminate(walker, schema, origin, false);
            }
            for keyword in ["allOf", CERTAIN] {
                for index in (0..branches(keyword)).rev() {
                    open.push(place.child(keyword).index(index));
                }
            }
            plan.merged.push(place);
        }
        plan
    }

    fn assertions(&mut self, walker: Walker<'_>, schema: &Map<String, Value>) {
        if let Some(types) = types(schema) {
            let both = |mine: &BTreeSet<&'static str>| -> BTreeSet<&'static str> {
                let mut both: BTreeSet<_> = mine.intersection(&types).copied().collect();
                if (mine.contains("integer") && types.contains("number"))
                    || (mine.contains("number") && types.contains("integer"))
                {
                    both.insert("integer");
                }
                both
            };
            self.types = Some(self.types.as_ref().map_or_else(|| types.clone(), both));
        }
        if let Some(options) = schema.get("enum").and_then(Value::as_array) {
            let shared = self.options.take().map_or_else(
                || options.clone(),
                |mine| {
                    // Some documents list tens of thousands.
                    let known: HashSet<&Value> = options.iter().collect();
                    mine.into_iter().filter(|value| known.contains(value)).collect()
                },
            );
            self.options = Some(shared);
        }
        if let Some(only) = schema.get("const") {
            self.hints.push(only.clone());
        }
        self.hints.extend(["example", "default"].iter().filter_map(|keyword| schema.get(*keyword)).cloned());
        self.hints.extend(schema.get("examples").and_then(Value::as_array).into_iter().flatten().cloned());
        self.range.narrow(schema);
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            self.formats.push(format.to_owned());
            if schema.get("type").and_then(Value::as_str) == Some("integer")
                && let Some((least, most)) = integer_range(format)
            {
                self.range.within(least, most);
            }
        }
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            self.patterns.push((pattern.to_owned(), walker.patterns.get(pattern)));
        }
        self.lengths.narrow(schema, "minLength", "maxLength");
        self.counts.narrow(schema, "minItems", "maxItems");
        self.sizes.narrow(schema, "minProperties", "maxProperties");
        self.unique |= schema.get("uniqueItems") == Some(&Value::Bool(true));
    }

    fn members(&mut self, schema: &Map<String, Value>, place: &Place) {
        let at = place.child("properties");
        for (name, _) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let schema = at.child(name);
            let known = self.index.get(name).and_then(|index| self.properties.get_mut(*index));
            if let Some((_, schemas)) = known {
                schemas.push(schema);
            } else {
                self.index.insert(name.clone(), self.properties.len());
                self.properties.push((name.clone(), vec![schema]));
            }
        }
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !self.required.iter().any(|known| known == name) {
                self.required.push(name.to_owned());
            }
        }
        if schema.get("items").is_some_and(Value::is_object) {
            self.items.push(place.child("items"));
        }
        match schema.get("additionalProperties") {
            Some(Value::Object(_)) => self.additional.push(place.clone()),
            Some(Value::Bool(false)) => self.closed.push(place.clone()),
            _ => {}
        }
    }

    /// What schemas say about the member `name` because they do not mention it.
    pub(super) fn additional_for(&self, walker: Walker<'_>, name: &str) -> Vec<Place> {
        let silent = self.additional.iter().filter(|place| !walker.mentions(place, name));
        silent.map(|place| place.child("additionalProperties")).collect()
    }

    /// Whether a schema declares the member `name`.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.index.contains_key(name)
    }

    /// Whether no schema keeps the member `name` out.
    pub(super) fn lets_in(&self, walker: Walker<'_>, name: &str) -> bool {
        self.closed.iter().all(|place| walker.mentions(place, name))
    }

    /// Notes the name by which the discriminator of `schema` knows the schema at `branch`.
    fn discriminate(&mut self, walker: Walker<'_>, schema: &Map<String, Value>, branch: &Place, chosen: bool) {
        let Some(discriminator) = schema.get("discriminator") else { return };
        let Some(property) = discriminator.get("propertyName").and_then(Value::as_str) else { return };
        let Ok(target) = walker.sources.resolve(branch) else { return };
        let mapping = discriminator.get("mapping").and_then(Value::as_object);
        let last = target.pointer.last().unwrap_or_default();
        let spelled_alike = !last.contains(['~', '/', '%', ' ']);
        let mapped = mapping.into_iter().flatten().find_map(|(name, to)| {
            // Some documents map thousands of names, and resolving all of them takes longer than all else.
            let to = to.as_str().filter(|to| !spelled_alike || to.ends_with(&*last))?;
            let component = format!("#/components/schemas/{to}");
            let places = [to, component.as_str()].map(|to| walker.sources.target(branch.document, to).ok());
            places.contains(&Some(target.clone())).then(|| name.clone())
        });
        let component = target.pointer.as_str().starts_with("/components/schemas/");
        let name =
            mapped.or_else(|| (chosen || component).then(|| target.pointer.last().unwrap_or_default().into_owned()));
        if let Some(name) = name {
            self.names.entry(property.to_owned()).or_insert(Value::String(name));
        }
    }

    /// The type of the value to make, null only where nothing else is allowed.
    pub(super) fn kind(&self) -> Option<&'static str> {
        let order = ["object", "array", "string", "integer", "number", "boolean", "null"];
        if let Some(types) = &self.types {
            let fits = |kind: &&str| types.contains(kind);
            let implied = self.implied().filter(|kind| types.contains(kind));
            return implied.or_else(|| order.iter().copied().find(fits));
        }
        self.implied().or(Some("string"))
    }

    /// The type that the other keywords speak of.
    fn implied(&self) -> Option<&'static str> {
        let bounded = |bounds: Bounds| bounds.least > 0 || bounds.most < usize::MAX;
        if !self.properties.is_empty()
            || !self.required.is_empty()
            || !self.additional.is_empty()
            || bounded(self.sizes)
        {
            Some("object")
        } else if !self.items.is_empty() || bounded(self.counts) || self.unique {
            Some("array")
        } else if !self.patterns.is_empty() || bounded(self.lengths) {
            Some("string")
        } else if self.range.is_bounded() {
            Some("number")
        } else {
            None
        }
    }
}

/// The branches of a choice, those that only take null last.
fn order(branches: Option<&Value>) -> Vec<usize> {
    let branches = branches.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let only_null = |branch: &Value| {
        branch.get("enum").and_then(Value::as_array).is_some_and(|options| options.iter().all(Value::is_null))
            || branch.get("type").and_then(Value::as_str) == Some("null")
    };
    let (last, first): (Vec<_>, Vec<_>) = branches.iter().enumerate().partition(|(_, branch)| only_null(branch));
    first.into_iter().chain(last).map(|(index, _)| index).collect()
}

/// The types that `schema` allows, null included where `nullable` widens them.
fn types(schema: &Map<String, Value>) -> Option<BTreeSet<&'static str>> {
    let known = ["string", "number", "integer", "boolean", "array", "object", "null"];
    let recognized = |name: &Value| known.iter().copied().find(|known| name.as_str() == Some(known));
    let mut types: BTreeSet<&'static str> = match schema.get("type")? {
        Value::Array(names) => names.iter().filter_map(recognized).collect(),
        name => recognized(name).into_iter().collect(),
    };
    if is_nullable(schema) {
        types.insert("null");
    }
    Some(types)
}
