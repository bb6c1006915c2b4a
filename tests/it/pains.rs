//! What hurts in Arazzo as it is, and does not here: a small case file for each against a small server.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use conform::outcome::{CaseResult, Outcome};
use conform::plan::Selection;
use serde_json::{Value, json};

use crate::pets::{Pets, Reply, Server, Trial, errors};
use crate::proxy::{Answer, Asked};

/// Runs `workflows`, YAML or JSON, all of them, against a server that answers as `reply` says, and as pets do where it says
/// nothing.
async fn run(
    workflows: &str,
    reply: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static,
) -> (Outcome, Vec<Asked>) {
    let own = Pets::with(&["a"]);
    let server = Server::start(move |asked: &Asked| match reply(asked) {
        Some(reply) if asked.header("authorization") == Some("Bearer right") => reply,
        _ => own.reply(asked),
    })
    .await;
    let text = format!(
        "arazzo: 1.0.1\ninfo: {{title: t, version: '1'}}\nsourceDescriptions: [{{name: pets, url: pets.json, type: openapi}}]\nworkflows:\n{workflows}"
    );
    let selection = Selection { cases: vec!["pets/*".to_owned()], ..Selection::default() };
    let trial = Trial { cases: Some(text), selection, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    let asked = server.log.lock().unwrap().clone();
    (outcome, asked)
}

/// What became of the case `pets/NAME`.
fn result<'o>(outcome: &'o Outcome, name: &str) -> &'o CaseResult {
    let named = outcome.cases.iter().find(|case| case.name == format!("pets/{name}"));
    &named.unwrap_or_else(|| panic!("no {name}: {:?}", outcome.cases)).result
}

fn lines(asked: &[Asked]) -> Vec<String> {
    asked.iter().map(|asked| format!("{} {}", asked.method, asked.target.trim_start_matches("/api"))).collect()
}

/// An answer of `/status`.
fn status() -> Value {
    json!({
        "state": "Available", "total": "12", "big": 9_007_199_254_740_993_u64, "number": 1.0, "account": "007",
        "up": true, "down": false, "nothing": null, "pets": [{"name": "rex", "tags": ["old"]}], "birds": []
    })
}

/// Runs a case of one step for each row, and sees whether it holds as the row says; what does not is `failed-criterion`.
async fn judged(rows: &[(Value, bool)]) {
    let workflow = |(index, (step, _)): (usize, &(Value, bool))| {
        let mut step = step.clone();
        step["stepId"] = json!("only");
        json!({"workflowId": format!("row-{index}"), "steps": [step]})
    };
    let workflows: Value = rows.iter().enumerate().map(workflow).collect();
    let answer = |asked: &Asked| asked.is("GET", "/status").then(|| Reply::Json(200, status()));
    let (outcome, _) = run(&format!("  {workflows}"), answer).await;
    let mut wrong = Vec::new();
    for (index, (step, holds)) in rows.iter().enumerate() {
        let expected = if *holds { CaseResult::Passed } else { CaseResult::Failed };
        let came = result(&outcome, &format!("row-{index}"));
        wrong.extend((*came != expected).then(|| format!("{step}: {came:?}")));
    }
    wrong.extend(errors(&outcome).into_iter().filter(|id| !id.starts_with("failed-criterion/")).map(str::to_owned));
    let unclear = outcome.drifts.iter().filter(|drift| !drift.message.ends_with("does not hold"));
    wrong.extend(unclear.map(|drift| drift.message.clone()));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The rows of conditions about the answer of `/status`.
fn conditions(rows: &[(&str, bool)], exact: bool) -> Vec<(Value, bool)> {
    let step = |(condition, holds): &(&str, bool)| {
        let mut criterion = json!({"condition": condition});
        if exact {
            criterion["x-conform"] = json!({"exact": true});
        }
        (json!({"operationId": "getStatus", "successCriteria": [criterion]}), *holds)
    };
    rows.iter().map(step).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_criterion_shows_both_values_at_its_line() {
    let workflows = "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        successCriteria:
          - condition: $statusCode == 200
          - condition: $response.body#/total > 20
";
    let (outcome, _) = run(workflows, |asked| asked.is("GET", "/status").then(|| Reply::Json(200, status()))).await;
    assert_eq!(errors(&outcome).len(), 1, "{:#?}", outcome.drifts);
    let drift = &outcome.drifts[0];
    assert!(drift.message.contains("pets.arazzo.yaml:11:13) does not hold"), "{}", drift.message);
    assert_eq!((drift.promised.as_str(), &drift.came), ("$response.body#/total greater than 20", &json!("12")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_can_be_tested() {
    let mut rows = conditions(
        &[
            ("$response.body#/none == null", true),
            ("$response.body#/none/of/this == null", true),
            ("$response.body#/pets/7/name == null", true),
            ("$response.header.X-None == null", true),
            ("!$response.body#/none", true),
            ("$response.body#/none != null", false),
            ("$response.body#/none == ''", false),
            ("$response.body#/none < 5", false),
            ("$response.body#/nothing == null", true),
        ],
        false,
    );
    rows.extend(conditions(&[("$response.body#/none != null", true), ("$response.body#/nothing == null", true)], true));
    judged(&rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_several_depend_on_runs_once() {
    let workflows = "  - workflowId: a
    dependsOn: [login]
    steps: [{stepId: one, operationId: getPet, parameters: [{name: petId, in: path, value: $workflows.login.outputs.id}]}]
  - workflowId: b
    dependsOn: [login]
    steps: [{stepId: one, operationId: getPet, parameters: [{name: petId, in: path, value: $workflows.login.outputs.id}]}]
  - workflowId: login
    steps: [{stepId: s, operationId: listPets, outputs: {id: $response.body#/0/id}}]
    outputs: {id: $steps.s.outputs.id}
";
    let (outcome, asked) = run(workflows, |_| None).await;
    assert!(outcome.cases.len() == 3 && outcome.cases.iter().all(|case| case.result == CaseResult::Passed));
    let mut lines = lines(&asked);
    lines.sort();
    assert_eq!(lines, ["GET /pets", "GET /pets/a", "GET /pets/a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_asked_of_the_value_itself() {
    let step = |(context, query, holds): &(&str, &str, bool)| {
        let criterion = json!({"context": context, "type": "jsonpath", "condition": query});
        (json!({"operationId": "getStatus", "successCriteria": [criterion]}), *holds)
    };
    let rows = [
        ("$response.body", "$[?count(@.pets) > 0]", true),
        ("$response.body", "$[?count(@.birds) > 0]", false),
        ("$response.body", "$[?count(@.birds) == 0]", true),
        ("$response.body", "$[?@.state == 'Available']", true),
        ("$response.body", "$[?@.state == 'Sold']", false),
        ("$response.body", "$[?@.token != null]", false),
        ("$response.body", "$[?@.token == null]", true),
        ("$response.body", "$.pets[?@.name == 'rex']", true),
        ("$response.body", "$.pets[?@.name == 'tom']", false),
        ("$response.body#/pets", "$[?@.name == 'rex']", true),
        ("$response.body#/pets/0", "$[?count(@.tags) == 1]", true),
    ];
    judged(&rows.iter().map(step).collect::<Vec<_>>()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_have_not_and_parentheses() {
    let rows = [
        ("!($statusCode == 404)", true),
        ("!($statusCode == 200)", false),
        ("!$response.body#/down", true),
        ("!$response.body#/up", false),
        ("($statusCode == 200 || $statusCode == 404) && $response.body#/down", false),
        ("$statusCode == 200 || ($statusCode == 404 && $response.body#/down)", true),
        ("$statusCode == 200 || $statusCode == 404 && $response.body#/down", true),
        ("!($response.body#/down || !($response.body#/up && $statusCode == 200))", true),
    ];
    judged(&conditions(&rows, false)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_texts_are_compared_as_what_they_are() {
    let mut rows = conditions(
        &[
            ("$response.body#/state == 'AVAILABLE'", true),
            ("$response.body#/state == 'Sold'", false),
            ("$response.body#/big == 9007199254740993", true),
            ("$response.body#/big == 9007199254740992", false),
            ("$response.body#/number == 1", true),
            ("$response.body#/total > 9", true),
            ("$response.body#/total == 12", true),
            ("$response.body#/account == 7", false),
            ("$response.body#/up == 1", false),
        ],
        false,
    );
    let exactly = [
        ("$response.body#/state == 'available'", false),
        ("$response.body#/state == 'Available'", true),
        ("$response.body#/number == 1", true),
        ("$response.body#/total == 12", false),
        ("$response.body#/total == '12'", true),
    ];
    rows.extend(conditions(&exactly, true));
    judged(&rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_goes_where_its_operation_has_it() {
    let workflows = "  - workflowId: w
    steps:
      - {stepId: one, operationId: getPet, parameters: [{name: petId, value: a}]}
      - {stepId: all, operationId: listPets, parameters: [{name: sort, value: b}]}
";
    let (outcome, asked) = run(workflows, |_| None).await;
    assert_eq!((errors(&outcome), result(&outcome, "w")), (vec![], &CaseResult::Passed));
    assert_eq!(lines(&asked), ["GET /pets/a", "GET /pets?sort=b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_may_be_one_of_a_hundred() {
    let step = |pet: &str, rest: (&str, Value)| json!({"operationId": "getPet", "parameters": [{"name": "petId", "value": pet}], rest.0: rest.1});
    let expect = |range: &str| ("x-conform", json!({"expect": range}));
    let condition = |text: &str| ("successCriteria", json!([{"condition": text}]));
    judged(&[
        (step("none", expect("4XX")), true),
        (step("a", expect("4XX")), false),
        (step("a", expect("2XX")), true),
        (step("none", condition("$statusCode == 4XX")), true),
        (step("a", condition("$statusCode == 4XX")), false),
        (step("a", condition("$statusCode != 4XX && $statusCode == 2XX")), true),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_refused_says_only_what_is_wrong_with_it() {
    let workflows = "  - workflowId: refused
    x-conform: {row: what}
    inputs:
      type: object
      properties: {what: {type: string}, change: {type: object}}
      examples:
        - {what: no name, change: {name: null}}
        - {what: a number, change: {name: 7}}
        - {what: one more, change: {more: {deep: true}}}
    steps:
      - stepId: add
        operationId: addPet
        requestBody: {payload: {name: rex}}
        x-conform: {merge-patch: $inputs.change, expect: refused}
  - workflowId: removed
    steps: [{stepId: add, operationId: addPet, requestBody: {payload: {name: rex}}, x-conform: {remove: [/name], expect: refused}}]
";
    let refuse = |asked: &Asked| {
        let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
        let right = body.as_object().is_some_and(|pet| pet.len() == 1 && pet.get("name").is_some_and(Value::is_string));
        (asked.is("POST", "/pets") && !right).then(|| Reply::Json(400, json!({"error": "no"})))
    };
    let (outcome, asked) = run(workflows, refuse).await;
    for case in ["refused [no name]", "refused [a number]", "refused [one more]", "removed"] {
        assert_eq!(result(&outcome, case), &CaseResult::Passed, "{case}: {:#?}", outcome.drifts);
    }
    let mut bodies: Vec<_> = asked.iter().map(|asked| String::from_utf8_lossy(&asked.body).into_owned()).collect();
    bodies.sort();
    assert_eq!(bodies, [r#"{"name":"rex","more":{"deep":true}}"#, r#"{"name":7}"#, "{}", "{}"]);
}

/// `Retry-After` of an answer counts, and not what the action says, be it more or less.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_says_when_to_try_again() {
    for (header, action) in [("0", 60), ("1", 0)] {
        let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let seen = Arc::clone(&times);
        let workflows = format!(
            "  - workflowId: w
    steps:
      - stepId: wait
        operationId: getStatus
        successCriteria: [{{condition: $response.body#/up == true}}]
        onFailure: [{{name: again, type: retry, retryAfter: {action}}}]
"
        );
        let reply = move |asked: &Asked| {
            let mut times = seen.lock().unwrap();
            times.push(Instant::now());
            let headers = [("content-type", "application/json"), ("retry-after", header)];
            asked.is("GET", "/status").then(|| {
                Reply::With(Answer {
                    status: 200,
                    headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                    body: json!({"up": times.len() > 1}).to_string().into_bytes(),
                })
            })
        };
        let ran = tokio::time::timeout(Duration::from_secs(45), run(&workflows, reply)).await;
        let (outcome, _) = ran.unwrap_or_else(|_| panic!("waits {action} s instead of {header} s"));
        assert_eq!((errors(&outcome), result(&outcome, "w")), (vec![], &CaseResult::Passed));
        let times = times.lock().unwrap();
        assert_eq!(times.len(), 2);
        assert!(times[1] - times[0] >= Duration::from_secs(header.parse().unwrap()), "{header}: {times:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_before_a_retry_can_be_read_afterwards() {
    let retries = "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        successCriteria: [{condition: $response.body#/up == true}]
        onFailure: [{name: again, type: retry, workflowId: prepare, retryLimit: 3}]
      - {stepId: read, operationId: getPet, parameters: [{name: petId, value: $workflows.prepare.outputs.id}]}
";
    let calls = "  - workflowId: w
    steps:
      - {stepId: call, workflowId: prepare, outputs: {own: $workflows.prepare.outputs.id}}
      - {stepId: read, operationId: getPet, parameters: [{name: petId, value: $steps.call.outputs.own}]}
";
    let prepare = "  - workflowId: prepare
    steps: [{stepId: s, operationId: listPets, outputs: {id: $response.body#/0/id}}]
    outputs: {id: $steps.s.outputs.id}
";
    let in_order = ["GET /status", "GET /pets", "GET /status", "GET /pets", "GET /status", "GET /pets/a"];
    for (workflow, expected) in [(retries, &in_order[..]), (calls, &["GET /pets", "GET /pets/a"])] {
        let count = AtomicU32::new(0);
        let reply = move |asked: &Asked| {
            let up = asked.is("GET", "/status").then(|| count.fetch_add(1, Ordering::Relaxed) > 1);
            up.map(|up| Reply::Json(200, json!({"up": up})))
        };
        // `prepare` runs as part of another alone.
        let (outcome, asked) = run(&format!("{workflow}{prepare}"), reply).await;
        assert_eq!(result(&outcome, "w"), &CaseResult::Passed, "{:?}", outcome.cases);
        assert_eq!(lines(&asked), expected);
    }
}
