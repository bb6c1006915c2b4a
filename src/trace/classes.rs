//! Which sentences bind an implementation, as a checked-in file says.

use serde::Deserialize;

use crate::document::{Diagnostic, Document, Pointer, Severity};

/// The file: a row for each sentence.
#[derive(Debug)]
pub struct Classes {
    document: Document,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    sentences: Vec<Row>,
}

/// What the file says of one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Row {
    /// The sentence, as the documents have it.
    pub text: String,
    /// The documents that it is about, by file name; all, where it is left out.
    #[serde(default, rename = "in")]
    pub documents: Vec<String>,
    /// Whether an implementation can break it.
    pub normative: bool,
    /// Why it binds nobody; or, of a normative one, how it is read.
    #[serde(default)]
    pub reason: Option<String>,
    /// Rules, laws and families of cases that test it wherever it stands, by their ids.
    #[serde(default)]
    pub tested_by: Vec<String>,
}

impl Classes {
    /// Reads the file; `known` are the ids that `tested-by` may name.
    ///
    /// # Errors
    /// Everything that is wrong with it: its form, a sentence without a reason that binds nobody, an unknown id.
    pub fn read(document: Document, known: &[&str]) -> Result<Self, Vec<Diagnostic>> {
        let file: File = serde_json::from_value(document.value().clone()).map_err(|error| {
            let message = format!("not a list of classed sentences: {error}");
            vec![
                document
                    .diagnose(Severity::Error, &Pointer::root(), message)
                    .help("`sentences:` with rows of `text`, `normative`, `reason`, `tested-by` and `in`"),
            ]
        })?;
        let classes = Self { document, rows: file.sentences };
        let mut problems = Vec::new();
        for (index, row) in classes.rows.iter().enumerate() {
            if !row.normative && row.reason.is_none() {
                problems.push(classes.problem(index, "a sentence that binds nobody needs a `reason`"));
            }
            if !row.normative && !row.tested_by.is_empty() {
                problems.push(classes.problem(index, "a sentence that binds nobody needs no test"));
            }
            for id in row.tested_by.iter().filter(|id| !known.contains(&id.as_str())) {
                let problem =
                    classes.problem(index, format!("`tested-by` names `{id}`, which is no rule and no family"));
                problems.push(match crate::document::nearest(id, known.iter().copied()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                });
            }
            let twin =
                classes.rows.iter().take(index).any(|other| other.text == row.text && other.documents == row.documents);
            if twin {
                problems.push(classes.problem(index, "this sentence is classed twice"));
            }
        }
        if problems.is_empty() { Ok(classes) } else { Err(problems) }
    }

    /// A file `name` that classes nothing yet.
    ///
    /// # Errors
    /// None in practice: the text is our own.
    pub fn none(name: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::read(Document::parse(name, "sentences: []").map_err(|problem| vec![*problem])?, &[])
    }

    /// The row of a sentence of a document: one that names the document before one that names none.
    pub(super) fn row(&self, text: &str, document: &str) -> Option<(usize, &Row)> {
        let rows = || self.rows.iter().enumerate().filter(|(_, row)| row.text == text);
        let named = |row: &Row| row.documents.iter().any(|name| name == document);
        rows().find(|(_, row)| named(row)).or_else(|| rows().find(|(_, row)| row.documents.is_empty()))
    }

    /// The rows whose index is not in `used`: of sentences that no document says any more.
    pub(super) fn unused(&self, used: &[usize]) -> Vec<Diagnostic> {
        let left = (0..self.rows.len()).filter(|index| !used.contains(index));
        left.map(|index| self.problem(index, "no document says this sentence").help("remove the row")).collect()
    }

    /// The file's name.
    pub(super) fn name(&self) -> &str {
        self.document.name()
    }

    fn problem(&self, row: usize, message: impl Into<String>) -> Diagnostic {
        let at = Pointer::root().child("sentences").index(row).child("text");
        self.document.diagnose(Severity::Error, &at, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Classes, Vec<String>> {
        let document = Document::parse("sentences.yaml", text).unwrap();
        Classes::read(document, &["open-access"]).map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_wrong_with_the_file_is_said_where_it_stands() {
        let wrong = read(
            "sentences:\n- { text: A, normative: false }\n- { text: B, normative: true, tested-by: [open-acess] }\n- { text: A, normative: true }\n",
        )
        .unwrap_err();
        assert_eq!(
            wrong,
            [
                "sentences.yaml:2:5: error: a sentence that binds nobody needs a `reason`",
                "sentences.yaml:3:5: error: `tested-by` names `open-acess`, which is no rule and no family",
                "sentences.yaml:4:5: error: this sentence is classed twice",
            ]
        );
        assert!(
            read("sentences:\n- { text: A, normative: true, why: no }\n").unwrap_err()[0].contains("unknown field")
        );
    }

    #[test]
    fn a_row_that_names_the_document_comes_first() {
        let classes = read(
            "sentences:\n- { text: A, normative: true }\n- { text: A, in: [b.json], normative: false, reason: slip }\n",
        )
        .unwrap();
        assert_eq!(classes.row("A", "a.json").map(|(index, _)| index), Some(0));
        assert_eq!(classes.row("A", "b.json").map(|(index, _)| index), Some(1));
        assert_eq!(classes.unused(&[0]).len(), 1);
    }
}
