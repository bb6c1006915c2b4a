//! Laws of what becomes of things: each is broken alone, and what a server may well do breaks none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use conform::drift::Level;
use conform::outcome::{CaseResult, Outcome};
use serde_json::{Value, json};

use super::{LAWS, breaks, cases_of, lie, run};
use crate::proxy::{Answer, Asked, Lie, Proxy};
use crate::{run_selected, run_suite};

/// The customer and the account that a path below `bankinfo` names.
fn named(asked: &Asked) -> Option<(String, Option<String>)> {
    let (customer, rest) = asked.path().strip_prefix("/api/v1/customers/")?.split_once("/bankinfo")?;
    let account = rest.strip_prefix('/').map(str::to_owned);
    Some((customer.to_owned(), account))
}

pub(super) fn json_answer(status: u16, body: &Value) -> Answer {
    let headers = vec![("content-type".into(), "application/json".into())];
    Answer { status, headers, body: body.to_string().into_bytes() }
}

/// The ids of all drifts, each with its level.
fn drifts(outcome: &Outcome) -> Vec<(&str, Level)> {
    outcome.drifts.iter().map(|drift| (drift.id.as_str(), drift.level)).collect()
}

/// Why cases of `law` were not judged.
fn unjudged<'o>(outcome: &'o Outcome, law: &str) -> Vec<&'o str> {
    let of_law = outcome.cases.iter().filter(|case| case.family == law);
    of_law
        .filter_map(|case| match &case.result {
            CaseResult::NotJudged { reason } => Some(reason.as_str()),
            _ => None,
        })
        .collect()
}

/// A sandbox whose DELETE says that it removes, and does not.
async fn deleting_nothing() -> Proxy {
    let first = |asked: &Asked| {
        let (_, account) = named(asked).filter(|_| asked.method == "DELETE")?;
        Some(json_answer(200, &json!({"bankAccountId": account?, "status": "REMOVED"})))
    };
    Proxy::start_before(first, |_, answer| Lie::Answer(answer)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_is_gone() {
    let proxy = deleting_nothing().await;
    let outcome = run_suite(&LAWS, 1, &proxy.base_url, &proxy.token).await;
    let expected = [
        ("delete-again/RemoveCustomerBankAccountInformation/200", Level::Warning),
        ("deleted-is-gone/GetBankAccountInformation/200/*", Level::Error),
        ("maximum-holds/AddCustomerBankInformation/400/removed", Level::Warning),
    ];
    let mut found = drifts(&outcome);
    found.sort_unstable_by_key(|(id, _)| *id);
    assert_eq!(found, expected, "{:#?}", outcome.drifts);
    let drift = outcome.drifts.iter().find(|drift| drift.rule == "deleted-is-gone").unwrap();
    assert_eq!(drift.says.as_deref(), Some("Remove Customer Bank Information"));
    assert!(drift.steps.iter().any(|step| step.starts_with("DELETE ")), "{:?}", drift.steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_is_not_listed() {
    let known: Mutex<BTreeMap<String, Vec<Value>>> = Mutex::default();
    let liar = lie("GET", "/bankinfo", move |asked, body| {
        let mut known = known.lock().unwrap();
        let all = known.entry(asked.path().to_owned()).or_default();
        for account in body.as_array().unwrap() {
            if !all.iter().any(|other| other["bankAccountId"] == account["bankAccountId"]) {
                all.push(account.clone());
            }
        }
        *body = json!(all);
    });
    breaks(liar, &["deleted-is-gone/ListCustomerBankInformation/200/*"]).await;
}

/// A sandbox that shows what was deleted as `change` leaves it.
async fn still_shown(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Outcome {
    let known: Mutex<BTreeMap<String, Value>> = Mutex::default();
    let liar = move |asked: &Asked, mut answer: Answer| {
        if let Some((_, Some(account))) = named(asked).filter(|_| asked.method == "GET") {
            let mut known = known.lock().unwrap();
            if answer.status == 200 {
                known.insert(asked.path().to_owned(), answer.json().unwrap());
            } else if let Some(body) = known.get(asked.path()) {
                let mut body = body.clone();
                assert_eq!(body[0]["bankAccountId"], json!(account));
                change(&mut body);
                answer = json_answer(200, &body);
            }
        }
        Lie::Answer(answer)
    };
    run(liar).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_thing_may_be_shown_as_removed() {
    let outcome = still_shown(|body| body[0]["status"] = json!("REMOVED")).await;
    assert_eq!(drifts(&outcome), [], "{:#?}", outcome.drifts);
    let outcome = still_shown(|body| *body = json!([])).await;
    assert_eq!(drifts(&outcome), [], "{:#?}", outcome.drifts);
    // Words that nobody documents may mean the same.
    let outcome = still_shown(|body| body[0]["status"] = json!("FAILED")).await;
    assert_eq!(drifts(&outcome), [("deleted-is-gone/GetBankAccountInformation/200/*", Level::Warning)]);
    let outcome = still_shown(|_| {}).await;
    assert_eq!(drifts(&outcome), [("deleted-is-gone/GetBankAccountInformation/200/*", Level::Error)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_is_refused_says_nothing() {
    let first = |asked: &Asked| (asked.method == "DELETE").then(|| json_answer(403, &json!({"message": "not you"})));
    let proxy = Proxy::start_before(first, |_, answer| Lie::Answer(answer)).await;
    let outcome = run_suite(&LAWS, 1, &proxy.base_url, &proxy.token).await;
    assert_eq!(drifts(&outcome), [], "{:#?}", outcome.drifts);
    for law in ["deleted-is-gone", "delete-again"] {
        assert_eq!(unjudged(&outcome, law).len(), 1, "{:?}", outcome.cases);
    }
    assert!(unjudged(&outcome, "maximum-holds").is_empty(), "the number is refused all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_hits_its_target() {
    // Once anything was removed, nothing is found any more that was there at that time.
    let gone = std::sync::Mutex::new(std::collections::HashSet::<String>::new());
    let seen = std::sync::Mutex::new(std::collections::HashMap::<String, Vec<String>>::new());
    let liar = move |asked: &Asked, mut answer: Answer| {
        let (parent, id) = asked.path().rsplit_once('/').unwrap();
        if asked.is("POST", "/bankinfo") && answer.is_success() {
            let id = answer.json().unwrap()["bankAccountId"].as_str().unwrap().to_owned();
            seen.lock().unwrap().entry(asked.path().to_owned()).or_default().push(id);
        } else if asked.method == "DELETE" && answer.is_success() {
            gone.lock().unwrap().extend(seen.lock().unwrap().get(parent).cloned().unwrap_or_default());
        } else if asked.method == "GET" && gone.lock().unwrap().contains(id) {
            answer.status = 404;
            answer.set_json(&json!({ "id": id }));
        }
        Lie::Answer(answer)
    };
    breaks(liar, &["delete-hits-its-target/GetBankAccountInformation/404"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_again() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.method == "DELETE" && answer.status == 404 {
            let (_, account) = named(asked).unwrap();
            answer = json_answer(200, &json!({"bankAccountId": account, "status": "REMOVED"}));
        }
        Lie::Answer(answer)
    };
    let outcome = run(liar).await;
    assert_eq!(drifts(&outcome), [("delete-again/RemoveCustomerBankAccountInformation/200", Level::Warning)]);
    let gone = |asked: &Asked, mut answer: Answer| {
        if asked.method == "DELETE" && answer.status == 404 {
            answer.status = 400;
        }
        Lie::Answer(answer)
    };
    assert_eq!(drifts(&run(gone).await), []);
}

/// What is answered where `asked` names an account of another customer, by `known` accounts with their customers.
fn foreign<'k>(known: &'k BTreeMap<String, (String, Value)>, asked: &Asked) -> Option<&'k Value> {
    let (customer, account) = named(asked).filter(|_| asked.method == "GET")?;
    let (owner, stored) = known.get(&account?)?;
    (*owner != customer).then_some(stored)
}

/// Remembers an account as it would be read, when it is added.
fn remember(known: &mut BTreeMap<String, (String, Value)>, asked: &Asked, answer: &Answer) {
    if let Some((customer, None)) = named(asked).filter(|_| asked.method == "POST" && answer.status == 200) {
        let added = answer.json().unwrap();
        let stored = json!({
            "bankAccountId": added["bankAccountId"], "customerId": added["customerId"], "status": added["status"],
            "createdAt": added["createdAt"], "bankAccountInformation": added["bankAccount"],
        });
        known.insert(added["bankAccountId"].as_str().unwrap().to_owned(), (customer, stored));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn child_belongs_to_parent() {
    let known: Mutex<BTreeMap<String, (String, Value)>> = Mutex::default();
    let liar = move |asked: &Asked, answer: Answer| {
        let mut known = known.lock().unwrap();
        remember(&mut known, asked, &answer);
        let foreign = foreign(&known, asked).map(|stored| json_answer(200, &json!([stored])));
        Lie::Answer(foreign.unwrap_or(answer))
    };
    breaks(liar, &["child-belongs-to-parent/GetBankAccountInformation/200/*"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_is_listed_below_its_parent_alone() {
    let known: Mutex<BTreeMap<String, (String, Value)>> = Mutex::default();
    let liar = move |asked: &Asked, answer: Answer| {
        let mut known = known.lock().unwrap();
        remember(&mut known, asked, &answer);
        let empty = asked.is("GET", "/bankinfo") && answer.body == b"[]";
        let all: Vec<&Value> = known.values().map(|(_, stored)| stored).collect();
        Lie::Answer(if empty { json_answer(200, &json!(all)) } else { answer })
    };
    breaks(liar, &["child-belongs-to-parent/ListCustomerBankInformation/200/*"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_shows_no_child() {
    let known: Mutex<BTreeMap<String, (String, Value)>> = Mutex::default();
    let liar = move |asked: &Asked, answer: Answer| {
        let mut known = known.lock().unwrap();
        remember(&mut known, asked, &answer);
        let foreign = foreign(&known, asked).map(|_| json_answer(200, &json!([])));
        Lie::Answer(foreign.unwrap_or(answer))
    };
    assert_eq!(drifts(&run(liar).await), []);
}

/// A sandbox that refuses, with this status, an account of a customer when `full` says so of those added and removed.
async fn counting(status: u16, full: fn(added: u32, removed: u32) -> bool) -> Outcome {
    let counts: Mutex<BTreeMap<String, (u32, u32)>> = Mutex::default();
    let first = move |asked: &Asked| {
        let (customer, account) = named(asked)?;
        let mut counts = counts.lock().unwrap();
        let (added, removed) = counts.entry(customer).or_default();
        match (asked.method.as_str(), account) {
            ("POST", None) if full(*added, *removed) => return Some(json_answer(status, &json!({"message": "full"}))),
            ("POST", None) => *added += 1,
            ("DELETE", Some(_)) => *removed += 1,
            _ => {}
        }
        None
    };
    let proxy = Proxy::start_before(first, |_, answer| Lie::Answer(answer)).await;
    run_suite(&LAWS, 1, &proxy.base_url, &proxy.token).await
}

#[tokio::test(flavor = "multi_thread")]
async fn maximum_holds() {
    let last: Mutex<Value> = Mutex::new(Value::Null);
    let liar = move |asked: &Asked, mut answer: Answer| {
        if asked.is("POST", "/bankinfo") {
            let mut last = last.lock().unwrap();
            if answer.status == 200 {
                *last = answer.json().unwrap();
            } else {
                last["bankAccountId"] = json!("00000000-0000-4000-8000-000000000021");
                answer = json_answer(200, &last);
            }
        }
        Lie::Answer(answer)
    };
    let outcome = breaks(liar, &["maximum-holds/AddCustomerBankInformation/200/above"]).await;
    let drift = outcome.drifts.iter().find(|drift| drift.level == Level::Error).unwrap();
    assert!(drift.says.as_ref().unwrap().contains("up to 20 external bank accounts"), "{:?}", drift.says);
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_than_the_maximum_are_worth_a_warning() {
    let outcome = counting(400, |added, removed| added - removed >= 19).await;
    assert_eq!(drifts(&outcome), [("maximum-holds/AddCustomerBankInformation/400/below", Level::Warning)]);
    let outcome = counting(409, |added, _| added >= 20).await;
    assert_eq!(drifts(&outcome), [("maximum-holds/AddCustomerBankInformation/409/removed", Level::Warning)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_refusal_says_nothing_of_the_maximum() {
    // One of each currency; a quota, which no removal gives back; too many requests.
    for (status, full) in [
        (409, (|added, removed| added > removed) as fn(u32, u32) -> bool),
        (400, |added, _| added >= 9),
        (429, |added, _| added >= 20),
    ] {
        let outcome = counting(status, full).await;
        assert_eq!(drifts(&outcome), [], "{status} {:#?}", outcome.drifts);
        assert_eq!(unjudged(&outcome, "maximum-holds").len(), 1, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_account_has_a_number_of_its_own_where_the_maximum_is_reached_for() {
    let known: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let taken = Arc::clone(&known);
    let number = |asked: &Asked| {
        let body: Value = serde_json::from_slice(&asked.body).ok()?;
        Some(format!("{} {}", named(asked)?.0, body["beneficiaryAccountNumber"]))
    };
    let first = move |asked: &Asked| {
        let twice = asked.is("POST", "/bankinfo") && taken.lock().unwrap().contains(&number(asked)?);
        twice.then(|| json_answer(409, &json!({"message": "taken"})))
    };
    let liar = move |asked: &Asked, answer: Answer| {
        if asked.is("POST", "/bankinfo") && answer.is_success() {
            // What was removed is never given out again.
            known.lock().unwrap().extend(number(asked));
        }
        Lie::Answer(answer)
    };
    let proxy = Proxy::start_before(first, liar).await;
    let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(&["maximum-holds"])).await;
    assert_eq!(drifts(&outcome), [], "{:#?}", outcome.drifts);
    assert_eq!((outcome.cases.len(), unjudged(&outcome, "maximum-holds")), (1, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_one_account_number_is_none_of_the_number_of_accounts() {
    let sent: Mutex<usize> = Mutex::default();
    let first = move |asked: &Asked| {
        named(asked).filter(|_| asked.is("POST", "/bankinfo"))?;
        let mut sent = sent.lock().unwrap();
        *sent += 1;
        (*sent == 7).then(|| json_answer(400, &json!({"message": "no such account"})))
    };
    let proxy = Proxy::start_before(first, |_, answer| Lie::Answer(answer)).await;
    let outcome = run_selected(&LAWS, 1, &proxy.base_url, &proxy.token, cases_of(&["maximum-holds"])).await;
    assert_eq!(drifts(&outcome), []);
    assert_eq!(unjudged(&outcome, "maximum-holds").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn id_unique() {
    let known: Mutex<BTreeMap<String, Vec<Value>>> = Mutex::default();
    let liar = lie("POST", "/bankinfo", move |asked, body| {
        let mut known = known.lock().unwrap();
        let ids = known.entry(asked.path().to_owned()).or_default();
        ids.push(body["bankAccountId"].clone());
        if ids.len() == 3 {
            body["bankAccountId"] = ids[0].clone();
        }
    });
    let outcome = run(liar).await;
    // The same account again may be answered with what is there.
    let found = ("id-unique/AddCustomerBankInformation/200/bankAccountId", Level::Warning);
    assert_eq!(drifts(&outcome), [found], "{:#?}", outcome.drifts);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_customers_with_other_references_bear_one_id() {
    let first: Mutex<Option<Value>> = Mutex::default();
    let liar = lie("POST", "/v1/customers", move |_, body| {
        let id = first.lock().unwrap().get_or_insert_with(|| body["customerId"].clone()).clone();
        body["customerId"] = id;
    });
    breaks(liar, &["id-unique/AddCustomer/200/customerId"]).await;
}
