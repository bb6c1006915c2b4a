//! What is shared is only read, and no parent is filled beyond what nobody has written down.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use conform::case::{Intent, Step};
use conform::drift::Level;
use serde_json::{Value, json};

use crate::made::{Made, breach, variant, with_body};
use crate::pets::{Pets, Reply, Server, document, errors};
use crate::proxy::Asked;

#[tokio::test(flavor = "multi_thread")]
async fn an_undeclared_method_never_meets_what_others_read() {
    let own = Arc::new(Pets::with(&["a"]));
    let pets = Arc::clone(&own);
    // It removes what it is asked to, although no document says that it would.
    let server = Server::start(move |asked| pets.reply(asked)).await;
    let mut document = document();
    document["paths"]["/pets/{petId}"].as_object_mut().unwrap().shift_remove("delete");
    let mut made = Made::new(&document);
    let minimal = made.minimal("getPet");
    let undeclared =
        |method: &str| Step { method: Some(method.to_owned()), intent: Intent::Undeclared, ..minimal.clone() };
    let mut cases = std::mem::take(&mut made.cases);
    // They read whatever a list shows, and so what is about to go, too.
    cases.retain(|case| conform::plan::family(case) != "listed");
    for count in 0..5 {
        made.add(&format!("getPet undeclared {count}"), undeclared("DELETE"));
        made.add(&format!("getPet read {count}"), minimal.clone());
        made.add(&format!("getPet put {count}"), undeclared("PUT"));
    }
    made.cases.extend(cases);
    made.change = |environment| environment.undeclared_methods = true;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(
        errors(&outcome),
        ["undeclared-method/getPet/200/PUT", "undeclared-method/getPet/204/DELETE"],
        "{:#?}",
        outcome.drifts
    );
    assert_eq!(own.left().first().map(String::as_str), Some("a"), "what was there before is not touched");
    let asked = server.asked();
    let ids = |method: &str| -> Vec<&str> {
        let lines = asked.iter().filter_map(|line| line.strip_prefix(method)?.strip_prefix(" /pets/"));
        lines.collect()
    };
    let (removed, read) = (ids("DELETE"), ids("GET"));
    assert!(removed.len() >= 5 && removed.iter().all(|id| !read.contains(id)), "{asked:?}");
    let mut once = removed.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), removed.len(), "each consumes its own: {asked:?}");
}

/// Pets with toys, at most `most` below each.
fn with_toys(document: &mut Value) {
    let of = |schema: Value| json!({"description": "A toy", "content": {"application/json": {"schema": schema}}});
    let toy = json!({"type": "object", "required": ["kind"], "properties": {"id": {"type": "string", "readOnly": true}, "kind": {"type": "string", "maxLength": 50}}});
    let path = |names: &[&str]| -> Value {
        names.iter().map(|n| json!({"name": n, "in": "path", "required": true, "schema": {"type": "string"}})).collect()
    };
    let errors = || {
        let one = json!({"description": "No"});
        json!({"400": one, "401": one, "404": one})
    };
    let with = |status: &str, response: Value| {
        let mut responses = errors();
        responses[status] = response;
        responses
    };
    document["paths"]["/pets/{petId}/toys"] = json!({
        "parameters": path(&["petId"]),
        "post": {"operationId": "addToy", "requestBody": {"required": true, "content": {"application/json": {"schema": toy}}},
            "responses": with("201", of(toy.clone()))}});
    document["paths"]["/pets/{petId}/toys/{toyId}"] = json!({
        "parameters": path(&["petId", "toyId"]),
        "delete": {"operationId": "removeToy", "responses": with("204", json!({"description": "Gone"}))}});
}

type Toys = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

fn toys(pets: &Pets, toys: &Toys, most: usize, asked: &Asked) -> Reply {
    let path = asked.path().trim_start_matches("/api").to_owned();
    let Some((pet, toy)) = path.strip_prefix("/pets/").and_then(|rest| rest.split_once("/toys")) else {
        return pets.reply(asked);
    };
    if asked.header("authorization") != Some("Bearer right") {
        return Reply::Json(401, json!({"error": "who?"}));
    }
    let mut all = toys.lock().unwrap();
    let mine = all.entry(pet.to_owned()).or_default();
    if asked.method == "DELETE" {
        mine.retain(|known| *known != toy.trim_start_matches('/'));
        return Reply::Json(204, Value::Null);
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    if !body["kind"].is_string() || body["kind"] == "wrong" || mine.len() >= most {
        return Reply::Json(400, json!({"error": "no"}));
    }
    let id = format!("toy{}", mine.len());
    mine.push(id.clone());
    Reply::Json(201, json!({"id": id, "kind": body["kind"]}))
}

#[tokio::test(flavor = "multi_thread")]
async fn parents_take_turns_before_they_are_full() {
    let (own, all) = (Arc::new(Pets::default()), Toys::default());
    let (pets, mine) = (Arc::clone(&own), Arc::clone(&all));
    let server = Server::start(move |asked| toys(&pets, &mine, 10, asked)).await;
    let mut document = document();
    with_toys(&mut document);
    let mut made = Made::new(&document);
    let base = with_body(&made.minimal("addToy"), json!({"kind": "ball"}));
    let place = "/paths/~1pets~1{petId}~1toys/post/requestBody/content/application~1json/schema/properties/kind/type";
    for count in 0..40 {
        made.add(
            &format!("addToy {count}"),
            variant(&base, json!({"kind": format!("k{count}")}), "/kind", Intent::Valid),
        );
        let refused = variant(&base, json!({"kind": count}), "/kind", breach("body kind type", place));
        made.add(&format!("addToy refused {count}"), refused);
        made.add(&format!("removeToy {count}"), made.minimal("removeToy"));
    }
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    assert!(outcome.drifts.iter().all(|drift| drift.level == Level::Warning), "{:#?}", outcome.drifts);
    assert_eq!(outcome.exit_code, 0, "{:?}", outcome.reasons);
    let record = outcome.operations.iter().find(|record| record.operation == "addToy").unwrap();
    assert!(record.valid >= 40 && record.accepted == record.valid, "{record:?}");
    // Those that should be refused share one parent, which stays empty.
    let (pets, bodies): (Vec<String>, Vec<String>) = {
        let log = server.log.lock().unwrap();
        let posts = log.iter().filter(|asked| asked.is("POST", "/toys"));
        posts.map(|asked| (asked.path().to_owned(), String::from_utf8_lossy(&asked.body).into_owned())).unzip()
    };
    let refused: std::collections::BTreeSet<&String> = pets
        .iter()
        .zip(&bodies)
        .filter(|(_, body)| !body.contains('"') || !body.contains(":\""))
        .map(|(p, _)| p)
        .collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(own.left().is_empty(), "{:?}", own.left());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_below_which_something_was_wrongly_made_is_replaced() {
    let (own, all) = (Arc::new(Pets::default()), Toys::default());
    let (pets, mine) = (Arc::clone(&own), Arc::clone(&all));
    let server = Server::start(move |asked| toys(&pets, &mine, 3, asked)).await;
    let mut document = document();
    with_toys(&mut document);
    let mut made = Made::new(&document);
    let base = with_body(&made.minimal("addToy"), json!({"kind": "ball"}));
    let place =
        "/paths/~1pets~1{petId}~1toys/post/requestBody/content/application~1json/schema/properties/kind/maxLength";
    for count in 0..12 {
        let kind = format!("{}{count}", "x".repeat(60));
        let reason = format!("body kind maxLength {count}");
        made.add(
            &format!("addToy long {count}"),
            variant(&base, json!({"kind": kind}), "/kind", breach(&reason, place)),
        );
    }
    made.change = |environment| environment.concurrency = 1;
    let outcome = made.run(&server.base_url).await;
    let found: Vec<&str> =
        errors(&outcome).into_iter().filter(|id| id.starts_with("accepted-invalid/addToy/")).collect();
    assert_eq!(found.len(), 12, "a full parent would have hidden some: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_looked_for_below_an_id_that_is_wrong() {
    let (own, all) = (Arc::new(Pets::default()), Toys::default());
    let (pets, mine) = (Arc::clone(&own), Arc::clone(&all));
    let server = Server::start(move |asked| match toys(&pets, &mine, 9, asked) {
        _ if asked.target.contains("/pets/wrong") => Reply::Json(400, json!({"error": "no such id"})),
        other => other,
    })
    .await;
    let mut document = document();
    with_toys(&mut document);
    let mut made = Made::new(&document);
    let minimal = made.minimal("removeToy");
    let mut step =
        Step { intent: breach("path petId", "/paths/~1pets~1{petId}~1toys~1{toyId}/parameters/0"), ..minimal };
    for argument in step.arguments.iter_mut().filter(|argument| argument.name == "petId") {
        argument.value = conform::case::Supply::Wire("wrong".to_owned());
    }
    made.add("removeToy wrong parent", step);
    made.change = |environment| environment.touch_foreign = true;
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    assert!(outcome.drifts.iter().all(|drift| drift.rule != "rejected-valid"), "{:#?}", outcome.drifts);
    let asked = server.asked();
    let wrong: Vec<&String> = asked.iter().filter(|line| line.contains("/pets/wrong")).collect();
    assert!(matches!(&wrong[..], [one] if one.starts_with("DELETE /pets/wrong/toys/toy")), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_its_schema_forbids_may_be_removed_and_an_empty_one_may_not() {
    let own = Arc::new(Pets::with(&["a"]));
    let pets = Arc::clone(&own);
    let server = Server::start(move |asked| pets.reply(asked)).await;
    let mut made = Made::new(&document());
    let minimal = made.minimal("removePet");
    for id in ["7x", "", "..", "a%2Fb"] {
        let mut step = minimal.clone();
        step.sibling = Some(conform::case::Sibling {
            step: Arc::new(minimal.clone()),
            at: conform::case::Spot::Parameter(
                conform::contract::Location::Path,
                "petId".to_owned(),
                conform::document::Pointer::root(),
            ),
            before: None,
            after: None,
        });
        step.intent = breach("path petId", "/paths/~1pets~1{petId}/parameters/0/schema/type");
        for argument in step.arguments.iter_mut().filter(|argument| argument.name == "petId") {
            argument.value = conform::case::Supply::Wire(id.replace("%2F", "/"));
        }
        made.add(&format!("removePet {id:?}"), step);
    }
    let outcome = made.run(&server.base_url).await;
    assert_eq!(errors(&outcome), [""; 0], "{:#?}", outcome.drifts);
    let asked = server.asked();
    // Beside its own ones, and the well-formed one that names nothing.
    let other = |line: &&String| line.starts_with("DELETE") && !line.contains("/pets/new") && line.len() < 40;
    let wrong: Vec<&String> = asked.iter().filter(other).collect();
    assert_eq!(wrong, ["DELETE /pets/7x"], "{asked:?}");
    assert_eq!(own.left(), ["a"]);
}
