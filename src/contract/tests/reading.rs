//! What is read from one document.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{api, document, ids, load, messages, ok, only};
use crate::contract::{Contract, Encoding, Location, Scheme, StatusMatch, Style};

#[test]
fn the_published_documents_are_read_as_a_reader_reads_them() {
    let contract = Contract::load(&[PathBuf::from("specs")], &[]).unwrap();
    assert_eq!(messages(&contract.warnings), "");
    let expected = [
        ("AddCustomer", "POST", "/v1/customers", 0, true, "200,400,401,403,4XX,5XX"),
        (
            "AddCustomerBankInformation",
            "POST",
            "/v1/customers/{customerId}/bankinfo",
            1,
            true,
            "200,400,401,403,4XX,5XX",
        ),
        ("GetAllCustomers", "GET", "/v1/customers", 8, false, "200,401,404"),
        (
            "GetBankAccountInformation",
            "GET",
            "/v1/customers/{customerId}/bankinfo/{bankAccountId}",
            2,
            false,
            "200,400,401,403,404,4XX,5XX",
        ),
        ("GetOneCustomer", "GET", "/v1/customers/{customerId}", 1, false, "200,400,401,5XX,4XX"),
        (
            "ListCustomerBankInformation",
            "GET",
            "/v1/customers/{customerId}/bankinfo",
            1,
            false,
            "200,400,401,403,404,4XX,5XX",
        ),
        (
            "RemoveCustomerBankAccountInformation",
            "DELETE",
            "/v1/customers/{customerId}/bankinfo/{bankAccountId}",
            2,
            false,
            "200,400,401,403,404,4XX,5XX",
        ),
        ("UpdateOneCustomer", "PATCH", "/v1/customers/{customerId}", 1, true, "200,400,401,403,4XX,5XX"),
    ];
    assert_eq!(contract.operations.len(), expected.len());
    for (operation, (id, method, path, parameters, body, responses)) in contract.operations.iter().zip(expected) {
        assert_eq!((&*operation.id.0, &*operation.method, &*operation.path.text), (id, method, path));
        assert_eq!(operation.parameters.len(), parameters, "{id}");
        assert_eq!(operation.body.is_some(), body, "{id}");
        let statuses: Vec<String> = operation.responses.iter().map(|response| response.status.to_string()).collect();
        assert_eq!(statuses.join(","), responses, "{id}");
        assert_eq!(operation.disabled, None, "{id}");
        assert!(operation.needs_credentials(), "{id}");
        assert_eq!(operation.security[0][0].scheme, Scheme::Bearer);
        assert_eq!(operation.security_place.pointer.as_str(), "/security");
        assert_eq!(operation.servers[0].description, "production");
    }
    let list = &contract.operations[2];
    assert_eq!(list.response(418).map(|response| response.status), None);
    let one = &contract.operations[4];
    assert_eq!(one.response(418).unwrap().status, StatusMatch::Range(4));
    assert_eq!(one.response(400).unwrap().place.pointer.as_str(), "/components/responses/400");
    assert!(one.response(400).unwrap().key.pointer.as_str().ends_with("/responses/400"));
}

#[test]
fn parameters_of_the_operation_override_those_of_the_path() {
    let contract = load(&api(
        &json!({"/a/{id}/{more}": {
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                {"$ref": "#/components/parameters/Page"}],
            "get": {
                "parameters": [
                    {"name": "id", "in": "path", "schema": {"type": "integer"}},
                    {"name": "id", "in": "query", "schema": {"type": "string"}},
                    {"name": "x-trace", "in": "header", "required": true, "schema": {"type": "string"}},
                    {"name": "authorization", "in": "header", "schema": {"type": "string"}},
                    {"name": "Accept", "in": "header", "schema": {"type": "string"}},
                    {"name": "Content-Type", "in": "header", "schema": {"type": "string"}},
                    {"name": "gone", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": ok()}}}),
        &json!({"parameters": {"Page": {"name": "page", "in": "query", "schema": {"type": "integer"}}}}),
    ));
    let operation = only(&contract);
    let shown: Vec<_> = operation
        .parameters
        .iter()
        .map(|p| (p.name.as_str(), p.location, p.required, p.declared, p.place.pointer.as_str()))
        .collect();
    let at = "/paths/~1a~1{id}~1{more}";
    assert_eq!(
        shown,
        [
            ("id", Location::Path, true, true, &*format!("{at}/get/parameters/0")),
            ("x-trace", Location::Header, true, true, &format!("{at}/get/parameters/2")),
            ("page", Location::Query, false, true, "/components/parameters/Page"),
            ("id", Location::Query, false, true, &format!("{at}/get/parameters/1")),
            ("more", Location::Path, true, false, at),
        ]
    );
    assert!(messages(&contract.warnings).contains("`gone` stands nowhere"));
}

#[test]
fn styles_have_the_defaults_of_the_specification() {
    let parameter = |location: &str, extra: Value| {
        let mut parameter =
            json!({"name": "p", "in": location, "required": true, "schema": {"type": "array", "items": {}}});
        parameter.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let paths = json!({"/a/{p}": {"get": {"parameters": [parameter], "responses": ok()}}});
        let contract = load(&api(&paths, &json!({})));
        let operation = only(&contract);
        assert_eq!(operation.disabled, None);
        match &operation.parameters[0].encoding {
            Encoding::Style { style, explode, allow_reserved, .. } => (*style, *explode, *allow_reserved),
            Encoding::Content { .. } => panic!("content"),
        }
    };
    assert_eq!(parameter("query", json!({})), (Style::Form, true, false));
    assert_eq!(parameter("cookie", json!({})), (Style::Form, true, false));
    assert_eq!(parameter("path", json!({})), (Style::Simple, false, false));
    assert_eq!(parameter("header", json!({})), (Style::Simple, false, false));
    assert_eq!(parameter("query", json!({"style": "form", "explode": false})), (Style::Form, false, false));
    assert_eq!(parameter("query", json!({"style": "spaceDelimited"})), (Style::SpaceDelimited, false, false));
    assert_eq!(parameter("query", json!({"style": "pipeDelimited"})), (Style::PipeDelimited, false, false));
    assert_eq!(parameter("query", json!({"style": "deepObject", "explode": true})), (Style::DeepObject, true, false));
    assert_eq!(parameter("query", json!({"allowReserved": true})), (Style::Form, true, true));
    assert_eq!(parameter("path", json!({"style": "matrix", "explode": true})), (Style::Matrix, true, false));
    assert_eq!(parameter("path", json!({"style": "label"})), (Style::Label, false, false));
}

#[test]
fn what_cannot_be_used_disables_its_operation_alone_by_name() {
    for (operation, reason) in [
        (
            json!({"parameters": [{"name": "x", "in": "query"}], "responses": ok()}),
            "parameter \"x\" (/paths/~1bad/get/parameters/0): missing field `schema`",
        ),
        (
            json!({"parameters": [{"name": "x", "in": "body", "schema": {}}], "responses": ok()}),
            "unknown variant `body`",
        ),
        (json!({"parameters": [{"in": "query", "schema": {}}], "responses": ok()}), "missing field `name`"),
        (
            json!({"parameters": [{"name": "x", "in": "header", "style": "form", "schema": {}}], "responses": ok()}),
            "unknown variant `form`",
        ),
        (json!({"parameters": {"x": 1}, "responses": ok()}), "no array"),
        (json!({"parameters": [7], "responses": ok()}), "a number, not an object"),
        (json!({"parameters": [{"$ref": "#/components/parameters/None"}], "responses": ok()}), "None"),
        (json!({"parameters": [{"$ref": "https://example.com/p.json"}], "responses": ok()}), "remote"),
        (json!({"parameters": [{"name": "x", "in": "query", "content": {}}], "responses": ok()}), "no media type"),
        (json!({}), "missing field `responses`"),
        (json!({"responses": {}}), "none is documented"),
        (json!({"responses": {"x-only": {}}}), "none is documented"),
        (json!({"responses": []}), "an array, not an object"),
        (json!([]), "an array, not an object"),
        (
            json!({"requestBody": {}, "responses": ok()}),
            "request body (/paths/~1bad/get/requestBody): missing field `content`",
        ),
        (json!({"requestBody": {"$ref": "#/nowhere"}, "responses": ok()}), "nowhere"),
        (
            json!({"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Deep"}}}}, "responses": ok()}),
            "multipleOf",
        ),
        (
            json!({"responses": {"200": {"description": "", "content": {"a/b": {"schema": {"properties": {"x": {"$ref": "other.yaml#/x"}}}}}}}}),
            "other.yaml",
        ),
    ] {
        let good = json!({"responses": {"200": {"description": "", "content": {"a/b": {"schema": {"$ref": "#/components/schemas/Ring"}}}}}});
        let paths = json!({"/bad": {"get": operation}, "/good": {"get": good}});
        let components = json!({"schemas": {
            "Ring": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Ring"}}},
            "Deep": {"items": {"$ref": "#/components/schemas/Deeper"}},
            "Deeper": {"allOf": [{"$ref": "#/components/schemas/Deep"}, {"properties": {"a": {"multipleOf": 0}}}]}}});
        let contract = load(&api(&paths, &components));
        let disabled = contract.operations[0].disabled.clone().unwrap_or_default();
        assert!(disabled.contains(reason), "{operation}: {disabled:?}");
        assert_eq!(contract.operations[1].disabled, None, "{operation}");
    }
}

#[test]
fn one_unreadable_response_or_header_is_a_warning_and_the_rest_is_judged() {
    let contract = load(&api(
        &json!({"/a": {"get": {"responses": {
            "200": {"headers": {
                "X-Good": {"required": true, "schema": {"type": "integer"}},
                "X-Bare": {"description": "free"},
                "X-Bad": {"style": "form", "schema": {}},
                "content-type": {"schema": {"type": "string"}}},
                "content": {"application/json; charset=utf-8": {"schema": {}}, "text/*": 7}},
            "4xx": {"description": "lower case"},
            "4XX": {"description": "upper case"},
            "404": {"$ref": "#/components/responses/Missing"},
            "20": {}, "ok": {}, "600": {"description": "odd"}, "default": 7, "x-note": {}}}}}),
        &json!({}),
    ));
    let operation = only(&contract);
    assert_eq!(operation.disabled, None);
    let statuses: Vec<String> = operation.responses.iter().map(|response| response.status.to_string()).collect();
    assert_eq!(statuses, ["200", "4XX", "404", "600", "default"]);
    let headers: Vec<_> = operation.responses[0].headers.iter().map(|h| (h.name.as_str(), h.required)).collect();
    assert_eq!(headers, [("X-Good", true), ("X-Bare", false)]);
    let media: Vec<_> = operation.responses[0].content.iter().map(|m| (m.name.as_str(), m.schema.is_some())).collect();
    assert_eq!(media, [("application/json; charset=utf-8", true), ("text/*", false)]);
    let warnings = messages(&contract.warnings);
    for expected in
        ["`X-Bad`", "`text/*`", "`4XX` is documented twice", "response 404", "`20`", "`ok`", "response default"]
    {
        assert!(warnings.contains(expected), "{expected} in\n{warnings}");
    }
    assert_eq!(contract.warnings.len(), 7, "{warnings}");
    for response in &operation.responses {
        assert!(contract.schemas.source(&response.place).is_some() && contract.schemas.source(&response.key).is_some());
    }
}

#[test]
fn examples_are_read_in_order_and_null_is_one() {
    let media = json!({"schema": {}, "example": null, "examples": {
        "a": {"value": 1}, "b": {"$ref": "#/components/examples/B"}, "c": {"externalValue": "http://x"}, "d": {"$ref": "#/no"}}});
    let contract = load(&api(
        &json!({"/a": {"delete": {
            "parameters": [{"name": "q", "in": "query", "schema": {}, "example": "x"}],
            "requestBody": {"content": {"application/json": media}}, "responses": ok()}}}),
        &json!({"examples": {"B": {"value": [2]}}}),
    ));
    let operation = only(&contract);
    let body = operation.body.as_ref().unwrap();
    assert!(!body.required);
    assert_eq!(body.content[0].examples, [json!(null), json!(1), json!([2])]);
    assert_eq!(operation.parameters[0].examples, [json!("x")]);
    assert_eq!(contract.warnings.len(), 1);
}

#[test]
fn security_is_the_operations_else_the_documents() {
    let mut value = api(
        &json!({
            "/inherit": {"get": {"responses": ok()}},
            "/none": {"get": {"security": [], "responses": ok()}},
            "/maybe": {"get": {"security": [{}, {"Key": []}], "responses": ok()}},
            "/both": {"get": {"security": [{"Key": [], "Login": []}, {"O": ["read", "write"]}], "responses": ok()}},
            "/unknown": {"get": {"security": [{"Nobody": []}, {"Digest": []}], "responses": ok()}},
            "/odd": {"get": {"security": 7, "responses": ok()}}}),
        &json!({"securitySchemes": {
            "B": {"type": "http", "scheme": "Bearer"}, "Login": {"type": "http", "scheme": "basic"},
            "Digest": {"type": "http", "scheme": "digest"}, "Key": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "O": {"type": "oauth2", "flows": {"implicit": {"broken": true}}}, "Id": {"type": "openIdConnect", "openIdConnectUrl": "x"},
            "Alias": {"$ref": "#/components/securitySchemes/Id"}, "Tls": {"type": "mutualTLS"}}}),
    );
    value["security"] = json!([{"B": []}, {"Alias": []}, {"Tls": []}]);
    let contract = load(&value);
    let shown: Vec<String> = contract
        .operations
        .iter()
        .map(|operation| {
            let all = operation.security.iter().map(|alternative| {
                alternative
                    .iter()
                    .map(|one| format!("{}={:?}{:?}", one.name, one.scheme, one.scopes))
                    .collect::<Vec<_>>()
                    .join("+")
            });
            format!("{} {}", operation.needs_credentials(), all.collect::<Vec<_>>().join(" | "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "true B=Bearer[] | Alias=Bearer[]",
            "false ",
            "false  | Key=ApiKey { location: Cookie, name: \"sid\" }[]",
            "true Key=ApiKey { location: Cookie, name: \"sid\" }[]+Login=Basic[] | O=Bearer[\"read\", \"write\"]",
            "true Digest=Http(\"digest\")[]",
            "false ",
        ]
    );
    assert_eq!(contract.operations[1].security.iter().map(Vec::len).collect::<Vec<_>>(), [0]);
    assert!(contract.operations[5].security.is_empty());
    assert_eq!(contract.operations[0].security_place.pointer.as_str(), "/security");
    assert_eq!(contract.operations[1].security_place.pointer.as_str(), "/paths/~1none/get/security");
    let warnings = messages(&contract.warnings);
    assert_eq!(contract.warnings.len(), 3, "{warnings}");
    assert!(warnings.contains("no security scheme is called `Nobody`") && warnings.contains("`Tls` cannot be read"));
}

#[test]
fn the_most_specific_servers_apply() {
    let mut value = api(
        &json!({
            "/root": {"get": {"responses": ok()}},
            "/path": {"servers": [{"url": "/path"}], "get": {"responses": ok()},
                "put": {"servers": [{"url": "https://op.example"}], "responses": ok()}},
            "/empty": {"servers": [], "get": {"responses": ok()}}}),
        &json!({}),
    );
    let urls = |value: &Value| -> Vec<String> {
        let contract = load(value);
        contract.operations.iter().map(|operation| operation.servers[0].url.clone()).collect()
    };
    assert_eq!(urls(&value), ["/", "/path", "https://op.example", "/"]);
    value["servers"] = json!([{"description": "no url"}, {"url": "https://{host}:{port}/{v}/{open", "description": "main", "variables": {
        "host": {"default": "{port}.example", "enum": ["a"]}, "port": {"default": 8443}, "v": {}}}]);
    assert_eq!(urls(&value)[0], "https://{port}.example:8443/{v}/{open");
    let contract = load(&value);
    let server = &contract.operations[0].servers[0];
    assert_eq!((server.description.as_str(), server.place.pointer.as_str()), ("main", "/servers/1"));
    assert_eq!(server.variables.len(), 2);
    assert_eq!(contract.warnings.len(), 2);
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let op = |id: &str| json!({"operationId": id, "responses": ok()});
    let a = api(
        &json!({
            "/x": {"get": op("Shared"), "put": op("Twice"), "post": op("Twice"), "delete": {"responses": ok()}},
            "/y": {"get": op("b.Shared")}}),
        &json!({}),
    );
    let b = api(&json!({"/x": {"get": op("Shared"), "delete": {"responses": ok()}}}), &json!({}));
    let names = ["specs/a.json", "specs/b.yaml", "other/b.json"];
    let documents = vec![document(names[0], &a), document(names[1], &b), document(names[2], &b)];
    let contract = Contract::new(documents, vec![]).unwrap();
    let mut ids = ids(&contract);
    assert_eq!(&ids[..4], ["a.Shared", "PUT /x", "POST /x", "a.DELETE /x"]);
    assert!(
        ids.contains(&"specs/b.yaml.Shared".to_owned()) && ids.contains(&"other/b.json.DELETE /x".to_owned()),
        "{ids:?}"
    );
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), contract.operations.len());
    assert_eq!(contract.warnings.len(), 2, "{}", messages(&contract.warnings));
}

#[test]
fn path_items_may_stand_elsewhere_and_circles_end() {
    let value = api(
        &json!({
            "/a": {"$ref": "#/x-items/A", "get": {"operationId": "own", "responses": ok()}},
            "/ring": {"$ref": "#/paths/~1ring"},
            "/none": {"$ref": "#/nothing"},
            "/odd": 7, "x-note": {"get": {}},
            "bare": {"get": {"responses": ok()}},
            "/frag#/x/{id}": {"get": {"responses": ok()}},
            "/frag#Action=List": {"get": {"responses": ok()}},
            "/upper": {"GET": {"responses": ok()}, "description": "d"}}),
        &json!({}),
    );
    let mut value = value;
    value["x-items"] = json!({"A": {"parameters": [{"name": "q", "in": "query", "schema": {}}],
        "get": {"operationId": "hidden", "responses": ok()}, "post": {"operationId": "far", "responses": ok()}}});
    let contract = load(&value);
    assert_eq!(ids(&contract), ["own", "far", "GET bare", "GET /frag#/x/{id}", "GET /frag#Action=List"]);
    assert_eq!(contract.operations[1].place.pointer.as_str(), "/x-items/A/post");
    assert_eq!(contract.operations[0].parameters.len(), 1);
    let disabled: Vec<bool> = contract.operations.iter().map(|operation| operation.disabled.is_some()).collect();
    assert_eq!(disabled, [false, false, true, true, false]);
    assert_eq!(contract.operations[4].path.parts.len(), 1);
    assert_eq!(contract.warnings.len(), 5, "{}", messages(&contract.warnings));
}

#[test]
fn what_the_documents_reject_is_said_by_a_client_error_without_another_meaning() {
    let documents = |responses: Value| {
        load(&api(&json!({"/a": {"get": {"responses": responses}}}), &json!({}))).operations[0].documents_rejection()
    };
    for code in ["400", "422", "4XX", "4xx", "default", "480"] {
        assert!(documents(json!({code: {"description": ""}})), "{code}");
    }
    for code in ["200", "401", "403", "404", "405", "409", "429", "5XX", "500"] {
        assert!(!documents(json!({code: {"description": ""}})), "{code}");
    }
}
