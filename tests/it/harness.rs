//! The test harness: its names, and what its trials say of servers that deviate.

use std::collections::BTreeSet;
use std::path::Path;

use conform::baseline::{Baseline, Known};
use conform::config::{Config, Overrides};
use conform::document::Document;
use conform::environment::Environment;
use conform::harness::{Group, Harness};
use conform::plan::Selection;
use conform::suite::Settings;
use serde_json::json;

use crate::proxy::{Answer, Asked, Lie, Proxy};
use crate::suite;

fn harness(environment: Environment, selection: Selection) -> Harness {
    let settings = Settings { seed: 1, selection, ..Settings::default() };
    Harness::new(suite(), environment, settings)
}

fn sandbox() -> Environment {
    Config::load(None).unwrap().environment(None, &Overrides::default(), &|_| None).unwrap()
}

fn at(proxy: &Proxy, token: &str) -> Harness {
    let overrides = Overrides {
        base_url: Some(proxy.base_url.clone()),
        token_env: Some("TOKEN".to_owned()),
        ..Overrides::default()
    };
    let lookup = |name: &str| (name == "TOKEN").then(|| token.to_owned());
    harness(Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap(), Selection::default())
}

fn group(harness: &Harness, name: &str) -> Group {
    harness.groups().remove(name).unwrap_or_else(|| panic!("no trial is called {name}"))
}

fn list_lie(change: impl Fn(&mut Answer) + Send + Sync + 'static) -> impl Fn(&Asked, Answer) -> Lie + Send + Sync {
    move |asked, mut answer| {
        if asked.is("GET", "/v1/customers") && answer.is_success() {
            change(&mut answer);
        }
        Lie::Answer(answer)
    }
}

#[test]
fn names_are_unique_few_stable_and_on_one_line() {
    let lookup = |_: &str| None;
    let load = || Harness::load(Path::new(env!("CARGO_MANIFEST_DIR")), None, &lookup).unwrap();
    let harness: &'static Harness = Box::leak(Box::new(load()));
    let names: Vec<String> = harness.trials(|_| ()).iter().map(|trial| trial.name().to_owned()).collect();
    assert!(names.len() > 20 && names.len() < 500, "{}", names.len());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.iter().all(|name| name.trim() == name && !name.contains(char::is_control)), "{names:?}");
    let again: Vec<String> = load().groups().into_keys().collect();
    assert_eq!(names, again);
    for id in ["GetAllCustomers", "AddCustomer", "GetOneCustomer", "UpdateOneCustomer"] {
        assert!(names.contains(&format!("{id}::minimal")), "{names:?}");
    }
}

/// Every case of the plan is in exactly one trial.
#[test]
fn no_case_is_left_out() {
    let harness = harness(sandbox(), Selection::default());
    let mut run: Vec<String> = harness.groups().into_values().flat_map(|group| group.cases).collect();
    let mut planned: Vec<String> =
        suite().plan(&Selection::default()).cases.iter().map(|case| case.id.to_string()).collect();
    run.sort();
    planned.sort();
    assert_eq!(run, planned);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_fails_with_the_text_of_its_drift_and_others_do_not() {
    let liar = list_lie(|answer| answer.edit(|body| body["totalCount"] = json!(42)));
    let proxy = Proxy::start(liar).await;
    let harness = at(&proxy, &proxy.token);
    let text = harness.judge(&group(&harness, "GetAllCustomers::minimal")).await.unwrap_err();
    assert!(text.starts_with("wrong-body/GetAllCustomers/200/totalCount/type\n"), "{text}");
    for part in ["GetAllCustomers.json:", "promised: a string", "curl "] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(!text.contains(&proxy.token), "{text}");
    assert_eq!(harness.judge(&group(&harness, "GetAllCustomers::credentials")).await, Ok(None));
    assert_eq!(harness.judge(&group(&harness, "GetOneCustomer::unknown-id")).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_baseline_accepts_fails_no_trial() {
    let liar = list_lie(|answer| answer.edit(|body| body["totalCount"] = json!(42)));
    let proxy = Proxy::start(liar).await;
    let plain = at(&proxy, &proxy.token);
    let overrides = Overrides {
        base_url: Some(proxy.base_url.clone()),
        token_env: Some("TOKEN".to_owned()),
        ..Overrides::default()
    };
    let lookup = |_: &str| Some(proxy.token.clone());
    let environment = Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap();
    let entry = |until: &str| {
        let id = "wrong-body/GetAllCustomers/200/totalCount/type";
        let text = format!("known:\n- {{ id: {id}, reason: known, until: {until} }}\n");
        Baseline::read(Document::parse("known.yaml", text).unwrap()).unwrap()
    };
    let today = conform::baseline::date("2027-01-31").unwrap();
    for (until, passes) in [("2027-01-31", true), ("2027-01-30", false)] {
        let settings = Settings { seed: 1, known: Known { baseline: entry(until), today }, ..Settings::default() };
        let harness = Harness::new(suite(), environment.clone(), settings);
        let judged = harness.judge(&group(&plain, "GetAllCustomers::minimal")).await;
        assert_eq!(judged == Ok(None), passes, "{judged:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_accepted_is_not_green() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("POST", "/v1/customers") && answer.is_success() {
            answer.status = 400;
            answer.set_json(&json!({"message": "no"}));
        }
        Lie::Answer(answer)
    };
    let proxy = Proxy::start(liar).await;
    let harness = at(&proxy, &proxy.token);
    let text = harness.judge(&group(&harness, "AddCustomer::minimal")).await.unwrap_err();
    assert!(text.starts_with("AddCustomer never answered a documented success ("), "{text}");
    assert_eq!(harness.judge(&group(&harness, "GetAllCustomers::minimal")).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_fails_is_not_green() {
    let proxy = Proxy::start(|_, answer| Lie::Answer(answer)).await;
    let harness = at(&proxy, "not-the-token");
    for name in ["GetAllCustomers::minimal", "GetAllCustomers::valid"] {
        let text = harness.judge(&group(&harness, name)).await.unwrap_err();
        assert!(text.starts_with("the environment failed: the credentials were refused everywhere"), "{name}: {text}");
    }
    // A wrong token is refused whatever the right one is.
    assert_eq!(harness.judge(&group(&harness, "GetAllCustomers::credentials")).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_forbids_is_ignored_aloud() {
    let harness = harness(Environment { writes: false, ..sandbox() }, Selection::default());
    let said = harness.judge(&group(&harness, "AddCustomer::minimal")).await.unwrap().unwrap();
    assert!(said.starts_with("not judged: "), "{said}");
    assert_eq!(harness.judge(&group(&harness, "GetAllCustomers::minimal")).await, Ok(None));
}

#[test]
fn an_operation_without_a_request_has_a_trial_all_the_same() {
    let whole = suite();
    let cases = whole.cases.iter().filter(|case| !case.name.starts_with("GetOneCustomer ")).cloned().collect();
    let suite = conform::suite::Suite { cases, ..whole };
    let settings = Settings { seed: 1, selection: Selection::default(), ..Settings::default() };
    let harness = Harness::new(suite, sandbox(), settings);
    let group = group(&harness, "GetOneCustomer::minimal");
    assert!(group.cases.is_empty() && group.evidence.is_some(), "{group:?}");
}
