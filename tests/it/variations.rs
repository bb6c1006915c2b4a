//! Conformant servers that use a freedom of the documents: no drift at level error.

use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use conform::drift::Level;
use conform::outcome::Outcome;
use conform::suite::Suite;
use serde_json::{Value, json};

use crate::proxy::{Answer, Asked, Lie, Proxy};
use crate::seeds::{is_drawn, seeded};
use crate::{default_suite, run_against, run_suite};

/// Runs against a conformant variation: it must end as conformant, or as too little evidence where `evidence` is false.
async fn silent(what: &str, evidence: bool, vary: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static) {
    judged_silent(what, evidence, Proxy::start(vary).await).await;
}

async fn judged_silent(what: &str, evidence: bool, proxy: Proxy) {
    let judged = |what: &str, outcome: &Outcome, evidence: bool| {
        let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.level == Level::Error).collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}");
        let expected = if evidence { 0 } else { 4 };
        assert_eq!(outcome.exit_code, expected, "{what}: {:?} {:?}", outcome.reasons, outcome.notes);
    };
    judged(what, &run_against(&proxy.base_url, &proxy.token).await, evidence);
    if SEEDED.load(Ordering::Relaxed) {
        for (seed, suite) in SEEDS.iter() {
            let outcome = run_suite(suite, *seed, &proxy.base_url, &proxy.token).await;
            // What a seed changes is sent to some operations once, which may be too little, and is no drift.
            judged(&format!("{what}, seed {seed}"), &outcome, evidence && outcome.exit_code != 4);
        }
    }
}

/// Whether each variation is judged for several seeds, too.
static SEEDED: AtomicBool = AtomicBool::new(false);

/// Five seeds: the first with all that `conform run` sends to the sandbox, of the others what they change.
static SEEDS: LazyLock<Vec<(u64, Suite)>> = LazyLock::new(|| {
    let suite = |seed| {
        let (mut suite, _, generation) = default_suite();
        seeded(&mut suite, &generation, seed);
        if seed > 1 {
            suite.cases.retain(is_drawn);
        }
        (seed, suite)
    };
    (1..=5).map(suite).collect()
});

/// The variations, each of which is a test of its own for one seed; but for the slow one, which would take five minutes.
const ALL: [fn(); 14] = [
    the_sandbox_itself,
    optional_properties_are_absent,
    a_creation_answers_with_an_empty_object,
    another_refusal_that_a_range_documents,
    a_charset_in_any_case_and_vendor_headers,
    errors_as_problem_details,
    compressed_answers,
    uuids_in_upper_case_and_times_with_offset,
    one_request_per_connection,
    too_many_requests_now_and_then,
    an_empty_data_set,
    a_server_that_creates_nothing_is_not_well_evidenced,
    what_was_created_is_found_a_little_later,
    what_was_removed_is_gone_a_little_later,
];

#[test]
fn every_variation_is_in_the_list() {
    let own = include_str!("variations.rs");
    assert_eq!(own.matches("\n#[tokio::test(flavor").count(), ALL.len() + 1);
}

#[test]
#[ignore = "two minutes: fourteen servers, each for five seeds"]
fn no_variation_is_a_drift_for_five_seeds() {
    SEEDED.store(true, Ordering::Relaxed);
    for variation in ALL {
        variation();
    }
}

fn each_object(value: &mut Value, change: &impl Fn(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            change(members);
            members.values_mut().for_each(|member| each_object(member, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        _ => {}
    }
}

fn each_string(value: &mut Value, change: &impl Fn(&str, &str) -> Option<String>) {
    each_object(value, &|members| {
        for (name, member) in members {
            if let Some(new) = member.as_str().and_then(|text| change(name, text)) {
                *member = Value::String(new);
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_itself() {
    silent("sandbox", true, |_, answer| Lie::Answer(answer)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn optional_properties_are_absent() {
    silent("sparse list", true, |asked, mut answer| {
        if asked.is("GET", "/v1/customers") && answer.is_success() {
            answer.edit(|body| {
                for item in body["items"].as_array_mut().into_iter().flatten() {
                    *item = json!({"customerId": item["customerId"]});
                }
                body.as_object_mut().unwrap().shift_remove("totalCount");
            });
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_answers_with_an_empty_object() {
    silent("{}", true, |asked, mut answer| {
        if asked.is("POST", "/v1/customers") && answer.is_success() {
            answer.body = b"{}".to_vec();
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_refusal_that_a_range_documents() {
    silent("422", true, |asked, mut answer| {
        if answer.status == 400 && !asked.is("GET", "/v1/customers") {
            answer.status = 422;
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charset_in_any_case_and_vendor_headers() {
    silent("charset", true, |_, mut answer| {
        if answer.headers.iter().any(|(n, v)| n.eq_ignore_ascii_case("content-type") && v.contains("json")) {
            answer.set_header("Content-Type", "Application/JSON; Charset=\"UTF-8\"");
        }
        answer.set_header("X-Request-Id", "4711");
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_as_problem_details() {
    silent("problem+json", true, |_, mut answer| {
        if answer.status >= 400 {
            let status = answer.status;
            answer.set_header("content-type", "application/problem+json");
            answer.set_json(&json!({"type": "about:blank", "title": "Refused", "status": status}));
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_answers() {
    silent("gzip", true, |asked, mut answer| {
        if asked.header("accept-encoding").is_some_and(|value| value.contains("gzip")) {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&answer.body).unwrap();
            answer.body = encoder.finish().unwrap();
            answer.set_header("content-encoding", "gzip");
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_answers() {
    silent("150 ms", true, |_, answer| Lie::Late(Duration::from_millis(150), answer)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uuids_in_upper_case_and_times_with_offset() {
    silent("spelling", true, |asked, mut answer| {
        if asked.method != "GET" || answer.is_success() {
            answer.edit(|body| {
                each_string(body, &|name, text| {
                    if name.ends_with("Id") && text.len() == 36 && text.matches('-').count() == 4 {
                        return Some(text.to_ascii_uppercase());
                    }
                    let time = text.len() >= 20 && text.ends_with('Z') && text.get(10..11) == Some("T");
                    time.then(|| format!("{}+00:00", text.trim_end_matches('Z')))
                });
            });
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_per_connection() {
    silent("close", true, |_, mut answer| {
        answer.set_header("Connection", "close");
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_now_and_then() {
    let count = AtomicU64::new(0);
    let refuse = move |_: &Asked| {
        let headers = vec![("Retry-After".into(), "0".into())];
        let now = count.fetch_add(1, Ordering::Relaxed) % 10 == 9;
        now.then(|| Answer { status: 429, headers, body: Vec::new() })
    };
    judged_silent("429", true, Proxy::start_before(refuse, |_, answer| Lie::Answer(answer)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_data_set() {
    let created = std::sync::Mutex::new(std::collections::HashSet::<String>::new());
    silent("empty", true, move |asked, mut answer| {
        let mut created = created.lock().unwrap();
        if asked.is("POST", "/v1/customers") && answer.is_success() {
            created.extend(answer.json().and_then(|body| Some(body["customerId"].as_str()?.to_owned())));
        } else if asked.is("GET", "/v1/customers") && answer.is_success() {
            answer.edit(|body| {
                let before = body["items"].as_array().map_or(0, Vec::len);
                let is_known = |item: &Value| item["customerId"].as_str().is_some_and(|id| created.contains(id));
                body["items"].as_array_mut().unwrap().retain(is_known);
                // What was there before this run comes last.
                if body["items"].as_array().map_or(0, Vec::len) < before {
                    body["after"] = Value::Null;
                    body.as_object_mut().unwrap().remove("totalCount");
                }
            });
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_creates_nothing_is_not_well_evidenced() {
    silent("no creation", false, |asked, mut answer| {
        if asked.is("POST", "/v1/customers") && answer.is_success() {
            answer.status = 409;
            answer.body = Vec::new();
        }
        Lie::Answer(answer)
    })
    .await;
}

/// No document promises that what was created can be read at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_created_is_found_a_little_later() {
    let created = std::sync::Mutex::new(std::collections::HashMap::<String, std::time::Instant>::new());
    silent("eventual reads", true, move |asked, mut answer| {
        let mut created = created.lock().unwrap();
        if asked.method == "POST" && answer.is_success() {
            let body = answer.json().unwrap_or_default();
            let id = body["bankAccountId"].as_str().or(body["customerId"].as_str()).unwrap_or_default();
            created.insert(id.to_owned(), std::time::Instant::now());
        } else if let Some(born) = asked.path().rsplit('/').find_map(|segment| created.get(segment))
            && born.elapsed() < Duration::from_millis(200)
            && answer.is_success()
        {
            answer.status = 404;
            answer.body = br#"{"id": "not yet"}"#.to_vec();
        }
        Lie::Answer(answer)
    })
    .await;
}

/// Nor that what was removed is gone at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_is_gone_a_little_later() {
    let removed = std::sync::Mutex::new(std::collections::HashMap::<String, std::time::Instant>::new());
    let last = std::sync::Mutex::new(std::collections::HashMap::<String, Answer>::new());
    silent("eventual removal", true, move |asked, answer| {
        let id = asked.path().rsplit('/').next().unwrap_or_default().to_owned();
        if asked.method == "DELETE" && answer.is_success() {
            removed.lock().unwrap().insert(id, std::time::Instant::now());
        } else if asked.method == "GET" && asked.path().contains("/bankinfo/") {
            let stale = removed.lock().unwrap().get(&id).is_some_and(|at| at.elapsed() < Duration::from_millis(300));
            let mut last = last.lock().unwrap();
            if let Some(before) = last.get(&id).filter(|_| stale) {
                return Lie::Answer(before.clone());
            }
            if answer.is_success() {
                last.insert(id, answer.clone());
            }
        }
        Lie::Answer(answer)
    })
    .await;
}
