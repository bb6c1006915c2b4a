//! The page of traceability, in Markdown.

use std::fmt::Write as _;

use crate::contract::Contract;

use super::{Trace, Traced, file_name};

/// The page: for each document its normative sentences with what tests them, then what binds nobody, and why.
pub fn render(trace: &Trace, contract: &Contract) -> String {
    let normative = |traced: &&Traced| traced.is_normative();
    let bound = trace.sentences.iter().filter(normative).count();
    let tested = trace.sentences.iter().filter(normative).filter(|traced| !traced.tests.is_empty()).count();
    let mut page = String::new();
    page.push_str("# Traceability\n\n<!-- Written by `conform trace`. -->\n\n");
    let _ = writeln!(
        page,
        "Every sentence of the documents, and what tests it: {tested} of {bound} normative sentences are tested. \
         `{}` says which are normative; overlay actions and written cases quote what they test.\n",
        file_name(&trace.classes)
    );
    for (index, source) in contract.sources.iter().enumerate() {
        let here = || trace.sentences.iter().filter(|traced| traced.sentence.document.0 == index);
        if here().next().is_none() {
            continue;
        }
        let _ = writeln!(page, "## {}\n", cell(source.published.name()));
        if here().any(|traced| normative(&traced)) {
            page.push_str("| sentence | where | tested by |\n|---|---|---|\n");
            for traced in here().filter(normative) {
                let tests: Vec<String> = traced.tests.iter().map(|test| cell(&test.to_string())).collect();
                let tests = if tests.is_empty() { "**nothing**".to_owned() } else { tests.join("<br>") };
                let _ = writeln!(page, "| {} | {} | {tests} |", cell(&traced.sentence.text), places(traced));
            }
            page.push('\n');
        }
        let idle: Vec<&Traced> = here().filter(|traced| !normative(traced)).collect();
        if !idle.is_empty() {
            page.push_str("Binds nobody:\n\n");
            for traced in idle {
                let reason = traced.row.as_ref().and_then(|row| row.reason.as_deref()).unwrap_or("not classed");
                let _ = writeln!(page, "- {}: {}", cell(&traced.sentence.text), cell(reason));
            }
            page.push('\n');
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn places(traced: &Traced) -> String {
    let places: Vec<String> = traced.sentence.said.iter().map(|at| format!("`{}`", cell(at.as_str()))).collect();
    places.join("<br>")
}

/// The text where it neither ends the cell nor means anything to Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace(['\n', '\r'], " ")
}
