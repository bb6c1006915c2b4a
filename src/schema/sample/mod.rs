//! Values that conform to a schema: the least, the fullest, and random ones.

pub mod edge;
mod exact;
mod extreme;
mod group;
mod hostile;
mod make;
mod merged;
mod number;
mod plain;
mod plan;
mod repair;
mod simpler;
pub mod small;
mod step;
mod text;
pub mod tree;

#[cfg(test)]
mod tests;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use crate::document::Place;

use super::{Direction, SchemaError, Schemas, Sense, Violation, work};

use make::{MOST, MOST_WORK, Maker};

/// Ways to choose between branches that are tried before a schema is given up.
const ATTEMPTS: usize = 32;

/// Attempts in a row that fail for the same reason before a schema is given up.
const HOPELESS: usize = 11;

/// Where random values come from: the same seed gives the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl From<[u8; 32]> for Seed {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        let mut bytes = [0; 32];
        for (byte, value) in bytes.iter_mut().zip(number.to_le_bytes()) {
            *byte = value;
        }
        Self(bytes)
    }
}

/// How much of what may be there is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing that is not required.
    Minimal,
    /// Everything, arrays with one item.
    Full,
    /// Anything.
    Random,
}

/// Makes values that conform; each one that it returns was validated, in the strict reading of `nullable`.
///
/// Examples and defaults of the document come first, where they conform. Members that only travel the other way
/// (`readOnly` in a request) are left out.
///
/// ```
/// use std::sync::Arc;
/// use conform::document::{DocumentId, Place, Pointer};
/// use conform::schema::sample::Sampler;
/// use conform::schema::{Direction, Schemas};
/// use serde_json::json;
///
/// let document = json!({"type": "object", "required": ["id"], "properties": {
///     "id": {"type": "string", "format": "uuid"},
///     "status": {"type": "string", "enum": ["ACTIVE", "INACTIVE"]},
/// }});
/// let schemas = Schemas::new(vec![("customer.json".into(), Arc::new(document))]);
/// let place = Place::new(DocumentId(0), Pointer::root());
/// let full = Sampler::new(&schemas).full(&place, Direction::Request)?;
/// assert_eq!(full, json!({"id": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "status": "ACTIVE"}));
/// # Ok::<(), conform::schema::SchemaError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Sampler<'s> {
    schemas: &'s Schemas,
}

impl<'s> Sampler<'s> {
    /// Over `schemas`.
    pub fn new(schemas: &'s Schemas) -> Self {
        Self { schemas }
    }

    /// The schemas that it makes values of.
    pub fn schemas(self) -> &'s Schemas {
        self.schemas
    }

    /// The least value that conforms: no member, element or character that could be left out, but for plain strings,
    /// which are a word rather than nothing.
    ///
    /// # Errors
    /// When the schema cannot be used, or no value was found, with the reason.
    pub fn minimal(self, place: &Place, direction: Direction) -> Result<Value, SchemaError> {
        self.sample(place, direction, Mode::Minimal, Seed::from(0))
    }

    /// A value with every optional member, arrays with one item, recursion cut.
    ///
    /// # Errors
    /// When the schema cannot be used, or no value was found, with the reason.
    pub fn full(self, place: &Place, direction: Direction) -> Result<Value, SchemaError> {
        self.sample(place, direction, Mode::Full, Seed::from(0))
    }

    /// Some value that conforms; the same for the same seed.
    ///
    /// # Errors
    /// When the schema cannot be used, or no value was found, with the reason.
    pub fn random(self, place: &Place, direction: Direction, seed: impl Into<Seed>) -> Result<Value, SchemaError> {
        self.sample(place, direction, Mode::Random, seed.into())
    }

    fn sample(self, place: &Place, direction: Direction, mode: Mode, seed: Seed) -> Result<Value, SchemaError> {
        self.sampled(place, direction, mode, seed).0
    }

    /// A sample, and how many values were made on the way.
    fn sampled(
        self,
        place: &Place,
        direction: Direction,
        mode: Mode,
        seed: Seed,
    ) -> (Result<Value, SchemaError>, usize) {
        let validator = match self.schemas.validator(place, direction, Sense::Certain) {
            Ok(validator) => validator,
            Err(error) => return (Err(error), 0),
        };
        let mut reason = String::from("no value conforms");
        let (mut repeated, mut spent, begun) = (0, 0, work());
        for attempt in 0..ATTEMPTS {
            let mut maker = Maker::new(self.schemas, direction, mode, attempt, runner(seed, attempt));
            let candidate = maker.value(std::slice::from_ref(place), &[]);
            let candidate = candidate.and_then(|candidate| maker.repaired(place, &validator, candidate));
            spent += maker.nodes;
            match candidate {
                Ok(value) => return (Ok(value), spent),
                Err(why) => {
                    repeated = if why == reason { repeated + 1 } else { 0 };
                    reason = why;
                }
            }
            if repeated >= HOPELESS || spent > 2 * MOST || work().wrapping_sub(begun) > 2 * MOST_WORK {
                break;
            }
        }
        let reason = format!("found no value that conforms: {reason}");
        (Err(SchemaError { place: place.clone(), reason }), spent)
    }
}

/// A source of choices of its own for each attempt.
fn runner(seed: Seed, attempt: usize) -> TestRunner {
    let Seed(mut bytes) = seed;
    let salt = u64::try_from(attempt).unwrap_or_default().to_le_bytes();
    for (byte, salt) in bytes.iter_mut().rev().zip(salt) {
        *byte ^= salt;
    }
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// A violation as the reason why no value was found.
fn reason(violation: &Violation) -> String {
    let at = if violation.instance.is_root() { "the value".to_owned() } else { format!("`{}`", violation.instance) };
    format!("{at} has to be {}, as `{}` says", violation.promised, violation.place.pointer)
}
