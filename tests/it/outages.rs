//! An outage is no drift, and a drift no outage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use conform::case::Intent;
use conform::environment::Environment;
use serde_json::json;

use crate::made::{Made, variant, with_body};
use crate::pets::{Pets, Reply, Server, Trial, document, errors, run};
use crate::proxy::{Answer, Asked};

const WORKERS: [fn(&mut Environment); 2] = [|e| e.concurrency = 1, |e| e.concurrency = 64];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answers() {
    let server = Server::start(|_| Reply::Close).await;
    let base_url = server.base_url.clone();
    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    for change in WORKERS {
        let outcome = Trial { change, ..Trial::default() }.run(&base_url).await;
        assert_eq!((outcome.exit_code, errors(&outcome)), (3, vec![]), "{:?}", outcome.reasons);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_in_the_middle() {
    for change in WORKERS {
        let own = Pets::default();
        let count = AtomicU32::new(0);
        let dead = Arc::new(tokio::sync::Notify::new());
        let dies = Arc::clone(&dead);
        let server = Server::start(move |asked| {
            if count.fetch_add(1, Ordering::Relaxed) >= 20 {
                dies.notify_one();
                return Reply::Close;
            }
            own.reply(asked)
        })
        .await;
        let (base_url, trial) = (server.base_url.clone(), Trial { change, ..Trial::default() });
        let (outcome, ()) = tokio::join!(trial.run(&base_url), async {
            dead.notified().await;
            drop(server);
        });
        assert_eq!((outcome.exit_code, errors(&outcome)), (3, vec![]), "{:?}", outcome.reasons);
        assert!(outcome.partial && outcome.reasons.len() == 1, "{:?}", outcome.reasons);
        assert!(outcome.cases.iter().all(|case| case.result != conform::outcome::CaseResult::Failed));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_for_everything() {
    for after in [0, 20] {
        let own = Pets::default();
        let count = AtomicU32::new(0);
        let server =
            Server::start(
                move |asked| {
                    if count.fetch_add(1, Ordering::Relaxed) >= after { Reply::Hang } else { own.reply(asked) }
                },
            )
            .await;
        let outcome = run(&server).await;
        assert_eq!((outcome.exit_code, errors(&outcome)), (3, vec![]), "after {after}: {:?}", outcome.reasons);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_that_hangs_is_a_drift() {
    for change in WORKERS {
        let own = Pets::default();
        let server =
            Server::start(move |asked: &Asked| if asked.is("GET", "/pets") { Reply::Hang } else { own.reply(asked) })
                .await;
        let outcome = Trial { change, ..Trial::default() }.run(&server.base_url).await;
        assert_eq!(outcome.exit_code, 1, "{:?}", outcome.reasons);
        assert_eq!(errors(&outcome), ["no-response/listPets/-/timeout"], "{:?}", outcome.reasons);
    }
}

fn busy(after: Option<&str>) -> Reply {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(after.map(|after| ("retry-after".to_owned(), after.to_owned())));
    Reply::With(Answer { status: 429, headers, body: b"{}".to_vec() })
}

/// A rate limit that lasts is the environment's: what does not come through is not judged, and nothing is green for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_that_lasts_is_an_outage() {
    for (calm, after) in [(0, Some("0")), (0, Some("60")), (25, Some("60")), (25, Some("0"))] {
        for change in WORKERS {
            let own = Pets::default();
            let count = AtomicU32::new(0);
            let server = Server::start(move |asked: &Asked| {
                if count.fetch_add(1, Ordering::Relaxed) < calm { own.reply(asked) } else { busy(after) }
            })
            .await;
            let outcome = Trial { change, ..Trial::default() }.run(&server.base_url).await;
            assert_eq!((outcome.exit_code, errors(&outcome)), (3, vec![]), "{calm} {after:?}: {:?}", outcome.reasons);
            assert!(outcome.reasons.len() == 1 && outcome.reasons[0].contains("429"), "{:?}", outcome.reasons);
        }
    }
}

/// Without `Retry-After` each pause is a guess; after two in vain nobody waits any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_rate_limit_without_a_time_ends_the_run_soon() {
    let server = Server::start(|_| busy(None)).await;
    let begun = std::time::Instant::now();
    let trial = Trial { change: |e| e.concurrency = 8, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (3, vec![]), "{:?}", outcome.reasons);
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_that_is_limited_is_not_enough_evidence() {
    for calm in [0, 3] {
        let own = Pets::with(&["a"]);
        let count = AtomicU32::new(0);
        let server = Server::start(move |asked: &Asked| {
            let limited = asked.is("GET", "/pets") && count.fetch_add(1, Ordering::Relaxed) >= calm;
            if limited { busy(Some("60")) } else { own.reply(asked) }
        })
        .await;
        let mut document = document();
        document["paths"]["/pets"]["get"]["responses"]["429"] = json!({"description": "Later"});
        let outcome = Trial { document, ..Trial::default() }.run(&server.base_url).await;
        assert_eq!((outcome.exit_code, errors(&outcome)), (4, vec![]), "{calm}: {:?}", outcome.reasons);
        let [reason] = &*outcome.reasons else { panic!("{calm}: {:?}", outcome.reasons) };
        assert!(reason.contains("listPets") && reason.contains("429"), "{calm}: {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_the_server_now_and_then() {
    for (after, exit) in [(None, 1), (Some("0"), 0)] {
        let own = Pets::default();
        let count = AtomicU32::new(0);
        let server = Server::start(move |asked: &Asked| {
            if count.fetch_add(1, Ordering::Relaxed) % 10 != 9 {
                return own.reply(asked);
            }
            let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
            headers.extend(after.map(|after| ("retry-after".to_owned(), after.to_owned())));
            Reply::With(Answer { status: 503, headers, body: b"{}".to_vec() })
        })
        .await;
        let outcome = run(&server).await;
        assert_eq!(outcome.exit_code, exit, "{after:?}: {:?}", outcome.reasons);
        assert!(
            outcome.drifts.iter().filter(|drift| exit == 1 || drift.rule == "server-error").count() > 0 || exit == 0
        );
        assert!(errors(&outcome).iter().all(|id| id.starts_with("server-error/")), "{:?}", errors(&outcome));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_from_the_start_or_in_the_middle_is_an_outage() {
    for (calm, status) in [(0, 500), (0, 503), (25, 503), (25, 500)] {
        let own = Pets::default();
        let count = AtomicU32::new(0);
        let server = Server::start(move |asked: &Asked| {
            if count.fetch_add(1, Ordering::Relaxed) < calm {
                return own.reply(asked);
            }
            Reply::Json(status, json!({"error": "maintenance"}))
        })
        .await;
        let outcome = run(&server).await;
        assert_eq!(outcome.exit_code, 3, "{status} after {calm}: {:?} {:?}", outcome.reasons, errors(&outcome));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_locked_out_says_so_once() {
    let own = Pets::default();
    let wrong = AtomicU32::new(0);
    let server = Server::start(move |asked: &Asked| {
        if asked.header("authorization").is_some_and(|value| value != "Bearer right") {
            wrong.fetch_add(1, Ordering::Relaxed);
        }
        if wrong.load(Ordering::Relaxed) > 1 { Reply::Json(401, json!({"error": "locked"})) } else { own.reply(asked) }
    })
    .await;
    let trial = Trial { change: |e| e.concurrency = 1, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, outcome.reasons.len()), (3, 1), "{:?}", outcome.reasons);
    assert!(outcome.reasons[0].contains("401"), "{:?}", outcome.reasons);
    let last = outcome.reasons[0].split("the last request before that was ").nth(1).unwrap();
    assert!(last.ends_with("wrong-credentials)"), "the second wrong credential did it: {:?}", outcome.reasons);
}

/// Many variants of one request; the one that breaks the target is somewhere among them.
fn flood(made: &mut Made, poison: &str) {
    let base = with_body(&made.minimal("addPet"), json!({"name": "Rex"}));
    for count in 0..60 {
        made.add(
            &format!("addPet variant {count}"),
            variant(&base, json!({"name": format!("v{count}")}), "/name", Intent::Valid),
        );
        made.add(&format!("listPets again {count}"), made.minimal("listPets"));
    }
    let at = made.cases.len() - 60;
    let poisoned = variant(&base, json!({ "name": poison }), "/name", Intent::Valid);
    made.add("addPet poisoned", poisoned);
    let case = made.cases.pop().unwrap();
    made.cases.insert(at, case);
    made.change = |environment| environment.concurrency = 1;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_the_target_is_named_and_ends_the_run() {
    type Answer = fn() -> Reply;
    let answers: [(&str, Answer); 5] = [
        ("401", || Reply::Json(401, json!({"error": "locked"}))),
        ("403", || Reply::Json(403, json!({"error": "locked"}))),
        ("503", || Reply::Json(503, json!({"error": "maintenance"}))),
        ("500", || Reply::Json(500, json!({"error": "broken"}))),
        ("connection", || Reply::Close),
    ];
    for (sign, answer) in answers {
        let own = Pets::with(&["a"]);
        let broken = Arc::new(AtomicU32::new(0));
        let server = Server::start(move |asked: &Asked| {
            let poisoned = String::from_utf8_lossy(&asked.body).contains("poison");
            if broken.load(Ordering::Relaxed) > 0 {
                broken.fetch_add(1, Ordering::Relaxed);
                return answer();
            }
            broken.fetch_add(u32::from(poisoned), Ordering::Relaxed);
            own.reply(asked)
        })
        .await;
        let mut made = Made::new(&crate::pets::document());
        flood(&mut made, "poison");
        let outcome = made.run(&server.base_url).await;
        assert_eq!(outcome.exit_code, 3, "{sign}: {:?} {:#?}", outcome.reasons, outcome.drifts);
        let reason = &outcome.reasons[0];
        assert!(reason.contains("POST /pets (addPet poisoned)") && reason.contains(sign), "{sign}: {reason}");
        let asked = server.asked();
        let at = server
            .log
            .lock()
            .unwrap()
            .iter()
            .position(|a| String::from_utf8_lossy(&a.body).contains("poison"))
            .unwrap();
        // Transport failures are tried again, cleaning up is not.
        assert!(asked.len() - at < 40, "{sign}: {} requests after it", asked.len() - at);
        assert_eq!(errors(&outcome), [""; 0], "{sign}: {:#?}", outcome.drifts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_target_for_good_has_no_answer_itself() {
    let own = Pets::with(&["a"]);
    let broken = AtomicU32::new(0);
    let server = Server::start(move |asked: &Asked| {
        let poisoned = String::from_utf8_lossy(&asked.body).contains("poison");
        if broken.fetch_add(u32::from(poisoned), Ordering::Relaxed) > 0 || poisoned {
            return Reply::Close;
        }
        own.reply(asked)
    })
    .await;
    let mut made = Made::new(&crate::pets::document());
    flood(&mut made, "poison");
    let outcome = made.run(&server.base_url).await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (3, vec![]), "{:?}", outcome.reasons);
    assert!(
        outcome.reasons[0].starts_with("the target is gone since POST /pets (addPet poisoned)"),
        "{:?}",
        outcome.reasons
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_that_fails_for_each_variant_is_no_outage() {
    let own = Pets::with(&["a"]);
    let server = Server::start(move |asked: &Asked| match own.reply(asked) {
        Reply::Json(201, _) if String::from_utf8_lossy(&asked.body).contains("\"v") => {
            Reply::Json(500, json!({"error": "oops"}))
        }
        other => other,
    })
    .await;
    let mut made = Made::new(&crate::pets::document());
    let base = with_body(&made.minimal("addPet"), json!({"name": "Rex"}));
    for count in 0..60 {
        made.add(
            &format!("addPet variant {count}"),
            variant(&base, json!({"name": format!("v{count}")}), "/name", Intent::Valid),
        );
    }
    let outcome = made.run(&server.base_url).await;
    assert_eq!(
        (outcome.exit_code, errors(&outcome)),
        (1, vec!["server-error/addPet/500/valid"]),
        "{:?}",
        outcome.reasons
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_operation_that_always_fails_is_a_drift_even_alone() {
    let own = Pets::default();
    let server = Server::start(move |asked: &Asked| match own.reply(asked) {
        Reply::Json(200, _) if asked.is("GET", "/pets") => Reply::Json(500, json!({"error": "oops"})),
        other => other,
    })
    .await;
    let selection = conform::plan::Selection { only: vec!["listPets".to_owned()], ..Default::default() };
    let outcome = Trial { selection, ..Trial::default() }.run(&server.base_url).await;
    assert_eq!(outcome.exit_code, 1, "{:?}", outcome.reasons);
    assert_eq!(errors(&outcome)[0], "server-error/listPets/500/valid");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_hosts_that_is_down_is_the_environments_fault() {
    let gone = Server::start(|_| Reply::Close).await;
    let nobody = gone.base_url.clone();
    drop(gone);
    let own = Pets::default();
    let server = Server::start(move |asked| own.reply(asked)).await;
    let mut document = crate::pets::document();
    document["servers"] = json!([{"url": server.base_url, "description": "staging"}]);
    document["paths"]["/status"]["servers"] = json!([{"url": nobody, "description": "staging"}]);
    let trial = Trial {
        document,
        change: |e| {
            e.target = conform::environment::Target::Server("staging".to_owned());
            e.concurrency = 1;
        },
        ..Trial::default()
    };
    let outcome = trial.run("http://127.0.0.1:9").await;
    assert_eq!((outcome.exit_code, errors(&outcome)), (3, vec![]), "{:?}", outcome.reasons);
}
