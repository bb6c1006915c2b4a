//! Tests of reading and editing baselines.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::edit::edited;
use super::*;

const FILE: &str = "\
# conform baseline
# kept by the ledger team
known:
# the oldest one
- id: wrong-body/GetAll/200/items/*/status/enum
  reason: 'the ledger still sends PENDING'   # since March
  owner: team-ledger
  until: 2027-01-31

# to be mended with the next release,
# says the team
- id: undocumented-status/GetOne/418
  until: 2026-01-01 # soon
  reason: >
    a teapot
    in the way
  shown-by:
  - one
  - two
";

fn read(text: &str) -> Result<Baseline, Vec<String>> {
    let document = Document::parse("known.yaml", text).map_err(|error| vec![error.to_string()])?;
    let said = |error: &Diagnostic| match &error.help {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    };
    Baseline::read(document).map_err(|errors| errors.iter().map(said).collect())
}

fn day(text: &str) -> Date {
    date(text).unwrap()
}

fn entry(id: &str, reason: &str, until: &str) -> Entry {
    Entry {
        pattern: Pattern::new(id),
        reason: reason.to_owned(),
        owner: None,
        ticket: None,
        until: day(until),
        shown_by: Vec::new(),
        intermittent: false,
        line: 0,
    }
}

fn changed(text: &str, gone: &[&str], accepted: &[Entry]) -> String {
    let gone: BTreeSet<String> = gone.iter().map(|id| (*id).to_owned()).collect();
    edited("known.yaml", text, &gone, accepted).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

#[test]
fn a_file_is_read_entry_by_entry() {
    let baseline = read(FILE).unwrap();
    let [first, second] = baseline.entries.as_slice() else { panic!("{baseline:?}") };
    assert_eq!(first.pattern.text(), "wrong-body/GetAll/200/items/*/status/enum");
    assert_eq!(
        (first.reason.as_str(), first.owner.as_deref()),
        ("the ledger still sends PENDING", Some("team-ledger"))
    );
    assert_eq!((first.until, first.line, first.intermittent), (day("2027-01-31"), 5, false));
    assert_eq!((second.until, second.line), (day("2026-01-01"), 12));
    assert_eq!(second.shown_by, ["one", "two"]);
}

#[test]
fn a_file_without_anything_accepts_nothing() {
    for text in ["", "# conform baseline\n", "known:\n", "known: []\n", "{}", "known: null\n", "---\n"] {
        assert!(read(text).unwrap().entries.is_empty(), "{text:?}");
    }
}

#[test]
fn each_mistake_is_said_where_it_stands() {
    let wrong = "\
known:
- id: a/b/200
  reason: r
- id: a/b/201
  until: 2027-02-29
  reason: r
- id: a/b/202
  resaon: r
  until: 2027-01-01
- id: a/b/203
  reason: ''
  until: 2027-01-01
- id: a/b/204
  reason: r
  until: 2027-01-01
- id: a/b/204
  reason: r
  ticket: 42
  until: 2027-01-01
- id: a/b/204
  reason: r
  until: 2027-01-01T00:00:00Z
- id: a/b/204
  reason: r
  until: 2027-01-01
knwon: []
";
    assert_eq!(
        read(wrong).unwrap_err(),
        [
            "known.yaml:26:1: error: unknown key `knwon`; did you mean `known`?",
            "known.yaml:2:3: error: the entry has no `until`; nothing is accepted for ever: add until: 2027-01-31, or any other day",
            "known.yaml:5:10: error: there is no day `2027-02-29`; the last day on which it is accepted, such as 2027-01-31",
            "known.yaml:8:3: error: unknown key `resaon`; did you mean `reason`?",
            "known.yaml:11:3: error: `reason` is empty",
            "known.yaml:18:3: error: invalid type: integer `42`, expected a string; put it in quotes",
            "known.yaml:22:10: error: there is no day `2027-01-01T00:00:00Z`; the last day on which it is accepted, such as 2027-01-31",
            "known.yaml:23:3: error: this id is accepted twice, first at 13:3",
        ]
    );
    for (text, said) in [
        ("- id: x\n", "a baseline is an object"),
        ("known: x\n", "`known` is a list"),
        ("known: [x]\n", "invalid type"),
        ("known: [\n", "not readable"),
    ] {
        assert!(read(text).unwrap_err()[0].contains(said), "{text}: {:?}", read(text));
    }
}

#[test]
fn a_mistake_is_drawn_with_a_caret() {
    let document = Document::parse("known.yaml", "known:\n- id: a/b/200\n  resaon: r\n").unwrap();
    let shown = Baseline::read(document).unwrap_err()[0].render(false, 100);
    assert!(shown.contains("known.yaml:3:3") && shown.contains("^^^^^^"), "{shown}");
}

#[test]
fn an_entry_of_an_unknown_rule_or_operation_is_warned_of() {
    let baseline = read(
        "known:\n- { id: wrong-boy/GetAll/200, reason: r, until: 2027-01-01 }\n- { id: wrong-body/GetAl/200/id/type, reason: r, until: 2027-01-01 }\n- { id: '*/Get*/200/id/type', reason: r, until: 2027-01-01 }\n- { id: wrong-body, reason: r, until: 2027-01-01 }\n- { id: wrong-body/GET ~1pets/200, reason: r, until: 2027-01-01 }\n- { id: '**', reason: r, until: 2027-01-01 }\n",
    )
    .unwrap();
    let slips = baseline.slips(&["wrong-body", "server-error"], &["GetAll", "GET /pets"]);
    let said: Vec<String> =
        slips.iter().map(|slip| format!("{slip}; {}", slip.help.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        said,
        [
            "known.yaml:2:9: warning: there is no rule `wrong-boy`, so the entry accepts nothing; did you mean `wrong-body`?",
            "known.yaml:3:9: warning: there is no operation `GetAl`, so the entry accepts nothing; did you mean `GetAll`?",
            "known.yaml:5:9: warning: the id names no operation, so it accepts nothing; ",
        ]
    );
}

#[test]
fn the_last_day_is_accepted_and_the_next_is_not() {
    let known = |today: &str| Known { baseline: read(FILE).unwrap(), today: day(today) };
    let id = "undocumented-status/GetOne/418";
    assert_eq!(known("2026-01-01").state(id), State::Known);
    assert_eq!(known("2026-01-02").state(id), State::Expired);
    assert_eq!(known("2026-01-02").state("undocumented-status/GetOne/419"), State::New);
    assert_eq!(Known::default().state(id), State::New);
    let both = format!("{FILE}- {{ id: 'undocumented-status/**', reason: all, until: 2027-01-01 }}\n");
    let known = Known { baseline: read(&both).unwrap(), today: day("2026-06-01") };
    assert_eq!(known.state(id), State::Known, "one that holds is enough");
}

#[test]
fn what_is_fixed_goes_with_the_comments_above_it() {
    assert_eq!(
        changed(FILE, &["undocumented-status/GetOne/418"], &[]),
        "\
# conform baseline
# kept by the ledger team
known:
# the oldest one
- id: wrong-body/GetAll/200/items/*/status/enum
  reason: 'the ledger still sends PENDING'   # since March
  owner: team-ledger
  until: 2027-01-31
"
    );
    let first = changed(FILE, &["wrong-body/GetAll/200/items/*/status/enum"], &[]);
    assert!(first.starts_with("# conform baseline\n# kept by the ledger team\nknown:\n\n# to be mended"), "{first}");
    let none = changed(FILE, &["wrong-body/GetAll/200/items/*/status/enum", "undocumented-status/GetOne/418"], &[]);
    assert_eq!(none, "# conform baseline\n# kept by the ledger team\nknown: []\n");
}

#[test]
fn a_new_entry_comes_last_and_nothing_else_changes() {
    let mut new = entry("server-error/GetOne/500", "it: is", "2027-03-01");
    new.shown_by = vec!["x".to_owned(), "y z".to_owned()];
    new.intermittent = true;
    let text = changed(FILE, &[], &[new.clone()]);
    let added = "- id: server-error/GetOne/500\n  reason: 'it: is'\n  until: 2027-03-01\n  shown-by: [x, y z]\n  intermittent: true\n";
    assert_eq!(text, format!("{FILE}{added}"));
    for (before, after) in [
        ("", "# conform baseline\nknown:\n- id: a"),
        ("# mine\n", "# mine\nknown:\n- id: a"),
        ("# mine", "# mine\nknown:\n- id: a"),
        ("known: [] # none\n# end\n", "known: # none\n- id: a"),
        ("known:\n", "known:\n- id: a"),
        ("known: null", "known:\n- id: a"),
        ("known:\r\n", "known:\r\n- id: a"),
    ] {
        let text = changed(before, &[], &[entry("a/b/1", "r", "2027-01-01")]);
        assert!(text.starts_with(after), "{before:?}: {text:?}");
    }
    for before in [
        "{\"known\": []}",
        "{}",
        "{\"known\": null}",
        "{\"known\": [{\"id\": \"x/y/1\", \"reason\": \"r\", \"until\": \"2027-01-01\"}]}\n",
    ] {
        let text = changed(before, &[], &[entry("a/b/1", "r \"q\"", "2027-01-01")]);
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{before}: {text}");
    }
    let indented = "known:\n    -   id: x/y/1\n        reason: r\n        until: 2027-01-01";
    let text = changed(indented, &[], &[entry("a/b/1", "r", "2027-01-01")]);
    assert!(text.starts_with(&format!("{indented}\n    - id: a/b/1\n      reason: r\n")), "{text}");
}

#[test]
fn an_entry_is_renewed_where_it_stands() {
    let mut new = entry("undocumented-status/GetOne/418", "still a teapot", "2028-02-03");
    new.shown_by = vec!["three".to_owned()];
    new.ticket = Some("T-1".to_owned());
    let text = changed(FILE, &[], &[new]);
    let (kept, renewed) = text.split_once("# to be mended").unwrap();
    assert_eq!(kept, FILE.split_once("# to be mended").unwrap().0);
    assert!(renewed.starts_with(" with the next release,\n# says the team\n- id: undocumented-status/GetOne/418\n  until: 2028-02-03 # soon\n  ticket: T-1\n"), "{renewed}");
    assert!(renewed.contains("  reason: still a teapot\n  shown-by: [three]\n"), "{renewed}");
    let json = "{\"known\": [{\"id\": \"x/y/1\", \"reason\": \"r\", \"until\": \"2027-01-01\"}]}";
    let mut new = entry("x/y/1", "s", "2028-01-01");
    new.owner = Some("me".to_owned());
    let text = changed(json, &[], &[new]);
    assert_eq!(text, json.replace("\"r\"", "\"s\"").replace("\"2027-01-01\"", "\"2028-01-01\", \"owner\": \"me\""));
}

#[test]
fn flow_lists_lose_their_entries_with_a_comma_each() {
    let row = |id: &str| format!("{{ id: {id}, reason: r, until: 2027-01-01 }}");
    let text = format!("known: [{}, {}, {}] # all\n", row("a/b/1"), row("a/b/2"), row("a/b/3"));
    assert_eq!(changed(&text, &["a/b/1", "a/b/3"], &[]), format!("known: [{}] # all\n", row("a/b/2")));
    assert_eq!(changed(&text, &["a/b/1", "a/b/2", "a/b/3"], &[]), "known: [] # all\n");
}

#[test]
fn a_layout_that_cannot_be_changed_is_refused_and_not_broken() {
    let text = "known:\n- # why\n  id: a/b/1\n  reason: &r r\n  until: 2027-01-01\n- id: a/b/2\n  reason: *r\n  until: 2027-01-01\n";
    let gone = BTreeSet::from(["a/b/1".to_owned()]);
    let errors = edited("known.yaml", text, &gone, &[]).unwrap_err();
    assert!(errors[0].message.contains("cannot be changed in place"), "{errors:?}");
}

fn made() -> String {
    serde_json::to_string_pretty(&schema()).unwrap() + "\n"
}

#[test]
fn the_published_schema_is_the_one_that_the_types_make() {
    assert_eq!(SCHEMA, made(), "run `cargo test --lib -- --ignored publish` and commit the schema");
}

#[test]
#[ignore = "writes docs/schema/baseline.schema.json"]
fn publish() {
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/baseline.schema.json"), made()).unwrap();
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (text, fine) in [
        (FILE, true),
        ("known: null", true),
        ("{}", true),
        ("known: [{ id: a, reason: r }]", false),
        ("known: [{ id: a, reason: r, until: tomorrow }]", false),
        ("known: [{ id: a, reason: '', until: 2027-01-01 }]", false),
        ("known: [{ id: a, reason: r, until: 2027-01-01, why: x }]", false),
        ("nown: []", false),
    ] {
        let document = Document::parse("known.yaml", text).unwrap();
        assert_eq!(validator.is_valid(document.value()), fine, "{text}");
        assert_eq!(read(text).is_ok(), fine, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_accepted_survives_the_way_through_the_file(
        ids in prop::collection::btree_set("[a-c/~*\\\\ :'\"#{}\\[\\],|>&!%@`\u{e9}\u{2028}\u{1f600}-]{1,12}", 1..5),
        reason in "\\PC{0,10}[\n\r\t #:'\"\\\\\u{85}\u{feff}-]{0,4}x\\PC{0,5}",
        start in prop::sample::select(vec!["", FILE, "known: []", "{\"known\": []}", "known:\r\n"]),
    ) {
        let entries: Vec<Entry> = ids
            .iter()
            .filter(|id| !id.trim().is_empty())
            .map(|id| Entry { pattern: Pattern::of(id), owner: Some(reason.clone()), shown_by: vec![reason.clone()], ..entry("x", &reason, "2027-01-01") })
            .collect();
        let text = changed(start, &[], &entries);
        let baseline = read(&text).unwrap();
        for (id, entry) in ids.iter().filter(|id| !id.trim().is_empty()).zip(&entries) {
            let found = baseline.entries.iter().find(|found| found.pattern.accepts(id)).unwrap();
            prop_assert_eq!(&found.reason, &entry.reason);
            prop_assert_eq!(&found.shown_by, &entry.shown_by);
        }
        let again = changed(&text, &[], &entries);
        prop_assert_eq!(&again, &text, "accepting again changes nothing");
        let gone: Vec<&str> = entries.iter().map(|entry| entry.pattern.text()).collect();
        let before = read(start).unwrap().entries.len();
        prop_assert_eq!(read(&changed(&text, &gone, &[])).unwrap().entries.len(), before);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(known|id|reason|until|a/b/1|2027-01-01|[-:\\[\\]{}, \n#'\"&*|>]){0,20}") {
        let gone = BTreeSet::from(["a/b/1".to_owned()]);
        let _ = edited("known.yaml", &text, &gone, &[entry("x/y/2", "r", "2027-01-01")]);
    }
}

#[test]
fn the_page_teaches_each_key_and_its_example_is_read() {
    let page = include_str!("../../docs/baseline.md");
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(read(example).unwrap().entries.len(), 1);
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for key in schema["$defs"]["Row"]["properties"].as_object().unwrap().keys() {
        assert!(page.contains(&format!("\n| `{key}` | ")), "{key}");
    }
}
