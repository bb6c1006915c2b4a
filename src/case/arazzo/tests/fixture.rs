//! A case file in which everything is right, and the documents that it speaks of.

use crate::contract::Contract;
use crate::document::Document;

pub(super) const PETS: &str = "\
openapi: 3.0.3
info: { title: Pets, version: '1' }
paths:
  /pets:
    get:
      operationId: findPets
      parameters:
        - { name: tag, in: query, schema: { type: string } }
        - { name: limit, in: query, schema: { type: integer } }
        - { name: id, in: query, schema: { type: integer } }
        - { name: id, in: header, schema: { type: integer } }
      responses: { '200': { description: ok } }
    post:
      operationId: addPet
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: ok } }
    put:
      requestBody: { content: { text/plain: {}, text/csv: {} } }
      responses: { '200': { description: ok } }
  /pets/{petId}:
    get:
      operationId: getPet
      parameters: [{ name: petId, in: path, required: true, schema: { type: integer } }]
      responses: { '200': { description: ok } }
";

pub(super) const SHOP: &str = "\
openapi: 3.0.3
info: { title: Shop, version: '1' }
paths:
  /orders:
    post:
      operationId: placeOrder
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: ok } }
  /pets:
    get:
      operationId: getPet
      responses: { '200': { description: ok } }
";

pub(super) fn contract() -> Contract {
    let documents = [("specs/pets.yaml", PETS), ("specs/shop.yaml", SHOP)];
    let documents = documents.map(|(name, text)| Document::parse(name, text).unwrap());
    Contract::new(documents.into(), Vec::new()).unwrap()
}

pub(super) const GOOD: &str = "\
arazzo: 1.0.1
info:
  title: Pets
  version: 1.0.0
sourceDescriptions:
  - name: pets
    url: ../specs/pets.yaml
    type: openapi
  - name: shop
    url: https://example.com/specs/shop.yaml
workflows:
  - workflowId: login
    steps:
      - stepId: find
        operationId: findPets
        successCriteria:
          - context: $statusCode
            condition: '^2..$'
            type: regex
        outputs:
          token: $response.header.X-Token
    outputs:
      token: $steps.find.outputs.token

  - workflowId: buy
    summary: Buys a pet
    dependsOn: [login]
    x-conform: { tags: [slow], environments: [staging], generate: 3, mark: run }
    inputs:
      type: object
      required: [tag]
      properties:
        run: { type: string, default: conform }
        tag: { type: string }
        count: { type: integer, default: 1 }
      examples:
        - { tag: red }
        - { tag: blue, count: 7 }
    parameters:
      - name: X-Trace
        in: header
        value: trace-{$workflows.login.outputs.token}
    failureActions:
      - name: stop
        type: end
    steps:
      - stepId: find
        operationId: $sourceDescriptions.pets.findPets
        timeout: 2000
        parameters:
          - name: tag
            value: $inputs.tag
          - reference: $components.parameters.limit
            value: 5
        successCriteria:
          - condition: $statusCode == 200
          - condition: $response.body#/0/name != 'x'
            x-conform: { exact: true }
          - context: $response.body
            condition: $[?count(@.pets) > 0]
            type: jsonpath
        onSuccess:
          - reference: $components.successActions.next
        onFailure:
          - name: again
            type: retry
            retryAfter: 0.5
            retryLimit: 2
            criteria:
              - condition: $statusCode == 503
        outputs:
          petId: $response.body#/0/id
      - stepId: add
        operationId: addPet
        requestBody:
          payload: { name: n, tag: $inputs.tag }
          replacements:
            - target: /name
              value: '{$inputs.run}-pet'
        x-conform: { expect: accepted, remove: [/tag] }
      - stepId: text
        operationId: addPet
        requestBody:
          contentType: application/json
          payload: |
            { \"name\": \"a {$inputs.tag} pet\",
              \"count\": \"{$inputs.count}\" }
      - stepId: get
        operationPath: '{$sourceDescriptions.pets.url}#/paths/~1pets~1{petId}/get'
        parameters:
          - name: petId
            in: path
            value: $steps.find.outputs.petId
        x-conform: { expect: 4XX, credentials: none }
      - stepId: order
        workflowId: order
        parameters:
          - name: pet
            value: $steps.find.outputs.petId
        outputs:
          orderId: $outputs.orderId
      - stepId: clean-up
        operationId: placeOrder
        requestBody:
          contentType: text/plain
          payload: nothing
        x-conform: { always: true, expect: refused }
    outputs:
      orderId: $steps.order.outputs.orderId

  - workflowId: order
    inputs:
        type: object
        properties:
          pet: { type: integer }
    steps:
      - stepId: place
        operationId: $sourceDescriptions.shop.placeOrder
        requestBody:
          payload: { pet: $inputs.pet }
        outputs:
          orderId: $response.body#/id
    outputs:
      orderId: $steps.place.outputs.orderId
components:
  parameters:
    limit: { name: limit, in: query, value: 10 }
  successActions:
    next: { name: next, type: goto, stepId: add }
";
