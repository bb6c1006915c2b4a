//! Schemas compiled piece by piece: a unit ends where a reference or a choice begins, and is shared by all who need it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::{Draft, PatternOptions, ValidationError};
use serde_json::{Map, Value};

use crate::digest::sha256;
use crate::document::Place;

use super::dialect::{self, Translated};
use super::keyword::{Joined, Joint};
use super::pattern::Patterns;
use super::reference::Sources;
use super::{Direction, SchemaError, Sense, evaluation, format};

/// Schemas that judge the same value through each other at most.
const LONGEST_CHAIN: usize = 128;

/// What a unit is compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    /// The schema.
    pub(super) place: Place,
    /// Whether its `nullable` is left aside, because the referrer has dealt with it.
    pub(super) bare: bool,
    /// Properties that are not required, although the schema says so: those that travel the other way only.
    pub(super) exempt: BTreeSet<String>,
}

impl Key {
    /// The schema at `place`, whole.
    pub(super) fn new(place: Place) -> Self {
        Self { place, bare: false, exempt: BTreeSet::new() }
    }
}

/// One schema up to the references and choices in it.
pub(super) struct Unit {
    pub(super) place: Place,
    /// Shared by units that say the same.
    pub(super) validator: Arc<jsonschema::Validator>,
    pub(super) joints: Vec<Arc<Joint>>,
    /// Whether it judges the same value again through others.
    circular: AtomicBool,
    /// How many units judge the same value below it; known once all of them are compiled.
    chain: OnceLock<usize>,
}

impl Unit {
    /// Whether `value` conforms.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        let pair = (std::ptr::from_ref(self).addr(), std::ptr::from_ref(value).addr());
        evaluation::guarded(pair, self.circular.load(Ordering::Relaxed), || self.validator.is_valid(value))
    }
}

/// The units of one direction and one reading of `nullable`.
pub(super) struct Store {
    direction: Direction,
    sense: Sense,
    units: Mutex<Units>,
}

/// What is compiled already.
#[derive(Default)]
struct Units {
    by_key: HashMap<Key, Result<Arc<Unit>, SchemaError>>,
    /// Validators that lead to no other unit, by what they check: a large document says `type: string` at a hundred
    /// thousand places.
    by_text: HashMap<String, (Arc<jsonschema::Validator>, Vec<Arc<Joint>>)>,
}

/// A unit on the way down, with the next of its links.
struct Step {
    key: Key,
    unit: Arc<Unit>,
    next: usize,
    /// Units above it that judge the same value.
    above: usize,
    /// Units below it that judge the same value, as far as known.
    chain: usize,
}

impl Store {
    /// An empty store.
    pub(super) fn new(direction: Direction, sense: Sense) -> Self {
        Self { direction, sense, units: Mutex::default() }
    }

    /// The unit of the schema at `place`, with all that it leads to compiled.
    pub(super) fn unit(&self, sources: &Sources, patterns: &Patterns, place: &Place) -> Result<Arc<Unit>, SchemaError> {
        let sense = self.sense;
        let place = sources.resolve_while(place, |object| {
            dialect::is_pure_reference(object, sense, sources.dialect(place.document))
        })?;
        let mut units = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        let key = Key::new(place);
        let root = self.compiled(&mut units, sources, patterns, &key)?;
        if root.chain.get().is_some() {
            return Ok(root);
        }
        // Depth first without recursion: hostile documents refer deeper than a stack is.
        let mut path = vec![Step { key: key.clone(), unit: Arc::clone(&root), next: 0, above: 0, chain: 0 }];
        let mut on_path: BTreeSet<Key> = BTreeSet::from([key]);
        let mut visited: BTreeMap<Key, usize> = BTreeMap::new();
        while let Some(step) = path.last_mut() {
            let Some(link) = step.unit.joints.iter().flat_map(|joint| joint.links()).nth(step.next) else {
                let Some(Step { key, chain, .. }) = path.pop() else { break };
                on_path.remove(&key);
                if let Some(referrer) = path.last_mut() {
                    referrer.below(chain);
                }
                visited.insert(key, chain);
                continue;
            };
            step.next += 1;
            let target = self.compiled(&mut units, sources, patterns, &link.key)?;
            link.join(&target);
            let above = if link.in_place { step.above + 1 } else { 0 };
            if above.max(step.chain) > LONGEST_CHAIN {
                let reason = format!("schemas refer to each other through more than {LONGEST_CHAIN} levels");
                return Err(SchemaError { place: step.unit.place.clone(), reason });
            }
            let (key, in_place) = (link.key.clone(), link.in_place);
            if on_path.contains(&key) {
                if in_place {
                    target.circular.store(true, Ordering::Relaxed);
                }
            } else if let Some(chain) = target.chain.get().or_else(|| visited.get(&key)).copied() {
                step.below(chain);
            } else {
                on_path.insert(key.clone());
                path.push(Step { key, unit: target, next: 0, above, chain: 0 });
            }
        }
        // Only a whole that compiled is finished: the next asker may rely on everything below.
        for (key, chain) in visited {
            if let Some(Ok(unit)) = units.by_key.get(&key) {
                unit.chain.get_or_init(|| chain);
            }
        }
        Ok(root)
    }

    fn compiled(
        &self,
        units: &mut Units,
        sources: &Sources,
        patterns: &Patterns,
        key: &Key,
    ) -> Result<Arc<Unit>, SchemaError> {
        if let Some(known) = units.by_key.get(key) {
            return known.clone();
        }
        let fresh = dialect::translate(sources, patterns, key, self.direction, self.sense)
            .and_then(|translated| units.unit(key, translated))
            .map(Arc::new);
        units.by_key.insert(key.clone(), fresh.clone());
        fresh
    }
}

impl Step {
    /// Notes that the unit behind the link taken last has `chain` units below it.
    fn below(&mut self, chain: usize) {
        let taken = self.unit.joints.iter().flat_map(|joint| joint.links()).nth(self.next.saturating_sub(1));
        if taken.is_some_and(|link| link.in_place) {
            self.chain = self.chain.max(chain + 1);
        }
    }
}

impl Units {
    fn unit(&mut self, key: &Key, translated: Translated) -> Result<Unit, SchemaError> {
        let text = text(&translated);
        let known = text.as_ref().and_then(|text| self.by_text.get(text)).cloned();
        let (validator, joints) = if let Some(known) = known {
            known
        } else {
            let joints: Vec<Arc<Joint>> = translated.joints.into_iter().map(Arc::new).collect();
            let built = (Arc::new(build(key, &translated.schema, &joints)?), joints);
            self.by_text.extend(text.map(|text| (text, built.clone())));
            built
        };
        let place = key.place.clone();
        Ok(Unit { place, validator, joints, circular: AtomicBool::new(false), chain: OnceLock::new() })
    }
}

/// Names all that a schema without links checks; nothing of one that leads to other units.
fn text(Translated { schema, joints }: &Translated) -> Option<String> {
    let mut text = schema.to_string();
    for joint in joints {
        match joint {
            // There is one pattern of each text.
            Joint::Pattern(pattern) => write!(text, " {:p}", Arc::as_ptr(pattern)),
            Joint::Range(least, most) => write!(text, " {least} {most}"),
            Joint::Reference(_) | Joint::All(_) | Joint::Choice(_) => return None,
        }
        .ok()?;
    }
    Some(sha256(text))
}

fn build(key: &Key, schema: &Value, joints: &[Arc<Joint>]) -> Result<jsonschema::Validator, SchemaError> {
    let mut options = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .with_format("byte", format::is_base64)
        .with_format("base64", format::is_base64)
        .with_format("hostname", format::is_hostname)
        .with_format("time", format::is_time)
        .offline();
    for keyword in dialect::JOINT_KEYWORDS {
        let joints = joints.to_vec();
        options = options.with_keyword(keyword, move |_: &Map<String, Value>, number: &Value, _| {
            let number = number.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(usize::MAX);
            match joints.get(number) {
                Some(joint) => Ok(Box::new(Joined { joint: Arc::clone(joint), number })),
                None => Err(ValidationError::schema("a joint without a number")),
            }
        });
    }
    options.build(schema).map_err(|error| {
        let rel = error.instance_path().as_str().to_owned();
        let place = crate::document::Pointer::parse(&rel)
            .map_or_else(|_| key.place.clone(), |rel| Place::new(key.place.document, key.place.pointer.join(&rel)));
        SchemaError { place, reason: format!("this schema cannot be compiled: {error}") }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::{DocumentId, Pointer};

    #[test]
    fn what_says_the_same_is_compiled_once_and_keeps_its_place() {
        let document = json!({"a": {"type": "integer", "format": "int32"}, "b": {"format": "int32", "type": "integer"},
            "c": {"type": "integer", "format": "int32", "description": "another place"}, "d": {"type": "integer", "format": "int64"},
            "e": {"type": "string", "pattern": "^a"}, "f": {"type": "string", "pattern": "^b"}, "g": {"$ref": "#/h/i"},
            "h": {"i": {"anyOf": [{"$ref": "#/a"}]}, "k": {"anyOf": [{"$ref": "#/e"}]}}});
        let sources = Sources::new(vec![("a.json".into(), Arc::new(document))]);
        let (patterns, store) = (Patterns::default(), Store::new(Direction::Request, Sense::Strict));
        let unit = |at: &str| {
            let place = Place::new(DocumentId(0), Pointer::parse(at).unwrap());
            store.unit(&sources, &patterns, &place).unwrap()
        };
        let same = |one: &str, other: &str| Arc::ptr_eq(&unit(one).validator, &unit(other).validator);
        assert!(same("/a", "/c"));
        for (one, other) in [("/a", "/d"), ("/e", "/f"), ("/h/i", "/h/k")] {
            assert!(!same(one, other), "{one} {other}");
        }
        assert_eq!(unit("/c").place.pointer.as_str(), "/c");
        assert!(unit("/c").accepts(&json!(1)) && !unit("/c").accepts(&json!(1_i64 << 40)));
        assert!(unit("/d").accepts(&json!(1_i64 << 40)) && !unit("/f").accepts(&json!("a")));
        assert!(!unit("/h/i").accepts(&json!("a")) && unit("/h/k").accepts(&json!("a")));
    }
}
