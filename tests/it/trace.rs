//! Every normative sentence of the documents has a test, and the page that says so is fresh.

use std::process::Command;

fn trace(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_conform"))
        .arg("trace")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said)
}

#[test]
fn every_normative_sentence_is_tested_and_the_page_is_fresh() {
    let (code, said) = trace(&["--check"]);
    assert_eq!(code, Some(0), "{said}");
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/traceability.md")).unwrap();
    assert!(page.contains("Each customer can have up to 20 external bank accounts."), "{page}");
    assert!(!page.contains("**nothing**"), "{page}");
}

#[test]
fn a_law_that_is_said_to_test_a_sentence_has_a_case_about_its_document() {
    let suite = crate::suite();
    let laws: Vec<&str> = conform::law::registry::LAWS.iter().map(|law| law.id).collect();
    let classes = conform::document::Document::read("docs/traceability.yaml".as_ref()).unwrap();
    let classes = conform::trace::Classes::read(classes, &named(&suite)).unwrap();
    let traced = conform::trace::trace(&suite.contract, &[], &classes);
    let mut checked = 0;
    for sentence in traced.sentences {
        for test in sentence.tests {
            let conform::trace::Test::Rule(law) = test else { continue };
            let is_there = |id: &conform::contract::OperationId| {
                let operation = suite.contract.operation(id).unwrap();
                operation.place.document == sentence.sentence.document
            };
            let of_law = suite.cases.iter().filter(|case| conform::plan::family(case) == law);
            let created = |case: &conform::case::Case| {
                let needed = suite.cases.iter().filter(|needed| case.depends_on.contains(&needed.id));
                needed.flat_map(conform::plan::called).collect::<Vec<_>>()
            };
            let tests =
                of_law.flat_map(|case| [conform::plan::called(case), created(case)].concat()).any(|id| is_there(&id));
            assert!(!laws.contains(&law.as_str()) || tests, "{law} is not about {}", sentence.sentence.text);
            checked += usize::from(laws.contains(&law.as_str()));
        }
    }
    assert!(checked > 20, "{checked}");
}

/// All that `tested-by` may name: rules, and the families of all cases.
fn named(suite: &conform::suite::Suite) -> Vec<&'static str> {
    let families = suite.cases.iter().map(conform::plan::family);
    conform::suite::rules().chain(families).chain(["open-access"]).collect()
}

#[test]
fn without_the_overlays_the_sentences_that_they_formalise_have_no_test() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.md");
    let (specs, cases) = (concat!(env!("CARGO_MANIFEST_DIR"), "/specs"), concat!(env!("CARGO_MANIFEST_DIR"), "/cases"));
    let nothing = folder.path().join("none");
    std::fs::create_dir(&nothing).unwrap();
    let at = |path: &std::path::Path| path.display().to_string();
    let arguments =
        ["--specs", specs, "--overlays", &at(&nothing), "--cases", cases, "--output", &at(&page)].map(str::to_owned);
    let (code, said) = trace(&arguments.each_ref().map(String::as_str));
    assert_eq!(code, Some(1), "{said}");
    let wanted = "nothing tests this sentence: Required only if an intermediary is involved.";
    assert!(said.contains(wanted), "{said}");
    assert!(std::fs::read_to_string(&page).unwrap().contains("**nothing**"));
}

#[test]
fn a_stale_page_is_shown_with_its_difference_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.md");
    std::fs::write(&page, "# Another page\n").unwrap();
    let (code, said) = trace(&["--check", "--output", &page.display().to_string()]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("-# Another page") && said.contains("+# Traceability"), "{said}");
    assert_eq!(std::fs::read_to_string(&page).unwrap(), "# Another page\n");
}

#[test]
fn rows_for_new_sentences_are_printed_and_slips_in_the_file_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let classes = folder.path().join("classes.yaml");
    let (code, said) = trace(&["--draft", "--classes", &classes.display().to_string()]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("sentences:\n") && said.contains("  - text: \"Must be a future date.\"\n"), "{said}");
    std::fs::write(&classes, "sentences:\n  - { text: OK, normative: maybe }\n").unwrap();
    let (code, said) = trace(&["--classes", &classes.display().to_string()]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("not a list of classed sentences"), "{said}");
}
