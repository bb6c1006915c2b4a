//! What a hostile server sends reaches no terminal and breaks no file, whatever member it stands in.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::terminal::{Style, terminal};
use super::{examples, github, json, junit, plain};
use crate::outcome::Outcome;

fn screen(outcome: &Outcome, style: &Style) -> String {
    let mut out = Vec::new();
    terminal(outcome, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn xml(outcome: &Outcome) -> String {
    let mut out = Vec::new();
    junit::write(outcome, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Puts `text` in place of every string of the outcome that is free text.
fn poisoned(text: &str) -> Outcome {
    fn poison(value: &mut serde_json::Value, key: &str, text: &str) {
        const WORDS: [&str; 7] = ["verdict", "level", "state", "stability", "standing", "kind", "format"];
        match value {
            serde_json::Value::String(old) if !WORDS.contains(&key) => text.clone_into(old),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| poison(item, key, text)),
            serde_json::Value::Object(members) => {
                members.iter_mut().for_each(|(key, item)| poison(item, key, text));
            }
            _ => {}
        }
    }
    let mut outcome = examples::staging();
    outcome.drifts.extend(examples::paired().drifts);
    let mut value = serde_json::to_value(outcome).unwrap();
    poison(&mut value, "", text);
    serde_json::from_value(value).unwrap()
}

fn hostile() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "\u{1b}[2J",
        "\u{1b}]0;owned\u{7}",
        "\u{9b}31m",
        "\r",
        "\n",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "\u{0}",
        "\u{7f}",
        "\u{fffe}",
        "]]>",
        "<![CDATA[",
        "&#0;",
        "</failure>",
        "\"",
        "'",
        "::error::x",
        "%0A",
        "\u{e0041}",
        "\u{301}",
        "東",
        "🙂",
        "%",
        "`",
        " ",
        "\\",
    ]);
    prop::collection::vec(prop_oneof![nasty.prop_map(str::to_owned), any::<String>()], 0..12)
        .prop_map(|parts| parts.concat())
}

/// The lines that a person may paste: the only ones that may run over the edge.
fn is_command(line: &str, previous: &str) -> bool {
    line.starts_with("    repeat") || previous.ends_with(" \\")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn the_screen_shows_nothing_hidden_and_keeps_its_width(text in hostile(), width in 40_usize..180, unicode: bool) {
        let style = Style { color: false, unicode, width, folder: Some("reports/x".to_owned()) };
        let shown = screen(&poisoned(&text), &style);
        prop_assert!(!shown.chars().any(|c| c != '\n' && plain::is_hidden(c)));
        prop_assert!(unicode || shown.is_ascii());
        let mut previous = "";
        for line in shown.lines() {
            if !is_command(line, previous) {
                prop_assert!(plain::columns(line) <= width, "{} > {width}: {line:?}", plain::columns(line));
            }
            previous = line;
        }
    }

    #[test]
    fn colours_are_ours_alone(text in hostile()) {
        let style = Style { color: true, ..Style::default() };
        let painted = screen(&poisoned(&text), &style);
        let plain_style = Style::default();
        let unpainted = screen(&poisoned(&text), &plain_style);
        let ours = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
        prop_assert_eq!(ours.replace_all(&painted, ""), unpainted);
    }

    #[test]
    fn junit_is_well_formed_and_names_are_unique(text in hostile()) {
        check_junit(&poisoned(&text));
    }

    #[test]
    fn annotations_are_lines_of_ours(text in hostile()) {
        let mut out = Vec::new();
        github::annotations(&poisoned(&text), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        for line in out.split('\n').filter(|line| !line.is_empty()) {
            prop_assert!(line.starts_with("::error ") || line.starts_with("::warning ") || line.starts_with("::notice "));
            prop_assert!(!line.chars().any(plain::is_hidden));
        }
    }

    #[test]
    fn json_reads_back_and_holds_nothing_hidden(text in hostile()) {
        let outcome = poisoned(&text);
        let mut out = Vec::new();
        json::write(&outcome, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        prop_assert!(!out.chars().any(|c| c != '\n' && plain::is_hidden(c)));
        prop_assert_eq!(serde_json::from_str::<Outcome>(&out).unwrap(), outcome);
    }
}

/// Reads the document with another program's parser, counts for itself, and compares.
fn check_junit(outcome: &Outcome) {
    let text = xml(outcome);
    let read = quick_junit::Report::deserialize_from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(!text.chars().any(|c| c != '\n' && plain::is_hidden(c)), "{text}");
    let cases: Vec<_> = read.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "{text}");
    let counted = |pattern: &str| text.matches(pattern).count();
    assert_eq!(
        (read.tests, read.failures, read.errors, read.skipped),
        (counted("<testcase "), counted("<failure "), counted("<error "), counted("<skipped ")),
        "{text}"
    );
    let failing = outcome.drifts.iter().filter(|drift| super::words::fails(drift)).count();
    assert_eq!(read.failures > 0, failing > 0, "{text}");
}

#[test]
fn each_example_makes_a_well_formed_junit_document() {
    for outcome in examples::all() {
        check_junit(&outcome);
    }
}

#[test]
fn ten_thousand_drifts_are_written_fast() {
    let outcome = examples::many(10_000);
    let start = Instant::now();
    let shown = screen(&outcome, &Style::default());
    xml(&outcome);
    json::write(&outcome, &mut std::io::sink()).unwrap();
    github::annotations(&outcome, &mut std::io::sink()).unwrap();
    // Debug build on a shared machine; a square of ten thousand would take minutes.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(shown.lines().count() < 400, "{}", shown.lines().count());
    assert!(shown.contains("and 9,900 more in report.json: wrong-body"), "{shown}");
}

#[test]
fn megabytes_in_one_member_stay_bounded() {
    let outcome = poisoned(&"a\u{202e}".repeat(500_000));
    let start = Instant::now();
    let style = Style::default();
    let shown = screen(&outcome, &style);
    let document = xml(&outcome);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(shown.len() < 200_000, "{}", shown.len());
    assert!(document.len() < 2_000_000, "{}", document.len());
}
