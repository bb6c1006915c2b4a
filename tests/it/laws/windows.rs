//! A server that takes each reference once: lists are judged in a window of time, which others create in as well.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use conform::drift::Level;
use conform::outcome::{CaseResult, Outcome};
use serde_json::{Value, json};

use super::{LAWS, cases_of, lie};
use crate::proxy::{Answer, Asked, Lie, Proxy};
use crate::{run_selected, run_suite};

/// What is judged in a window.
const JUDGED: [&str; 9] = [
    "filter-complete",
    "bound-exclusive",
    "bound-inclusive",
    "limit-honoured",
    "pages-disjoint",
    "pages-complete",
    "total-is-filtered-count",
    "cursor-ends",
    "list-agrees-with-read",
];

fn asks(asked: &Asked, name: &str) -> Option<String> {
    let url = url::Url::parse(&format!("http://localhost{}", asked.target)).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// A request for a page of a window.
fn page(asked: &Asked) -> bool {
    window(asked) && asks(asked, "limit").as_deref() == Some("2")
}

fn window(asked: &Asked) -> bool {
    asked.is("GET", "/v1/customers")
        && asks(asked, "createDateStart").is_some()
        && asks(asked, "createDateEnd").is_some()
        && asks(asked, "customerStatus").is_none()
}

fn items(body: &mut Value) -> &mut Vec<Value> {
    body["items"].as_array_mut().unwrap()
}

/// A sandbox that takes each reference once, and then lies.
async fn once(liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static) -> Proxy {
    let taken = Mutex::new(BTreeSet::new());
    let first = move |asked: &Asked| {
        let twice = asked.is("POST", "/v1/customers")
            && serde_json::from_slice::<Value>(&asked.body)
                .is_ok_and(|body| !taken.lock().unwrap().insert(body["referenceId"].to_string()));
        twice.then(|| Answer {
            status: 409,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: br#"{"message":"taken"}"#.to_vec(),
        })
    };
    Proxy::start_before(first, liar).await
}

/// The outcome of the laws of these ids, while others create.
async fn busy(proxy: &Proxy, ids: &[&str]) -> Outcome {
    let ended = Arc::new(AtomicBool::new(false));
    let others = tokio::spawn(create(proxy.base_url.clone(), proxy.token.clone(), Arc::clone(&ended)));
    let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(ids)).await;
    ended.store(true, Ordering::Relaxed);
    assert!(others.await.unwrap() > 0, "nobody else created anything");
    outcome
}

/// Creates a customer again and again, as another client does. Returns how many.
async fn create(base_url: String, token: String, ended: Arc<AtomicBool>) -> usize {
    let example = LAWS.cases.iter().find(|case| case.name == "law: own ones in GetAllCustomers").unwrap();
    let mut body = example.steps[0].body().unwrap().clone();
    // The run installs it, too, if it comes first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let mut created = 0;
    while !ended.load(Ordering::Relaxed) {
        body["referenceId"] = format!("another-{created}").into();
        let url = format!("{base_url}/v1/customers");
        let answer = client.post(url).bearer_auth(&token).header("content-type", "application/json");
        let answer = answer.body(body.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        created += 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    created
}

/// Expects these drifts at level error, and no other, of a server that takes each reference once and lies.
async fn breaks(liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static, ids: &[&str]) {
    let proxy = once(liar).await;
    let outcome = busy(&proxy, ids).await;
    let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let found: Vec<&str> = errors.map(|drift| drift.id.as_str()).collect();
    assert_eq!(found, ids, "{:?} {:#?} {:#?}", outcome.reasons, unjudged(&outcome), outcome.drifts);
    assert!(outcome.drifts.iter().all(|drift| drift.says.is_some()));
}

fn unjudged(outcome: &Outcome) -> Vec<(&str, &str)> {
    let reason = |case: &'_ conform::outcome::CaseRecord| matches!(case.result, CaseResult::NotJudged { .. });
    let reasons = outcome.cases.iter().filter(|case| reason(case));
    reasons
        .filter_map(|case| match &case.result {
            CaseResult::NotJudged { reason } => Some((case.name.as_str(), reason.as_str())),
            _ => None,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_each_reference_once_is_judged_and_silent() {
    let proxy = once(|_, answer| Lie::Answer(answer)).await;
    let outcome = busy(&proxy, &JUDGED).await;
    assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
    assert_eq!(unjudged(&outcome), []);
    // All laws together, and two runs at once.
    let run = |seed| run_suite(&LAWS, seed, &proxy.base_url, &proxy.token);
    let (one, two) = tokio::join!(run(2), run(3));
    for outcome in [one, two] {
        assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filter_complete() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if window(asked) && !page(asked) && answer.is_success() {
            answer.edit(|body| {
                // What others created there is shown.
                items(body).retain(|item| !item["referenceId"].as_str().unwrap().starts_with("conform-"));
            });
        }
        Lie::Answer(answer)
    };
    // By the window, and by all that came after it was opened.
    let id = |end: &str| format!("filter-complete/GetAllCustomers/200/items/createDate{end}");
    breaks(liar, &[&id("End"), &id("Start")]).await;
}

/// A server that shows an element at the very bound, or leaves it out, at both ends alike.
fn ends(shows: bool) -> impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static {
    let known = Mutex::new(std::collections::BTreeMap::<String, Value>::new());
    move |asked, mut answer| {
        if window(asked) && answer.is_success() {
            let ends = ["createDateStart", "createDateEnd"].map(|name| asks(asked, name).unwrap());
            let mut known = known.lock().unwrap();
            answer.edit(|body| {
                for item in items(body).iter() {
                    known.insert(item["createDate"].as_str().unwrap().to_owned(), item.clone());
                }
                items(body).retain(|item| ends.iter().all(|end| item["createDate"] != **end));
                if shows {
                    items(body).extend(ends.iter().filter_map(|end| known.get(end)).cloned());
                }
            });
        }
        Lie::Answer(answer)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds() {
    let exclusive = "bound-exclusive/GetAllCustomers/200/items/*/createDate/createDateStart";
    breaks(ends(true), &[exclusive]).await;
    breaks(ends(false), &["bound-inclusive/GetAllCustomers/200/items/createDateEnd"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limit_honoured() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if page(asked) && answer.is_success() {
            answer.edit(|body| {
                if let Some(last) = items(body).last().cloned() {
                    items(body).extend([last.clone(), last]);
                }
            });
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["limit-honoured/GetAllCustomers/200/items/more"]).await;
    let liar = |asked: &Asked, mut answer: Answer| {
        if page(asked) && answer.is_success() {
            answer.edit(|body| {
                items(body).pop();
            });
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["limit-honoured/GetAllCustomers/200/items/fewer"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_disjoint() {
    let last = Mutex::new(Value::Null);
    let liar = move |asked: &Asked, mut answer: Answer| {
        if page(asked) && answer.is_success() {
            let mut last = last.lock().unwrap();
            answer.edit(|body| {
                if asks(asked, "after").is_some() && !last.is_null() {
                    items(body).insert(0, last.clone());
                }
                *last = items(body).last().cloned().unwrap_or_default();
            });
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["pages-disjoint/GetAllCustomers/200/items/*/customerId"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_complete() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if page(asked) && asks(asked, "after").is_some() && answer.is_success() {
            answer.edit(|body| {
                items(body).pop();
            });
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["pages-complete/GetAllCustomers/200"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn total_is_filtered_count() {
    let all = lie("GET", "/v1/customers", |_, body| body["totalCount"] = "1234".into());
    breaks(all, &["total-is-filtered-count/GetAllCustomers/200/totalCount/count"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cursor_ends() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if page(asked) && answer.is_success() {
            answer.edit(|body| {
                if let (true, Some(after)) = (body["after"].is_null(), asks(asked, "after")) {
                    body["after"] = after.into();
                }
            });
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["cursor-ends/GetAllCustomers/200/after"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn list_agrees_with_read() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if window(asked) && answer.is_success() {
            answer.edit(|body| {
                for item in items(body) {
                    item["referenceId"] = "somebody else's".into();
                }
            });
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["list-agrees-with-read/GetOneCustomer/200/referenceId"]).await;
}

/// What others do to a window while its pages are read: they remove what they created in it.
#[tokio::test(flavor = "multi_thread")]
async fn others_may_change_what_is_in_the_window() {
    let pages = Mutex::new(0);
    let liar = move |asked: &Asked, mut answer: Answer| {
        if window(asked) && answer.is_success() {
            let mut pages = pages.lock().unwrap();
            *pages += usize::from(page(asked));
            let others: Vec<Value> = (0..4)
                .map(|number| json!({"customerId": format!("00000000-0000-4000-8000-00000000000{number}")}))
                .collect();
            answer.edit(|body| {
                // By offset: once the first is gone, the next page leaves one out, and the total is another.
                if *pages < 2 {
                    items(body).splice(0..0, others.iter().take(1).cloned());
                    let total: u64 = body["totalCount"].as_str().unwrap().parse().unwrap();
                    body["totalCount"] = (total + 1).to_string().into();
                } else if page(asked) {
                    items(body).pop();
                }
                if page(asked) {
                    items(body).truncate(2);
                }
            });
        }
        Lie::Answer(answer)
    };
    let proxy = once(liar).await;
    let outcome = busy(&proxy, &["pages-disjoint", "pages-complete", "total-is-filtered-count", "cursor-ends"]).await;
    assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
    let changed = "others may have changed what the list shows";
    let reasons = unjudged(&outcome);
    for law in ["pages-disjoint", "pages-complete", "total-is-filtered-count"] {
        assert!(reasons.iter().any(|(name, why)| name.starts_with(law) && *why == changed), "{law} {reasons:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_tell_too_little_pin_nothing() {
    // To the minute, or not at all.
    for coarse in [true, false] {
        let liar = lie("POST", "/v1/customers", move |_, body| {
            let shown = body["createdAt"].as_str().unwrap();
            body["createdAt"] = if coarse { format!("{}:00Z", &shown[..16]).into() } else { Value::Null };
        });
        let proxy = once(liar).await;
        let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(&JUDGED)).await;
        let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.rule != "wrong-body").collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let reasons = unjudged(&outcome);
        for law in JUDGED.iter().filter(|law| !["limit-honoured", "list-agrees-with-read"].contains(law)) {
            assert!(reasons.iter().any(|(name, _)| name.starts_with(law)), "{law} {reasons:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_seconds_are_told_apart_by_waiting() {
    let second = |text: &str| format!("{}Z", &text[..19]);
    let liar = move |asked: &Asked, mut answer: Answer| {
        answer.edit(|body| {
            if asked.is("POST", "/v1/customers") && body.get("createdAt").is_some() {
                body["createdAt"] = second(body["createdAt"].as_str().unwrap()).into();
            }
        });
        Lie::Answer(answer)
    };
    let proxy = once(liar).await;
    let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(&JUDGED)).await;
    assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
    let reasons = unjudged(&outcome);
    for law in ["pages-disjoint", "pages-complete", "total-is-filtered-count", "cursor-ends"] {
        assert!(!reasons.iter().any(|(name, _)| name.starts_with(law)), "{reasons:?}");
    }
}
