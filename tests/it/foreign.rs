//! Other people's documents: what they ask of a request is sent, and nothing in them keeps a run from ending.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use conform::config::{Config, Overrides};
use conform::generate;
use conform::outcome::Outcome;
use conform::plan::Selection;
use conform::suite::{Settings, Sources, Suite};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Runs the document with these paths against a server that answers every request with `answer`. Returns the requests, too.
async fn run(paths: &Value, answer: fn(&str) -> Value) -> (Outcome, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                let mut buffer = [0; 4096];
                loop {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let length = |head: &str| {
                        let field = head
                            .lines()
                            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                        field.unwrap_or(0_usize)
                    };
                    if text.split_once("\r\n\r\n").is_some_and(|(head, body)| body.len() >= length(head)) {
                        let body = answer(&text).to_string();
                        log.lock().unwrap().push(text);
                        let head = format!(
                            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                            body.len()
                        );
                        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                        return;
                    }
                    match stream.read(&mut buffer).await {
                        Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
                        _ => return,
                    }
                }
            });
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api.json");
    let document = json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths});
    std::fs::write(&file, document.to_string()).unwrap();
    let sources = Sources { specs: vec![file], overlays: Vec::new(), cases: Vec::new() };
    let mut suite = Suite::load(&sources, &generate::Settings::default()).unwrap();
    crate::plain(&mut suite.cases);
    let overrides = Overrides { base_url: Some(base_url), ..Overrides::default() };
    let environment = Config::load(None).unwrap().environment(None, &overrides, &|_| None).unwrap();
    let settings = Settings { seed: 1, selection: Selection::default(), ..Settings::default() };
    let running = suite.run(environment, &settings, std::future::pending(), &|_| {});
    let outcome = tokio::time::timeout(Duration::from_secs(60), running).await.expect("the run ends").unwrap();
    let asked = asked.lock().unwrap().clone();
    (outcome, asked)
}

fn answers(member: &str) -> Value {
    let schema = json!({"type": "object", "properties": {member: {"type": "string"}}});
    json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_need_each_other_keep_no_run_from_ending() {
    let get = |member: &str| json!({"get": {"responses": answers(member)}, "post": {"responses": answers(member)}});
    let paths = json!({"/a/{x}/f": get("y"), "/b/{y}/g": get("z"), "/c/{z}/h": get("x")});
    let (outcome, asked) = run(&paths, |_| json!({})).await;
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
    assert!(asked.iter().all(|request| request.starts_with("GET") || request.starts_with("POST")), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_document_requires_is_sent_in_cleanup_too() {
    let tenant = json!({"name": "X-Tenant", "in": "header", "required": true, "schema": {"type": "string"}});
    let paths = json!({
        "/pets": {"post": {"parameters": [tenant], "responses": answers("id")}},
        "/pets/{petId}": {"delete": {"parameters": [tenant], "responses": answers("id")}}});
    let (_, asked) = run(&paths, |_| json!({"id": "7"})).await;
    let deletions: Vec<_> = asked.iter().filter(|request| request.starts_with("DELETE")).collect();
    assert!(deletions.len() > 1, "{asked:?}");
    for request in asked {
        assert!(request.to_lowercase().contains("\r\nx-tenant: "), "{request}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn required_arrays_have_an_element_where_an_empty_one_would_be_absent() {
    let ids = json!({"type": "array", "items": {"type": "integer"}});
    let form = json!({"type": "object", "required": ["ids"], "properties": {"ids": ids}});
    let content = json!({"application/x-www-form-urlencoded": {"schema": form}});
    let paths = json!({"/search": {
        "get": {"parameters": [{"name": "ids", "in": "query", "required": true, "schema": ids}], "responses": answers("a")},
        "post": {"requestBody": {"required": true, "content": content}, "responses": answers("a")}}});
    let (_, asked) = run(&paths, |_| json!({})).await;
    for request in &asked {
        let given = if request.starts_with("GET") { "GET /search?ids=" } else { "\r\n\r\nids=" };
        assert!(request.contains(given), "{request}");
    }
    assert!(asked.iter().any(|request| request.starts_with("POST")), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_go_out_in_a_type_that_can_be_written_or_not_at_all() {
    let schema = json!({"schema": {"type": "object", "properties": {"a": {"type": "string"}}}});
    let post = |content: Value| json!({"post": {"requestBody": {"required": true, "content": content}, "responses": answers("a")}});
    let paths = json!({
        "/xml": post(json!({"application/xml": schema})),
        "/range": post(json!({"application/*+json": schema, "application/json": schema})),
        "/both": post(json!({"application/xml": schema, "application/vnd.a+json": schema}))});
    let (outcome, asked) = run(&paths, |_| json!({})).await;
    assert!(outcome.notes.iter().any(|note| note.contains("`application/xml`")), "{:?}", outcome.notes);
    for request in asked {
        let lower = request.to_lowercase();
        let wanted = if request.starts_with("POST /range") { "application/json" } else { "application/vnd.a+json" };
        assert!(
            !request.starts_with("POST /xml") && lower.contains(&format!("content-type: {wanted}\r\n")),
            "{request}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_its_parameter_forbids_is_not_sent_as_a_valid_request() {
    let uuid = json!({"name": "petId", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
    let paths = json!({
        "/pets": {"get": {"responses": answers("petId")}},
        "/pets/{petId}": {"get": {"parameters": [uuid], "responses": answers("petId")}}});
    let (outcome, asked) = run(&paths, |_| json!({"petId": "rex"})).await;
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
    assert!(outcome.reasons.iter().any(|reason| reason.contains("fits the schema")), "{:?}", outcome.reasons);
    assert!(!asked.iter().any(|request| request.contains("/pets/rex")), "{asked:?}");
}
