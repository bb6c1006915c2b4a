//! Documents that are wrong about a correct server: what is proposed is the truth or less, and ends the drift.

use conform::amend::{Bench, Proof, overlay, propose};
use conform::document::Document;
use conform::drift::Level;
use conform::drift::levels::Levels;
use conform::outcome::Outcome;
use serde_json::{Value, json};

use crate::pets::Server;
use crate::things::{Manner, Ran, Things, run, truth};

/// A run against a server that is right.
async fn ran(document: &Value, overlays: &[String]) -> Ran {
    let things = Things::default();
    let server = Server::start(move |asked| things.reply(asked)).await;
    run(document, overlays, &server, &Manner::default()).await
}

/// What is wrong, where, and what it is instead; nothing where it is left out.
type Lie = (&'static str, &'static str, Option<Value>);

const THING: &str = "/components/schemas/Thing";

fn lies() -> Vec<Lie> {
    vec![
        ("a value is missing", "Thing/properties/state/enum", Some(json!(["NEW", "CLOSED"]))),
        ("two values are missing", "Thing/properties/state/enum", Some(json!(["NEW"]))),
        ("values are spelled otherwise", "Thing/properties/state/enum", Some(json!(["new", "active", "closed"]))),
        ("a text is a number", "Thing/properties/name/type", Some(json!("integer"))),
        ("a number is a text", "Thing/properties/count", Some(json!({"type": "string"}))),
        ("a fraction is whole", "Thing/properties/ratio/type", Some(json!("integer"))),
        ("a list is a text", "Thing/properties/tags", Some(json!({"type": "string"}))),
        ("an object is a text", "Thing/properties/place", Some(json!({"type": "string"}))),
        ("null is not allowed", "Thing/properties/note/nullable", None),
        ("null is not allowed, beside values", "Thing/properties/note", Some(json!({"type": "string", "enum": ["x"]}))),
        ("what comes sometimes is required", "Thing/required", Some(json!(["id", "name", "state", "extra"]))),
        ("what never comes is required", "Thing/required", Some(json!(["id", "name", "state", "owner"]))),
        ("a text has a form", "Thing/properties/created/format", Some(json!("date-time"))),
        ("an id is a uuid", "Thing/properties/id/format", Some(json!("uuid"))),
        ("a text is short", "Thing/properties/name/maxLength", Some(json!(5))),
        ("a text is long", "Thing/properties/created/minLength", Some(json!(9))),
        ("a text has a pattern", "Thing/properties/created/pattern", Some(json!("^[0-9]+$"))),
        ("a number is small", "Thing/properties/count/maximum", Some(json!(3))),
        ("a number is large", "Thing/properties/count/minimum", Some(json!(5))),
        ("a list is short", "Thing/properties/tags/maxItems", Some(json!(1))),
        ("a list is long", "Thing/properties/tags/minItems", Some(json!(3))),
        ("a list holds nothing twice", "Thing/properties/tags/uniqueItems", Some(json!(true))),
        ("a number is a multiple", "Thing/properties/count/multipleOf", Some(json!(7))),
        ("a property is not documented", "Thing/properties/created", None),
        (
            "nothing else may come",
            "Thing/properties/place",
            Some(json!({"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": false})),
        ),
        ("a status is not documented", "/paths/~1things~1{id}/get/responses/404", None),
        ("another status is documented", "/paths/~1things/post/responses/400", None),
        (
            "another media type is documented",
            "/paths/~1things~1{id}/get/responses/404/content",
            Some(json!({"text/plain": {"schema": {"type": "string"}}})),
        ),
        (
            "a header field is required",
            "/paths/~1things~1{id}/get/responses/200/headers",
            Some(json!({"X-Page": {"required": true, "schema": {"type": "string"}}})),
        ),
        ("everybody needs credentials", "/paths/~1health/get/security", None),
        ("what is sent is short", "NewThing/properties/name/maxLength", Some(json!(5))),
        ("what may be left out is required", "NewThing/required", Some(json!(["name", "count"]))),
        ("a number that is sent is small", "NewThing/properties/count/maximum", Some(json!(10))),
        ("what is sent has a pattern", "NewThing/properties/name/pattern", Some(json!("^[a-z]+$"))),
    ]
}

fn pointer(place: &str) -> String {
    if place.starts_with('/') { place.to_owned() } else { format!("/components/schemas/{place}") }
}

/// `truth` with one lie.
fn wrong((_, place, instead): &Lie) -> Value {
    let mut document = truth();
    let place = conform::document::Pointer::parse(&pointer(place)).unwrap();
    place.put(&mut document, instead.clone()).unwrap();
    document
}

fn errors(outcome: &Outcome) -> Vec<&str> {
    let open = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    open.map(|drift| drift.id.as_str()).collect()
}

/// Whether `amended` promises what `truth` does, or more: no value that `truth` forbids is allowed because of it.
fn is_tight(amended: Option<&Value>, truth: Option<&Value>, keyword: &str) -> bool {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    match keyword {
        "enum" => match (amended.and_then(Value::as_array), truth.and_then(Value::as_array)) {
            (Some(amended), Some(truth)) => {
                truth.iter().all(|value| amended.contains(value)) || amended.iter().all(|value| truth.contains(value))
            }
            (amended, truth) => amended.is_none() == truth.is_none(),
        },
        "required" => {
            let names = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
            names(truth).iter().all(|name| names(amended).contains(name))
        }
        "maxLength" | "maxItems" | "maximum" => {
            number(truth).is_none_or(|truth| number(amended).is_some_and(|amended| amended <= truth))
        }
        "minLength" | "minItems" | "minimum" => {
            number(truth).is_none_or(|truth| number(amended).is_some_and(|amended| amended >= truth))
        }
        // What is forbidden beyond the truth is tighter.
        "format" | "pattern" | "uniqueItems" | "multipleOf" => true,
        _ => amended == truth,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_truth_shows_no_drift() {
    let Ran { outcome, .. } = ran(&truth(), &[]).await;
    assert_eq!(outcome.drifts.iter().map(|drift| &drift.id).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_wrong_documents_nearly_all_are_mended_by_what_is_proposed() {
    let lies = lies();
    assert!(lies.len() >= 30);
    let mut missed = Vec::new();
    for lie in &lies {
        if let Err(why) = mended(lie).await {
            missed.push(format!("{}: {why}", lie.0));
        }
    }
    println!("{} of {} wrong documents were mended\n{}", lies.len() - missed.len(), lies.len(), missed.join("\n"));
    assert!(missed.len() * 10 <= lies.len(), "{} of {} were missed:\n{}", missed.len(), lies.len(), missed.join("\n"));
}

/// Whether what is proposed ends the drift that `lie` makes and allows nothing that is not so.
async fn mended(lie: &Lie) -> Result<(), String> {
    let document = wrong(lie);
    let Ran { outcome, contract, recording, environment } = ran(&document, &[]).await;
    let levels = Levels::default();
    let bench = Bench { environment: &environment, levels: &levels };
    let amendments = propose(&contract, &outcome.drifts, &recording.traffic, &bench);
    let shown: Vec<&str> = outcome.drifts.iter().map(|drift| drift.id.as_str()).collect();
    if shown.is_empty() {
        return Err("no drift".to_owned());
    }
    if amendments.iter().all(|amendment| amendment.proof != Proof::Verified) {
        return Err(format!("nothing was proved of {shown:?}: {amendments:?}"));
    }
    let own: Vec<_> = amendments.iter().collect();
    let text = overlay("things.json", &own);
    let Ran { outcome: after, contract: amended, .. } = ran(&document, std::slice::from_ref(&text)).await;
    if !after.drifts.iter().all(|drift| drift.level == Level::Note) {
        return Err(format!("{:?} after\n{text}", errors(&after)));
    }
    let (true_document, amended) = (truth(), &amended.sources[0].effective);
    let place = pointer(lie.1);
    let keyword = place.rsplit('/').next().unwrap();
    if !(place.starts_with(THING) || place.contains("NewThing")) || place.ends_with("place") || place.ends_with("note")
    {
        return Ok(());
    }
    if ["created", "count", "tags"].contains(&keyword) {
        // The whole property was another one: its kind has to be right again.
        let kind = |document: &Value| document.pointer(&format!("{place}/type")).cloned();
        let same = kind(amended) == kind(&true_document);
        return if same { Ok(()) } else { Err(format!("{:?}", amended.pointer(&place))) };
    }
    let (now, right) = (amended.pointer(&place), true_document.pointer(&place));
    if is_tight(now, right, keyword) { Ok(()) } else { Err(format!("{now:?} where {right:?} is true")) }
}

#[test]
fn an_overlay_is_one_that_can_be_read() {
    let text = overlay("a \"b\".json", &[]);
    assert!(Document::parse("x.overlay.yaml", text).is_ok());
}
