//! What a run may say: never green without evidence, never red for what the environment forbids.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use conform::drift::levels::Levels;
use conform::drift::{Level, Stability};
use conform::outcome::{CaseResult, Outcome};
use conform::plan::Selection;
use serde_json::{Value, json};

use crate::pets::{Pets, Reply, Server, Trial, document, errors, run};
use crate::proxy::Asked;

fn record<'o>(outcome: &'o Outcome, operation: &str) -> &'o conform::outcome::OperationRecord {
    outcome.operations.iter().find(|record| record.operation == operation).unwrap()
}

async fn pets(pets: &Arc<Pets>) -> Server {
    let pets = Arc::clone(pets);
    Server::start(move |asked| pets.reply(asked)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conformant_server_is_conformant_and_left_as_it_was() {
    let own = Arc::new(Pets::with(&["a"]));
    let server = pets(&own).await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("created.ndjson");
    let trial = Trial { undo_log: Some(log.clone()), ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (0, vec![]), "{outcome:#?}");
    assert_eq!(own.left(), ["a"], "ids with a space are found again and removed");
    assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
    let records = conform::run::undo_log::read(&log).unwrap();
    assert!(!records.entries.is_empty() && records.torn == 0);
    assert_eq!(records.pending(), []);
    let foreign = |line: &&String| !line.starts_with("GET") && line.ends_with("/pets/a");
    assert_eq!(server.asked().iter().find(foreign), None, "what was there is only read");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_read_only_environment_forbids_is_no_gap() {
    let own = Arc::new(Pets::with(&["a"]));
    let server = pets(&own).await;
    let read_only = Trial { change: |environment| environment.writes = false, ..Trial::default() };
    let outcome = read_only.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 0, "{:?}", outcome.reasons);
    for operation in ["addPet", "changePet", "removePet"] {
        let record = record(&outcome, operation);
        assert_eq!(record.not_exercised.as_deref(), Some("the environment forbids writes"), "{operation}");
    }
    assert_eq!(record(&outcome, "getPet").not_exercised, None);
    assert!(server.asked().iter().all(|line| line.starts_with("GET ")), "{:?}", server.asked());

    // Nothing is there to be read, and nothing may be made: that is too little, not conformance.
    let empty = pets(&Arc::default()).await;
    let outcome = read_only.run(&empty.base_url).await;
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
    assert!(outcome.reasons[0].starts_with("getPet "), "{:?}", outcome.reasons);

    // Nothing but writes was asked for.
    let selection = Selection { only: vec!["changePet".to_owned()], ..Selection::default() };
    let outcome = Trial { selection, ..read_only }.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_whose_ids_only_a_write_could_give_is_forbidden_with_it() {
    let mut document = document();
    document["paths"]["/pets"].as_object_mut().unwrap().shift_remove("get");
    let server = pets(&Arc::new(Pets::with(&["a"]))).await;
    let trial = Trial { document, change: |environment| environment.writes = false, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 0, "{:?}", outcome.reasons);
    let reason = record(&outcome, "getPet").not_exercised.clone().unwrap();
    assert!(reason.contains("the environment forbids writes"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_selected_operation_gets_its_fixtures_from_others() {
    let own = Arc::new(Pets::default());
    let server = pets(&own).await;
    for operation in ["getPet", "changePet", "removePet", "addPet", "listPets"] {
        let selection = Selection { only: vec![operation.to_owned()], ..Selection::default() };
        let outcome = Trial { selection, ..Trial::default() }.run(&server.base_url).await;
        assert_eq!(outcome.exit_code, 0, "{operation}: {:?}", outcome.reasons);
        assert_eq!(outcome.operations.len(), 1, "{operation}");
    }
    assert!(own.left().is_empty());
    // An excluded creator leaves nothing to change.
    let selection = Selection { exclude: vec!["addPet".to_owned()], ..Selection::default() };
    let trial =
        Trial { selection, change: |environment| environment.exclude.push("addPet".to_owned()), ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    assert_eq!(record(&outcome, "removePet").accepted, 0);
    assert!(server.asked().iter().filter(|line| line.starts_with("POST")).count() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn single_cases_owe_nothing_for_operations_that_they_do_not_call() {
    let server = pets(&Arc::default()).await;
    for (case, exit) in
        [("listPets minimal", 0), ("getPet unknown-id: path petId", 0), ("listPets wrong-credentials", 0)]
    {
        let selection = Selection { cases: vec![case.to_owned()], ..Selection::default() };
        let outcome = Trial { selection, ..Trial::default() }.run(&server.base_url).await;
        assert_eq!((outcome.cases.len(), outcome.exit_code), (1, exit), "{case}: {:?}", outcome.reasons);
    }
    // A case that could not be judged says nothing.
    let selection = Selection { cases: vec!["changePet minimal".to_owned()], ..Selection::default() };
    let trial = Trial { selection, change: |environment| environment.writes = false, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
    let selection = Selection { cases: vec!["no such case".to_owned()], ..Selection::default() };
    let outcome = Trial { selection, ..Trial::default() }.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, outcome.reasons), (4, vec!["nothing was selected".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drift_outweighs_a_gap() {
    let own = Pets::default();
    let server = Server::start(move |asked| match asked.method.as_str() {
        "PATCH" => Reply::Json(404, json!({"error": "no"})),
        "GET" if asked.is("GET", "/status") => Reply::Json(200, json!("up")),
        _ => own.reply(asked),
    })
    .await;
    let outcome = run(&server).await;
    assert_eq!(outcome.exit_code, 1, "{:?}", outcome.reasons);
    assert_eq!(record(&outcome, "changePet").accepted, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_credentials_are_the_environments_fault() {
    let server = Server::start(|_| Reply::Json(401, json!({"error": "who?"}))).await;
    let outcome = run(&server).await;
    assert_eq!(outcome.exit_code, 3, "{:?}", outcome.reasons);
    // No token at all is no better.
    let without = Trial { change: |environment| environment.credentials.clear(), ..Trial::default() };
    assert_eq!(without.run(&server.base_url).await.exit_code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn occurrences_are_those_of_the_run_and_an_intermittent_fault_is_counted() {
    for (every, workers) in [(1, 1), (1, 16), (3, 1)] {
        let own = Pets::default();
        let asked_for = std::sync::atomic::AtomicU32::new(0);
        let server = Server::start(move |asked| {
            let valid = asked.header("authorization") == Some("Bearer right");
            if valid && asked.is("GET", "/status") {
                let number = asked_for.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                return Reply::Json(200, if number.is_multiple_of(every) { json!("up") } else { json!({}) });
            }
            own.reply(asked)
        })
        .await;
        let change = if workers == 1 {
            |environment: &mut conform::environment::Environment| environment.concurrency = 1
        } else {
            |environment: &mut conform::environment::Environment| environment.concurrency = 16
        };
        let outcome = Trial { change, ..Trial::default() }.run(&server.base_url).await;
        assert_eq!(errors(&outcome), ["wrong-body/getStatus/200/type"], "{:?}", outcome.reasons);
        let drift = &outcome.drifts[0];
        let expected = match every {
            1 => Stability::Stable { asked: 3 },
            _ => Stability::Intermittent { seen: 1, asked: 3 },
        };
        assert_eq!((drift.occurrences, drift.stability), (1, expected), "every {every}th, {workers} workers");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_do_not_depend_on_the_number_of_workers() {
    let mut reports = Vec::new();
    for workers in [1, 16] {
        let own = Pets::default();
        let server = Server::start(move |asked| match own.reply(asked) {
            Reply::Json(200, Value::Array(pets)) => Reply::Json(200, json!([{"id": pets.len()}])),
            Reply::Json(200, mut pet) if pet["name"].is_string() => {
                pet["name"] = json!(7);
                Reply::Json(200, pet)
            }
            other => other,
        })
        .await;
        let change = if workers == 1 {
            |environment: &mut conform::environment::Environment| environment.concurrency = 1
        } else {
            |environment: &mut conform::environment::Environment| environment.concurrency = 16
        };
        let outcome = Trial { change, ..Trial::default() }.run(&server.base_url).await;
        let drifts: Vec<_> = outcome
            .drifts
            .iter()
            .map(|drift| (drift.id.clone(), drift.level, drift.occurrences, drift.cases.clone(), drift.part.clone()))
            .collect();
        let cases: Vec<_> = outcome.cases.iter().map(|case| (case.id.clone(), case.drifts.clone())).collect();
        reports.push((drifts, cases));
    }
    assert!(reports[0].0.len() >= 3, "{:#?}", reports[0].0);
    assert_eq!(reports[0], reports[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_created_than_allowed_and_what_may_exist_counts() {
    // Every creation hangs, so nobody knows what came of it.
    let own = Pets::with(&["a"]);
    let server = Server::start(move |asked: &Asked| {
        if asked.method == "POST" && asked.header("authorization") == Some("Bearer right") {
            return Reply::Hang;
        }
        own.reply(asked)
    })
    .await;
    let trial = Trial { change: |environment| environment.max_created = 3, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    let posts = server.log.lock().unwrap().iter().filter(|asked| asked.method == "POST").count();
    assert!(posts <= 5, "three that may have created something, two without valid credentials: {posts}");
    assert_eq!(outcome.exit_code, 1, "{:?}", outcome.reasons);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_removed_is_named_and_kept_in_the_log() {
    let own = Pets::default();
    let server = Server::start(move |asked: &Asked| match asked.method.as_str() {
        "DELETE" if asked.header("authorization") == Some("Bearer right") => Reply::Json(404, json!({"error": "no"})),
        _ => own.reply(asked),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let mut document = document();
    document["paths"]["/pets/{petId}"].as_object_mut().unwrap().shift_remove("delete");
    let log = folder.path().join("created.ndjson");
    let trial = Trial { document, undo_log: Some(log.clone()), ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    assert!(!outcome.left_behind.is_empty());
    assert!(outcome.left_behind.iter().all(|left| left.reason.contains("no way to remove it")));
    let pending = conform::run::undo_log::read(&log).unwrap().pending();
    assert_eq!(pending.len(), outcome.left_behind.len());
    assert!(pending.iter().all(|object| object.kept.is_some()), "{pending:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_levels_and_slow_answers_stand_in_the_report() {
    let server = pets(&Arc::default()).await;
    let levels = Levels::new(BTreeMap::from([
        ("undocumented-property".to_owned(), None),
        ("slow-response/getStatus".to_owned(), Some(Level::Error)),
    ]));
    let trial = Trial {
        levels,
        change: |environment| environment.slow_after = Some(std::time::Duration::ZERO),
        ..Trial::default()
    };
    let outcome = trial.run(&server.base_url).await;
    assert_eq!(errors(&outcome), ["slow-response/getStatus/200", "slow-response/getStatus/401"]);
    assert!(
        outcome.drifts.iter().any(|drift| drift.id == "slow-response/listPets/200" && drift.level == Level::Warning)
    );
    for note in ["level of slow-response/getStatus changed to error", "undocumented-property is switched off"] {
        assert!(outcome.notes.iter().any(|known| known == note), "{:?}", outcome.notes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_need_each_other_end_the_search() {
    let mut document = document();
    let answer = |member: &str| {
        json!({"200": {"description": "One", "content": {"application/json": {"schema":
            {"type": "object", "properties": {(member): {"type": "string"}}}}}}, "401": {"description": "Who?"}, "404": {"description": "None"}})
    };
    let id = |name: &str| json!([{"name": name, "in": "path", "required": true, "schema": {"type": "string"}}]);
    document["paths"]["/x/{xId}"] =
        json!({"parameters": id("xId"), "get": {"operationId": "getX", "responses": answer("yId")}});
    document["paths"]["/y/{yId}"] =
        json!({"parameters": id("yId"), "get": {"operationId": "getY", "responses": answer("xId")}});
    let server = pets(&Arc::default()).await;
    let trial = Trial { document, ..Trial::default() };
    let run = tokio::time::timeout(std::time::Duration::from_secs(20), trial.run(&server.base_url));
    let outcome = run.await.expect("the run ends");
    assert_eq!(outcome.exit_code, 4);
    assert_eq!(outcome.reasons.len(), 2, "{:?}", outcome.reasons);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interruption_reports_what_there_is_and_cleans_up() {
    let own = Arc::new(Pets::default());
    let (patched, mut patch) = tokio::sync::mpsc::unbounded_channel();
    let heard = Arc::new(AtomicBool::new(false));
    let (pets, interrupted) = (Arc::clone(&own), Arc::clone(&heard));
    let server = Server::start(move |asked| {
        if asked.method == "PATCH" {
            patched.send(()).unwrap();
            // No answer before the interruption: however fast the rest is, it comes in the middle.
            while !interrupted.load(Ordering::SeqCst) {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
        pets.reply(asked)
    })
    .await;
    let stop = async move {
        patch.recv().await;
        heard.store(true, Ordering::SeqCst);
    };
    let trial = Trial { change: |environment| environment.concurrency = 1, ..Trial::default() };
    let outcome = trial.run_until(&server.base_url, stop).await;
    assert_eq!((outcome.exit_code, outcome.partial), (130, true));
    assert!(own.left().is_empty(), "{:?}", own.left());
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_ids_are_matched_by_place_and_owned_by_collection() {
    let document = nested();
    let toys = std::sync::Mutex::new(Vec::<String>::new());
    let own = Pets::with(&["1"]);
    let server = Server::start(move |asked: &Asked| {
        let path = asked.path().trim_start_matches("/api").to_owned();
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        if asked.header("authorization") != Some("Bearer right") {
            return Reply::Json(401, json!({"error": "who?"}));
        }
        let [_, pet, "toys", rest @ ..] = segments.as_slice() else { return own.reply(asked) };
        let Reply::Json(200, _) =
            own.reply(&Asked { target: format!("/api/pets/{pet}"), method: "GET".into(), ..asked.clone() })
        else {
            return Reply::Json(404, json!({"error": "no pet"}));
        };
        let mut toys = toys.lock().unwrap();
        match (asked.method.as_str(), rest) {
            ("GET", []) => {
                Reply::Json(200, json!(toys.iter().map(|id| json!({"id": id.rsplit('/').next()})).collect::<Vec<_>>()))
            }
            ("POST", []) => {
                // The id of a foreign pet: the same text means another thing here. Only `Location` tells it.
                toys.push(format!("{pet}/1"));
                Reply::With(crate::proxy::Answer {
                    status: 201,
                    headers: vec![("location".into(), format!("/api/pets/{pet}/toys/1"))],
                    body: Vec::new(),
                })
            }
            ("DELETE", [id]) => {
                let before = toys.len();
                toys.retain(|toy| *toy != format!("{pet}/{id}"));
                if toys.len() < before {
                    Reply::Json(204, Value::Null)
                } else {
                    Reply::Json(404, json!({"error": "none"}))
                }
            }
            _ => Reply::Json(404, json!({"error": "none"})),
        }
    })
    .await;
    let outcome = Trial { document, ..Trial::default() }.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (0, vec![]), "{:?} {:#?}", outcome.reasons, outcome.drifts);
    assert!(outcome.left_behind.is_empty(), "{:?}", outcome.left_behind);
    let foreign = |line: &&String| !line.starts_with("GET") && line.contains("/pets/1");
    assert_eq!(server.asked().iter().find(foreign), None);
}

/// Toys below pets, with other names for the same places, and one name at both levels.
fn nested() -> Value {
    let mut document = document();
    let string = || json!({"type": "string"});
    let parameter = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": string()});
    let no = || json!({"description": "No"});
    document["paths"]["/pets/{id}/toys"] = json!({
        "parameters": [parameter("id")],
        "get": {"operationId": "listToys", "responses": {"200": {"description": "All", "content": {"application/json":
            {"schema": {"type": "array", "items": {"type": "object", "properties": {"id": string()}}}}}}, "401": no(), "404": no()}},
        "post": {"operationId": "addToy", "responses": {"201": {"description": "New"}, "401": no(), "404": no()}}});
    document["paths"]["/pets/{pet}/toys/{id}"] = json!({
        "parameters": [parameter("pet"), parameter("id")],
        "delete": {"operationId": "removeToy", "responses": {"204": {"description": "Gone"}, "401": no(), "404": no()}}});
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_that_were_not_judged_say_why() {
    let server = pets(&Arc::default()).await;
    let trial = Trial { change: |environment| environment.writes = false, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    for case in outcome.cases.iter().filter(|case| case.name.starts_with("changePet")) {
        let CaseResult::NotJudged { reason } = &case.result else { panic!("{case:?}") };
        assert!(reason.contains("the environment forbids writes"), "{reason}");
        assert_eq!(case.requests, 0);
    }
}
