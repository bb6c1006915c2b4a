//! Whether a value keeps the promises of its schema: surely, surely not, or by some readings of them.

use serde_json::Value;

use crate::contract::Contract;
use crate::document::Place;
use crate::schema::{Direction, Sense, Violation};

/// What can be said of a part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It keeps every promise in every reading.
    Valid,
    /// Readers may differ.
    Open,
    /// It breaks these promises, or others, in every reading.
    Invalid(Vec<Place>),
}

impl Verdict {
    /// Of two parts of one request.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Invalid(mut places), Self::Invalid(more)) => {
                places.extend(more);
                Self::Invalid(places)
            }
            (Self::Invalid(places), _) | (_, Self::Invalid(places)) => Self::Invalid(places),
            (Self::Valid, Self::Valid) => Self::Valid,
            _ => Self::Open,
        }
    }

    /// Of two readings of one part, the more literal one first.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Invalid(places), Self::Invalid(_)) => Self::Invalid(places),
            (Self::Valid, Self::Valid) => Self::Valid,
            _ => Self::Open,
        }
    }

    /// Of all readings of one part, the most literal one first; nothing where there is none.
    pub(super) fn of(readings: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut told = None;
        for verdict in readings {
            told = Some(match told {
                Some(told) => Self::or(told, verdict),
                None => verdict,
            });
            // No further reading closes what is open.
            if told == Some(Self::Open) {
                break;
            }
        }
        told
    }

    /// Where even what conforms may be refused.
    pub(super) fn at_best_open(self) -> Self {
        if self == Self::Valid { Self::Open } else { self }
    }

    /// Where even what does not conform may be taken.
    pub(super) fn at_worst_open(self) -> Self {
        if matches!(self, Self::Invalid(_)) { Self::Open } else { self }
    }
}

/// What the schema at `place` says of `value` in a request; no schema refuses nothing.
pub(super) fn judge(contract: &Contract, place: Option<&Place>, value: &Value) -> Verdict {
    let Some(place) = place else { return Verdict::Valid };
    let validator = |sense| contract.schemas.validator(place, Direction::Request, sense);
    let (Ok(strict), Ok(intended), Ok(certain)) =
        (validator(Sense::Strict), validator(Sense::Intended), validator(Sense::Certain))
    else {
        return Verdict::Open;
    };
    if strict.is_valid(value) {
        let sure = strict.is_surely_valid(value) && certain.is_surely_valid(value);
        return if sure && !is_doubtful(contract, place, value) { Verdict::Valid } else { Verdict::Open };
    }
    if intended.is_valid(value) {
        return Verdict::Open;
    }
    let violations = strict.violations(value);
    if violations.iter().all(|violation| is_listed_null(contract, violation, value)) {
        return Verdict::Open;
    }
    let mut places: Vec<Place> = violations.iter().map(|violation| promise(contract, violation)).collect();
    places.dedup();
    Verdict::Invalid(places)
}

/// The place of a broken promise; of `required` that of the one name.
pub(in super::super) fn promise(contract: &Contract, violation: &Violation) -> Place {
    let names = contract.schemas.source(&violation.place).and_then(Value::as_array);
    let index = names.filter(|_| violation.keyword == "required").and_then(|names| {
        names.iter().position(|name| name.as_str().is_some_and(|name| Some(name) == violation.property.as_deref()))
    });
    match index {
        Some(index) => violation.place.index(index),
        None => violation.place.clone(),
    }
}

/// A null that the `enum` beside the broken keyword lists: its author may have meant it.
fn is_listed_null(contract: &Contract, violation: &Violation, value: &Value) -> bool {
    let schema = violation.place.pointer.parent().map(|parent| Place::new(violation.place.document, parent));
    let options = schema.and_then(|schema| contract.schemas.source(&schema.child("enum")).and_then(Value::as_array));
    violation.instance.resolve(value).is_some_and(Value::is_null)
        && options.is_some_and(|options| options.iter().any(Value::is_null))
}

/// Whether a server may refuse `value` although its schema does not: it has members that no schema mentions, or that only
/// travel the other way (OpenAPI 3.0.3, `readOnly`), a number whose text is not that of its type, or a discriminator
/// that names another branch.
fn is_doubtful(contract: &Contract, place: &Place, value: &Value) -> bool {
    if matches!(value, Value::String(_) | Value::Bool(_) | Value::Null) {
        return false;
    }
    if !contract.schemas.undocumented(place, value).is_empty() {
        return true;
    }
    contract.schemas.anatomy(place, Direction::Request, value).iter().any(|part| {
        let part_value = part.instance.resolve(value).unwrap_or(&Value::Null);
        part.schemas.iter().any(|schema| {
            let Some(source) = contract.schemas.source(schema) else { return false };
            let is = |keyword: &str, wanted: Value| source.get(keyword) == Some(&wanted);
            is("readOnly", true.into())
                || (is("type", "integer".into()) && part_value.is_f64())
                || misnames(contract, schema, source, part_value)
        })
    })
}

/// Whether the discriminator of `schema` names no branch of its own, or one that does not take the value.
fn misnames(contract: &Contract, schema: &Place, source: &Value, value: &Value) -> bool {
    let Some(discriminator) = source.get("discriminator") else { return false };
    let property = discriminator.get("propertyName").and_then(Value::as_str).unwrap_or_default();
    let Some(name) = value.get(property).and_then(Value::as_str) else { return true };
    let mapped = discriminator.get("mapping").and_then(|mapping| mapping.get(name)).and_then(Value::as_str);
    let component = format!("#/components/schemas/{}", mapped.unwrap_or(name));
    let target = mapped.and_then(|target| contract.schemas.target(schema.document, target).ok());
    let target = target.or_else(|| contract.schemas.target(schema.document, &component).ok());
    let validator = target.and_then(|place| contract.schemas.validator(&place, Direction::Request, Sense::Strict).ok());
    !validator.is_some_and(|validator| validator.is_valid(value))
}
