//! What a written refusal breaks: the promise of the contract that its body does not keep.

use serde_json::Value;

use crate::case::expression::{Scope, Template};
use crate::case::{Call, Case, Intent};
use crate::contract::Contract;
use crate::document::{Place, Pointer};
use crate::schema::{Direction, Sense};

use super::soundness::promise;

/// Names, in each step that is to be refused, the promise that its body breaks: a drift is then where that promise stands. A
/// body that breaks nothing, or that is known only when it is sent, is left alone.
pub fn blame(contract: &Contract, cases: &mut [Case]) {
    for case in cases {
        let Case { steps, inputs, .. } = case;
        for step in steps {
            let Intent::Invalid(breach) = &mut step.intent else { continue };
            let (Call::Operation(id), Some(payload)) = (&step.call, &step.payload) else { continue };
            let Some(operation) = contract.operation(id) else { continue };
            let scope = Scope::new(inputs, "");
            let body = payload.filled(|template: &Template, _: Option<&Pointer>| -> Result<Value, String> {
                let rendered = template.render(&scope).map_err(|missing| missing.to_string())?;
                rendered.value.filter(|_| rendered.absent.is_empty()).ok_or_else(|| "known later".to_owned())
            });
            let Ok(body) = body else { continue };
            let media_type = payload.media_type(operation);
            let media = operation.body.iter().flat_map(|body| &body.content).find(|media| media.name == media_type);
            let Some(schema) = media.and_then(|media| media.schema.as_ref()) else { continue };
            breach.place = broken(contract, schema, &body);
        }
    }
}

/// The first promise of `schema` that `body` breaks.
fn broken(contract: &Contract, schema: &Place, body: &Value) -> Option<Place> {
    let validator = contract.schemas.validator(schema, Direction::Request, Sense::Strict).ok()?;
    validator.violations(body).first().map(|violation| promise(contract, violation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::arazzo;
    use crate::document::Document;

    #[test]
    fn a_refusal_is_blamed_on_the_promise_that_its_body_breaks() {
        let pets = r#"{ "openapi": "3.0.3", "info": { "title": "t", "version": "1" }, "paths": { "/pets": { "post": {
            "operationId": "add",
            "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "required": ["kind", "name"], "properties": { "age": { "type": "integer", "maximum": 9 } }
            } } } },
            "responses": { "200": { "description": "OK" }, "400": { "description": "no" } }
        } } } }"#;
        let cases = r"
arazzo: 1.0.1
info: { title: t, version: '1' }
sourceDescriptions: [{ name: pets, url: pets.json, type: openapi }]
workflows:
  - workflowId: refused
    x-conform: { row: name }
    inputs:
      type: object
      properties: { name: { type: string }, change: { type: object } }
      examples:
        - { name: too old, change: { age: 10 } }
        - { name: nameless, change: { name: null } }
        - { name: fine, change: {} }
    steps:
      - stepId: add
        operationId: add
        requestBody: { payload: { kind: cat, name: Tom } }
        x-conform: { merge-patch: $inputs.change, expect: refused }
";
        let contract = Contract::new(vec![Document::parse("pets.json", pets).unwrap()], vec![]).unwrap();
        let mut cases = arazzo::read(&Document::parse("p.arazzo.yaml", cases).unwrap(), &contract).unwrap();
        blame(&contract, &mut cases);
        let places: Vec<Option<String>> = cases
            .iter()
            .map(|case| match &case.steps[0].intent {
                Intent::Invalid(breach) => breach.place.as_ref().map(|place| place.pointer.to_string()),
                other => panic!("{other:?}"),
            })
            .collect();
        let schema = "/paths/~1pets/post/requestBody/content/application~1json/schema";
        assert_eq!(
            places,
            [Some(format!("{schema}/properties/age/maximum")), Some(format!("{schema}/required/1")), None]
        );
    }
}
