//! Traceability: which overlay action, written case or rule tests each normative sentence of the documents.
//!
//! The sentences come from the documents, their classes from a checked-in file, and what tests them from quotations: the
//! description of an overlay action, and the texts of a written case, quote the sentence that they rest on.

mod classes;
mod page;
mod sentence;

use std::fmt::{self, Write as _};

use crate::case::{Call, Case, Origin};
use crate::contract::{Amended, Contract, Source};
use crate::document::{Diagnostic, Pointer, Position, Severity};

pub use classes::{Classes, Row};
pub use page::render;
pub use sentence::{Sentence, sentences};

use sentence::single_spaced;

/// A quotation of fewer words could stand anywhere.
const WORDS: usize = 4;

/// What tests a sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// An action of an overlay makes a schema of it.
    Action {
        /// The overlay file.
        file: String,
        /// The line on which the action begins.
        line: usize,
    },
    /// A written case quotes it.
    Case(String),
    /// A rule, law or family of cases, by its id.
    Rule(String),
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action { file, line } => {
                write!(f, "overlay {}:{line}", file.rsplit(['/', '\\']).next().unwrap_or(file))
            }
            Self::Case(name) => write!(f, "case {name}"),
            Self::Rule(id) => write!(f, "rule {id}"),
        }
    }
}

/// A sentence with its class and what tests it.
#[derive(Debug)]
pub struct Traced {
    /// The sentence.
    pub sentence: Sentence,
    /// Its row; nothing where the file does not class it.
    pub row: Option<Row>,
    /// What tests it, where it is normative.
    pub tests: Vec<Test>,
}

impl Traced {
    /// Whether an implementation can break it.
    pub fn is_normative(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.normative)
    }
}

/// All sentences, traced.
#[derive(Debug)]
pub struct Trace {
    /// The file that classes them.
    pub classes: String,
    /// In the order of the documents.
    pub sentences: Vec<Traced>,
    /// Sentences without class, normative ones without test, rows of sentences that nobody says.
    pub problems: Vec<Diagnostic>,
}

/// Looks for what tests each sentence.
pub fn trace(contract: &Contract, cases: &[Case], classes: &Classes) -> Trace {
    let mut traced = Vec::new();
    let mut problems = Vec::new();
    let mut used = Vec::new();
    for sentence in sentences(contract) {
        let Some(source) = contract.source(sentence.document) else { continue };
        let place = sentence.said.first().cloned().unwrap_or_else(Pointer::root);
        let say = |message: &str, help: String| {
            source.published.diagnose(Severity::Error, &place, format!("{message}: {}", sentence.text)).help(help)
        };
        let found = classes.row(&sentence.text, file_name(source.published.name()));
        let mut tests = Vec::new();
        match found {
            None => problems.push(say("a sentence without a class", format!("add a row to {}", classes.name()))),
            Some((index, row)) => {
                used.push(index);
                if row.normative {
                    tests.extend(row.tested_by.iter().map(|id| Test::Rule(id.clone())));
                    tests.extend(actions(source, &sentence));
                    tests.extend(of_cases(contract, cases, &sentence));
                    tests.sort();
                    tests.dedup();
                    if tests.is_empty() {
                        problems.push(say(
                            "nothing tests this sentence",
                            "quote it in an overlay action or a written case, or name rules in `tested-by`".to_owned(),
                        ));
                    }
                }
            }
        }
        traced.push(Traced { row: found.map(|(_, row)| row.clone()), sentence, tests });
    }
    problems.extend(classes.unused(&used));
    Trace { classes: classes.name().to_owned(), sentences: traced, problems }
}

/// Rows for the sentences that have no class yet, each to be decided: YAML for the file of classes.
pub fn draft(trace: &Trace) -> String {
    let mut known: Vec<&str> = Vec::new();
    let mut rows = String::new();
    for traced in trace.sentences.iter().filter(|traced| traced.row.is_none()) {
        if !known.contains(&traced.sentence.text.as_str()) {
            known.push(&traced.sentence.text);
            // JSON strings are YAML strings.
            let text = serde_json::Value::from(traced.sentence.text.as_str());
            let _ = writeln!(rows, "  - text: {text}\n    normative: true");
        }
    }
    if rows.is_empty() { rows } else { format!("sentences:\n{rows}") }
}

/// The actions that quote the sentence and change what it speaks of.
fn actions<'t>(source: &'t Source, sentence: &'t Sentence) -> impl Iterator<Item = Test> + 't {
    let quoting = source.amended.iter().filter(|amended| quotes(&amended.description, &sentence.text));
    let speaking = quoting.filter(|amended| sentence.said.iter().any(|said| speaks_of(amended, said)));
    speaking
        .map(|Amended { file, position: Position { line, .. }, .. }| Test::Action { file: file.clone(), line: *line })
}

/// Whether what an action wrote may stand for the prose at `said`. What it wrote to single properties speaks of those
/// alone; a rule about a whole body, parameter or answer may rest on any sentence of its document.
fn speaks_of(amended: &Amended, said: &Pointer) -> bool {
    let owner = said.parent().unwrap_or_else(Pointer::root);
    let tokens: Vec<_> = amended.pointer.tokens().collect();
    let inside = tokens.iter().rposition(|token| token == "properties").map(|last| tokens.iter().take(last + 2));
    match inside {
        None => true,
        Some(property) => {
            let property = Pointer::from_tokens(property);
            owner.starts_with(&property) || property.starts_with(&owner)
        }
    }
}

/// The written cases that quote the sentence and call an operation of its document.
fn of_cases<'t>(contract: &'t Contract, cases: &'t [Case], sentence: &'t Sentence) -> impl Iterator<Item = Test> + 't {
    let calls = |case: &Case| {
        case.steps.iter().any(|step| match &step.call {
            Call::Operation(id) => {
                contract.operation(id).is_some_and(|operation| operation.place.document == sentence.document)
            }
            Call::Case(_) => false,
        })
    };
    let written = cases.iter().filter(|case| matches!(case.origin, Origin::Written { .. }));
    let quoting = written.filter(|case| case.all_texts().any(|text| quotes(text, &sentence.text)));
    quoting.filter(move |case| calls(case)).map(|case| Test::Case(workflow(&case.name).to_owned()))
}

/// Whether `text` quotes the sentence: as a whole, or several words of it in a row.
fn quotes(text: &str, sentence: &str) -> bool {
    // A quotation in the middle of a sentence begins with a small letter.
    let text = single_spaced(text).to_lowercase();
    let sentence = sentence.to_lowercase();
    let bare = sentence.trim_end_matches(['.', '!', '?']);
    let quoted = text.split('"').skip(1).step_by(2);
    quoted.map(|quoted| quoted.trim_end_matches(['.', ',', ';'])).any(|quoted| {
        quoted == bare
            || quoted.contains(bare) && bare.contains(' ')
            || sentence.contains(quoted) && quoted.split(' ').count() >= WORDS
    })
}

/// The name of a case without its row.
fn workflow(name: &str) -> &str {
    name.split_once(" [").map_or(name, |(workflow, _)| workflow)
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
