//! The keywords that JSON Schema's own do not cover: references and choices between compiled units, patterns, integers.

use std::sync::{Arc, OnceLock, Weak};

use jsonschema::{Keyword, ValidationError};
use serde_json::Value;

use crate::document::Place;

use super::compile::{Key, Unit};
use super::evaluation;
use super::pattern::Pattern;

/// Where a unit is joined to others, or to what the validator crate cannot check.
pub(super) enum Joint {
    /// `$ref`, or a schema that null escapes.
    Reference(Link),
    /// `x-certain`.
    All(Vec<Link>),
    /// `anyOf` or `oneOf`.
    Choice(Choice),
    /// `pattern`.
    Pattern(Arc<Pattern>),
    /// `format` of an integer.
    Range(i128, i128),
}

/// A unit to come: known by key from the start, compiled before its referrer is used.
pub(super) struct Link {
    pub(super) key: Key,
    /// Whether null passes whatever the unit says.
    pub(super) or_null: bool,
    /// Whether the unit judges the same value as its referrer, and not a part of it.
    pub(super) in_place: bool,
    // Weak, because units refer to each other in circles; the store keeps them alive.
    unit: OnceLock<Weak<Unit>>,
}

/// The branches of `anyOf` or `oneOf`.
pub(super) struct Choice {
    pub(super) branches: Vec<Link>,
    pub(super) exactly_one: bool,
    pub(super) discriminator: Option<Discriminator>,
}

/// Which member names the branch, and which branch it names.
pub(super) struct Discriminator {
    pub(super) property: String,
    /// Name and index of the branch.
    pub(super) names: Vec<(String, usize)>,
    /// Whether names beyond these are mapped to schemas that are no branch.
    pub(super) foreign: bool,
}

impl Joint {
    /// The units that this joint leads to.
    pub(super) fn links(&self) -> &[Link] {
        match self {
            Self::Reference(link) => std::slice::from_ref(link),
            Self::All(links) => links,
            Self::Choice(choice) => &choice.branches,
            Self::Pattern(_) | Self::Range(..) => &[],
        }
    }

    /// Whether `value` passes.
    fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::Reference(link) => link.accepts(value),
            Self::All(links) => links.iter().all(|link| link.accepts(value)),
            Self::Choice(choice) => choice.accepts(value),
            Self::Pattern(pattern) => {
                value.as_str().is_none_or(|text| pattern.is_match(text).unwrap_or_else(evaluation::open))
            }
            Self::Range(least, most) => in_range(value, *least, *most),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a float beside the bounds of 64 bits is that imprecise itself")]
fn in_range(value: &Value, least: i128, most: i128) -> bool {
    let Value::Number(number) = value else { return true };
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(integer), ..) => (least..=most).contains(&i128::from(integer)),
        (_, Some(integer), _) => (least..=most).contains(&i128::from(integer)),
        (_, _, Some(float)) => float >= least as f64 && float < (most + 1) as f64,
        _ => true,
    }
}

impl Link {
    /// A link that leads nowhere yet.
    pub(super) fn new(key: Key, or_null: bool, in_place: bool) -> Self {
        Self { key, or_null, in_place, unit: OnceLock::new() }
    }

    /// Leads to `unit` from now on.
    pub(super) fn join(&self, unit: &Arc<Unit>) {
        self.unit.get_or_init(|| Arc::downgrade(unit));
    }

    /// The unit.
    pub(super) fn unit(&self) -> Option<Arc<Unit>> {
        self.unit.get().and_then(Weak::upgrade)
    }

    /// Whether `value` passes.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        (self.or_null && value.is_null()) || self.unit().is_none_or(|unit| unit.accepts(value))
    }
}

impl Choice {
    /// Indices of the branches that `value` passes.
    pub(super) fn matching(&self, value: &Value) -> Vec<usize> {
        self.branches.iter().enumerate().filter(|(_, link)| link.accepts(value)).map(|(index, _)| index).collect()
    }

    /// The branch that the discriminator names.
    pub(super) fn named(&self, value: &Value) -> Option<usize> {
        let discriminator = self.discriminator.as_ref()?;
        let name = value.get(&discriminator.property)?.as_str()?;
        discriminator.names.iter().find(|(known, _)| known == name).map(|(_, index)| *index)
    }

    fn accepts(&self, value: &Value) -> bool {
        if !self.exactly_one {
            return self.branches.iter().any(|link| link.accepts(value));
        }
        let mut matching = self.branches.iter().filter(|link| link.accepts(value));
        if matching.next().is_none() {
            return false;
        }
        // OpenAPI 3.0.3 lets the discriminator pick the schema: several that match are no fault if it names one of them.
        matching.next().is_none() || self.named(value).is_some_and(|named| self.matching(value).contains(&named))
    }
}

/// A joint as the validator crate sees it; its error bears the number of the joint.
pub(super) struct Joined {
    pub(super) joint: Arc<Joint>,
    pub(super) number: usize,
}

impl<'i> Keyword<'i> for Joined {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.joint.accepts(instance) { Ok(()) } else { Err(ValidationError::custom(self.number.to_string())) }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.joint.accepts(instance)
    }
}

/// The place that `discriminator.mapping` or a `$ref` means, for comparison with branches.
pub(super) fn branch_at(branches: &[Link], place: &Place) -> Option<usize> {
    branches.iter().position(|link| link.key.place == *place)
}
