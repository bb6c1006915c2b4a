//! Traffic that was recorded, judged with no request sent.

use std::collections::BTreeSet;

use conform::contract::Contract;
use conform::drift::Level;
use conform::drift::levels::Levels;
use conform::environment::{Class, Environment, Target};
use conform::outcome::{Outcome, Verdict};
use conform::plan::{Plan, Selection};
use conform::run::recorded::{self, is_passive};
use conform::run::{JournalPlace, Setup};
use conform::sandbox::fault::Fault;
use conform::sandbox::fault::registry::faults;
use conform::suite::{Settings, Suite};
use conform::traffic::{self, Recording};
use serde_json::{Value, json};

use crate::SUITE;

fn sandbox() -> Environment {
    Environment::new("sandbox", Class::Sandbox, Target::Sandbox)
}

/// A run whose journal is kept, and what is judged of that.
async fn both(suite: &Suite, settings: Settings) -> (Outcome, Outcome) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { journal: Some(JournalPlace::Folder(folder.path().to_owned())), ..settings };
    let outcome = suite.run(sandbox(), &settings, std::future::pending(), &|_| {}).await.unwrap();
    let journal = folder.path().join("journal.ndjson");
    let recording = traffic::read(&journal, &suite.contract, &sandbox().target).unwrap();
    (outcome, judged(suite, &sandbox(), &recording))
}

fn judged(suite: &Suite, environment: &Environment, recording: &Recording) -> Outcome {
    let plan = Plan::new(&suite.contract, &[], &Selection::default());
    let levels = Levels::default();
    let setup = Setup::new(&suite.contract, environment, &plan, &levels);
    recorded::judge(&setup, &recording.traffic).unwrap()
}

fn passive(outcome: &Outcome) -> BTreeSet<(String, String)> {
    let passive = outcome.drifts.iter().filter(|drift| is_passive(&drift.rule));
    passive.map(|drift| (drift.id.clone(), drift.level.to_string())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_shows_exactly_the_passive_drifts_of_its_run() {
    let faults: Vec<&'static Fault> = faults().step_by(60).collect();
    let mut shown = 0;
    for fault in faults {
        let (run, again) = both(&SUITE, Settings { seed: 1, fault: Some(fault), ..Settings::default() }).await;
        assert_eq!(passive(&run), passive(&again), "{}", fault.id);
        shown += passive(&run).iter().filter(|(_, level)| level == "error").count();
    }
    assert!(shown > 2, "only {shown} drifts were compared");
    let (run, again) = both(&SUITE, Settings { seed: 1, ..Settings::default() }).await;
    assert_eq!(passive(&run), passive(&again));
    assert_eq!(again.verdict, Verdict::Conformant, "{:?}", again.reasons);
}

const THINGS: &str = r##"{
  "openapi": "3.0.3",
  "info": {"title": "t", "version": "1"},
  "security": [{"token": []}],
  "components": {
    "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    "schemas": {"Thing": {"type": "object", "required": ["id"], "properties": {
      "id": {"type": "string"}, "state": {"type": "string", "enum": ["NEW", "OLD"]}}}}
  },
  "paths": {"/things/{id}": {
    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 4}}],
    "get": {"operationId": "getThing", "responses": {
      "200": {"description": "OK", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
      "400": {"description": "Bad"}, "401": {"description": "Who"}, "404": {"description": "None"}}}}}
}"##;

/// One entry of an archive.
fn entry(method: &str, url: &str, credentials: bool, status: u16, body: &Value) -> Value {
    let headers = if credentials { json!([{"name": "authorization", "value": "Bearer abc"}]) } else { json!([]) };
    let text = body.to_string();
    json!({
        "startedDateTime": "2026-11-24T00:00:00Z",
        "time": 12.5,
        "request": {"method": method, "url": url, "headers": headers, "httpVersion": "h2"},
        "response": {
            "status": status,
            "headers": [{"name": ":status", "value": "200"}, {"name": "content-type", "value": "application/json"}],
            "content": {"size": text.len(), "mimeType": "application/json", "text": text},
        },
    })
}

const HERE: &str = "https://things.example/api/things";

/// The ids of all drifts that an archive of these entries shows, the notes, and the exit code.
fn archive(entries: &[Value], base_url: Option<&str>) -> (Vec<String>, Vec<String>, Option<Verdict>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("api.json"), THINGS).unwrap();
    let file = folder.path().join("traffic.har");
    std::fs::write(&file, json!({"log": {"version": "1.2", "entries": entries}}).to_string()).unwrap();
    let contract = Contract::load(&[folder.path().join("api.json")], &[]).unwrap();
    let target = base_url.map_or(Target::Sandbox, |url| Target::BaseUrl(url.to_owned()));
    let environment = Environment::new("recorded", Class::Test, target);
    let recording = traffic::read(&file, &contract, &environment.target).unwrap();
    if recording.traffic.is_empty() {
        return (Vec::new(), recording.notes, None);
    }
    let plan = Plan::new(&contract, &[], &Selection::default());
    let levels = Levels::default();
    let outcome = recorded::judge(&Setup::new(&contract, &environment, &plan, &levels), &recording.traffic).unwrap();
    let ids = outcome.drifts.iter().filter(|drift| drift.level != Level::Note).map(|drift| drift.id.clone()).collect();
    (ids, recording.notes, Some(outcome.verdict))
}

#[test]
fn an_archive_is_judged_by_the_rules_of_a_run() {
    let good = json!({"id": "a", "state": "NEW"});
    let at = |id: &str| format!("{HERE}/{id}");
    for (what, entries, expected) in [
        ("conformant", vec![entry("GET", &at("a"), true, 200, &good)], vec![]),
        ("documented refusal", vec![entry("GET", &at("abcde"), true, 404, &json!({}))], vec![]),
        (
            "a value outside its enum",
            vec![entry("GET", &at("a"), true, 200, &json!({"id": "a", "state": "new"}))],
            vec!["wrong-body/getThing/200/state/enum"],
        ),
        (
            "a request that the document refuses was served",
            vec![entry("GET", &at("abcde"), true, 200, &good)],
            vec!["accepted-invalid/getThing/200/it breaks `maxLength`"],
        ),
        (
            "others sent credentials, this one sent none and was served",
            vec![entry("GET", &at("a"), true, 200, &good), entry("GET", &at("a"), false, 200, &good)],
            vec!["open-access/getThing/200/no-credentials"],
        ),
        ("nobody's credentials are in the archive", vec![entry("GET", &at("a"), false, 200, &good)], vec![]),
        (
            "an undocumented status",
            vec![entry("GET", &at("a"), true, 302, &json!({}))],
            vec!["undocumented-status/getThing/302/valid"],
        ),
        ("a failure", vec![entry("GET", &at("a"), true, 500, &json!({}))], vec!["server-error/getThing/500/valid"]),
        (
            "questions of a browser and answers of its cache",
            vec![
                entry("GET", &at("a"), true, 200, &good),
                entry("OPTIONS", &at("a"), false, 204, &json!({})),
                entry("GET", &at("a"), true, 304, &json!({})),
                entry("GET", &at("a"), true, 0, &json!({})),
            ],
            vec![],
        ),
    ] {
        assert_eq!(archive(&entries, None).0, expected, "{what}");
    }
}

#[test]
fn what_went_elsewhere_is_counted_and_not_judged() {
    let wrong = json!({"state": "new"});
    let entries = [
        entry("GET", &format!("{HERE}/a"), true, 200, &json!({"id": "a"})),
        entry("GET", "https://elsewhere.example/api/things/a", true, 200, &wrong),
        entry("GET", "https://things.example/app.js", false, 200, &wrong),
    ];
    let (drifts, notes, _) = archive(&entries, Some("https://things.example/api"));
    assert_eq!(drifts, Vec::<String>::new());
    assert!(notes[0].starts_with("2 of 3 entries are not judged") && notes[0].contains("/app.js"), "{notes:?}");
    assert_eq!(archive(&entries, None).0.len(), 2, "a missing member and a value outside its enum");
}

#[test]
fn hostile_archives_are_no_harm() {
    let mut bodies = entry("GET", &format!("{HERE}/a"), true, 200, &json!({}));
    bodies["response"]["content"] = json!({"size": 12, "mimeType": "application/json"});
    assert_eq!(archive(&[bodies.clone()], None).0, Vec::<String>::new(), "a body that was left out is no empty body");
    bodies["response"]["content"] =
        json!({"size": 12, "mimeType": "application/json", "encoding": "base64", "text": "eyJpZCI6ImEifQ=="});
    assert_eq!(archive(&[bodies.clone()], None).0, Vec::<String>::new(), "Base64 is undone");
    bodies["time"] = json!(1e300);
    bodies["request"]["url"] = json!("not a url");
    for odd in [json!(null), json!({}), json!([]), json!({"request": {"method": 1, "url": 2}}), bodies] {
        let (drifts, notes, verdict) = archive(&[odd], None);
        assert!(drifts.is_empty() && verdict.is_none() && notes.len() == 1, "{drifts:?} {notes:?}");
    }
}
