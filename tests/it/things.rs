//! A small API of things, and a server that is right about it, or wrong in known ways.

use std::sync::Mutex;
use std::time::Duration;

use conform::config::{Config, Overrides};
use conform::contract::Contract;
use conform::environment::Environment;
use conform::generate;
use conform::outcome::Outcome;
use conform::run::JournalPlace;
use conform::suite::{Settings, Sources, Suite};
use conform::traffic;
use serde_json::{Value, json};

use crate::pets::{Reply, Server};
use crate::proxy::{Answer, Asked};

/// What is true of the server below.
pub(crate) fn truth() -> Value {
    let refusal = json!({"description": "No", "content": {"application/json": {"schema": {
        "type": "object", "required": ["code"], "properties": {"code": {"type": "string"}}}}}});
    let thing = json!({"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}});
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "security": [{"token": []}],
        "paths": {
            "/things": {"post": {
                "operationId": "addThing",
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}}},
                "responses": {"201": thing, "400": refusal, "401": refusal}
            }},
            "/things/{id}": {"get": {
                "operationId": "getThing",
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "responses": {"200": thing, "401": refusal, "404": refusal}
            }},
            "/health": {"get": {
                "operationId": "health",
                "security": [],
                "responses": {"200": {"description": "Up", "content": {"application/json": {"schema": {
                    "type": "object", "required": ["up"], "properties": {"up": {"type": "boolean"}}}}}}}
            }}
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Thing": {"type": "object", "required": ["id", "name", "state"], "properties": {
                    "id": {"type": "string"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 40},
                    "state": {"type": "string", "enum": ["NEW", "ACTIVE", "CLOSED"]},
                    "count": {"type": "integer", "minimum": 0, "maximum": 1000},
                    "ratio": {"type": "number"},
                    "tags": {"type": "array", "maxItems": 5, "items": {"type": "string"}},
                    "note": {"type": "string", "nullable": true},
                    "place": {"type": "object", "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}},
                    "created": {"type": "string"},
                    "extra": {"type": "string"}
                }},
                "NewThing": {"type": "object", "required": ["name"], "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 40},
                    "state": {"type": "string", "enum": ["NEW", "ACTIVE", "CLOSED"]},
                    "count": {"type": "integer", "minimum": 0, "maximum": 1000}
                }}
            }
        }
    })
}

/// Ways to differ from [`truth`], each one cause.
pub(crate) const FAULTS: &[&str] = &["state", "challenge", "refusal", "created", "code", "unknown"];

/// Does what [`truth`] says, but for these faults.
#[derive(Default)]
pub(crate) struct Things {
    things: Mutex<Vec<Value>>,
    faults: Vec<&'static str>,
}

impl Things {
    pub(crate) fn with(faults: &[&'static str]) -> Self {
        Self { faults: faults.to_vec(), ..Self::default() }
    }

    fn has(&self, fault: &str) -> bool {
        self.faults.contains(&fault)
    }

    pub(crate) fn reply(&self, asked: &Asked) -> Reply {
        let refusal = |code: &str| if self.has("code") { json!({}) } else { json!({"code": code}) };
        let no = |status: u16, code: &str| Reply::Json(status, refusal(code));
        let path = asked.path().trim_start_matches("/api").to_owned();
        if path == "/health" {
            return match asked.method.as_str() {
                "GET" => Reply::Json(200, json!({"up": true})),
                _ => {
                    Reply::With(Answer { status: 405, headers: vec![("allow".into(), "GET".into())], body: Vec::new() })
                }
            };
        }
        if asked.header("authorization") != Some("Bearer right") {
            let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            if !self.has("challenge") {
                headers.push(("www-authenticate".to_owned(), "Bearer".to_owned()));
            }
            return Reply::With(Answer { status: 401, headers, body: refusal("who").to_string().into_bytes() });
        }
        let mut things = self.things.lock().unwrap();
        match (asked.method.as_str(), path.as_str()) {
            ("POST", "/things") => {
                let json = asked.header("content-type").is_some_and(|label| label.starts_with("application/json"));
                let body = serde_json::from_slice::<Value>(&asked.body).ok().filter(|_| json);
                let Some(body) = body.filter(is_valid) else {
                    return no(if self.has("refusal") { 422 } else { 400 }, "bad");
                };
                let number = things.len();
                let mut thing = json!({
                    "id": format!("t{number}"),
                    "name": body["name"],
                    "state": body.get("state").cloned().unwrap_or_else(|| json!(["NEW", "ACTIVE", "CLOSED"][number % 3])),
                    "count": body.get("count").cloned().unwrap_or_else(|| json!(7)),
                    "ratio": 0.5,
                    "tags": ["a", "a"],
                    "note": null,
                    "place": {"city": "Oslo", "zip": "0150"},
                    "created": "today",
                });
                if number.is_multiple_of(2) {
                    thing["extra"] = json!("x");
                }
                if self.has("state") {
                    thing["state"] = json!(thing["state"].as_str().unwrap().to_lowercase());
                }
                if self.has("created") {
                    thing["created"] = json!(1_700_000_000);
                }
                things.push(thing.clone());
                Reply::Json(201, thing)
            }
            ("GET", path) if path.starts_with("/things/") => {
                let found = things.iter().find(|thing| thing["id"].as_str() == path.strip_prefix("/things/"));
                found.map_or_else(
                    || no(if self.has("unknown") { 500 } else { 404 }, "none"),
                    |thing| Reply::Json(200, thing.clone()),
                )
            }
            _ => Reply::With(Answer {
                status: 405,
                headers: vec![("allow".into(), "GET, POST".into())],
                body: Vec::new(),
            }),
        }
    }
}

fn is_valid(body: &Value) -> bool {
    let text = |value: &Value| value.as_str().is_some_and(|text| (1..=40).contains(&text.chars().count()));
    let state = |value: &Value| ["NEW", "ACTIVE", "CLOSED"].iter().any(|known| value == known);
    let whole = |value: &Value| value.as_f64().is_some_and(|n| n.fract() == 0.0 && (0.0..=1000.0).contains(&n));
    body.get("name").is_some_and(text) && body.get("state").is_none_or(state) && body.get("count").is_none_or(whole)
}

/// How a run is made.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    pub(crate) seed: u64,
    pub(crate) concurrency: usize,
    /// The host of the server, another name for the same machine.
    pub(crate) host: &'static str,
}

impl Default for Manner {
    fn default() -> Self {
        Self { seed: 1, concurrency: 8, host: "127.0.0.1" }
    }
}

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) outcome: Outcome,
    pub(crate) contract: Contract,
    /// The traffic of its journal.
    pub(crate) recording: traffic::Recording,
    pub(crate) environment: Environment,
}

/// A run of what `document` gives rise to, against `server`.
pub(crate) async fn run(document: &Value, overlays: &[String], server: &Server, manner: &Manner) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("things.json");
    std::fs::write(&specs, document.to_string()).unwrap();
    let mut sources = Sources { specs: vec![specs], overlays: Vec::new(), cases: Vec::new() };
    for (index, text) in overlays.iter().enumerate() {
        let file = folder.path().join(format!("{index}.overlay.yaml"));
        std::fs::write(&file, text).unwrap();
        sources.overlays.push(file);
    }
    let suite = Suite::load(&sources, &generate::Settings { seed: manner.seed, ..generate::Settings::default() });
    let suite = suite.unwrap_or_else(|errors| panic!("{errors:#?}"));
    let overrides = Overrides {
        base_url: Some(server.base_url.replace("127.0.0.1", manner.host)),
        concurrency: Some(manner.concurrency),
        token_env: Some("TOKEN".to_owned()),
        timeout: Some(Duration::from_secs(5)),
        ..Overrides::default()
    };
    let lookup = |name: &str| (name == "TOKEN").then(|| "right".to_owned());
    let environment = Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap();
    let journal = Some(JournalPlace::Folder(folder.path().to_owned()));
    let settings = Settings { seed: manner.seed, journal, ..Settings::default() };
    let outcome = suite.run(environment.clone(), &settings, std::future::pending(), &|_| {}).await.unwrap();
    let recording = traffic::read(&folder.path().join("journal.ndjson"), &suite.contract, &environment.target).unwrap();
    Ran { outcome, contract: suite.contract, recording, environment }
}
