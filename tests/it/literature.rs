//! Faults that the literature knows as hard to find by generated requests, each beside a healthy twin.

use std::collections::BTreeMap;
use std::sync::Mutex;

use conform::generate::{self, generate};
use conform::outcome::Outcome;
use serde_json::{Map, Value, json};

use crate::made::Made;
use crate::pets::{Reply, Server, errors};
use crate::proxy::{Answer, Asked};

/// In which one way the shop is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// A count that nobody tried ends in an exception.
    ServerError,
    /// A number is answered as text.
    WrongType,
    /// A change is answered with 201, which only a creation documents.
    UndeclaredSuccess,
    Maximum,
    QueryMaximum,
    Enum,
    Required,
    /// The greatest documented value is one too many.
    OffByOne,
    /// What names the new item is no reference.
    Location,
}

/// A shop that keeps items, and every promise of its document but the one that `Fault` names.
struct Shop {
    fault: Fault,
    items: Mutex<(u64, BTreeMap<String, Value>)>,
}

const COLORS: [&str; 3] = ["red", "green", "dark blue"];

impl Shop {
    async fn open(fault: Fault) -> Server {
        let shop = Self { fault, items: Mutex::default() };
        Server::start(move |asked| shop.reply(asked)).await
    }

    fn reply(&self, asked: &Asked) -> Reply {
        if asked.header("authorization") != Some("Bearer right") {
            let headers =
                vec![("www-authenticate".into(), "Bearer".into()), ("content-type".into(), "application/json".into())];
            return Reply::With(Answer { status: 401, headers, body: br#"{"error": "who?"}"#.to_vec() });
        }
        let path = asked.path().trim_start_matches("/api").to_owned();
        match (asked.method.as_str(), path.strip_prefix("/items/")) {
            ("GET", None) => self.list(asked),
            ("POST", None) => self.add(asked),
            ("GET" | "PUT" | "DELETE", Some(id)) => self.one(asked, id),
            (_, id) => {
                let allow = if id.is_some() { "GET, PUT, DELETE" } else { "GET, POST" };
                Reply::With(Answer { status: 405, headers: vec![("allow".into(), allow.into())], body: Vec::new() })
            }
        }
    }

    fn list(&self, asked: &Asked) -> Reply {
        let query = asked.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let mut limits = query.split('&').filter_map(|pair| pair.strip_prefix("limit="));
        let most = if self.fault == Fault::QueryMaximum { i64::MAX } else { 50 };
        for limit in limits.clone() {
            if !limit.parse::<i64>().is_ok_and(|limit| (1..=most).contains(&limit)) {
                return refused("limit");
            }
        }
        let limit = limits.next_back().and_then(|limit| limit.parse().ok()).unwrap_or(50);
        let items = self.items.lock().unwrap();
        Reply::Json(200, items.1.values().take(limit).cloned().collect())
    }

    fn add(&self, asked: &Asked) -> Reply {
        let mut item = match self.read(asked) {
            Ok(item) => item,
            Err(refusal) => return refusal,
        };
        let mut items = self.items.lock().unwrap();
        items.0 += 1;
        let id = format!("item-{}", items.0);
        item.insert("id".to_owned(), json!(id));
        items.1.insert(id.clone(), Value::Object(item.clone()));
        let location =
            if self.fault == Fault::Location { "/items/<new>".to_owned() } else { format!("/api/items/{id}") };
        let headers = vec![("location".into(), location), ("content-type".into(), "application/json".into())];
        Reply::With(Answer { status: 201, headers, body: Value::Object(item).to_string().into_bytes() })
    }

    fn one(&self, asked: &Asked, id: &str) -> Reply {
        let known = self.items.lock().unwrap().1.get(id).cloned();
        let Some(known) = known else { return Reply::Json(404, json!({"error": "no such item"})) };
        match asked.method.as_str() {
            "GET" if self.fault == Fault::WrongType => {
                let mut told = known;
                told["count"] = json!(told["count"].to_string());
                Reply::Json(200, told)
            }
            "GET" => Reply::Json(200, known),
            "PUT" => match self.read(asked) {
                Err(refusal) => refusal,
                Ok(mut item) => {
                    item.insert("id".to_owned(), json!(id));
                    self.items.lock().unwrap().1.insert(id.to_owned(), Value::Object(item.clone()));
                    Reply::Json(if self.fault == Fault::UndeclaredSuccess { 201 } else { 200 }, Value::Object(item))
                }
            },
            _ => {
                self.items.lock().unwrap().1.remove(id);
                Reply::Json(204, Value::Null)
            }
        }
    }

    /// The item that a request sends, if it keeps what the document says of it.
    fn read(&self, asked: &Asked) -> Result<Map<String, Value>, Reply> {
        let label = asked.header("content-type").unwrap_or_default().to_ascii_lowercase();
        if label.split(';').next().unwrap().trim() != "application/json" {
            return Err(Reply::Json(415, json!({"error": "JSON, please"})));
        }
        let Ok(Value::Object(item)) = serde_json::from_slice::<Value>(&asked.body) else {
            return Err(refused("body"));
        };
        for (name, value) in &item {
            let kept = match name.as_str() {
                "name" => value.as_str().is_some_and(|name| (1..=40).contains(&name.chars().count())),
                "count" => whole(value).is_some_and(|count| count >= 1.0 && count <= self.most()),
                "color" if self.fault == Fault::Enum => value.is_string(),
                "color" => value.as_str().is_some_and(|color| COLORS.contains(&color)),
                "note" => value.is_string() || value.is_null(),
                _ => false,
            };
            if !kept {
                return Err(refused(name));
            }
        }
        let required: &[&str] = if self.fault == Fault::Required { &["name"] } else { &["name", "count"] };
        if let Some(missing) = required.iter().find(|name| !item.contains_key(**name)) {
            return Err(refused(missing));
        }
        if self.fault == Fault::ServerError && item.get("count").and_then(whole) == Some(100.0) {
            return Err(Reply::Json(500, json!({"error": "ArrayIndexOutOfBoundsException"})));
        }
        Ok(item)
    }

    fn most(&self) -> f64 {
        match self.fault {
            Fault::Maximum => f64::INFINITY,
            Fault::OffByOne => 99.0,
            _ => 100.0,
        }
    }
}

fn refused(what: &str) -> Reply {
    Reply::Json(400, json!({"error": what}))
}

/// A number without a fraction, however it is written.
fn whole(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.fract() == 0.0)
}

fn document() -> Value {
    let item = json!({"type": "object", "required": ["name", "count"], "additionalProperties": false, "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 40},
        "count": {"type": "integer", "minimum": 1, "maximum": 100},
        "color": {"type": "string", "enum": COLORS},
        "note": {"type": "string", "nullable": true}}});
    // Answers promise less, so that what is wrongly taken is not wrong once more when it is told.
    let stored = json!({"type": "object", "required": ["id", "name"], "properties": {
        "id": {"type": "string"}, "name": {"type": "string"}, "count": {"type": "integer"}, "color": {"type": "string"},
        "note": {"type": "string", "nullable": true}}});
    let of = |description: &str, schema: Value| json!({"description": description, "content": {"application/json": {"schema": schema}}});
    let sent = || json!({"$ref": "#/components/schemas/Item"});
    let told = || json!({"$ref": "#/components/schemas/Stored"});
    let error = || of("No", json!({"type": "object", "required": ["error"]}));
    let body = || json!({"required": true, "content": {"application/json": {"schema": sent()}}});
    let mut new = of("New", told());
    new["headers"] = json!({"Location": {"required": true, "schema": {"type": "string", "format": "uri-reference"}}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "security": [{"token": []}],
        "paths": {
            "/items": {
                "get": {"operationId": "listItems", "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}],
                    "responses": {"200": of("All", json!({"type": "array", "items": told()})), "400": error(), "401": error()}},
                "post": {"operationId": "addItem", "requestBody": body(),
                    "responses": {"201": new, "400": error(), "401": error(), "415": error()}}},
            "/items/{itemId}": {
                "parameters": [{"name": "itemId", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": {"operationId": "getItem", "responses": {"200": of("One", told()), "401": error(), "404": error()}},
                "put": {"operationId": "putItem", "requestBody": body(), "responses": {
                    "200": of("Changed", told()), "400": error(), "401": error(), "404": error(), "415": error()}},
                "delete": {"operationId": "removeItem",
                    "responses": {"204": {"description": "Gone"}, "401": error(), "404": error()}}}
        },
        "components": {
            "schemas": {"Item": item, "Stored": stored},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}
        }
    })
}

/// A run of all that is listed, of random depth, and of unusual values.
async fn run(fault: Fault, seed: u64) -> Outcome {
    let server = Shop::open(fault).await;
    let mut made = Made::new(&document());
    let settings = generate::Settings { seed, depth: 10, hostile: true, ..generate::Settings::default() };
    made.cases = generate(&made.contract, &settings).cases;
    made.change = |environment| {
        environment.undeclared_methods = true;
        environment.hostile = true;
    };
    made.run(&server.base_url).await
}

/// What `fault` shows at level error is exactly this. Returns the report as it is written to disk.
async fn shows(fault: Fault, ids: &[&str]) -> Value {
    let outcome = run(fault, 1).await;
    assert_eq!(errors(&outcome), ids, "{fault:?}: {:?} {:#?}", outcome.reasons, outcome.drifts);
    assert_eq!(outcome.exit_code, 1, "{fault:?}");
    let mut report = Vec::new();
    conform::report::json::write(&outcome, &mut report).unwrap();
    serde_json::from_slice(&report).unwrap()
}

/// The pair of requests that shows the drift `id`: where they differ, the accepted and the other value, their answers.
fn pair(report: &Value, id: &str) -> (String, Value, Value, [u64; 2]) {
    let drift = report["drifts"].as_array().unwrap().iter().find(|drift| drift["id"] == id).unwrap();
    let contrast = &drift["contrast"];
    let statuses = [&contrast["sibling"]["status"], &drift["witness"]["status"]];
    let statuses = statuses.map(|status| status.as_u64().unwrap_or_else(|| panic!("{drift:#}")));
    (contrast["at"].as_str().unwrap().to_owned(), contrast["before"].clone(), contrast["after"].clone(), statuses)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_healthy_twin_shows_nothing() {
    for seed in 1..=5 {
        let outcome = run(Fault::None, seed).await;
        assert_eq!((outcome.exit_code, errors(&outcome)), (0, vec![]), "{:?} {:#?}", outcome.reasons, outcome.drifts);
        assert!(outcome.drifts.is_empty(), "nor warns: {:#?}", outcome.drifts);
        assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
        for record in &outcome.operations {
            assert_eq!(record.accepted, record.valid, "{record:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_on_one_value() {
    let report = shows(Fault::ServerError, &["server-error/addItem/500/valid", "server-error/putItem/500/valid"]).await;
    assert_eq!(report["drifts"][0]["rule"], "server-error");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_the_wrong_type() {
    let report = shows(Fault::WrongType, &["wrong-body/getItem/200/count/type"]).await;
    assert_eq!(report["drifts"][0]["pointer"], "/components/schemas/Stored/properties/count/type");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_that_is_not_documented() {
    let outcome = run(Fault::UndeclaredSuccess, 1).await;
    let found = errors(&outcome);
    assert!(found.contains(&"undocumented-status/putItem/201/valid"), "{:#?}", outcome.drifts);
    // What is unusual, or may be taken for valid or not, is answered with 201, too.
    assert!(found.iter().all(|id| id.starts_with("undocumented-status/putItem/201/")), "{found:?}");
    assert_eq!(outcome.exit_code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_maximum_that_is_not_enforced() {
    let ids = ["accepted-invalid/addItem/201/maximum count", "accepted-invalid/putItem/200/maximum count"];
    let report = shows(Fault::Maximum, &ids).await;
    let (at, before, after, statuses) = pair(&report, ids[0]);
    assert_eq!((at.as_str(), statuses), ("body /count", [201, 201]));
    assert!(before.as_f64().unwrap() <= 100.0 && after.as_f64().unwrap() > 100.0, "{before} {after}");

    let id = "accepted-invalid/listItems/200/maximum query limit";
    let report = shows(Fault::QueryMaximum, &[id]).await;
    let (at, _, after, statuses) = pair(&report, id);
    assert_eq!((at.as_str(), statuses), ("query limit", [200, 200]));
    assert!(after.as_f64().unwrap() > 50.0, "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enum_that_is_not_enforced() {
    let ids = ["accepted-invalid/addItem/201/enum color", "accepted-invalid/putItem/200/enum color"];
    let report = shows(Fault::Enum, &ids).await;
    let (at, before, after, _) = pair(&report, ids[0]);
    assert_eq!(at, "body /color");
    assert!(COLORS.contains(&before.as_str().unwrap()), "{before}");
    assert!(after.is_string() && !COLORS.contains(&after.as_str().unwrap()), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_member_that_may_be_missing() {
    let ids = ["accepted-invalid/addItem/201/required count", "accepted-invalid/putItem/200/required count"];
    let report = shows(Fault::Required, &ids).await;
    let (at, before, after, statuses) = pair(&report, ids[1]);
    assert_eq!((at.as_str(), statuses), ("body /count", [200, 200]));
    assert!(before.is_number() && after.is_null(), "{before} {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_documented_value_that_is_refused() {
    let ids = ["rejected-valid/addItem/400/body count", "rejected-valid/putItem/400/body count"];
    let report = shows(Fault::OffByOne, &ids).await;
    let (at, before, after, statuses) = pair(&report, ids[0]);
    assert_eq!((at.as_str(), after, statuses), ("body /count", json!(100), [201, 400]));
    assert!(before.as_f64().unwrap() < 100.0, "{before}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_that_is_no_reference() {
    shows(Fault::Location, &["wrong-header/addItem/201/header:location/format"]).await;
}
