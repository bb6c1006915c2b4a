//! Each kind of lie changes what its title says, and nothing else.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Arrived, sent, server};
use crate::contract::Contract;
use crate::environment::{Class, Environment, Secret, Target};
use crate::liar::catalogue::lies;
use crate::liar::proxy::Proxy;
use crate::liar::{Lie, Scene, kind};

fn document() -> Value {
    let thing = json!({"type": "object", "required": ["id", "name", "at"], "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"}, "color": {"type": "string", "enum": ["red", "blue"]},
        "at": {"type": "string", "format": "date"}}});
    let new = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"}, "color": {"type": "string", "enum": ["red", "blue"]}}});
    let of = |schema: Value| json!({"description": "It", "content": {"application/json": {"schema": schema}}});
    let no = || of(json!({"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}));
    let refusals = || json!({"400": no(), "401": no(), "404": no()});
    let with = |status: &str, response: Value| {
        let mut all = refusals();
        all[status] = response;
        all
    };
    let page = json!({"type": "object", "properties": {"items": {"type": "array", "items": thing}, "total": {"type": "integer"}}});
    let query = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string"}});
    let body = || json!({"required": true, "content": {"application/json": {"schema": new}}});
    let mut made = of(thing.clone());
    made["headers"] = json!({"Location": {"required": true, "schema": {"type": "string"}}});
    json!({"openapi": "3.0.3", "info": {"title": "Things", "version": "1"}, "security": [{"token": []}],
        "paths": {
            "/things": {
                "get": {"operationId": "list", "parameters": [query("color"), query("after"), query("limit"), query("sort")],
                    "responses": with("200", of(page)),
                    "x-collection": {"items": "/items", "id": "/id", "total": "/total",
                        "cursor": {"parameter": "after", "next": "/next"}, "limit": {"parameter": "limit"},
                        "sort": {"field": "sort", "keys": {"name": "/name"}},
                        "filters": [{"parameter": "color", "member": "/color", "relation": "equal"}]}},
                "post": {"operationId": "add", "requestBody": body(), "responses": with("201", made)}},
            "/things/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}}],
                "get": {"operationId": "get", "responses": with("200", of(thing.clone()))},
                "patch": {"operationId": "change", "requestBody": body(), "responses": with("200", of(thing))},
                "delete": {"operationId": "remove", "responses": with("204", json!({"description": "Gone"}))}}},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}})
}

fn reply(status: u16, more: &str, body: Option<&Value>) -> Vec<u8> {
    let typed = if body.is_some() { "content-type: application/json\r\n" } else { "" };
    let body = body.map(Value::to_string).unwrap_or_default();
    format!("HTTP/1.1 {status} X\r\n{typed}{more}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The service: a list of things.
fn answer(things: &mut Vec<Option<Value>>, (head, body): &Arrived) -> Vec<u8> {
    let no = |status: u16, more: &str| reply(status, more, Some(&json!({"error": "no"})));
    let mut line = head.split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    if !head.contains("authorization: Bearer right") {
        return no(401, "www-authenticate: Bearer\r\n");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let valid = body["name"].is_string() && [Value::Null, json!("red"), json!("blue")].contains(&body["color"]);
    let at = path.strip_prefix("/things/").map(|id| id.parse::<usize>().unwrap());
    let there = at.and_then(|at| things.get(at)?.clone());
    match (method, at, there) {
        ("GET", None, _) if query == "limit=zero" => no(400, ""),
        ("GET", None, _) => {
            let all: Vec<Value> = things.iter().flatten().cloned().collect();
            let items: Vec<Value> = match query {
                "after=1" => all.iter().skip(1).cloned().collect(),
                "limit=1" => all.iter().take(1).cloned().collect(),
                "color=red" => all.iter().filter(|thing| thing["color"] == "red").cloned().collect(),
                "sort=name" => all.iter().rev().cloned().collect(),
                _ => all.clone(),
            };
            reply(200, "", Some(&json!({"items": items, "total": all.len()})))
        }
        ("POST" | "PATCH", ..) if !valid => no(400, ""),
        ("POST", None, _) => {
            let mut thing = json!({"id": things.len(), "at": "2026-01-31", "color": "blue"});
            thing.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            things.push(Some(thing.clone()));
            reply(201, "location: /things\r\n", Some(&thing))
        }
        (_, None, _) => no(405, "allow: GET, POST\r\n"),
        (_, Some(_), None) => no(404, ""),
        ("GET", _, Some(thing)) => reply(200, "", Some(&thing)),
        ("PATCH", Some(at), Some(mut thing)) => {
            thing.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            things[at] = Some(thing.clone());
            reply(200, "", Some(&thing))
        }
        ("DELETE", Some(at), _) => {
            things[at] = None;
            reply(204, "", None)
        }
        _ => no(405, "allow: GET, PATCH, DELETE\r\n"),
    }
}

/// What is asked, in this order.
const SCRIPT: [(&str, &str, &str); 19] = [
    ("POST", "/things", r#"{"name":"a","color":"red"}"#),
    ("POST", "/things", r#"{"name":"b"}"#),
    ("POST", "/things", "{}"),
    ("GET", "/things/0", ""),
    ("GET", "/things/9", ""),
    ("GET", "/things/0", "nobody"),
    ("PATCH", "/things/0", r#"{"name":"c","color":"red"}"#),
    ("GET", "/things/0", ""),
    ("GET", "/things", ""),
    ("GET", "/things?after=1", ""),
    ("GET", "/things?limit=1", ""),
    ("GET", "/things?color=red", ""),
    ("GET", "/things?sort=name", ""),
    ("GET", "/things?limit=zero", ""),
    ("PUT", "/things", ""),
    ("DELETE", "/things/0", ""),
    ("GET", "/things/0", ""),
    ("PATCH", "/things/1", "{}"),
    ("PATCH", "/things/1", r#"{"name":"d"}"#),
];

/// The answers to the script through a proxy with this lie, how often it lied, and what the service has in the end.
async fn told(contract: &Contract, lie: Option<&Lie>) -> (Vec<String>, u64, Vec<Option<Value>>) {
    let things: Arc<Mutex<Vec<Option<Value>>>> = Arc::default();
    let own = Arc::clone(&things);
    let upstream = server(move |arrived| answer(&mut own.lock().unwrap(), arrived)).await;
    let mut environment = Environment::new("here", Class::Test, Target::BaseUrl(upstream.clone()));
    environment.credentials.push((None, Secret::new("right")));
    let proxy = Proxy::start(&upstream, &Scene::of(contract), lie, &environment).await.unwrap();
    let mut answers = Vec::new();
    for (method, target, body) in SCRIPT {
        let (token, body) = if body == "nobody" { ("wrong", "") } else { ("right", body) };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: proxy\r\naccept: */*\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = String::from_utf8_lossy(&sent(proxy.base_url(), &request).await).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut fields: Vec<&str> =
            head.lines().skip(1).filter(|line| !line.starts_with("con") || line.starts_with("content-type")).collect();
        fields.sort_unstable();
        let status = head.split(' ').nth(1).unwrap();
        answers.push(format!("{status} {} | {body}", fields.join(", ")));
    }
    let count = proxy.lies_told();
    proxy.stop().await;
    let left = things.lock().unwrap().clone();
    (answers, count, left)
}

/// Lie, how often it is told, and each step whose answer is another, with a part of what it is.
type Row = (&'static str, u64, &'static [(usize, &'static str)]);

const TOLD: &[Row] = &[
    ("skipped-authentication/get", 1, &[(5, r#"200 content-type: application/json | {"id":0"#)]),
    ("other-refusal/get", 1, &[(5, "403 ")]),
    ("lost-challenge/get", 1, &[(5, "401 content-type: application/json | ")]),
    (
        "validation-skipped/change",
        1,
        &[
            (17, r#"200 content-type: application/json | {"id":1,"at":"2026-01-31","color":"red","name":"c"}"#),
            (18, r#""color":"red""#),
        ],
    ),
    (
        "valid-refused/add",
        1,
        &[
            (0, "400 "),
            (1, r#"{"id":0"#),
            (3, r#""name":"b""#),
            (8, ""),
            (9, ""),
            (10, ""),
            (11, ""),
            (12, ""),
            (18, "404"),
        ],
    ),
    ("valid-refused/list", 1, &[(11, "400 ")]),
    ("server-error/change", 2, &[(6, "500 "), (18, "500 ")]),
    ("undocumented-status/remove", 1, &[(15, "203 ")]),
    ("refusal-succeeds/add/400", 1, &[(2, "201 ")]),
    ("absence-succeeds/get/404", 2, &[(4, "200 "), (16, "200 ")]),
    ("undeclared-served/list", 1, &[(14, "200 allow: GET, POST, content-type: application/json | {}")]),
    ("lost-allow/list", 1, &[(14, "405 content-type: application/json | ")]),
    ("dropped-field/get", 2, &[(3, r#"| {"at""#), (7, r#"| {"at""#)]),
    ("dropped-field/get/deep", 2, &[(3, r#"{"id":0,"color""#), (7, r#"{"id":0,"color""#)]),
    ("retyped/add", 2, &[(0, r#""id":"0""#), (1, r#""id":"1""#)]),
    ("nulled/add", 2, &[(0, r#""id":null"#), (1, r#""id":null"#)]),
    ("new-enum-value/change", 2, &[(6, r#""red_NEW""#), (18, r#""blue_NEW""#)]),
    ("broken-format/get", 2, &[(3, "31/12"), (7, "31/12")]),
    ("dropped-field/get/refusal", 0, &[]),
    ("unknown-property/get", 2, &[(3, r#""leftover7":true"#), (7, r#""leftover7":true"#)]),
    ("truncated/get", 2, &[(3, r#"| {"id":0,"at""#), (7, r#"| {"id":0,"at""#)]),
    ("not-json/get", 2, &[(3, "},,"), (7, "},,")]),
    ("not-utf8/get", 2, &[(3, "\u{fffd}"), (7, "\u{fffd}")]),
    ("empty/get", 2, &[(3, "200 content-type: application/json | "), (7, "200 ")]),
    ("wrong-media-type/get", 2, &[(3, "content-type: text/html"), (7, "text/html")]),
    ("no-media-type/get", 2, &[(3, "200  | {"), (7, "200  | {")]),
    (
        "lost-header/add/201/Location",
        2,
        &[(0, "201 content-type: application/json | "), (1, "201 content-type: application/json | ")],
    ),
    ("swapped-page/list", 1, &[(9, r#"{"items":[{"id":0"#)]),
    ("filter-ignored/list/color", 1, &[(11, r#""id":1"#)]),
    ("limit-ignored/list", 1, &[(10, r#""id":1"#)]),
    ("sort-ignored/list/sort", 1, &[(12, r#"{"items":[{"id":0"#)]),
    (
        "wrong-total/list",
        5,
        &[(8, r#""total":3"#), (9, r#""total":3"#), (10, r#""total":3"#), (11, r#""total":3"#), (12, r#""total":3"#)],
    ),
    (
        "lost-element/list",
        5,
        &[(8, ""), (9, r#"{"items":[]"#), (10, r#"{"items":[]"#), (11, r#"{"items":[]"#), (12, "")],
    ),
    (
        "stale-read/get/change",
        2,
        &[
            (7, r#""name":"a""#),
            (16, r#"200 content-type: application/json | {"id":0,"at":"2026-01-31","color":"red","name":"a"}"#),
        ],
    ),
    ("stale-read/get/remove", 1, &[(16, r#""name":"c""#)]),
    (
        "lost-update/change",
        2,
        &[
            (7, r#""name":"a""#),
            (8, r#""name":"a""#),
            (10, r#""name":"a""#),
            (11, r#""name":"a""#),
            (12, r#""name":"a""#),
        ],
    ),
    ("lost-deletion/remove", 1, &[(16, r#""name":"c""#)]),
    ("lost-creation/add", 1, &[(1, r#"{"id":0"#), (8, ""), (9, ""), (10, ""), (11, ""), (12, ""), (18, "404")]),
];

fn contract() -> Contract {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("things.json");
    std::fs::write(&file, document().to_string()).unwrap();
    Contract::load(&[file], &[]).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

#[tokio::test]
async fn each_kind_changes_what_it_says_and_nothing_else() {
    let contract = contract();
    let all = lies(&contract, &[]);
    let (healthy, count, left) = told(&contract, None).await;
    assert_eq!(count, 0);
    assert_eq!(left, [None, Some(json!({"id": 1, "at": "2026-01-31", "color": "blue", "name": "d"}))]);
    for kind in kind::ALL {
        assert!(TOLD.iter().any(|(id, ..)| id.split('/').next() == Some(kind.name)), "{} is not shown", kind.name);
    }
    let mut wrong = Vec::new();
    for (id, times, expected) in TOLD {
        let known: Vec<&str> = all.iter().map(|lie| lie.id.as_str()).collect();
        let lie = all.iter().find(|lie| lie.id == *id).unwrap_or_else(|| panic!("no {id} in {known:#?}"));
        let (answers, count, left) = told(&contract, Some(lie)).await;
        let other: Vec<usize> = (0..SCRIPT.len()).filter(|step| answers[*step] != healthy[*step]).collect();
        let steps: Vec<usize> = expected.iter().map(|(step, _)| *step).collect();
        let shown = other.iter().map(|step| &answers[*step]).collect::<Vec<_>>();
        if (&other, count) != (&steps, *times) {
            wrong.push(format!("{id}: {other:?}, {count} times: {shown:#?}"));
            continue;
        }
        for (step, part) in *expected {
            assert!(answers[*step].contains(part), "{id}: step {step}: {}", answers[*step]);
        }
        if *id == "lost-deletion/remove" {
            assert_eq!(left[0], None, "what was not deleted is in the end");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lies_have_ids_of_their_own_and_come_in_the_same_order() {
    let contract = contract();
    let ids: Vec<String> = lies(&contract, &[]).into_iter().map(|lie| lie.id).collect();
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    assert_eq!(ids, lies(&contract, &[]).into_iter().map(|lie| lie.id).collect::<Vec<_>>());
}
