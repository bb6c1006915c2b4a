//! One valid request turned into one that breaks exactly one promise.

pub mod above_bound;
pub mod additional_property;
pub mod below_bound;
mod blame;
pub mod broken_branch;
pub mod broken_format;
pub mod broken_pattern;
pub mod duplicate_item;
pub mod duplicate_keys;
pub mod duplicate_parameter;
pub mod empty_body;
pub mod empty_credentials;
pub mod forbidden_value;
pub mod malformed_credentials;
pub mod malformed_id;
pub mod misplaced_credentials;
pub mod missing_media_type;
pub mod missing_parameter;
pub mod missing_required;
pub mod nearly_format;
pub mod no_body;
pub mod no_credentials;
pub mod no_scheme;
pub mod not_json;
pub mod not_multiple;
pub mod not_positive;
pub mod null;
pub mod other_scheme;
pub mod outside_enum;
pub mod truncated_json;
pub mod undeclared_method;
pub mod unknown_parameter;
pub mod unsupported_accept;
pub mod wrong_credentials;
pub mod wrong_media_type;
pub mod wrong_top_level;
pub mod wrong_type;

mod number;
mod parts;
pub mod registry;
pub mod soundness;
mod together;

#[cfg(test)]
mod tests;

pub use blame::blame;

use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::Value;

use crate::case::expression::Template;
use crate::case::{Argument, Intent, Sibling, Spot, Step, Supply};
use crate::contract::{Contract, Media, Operation, Parameter};
use crate::document::{Place, Pointer};
use crate::schema::Direction;

/// One kind of mutation: a row of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Mutation {
    /// Names what it does; also its page and the family of its cases.
    pub id: &'static str,
    /// What it does, in one sentence.
    pub title: &'static str,
    /// Every way to do so to a request.
    pub mutate: fn(&Subject<'_>) -> Vec<Mutant>,
    /// Its page, Markdown.
    pub page: &'static str,
}

/// A valid request that is to be broken.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// The operation that it calls.
    pub operation: &'a Operation,
    /// The request.
    pub base: &'a Arc<Step>,
    /// The documented media type of its body.
    pub media: Option<&'a Media>,
    /// Its values with the schemas that judge them: of parameters first, then of the body, outermost first. Of a huge
    /// request not all.
    pub sites: Vec<Site<'a>>,
    /// How many values were left out of `sites`; at most as many as are in it are changed one by one.
    pub left_out: usize,
}

/// JSON text of all requests that are made by changing each value once, at most: a request of thousands of values would
/// be copied thousands of times.
const MOST_TEXT: usize = 4 << 20;

/// A value of a request with the schemas that judge it.
#[derive(Debug, Clone)]
pub struct Site<'a> {
    /// Where it stands.
    pub spot: Spot,
    /// The value.
    pub value: &'a Value,
    /// The schema objects in force: references followed, branches that the value conforms to.
    pub schemas: Vec<Place>,
    /// Those of them that together say all that is asked, once that is known.
    judges: OnceCell<Vec<Place>>,
}

/// A request that was changed in one place.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// The mutation that made it.
    pub id: &'static str,
    /// Where it differs from the valid one.
    pub spot: Spot,
    /// Tells mutants of one mutation at one spot apart, as `integer` or `case`; free of values that change with the seed.
    pub detail: String,
    /// The keyword or element of the document that it means to break.
    pub place: Option<Place>,
    /// What to expect, where the wire says nothing about it; else [`soundness`] decides.
    pub intent: Option<Intent>,
    /// Why a server that takes it all the same is not plainly wrong.
    pub excuse: Option<&'static str>,
    /// The request.
    pub step: Step,
}

impl Mutant {
    /// What stood at the spot; nothing where there was nothing.
    pub fn before(&self) -> Option<&Value> {
        self.step.sibling.as_ref()?.before.as_ref()
    }

    /// What stands at the spot now; nothing where there is nothing.
    pub fn after(&self) -> Option<&Value> {
        self.step.sibling.as_ref()?.after.as_ref()
    }
}

impl<'a> Subject<'a> {
    /// Takes `base`, a request whose values are literal, apart.
    pub fn new(contract: &'a Contract, operation: &'a Operation, base: &'a Arc<Step>) -> Self {
        let mut sites = Vec::new();
        let mut anatomy = |place: Option<&Place>, value: &'a Value, spot: &dyn Fn(Pointer) -> Spot| {
            let Some(place) = place else { return };
            for part in contract.schemas.anatomy(place, Direction::Request, value) {
                let Some(value) = part.instance.resolve(value) else { continue };
                sites.push(Site { spot: spot(part.instance), value, schemas: part.schemas, judges: OnceCell::new() });
            }
        };
        for argument in &base.arguments {
            if let (Some(parameter), Some(value)) = (declared(operation, argument), argument.literal()) {
                let spot = |pointer| Spot::Parameter(parameter.location, parameter.name.clone(), pointer);
                anatomy(parameter.encoding.schema(), value, &spot);
            }
        }
        let media = base.payload.as_ref().and_then(|payload| {
            let mut content = operation.body.iter().flat_map(|body| &body.content);
            content.find(|media| payload.content_type.as_ref().is_none_or(|name| *name == media.name))
        });
        if let (Some(schema), Some(body)) = (media.and_then(|media| media.schema.as_ref()), base.body()) {
            anatomy(Some(schema), body, &Spot::Body);
        }
        let size: usize =
            base.arguments.iter().filter_map(Argument::literal).chain(base.body()).map(|v| v.to_string().len()).sum();
        let most = MOST_TEXT / size.max(1);
        let left_out = sites.len().saturating_sub(most);
        sites.truncate(most);
        Self { contract, operation, base, media, sites, left_out }
    }

    /// The base with `value` at `spot`, which is a parameter or a place in the body; nothing takes away what stands there.
    /// Nothing where the spot has no place in the base.
    pub fn with(&self, spot: &Spot, value: Option<Value>) -> Option<Step> {
        let mut step = Step::clone(self.base);
        change(&mut step, spot, value)?;
        Some(step)
    }

    /// A mutant of the mutation `id` that has `after` at `spot`.
    pub fn mutant(
        &self,
        id: &'static str,
        spot: &Spot,
        detail: &str,
        place: Option<Place>,
        after: Option<Value>,
    ) -> Option<Mutant> {
        let before = self.value_at(spot).cloned();
        let step = self.with(spot, after.clone())?;
        Some(self.made(id, spot.clone(), detail, place, (before, after), step))
    }

    /// A mutant whose request is `step`.
    pub fn made(
        &self,
        id: &'static str,
        spot: Spot,
        detail: &str,
        place: Option<Place>,
        (before, after): (Option<Value>, Option<Value>),
        step: Step,
    ) -> Mutant {
        let sibling = Sibling { step: Arc::clone(self.base), at: spot.clone(), before, after };
        let step = Step { sibling: Some(sibling), ..step };
        Mutant { id, spot, detail: detail.to_owned(), place, intent: None, excuse: None, step }
    }

    /// The examples that a document gives of the parameter at `spot`, outside of its schema.
    pub fn examples(&self, spot: &Spot) -> &'a [Value] {
        let Spot::Parameter(location, name, pointer) = spot else { return &[] };
        let parameter = self.operation.parameter(name, Some(*location)).filter(|_| pointer.is_root());
        parameter.map(|parameter| parameter.examples.as_slice()).unwrap_or_default()
    }

    /// The value that the base has at `spot`.
    pub fn value_at(&self, spot: &Spot) -> Option<&'a Value> {
        match spot {
            Spot::Body(pointer) => pointer.resolve(self.base.body()?),
            Spot::Parameter(location, name, pointer) => {
                let argument = self.base.arguments.iter().find(|argument| {
                    argument.name == *name && argument.location.is_none_or(|known| known == *location)
                })?;
                pointer.resolve(argument.literal()?)
            }
            Spot::Method | Spot::Credentials | Spot::Header(_) => None,
        }
    }
}

/// The parameter that an argument is for.
pub fn declared<'o>(operation: &'o Operation, argument: &Argument) -> Option<&'o Parameter> {
    operation.parameter(&argument.name, argument.location)
}

/// Puts `value` at `spot` of `step`, as [`Subject::with`] does; where that has no place, `step` stays as it is.
pub fn change(step: &mut Step, spot: &Spot, value: Option<Value>) -> Option<()> {
    match spot {
        Spot::Body(pointer) => {
            let payload = step.payload.as_mut()?;
            pointer.put(payload.literal_mut()?, value).ok()?;
            let Template::Literal(content) = &payload.content else { return None };
            // A mark has no business where something else is to be sent; in a new whole it stays, so that what the
            // request creates can be found.
            payload.replacements.retain(|(marked, _)| {
                !pointer.starts_with(marked) && marked.resolve(content).is_some_and(Value::is_string)
            });
        }
        Spot::Parameter(location, name, pointer) => {
            let index = step.arguments.iter().position(|argument| {
                argument.name == *name && argument.location.is_none_or(|known| known == *location)
            });
            match (index.and_then(|index| step.arguments.get_mut(index)), pointer.is_root()) {
                (Some(argument), false) => {
                    let Supply::Template(Template::Literal(content)) = &mut argument.value else { return None };
                    pointer.put(content, value).ok()?;
                }
                (None, false) => return None,
                (_, true) => {
                    step.arguments
                        .retain(|argument| argument.name != *name || argument.location.is_some_and(|l| l != *location));
                    step.arguments.extend(value.map(|value| Argument {
                        name: name.clone(),
                        location: Some(*location),
                        value: Supply::Template(Template::Literal(value)),
                    }));
                }
            }
        }
        Spot::Method | Spot::Credentials | Spot::Header(_) => return None,
    }
    Some(())
}
