//! What mutations look up in a subject: keywords in force at a site, bodies as JSON, candidates that break one promise.

use std::borrow::Cow;

use serde_json::Value;

use crate::case::expression::Template;
use crate::case::{Payload, Spot, Step};
use crate::contract::style::{parse_media_type, written};
use crate::contract::{Contract, Encoding};
use crate::document::{Place, Pointer};
use crate::schema::{Direction, Sense};

use super::{Site, Subject};

/// Schemas of one value that are looked through.
const MOST: usize = 500;

/// A member name, and a word, that no document should have.
pub(super) const UNKNOWN: &str = "conformUnknown";

/// A request body that is sent as JSON.
pub(super) struct JsonBody<'a> {
    pub(super) value: &'a Value,
    pub(super) bytes: Vec<u8>,
    pub(super) media_type: String,
}

impl<'a> Subject<'a> {
    /// Each `keyword` in force at `site`, with its value.
    pub(super) fn stated<'s>(
        &'s self,
        site: &'s Site<'a>,
        keyword: &'s str,
    ) -> impl Iterator<Item = (Place, &'a Value)> + 's {
        site.schemas.iter().filter_map(move |schema| {
            let place = schema.child(keyword);
            self.contract.schemas.source(&place).map(|value| (place, value))
        })
    }

    /// The first `keyword` in force at `site`.
    pub(super) fn keyword<'s>(&'s self, site: &'s Site<'a>, keyword: &'s str) -> Option<(Place, &'a Value)> {
        self.stated(site, keyword).next()
    }

    /// Whether `site` may have the type `name`.
    pub(super) fn has_type(&self, site: &Site<'_>, name: &str) -> bool {
        site.schemas
            .iter()
            .any(|schema| self.contract.schemas.source(&schema.child("type")).and_then(Value::as_str) == Some(name))
    }

    /// The sites of objects, arrays, strings or numbers, as `wanted` has it.
    pub(super) fn sites_of(&self, wanted: fn(&Value) -> bool) -> impl Iterator<Item = &Site<'a>> {
        self.sites.iter().filter(move |site| wanted(site.value))
    }

    /// Whether the value at `spot` is written by a style, which has no text for null, and none for types.
    pub(super) fn is_styled(&self, spot: &Spot) -> bool {
        let Spot::Parameter(location, name, _) = spot else { return false };
        let parameter = self.operation.parameter(name, Some(*location));
        parameter.is_some_and(|parameter| matches!(parameter.encoding, Encoding::Style { .. }))
    }

    /// The candidate that breaks the promise at `place` and, if there is one, nothing else.
    pub(super) fn breaking(&self, site: &Site<'_>, place: &Place, candidates: Vec<Value>) -> Option<Value> {
        let mut second = None;
        for candidate in candidates {
            let broken = broken(self.contract, site, &candidate);
            if !broken.contains(place) {
                continue;
            }
            if broken.iter().all(|broken| broken == place) {
                return Some(candidate);
            }
            second.get_or_insert(candidate);
        }
        second
    }

    /// The body, where it is sent as JSON.
    pub(super) fn json(&self) -> Option<JsonBody<'a>> {
        let payload = self.base.payload.as_ref().filter(|payload| payload.bytes.is_none())?;
        let value = self.base.body()?;
        let name = payload.content_type.as_deref().or_else(|| self.media.map(|media| media.name.as_str()))?;
        let (bytes, media_type) = written(value, name).ok()?;
        parse_media_type(&media_type)?.is_json().then_some(JsonBody { value, bytes, media_type })
    }

    /// The base with `bytes` as its body.
    pub(super) fn with_bytes(&self, bytes: Vec<u8>, media_type: &str) -> Step {
        let content = self.base.body().cloned().unwrap_or_default();
        let payload =
            Payload { bytes: Some(bytes), ..Payload::new(Some(media_type.to_owned()), Template::Literal(content)) };
        Step { payload: Some(payload), ..Step::clone(self.base) }
    }

    /// The request body object.
    pub(super) fn body_place(&self) -> Option<Place> {
        self.operation.body.as_ref().map(|body| body.place.clone())
    }
}

/// What `value` breaks at `site`, as all its schemas have it.
pub(super) fn broken(contract: &Contract, site: &Site<'_>, value: &Value) -> Vec<Place> {
    let validator = |schema: &Place| contract.schemas.validator(schema, Direction::Request, Sense::Strict).ok();
    let judges = site.judges.get_or_init(|| outermost(contract, &site.schemas));
    let violations = judges.iter().filter_map(validator).flat_map(|validator| validator.violations(value));
    let mut broken: Vec<Place> = Vec::new();
    for violation in violations {
        if !broken.contains(&violation.place) {
            broken.push(violation.place);
        }
    }
    broken
}

/// Those of `schemas` that no other one leads to: parts of an `allOf` may each speak of the same member.
fn outermost(contract: &Contract, schemas: &[Place]) -> Vec<Place> {
    let mut reached: Vec<Place> = Vec::new();
    let mut outermost: Vec<Place> = Vec::new();
    for schema in schemas {
        if !reached.contains(schema) {
            reached.extend(combined(contract, std::slice::from_ref(schema)));
            outermost.push(schema.clone());
        }
    }
    outermost
}

/// Whether the schema at `place` takes `value` in a request, as the standard has it.
pub(super) fn takes(contract: &Contract, place: &Place, value: &Value) -> bool {
    let validator = contract.schemas.validator(place, Direction::Request, Sense::Strict);
    validator.is_ok_and(|validator| validator.is_valid(value))
}

/// `schemas` and all that their combinations lead to, branches that the value does not take included.
pub(super) fn combined(contract: &Contract, schemas: &[Place]) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    let mut open: Vec<Place> = schemas.iter().rev().cloned().collect();
    while let Some(place) = open.pop() {
        let Ok(place) = contract.schemas.resolve(&place) else { continue };
        if found.len() >= MOST || found.contains(&place) {
            continue;
        }
        let Some(schema) = contract.schemas.source(&place) else { continue };
        for keyword in ["oneOf", "anyOf", "allOf"] {
            let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            open.extend((0..count).rev().map(|index| place.child(keyword).index(index)));
        }
        found.push(place);
    }
    found
}

/// Where `name` is required by one of `schemas`, which are [`combined`].
pub(super) fn requirements(contract: &Contract, schemas: &[Place], name: &str) -> Vec<Place> {
    let stated = |schema: &Place| {
        let place = schema.child("required");
        let names = contract.schemas.source(&place)?.as_array()?;
        names.iter().position(|known| known.as_str() == Some(name)).map(|index| place.index(index))
    };
    schemas.iter().filter_map(stated).collect()
}

/// Whether the promise at `place` is among the `broken` ones, or is one branch of a choice of which another is told.
pub(super) fn breaks(broken: &[Place], place: &Place) -> bool {
    let choice = choice(&place.pointer);
    broken.iter().any(|broken| broken.document == place.document && broken.pointer.starts_with(&choice))
}

/// The outermost choice that `pointer` lies in, or itself.
fn choice(pointer: &Pointer) -> Pointer {
    let tokens: Vec<_> = pointer.tokens().collect();
    match branch(&tokens) {
        Some(at) => Pointer::from_tokens(tokens.iter().take(at + 1)),
        // Of `required` each name has a place of its own here, but not where it is broken.
        None if tokens.iter().rev().nth(1).is_some_and(|token| token == "required") => {
            pointer.parent().unwrap_or_else(Pointer::root)
        }
        None => pointer.clone(),
    }
}

/// Whether `pointer` leads through a branch of a choice.
pub(super) fn is_in_branch(pointer: &Pointer) -> bool {
    branch(&pointer.tokens().collect::<Vec<_>>()).is_some()
}

/// Where among `tokens` the outermost choice stands of which they lead through a branch.
fn branch(tokens: &[Cow<'_, str>]) -> Option<usize> {
    tokens.windows(2).position(|pair| {
        let [keyword, index] = pair else { return false };
        matches!(&**keyword, "anyOf" | "oneOf") && index.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The member or element `token` of what stands at `spot`.
pub(super) fn below(spot: &Spot, token: &str) -> Spot {
    match spot {
        Spot::Body(pointer) => Spot::Body(pointer.child(token)),
        Spot::Parameter(location, name, pointer) => Spot::Parameter(*location, name.clone(), pointer.child(token)),
        other => other.clone(),
    }
}

/// Whether the spot is the body as a whole.
pub(super) fn is_whole_body(spot: &Spot) -> bool {
    matches!(spot, Spot::Body(pointer) if pointer.is_root())
}
