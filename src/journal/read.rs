//! Reads a journal, as far as it goes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::{Begun, FORMAT, Line};

/// Longer lines are no lines of a journal: two bodies at their bound, escaped, and a report's worth of the rest.
const LONGEST: u64 = 64 * 1024 * 1024;

/// What a journal holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Journal {
    /// Whose it is.
    pub begun: Begun,
    /// Every line after the first, in order.
    pub lines: Vec<Line>,
    /// The last line breaks off: it was being written when the run ended.
    pub breaks_off: bool,
}

/// Why a file is no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It holds nothing, not even whose it is.
    #[error("is no journal: it is empty")]
    Empty,
    /// A line in the middle is none of ours.
    #[error("line {line} is no line of a journal: {cause}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        cause: String,
    },
    /// It is of a kind that this program does not know.
    #[error("is of the format `{0}`, and this program reads `{FORMAT}`")]
    Format(String),
}

/// Reads the journal at `path`. A last line without its end is left out: that is how a killed run leaves it.
///
/// # Errors
/// Where it is no journal.
pub fn read(path: &Path) -> Result<Journal, JournalError> {
    let mut file = BufReader::new(File::open(path)?);
    let mut lines = Vec::new();
    let mut breaks_off = false;
    let mut text = Vec::new();
    for number in 1.. {
        text.clear();
        let length = file.by_ref().take(LONGEST).read_until(b'\n', &mut text)?;
        if length == 0 {
            break;
        }
        if text.last() != Some(&b'\n') {
            breaks_off = true;
            break;
        }
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Line>(&text) {
            Ok(Line::Run(begun)) if begun.format != FORMAT => return Err(JournalError::Format(begun.format)),
            Ok(line) => lines.push(line),
            Err(error) => return Err(JournalError::Line { line: number, cause: error.to_string() }),
        }
    }
    let mut lines = lines.into_iter();
    match lines.next() {
        Some(Line::Run(begun)) => Ok(Journal { begun: *begun, lines: lines.collect(), breaks_off }),
        Some(_) => Err(JournalError::Line { line: 1, cause: "it does not say whose journal it is".to_owned() }),
        None => Err(JournalError::Empty),
    }
}
