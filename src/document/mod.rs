//! A YAML or JSON file: its value, and where each part of it stands in the text.

mod diagnostic;
mod json;
mod line;
mod pointer;
mod span;
pub mod write;
mod yaml;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

pub use diagnostic::{Diagnostic, Severity};
pub use pointer::{Pointer, PointerError, PutError};

use line::Lines;
use span::{Duplicate, Spans};

/// Larger files are refused: byte offsets are kept in 32 bits, and the largest public document has 47 MB.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The syntax of a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 8259.
    Json,
    /// YAML 1.2, JSON-compatible part.
    Yaml,
}

/// Which of several loaded documents: its index in load order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId(pub usize);

/// One place in one of the loaded documents.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The document.
    pub document: DocumentId,
    /// Where in it.
    pub pointer: Pointer,
}

impl Place {
    /// The place `pointer` of `document`.
    pub fn new(document: DocumentId, pointer: Pointer) -> Self {
        Self { document, pointer }
    }

    /// The place one reference token below this one.
    #[must_use]
    pub fn child(&self, token: &str) -> Self {
        Self { document: self.document, pointer: self.pointer.child(token) }
    }

    /// The place of the array element `index` below this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self { document: self.document, pointer: self.pointer.index(index) }
    }
}

/// Line and column of a character, both counted from 1; columns count characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A parsed file. Duplicate keys are refused; where each part stands is computed when first asked for.
#[derive(Debug)]
pub struct Document {
    name: String,
    text: Arc<str>,
    format: Format,
    value: Arc<Value>,
    spans: OnceLock<Spans>,
    lines: OnceLock<Lines>,
}

impl Document {
    /// Reads and parses the file at `path`; it is named as `path` is spelled.
    ///
    /// # Errors
    /// A diagnostic with position when the file cannot be read or is neither JSON nor YAML.
    pub fn read(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let name = path.display().to_string();
        let bytes = bytes_of(path).map_err(|problem| Diagnostic::file(Severity::Error, &name, problem))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = valid.split(|byte| *byte == b'\n').count();
            let message =
                format!("not UTF-8: the byte {} of the file, in line {line}, begins no character", valid.len());
            Diagnostic::file(Severity::Error, &name, message).help("save the file as UTF-8")
        })?;
        Self::parse(name, text)
    }

    /// Parses `text`, which is JSON when its first character (after white space) is `{` or `[` and YAML otherwise.
    ///
    /// ```
    /// use conform::document::{Document, Pointer};
    ///
    /// let document = Document::parse("pets.yaml", "info:\n  title: Pets\n").unwrap();
    /// let title = Pointer::parse("/info/title").unwrap();
    /// assert_eq!(document.value()["info"]["title"], "Pets");
    /// assert_eq!(document.position(&title).to_string(), "2:3");
    /// ```
    ///
    /// # Errors
    /// A diagnostic with position: syntax, a duplicate key, an alias bomb, nesting too deep.
    pub fn parse(name: impl Into<String>, text: impl Into<Arc<str>>) -> Result<Self, Box<Diagnostic>> {
        let text: Arc<str> = text.into();
        // A byte order mark is tolerated (RFC 8259 §8.1) and left out, so that columns are those which editors show.
        let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), Arc::from);
        let format = if text.trim_start().starts_with(['{', '[']) { Format::Json } else { Format::Yaml };
        let mut document = Self {
            name: name.into(),
            text,
            format,
            value: Arc::default(),
            spans: OnceLock::new(),
            lines: OnceLock::new(),
        };
        if document.text.len() as u64 > LARGEST {
            return Err(Box::new(Diagnostic::file(Severity::Error, &document.name, TOO_LARGE)));
        }
        let read = match format {
            // JSON is scanned at once, because its parser keeps the last of two equal keys without a word.
            Format::Json => json::parse(&document.text).map(|(value, spans)| (value, OnceLock::from(spans))),
            Format::Yaml => yaml::parse(&document.text).map(|value| (value, OnceLock::new())),
        };
        match read {
            Ok((value, spans)) => {
                document.value = Arc::new(value);
                document.spans = spans;
                Ok(document)
            }
            Err(fault) => Err(Box::new(document.refused(fault))),
        }
    }

    /// The name under which messages speak of it: the path as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text as read, without a byte order mark.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The syntax.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The whole value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The whole value, shared.
    pub fn shared_value(&self) -> Arc<Value> {
        Arc::clone(&self.value)
    }

    /// Byte range of the value at `pointer`, or of its nearest existing ancestor.
    pub fn span(&self, pointer: &Pointer) -> Range<usize> {
        self.spans().find(&self.text, pointer).1
    }

    /// Byte range of the member name at `pointer` (of the value, where it is an array element or the root).
    pub fn key_span(&self, pointer: &Pointer) -> Range<usize> {
        let (key, value) = self.spans().find(&self.text, pointer);
        key.unwrap_or(value)
    }

    /// Line and column at which the member (or element) at `pointer`, or its nearest existing ancestor, begins.
    pub fn position(&self, pointer: &Pointer) -> Position {
        self.position_at(self.key_span(pointer).start)
    }

    /// Line and column of the byte `offset` of the text.
    pub fn position_at(&self, offset: usize) -> Position {
        self.lines.get_or_init(|| Lines::of(&self.text)).position(&self.text, offset)
    }

    /// A diagnostic at `pointer` of this document.
    pub fn diagnose(&self, severity: Severity, pointer: &Pointer, message: impl Into<String>) -> Diagnostic {
        self.diagnose_bytes(severity, self.key_span(pointer), message)
    }

    /// A diagnostic at a byte range of the text, such as a part of a value.
    pub fn diagnose_bytes(&self, severity: Severity, bytes: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let position = self.position_at(bytes.start);
        Diagnostic::text(severity, &self.name, message, &self.text, bytes, position)
    }

    fn spans(&self) -> &Spans {
        self.spans.get_or_init(|| match self.format {
            Format::Json => json::spans(&self.text).unwrap_or_default(),
            Format::Yaml => yaml::spans(&self.text).unwrap_or_default(),
        })
    }

    fn refused(&self, fault: Fault) -> Diagnostic {
        match fault {
            Fault::Syntax { message, at } => self.diagnose_bytes(Severity::Error, at, message),
            Fault::Duplicate(Duplicate { name, first, second }) => {
                let message = format!("key {name:?} appears twice, first at {}", self.position_at(first.start));
                self.diagnose_bytes(Severity::Error, second, message).label("appears again")
            }
        }
    }
}

/// Why a text is refused.
enum Fault {
    /// Neither JSON nor YAML.
    Syntax { message: String, at: Range<usize> },
    /// Two members of one name.
    Duplicate(Duplicate),
}

const TOO_LARGE: &str = "larger than 256 MiB";

fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::IsADirectory => "a folder, not a file".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if read as u64 > LARGEST { Err(TOO_LARGE.to_owned()) } else { Ok(bytes) }
}

/// The candidate that `word` was probably meant to be.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<String> {
    // Comparing is quadratic in the length: hostile names are not worth it.
    let candidates: Vec<&str> = candidates.into_iter().filter(|candidate| candidate.len() <= 100).collect();
    let word = Some(word).filter(|word| word.len() <= 100)?;
    similar::get_close_matches(word, &candidates, 1, 0.6).first().map(|found| (*found).to_owned())
}

#[cfg(test)]
mod tests;
