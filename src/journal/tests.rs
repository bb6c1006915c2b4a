use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::outcome::{CaseResult, EnvironmentFacts};

fn begun() -> Line {
    Line::Run(Box::new(Begun {
        format: FORMAT.to_owned(),
        version: "1".to_owned(),
        run: "conform-1".to_owned(),
        started: "2026-11-24T00:00:00Z".to_owned(),
        seed: 7,
        environment: EnvironmentFacts {
            name: "staging".to_owned(),
            base_urls: vec!["https://h".to_owned()],
            run: None,
        },
        documents: Vec::new(),
        operations: vec![Described { operation: "get".to_owned(), method: "GET".to_owned(), path: "/a".to_owned() }],
    }))
}

fn planned(id: &str) -> Planned {
    Planned { id: id.to_owned(), name: id.to_owned(), family: "minimal".to_owned(), operations: vec!["get".to_owned()] }
}

fn exchange(status: u16, drifts: &[&str]) -> Line {
    Line::Exchange(Box::new(Recorded {
        number: 1,
        at: "2026-11-24T00:00:00Z".to_owned(),
        case: "c1".to_owned(),
        operation: "get".to_owned(),
        purpose: Purpose::Case,
        intent: Intent::Valid,
        credentials: Credentials::Environment,
        method: "GET".to_owned(),
        url: "https://h/a".to_owned(),
        request_headers: vec![("Accept".to_owned(), "*/*".to_owned())],
        request_body: None,
        answer: Answer::Response {
            status,
            version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            body: Content { text: "[]".to_owned(), bytes: 2, ..Content::default() },
            incomplete: None,
        },
        milliseconds: 3,
        attempts: 1,
        drifts: drifts.iter().map(|id| (*id).to_owned()).collect(),
    }))
}

fn drift(id: &str) -> Drift {
    serde_json::from_value(json!({
        "id": id, "rule": "server-error", "level": "error", "operation": "get", "status": 500, "document": "a.yaml",
        "line": 3, "column": 1, "pointer": "/paths", "part": "status", "message": "m", "promised": "p", "came": null,
        "remedy": "r", "occurrences": 1, "stability": "unconfirmed", "state": "new", "cases": ["c1"],
    }))
    .unwrap()
}

fn case(id: &str) -> Line {
    Line::Case(CaseRecord {
        id: id.to_owned(),
        name: id.to_owned(),
        family: "minimal".to_owned(),
        operations: vec!["get".to_owned()],
        result: CaseResult::Passed,
        drifts: Vec::new(),
        requests: 1,
        milliseconds: 3,
    })
}

fn lines() -> Vec<Line> {
    vec![
        begun(),
        Line::Plan { cases: vec![planned("c1"), planned("c2")] },
        exchange(200, &[]),
        exchange(500, &["x"]),
        Line::Drift(Box::new(drift("x"))),
        case("c1"),
    ]
}

fn written(lines: &[Line]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.ndjson");
    let writer = Writer::create(&path).unwrap();
    for line in lines {
        writer.append(line).unwrap();
    }
    (folder, path)
}

#[test]
fn what_is_written_is_read() {
    let (_folder, path) = written(&lines());
    let journal = read(&path).unwrap();
    assert_eq!(journal.begun.run, "conform-1");
    assert_eq!(journal.lines, lines().split_off(1));
    assert!(!journal.breaks_off);
}

#[test]
fn a_run_may_be_killed_at_any_byte() {
    let (_folder, path) = written(&lines());
    let whole = std::fs::read(&path).unwrap();
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap();
    for end in 0..=whole.len() {
        std::fs::write(&path, &whole[..end]).unwrap();
        match read(&path) {
            Ok(journal) => {
                assert!(end > first, "nobody knows whose it is");
                let outcome = restore(&journal);
                assert!(outcome.partial && outcome.verdict == Verdict::Interrupted && outcome.exit_code == 130);
                assert_eq!(outcome.environments[0].name, "staging");
            }
            Err(error) => assert!(end <= first, "{end}: {error}"),
        }
    }
}

#[test]
fn a_partial_journal_says_what_was_done_and_what_was_not() {
    let (_folder, path) = written(&lines());
    let outcome = restore(&read(&path).unwrap());
    assert!(outcome.reasons[0].contains("after 2 exchanges and 1 of 2 cases"), "{}", outcome.reasons[0]);
    let operation = &outcome.operations[0];
    assert_eq!((operation.requests, operation.valid, operation.accepted), (2, 2, 1));
    let statuses: Vec<_> = operation.statuses.iter().map(|count| (count.name.as_str(), count.count)).collect();
    assert_eq!(statuses, [("200", 1), ("500", 1)]);
    let results: Vec<_> =
        outcome.cases.iter().map(|case| (case.id.as_str(), case.result == CaseResult::Passed)).collect();
    assert_eq!(results, [("c1", true), ("c2", false)]);
}

#[test]
fn a_journal_that_came_to_its_end_is_not_partial() {
    let mut all = lines();
    all.push(Line::End { verdict: Verdict::Drift, seconds: 1.5 });
    let (_folder, path) = written(&all);
    let outcome = restore(&read(&path).unwrap());
    assert_eq!((outcome.partial, outcome.verdict, outcome.exit_code), (false, Verdict::Drift, 1));
}

#[test]
fn what_is_no_journal_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.ndjson");
    let line = serde_json::to_string(&begun()).unwrap();
    for (text, said) in [
        (String::new(), "it is empty"),
        ("{}\n".to_owned(), "line 1 is no line"),
        (format!("{line}\n\n[1]\n"), "line 3 is no line"),
        (line.replace("conform-journal/1", "conform-journal/9") + "\n", "format `conform-journal/9`"),
        (serde_json::to_string(&case("c")).unwrap() + "\n", "does not say whose"),
        ("\u{0}\u{1}\n".to_owned(), "line 1"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn content_says_what_is_missing_of_it() {
    let same = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let small = Content::new(b"{}", same);
    assert!(small.is_faithful() && small.decoded() == b"{}");
    let binary = Content::new(&[0xff, 0, 1], same);
    assert!(binary.is_faithful() && binary.base64 && binary.decoded() == [0xff, 0, 1]);
    let masked = Content::new(b"secret", |_| "***".to_owned());
    assert!(masked.redacted && !masked.is_faithful());
    let hidden = Content::new(b"\xffsecret", |_| "\u{fffd}***".to_owned());
    assert!(hidden.redacted && hidden.text.is_empty(), "bytes that hold a secret are not written down");
    let long = Content::new("ä".repeat(1 << 20).as_bytes(), same);
    assert!(long.cut && long.bytes == 2 << 20 && long.text.len() <= 256 * 1024);
    assert!(!long.base64, "a text that is cut is a text");
}

proptest! {
    #[test]
    fn content_that_is_faithful_comes_back_byte_for_byte(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let content = Content::new(&bytes, |bytes| String::from_utf8_lossy(bytes).into_owned());
        prop_assert!(content.is_faithful());
        let text = serde_json::to_string(&content).unwrap();
        let back: Content = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.decoded(), bytes);
    }
}

fn made() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(Line)).unwrap() + "\n"
}

#[test]
fn the_published_schema_is_the_one_that_the_types_make() {
    assert_eq!(SCHEMA, made(), "run `cargo test --lib -- --ignored publish` and commit the schema");
}

#[test]
#[ignore = "writes docs/schema/journal.schema.json"]
fn publish() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/journal.schema.json");
    std::fs::write(path, made()).unwrap();
}

#[test]
fn each_line_conforms_to_the_published_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for line in lines() {
        let line = serde_json::to_value(line).unwrap();
        assert!(validator.is_valid(&line), "{line}");
    }
    assert!(!validator.is_valid(&json!({"kind": "exchange"})));
}
