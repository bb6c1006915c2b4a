//! Appends to a journal, a line at once.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::Line;

/// A journal that is being written.
#[derive(Debug)]
pub struct Writer {
    file: Mutex<Option<File>>,
}

impl Writer {
    /// Begins the journal at `path`; what stands there already is replaced.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: Mutex::new(Some(File::create(path)?)) })
    }

    /// Appends `line`, straight to the operating system, so that it outlives this process. After a failure nothing more is
    /// written: a journal with a hole would be no journal.
    ///
    /// # Errors
    /// The first time that it cannot be written.
    pub fn append(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = file.as_mut() else { return Ok(()) };
        let written = open.write_all(&text);
        if written.is_err() {
            *file = None;
        }
        written
    }
}
