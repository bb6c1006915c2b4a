//! Written cases, step by step, as Arazzo 1.0.1 has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use conform::outcome::{CaseResult, Outcome};
use conform::plan::Selection;
use serde_json::json;

use crate::pets::{Pets, Reply, Server, Trial, errors};
use crate::proxy::Asked;

/// Runs the first workflow of `text` alone against pets whose status is up from the `ready`th question on.
async fn cases(text: &str, ready: u32) -> (Outcome, Vec<String>) {
    let own = Pets::with(&["a"]);
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let server = Server::start(move |asked: &Asked| {
        if asked.is("GET", "/status") && asked.header("authorization") == Some("Bearer right") {
            let up = counted.fetch_add(1, Ordering::Relaxed) + 1 >= ready;
            return Reply::Json(200, json!({"up": up}));
        }
        own.reply(asked)
    })
    .await;
    let text = format!(
        "arazzo: 1.0.1\ninfo: {{title: t, version: '1'}}\nsourceDescriptions: [{{name: pets, url: pets.json, type: openapi}}]\nworkflows:\n{text}"
    );
    let trial = Trial { cases: Some(text), ..Trial::default() };
    // The written case alone, whatever its full name is.
    let all = trial.run(&server.base_url).await;
    let name = all.cases.iter().find(|case| case.family == "written").map(|case| case.name.clone());
    let selection = Selection { cases: vec![name.expect("a written case")], ..Selection::default() };
    server.log.lock().unwrap().clear();
    count.store(0, Ordering::Relaxed);
    let trial = Trial { selection, change: |e| e.concurrency = 1, ..trial };
    let outcome = trial.run(&server.base_url).await;
    (outcome, server.asked())
}

fn written(outcome: &Outcome) -> &CaseResult {
    &outcome.cases.iter().find(|case| case.family == "written").unwrap().result
}

fn poll(limit: &str) -> String {
    format!(
        "  - workflowId: w
    steps:
      - stepId: wait
        operationId: getStatus
        successCriteria: [{{condition: $response.body#/up == true}}]
        onFailure: [{{name: again, type: retry, retryAfter: 0.001{limit}}}]
      - {{stepId: after, operationId: listPets}}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_something_is_no_drift() {
    for (limit, expected) in [(", retryLimit: 30", true), ("", false), (", retryLimit: 0", false)] {
        let (outcome, asked) = cases(&poll(limit), if expected { 20 } else { 1000 }).await;
        if expected {
            assert_eq!((errors(&outcome), written(&outcome)), (vec![], &CaseResult::Passed), "{limit}: {asked:?}");
            assert_eq!(asked.last().map(String::as_str), Some("GET /pets"));
        } else {
            assert_eq!(errors(&outcome).len(), 1, "{limit}");
            let retries = usize::from(limit.is_empty());
            // Once in the run, three times when asked again.
            assert_eq!(asked.iter().filter(|line| *line == "GET /status").count(), 4 * (1 + retries), "{limit}");
            assert_eq!(outcome.drifts[0].occurrences, 1);
            assert!(!asked.contains(&"GET /pets".to_owned()), "a failed step ends the case");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_the_case_foresees_leads_on_and_any_other_is_a_drift() {
    let text = |criteria: &str| {
        format!(
            "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        successCriteria: [{{condition: $response.body#/up == true}}]
        onFailure: [{{name: on, type: goto, stepId: last{criteria}}}]
      - {{stepId: never, operationId: getPet, parameters: [{{name: petId, in: path, value: a}}]}}
      - {{stepId: last, operationId: listPets}}
"
        )
    };
    let (outcome, asked) = cases(&text(", criteria: [{condition: $statusCode == 200}]"), 1000).await;
    assert_eq!((errors(&outcome), written(&outcome)), (vec![], &CaseResult::Passed));
    assert_eq!(asked, ["GET /status", "GET /pets"]);
    let (outcome, _) = cases(&text(""), 1000).await;
    assert_eq!(errors(&outcome).len(), 1, "a catch-all foresees nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_always_run_run_after_a_failure_and_after_leaving_for_another_case() {
    let text = "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        successCriteria: [{condition: $response.body#/up == true}]
      - {stepId: skipped, operationId: getStatus}
      - {stepId: tidy, operationId: listPets, x-conform: {always: true}}
";
    let (outcome, asked) = cases(text, 1000).await;
    assert_eq!(asked[..2], ["GET /status", "GET /pets"]);
    assert_eq!(errors(&outcome).len(), 1);
    let text = "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        onSuccess: [{name: leave, type: goto, workflowId: other}]
      - {stepId: skipped, operationId: getStatus}
      - {stepId: tidy, operationId: listPets, x-conform: {always: true}}
  - workflowId: other
    steps: [{stepId: one, operationId: getPet, parameters: [{name: petId, in: path, value: a}]}]
";
    let (outcome, asked) = cases(text, 0).await;
    assert_eq!(asked, ["GET /status", "GET /pets/a", "GET /pets"]);
    assert_eq!(written(&outcome), &CaseResult::Passed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_ends_unjudged() {
    let text = "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        onSuccess: [{name: round, type: goto, stepId: look}]
";
    let (outcome, asked) = cases(text, 0).await;
    assert_eq!(asked.len(), 500);
    assert!(matches!(written(&outcome), CaseResult::NotJudged { .. }));
    assert_eq!(outcome.exit_code, 4, "{:?}", outcome.reasons);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_not_changed_by_a_case() {
    let text = "  - workflowId: w
    steps:
      - stepId: list
        operationId: listPets
        outputs: {petId: $response.body#/0/id}
      - stepId: remove
        operationId: removePet
        parameters: [{name: petId, in: path, value: $steps.list.outputs.petId}]
";
    let (outcome, asked) = cases(text, 0).await;
    assert_eq!(asked, ["GET /pets"]);
    let CaseResult::NotJudged { reason } = written(&outcome) else { panic!("{:?}", outcome.cases) };
    assert!(reason.contains("did not create"), "{reason}");
    assert_eq!(outcome.refused.iter().map(|count| count.count).sum::<u64>(), 1, "{:?}", outcome.refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absent_value_is_not_judged() {
    for step in [
        "{stepId: get, operationId: getPet, parameters: [{name: petId, in: path, value: $steps.list.outputs.none}]}",
        "{stepId: call, workflowId: other, parameters: [{name: id, value: $steps.list.outputs.none}]}",
    ] {
        let text = format!(
            "  - workflowId: w
    steps:
      - {{stepId: list, operationId: listPets, outputs: {{none: $response.body#/99/id}}}}
      - {step}
  - workflowId: other
    inputs: {{type: object, properties: {{id: {{type: string, default: a}}}}}}
    steps: [{{stepId: one, operationId: getPet, parameters: [{{name: petId, in: path, value: $inputs.id}}]}}]
"
        );
        let (outcome, asked) = cases(&text, 0).await;
        assert_eq!(asked, ["GET /pets"], "{step}");
        assert!(matches!(written(&outcome), CaseResult::NotJudged { .. }), "{step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drift_of_a_called_case_is_asked_for_again_through_its_caller() {
    let text = "  - workflowId: w
    steps:
      - {stepId: call, workflowId: other, parameters: [{name: name, value: b}]}
  - workflowId: other
    inputs: {type: object, properties: {name: {type: string, default: seed}}}
    steps:
      - stepId: one
        operationId: listPets
        successCriteria: [{condition: $response.body#/0/name == $inputs.name}]
";
    let (outcome, _) = cases(text, 0).await;
    assert_eq!(errors(&outcome).len(), 1);
    assert_eq!(outcome.drifts[0].stability, conform::drift::Stability::Stable { asked: 3 });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_waits_until_what_it_reads_comes_true() {
    let text = |within: &str| {
        format!(
            "  - workflowId: w
    steps:
      - stepId: wait
        operationId: getStatus
        x-conform:
          until: {{within: {within}, every: 10ms, condition: $response.body#/up == true}}
      - {{stepId: after, operationId: listPets}}
"
        )
    };
    let (outcome, asked) = cases(&text("10s"), 20).await;
    assert_eq!((errors(&outcome), written(&outcome)), (vec![], &CaseResult::Passed), "{asked:?}");
    assert_eq!(asked.last().map(String::as_str), Some("GET /pets"));
    assert_eq!(asked.len(), 21, "{asked:?}");
    let (outcome, asked) = cases(&text("60ms"), 100_000).await;
    let found = errors(&outcome);
    assert!(found.len() == 1 && found[0].starts_with("failed-criterion/getStatus/200/"), "{found:?}");
    assert!(outcome.drifts[0].promised.contains("within 60ms"), "{:?}", outcome.drifts[0]);
    assert!(!asked.contains(&"GET /pets".to_owned()), "what never came ends the case");
    // Once in the run and three times when asked again, each for as long.
    assert!((8..=4 * 7).contains(&asked.len()), "{}", asked.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_for_the_body_is_a_criterion_of_a_success() {
    let text = |least: u32| {
        format!(
            "  - workflowId: w
    steps:
      - stepId: look
        operationId: listPets
        x-conform: {{body: {{minItems: {least}}}}}
      - {{stepId: stranger, operationId: listPets, x-conform: {{credentials: none, expect: 401, body: {{required: [error]}}}}}}
"
        )
    };
    let (outcome, _) = cases(&text(1), 0).await;
    assert_eq!((errors(&outcome), written(&outcome)), (vec![], &CaseResult::Passed));
    let (outcome, asked) = cases(&text(2), 0).await;
    assert_eq!(errors(&outcome), ["failed-criterion/listPets/200/body : minItems"], "{:?}", outcome.drifts);
    assert!(asked.iter().all(|line| line == "GET /pets"));
    assert_eq!(outcome.cases.iter().filter(|case| case.result == CaseResult::Failed).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_always_runs_runs_even_where_an_action_jumps_over_it() {
    let text = "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        onSuccess: [{name: on, type: goto, stepId: last}]
      - {stepId: tidy, operationId: getPet, parameters: [{name: petId, in: path, value: a}], x-conform: {always: true}}
      - {stepId: last, operationId: listPets}
";
    let (outcome, asked) = cases(text, 0).await;
    assert_eq!(asked, ["GET /status", "GET /pets", "GET /pets/a"]);
    assert_eq!(written(&outcome), &CaseResult::Passed);
    // Where nothing came into being there is nothing to clean up.
    let text = "  - workflowId: w
    steps:
      - {stepId: look, operationId: getStatus, onSuccess: [{name: enough, type: end}]}
      - {stepId: add, operationId: listPets, outputs: {id: $response.body#/0/id}}
      - {stepId: tidy, operationId: getPet, parameters: [{name: petId, in: path, value: $steps.add.outputs.id}], x-conform: {always: true}}
";
    let (outcome, asked) = cases(text, 0).await;
    assert_eq!((asked, written(&outcome)), (vec!["GET /status".to_owned()], &CaseResult::Passed));
}

#[tokio::test(flavor = "multi_thread")]
async fn made_rows_are_sent_and_a_case_that_writes_stays_where_nothing_may_be_written() {
    let server = Server::start({
        let own = Pets::with(&["a"]);
        move |asked: &Asked| own.reply(asked)
    })
    .await;
    let text = "arazzo: 1.0.1
info: {title: t, version: '1'}
sourceDescriptions: [{name: pets, url: pets.json, type: openapi}]
workflows:
  - workflowId: sorted
    x-conform: {generate: 3, writes: true, tags: [deep]}
    inputs: {type: object, required: [sort], properties: {sort: {enum: [a, b, c, d, e, f, g, h]}}}
    steps: [{stepId: list, operationId: listPets, parameters: [{name: sort, in: query, value: $inputs.sort}]}]
";
    let selection = Selection { tags: vec!["deep".to_owned()], ..Selection::default() };
    let trial = Trial { cases: Some(text.to_owned()), selection, ..Trial::default() };
    let outcome = trial.run(&server.base_url).await;
    let names: Vec<_> = outcome.cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["pets/sorted [generated 1]", "pets/sorted [generated 2]", "pets/sorted [generated 3]"]);
    assert!(outcome.cases.iter().all(|case| case.result == CaseResult::Passed));
    let mut asked: Vec<_> = server.asked().into_iter().filter(|line| line.starts_with("GET /pets?sort=")).collect();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 3, "{asked:?}");
    let trial = Trial { selection: Selection { read_only: true, ..trial.selection.clone() }, ..trial };
    assert!(trial.run(&server.base_url).await.cases.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_action_comes_when_a_retry_has_no_attempts_left() {
    let text = "  - workflowId: w
    steps:
      - stepId: look
        operationId: getStatus
        successCriteria: [{condition: $response.body#/up == true}]
        onFailure:
          - {name: again, type: retry, retryLimit: 2}
          - {name: leave, type: goto, workflowId: other, parameters: [{name: id, value: a}], criteria: [{condition: $statusCode == 200}]}
  - workflowId: other
    inputs: {type: object, properties: {id: {type: string, default: none}}}
    steps: [{stepId: one, operationId: getPet, parameters: [{name: petId, in: path, value: $inputs.id}]}]
";
    let (outcome, asked) = cases(text, 1000).await;
    assert_eq!(asked, ["GET /status", "GET /status", "GET /status", "GET /pets/a"]);
    assert_eq!((errors(&outcome), written(&outcome)), (vec![], &CaseResult::Passed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_waits_for_those_that_it_depends_on() {
    let text = "  - workflowId: jumps
    steps:
      - {stepId: one, operationId: listPets, onSuccess: [{name: on, type: goto, stepId: three}]}
      - {stepId: two, operationId: getStatus}
      - {stepId: three, operationId: getStatus, dependsOn: [two]}
";
    let (outcome, asked) = cases(text, 0).await;
    assert_eq!(asked, ["GET /pets"]);
    let CaseResult::NotJudged { reason } = written(&outcome) else { panic!("{:?}", outcome.cases) };
    assert!(reason.contains("step two, which it depends on, has not run"), "{reason}");
}
