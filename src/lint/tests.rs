//! Every lint over every page, and over the published documents.

use std::collections::BTreeSet;
use std::path::Path;

use super::registry::{LINTS, judge, run};
use super::{Origin, Subject};
use crate::contract::Contract;
use crate::document::{Document, Severity};

/// A fenced block of a page.
struct Block {
    page: &'static str,
    line: usize,
    words: Vec<String>,
    text: String,
}

impl Block {
    /// The contract of the documents in the block, parted by `---`.
    fn contract(&self) -> Contract {
        let texts = self.text.split("---\n").enumerate();
        let documents = texts.map(|(index, text)| Document::parse(format!("{index}.yaml"), text).unwrap());
        Contract::new(documents.collect(), vec![]).unwrap_or_else(|errors| panic!("{}: {errors:?}", self.name()))
    }

    fn name(&self) -> String {
        format!("docs/lint/{}.md:{}", self.page, self.line)
    }
}

fn blocks(kind: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for lint in LINTS {
        let mut open = false;
        for (index, line) in lint.page.lines().enumerate() {
            if let Some(info) = line.strip_prefix("```") {
                open = !open;
                if open {
                    let words = info.split(' ').map(str::to_owned).collect();
                    blocks.push(Block { page: lint.id, line: index + 1, words, text: String::new() });
                }
            } else if open {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    blocks.retain(|block| block.words[1] == kind);
    blocks
}

fn subject(contract: &Contract) -> Subject<'_> {
    Subject { contract, schemas: &contract.schemas, operations: &contract.operations }
}

#[test]
fn each_lint_fires_on_its_drift_blocks_and_only_where_they_say() {
    for block in blocks("drift") {
        let contract = block.contract();
        let lint = LINTS.iter().find(|lint| lint.id == block.page).unwrap();
        let found: BTreeSet<String> = run(lint, &subject(&contract))
            .iter()
            .map(|diagnosis| match diagnosis.place.document.0 {
                0 => diagnosis.place.pointer.to_string(),
                document => format!("{document}:{}", diagnosis.place.pointer),
            })
            .collect();
        let expected: BTreeSet<String> = block.words[2..].iter().cloned().collect();
        assert_eq!(found, expected, "{}", block.name());
    }
}

#[test]
fn every_lint_is_silent_on_every_clean_block() {
    for block in blocks("clean") {
        // One page shows a reference into nothing that disables nothing; its warning is the loader's.
        let contract = block.contract();
        let found: Vec<String> = judge(&contract).iter().map(|found| found.diagnostic(&contract).to_string()).collect();
        assert_eq!(found, Vec::<String>::new(), "{}", block.name());
    }
}

#[test]
fn every_lint_has_a_page_with_both_kinds_of_blocks() {
    let (drift, clean) = (blocks("drift"), blocks("clean"));
    for lint in LINTS {
        assert!(lint.page.starts_with(&format!("# {}\n", lint.id)), "{}", lint.id);
        assert!(drift.iter().any(|block| block.page == lint.id), "{}", lint.id);
        assert!(clean.iter().any(|block| block.page == lint.id), "{}", lint.id);
    }
    let ids: Vec<&str> = LINTS.iter().map(|lint| lint.id).collect();
    assert!(ids.is_sorted());
    for entry in std::fs::read_dir("docs/lint").unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(ids.contains(&stem.as_str()), "docs/lint/{stem}.md belongs to no lint");
    }
}

#[test]
fn what_an_overlay_mends_is_a_note_and_what_it_breaks_is_its_own() {
    let document = "openapi: 3.0.3\npaths: {}\ncomponents:\n  schemas:\n    A: {type: string, enum: [x, null]}\n";
    let overlay = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n\
        - target: $.components.schemas.A\n  update: {nullable: true}\n\
        - target: $.components.schemas\n  update:\n    B: {type: string, pattern: '('}\n";
    let document = Document::parse("a.yaml", document).unwrap();
    let contract = Contract::new(vec![document], vec![Document::parse("o.yaml", overlay).unwrap()]).unwrap();
    let found = judge(&contract);
    let shown: Vec<_> = found.iter().map(|found| (found.lint, found.origin.clone(), found.severity)).collect();
    let mended = ("null-in-enum", Origin::Mended, Severity::Note);
    assert!(shown.contains(&mended), "{shown:?}");
    assert!(shown.contains(&("bad-pattern", Origin::Overlay, Severity::Warning)), "{shown:?}");
    assert_eq!(shown.len(), 2);
    let text: Vec<String> = found.iter().map(|found| found.diagnostic(&contract).to_string()).collect();
    assert!(text.iter().any(|text| text.starts_with("a.yaml:5:33:")), "{text:?}");
    assert!(text.iter().any(|text| text.starts_with("o.yaml:6:")), "{text:?}");
}

/// The places that the published documents are known to have slips at, found by reading them.
#[test]
fn the_published_documents_have_the_slips_that_a_reader_finds() {
    let contract = Contract::load(&[Path::new("specs").to_owned()], &[]).unwrap();
    let found = judge(&contract);
    let mut counts = std::collections::BTreeMap::new();
    for diagnosis in &found {
        *counts.entry(diagnosis.lint).or_insert(0) += 1;
        let source = contract.source(diagnosis.place.document).unwrap();
        assert!(diagnosis.place.pointer.resolve(source.published.value()).is_some(), "{diagnosis:?}");
    }
    // Four `$ref` + `nullable` in UpdateOneCustomer, of which `employerAddress` leads to a nullable type; three in the bank
    // documents. `allOf` or `oneOf` + `nullable`: CustomerPreTradeRiskGroupNullable twice, address and employerAddress.
    let expected = [
        ("component-clash", 4),
        ("host-mismatch", 2),
        ("ignored-ref-sibling", 6),
        ("near-name", 1),
        ("no-rejection-documented", 1),
        ("null-in-enum", 1),
        ("nullable-without-type", 4),
        ("optional-body", 2),
        ("undeclared-path-parameter", 4),
        ("unknown-format", 2),
        ("unknown-name", 1),
        ("vetoed-null", 1),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
}
