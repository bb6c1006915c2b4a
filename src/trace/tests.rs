use crate::case::arazzo;
use crate::document::{Document, DocumentId};

use super::*;

const PETS: &str = r#"{
    "openapi": "3.0.3",
    "info": { "title": "Pets", "version": "1" },
    "paths": { "/pets": { "post": {
        "operationId": "addPet",
        "description": "Adds a pet. A pet without a name is refused.",
        "requestBody": { "content": { "application/json": { "schema": { "type": "object", "properties": {
            "name": { "type": "string", "description": "Three letters, as everywhere." },
            "kind": { "type": "string", "description": "Three letters, as everywhere." },
            "age": { "type": "string", "description": "Never more than twenty years." }
        } } } } },
        "responses": { "200": { "description": "OK" }, "401": { "description": "Unauthorized" } }
    } } }
}"#;

const OVERLAY: &str = r#"
overlay: 1.0.0
info: { title: Rules, version: 1.0.0 }
actions:
  - target: $.paths['/pets'].post.requestBody.content.*.schema
    description: '"A pet without a name is refused."'
    update: { required: [name] }
  - target: $.paths['/pets'].post.requestBody.content.*.schema.properties
    description: 'kind: "Three letters, as everywhere."'
    update: { kind: { pattern: '^...$' } }
"#;

const CASES: &str = r#"
arazzo: 1.0.1
info: { title: Pets, version: '1' }
sourceDescriptions: [{ name: pets, url: pets.json, type: openapi }]
workflows:
  - workflowId: old
    description: A pet gets "never more than twenty" years old.
    steps: [{ stepId: add, operationId: addPet }]
"#;

fn traced(overlays: Vec<&str>, cases: &str, classes: &str) -> Trace {
    let document = |(index, text): (usize, &str)| Document::parse(format!("{index}.overlay.yaml"), text).unwrap();
    let overlays = overlays.into_iter().enumerate().map(document).collect();
    let contract = Contract::new(vec![Document::parse("specs/pets.json", PETS).unwrap()], overlays).unwrap();
    let cases = arazzo::read(&Document::parse("pets.arazzo.yaml", cases).unwrap(), &contract).unwrap();
    let classes = Classes::read(Document::parse("classes.yaml", classes).unwrap(), &["open-access"]).unwrap();
    trace(&contract, &cases, &classes)
}

const CLASSES: &str = r"
sentences:
  - { text: Adds a pet., normative: false, reason: introduces the operation }
  - { text: A pet without a name is refused., normative: true }
  - { text: 'Three letters, as everywhere.', normative: true }
  - { text: Never more than twenty years., normative: true }
  - { text: OK, normative: false, reason: names the status }
  - { text: Unauthorized, normative: true, tested-by: [open-access] }
";

fn tests_of(trace: &Trace, text: &str) -> Vec<String> {
    let found = trace.sentences.iter().find(|traced| traced.sentence.text == text).unwrap();
    found.tests.iter().map(ToString::to_string).collect()
}

#[test]
fn a_sentence_is_tested_by_what_quotes_it() {
    let trace = traced(vec![OVERLAY], CASES, CLASSES);
    assert!(trace.problems.is_empty(), "{:?}", trace.problems);
    assert_eq!(tests_of(&trace, "A pet without a name is refused."), ["overlay 0.overlay.yaml:5"]);
    assert_eq!(tests_of(&trace, "Three letters, as everywhere."), ["overlay 0.overlay.yaml:8"]);
    assert_eq!(tests_of(&trace, "Never more than twenty years."), ["case pets/old"]);
    assert_eq!(tests_of(&trace, "Unauthorized"), ["rule open-access"]);
    assert_eq!(tests_of(&trace, "OK"), [""; 0]);
    let contract = Contract::new(vec![Document::parse("specs/pets.json", PETS).unwrap()], vec![]).unwrap();
    let page = render(&trace, &contract);
    assert!(page.contains("4 of 4 normative sentences are tested"), "{page}");
    assert!(page.contains("- OK: names the status"), "{page}");
}

#[test]
fn a_sentence_without_class_or_test_is_a_problem_where_it_stands() {
    let trace =
        traced(vec![], CASES, &CLASSES.replace("  - { text: OK, normative: false, reason: names the status }\n", ""));
    let said: Vec<String> = trace.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "specs/pets.json:6:9: error: nothing tests this sentence: A pet without a name is refused.",
            "specs/pets.json:8:41: error: nothing tests this sentence: Three letters, as everywhere.",
            "specs/pets.json:12:33: error: a sentence without a class: OK",
        ]
    );
    assert_eq!(draft(&trace), "sentences:\n  - text: \"OK\"\n    normative: true\n");
}

#[test]
fn a_sentence_that_nobody_says_any_more_is_a_problem() {
    let more = format!("{CLASSES}  - {{ text: Gone., normative: true }}\n");
    let trace = traced(vec![OVERLAY], CASES, &more);
    let said: Vec<String> = trace.problems.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["classes.yaml:9:7: error: no document says this sentence"]);
}

#[test]
fn what_an_action_writes_to_one_property_tests_no_other() {
    let elsewhere = OVERLAY.replace("update: { kind:", "update: { age:");
    let trace = traced(vec![&elsewhere], CASES, CLASSES);
    assert_eq!(tests_of(&trace, "Three letters, as everywhere."), [""; 0]);
}

#[test]
fn a_case_of_other_operations_tests_nothing_here() {
    let (contract, sentence) = (
        Contract::new(vec![Document::parse("pets.json", PETS).unwrap()], vec![]).unwrap(),
        Sentence { document: DocumentId(7), text: "Never more than twenty years.".to_owned(), said: Vec::new() },
    );
    let cases = arazzo::read(&Document::parse("pets.arazzo.yaml", CASES).unwrap(), &contract).unwrap();
    assert_eq!(of_cases(&contract, &cases, &sentence).count(), 0);
}

#[test]
fn a_quotation_is_the_whole_sentence_or_several_words_of_it() {
    let sentence = "When provided, specifies the number of items.";
    assert!(quotes(r#"it says "When provided, specifies the number of items.""#, sentence));
    assert!(quotes("\"specifies the\n number of\"", sentence));
    assert!(quotes(r#""First. When provided, specifies the number of items. Last.""#, sentence));
    assert!(!quotes(r#"the "number of items" is given"#, sentence), "three words");
    assert!(!quotes("When provided, specifies the number of items.", sentence), "not quoted");
    assert!(quotes(r#"says "OK""#, "OK"));
    assert!(!quotes(r#"says "OKAY then""#, "OK"));
}
