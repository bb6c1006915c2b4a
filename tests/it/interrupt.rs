//! A run that is asked to end: what was found is reported, what was created is removed, and who asks twice does not wait.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

const THINGS: &str = r##"{
  "openapi": "3.0.3",
  "info": {"title": "t", "version": "1"},
  "components": {"schemas": {"Thing": {"type": "object", "required": ["thingId"], "properties": {"thingId": {"type": "string"}}}}},
  "paths": {
    "/slow": {"get": {"operationId": "Slow", "responses": {"200": {"description": "OK"}}}},
    "/things": {"post": {"operationId": "AddThing",
      "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object"}}}},
      "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}}},
    "/things/{thingId}": {
      "parameters": [{"name": "thingId", "in": "path", "required": true, "schema": {"type": "string"}}],
      "delete": {"operationId": "RemoveThing", "responses": {"204": {"description": "Gone"}, "404": {"description": "Unknown"}}}}
  }
}"##;

/// A server that creates at once, never ends answering `/slow`, and takes `removal` for a removal.
struct Slow {
    url: String,
    removed: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

impl Slow {
    fn start(removal: Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let removed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&removed);
        let answer = move |method: Method| {
            let count = Arc::clone(&count);
            async move {
                match method {
                    Method::POST => {
                        let json = HeaderMap::from_iter([(
                            "content-type".parse().unwrap(),
                            "application/json".parse().unwrap(),
                        )]);
                        (StatusCode::OK, json, r#"{"thingId": "t1"}"#)
                    }
                    Method::DELETE => {
                        tokio::time::sleep(removal).await;
                        count.fetch_add(1, Ordering::SeqCst);
                        (StatusCode::NO_CONTENT, HeaderMap::new(), "")
                    }
                    _ => std::future::pending().await,
                }
            }
        };
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
        Self { url, removed, _runtime: runtime }
    }
}

/// A run that has created something and now waits for an answer that does not come.
fn started(folder: &std::path::Path, server: &Slow) -> Child {
    let child = spawn(folder, &server.url);
    let log = folder.join("out/created.ndjson");
    let written = || std::fs::read_to_string(&log).unwrap_or_default();
    // No creation is on its way: of one whose answer did not come nobody could say whether it is there.
    wait_until(|| {
        let text = written();
        let count = |event: &str| text.matches(&format!("\"event\":\"{event}\"")).count();
        std::thread::sleep(Duration::from_millis(200));
        text.contains("t1") && count("intended") == count("created") + count("not-created") && text == written()
    });
    child
}

fn spawn(folder: &std::path::Path, url: &str) -> Child {
    std::fs::write(folder.join("api.json"), THINGS).unwrap();
    Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(["run", "--specs", "api.json", "--timeout", "60s", "--report-dir", "out", "--base-url", url])
        .args(["--case", "Slow minimal", "--case", "AddThing minimal", "--case", "RemoveThing minimal"])
        .current_dir(folder)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_until(done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(30), "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn an_interrupted_run_cleans_up_and_reports_what_it_found() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let server = Slow::start(Duration::ZERO);
        let child = started(folder.path(), &server);
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(130), "{signal}: {out}{err}");
        assert!(err.contains("interrupted: removing"), "{err}");
        assert!(out.lines().last().is_some_and(|last| last.contains("Interrupted") && last.contains("130")), "{out}");
        assert!(server.removed.load(Ordering::SeqCst) > 0, "{signal}: nothing was removed");
        let report: Value =
            serde_json::from_slice(&std::fs::read(folder.path().join("out/report.json")).unwrap()).unwrap();
        assert_eq!(
            (&report["verdict"], &report["exit_code"], &report["partial"], &report["left_behind"]),
            (&"interrupted".into(), &130.into(), &true.into(), &serde_json::json!([])),
            "{report}"
        );
        let schema =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/report.schema.json")).unwrap();
        let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
        assert!(validator.is_valid(&report), "{report}");
        assert!(std::fs::read_to_string(folder.path().join("out/junit.xml")).unwrap().contains("interrupted"));
    }
}

#[test]
fn a_creation_without_an_answer_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // The server takes the request and says nothing.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let child = spawn(folder.path(), &url);
    let log = folder.path().join("out/created.ndjson");
    wait_until(|| std::fs::read_to_string(&log).is_ok_and(|text| text.contains("AddThing")));
    let connection = listener.accept().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    send("-INT", &child);
    let output = child.wait_with_output().unwrap();
    drop(connection);
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code() == Some(130) && out.contains("no answer to its creation came"), "{out}");
    let report: Value = serde_json::from_slice(&std::fs::read(folder.path().join("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["left_behind"][0]["operation"], "AddThing", "{report}");
}

#[test]
fn who_asks_twice_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let server = Slow::start(Duration::from_secs(60));
    let mut child = started(folder.path(), &server);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    send("-INT", &child);
    assert!(lines.any(|line| line.contains("removing 1 object") || line.contains("objects")));
    let asked = Instant::now();
    send("-INT", &child);
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    assert!(asked.elapsed() < Duration::from_secs(10));
    assert!(rest.iter().any(|line| line.contains("ended at once") && line.contains("created.ndjson")), "{rest:?}");
}

#[test]
fn what_a_killed_run_had_found_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = Slow::start(Duration::ZERO);
    let mut child = started(folder.path(), &server);
    let journal = folder.path().join("out/journal.ndjson");
    wait_until(|| std::fs::read_to_string(&journal).is_ok_and(|text| text.contains("\"kind\":\"exchange\"")));
    send("-KILL", &child);
    child.wait().unwrap();
    assert!(!folder.path().join("out/report.json").exists());
    let report = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_conform"))
            .args(["report", "out"])
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let shown = report(&[]);
    assert!(shown.contains("its journal breaks off") && shown.contains("The report is partial"), "{shown}");
    assert!(shown.contains("AddThing"), "{shown}");
    assert!(!folder.path().join("out/report.json").exists(), "nobody asked for it");
    report(&["--write"]);
    let text = std::fs::read_to_string(folder.path().join("out/report.json")).unwrap();
    let outcome: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&outcome["partial"], &outcome["verdict"]), (&Value::Bool(true), &Value::from("interrupted")));
}
