//! Contract to cases: conforming requests, each documented value, unknown ids, missing and wrong credentials.

mod links;
mod request;

use serde_json::{Value, json};

use crate::case::expression::Template;
use crate::case::{Argument, Case, CaseId, Credentials, EACH_LISTED, Intent, Origin, Step, Supply};
use crate::contract::{Contract, Location, Operation, Parameter, PathPart};
use crate::digest::sha256_of_parts;
use crate::document::Place;
use crate::schema::sample::Sampler;
use crate::schema::{Direction, Schemas, Sense};

use request::{Extent, arguments, payload};

/// What generation depends on beside the contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// What random choices start from.
    pub seed: u64,
    /// Request body members that take the run's mark.
    pub mark: Vec<String>,
}

/// Generated cases, and what could not be generated.
#[derive(Debug, Default)]
pub struct Generated {
    /// The cases, operation by operation.
    pub cases: Vec<Case>,
    /// One sentence for each request that could not be made.
    pub notes: Vec<String>,
}

/// Builds the cases of one operation from shared pieces.
struct Builder<'c> {
    contract: &'c Contract,
    sampler: Sampler<'c>,
    settings: &'c Settings,
    fed: links::Fed,
}

/// Every case that the contract's schemas give rise to, in document order.
pub fn generate(contract: &Contract, settings: &Settings) -> Generated {
    let builder =
        Builder { contract, sampler: Sampler::new(&contract.schemas), settings, fed: links::fed_parameters(contract) };
    let mut generated = Generated::default();
    for operation in contract.operations.iter().filter(|operation| operation.disabled.is_none()) {
        match builder.operation(operation) {
            Ok(cases) => generated.cases.extend(cases),
            Err(reason) => generated.notes.push(format!("{}: no request could be generated: {reason}", operation.id)),
        }
    }
    generated
}

impl Builder<'_> {
    fn operation(&self, operation: &Operation) -> Result<Vec<Case>, String> {
        let minimal = self.step(operation, Extent::Minimal)?;
        let mut cases = vec![single(operation, "minimal", "", minimal.clone())];
        match self.step(operation, Extent::Full) {
            Ok(full) if !same_request(&full, &minimal) => cases.push(single(operation, "full", "", full)),
            Ok(_) | Err(_) => {}
        }
        cases.extend(self.enum_values(operation, &minimal));
        cases.extend(links::cases(self.contract, operation, &minimal));
        cases.extend(listed(operation, &minimal));
        cases.extend(self.unknown_id(operation, &minimal));
        if operation.needs_credentials() {
            for (family, credentials) in
                [("no-credentials", Credentials::None), ("wrong-credentials", Credentials::Wrong)]
            {
                let step = Step { credentials, intent: Intent::Unauthorized, ..minimal.clone() };
                cases.push(single(operation, family, "", step));
            }
        }
        Ok(cases)
    }

    /// One step that calls `operation` with a valid request.
    fn step(&self, operation: &Operation, extent: Extent) -> Result<Step, String> {
        Ok(Step {
            arguments: arguments(self.sampler, operation, extent, &self.fed)?,
            payload: payload(self.sampler, operation, extent, self.settings)?,
            ..Step::new("request", operation.id.clone())
        })
    }

    /// The minimal request with each documented value of each parameter that has an `enum`.
    fn enum_values(&self, operation: &Operation, minimal: &Step) -> Vec<Case> {
        let mut cases = Vec::new();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location != Location::Path) {
            if self.fed.contains(operation, parameter) {
                continue;
            }
            for value in self.documented_values(parameter) {
                let label = format!("{} {} = {}", parameter.location, parameter.name, plain(&value));
                let mut step = minimal.clone();
                step.arguments.retain(|argument| {
                    !(argument.name == parameter.name && argument.location == Some(parameter.location))
                });
                step.arguments.push(Argument {
                    name: parameter.name.clone(),
                    location: Some(parameter.location),
                    value: Supply::Template(Template::Literal(value)),
                });
                cases.push(single(operation, "enum", &label, step));
            }
        }
        cases
    }

    fn documented_values(&self, parameter: &Parameter) -> Vec<Value> {
        let schemas = &self.contract.schemas;
        let Some(place) = parameter.encoding.schema().and_then(|place| schemas.resolve(place).ok()) else {
            return Vec::new();
        };
        let declared = schemas.source(&place).and_then(|schema| schema.get("enum")?.as_array()).cloned();
        declared.unwrap_or_default().into_iter().filter(|value| accepts(schemas, &place, value)).collect()
    }

    /// The minimal request with a well-formed last path parameter that names nothing.
    fn unknown_id(&self, operation: &Operation, minimal: &Step) -> Option<Case> {
        let name = operation.path.parts.iter().rev().find_map(|part| match part {
            PathPart::Parameter(name) => Some(name),
            PathPart::Literal(_) => None,
        })?;
        let parameter = operation.parameter(name, Some(Location::Path))?;
        let value = self.absent_value(parameter)?;
        let mut step = Step { intent: Intent::Absent, ..minimal.clone() };
        for argument in &mut step.arguments {
            if argument.name == *name && argument.location == Some(Location::Path) {
                argument.value = Supply::Template(Template::Literal(value.clone()));
            }
        }
        Some(single(operation, "unknown-id", &format!("path {name}"), step))
    }

    /// A value that conforms to the parameter's schema and that nothing is called by.
    fn absent_value(&self, parameter: &Parameter) -> Option<Value> {
        let digest = sha256_of_parts(&["absent", &parameter.name, &self.settings.seed.to_string()]);
        let Some(place) = parameter.encoding.schema() else { return Some(Value::String(digest)) };
        let hex = |range: std::ops::Range<usize>| digest.get(range).unwrap_or_default();
        let uuid = format!("{}-{}-4{}-8{}-{}", hex(0..8), hex(8..12), hex(13..16), hex(17..20), hex(20..32));
        [json!(uuid), json!(format!("absent-{}", hex(0..12))), json!(2_147_480_000_i64), json!(hex(0..12))]
            .into_iter()
            .find(|value| accepts(&self.contract.schemas, place, value))
    }
}

/// How many of the things that lists show are read one by one, and how many below each of them.
const LISTED: [usize; 2] = [12, 3];

/// The minimal request for each of several listed things: one that was created for the purpose has few of the values that
/// the others have.
fn listed(operation: &Operation, minimal: &Step) -> Option<Case> {
    let existing = |argument: &Argument| matches!(argument.value, Supply::Existing(_));
    if operation.method != "GET" || !minimal.arguments.iter().any(existing) {
        return None;
    }
    let mut indices: Vec<Vec<usize>> = vec![Vec::new()];
    for (level, _) in minimal.arguments.iter().filter(|argument| existing(argument)).enumerate() {
        let width = LISTED.get(level).copied().unwrap_or(1);
        indices =
            indices.iter().flat_map(|above| (0..width).map(|index| [above.as_slice(), &[index]].concat())).collect();
    }
    let step = |indices: &Vec<usize>| {
        let mut left = indices.iter();
        let mut step = minimal.clone();
        let places: Vec<String> = indices.iter().map(|index| (index + 1).to_string()).collect();
        step.id = format!("listed-{}", places.join("-"));
        for argument in step.arguments.iter_mut().filter(|argument| existing(argument)) {
            argument.value = Supply::Listed(argument.name.clone(), left.next().copied().unwrap_or_default());
        }
        step
    };
    Some(case(operation, EACH_LISTED, "", indices.iter().map(step).collect()))
}

/// A case of one step.
fn single(operation: &Operation, family: &'static str, label: &str, step: Step) -> Case {
    case(operation, family, label, vec![step])
}

/// A generated case. Its id depends on the operation, the family and the label alone, so that another operation or
/// another family changes no id.
fn case(operation: &Operation, family: &'static str, label: &str, steps: Vec<Step>) -> Case {
    let name = if label.is_empty() {
        format!("{} {family}", operation.id)
    } else {
        format!("{} {family}: {label}", operation.id)
    };
    let id = sha256_of_parts(&[&operation.id.0, family, label]).get(..12).unwrap_or_default().to_owned();
    Case {
        id: CaseId(id.into()),
        name,
        origin: Origin::Generated { family },
        inputs: Value::Null,
        steps,
        outputs: Vec::new(),
        depends_on: Vec::new(),
        tags: Vec::new(),
        environments: Vec::new(),
        standalone: true,
        row: None,
        generate: None,
    }
}

/// Whether the schema at `place` takes `value` in a request.
fn accepts(schemas: &Schemas, place: &Place, value: &Value) -> bool {
    schemas.validator(place, Direction::Request, Sense::Certain).is_ok_and(|validator| validator.is_valid(value))
}

fn same_request(a: &Step, b: &Step) -> bool {
    format!("{:?}{:?}", a.arguments, a.payload) == format!("{:?}{:?}", b.arguments, b.payload)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
