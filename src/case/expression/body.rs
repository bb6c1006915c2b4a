//! A JSON Schema that the body of an answer has to satisfy beside the documented one.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::Value;

use crate::document::{Pointer, Position};
use crate::schema::{Validator, Violation};

use super::Scope;

/// A JSON Schema (2020-12) for the body of an answer.
///
/// It judges answers of the kind that the step expects, and leaves others to the checks and criteria that speak of them.
#[derive(Debug, Clone)]
pub struct BodySchema {
    /// The schema.
    pub validator: Arc<Validator>,
    /// The statuses of the answers that it judges.
    pub statuses: RangeInclusive<u16>,
    /// Where the keywords of the schema stand in the case file.
    pub lines: Arc<BTreeMap<Pointer, Position>>,
}

/// What is wrong with a body.
pub(super) struct Breach {
    pub(super) text: String,
    pub(super) position: Option<Position>,
    pub(super) actual: Option<Value>,
    pub(super) expected: String,
}

/// More violations of one body are not told apart.
const MOST: usize = 20;

impl BodySchema {
    /// What of the answer in `scope` breaks the schema.
    pub(super) fn breaches(&self, scope: &Scope<'_>) -> Vec<Breach> {
        let judged = scope.response.filter(|received| self.statuses.contains(&received.response.status));
        let Some(received) = judged else { return Vec::new() };
        let Some(body) = received.body else {
            let (text, expected) = ("body".to_owned(), "a JSON body".to_owned());
            return vec![Breach { text, position: None, actual: scope.response_text().map(Value::from), expected }];
        };
        let violations = self.validator.violations(body);
        violations.into_iter().take(MOST).map(|violation| self.breach(violation, body)).collect()
    }

    fn breach(&self, violation: Violation, body: &Value) -> Breach {
        let Violation { instance, shape, place, keyword, property, promised, .. } = violation;
        let property = property.map(|name| format!(" {name}")).unwrap_or_default();
        let at = if instance.is_root() { "the body".to_owned() } else { format!("`{instance}`") };
        Breach {
            text: format!("body {shape}: {keyword}{property}"),
            position: self.lines.get(&place.pointer).copied(),
            actual: instance.resolve(body).cloned(),
            expected: format!("{at} to be {promised}"),
        }
    }
}
