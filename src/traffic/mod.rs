//! Recorded traffic as it can be judged: journals of runs, and HTTP archives of anybody.

mod har;
mod recorded;

use std::path::Path;

use crate::contract::base_url::base_url;
use crate::contract::called::{Called, called};
use crate::contract::{Contract, Operation};
use crate::document::Document;
use crate::environment::Target;
use crate::journal::{self, Journal};
use crate::run::recorded::Traffic;

/// What a file of traffic holds.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// What can be judged, in order.
    pub traffic: Vec<Traffic>,
    /// What cannot be, and why.
    pub notes: Vec<String>,
}

/// Why a file holds no traffic.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// It is neither.
    #[error("{0} is neither an HTTP archive (`log.entries`) nor a journal of a run")]
    Neither(String),
    /// Its syntax is wrong.
    #[error(transparent)]
    Syntax(#[from] Box<crate::document::Diagnostic>),
    /// It is no journal that can be read.
    #[error("{path} {cause}")]
    Journal {
        /// The file.
        path: String,
        /// Why.
        cause: journal::JournalError,
    },
}

/// Reads the traffic in the file at `path`, as far as it went to where `target` is.
///
/// # Errors
/// When it holds none.
pub fn read(path: &Path, contract: &Contract, target: &Target) -> Result<Recording, TrafficError> {
    let is_journal = path.extension().is_some_and(|ending| ending == "ndjson");
    if is_journal {
        let shown = path.display().to_string();
        let journal = journal::read(path).map_err(|cause| TrafficError::Journal { path: shown, cause })?;
        return Ok(of_journal(&journal, contract));
    }
    let document = Document::read(path)?;
    let entries = document.value().get("log").and_then(|log| log.get("entries")).and_then(|entries| entries.as_array());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match entries {
        Some(entries) => Ok(har::recording(entries, &name, contract, target)),
        None => Err(TrafficError::Neither(path.display().to_string())),
    }
}

/// The exchanges of a run that can be judged again.
pub fn of_journal(journal: &Journal, contract: &Contract) -> Recording {
    recorded::recording(journal, contract)
}

/// What a request to `url` calls where `target` is; nothing where it goes elsewhere, or is described nowhere.
fn operation<'c>(contract: &'c Contract, target: &Target, method: &str, url: &str) -> Option<Called<'c>> {
    let found = called(contract, method, url)?;
    let (Called::Operation(operation) | Called::Undeclared(operation)) = found;
    is_at(operation, target, url).then_some(found)
}

/// Whether `url` is where `operation` is called; anywhere, where the target starts with the run.
fn is_at(operation: &Operation, target: &Target, url: &str) -> bool {
    *target == Target::Sandbox
        || base_url(operation, target).is_ok_and(|base| url.starts_with(base.trim_end_matches('/')))
}
