//! A second API, with PUT and `Location`, of which no line of code knows: its laws hold, or it is told which does not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use conform::case::Origin;
use conform::drift::Level;
use conform::environment::Environment;
use conform::generate;
use conform::outcome::{CaseResult, Outcome};
use conform::suite::{Sources, Suite};
use serde_json::{Map, Value, json};

use crate::pets::{Reply, Server, errors};
use crate::proxy::{Answer, Asked};
use crate::{run_selected, run_suite};

static LIBRARY: LazyLock<Suite> =
    LazyLock::new(|| laws(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/laws/library.overlay.yaml")));

/// The cases of laws that this overlay declares of the library.
pub(super) fn laws(overlay: &Path) -> Suite {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/laws");
    let sources =
        Sources { specs: vec![data.join("library.yaml")], overlays: vec![overlay.to_owned()], cases: Vec::new() };
    let generation = generate::Settings { seed: 1, mark: vec!["label".to_owned()], ..generate::Settings::default() };
    let mut suite = Suite::load(&sources, &generation).unwrap_or_else(|errors| panic!("{errors:#?}"));
    suite.cases.retain(|case| matches!(case.origin, Origin::Law { .. }));
    suite
}

/// What the library does otherwise: the faults, then what it may well do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Healthy,
    /// `Location` names a number that nobody has.
    LocationOfNothing,
    /// `Location` names the shelf that was put up before.
    LocationOfAnother,
    /// DELETE answers 204 and deletes nothing.
    DeletesNothing,
    /// PUT changes what it names and keeps the rest.
    PartialPut,
    /// PUT adds up instead of replacing.
    AddingPut,
    /// PUT answers 201 each time.
    CreatingPut,
    /// Every shelf has the number of the first.
    OneId,
    /// Every book has the number of the first of its shelf.
    OneNumber,
    /// The list of books leaves out the first.
    FirstUnlisted,
    /// The same of the last.
    LastUnlisted,
    /// What was refused is put up all the same.
    KeepsRefused,
    /// A shelf takes a thirteenth book.
    Boundless,
    /// Books are found on every shelf.
    Shared,
    /// `Location` is a whole URL, with a query.
    AbsoluteLocation,
    /// `Location` names the host that the server knows itself by.
    InnerLocation,
    /// Nothing that is optional is ever shown.
    Silent,
    /// Of books the newest come first.
    NewestFirst,
    /// The same book cannot be put on a shelf twice.
    NoDoubles,
    /// Only books that a list of titles names can be put on a shelf.
    NoNewTitles,
    /// The same book cannot be put on a shelf twice, and a shelf takes a thirteenth.
    BoundlessNoDoubles,
    /// What was deleted is answered with 410, and a second deletion with 409.
    Gone,
}

#[derive(Default, Clone)]
pub(super) struct Library {
    /// The last number that was given out, and the shelves.
    shelves: (u64, BTreeMap<u64, Value>),
    /// The same for each shelf.
    books: BTreeMap<u64, (u64, BTreeMap<u64, Value>)>,
}

async fn open(way: Way) -> Server {
    let library = Mutex::new(Library::default());
    Server::start(move |asked| library.lock().unwrap().reply(way, asked)).await
}

impl Library {
    pub(super) fn reply(&mut self, way: Way, asked: &Asked) -> Reply {
        if asked.header("authorization") != Some("Bearer right") {
            return Reply::Json(401, json!({"error": "who?"}));
        }
        let path = asked.path().trim_start_matches("/api/").to_owned();
        let segments: Vec<&str> = path.split('/').collect();
        let id = |at: usize| segments.get(at).and_then(|id| id.parse::<u64>().ok()).unwrap_or_default();
        match (asked.method.as_str(), segments.as_slice()) {
            ("GET", ["shelves"]) => self.list_shelves(asked),
            ("POST", ["shelves"]) => self.add_shelf(way, asked),
            (_, ["shelves", _]) => {
                let keep = move |stored: &Value, sent: &Map<String, Value>| put(way, stored, sent, "id", "");
                let status = if way == Way::CreatingPut { 201 } else { 200 };
                one(way, asked, &mut self.shelves.1, id(1), (status, &keep))
            }
            (_, ["shelves", _, "books", ..]) if !self.shelves.1.contains_key(&id(1)) => missing(),
            ("GET", ["shelves", _, "books"]) => {
                let books = self.books.get(&id(1)).into_iter().flat_map(|(_, books)| books.values());
                let mut books: Vec<Value> = books.map(|book| shown(way, book)).collect();
                match way {
                    Way::FirstUnlisted => books = books.into_iter().skip(1).collect(),
                    Way::LastUnlisted => drop(books.pop()),
                    Way::NewestFirst => books.reverse(),
                    _ => {}
                }
                Reply::Json(200, json!({"books": books}))
            }
            ("POST", ["shelves", _, "books"]) => self.add_book(way, asked, id(1)),
            ("GET", ["shelves", _, "books", _]) if way == Way::Shared => {
                let found = self.books.values().find_map(|(_, books)| books.get(&id(3)));
                found.map_or_else(missing, |book| Reply::Json(200, book.clone()))
            }
            (_, ["shelves", _, "books", _]) => {
                let keep = move |stored: &Value, sent: &Map<String, Value>| put(way, stored, sent, "no", "about");
                let books = &mut self.books.entry(id(1)).or_default().1;
                one(way, asked, books, id(3), (200, &keep))
            }
            _ => missing(),
        }
    }

    fn list_shelves(&self, asked: &Asked) -> Reply {
        let url = url::Url::parse(&format!("http://h{}", asked.target)).unwrap();
        let label = url.query_pairs().find(|(name, _)| name == "label").map(|(_, label)| label.into_owned());
        let wanted = |shelf: &&Value| label.as_ref().is_none_or(|label| shelf["label"] == json!(label));
        Reply::Json(200, self.shelves.1.values().filter(wanted).cloned().collect())
    }

    fn add_shelf(&mut self, way: Way, asked: &Asked) -> Reply {
        let Some(sent) = sent(asked).filter(|sent| sent.contains_key("label")) else {
            let wrong = serde_json::from_slice::<Map<String, Value>>(&asked.body).unwrap_or_default();
            if way == Way::KeepsRefused && wrong.contains_key("label") {
                self.shelves.0 += 1;
                let kept = json!({"id": self.shelves.0, "label": wrong["label"]});
                self.shelves.1.insert(self.shelves.0, kept);
            }
            return Reply::Json(400, json!({"error": "no shelf"}));
        };
        let number = if way == Way::OneId { 1 } else { self.shelves.0 + 1 };
        let new = put(way, &json!({"id": number}), &sent, "id", "");
        self.shelves.0 = number;
        self.shelves.1.insert(number, new.clone());
        let host = asked.header("host").unwrap();
        let location = match way {
            Way::LocationOfNothing => "/api/shelves/9999".to_owned(),
            Way::LocationOfAnother if number > 1 => format!("/api/shelves/{}", number - 1),
            Way::AbsoluteLocation => format!("http://{host}/api/shelves/{number}?fresh=1"),
            Way::InnerLocation => format!("http://library.internal:8080/shelves/{number}"),
            _ => format!("/api/shelves/{number}"),
        };
        created(location, &new)
    }

    fn add_book(&mut self, way: Way, asked: &Asked, on: u64) -> Reply {
        let Some(sent) = sent(asked).filter(|sent| sent.contains_key("title")) else {
            return Reply::Json(400, json!({"error": "no book"}));
        };
        // Numbers count from one on each shelf, and where books are found everywhere, over all.
        let all =
            if way == Way::Shared { self.books.values().map(|(last, _)| *last).max().unwrap_or_default() } else { 0 };
        let (last, books) = self.books.entry(on).or_default();
        if books.len() >= 12 && !matches!(way, Way::Boundless | Way::BoundlessNoDoubles) {
            return Reply::Json(409, json!({"error": "full"}));
        }
        if way == Way::NoNewTitles && sent["title"].as_str().unwrap().contains(|c: char| c.is_ascii_digit()) {
            return Reply::Json(400, json!({"error": "who wrote that?"}));
        }
        if matches!(way, Way::NoDoubles | Way::BoundlessNoDoubles)
            && books.values().any(|book| book["about"] == Value::Object(sent.clone()))
        {
            return Reply::Json(409, json!({"error": "it is there"}));
        }
        *last = (*last).max(all) + 1;
        books.insert(*last, put(way, &json!({"no": *last}), &sent, "no", "about"));
        let number = if way == Way::OneNumber { 1 } else { *last };
        let headers = vec![("location".to_owned(), format!("books/{number}"))];
        Reply::With(Answer { status: 201, headers, body: Vec::new() })
    }
}

/// What is stored in the place of the first once the second was sent.
type Keep = dyn Fn(&Value, &Map<String, Value>) -> Value;

/// Reads, replaces or deletes one of `things`.
fn one(way: Way, asked: &Asked, things: &mut BTreeMap<u64, Value>, id: u64, (status, keep): (u16, &Keep)) -> Reply {
    let Some(known) = things.get(&id).cloned() else {
        let status = if asked.method == "DELETE" { 409 } else { 410 };
        return if way == Way::Gone { Reply::Json(status, json!({"error": "gone"})) } else { missing() };
    };
    match asked.method.as_str() {
        "GET" => Reply::Json(200, shown(way, &known)),
        "PUT" => {
            let Some(sent) = sent(asked) else { return Reply::Json(400, json!({"error": "no body"})) };
            things.insert(id, keep(&known, &sent));
            Reply::Json(status, shown(way, &things[&id]))
        }
        _ => {
            if way != Way::DeletesNothing {
                things.remove(&id);
            }
            Reply::Json(204, Value::Null)
        }
    }
}

/// What is stored once `sent` was put in the place of `stored`; its members stand at `below`, where that is named.
fn put(way: Way, stored: &Value, sent: &Map<String, Value>, id: &str, below: &str) -> Value {
    let old = if below.is_empty() { stored } else { &stored[below] };
    let mut members = match (way, old) {
        (Way::PartialPut, Value::Object(old)) => old.clone(),
        _ => Map::new(),
    };
    for (name, value) in sent {
        let sum = || Some(old.get(name)?.as_i64()? + value.as_i64()?);
        let value =
            if way == Way::AddingPut { sum().map_or_else(|| value.clone(), Value::from) } else { value.clone() };
        members.insert(name.clone(), value);
    }
    let mut thing = if below.is_empty() { Value::Object(members) } else { json!({ below: members }) };
    thing[id] = stored[id].clone();
    thing
}

fn shown(way: Way, thing: &Value) -> Value {
    let mut thing = thing.clone();
    if way == Way::Silent {
        thing.as_object_mut().unwrap().retain(|name, _| matches!(name.as_str(), "id" | "no" | "label" | "about"));
        if let Some(about) = thing.get_mut("about") {
            *about = json!({});
        }
    }
    thing
}

/// The body, where its members are of the types that the document gives them.
fn sent(asked: &Asked) -> Option<Map<String, Value>> {
    let sent: Map<String, Value> = serde_json::from_slice(&asked.body).ok()?;
    let tags = sent.get("tags").map_or(Some(&[][..]), |tags| tags.as_array().map(Vec::as_slice))?;
    let right = |(name, value): (&String, &Value)| match name.as_str() {
        "label" | "title" => value.is_string(),
        "width" | "pages" => value.as_u64().is_some_and(|n| n > 0 && n <= 5000),
        "tags" => true,
        "imprint" => value.as_object().is_some_and(|imprint| {
            imprint.get("place").is_none_or(Value::is_string) && imprint.get("year").is_none_or(Value::is_u64)
        }),
        _ => false,
    };
    (tags.iter().all(Value::is_string) && sent.iter().all(right)).then_some(sent)
}

fn created(location: String, thing: &Value) -> Reply {
    let headers = vec![("location".into(), location), ("content-type".into(), "application/json".into())];
    Reply::With(Answer { status: 201, headers, body: thing.to_string().into_bytes() })
}

fn missing() -> Reply {
    Reply::Json(404, json!({"error": "none"}))
}

async fn run(way: Way) -> Outcome {
    let server = open(way).await;
    run_suite(&LIBRARY, 1, &server.base_url, "right").await
}

/// What is found at level error is exactly this.
async fn shows(way: Way, ids: &[&str]) -> Outcome {
    let server = open(way).await;
    let outcome = run_selected(&LIBRARY, 1, &server.base_url, "right", super::cases_of(ids)).await;
    assert_eq!(errors(&outcome), ids, "{way:?}: {:?} {:#?}", outcome.reasons, outcome.drifts);
    assert_eq!(outcome.exit_code, 1, "{way:?}");
    for drift in outcome.drifts.iter().filter(|drift| drift.level == Level::Error) {
        assert!(drift.says.is_some(), "{} quotes nothing", drift.id);
        assert!(!drift.steps.is_empty(), "{}: {:?}", drift.id, drift.steps);
    }
    outcome
}

/// The laws that could not be judged, each with its reason.
fn unjudged(outcome: &Outcome) -> Vec<(&str, &str)> {
    let not_judged = outcome.cases.iter().filter_map(|case| match &case.result {
        CaseResult::NotJudged { reason } => Some((case.name.as_str(), reason.as_str())),
        _ => None,
    });
    not_judged.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_healthy_library_is_silent_and_all_its_laws_are_judged() {
    let outcome = run(Way::Healthy).await;
    assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
    assert_eq!(unjudged(&outcome), []);
    let families: Vec<&str> = outcome.cases.iter().map(|case| case.family.as_str()).collect();
    for law in [
        "created-is-readable",
        "created-is-listed",
        "filter-sound",
        "id-unique",
        "location-resolves",
        "deleted-is-gone",
        "delete-again",
        "child-belongs-to-parent",
        "maximum-holds",
        "replace-is-whole",
        "replace-is-idempotent",
    ] {
        assert!(families.contains(&law), "{law} has no case: {families:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_leaves_a_child_out() {
    for way in [Way::FirstUnlisted, Way::LastUnlisted] {
        let outcome = shows(way, &["created-is-listed/listBooks/200/books"]).await;
        let drift = outcome.drifts.iter().find(|drift| drift.level == Level::Error).unwrap();
        assert_eq!(drift.says.as_deref(), Some("The books on a shelf."));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_location() {
    shows(Way::LocationOfNothing, &["location-resolves/getShelf/404"]).await;
    // Where there is another one.
    let outcome = run(Way::LocationOfAnother).await;
    assert!(errors(&outcome).contains(&"location-resolves/getShelf/200/another"), "{:#?}", outcome.drifts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_that_deletes_nothing() {
    let ids = ["deleted-is-gone/getBook/200", "deleted-is-gone/getShelf/200"];
    shows(Way::DeletesNothing, &ids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_updates_a_part() {
    let outcome =
        shows(Way::PartialPut, &["replace-is-whole/getBook/200/about/pages", "replace-is-whole/getShelf/200/width"])
            .await;
    let drift = &outcome.drifts[0];
    assert_eq!(drift.says.as_deref(), Some("Replaces a book."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_is_not_idempotent() {
    let ids = ["replace-is-idempotent/getBook/200/about/pages", "replace-is-idempotent/getShelf/200/width"];
    shows(Way::AddingPut, &ids).await;
    shows(Way::CreatingPut, &["replace-is-idempotent/putShelf/201/created"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_id_for_all() {
    let outcome = run(Way::OneId).await;
    assert!(errors(&outcome).contains(&"id-unique/addShelf/201/id"), "{:#?}", outcome.drifts);
    shows(Way::OneNumber, &["id-unique/addBook/201"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_maximum() {
    shows(Way::Boundless, &["maximum-holds/addBook/201/above"]).await;
    shows(Way::BoundlessNoDoubles, &["maximum-holds/addBook/201/above"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_maximum_is_not_reached_for_where_less_may_be_created() {
    for most in [1, 5, 12] {
        let library = std::sync::Arc::new(Mutex::new(Library::default()));
        let own = std::sync::Arc::clone(&library);
        let server = Server::start(move |asked| own.lock().unwrap().reply(Way::Healthy, asked)).await;
        let selection = super::cases_of(&["maximum-holds"]);
        let change = move |environment: &mut Environment| environment.max_created = most;
        let outcome = crate::run_changed(&LIBRARY, 1, (&server.base_url, "right"), selection, change).await;
        assert!(outcome.drifts.is_empty(), "{most}: {:#?}", outcome.drifts);
        assert_eq!(unjudged(&outcome).len(), outcome.cases.len(), "{most}: {:?}", outcome.cases);
        assert!(unjudged(&outcome)[0].1.contains(&format!("{most} objects were created already")), "{most}");
        let created = server.asked().iter().filter(|asked| asked.starts_with("POST ")).count();
        assert_eq!(created, most, "each was taken, and no more was sent");
        assert!(outcome.left_behind.is_empty(), "{most}: {:?}", outcome.left_behind);
        let library = library.lock().unwrap();
        assert!(library.shelves.1.is_empty(), "{most}: {:?}", library.shelves);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_below_every_parent() {
    shows(Way::Shared, &["child-belongs-to-parent/getBook/200"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_library_may_do_is_no_drift() {
    for (way, silent) in [
        (Way::AbsoluteLocation, &[][..]),
        (Way::InnerLocation, &["location-resolves"]),
        (Way::Silent, &["replace-is-whole"]),
        (Way::NewestFirst, &[]),
        (Way::NoDoubles, &[]),
        (Way::NoNewTitles, &[]),
        (Way::Gone, &[]),
    ] {
        let outcome = run(way).await;
        assert!(outcome.drifts.is_empty(), "{way:?}: {:#?}", outcome.drifts);
        let unjudged = unjudged(&outcome);
        for law in silent {
            assert!(unjudged.iter().any(|(name, _)| name.starts_with(law)), "{way:?}: {unjudged:?}");
        }
        if !silent.contains(&"maximum-holds") {
            assert!(!unjudged.iter().any(|(name, _)| name.starts_with("maximum-holds")), "{way:?}: {unjudged:?}");
        }
    }
}
