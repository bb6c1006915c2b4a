//! What a document must tell of its parts, and what it must refuse.

use std::fmt::Write;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn document(text: &str) -> Document {
    Document::parse("pets", text).map_err(|error| error.render(false, 100)).unwrap()
}

fn refused(text: &str) -> Diagnostic {
    *Document::parse("pets", text).unwrap_err()
}

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

/// The text at `place` and at its name, with line and column.
fn at<'d>(document: &'d Document, place: &str) -> (&'d str, &'d str, String) {
    let place = pointer(place);
    let text: &str = document.text();
    (&text[document.key_span(&place)], &text[document.span(&place)], document.position(&place).to_string())
}

#[test]
fn every_part_of_a_json_text_is_found() {
    let d = document("\u{feff}{\n  \"é\": [1, {\"a\\u002fb\": null}],\n  \"k\": \"]}\\\"\", \"n\": -1.5e+3 }");
    assert_eq!(d.format(), Format::Json);
    assert_eq!(d.value(), &json!({"é": [1, {"a/b": null}], "k": "]}\"", "n": -1500.0}));
    assert_eq!(at(&d, "/é"), ("\"é\"", "[1, {\"a\\u002fb\": null}]", "2:3".into()));
    assert_eq!(at(&d, "/é/0"), ("1", "1", "2:9".into()), "columns count characters");
    assert_eq!(at(&d, "/é/1/a~1b"), ("\"a\\u002fb\"", "null", "2:13".into()));
    assert_eq!(at(&d, "/k"), ("\"k\"", "\"]}\\\"\"", "3:3".into()));
    assert_eq!(at(&d, "/n"), ("\"n\"", "-1.5e+3", "3:16".into()));
    assert_eq!(at(&d, "").2, "1:1");
}

#[test]
fn what_does_not_exist_is_where_its_nearest_ancestor_is() {
    let d = document("{\"a\": {\"b\": [true]}}");
    assert_eq!(at(&d, "/a/b/7/x").0, "\"b\"");
    assert_eq!(at(&d, "/a/zzz").0, "\"a\"");
    assert_eq!(at(&d, "/a/b/-").0, "\"b\"");
    assert_eq!(at(&d, "/x").2, "1:1");
}

#[test]
fn every_part_of_a_yaml_text_is_found() {
    let d = document(
        "openapi: 3.0.3\nresponses:\n  200: &ok\n    description: |\n      Fine\n      so far\n    list:\n    - a\n    - {b: 'x'}\n\n  \"404\": *ok\nempty:\n",
    );
    assert_eq!(d.format(), Format::Yaml);
    assert_eq!(at(&d, "/responses/200").0, "200");
    assert_eq!(at(&d, "/responses/200").2, "3:3");
    assert_eq!(at(&d, "/responses/200/list/0"), ("a", "a", "8:7".into()));
    assert_eq!(at(&d, "/responses/200/list/1/b"), ("b", "'x'", "9:8".into()));
    assert_eq!(at(&d, "/responses/200/list").1, "- a\n    - {b: 'x'}", "white space at the end belongs to nobody");
    assert_eq!(at(&d, "/responses/404").0, "\"404\"");
    assert_eq!(at(&d, "/responses/404/description").2, "4:5", "an alias has the parts of its anchor");
    assert_eq!(at(&d, "/empty"), ("empty", "", "12:1".into()));
}

#[test]
fn names_are_found_however_they_are_written() {
    let d = document(
        "# first\n\"a\\u002fb\": 1 # one\n'it''s': 2\n!!str x y: &k three\n*k : 4\n? long\n# between\n: 5\n\"q\": >-\n  folded\n  text\nlist:\n# dash\n-\n  - 6\n- # late\n  n: 7\n",
    );
    let expected = json!({"a/b": 1, "it's": 2, "x y": "three", "three": 4, "long": 5, "q": "folded text",
                          "list": [[6], {"n": 7}]});
    assert_eq!(d.value(), &expected);
    for (place, key, line) in [
        ("/a~1b", "\"a\\u002fb\"", "2:1"),
        ("/it's", "'it''s'", "3:1"),
        ("/x y", "x y", "4:7"),
        ("/three", "*k", "5:1"),
        ("/long", "long", "6:3"),
        ("/list/0/0", "6", "15:5"),
        ("/list/1/n", "n", "17:3"),
    ] {
        assert_eq!((at(&d, place).0, at(&d, place).2.as_str()), (key, line), "{place}");
    }
    assert_eq!(at(&d, "/q").1, ">-\n  folded\n  text");
    assert!(at(&d, "/list").1.starts_with("-\n  - 6\n- # late"));
}

#[test]
fn yaml_is_read_as_yaml_1_2_and_not_as_1_1() {
    let d = document(
        "country: NO\nflag: no\nswitch: on\nzip: 017\ndate: 2024-01-01\ntime: 12:30:45\ntrue: 1\n200: ok\nbin: !!binary aGk=\n",
    );
    assert_eq!(
        d.value(),
        &json!({"country": "NO", "flag": "no", "switch": "on", "zip": "017", "date": "2024-01-01",
                "time": "12:30:45", "true": 1, "200": "ok", "bin": "aGk="})
    );
}

#[test]
fn equal_keys_are_refused_with_both_places() {
    for text in ["{\"a\": 1,\n \"b\": {\"x\": 1,\n \"\\u0078\": 2}}", "a: 1\nb: {x: 1,\n \"x\": 2}\n"] {
        let error = refused(text);
        assert!(error.message.starts_with("key \"x\" appears twice, first at 2:"), "{error}");
        assert_eq!(error.position.unwrap().line, text.lines().count(), "{error}");
    }
    assert_eq!(refused("a: 1\na: 2\n").to_string(), "pets:2:1: error: key \"a\" appears twice, first at 1:1");
}

#[test]
fn a_syntax_error_shows_its_line_with_a_caret() {
    let error = refused("{\n  \"a\": 1,\n  \"b\": nope\n}");
    assert_eq!(error.position.unwrap().line, 3);
    let shown = error.help("write a value").render(false, 100);
    assert!(shown.starts_with("error: not JSON: expected"), "{shown}");
    for part in ["--> pets:3:9", "3 |   \"b\": nope", "^", "help: write a value"] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
    assert_eq!(refused("{\"a\": [1,").position.unwrap().to_string(), "1:10", "the end of the text");
    assert_eq!(refused("{\"a\": 1 /*é*/}").position.unwrap().line, 1);
    assert_eq!(refused("a: b\nc: [1, 2\nd: {x").severity, Severity::Error);
}

#[test]
fn what_json_cannot_say_is_refused() {
    for text in [
        "a: 1\n---\nb: 2\n",
        "a: &x {b: 1}\nc:\n  <<: *x\n",
        "~: 1\n",
        "a: .nan\n",
        "? {a: b}\n: c\n",
        "[1] x",
        "{\"a\": 1e400}",
    ] {
        let error = refused(text);
        assert!(error.position.is_some(), "{text}: {error}");
    }
}

#[test]
fn deep_nesting_is_refused_and_exhausts_nothing() {
    let depth = 100_000;
    for text in [
        "[".repeat(depth),
        format!("{}1{}", "[".repeat(depth), "]".repeat(depth)),
        "{\"a\":".repeat(depth),
        format!("a: {}", "[".repeat(depth)),
        format!("a: {}", "{a: ".repeat(depth)),
        "- ".repeat(depth),
        "? ".repeat(depth),
        "&a ".repeat(depth),
        (0..2000).fold(String::new(), |text, level| format!("{text}{}a:\n", " ".repeat(level))),
    ] {
        let error = refused(&text);
        assert!(error.render(false, 100).len() < 10_000);
    }
    document(&format!("{}1{}", "[".repeat(127), "]".repeat(127)));
    document(&format!("a: {}1{}", "[".repeat(63), "]".repeat(63)));
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", [before.as_str(); 10].join(", ")).unwrap();
    }
    refused(&text);
    refused("a: &a [*a]\n");
    refused(&format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), ["*a"; 100].join(", ")));
}

#[test]
fn an_anchor_may_be_used_often() {
    let text = format!("a: &a {{x: [1, 2]}}\nb: [{}]\n", ["*a"; 500].join(", "));
    assert_eq!(at(&document(&text), "/b/499/x/1").0, "2");
}

#[test]
fn hostile_text_cannot_steer_a_terminal() {
    let error = refused("{\"\u{1b}[31m\u{202e}\": \u{7}x}").label("\u{1b}]0;x\u{7}").help("\u{9b}\r\nerror: fake");
    for shown in [error.render(false, 80), error.to_string()] {
        assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
        assert!(!shown.lines().any(|line| line.starts_with("error: fake")), "{shown}");
    }
    let name = Document::parse("a\nb\u{1b}", "{").unwrap_err();
    assert_eq!(name.to_string().lines().count(), 1);
}

#[test]
fn a_minified_document_is_shown_around_the_caret() {
    let text = format!("[{}x]", "\"é\",".repeat(100_000));
    let error = refused(&text);
    assert_eq!(error.position.unwrap().to_string(), "1:400002");
    let shown = error.render(false, 80);
    assert!(shown.len() < 2_000 && shown.contains('^') && shown.contains("pets:1:400002"), "{shown}");
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Document::read(&folder.path().join("none.json")).unwrap_err().to_string();
    assert!(missing.ends_with("none.json: error: there is no such file"), "{missing}");
    let latin = folder.path().join("latin.yaml");
    std::fs::write(&latin, b"a: 1\nb: \xe9\n").unwrap();
    let error = Document::read(&latin).unwrap_err().to_string();
    assert!(error.contains("not UTF-8") && error.contains("line 2"), "{error}");
    assert!(Document::read(folder.path()).unwrap_err().to_string().contains("a folder, not a file"));
}

#[test]
fn the_nearest_candidate_is_named_only_where_it_is_near() {
    assert_eq!(nearest("actoins", ["actions", "info"]).as_deref(), Some("actions"));
    assert_eq!(nearest("zebra", ["actions", "info"]), None);
}

/// Any JSON value, with names and texts that are awkward in both syntaxes.
fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z/~ ]{0,6}",
        any::<String>(),
        Just("true".to_owned()),
        Just("- x: |".to_owned()),
        Just("\u{2028}\u{85}\u{feff}\\\"'#".to_owned()),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1.0e9..1.0e9).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// `value` as block YAML with quoted scalars, after a key or dash in a line of its own indentation.
fn block(value: &Value, indent: usize, step: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Array(elements) if !elements.is_empty() => {
            for element in elements {
                write!(text, "\n{pad}-").unwrap();
                block(element, indent + 2, step, text);
            }
        }
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                write!(text, "\n{pad}{}:", escaped(&json!(name))).unwrap();
                // A sequence may stand no deeper than its key.
                block(member, indent + if member.is_array() { step } else { 2 }, step, text);
            }
        }
        scalar => write!(text, " {}", escaped(scalar)).unwrap(),
    }
}

/// JSON with everything beyond ASCII escaped, because YAML does not allow every character as it stands.
fn escaped(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if (' '..='~').contains(&c) {
            text.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write!(text, "\\u{unit:04x}").unwrap());
        }
    }
    text
}

/// Each node of `value` with its pointer.
fn nodes(value: &Value, place: &Pointer, found: &mut Vec<(Pointer, Value)>) {
    found.push((place.clone(), value.clone()));
    match value {
        Value::Array(elements) => elements.iter().enumerate().for_each(|(i, v)| nodes(v, &place.index(i), found)),
        Value::Object(members) => members.iter().for_each(|(name, v)| nodes(v, &place.child(name), found)),
        _ => {}
    }
}

/// The span of each node, read alone, is the node; its name, read alone, is its name.
fn assert_spans(text: &str, value: &Value) {
    let document = Document::parse("random", text).map_err(|error| error.render(false, 100)).unwrap();
    assert_eq!(document.value(), value, "{text}");
    let mut all = Vec::new();
    nodes(value, &Pointer::root(), &mut all);
    for (place, expected) in all {
        let span = document.span(&place);
        // A block keeps its meaning only at its own column.
        let column = document.position_at(span.start).column - 1;
        let alone = format!("{}{}", " ".repeat(column), &text[span]);
        let read: Value = if text.starts_with(['{', '[']) {
            serde_json::from_str(&alone).unwrap()
        } else {
            yaml::parse(&alone).ok().unwrap_or_else(|| panic!("{place}: {alone:?} of {text:?}"))
        };
        assert_eq!(read, expected, "{place}: {alone:?} of {text:?}");
        if let (Some(name), Some(Value::Object(_))) = (place.last(), place.parent().and_then(|p| p.resolve(value))) {
            let key = &text[document.key_span(&place)];
            assert_eq!(serde_json::from_str::<String>(key).unwrap(), name, "{place}");
        }
    }
}

proptest! {
    #[test]
    fn the_span_of_each_node_reads_as_the_node(value in values()) {
        let value = json!({ "value": value });
        assert_spans(&serde_json::to_string(&value).unwrap(), &value);
        assert_spans(&serde_json::to_string_pretty(&value).unwrap(), &value);
        for step in [0, 2] {
            let mut yaml = String::new();
            block(&value, 0, step, &mut yaml);
            assert_spans(yaml.trim_start(), &value);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        for text in [text.clone(), format!("{{{text}"), format!("a: {text}"), format!("- {text}\n- {text}")] {
            if let Err(error) = Document::parse("any", text) {
                for width in [0, 1, 20, 80, usize::MAX] {
                    error.render(false, width);
                }
            }
        }
    }

    #[test]
    fn any_punctuation_is_read_or_refused(text in "[\\[\\]{}:,\"'&*!|>?#%@\\-\\n ab\u{e9}]{0,40}") {
        if let Ok(document) = Document::parse("any", text.clone()) {
            let mut all = Vec::new();
            nodes(document.value(), &Pointer::root(), &mut all);
            for (place, _) in all {
                prop_assert!(text.get(document.span(&place)).is_some());
                prop_assert!(text.get(document.key_span(&place)).is_some());
            }
        } else if let Err(error) = Document::parse("any", text) {
            error.render(true, 80);
        }
    }
}
