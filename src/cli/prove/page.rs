//! The page of a proof, in a file.

use std::path::Path;

use crate::prove::fault::{Healthy, Trial};
use crate::prove::page::{is_same, page};

use super::super::Stop;

/// Writes the page of a proof, or only looks whether it says the same.
pub(super) fn keep(path: &Path, trials: &[Trial], healthy: &Healthy, check: bool) -> Result<(), Stop> {
    let new = page(trials, healthy.requests);
    let shown = path.display();
    if !check {
        return std::fs::write(path, new).map_err(|error| Stop::message(format!("{shown} cannot be written: {error}")));
    }
    let old = std::fs::read_to_string(path);
    let old = old.map_err(|error| Stop::message(format!("{shown} cannot be read: {error}")))?;
    if is_same(&old, &new) {
        return Ok(());
    }
    Err(Stop::with_help(
        format!("{shown} says something else than this proof"),
        "write it again: the same command without --check",
    ))
}
