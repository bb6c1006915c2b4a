//! What a run found, on the screen and in files: each report is a pure function of the outcome into a writer.

pub mod registry;

pub mod json;
pub mod junit;

pub mod github;
pub mod terminal;

pub mod folder;
pub mod progress;

pub mod plain;
mod words;

use std::io::{self, Write};

use crate::outcome::Outcome;

/// One report that a run folder holds: a row of the registry.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Names the format; also its page and its word on the command line.
    pub id: &'static str,
    /// The file it is written to.
    pub file: &'static str,
    /// Writes it.
    pub write: fn(&Outcome, &mut dyn Write) -> io::Result<()>,
    /// Its page, Markdown.
    pub page: &'static str,
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod hostile;
