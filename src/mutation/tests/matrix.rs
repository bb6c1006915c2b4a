//! Many mutants over every way to write a value: none is called what it is not.

use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use std::sync::Arc;

use super::oracle::{Form, Oracle};
use super::schemas::{array, nested, object, primitive};
use super::{all, contract};
use crate::case::expression::Template;
use crate::case::{Argument, Intent, Payload, Step, Supply};
use crate::contract::style::{self, Wire};
use crate::contract::{Contract, Location, OperationId};
use crate::mutation::Mutant;
use crate::schema::Direction;
use crate::schema::sample::Sampler;

/// How one value travels.
#[derive(Debug, Clone, Copy)]
enum Way {
    Style(Location, &'static str, bool),
    Content(Location),
    Body(&'static str),
}

/// What kind of schemas a way can carry.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Primitive,
    Array,
    Object,
    Nested,
}

impl Shape {
    fn schemas(self) -> BoxedStrategy<Value> {
        match self {
            Self::Primitive => primitive(),
            Self::Array => array(primitive()),
            Self::Object => object(primitive()),
            Self::Nested => nested(),
        }
    }
}

fn runner(seed: u8) -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

/// A document with one operation for each schema.
fn document(way: Way, schemas: &[(Value, bool)]) -> Contract {
    let mut paths = Map::new();
    for (index, (schema, required)) in schemas.iter().enumerate() {
        let location = match way {
            Way::Style(location, ..) | Way::Content(location) => Some(location),
            Way::Body(_) => None,
        };
        let path = if location == Some(Location::Path) { format!("/o{index}/{{v}}") } else { format!("/o{index}") };
        let required = *required || location == Some(Location::Path);
        let mut parameter =
            location.map(|location| json!({"name": "v", "in": location.to_string(), "required": required}));
        let mut operation = json!({"operationId": format!("o{index}"), "responses": {"200": {"description": "OK"}}});
        match (way, &mut parameter) {
            (Way::Style(_, style, explode), Some(parameter)) => {
                parameter["style"] = json!(style);
                parameter["explode"] = json!(explode);
                parameter["schema"] = schema.clone();
            }
            (Way::Content(_), Some(parameter)) => {
                parameter["content"] = json!({"application/json": {"schema": schema}});
            }
            (Way::Body(media), _) => {
                operation["requestBody"] = json!({"required": required, "content": {media: {"schema": schema}}});
            }
            _ => {}
        }
        operation["parameters"] = parameter.map_or(json!([]), |parameter| json!([parameter]));
        paths.insert(path, json!({"post": operation}));
    }
    contract(&json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths}))
}

/// Valid requests to the operation `index`.
fn bases(contract: &Contract, index: usize, way: Way) -> Vec<Arc<Step>> {
    let id = OperationId(format!("o{index}").into());
    let operation = contract.operation(&id).unwrap();
    assert_eq!(operation.disabled, None);
    let schema = match way {
        Way::Body(_) => operation.body.as_ref().and_then(|body| body.content[0].schema.clone()),
        _ => operation.parameters[0].encoding.schema().cloned(),
    };
    let sampler = Sampler::new(&contract.schemas);
    let schema = schema.unwrap();
    // What has no full value has no other either, which is costly to find out.
    let Ok(full) = sampler.full(&schema, Direction::Request) else { return Vec::new() };
    let mut values: Vec<Value> = vec![full];
    values.extend(sampler.minimal(&schema, Direction::Request));
    values.dedup();
    values
        .into_iter()
        .map(|value| {
            let value = Template::Literal(value);
            let mut step = Step::new("request", id.clone());
            match way {
                Way::Style(location, ..) | Way::Content(location) => step.arguments.push(Argument {
                    name: "v".to_owned(),
                    location: Some(location),
                    value: Supply::Template(value),
                }),
                Way::Body(media) => step.payload = Some(Payload::new(Some(media.to_owned()), value)),
            }
            Arc::new(step)
        })
        .collect()
}

/// What the oracle says: whether any reading that it knows is valid, and whether the plain one is.
fn second_opinion(contract: &Contract, index: usize, way: Way, oracle: &Oracle, mutant: &Mutant) -> (bool, bool) {
    let step = &mutant.step;
    let absent = (!oracle.required, !oracle.required);
    if let Way::Body(media) = way {
        let Some(payload) = &step.payload else { return absent };
        let Template::Literal(value) = &payload.content else { panic!("{payload:?}") };
        let named = payload.content_type.clone().unwrap();
        let written = style::written(value, &named);
        let (bytes, sent) = payload.bytes.clone().map_or_else(|| written.unwrap(), |bytes| (bytes, named));
        let readings = body(oracle, media, &bytes, &sent);
        let nothing = bytes.is_empty() && !oracle.required;
        return (nothing || oracle.any_valid(&readings), readings.first().is_some_and(|value| oracle.is_valid(value)));
    }
    let operation = contract.operation(&OperationId(format!("o{index}").into())).unwrap();
    let parameter = &operation.parameters[0];
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut text = None;
    for argument in step.arguments.iter().filter(|argument| argument.name == "v") {
        match style::encode("v", &parameter.encoding, parameter.location, argument.literal().unwrap()).unwrap() {
            Wire::Omitted => {}
            Wire::Path(own) | Wire::Header(own) => text = Some(own),
            Wire::Query(own) => pairs.extend(own),
            Wire::Cookie(name, own) => pairs.push((name, own)),
        }
    }
    if text.is_none() && pairs.is_empty() {
        return absent;
    }
    let text = text.unwrap_or_default();
    let readings = match way {
        Way::Style(location, style, explode) => {
            // A header has no percent-encoding, and what looks like it stands for itself.
            let text = if location == Location::Header { text.replace('%', "%25") } else { text };
            oracle.readings(Form { style, explode }, "v", &text, &pairs)
        }
        Way::Content(location) => {
            let raw = pairs.first().map_or(text, |(_, text)| text.clone());
            let plain = percent_encoding::percent_decode_str(&raw).decode_utf8().unwrap().into_owned();
            let json = if location == Location::Header { &raw } else { &plain };
            serde_json::from_str(json).into_iter().collect()
        }
        Way::Body(_) => unreachable!(),
    };
    (oracle.any_valid(&readings), readings.first().is_some_and(|value| oracle.is_valid(value)))
}

/// What the bytes of a body plainly stand for.
fn body(oracle: &Oracle, media: &str, bytes: &[u8], sent: &str) -> Vec<Value> {
    match media {
        "application/json" => serde_json::from_slice(bytes).into_iter().collect(),
        "application/x-www-form-urlencoded" => {
            let fields: Vec<(String, String)> =
                url::form_urlencoded::parse(bytes).map(|(name, text)| (name.into(), text.into())).collect();
            oracle.fields(&fields)
        }
        "multipart/form-data" => {
            let boundary = sent.split("boundary=").nth(1).unwrap_or("none");
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let delimiter = format!("--{boundary}\r\n");
            let parts = text.split(&delimiter).skip(1).map(|part| {
                let (head, text) = part.split_once("\r\n\r\n").unwrap();
                let name = head.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
                let text = text.strip_suffix(&format!("--{boundary}--\r\n")).unwrap_or(text);
                (name.to_owned(), text.strip_suffix("\r\n").unwrap().to_owned())
            });
            let parts: Vec<_> = parts.collect();
            if text.contains(boundary) { oracle.fields(&parts) } else { Vec::new() }
        }
        _ => oracle.text(std::str::from_utf8(bytes).unwrap()),
    }
}

/// Judges the mutants of `schemas` schemas, and says how many there were of each label.
fn drive(way: Way, shape: Shape, schemas: usize, seed: u8) -> [usize; 3] {
    let mut runner = runner(seed);
    let strategy = shape.schemas();
    let schemas: Vec<(Value, bool)> =
        (0..schemas).map(|index| (strategy.new_tree(&mut runner).unwrap().current(), index % 3 != 0)).collect();
    let contract = document(way, &schemas);
    let mut counts = [0; 3];
    for (index, (schema, required)) in schemas.iter().enumerate() {
        let in_path = matches!(way, Way::Style(Location::Path, ..) | Way::Content(Location::Path));
        let oracle = Oracle::new(schema, *required || in_path);
        for base in bases(&contract, index, way) {
            for mutant in all(&contract, &format!("o{index}"), &base).made {
                if mutant.intent.is_some() {
                    continue;
                }
                let (possible, plain) = second_opinion(&contract, index, way, &oracle, &mutant);
                let told = || format!("{way:?} {schema} {}: {:?}", super::told(&mutant), mutant.after());
                match &mutant.step.intent {
                    Intent::Valid => assert!(plain, "called valid: {}", told()),
                    Intent::Invalid(_) => {
                        let label = mutant.id == "wrong-media-type";
                        assert!(!possible || label, "called invalid: {}", told());
                    }
                    Intent::Open => {}
                    other => panic!("{other:?}"),
                }
                counts[match mutant.step.intent {
                    Intent::Valid => 0,
                    Intent::Open => 1,
                    _ => 2,
                }] += 1;
            }
        }
    }
    counts
}

/// All ways with all shapes; together they are the share of the hundred thousand mutants that `least` says, and of each
/// label there are some.
fn drive_all(ways: &[Way], shapes: &[Shape], schemas: usize, least: usize) {
    let mut counts = [0; 3];
    for (seed, way) in (0..).zip(ways) {
        for shape in shapes {
            let more = drive(*way, *shape, schemas, SEED + seed);
            counts = [counts[0] + more[0], counts[1] + more[1], counts[2] + more[2]];
        }
    }
    assert!(counts.iter().sum::<usize>() >= least, "{counts:?}");
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
}

fn styles(location: Location, styles: &[&'static str]) -> Vec<Way> {
    styles.iter().flat_map(|style| [false, true].map(|explode| Way::Style(location, style, explode))).collect()
}

/// What the random schemas start from.
const SEED: u8 = 0;

const FLAT: [Shape; 3] = [Shape::Primitive, Shape::Array, Shape::Object];

#[test]
fn parameters_in_the_path() {
    drive_all(&styles(Location::Path, &["simple", "label", "matrix"]), &FLAT, 75, 19_000);
}

#[test]
fn parameters_in_the_query() {
    let ways = styles(Location::Query, &["form", "spaceDelimited", "pipeDelimited", "deepObject"]);
    drive_all(&ways, &FLAT, 88, 21_000);
}

#[test]
fn parameters_in_headers_and_cookies() {
    drive_all(&styles(Location::Header, &["simple"]), &FLAT, 84, 7_000);
    drive_all(&styles(Location::Cookie, &["form"]), &FLAT, 84, 4_000);
}

#[test]
fn parameters_as_json() {
    let ways = [Location::Query, Location::Header, Location::Path, Location::Cookie].map(Way::Content);
    drive_all(&ways, &[Shape::Nested], 52, 9_000);
}

#[test]
fn bodies_of_json() {
    drive_all(&[Way::Body("application/json")], &[Shape::Nested, Shape::Array, Shape::Primitive], 275, 25_000);
}

#[test]
fn bodies_of_forms_and_text() {
    let forms = [Way::Body("application/x-www-form-urlencoded"), Way::Body("multipart/form-data")];
    drive_all(&forms, &[Shape::Nested, Shape::Object], 92, 13_500);
    drive_all(&[Way::Body("text/plain")], &[Shape::Primitive], 200, 1_500);
}
