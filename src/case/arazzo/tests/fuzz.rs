//! No change to a case file makes its reader panic.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::contract::Contract;
use crate::document::{Document, Pointer};

use super::super::read;
use super::fixture::{GOOD, contract};

/// What a hand, or a hostile one, puts into a file.
const PIECES: [&str; 24] = [
    "",
    " ",
    "\n",
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "'",
    "\"",
    "$",
    "#/",
    "null",
    "true",
    "-1",
    "1e400",
    "x-conform",
    "$inputs",
    "é😀",
    "{$",
    "stepId: find",
    "(((((((",
    "~2",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]
    #[test]
    fn no_mutation_makes_the_reader_panic(
        edits in proptest::collection::vec((0..GOOD.len(), 0..30_usize, 0..PIECES.len()), 1..4)
    ) {
        let mut text = GOOD.to_owned();
        for (at, length, piece) in edits {
            let start = at.min(text.len());
            let end = (start + length).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, PIECES[piece]);
            }
        }
        prop_assume!(text.len() < 10_000);
        thread_local!(static CONTRACT: crate::contract::Contract = contract());
        if let Ok(document) = Document::parse("pets.arazzo.yaml", text.as_str()) {
            CONTRACT.with(|contract| { match read(&document, contract) {
                Ok(cases) => prop_assert!(!cases.is_empty()),
                Err(problems) => {
                    for problem in problems {
                        prop_assert!(!problem.message.is_empty());
                        prop_assert!(!problem.render(false, 100).is_empty());
                    }
                }

            } Ok(()) })?;
        }
    }
}

/// The case files of this repository, and the good one of these tests, as values, each with the documents that it is about.
static FILES: LazyLock<Vec<(Value, Arc<Contract>)>> = LazyLock::new(|| {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let published = Arc::new(Contract::load(&[root.join("specs")], &[root.join("specs/overlays")]).unwrap());
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root.join("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".arazzo.yaml"));
    paths.sort();
    let value = |path: &PathBuf| Document::read(path).unwrap().value().clone();
    let mut files: Vec<_> = paths.iter().map(|path| (value(path), Arc::clone(&published))).collect();
    files.push((Document::parse("pets.yaml", GOOD).unwrap().value().clone(), Arc::new(contract())));
    files
});

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(super::schema::own);

/// Every place in `value`, itself first.
fn places(value: &Value) -> Vec<Pointer> {
    let mut found = vec![];
    let mut open = vec![(Pointer::root(), value)];
    while let Some((at, value)) = open.pop() {
        match value {
            Value::Object(members) => open.extend(members.iter().map(|(name, member)| (at.child(name), member))),
            Value::Array(items) => open.extend(items.iter().enumerate().map(|(index, item)| (at.index(index), item))),
            _ => {}
        }
        found.push(at);
    }
    found
}

/// What may stand where something else belongs.
fn other(kind: usize) -> Value {
    match kind {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-3.5),
        3 => json!(18_446_744_073_709_551_615_u64),
        4 => json!(""),
        5 => json!("$inputs"),
        6 => json!("{$steps.add.outputs.customerId"),
        7 => json!([]),
        8 => json!([null, {"x-conform": {"generate": 3}}]),
        9 => json!({}),
        10 => json!({"reference": "$components.parameters.none"}),
        11 => json!({"context": "$response.body", "selector": "$..*", "type": "jsonpath"}),
        12 => json!({"generate": 2, "row": "x", "until": {"within": "1s"}, "body": {"$ref": "#"}}),
        _ => json!({"$ref": "#/components/inputs/customer"}),
    }
}

/// Drops, renames, replaces, copies or doubles what stands at a place.
fn change(value: &mut Value, at: &Pointer, from: &Pointer, how: usize, kind: usize) {
    let copy = from.resolve(value).cloned().unwrap_or_default();
    let Some((parent, last)) = at.parent().zip(at.last().map(std::borrow::Cow::into_owned)) else {
        *value = other(kind);
        return;
    };
    match value.pointer_mut(parent.as_str()) {
        Some(Value::Object(members)) => {
            let old = members.remove(&last).unwrap_or_default();
            match how {
                0 => {}
                1 => drop(members.insert(format!("{last}s"), old)),
                2 => drop(members.insert(last, copy)),
                3 => drop(members.insert(last, json!([old]))),
                _ => drop(members.insert(last, other(kind))),
            }
        }
        Some(Value::Array(items)) => {
            let index = last.parse().unwrap_or(0).min(items.len().saturating_sub(1));
            match how {
                0 => drop(items.remove(index)),
                1 => items.insert(index, items[index].clone()),
                2 => items[index] = copy,
                3 => items[index] = json!({"x": items[index]}),
                _ => items[index] = other(kind),
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn whatever_becomes_of_a_node_of_a_case_file_every_mistake_has_its_place(
        file in any::<prop::sample::Index>(),
        changes in proptest::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..6_usize, 0..14_usize), 1..3)
    ) {
        let (value, contract) = &FILES[file.index(FILES.len())];
        let mut value = value.clone();
        for (at, from, how, kind) in changes {
            let all = places(&value);
            change(&mut value, at.get(&all), from.get(&all), how, kind);
        }
        let text = serde_json::to_string_pretty(&value).unwrap();
        let document = Document::parse("changed.arazzo.json", text.as_str()).unwrap();
        let read = read(&document, contract);
        if read.is_ok() {
            // What is read is never called wrong by an editor.
            let said: Vec<String> = SCHEMA.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
            prop_assert!(said.is_empty() || said.iter().all(|said| said.starts_with("/components/")), "{:?}", said);
        }
        if let Err(problems) = read {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                let said = problem.render(false, 100);
                let lines = text.lines().count();
                prop_assert!(problem.source.is_some(), "{}", said);
                prop_assert!(problem.position.is_some_and(|at| at.line >= 1 && at.line <= lines), "{}", said);
                prop_assert!(said.contains('^'), "{}", said);
            }
        }
    }
}
