//! Where a command puts the text that it makes: standard output, or a file.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Stop;

#[derive(Debug, Args)]
pub(super) struct Output {
    /// Write to this file instead of standard output
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Replace the file where it is there already
    #[arg(long, requires = "file")]
    force: bool,
}

impl Output {
    /// The file, where one is named.
    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether the text goes to standard output.
    pub(super) fn is_screen(&self) -> bool {
        self.file.is_none()
    }

    /// Stops where the file is there already, before any work is done for it.
    pub(super) fn check(&self) -> Result<(), Stop> {
        match &self.file {
            Some(file) if file.exists() && !self.force => Err(Stop::with_help(
                format!("{} is there already", file.display()),
                "choose another file, or replace it with --force",
            )),
            _ => Ok(()),
        }
    }

    /// Writes `text`.
    pub(super) fn write(&self, text: &str) -> Result<(), Stop> {
        self.check()?;
        let Some(file) = &self.file else {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
            return Ok(());
        };
        std::fs::write(file, text)
            .map_err(|error| Stop::message(format!("{} cannot be written: {error}", file.display())))
    }
}
