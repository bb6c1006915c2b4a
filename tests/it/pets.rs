//! A small API with a server of its own, so that a test can say what each request is answered with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use conform::config::{Config, Overrides};
use conform::drift::Level;
use conform::drift::levels::Levels;
use conform::environment::{Class, Environment};
use conform::generate;
use conform::outcome::Outcome;
use conform::plan::Selection;
use conform::suite::{Settings, Sources, Suite};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::proxy::{Answer, Asked, head, read_request};

/// What the server does with a request.
pub(crate) enum Reply {
    Json(u16, Value),
    With(Answer),
    /// Closes the connection without a byte.
    Close,
    /// Says nothing.
    Hang,
}

pub(crate) struct Server {
    pub(crate) base_url: String,
    pub(crate) log: Arc<Mutex<Vec<Asked>>>,
    pub(crate) task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let base_url = format!("http://{}/api", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let (reply, seen) = (Arc::new(reply), Arc::clone(&log));
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (reply, seen) = (Arc::clone(&reply), Arc::clone(&seen));
                // Ends with the server, as connections to one that dies do.
                connections.spawn(async move { drop(serve(stream, &*reply, &seen).await) });
            }
        });
        Self { base_url, log, task }
    }

    /// `METHOD path` of every request so far, without the base path.
    pub(crate) fn asked(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        log.iter().map(|asked| format!("{} {}", asked.method, asked.target.trim_start_matches("/api"))).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    reply: &(dyn Fn(&Asked) -> Reply + Send + Sync),
    log: &Mutex<Vec<Asked>>,
) -> std::io::Result<()> {
    while let Some(asked) = read_request(&mut stream).await? {
        log.lock().unwrap().push(asked.clone());
        let answer = match reply(&asked) {
            Reply::Close => return Ok(()),
            Reply::Hang => return std::future::pending().await,
            Reply::With(answer) => answer,
            Reply::Json(status, body) => Answer {
                status,
                headers: vec![("content-type".into(), "application/json".into())],
                body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
            },
        };
        let mut bytes = head(&answer, Some(answer.body.len()));
        if asked.method != "HEAD" {
            bytes.extend_from_slice(&answer.body);
        }
        // In one piece: the second of two small ones would wait for an acknowledgement of the first.
        stream.write_all(&bytes).await?;
    }
    Ok(())
}

/// A well-behaved collection of pets: list, create, read, change, remove; and a plain read beside it.
#[derive(Default)]
pub(crate) struct Pets(Mutex<(u64, BTreeMap<String, Value>)>);

impl Pets {
    pub(crate) fn with(ids: &[&str]) -> Self {
        let pets = ids.iter().map(|id| ((*id).to_owned(), json!({"id": id, "name": "seed"}))).collect();
        Self(Mutex::new((0, pets)))
    }

    pub(crate) fn left(&self) -> Vec<String> {
        self.0.lock().unwrap().1.keys().cloned().collect()
    }

    pub(crate) fn reply(&self, asked: &Asked) -> Reply {
        if asked.header("authorization") != Some("Bearer right") {
            return Reply::Json(401, json!({"error": "who?"}));
        }
        let mut pets = self.0.lock().unwrap();
        let path = asked.path().trim_start_matches("/api").to_owned();
        let id = path.strip_prefix("/pets/").map(str::to_owned);
        match (asked.method.as_str(), path.as_str(), id) {
            ("GET", "/status", _) => Reply::Json(200, json!({"up": true})),
            ("GET", "/pets", _) => Reply::Json(200, pets.1.values().cloned().collect()),
            ("POST", "/pets", _) => {
                let Ok(mut pet) = serde_json::from_slice::<Value>(&asked.body) else {
                    return Reply::Json(400, json!({"error": "no JSON"}));
                };
                pets.0 += 1;
                let id = format!("new {}", pets.0);
                pet["id"] = json!(id);
                pets.1.insert(id, pet.clone());
                Reply::Json(201, pet)
            }
            (method, _, Some(id)) => {
                let id = percent_encoding::percent_decode_str(&id).decode_utf8_lossy().into_owned();
                let Some(pet) = pets.1.get(&id).cloned() else { return Reply::Json(404, json!({"error": "none"})) };
                if method == "DELETE" {
                    pets.1.remove(&id);
                    return Reply::Json(204, Value::Null);
                }
                Reply::Json(200, pet)
            }
            _ => Reply::Json(404, json!({"error": "none"})),
        }
    }
}

pub(crate) fn document() -> Value {
    let pet = json!({"type": "object", "required": ["id", "name"], "additionalProperties": false,
        "properties": {"id": {"type": "string", "readOnly": true}, "name": {"type": "string", "maxLength": 60}}});
    let of = |description: &str, schema: Value| json!({"description": description, "content": {"application/json": {"schema": schema}}});
    let error = || of("No", json!({"type": "object", "required": ["error"]}));
    let pet_ref = || json!({"$ref": "#/components/schemas/Pet"});
    let one = || json!({"200": of("One", pet_ref()), "400": error(), "401": error(), "404": error()});
    let body = || json!({"required": true, "content": {"application/json": {"schema": pet_ref()}}});
    let id = json!([{"name": "petId", "in": "path", "required": true, "schema": {"type": "string"}}]);
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1"},
        "security": [{"token": []}],
        "paths": {
            "/status": {"get": {"operationId": "getStatus",
                "responses": {"200": of("Up", json!({"type": "object"})), "401": error()}}},
            "/pets": {
                "get": {"operationId": "listPets", "parameters": [
                    {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["a", "b", "c", "d", "e", "f", "g", "h"]}}],
                    "responses": {"200": of("All", json!({"type": "array", "items": pet_ref()})), "401": error()}},
                "post": {"operationId": "addPet", "requestBody": body(),
                    "responses": {"201": of("New", pet_ref()), "400": error(), "401": error()}}},
            "/pets/{petId}": {
                "parameters": id,
                "get": {"operationId": "getPet", "responses": one()},
                "patch": {"operationId": "changePet", "requestBody": body(), "responses": one()},
                "delete": {"operationId": "removePet",
                    "responses": {"204": {"description": "Gone"}, "401": error(), "404": error()}}}
        },
        "components": {
            "schemas": {"Pet": pet},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}
        }
    })
}

/// Documents, cases and settings of one run.
pub(crate) struct Trial {
    pub(crate) document: Value,
    pub(crate) cases: Option<String>,
    pub(crate) selection: Selection,
    pub(crate) levels: Levels,
    pub(crate) change: fn(&mut Environment),
    pub(crate) undo_log: Option<std::path::PathBuf>,
}

impl Default for Trial {
    fn default() -> Self {
        Self {
            document: document(),
            cases: None,
            selection: Selection::default(),
            levels: Levels::default(),
            change: |_| {},
            undo_log: None,
        }
    }
}

impl Trial {
    pub(crate) async fn run(&self, base_url: &str) -> Outcome {
        self.run_until(base_url, std::future::pending()).await
    }

    pub(crate) async fn run_until(&self, base_url: &str, stop: impl Future<Output = ()>) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let specs = folder.path().join("pets.json");
        std::fs::write(&specs, self.document.to_string()).unwrap();
        let mut sources = Sources { specs: vec![specs], overlays: Vec::new(), cases: Vec::new() };
        if let Some(text) = &self.cases {
            let file = folder.path().join("pets.arazzo.yaml");
            std::fs::write(&file, text).unwrap();
            sources.cases.push(file);
        }
        let generation = generate::Settings { seed: 1, mark: vec!["name".to_owned()], ..generate::Settings::default() };
        let mut suite = Suite::load(&sources, &generation).unwrap_or_else(|errors| panic!("{errors:#?}"));
        crate::plain(&mut suite.cases);
        let overrides = Overrides {
            base_url: Some(base_url.to_owned()),
            token_env: Some("TOKEN".to_owned()),
            timeout: Some(Duration::from_millis(300)),
            ..Overrides::default()
        };
        let lookup = |name: &str| (name == "TOKEN").then(|| "right".to_owned());
        let mut environment = Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap();
        assert_eq!(environment.class, Class::Test);
        (self.change)(&mut environment);
        let settings = Settings {
            seed: 1,
            selection: self.selection.clone(),
            levels: self.levels.clone(),
            undo_log: self.undo_log.clone(),
            ..Settings::default()
        };
        suite.run(environment, &settings, stop, &|_| {}).await.unwrap()
    }
}

/// A run of the whole suite against `server`.
pub(crate) async fn run(server: &Server) -> Outcome {
    Trial::default().run(&server.base_url).await
}

/// The ids of the drifts at level error.
pub(crate) fn errors(outcome: &Outcome) -> Vec<&str> {
    outcome.drifts.iter().filter(|drift| drift.level == Level::Error).map(|drift| drift.id.as_str()).collect()
}
