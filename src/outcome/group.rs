//! One cause, one group: which drifts a single mistake of a server, or of a document, explains.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::drift::{Cause, Drift, Stability, State};

use super::Group;

/// Groups `drifts` by cause, where `cause` says what tells causes apart among the drifts of a rule. The worst group comes
/// first, then the one that more operations show, then what shows each time before what shows sometimes, then by id.
pub fn groups(drifts: &[Drift], cause: impl Fn(&str) -> Cause) -> Vec<Group> {
    let mut sorted: Vec<&Drift> = drifts.iter().collect();
    // Who leads a group must not depend on how often what was seen.
    sorted.sort_by_key(|drift| (Reverse(drift.level), is_shaky(drift), &drift.id));
    let mut members: BTreeMap<Key<'_>, Vec<&Drift>> = BTreeMap::new();
    for drift in &sorted {
        members.entry(key(drift, cause(&drift.rule))).or_default().push(drift);
    }
    let mut groups: Vec<Vec<&Drift>> = members.into_values().collect();
    explain(&mut groups, &cause);
    groups.sort_by_cached_key(|group| {
        let lead = group.first();
        let shaky = lead.is_some_and(|drift| is_shaky(drift));
        (
            Reverse(lead.map(|drift| drift.level)),
            Reverse(operations(group).len()),
            shaky,
            lead.map(|drift| drift.id.clone()),
        )
    });
    groups.iter().filter_map(|group| made(group)).collect()
}

/// What drifts of one cause have in common.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'d> {
    /// A rule says the same of a part of any answer of this status.
    Server { rule: &'d str, class: &'d str, status: Option<u16>, part: String },
    /// A rule says the same of a promise that operations of a document share.
    Shared { rule: &'d str, class: &'d str, document: &'d str, pointer: &'d str },
    /// A drift of its own.
    Own(&'d str),
}

fn key(drift: &Drift, cause: Cause) -> Key<'_> {
    let (rule, class) = (drift.rule.as_str(), drift.class.as_str());
    let status = drift.status;
    match cause {
        Cause::Server => Key::Server { rule, class, status, part: header(&drift.part) },
        // A server writes its refusals in one place, whatever it refuses.
        Cause::Promise if status.is_some_and(|status| status >= 400) && drift.part.starts_with("body") => {
            Key::Server { rule, class, status: None, part: shape(&drift.part) }
        }
        Cause::Promise if drift.pointer.starts_with("/components/") => {
            Key::Shared { rule, class, document: &drift.document, pointer: &drift.pointer }
        }
        Cause::Promise | Cause::Operation => Key::Own(&drift.id),
    }
}

/// What a rule of whole operations says of the very value that another rule finds wrong is said there.
fn explain<'d>(groups: &mut Vec<Vec<&'d Drift>>, cause: &impl Fn(&str) -> Cause) {
    let mut explained: Vec<(usize, &'d Drift)> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let [drift] = group.as_slice() else { continue };
        if cause(&drift.rule) != Cause::Operation || !drift.part.starts_with("body /") {
            continue;
        }
        let says_why = |other: &Vec<&Drift>| {
            other.iter().any(|other| {
                cause(&other.rule) == Cause::Promise
                    && other.operation == drift.operation
                    && other.level >= drift.level
                    && shape(&other.part) == shape(&drift.part)
            })
        };
        if let Some(at) = groups.iter().position(says_why) {
            explained.push((at, drift));
            debug_assert_ne!(at, index, "a law is no check");
        }
    }
    for (at, drift) in &explained {
        if let Some(group) = groups.get_mut(*at) {
            group.push(drift);
        }
    }
    let gone =
        |group: &Vec<&Drift>| matches!(group.as_slice(), [drift] if explained.iter().any(|(_, it)| it.id == drift.id));
    groups.retain(|group| !gone(group));
}

fn made(group: &[&Drift]) -> Option<Group> {
    let lead = group.first()?;
    let state = |state: State| group.iter().any(|drift| drift.state == state);
    Some(Group {
        id: lead.id.clone(),
        level: lead.level,
        state: [State::New, State::Expired].into_iter().find(|wanted| state(*wanted)).unwrap_or(State::Known),
        drifts: group.iter().map(|drift| drift.id.clone()).collect(),
        operations: operations(group),
    })
}

fn operations(group: &[&Drift]) -> Vec<String> {
    let mut names: Vec<String> = group.iter().map(|drift| drift.operation.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn is_shaky(drift: &Drift) -> bool {
    matches!(drift.stability, Stability::Intermittent { .. })
}

/// `header X-Total` in one spelling; nothing of another part.
fn header(part: &str) -> String {
    if part.starts_with("header ") { part.to_ascii_lowercase() } else { String::new() }
}

/// `body /items/*/id` of `body /items/0/id`.
fn shape(part: &str) -> String {
    let index = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit());
    part.split('/').map(|token| if index(token) { "*" } else { token }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::drift::Level;

    fn drift(rule: &str, operation: &str, class: &str, pointer: &str) -> Drift {
        Drift {
            id: format!("{rule}/{operation}/200{pointer}/{class}"),
            rule: rule.to_owned(),
            class: class.to_owned(),
            level: Level::Error,
            operation: operation.to_owned(),
            status: Some(200),
            document: "api.yaml".to_owned(),
            line: 1,
            column: 1,
            pointer: pointer.to_owned(),
            overlay: None,
            says: None,
            steps: Vec::new(),
            difference: Vec::new(),
            part: "body /state".to_owned(),
            message: String::new(),
            promised: String::new(),
            came: Value::Null,
            remedy: String::new(),
            occurrences: 1,
            stability: Stability::Stable { asked: 3 },
            state: State::New,
            cases: Vec::new(),
            witness: None,
            contrast: None,
        }
    }

    fn cause(rule: &str) -> Cause {
        match rule {
            "status" => Cause::Server,
            "body" => Cause::Promise,
            _ => Cause::Operation,
        }
    }

    fn made(drifts: &[Drift]) -> Vec<(String, Vec<String>)> {
        let groups = groups(drifts, cause);
        let all: usize = groups.iter().map(|group| group.drifts.len()).sum();
        assert_eq!(all, drifts.len(), "each drift is in one group");
        groups.into_iter().map(|group| (group.id, group.operations)).collect()
    }

    const SHARED: &str = "/components/schemas/Thing/properties/state/enum";

    #[test]
    fn operations_that_share_a_promise_share_what_breaks_it() {
        let one = drift("body", "A", "enum", SHARED);
        let groups = made(&[one.clone(), drift("body", "B", "enum", SHARED)]);
        assert_eq!(groups, [(one.id, vec!["A".to_owned(), "B".to_owned()])]);
    }

    #[test]
    fn another_field_another_class_and_another_document_are_other_causes() {
        let other = Drift { document: "other.yaml".to_owned(), ..drift("body", "C", "enum", SHARED) };
        let drifts = [
            drift("body", "A", "enum", SHARED),
            drift("body", "A", "enum", "/components/schemas/Thing/properties/kind/enum"),
            drift("body", "A", "type", "/components/schemas/Thing/properties/state/type"),
            other,
        ];
        assert_eq!(made(&drifts).len(), 4);
    }

    #[test]
    fn a_promise_of_one_operation_is_its_own() {
        let inline = |operation: &str| {
            drift("body", operation, "enum", &format!("/paths/~1things/{operation}/responses/200/content"))
        };
        assert_eq!(made(&[inline("A"), inline("B")]).len(), 2);
    }

    #[test]
    fn what_a_server_does_everywhere_is_one_cause_and_of_each_class_one() {
        let mut drifts: Vec<Drift> = ["A", "B", "C"].map(|name| drift("status", name, "invalid", "/paths")).into();
        drifts.push(drift("status", "A", "valid", "/paths"));
        drifts.push(Drift { status: Some(422), ..drift("status", "D", "invalid", "/paths/d") });
        let groups = made(&drifts);
        assert_eq!(groups.iter().map(|(_, operations)| operations.len()).collect::<Vec<_>>(), [3, 1, 1]);
    }

    #[test]
    fn refusals_are_written_in_one_place() {
        let refusal = |operation: &str, status: u16| Drift {
            status: Some(status),
            document: format!("{operation}.yaml"),
            ..drift("body", operation, "required", "/components/schemas/Error/required/0")
        };
        assert_eq!(made(&[refusal("A", 400), refusal("B", 404), refusal("B", 400)]).len(), 1);
    }

    #[test]
    fn a_law_that_reads_the_value_that_is_wrong_says_nothing_more() {
        let law = |part: &str| Drift { part: part.to_owned(), ..drift("total", "A", "", "/paths/a") };
        let body = |part: &str| Drift { part: part.to_owned(), ..drift("body", "A", "type", "/paths/a/total/type") };
        assert_eq!(made(&[body("body /total"), law("body /total")]).len(), 1);
        assert_eq!(made(&[body("body /items/0/id"), law("body /items/3/id")]).len(), 1);
        assert_eq!(made(&[body("body /count"), law("body /total")]).len(), 2);
        assert_eq!(made(&[body("body /total"), law("status")]).len(), 2);
    }

    #[test]
    fn the_worst_stands_first_then_the_widest_then_the_stable() {
        let warning = |operation: &str| Drift { level: Level::Warning, ..drift("status", operation, "w", "/paths") };
        let shaky = Drift { stability: Stability::Intermittent { seen: 1, asked: 3 }, ..drift("a", "A", "", "/a") };
        let wide = ["B", "C"].map(|name| drift("status", name, "e", "/paths"));
        let stable = drift("b", "A", "", "/b");
        let all =
            [warning("X"), warning("Y"), warning("Z"), shaky.clone(), wide[0].clone(), wide[1].clone(), stable.clone()];
        let ids: Vec<String> = made(&all).into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, [wide[0].id.clone(), stable.id, shaky.id, warning("X").id]);
    }

    #[test]
    fn a_group_is_new_as_long_as_one_of_its_drifts_is() {
        let known = Drift { state: State::Known, ..drift("body", "A", "enum", SHARED) };
        let expired = Drift { state: State::Expired, ..drift("body", "B", "enum", SHARED) };
        let new = drift("body", "C", "enum", SHARED);
        let state = |drifts: &[Drift]| groups(drifts, cause).first().map(|group| group.state);
        assert_eq!(state(std::slice::from_ref(&known)), Some(State::Known));
        assert_eq!(state(&[known.clone(), expired.clone()]), Some(State::Expired));
        assert_eq!(state(&[known, expired, new]), Some(State::New));
    }
}
