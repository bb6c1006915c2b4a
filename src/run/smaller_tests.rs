//! Requests that become smaller, question by question.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::case::expression::Template;

use super::*;
use crate::case::{Breach, Supply};
use crate::contract::OperationId;
use crate::run::shrink::shrink;

fn step(query: &[&str], body: Value) -> Step {
    let argument = |name: &&str| Argument {
        name: (*name).to_owned(),
        location: Some(Location::Query),
        value: Supply::Template(Template::Literal(json!(format!("value of {name}")))),
    };
    Step {
        arguments: query.iter().map(argument).collect(),
        payload: Some(Payload::new(None, Template::Literal(body))),
        ..Step::new("request", OperationId("o".into()))
    }
}

fn body(step: &Step) -> Value {
    step.payload.as_ref().and_then(Payload::literal).cloned().unwrap_or_default()
}

fn names(step: &Step) -> Vec<&str> {
    step.arguments.iter().map(|argument| argument.name.as_str()).collect()
}

fn from(base: &Step, at: &str, step: Step) -> Step {
    let at = Spot::Body(Pointer::parse(at).unwrap());
    Step { sibling: Some(Sibling { step: Arc::new(base.clone()), at, before: None, after: None }), ..step }
}

async fn smallest(step: &Step, keeps: Keeps<'_>, shows: impl Fn(&Step) -> bool) -> (Step, u32) {
    let mut asked = 0;
    let mut tree = Smaller::new(step, keeps);
    let found = shrink(&mut tree, 60, async |candidate| {
        asked += 1;
        Some(shows(candidate))
    });
    (found.await.unwrap_or_else(|| step.clone()), asked)
}

/// A body needs its `id`, and nothing else.
fn has_id(step: &Step) -> bool {
    body(step).get("id").is_some()
}

#[tokio::test]
async fn everything_goes_that_neither_the_kind_nor_the_drift_needs() {
    let full = json!({"id": 1, "a": 1, "b": {"c": 2, "d": [1, 2, 3]}, "e": 4, "f": 5});
    let step = step(&["x", "y", "z"], full);
    let (found, asked) =
        smallest(&step, Box::new(has_id), |step| names(step).contains(&"y") && body(step).pointer("/b/c").is_some())
            .await;
    assert_eq!((names(&found), body(&found)), (vec!["y"], json!({"id": 1, "b": {"c": 2}})));
    assert!(asked < 40, "{asked}");
}

#[tokio::test]
async fn where_all_is_to_blame_for_nothing_one_question_is_enough() {
    let step = step(&["x", "y"], json!({"id": 1, "a": 1, "b": {"c": 2}, "e": [1, 2]}));
    let (found, asked) = smallest(&step, Box::new(has_id), |_| true).await;
    assert_eq!((names(&found), body(&found)), (vec![], json!({"id": 1})));
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn nothing_is_asked_about_what_cannot_be_smaller() {
    let step = step(&[], json!({"id": 1}));
    let (found, asked) = smallest(&step, Box::new(has_id), |_| true).await;
    assert_eq!((body(&found), asked), (json!({"id": 1}), 0));
}

#[tokio::test]
async fn what_is_broken_stays_where_it_is() {
    let base = step(&["x"], json!({"id": 1, "a": [{"b": "ok", "c": 1}, {"b": "ok"}], "d": 1}));
    let broken = step(&["x"], json!({"id": 1, "a": [{"b": "ok", "c": 1}, {"b": 7}], "d": 1}));
    let broken = Step { intent: Intent::Invalid(Breach::new("b")), ..from(&base, "/a/1/b", broken) };
    let (found, _) = smallest(&broken, Box::new(has_id), |step| body(step).pointer("/a/1/b") == Some(&json!(7))).await;
    assert_eq!(body(&found), json!({"id": 1, "a": [{}, {"b": 7}]}));
    assert!(names(&found).is_empty());
    // The request beside it differs in that place alone.
    let sibling = restored(&found, broken.sibling.as_ref().unwrap()).unwrap();
    assert_eq!(body(&sibling), json!({"id": 1, "a": [{}, {"b": "ok"}]}));
    assert_eq!(sibling.intent, Intent::Valid);
}

#[tokio::test]
async fn a_member_that_is_missing_is_not_given_back() {
    let base = step(&[], json!({"id": 1, "a": {"b": 1, "c": 2}}));
    let broken = step(&[], json!({"id": 1, "a": {"c": 2}}));
    let broken = Step { intent: Intent::Invalid(Breach::new("b")), ..from(&base, "/a/b", broken) };
    let (found, _) = smallest(&broken, Box::new(|step| body(step).get("a").is_some()), |_| true).await;
    assert_eq!(body(&found), json!({"a": {}}));
    assert_eq!(body(&restored(&found, broken.sibling.as_ref().unwrap()).unwrap()), json!({"a": {"b": 1}}));
}

#[tokio::test]
async fn what_makes_a_valid_variant_different_goes_first() {
    let base = step(&["x"], json!({"id": 1, "a": "plain"}));
    let variant = from(&base, "", step(&["x"], json!({"id": 1, "a": "odd", "b": "odd"})));
    let tree = Smaller::new(&variant, Box::new(|step| step.payload.is_some()));
    assert!(matches!(tree.edits.first(), Some(Edit::Restore(Difference::Body(at))) if at.as_str() == "/a"));
    let (found, _) =
        smallest(&variant, Box::new(|step| body(step).get("a").is_some()), |step| body(step)["a"] != "odd").await;
    assert_eq!(body(&found), json!({"a": "plain"}));
}

#[test]
fn differences_are_as_small_as_both_requests_allow() {
    let one = step(&["x", "y"], json!({"a": {"b": 1, "c": [1, 2]}, "d": [1]}));
    let other = step(&["x", "z"], json!({"a": {"b": 2, "c": [1, 3]}, "d": [1, 2], "e": null}));
    let body = |text: &str| Difference::Body(Pointer::parse(text).unwrap());
    let query = |name: &str| Difference::Argument(Some(Location::Query), name.to_owned());
    let found = differences(&one, &other);
    assert_eq!(found, [query("y"), query("z"), body("/a/b"), body("/a/c/1"), body("/d"), body("/e")]);
    let made = found.iter().fold(one.clone(), |step, difference| copied(&step, &other, difference).unwrap());
    assert_eq!(differences(&made, &other), [], "all of them make one the other");
    assert_eq!(differences(&one, &one), []);
}
