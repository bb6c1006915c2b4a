//! What takes a while to be seen: laws wait as long as the documents say, and look once more when that is nearly over.

use std::path::Path;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use conform::drift::Level;
use conform::outcome::{CaseResult, Outcome};
use conform::plan::Selection;
use conform::suite::Suite;

use super::cases_of;
use super::second::{Library, Way, laws};
use crate::pets::{Reply, Server};
use crate::proxy::Asked;
use crate::run_selected;

/// The library's laws where its documents say that what is written is seen within a second.
static SETTLING: LazyLock<Suite> = LazyLock::new(|| {
    let overlay = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/laws/library.overlay.yaml");
    let text = std::fs::read_to_string(overlay).unwrap();
    let amended = ["shelf", "book"].into_iter().fold(text, |text, name| {
        let name = format!("        name: {name}\n");
        text.replace(&name, &format!("{name}        settles-within: 1s\n"))
    });
    let folder = tempfile::tempdir().unwrap();
    let overlay = folder.path().join("library.overlay.yaml");
    std::fs::write(&overlay, amended).unwrap();
    laws(&overlay)
});

/// A library that shows what it was a while ago.
struct Lagging {
    lag: Duration,
    now: Library,
    /// What it was after each change.
    before: Vec<(Instant, Library)>,
}

impl Lagging {
    fn reply(&mut self, way: Way, asked: &Asked) -> Reply {
        if asked.method == "GET" {
            let seen = self.before.iter().rev().find(|(since, _)| since.elapsed() >= self.lag);
            return seen.map(|(_, library)| library.clone()).unwrap_or_default().reply(way, asked);
        }
        let reply = self.now.reply(way, asked);
        self.before.push((Instant::now(), self.now.clone()));
        reply
    }
}

/// The outcome of a library that goes this way and shows what was written after `lag`.
async fn run(way: Way, lag: Duration, selection: Selection) -> Outcome {
    let library = Mutex::new(Lagging { lag, now: Library::default(), before: Vec::new() });
    let server = Server::start(move |asked| library.lock().unwrap().reply(way, asked)).await;
    run_selected(&SETTLING, 1, &server.base_url, "right", selection).await
}

const A_WHILE: Duration = Duration::from_millis(400);

/// Expects these drifts at this level, and no other, although the library shows what was written after a while only.
async fn shows(way: Way, level: Level, ids: &[&str]) {
    let outcome = run(way, A_WHILE, cases_of(ids)).await;
    let found: Vec<_> = outcome.drifts.iter().map(|drift| (drift.id.as_str(), drift.level)).collect();
    let expected: Vec<_> = ids.iter().map(|id| (*id, level)).collect();
    assert_eq!(found, expected, "{way:?}: {:?} {:#?}", outcome.reasons, outcome.drifts);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seen_in_time_is_silent_and_judged() {
    let outcome = run(Way::Healthy, A_WHILE, Selection::default()).await;
    assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
    let unjudged = outcome.cases.iter().filter(|case| matches!(case.result, CaseResult::NotJudged { .. }));
    assert_eq!(unjudged.map(|case| (&case.name, &case.result)).collect::<Vec<_>>(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_may_be_shown_for_a_while_and_no_longer() {
    shows(Way::DeletesNothing, Level::Error, &["deleted-is-gone/getBook/200", "deleted-is-gone/getShelf/200"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_refused_creation_may_come_late() {
    shows(Way::KeepsRefused, Level::Error, &["failed-create-leaves-nothing/listShelves/200"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_replacement_keeps_or_adds_may_be_seen_late() {
    let ids = ["replace-is-whole/getBook/200/about/pages", "replace-is-whole/getShelf/200/width"];
    // It may take longer than that for once.
    shows(Way::PartialPut, Level::Warning, &ids).await;
    let ids = ["replace-is-idempotent/getBook/200/about/pages", "replace-is-idempotent/getShelf/200/width"];
    shows(Way::AddingPut, Level::Error, &ids).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_may_be_seen_late_below_another_parent() {
    shows(Way::Shared, Level::Error, &["child-belongs-to-parent/getBook/200"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_seen_is_said() {
    let never = Duration::from_secs(600);
    let outcome = run(Way::Healthy, never, cases_of(&["created-is-readable", "deleted-is-gone"])).await;
    let mut found: Vec<&str> = outcome.drifts.iter().map(|drift| drift.id.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["created-is-readable/getBook/404", "created-is-readable/getShelf/404"], "{:#?}", outcome.drifts);
}
