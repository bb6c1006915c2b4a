//! Case files, right and wrong.

mod broken;
mod extension;
mod fixture;
mod fuzz;
mod names;
mod published;
mod schema;
mod standard;

use std::time::Duration;

use serde_json::json;

use crate::case::expression::{Expression, Rendered, Scope, Template};
use crate::case::{ActionKind, Call, Case, Credentials, Intent, Origin, Supply};
use crate::contract::Location;
use crate::document::Document;

use super::read;
use fixture::{GOOD, contract};

fn cases(text: &str) -> Vec<Case> {
    let document = Document::parse("cases/pets.arazzo.yaml", text).unwrap();
    read(&document, &contract()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(|problem| problem.render(false, 120)).collect::<String>())
    })
}

#[test]
fn a_workflow_is_a_case_for_each_row() {
    let cases = cases(GOOD);
    let names: Vec<_> = cases.iter().map(|case| (case.name.as_str(), case.standalone, case.row)).collect();
    assert_eq!(
        names,
        [
            ("pets/login", true, None),
            ("pets/buy [row 1]", true, Some(1)),
            ("pets/buy [row 2]", true, Some(2)),
            ("pets/buy [generated 1]", true, None),
            ("pets/buy [generated 2]", true, None),
            ("pets/buy [generated 3]", true, None),
            ("pets/order", false, None),
        ]
    );
    let buy = &cases[1];
    assert_eq!(buy.inputs, json!({"run": "conform", "tag": "red", "count": 1}));
    assert_eq!(cases[2].inputs, json!({"run": "conform", "tag": "blue", "count": 7}));
    assert_eq!(buy.depends_on, [cases[0].id.clone()]);
    assert_eq!(
        (buy.tags.as_slice(), buy.environments.as_slice()),
        (&["slow".to_owned()][..], &["staging".to_owned()][..])
    );
    assert!(matches!(&buy.origin, Origin::Written { file, workflow, position }
        if file == "cases/pets.arazzo.yaml" && workflow == "buy" && position.line == 25));
    let order = buy.steps.iter().find(|step| step.id == "order").unwrap();
    assert_eq!(order.call, Call::Case(cases[6].id.clone()));
    assert!(cases.iter().all(|case| case.id.0.len() == 12 && case.id.0.chars().all(|c| c.is_ascii_hexdigit())));
}

#[test]
fn ids_do_not_depend_on_what_else_is_in_the_file_or_where_it_lies() {
    let before = cases(GOOD);
    let document =
        Document::parse("/elsewhere/pets.arazzo.yaml", GOOD.replace("summary: Buys", "summary: Sells")).unwrap();
    let after = read(&document, &contract()).unwrap();
    assert!(before.iter().zip(&after).all(|(before, after)| before.id == after.id));
    let mut ids: Vec<_> = before.iter().map(|case| &case.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), before.len());
}

#[test]
fn steps_say_what_to_send_and_what_to_expect() {
    let cases = cases(GOOD);
    let buy = &cases[1];
    let ids: Vec<_> = buy.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["find", "add", "text", "get", "order", "clean-up"]);
    let [find, add, text, get, order, clean_up] = buy.steps.as_slice() else { panic!("{ids:?}") };

    let sent: Vec<_> = find.arguments.iter().map(|a| (a.name.as_str(), a.location)).collect();
    assert_eq!(
        sent,
        [("tag", Some(Location::Query)), ("limit", Some(Location::Query)), ("X-Trace", Some(Location::Header))],
        "own, without `in`, from a component; then the workflow's"
    );
    assert!(matches!(&find.arguments[1].value, Supply::Template(Template::Literal(value)) if *value == json!(5)));
    assert_eq!((find.criteria.len(), find.intent.clone()), (3, Intent::Unknown));
    assert_eq!(find.criteria[0].position.unwrap().line, 56);
    assert_eq!(find.criteria[0].file.as_deref(), Some("cases/pets.arazzo.yaml"));
    assert!(find.criteria[1].exact);
    let actions: Vec<_> = find.on_failure.iter().map(|action| (action.name.as_str(), action.kind.clone())).collect();
    let retry = ActionKind::Retry { after: Duration::from_millis(500), limit: 2, step: None, case: None };
    assert_eq!(actions, [("again", retry), ("stop", ActionKind::End)]);
    assert_eq!(find.on_success[0].kind, ActionKind::GotoStep("add".into()));
    assert_eq!(find.timeout, Some(Duration::from_secs(2)));

    assert_eq!(add.intent, Intent::Valid);
    let payload = add.payload.as_ref().unwrap();
    assert_eq!(payload.content_type.as_deref(), Some("application/json"), "the only one documented");
    let replacements: Vec<_> = payload.replacements.iter().map(|(at, value)| (at.as_str(), value.is_some())).collect();
    assert_eq!(replacements, [("/name", true), ("/tag", false)]);
    let Rendered { value, .. } =
        payload.replacements[0].1.as_ref().unwrap().render(&Scope::new(&buy.inputs, "run7")).unwrap();
    assert_eq!(value, Some(json!("run7-pet")), "an input that is the mark stands for the run's");

    let content = &text.payload.as_ref().unwrap().content;
    let rendered = content.render(&Scope::new(&buy.inputs, "run7")).unwrap();
    assert_eq!(rendered.value, Some(json!({"name": "a red pet", "count": 1})), "a text that is JSON keeps types");

    assert_eq!(get.call, add_call("pets.getPet"));
    assert_eq!(get.credentials, Credentials::None);
    assert_eq!(get.criteria[0].text, "$statusCode == 4XX");
    assert_eq!(get.arguments[0].location, Some(Location::Path));
    assert_eq!(order.arguments[0].location, None);
    assert_eq!(order.outputs, [("orderId".to_owned(), Expression::parse("$outputs.orderId").unwrap())]);
    assert!(clean_up.always && matches!(clean_up.intent, Intent::Invalid { .. }));
    assert_eq!(buy.outputs.len(), 1);
}

fn add_call(operation: &str) -> Call {
    Call::Operation(crate::contract::OperationId(operation.into()))
}

#[test]
fn a_case_that_calls_another_writes_when_that_does() {
    let contract = contract();
    let cases = cases(GOOD);
    let find = |id: &crate::case::CaseId| cases.iter().find(|case| case.id == *id);
    let writes: Vec<_> = cases.iter().map(|case| case.writes(&contract, &find)).collect();
    assert_eq!(writes, [false, true, true, true, true, true, true]);
}

#[test]
fn a_called_workflow_with_rows_is_a_case_of_its_own() {
    let text = GOOD.replace(
        "          pet: { type: integer }\n",
        "          pet: { type: integer, default: 3 }\n        examples: [{ pet: 1 }]\n",
    );
    let cases = cases(&text);
    let order: Vec<_> =
        cases.iter().skip(6).map(|case| (case.name.as_str(), case.standalone, case.inputs.clone())).collect();
    assert_eq!(
        order,
        [("pets/order [row 1]", true, json!({"pet": 1})), ("pets/order [called]", false, json!({"pet": 3}))]
    );
    assert_eq!(cases[1].steps[4].call, Call::Case(cases[7].id.clone()));
}

#[test]
fn json_is_read_as_yaml_is() {
    let value = Document::parse("a.yaml", GOOD).unwrap().value().clone();
    let document = Document::parse("pets.arazzo.json", serde_json::to_string_pretty(&value).unwrap()).unwrap();
    let names: Vec<_> = read(&document, &contract()).unwrap().into_iter().map(|case| case.name).collect();
    assert_eq!(names[0], "pets/login");
}

#[test]
fn a_step_may_speak_of_a_later_one_where_an_action_goes_back() {
    let back = "          token: $steps.find.outputs.token\n";
    let forward = GOOD.replace("value: $inputs.tag\n", "value: $steps.order.outputs.orderId\n");
    let document = Document::parse("pets.arazzo.yaml", forward.as_str()).unwrap();
    assert_eq!(read(&document, &contract()).unwrap_err().len(), 1);
    let looped = forward.replace("stepId: add }", "stepId: find }");
    assert!(!looped.contains(back) && !cases(&looped).is_empty());
}

#[test]
fn two_files_cannot_have_cases_of_one_name() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a/pets.arazzo.yaml", "b/pets.arazzo.yml", "c/other.arazzo.yaml", "none.yaml"]
        .map(|name| folder.path().join(name));
    for path in &paths[..3] {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, GOOD).unwrap();
    }
    let problems = super::read_all(&paths, &contract(), 0).unwrap_err();
    let said: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].contains("another case file has a case `pets/login`") && said[1].contains("no such file"),
        "{said:?}"
    );
    assert_eq!(super::read_all(&[&paths[0], &paths[2]], &contract(), 0).unwrap().len(), 14);
}
