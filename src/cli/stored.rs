//! Reports of earlier runs, as commands look for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::config::Config;
use crate::journal;
use crate::outcome::Outcome;
use crate::report::folder;
use crate::run::journal_in;

use super::Stop;

/// The file that is the truth of a run.
const REPORT: &str = "report.json";

/// Where the runs of `environment` are.
pub(super) fn home(config: &Config, environment: &str) -> PathBuf {
    config.reports.join(folder::component(environment))
}

/// The report that was written last, of the runs below `home`.
pub(super) fn newest(home: &Path) -> Option<PathBuf> {
    written_last(home, |folder| Some(folder.join(REPORT)).filter(|file| file.is_file()))
}

/// The newest report of `environment`, whose reports are in `report_dir` or where they are by default; or where none was found.
pub(super) fn newest_of(config: &Config, environment: &str, report_dir: Option<&Path>) -> Result<PathBuf, PathBuf> {
    let home = home(config, environment);
    match report_dir {
        Some(folder) => Some(folder.join(REPORT)).filter(|file| file.is_file()).ok_or(folder.to_owned()),
        None => newest(&home).ok_or(home),
    }
}

/// The folder of the run that wrote last, below `home`: its report, or its journal.
pub(super) fn newest_folder(home: &Path) -> Option<PathBuf> {
    let file =
        written_last(home, |folder| [folder.join(REPORT), journal_in(&folder)].into_iter().find(|file| file.is_file()));
    file?.parent().map(Path::to_owned)
}

fn written_last(home: &Path, file: impl Fn(PathBuf) -> Option<PathBuf>) -> Option<PathBuf> {
    // `latest` is one of them under another name.
    let runs = fs::read_dir(home).ok()?.filter_map(Result::ok).filter(|entry| entry.file_name() != "latest");
    let dated = runs.filter_map(|entry| {
        let file = file(entry.path())?;
        let written = fs::metadata(&file).ok()?.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        Some((written, file))
    });
    dated.max().map(|(_, file)| file)
}

/// The report in `file`.
pub(super) fn read(file: &Path) -> Result<Outcome, Stop> {
    let unreadable = |why: String| {
        Stop::with_help(format!("{} is no report: {why}", file.display()), "a run writes a new one: conform run")
    };
    let bytes = fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
}

/// What the run in `folder` found: its report, and where it has none, what its journal tells.
pub(super) fn of_folder(folder: &Path) -> Result<Outcome, Stop> {
    let report = folder.join(REPORT);
    if report.is_file() {
        return read(&report);
    }
    let file = journal_in(folder);
    if !file.is_file() {
        return Err(Stop::with_help(
            format!("{} holds neither report.json nor journal.ndjson", folder.display()),
            "name the folder of a run: reports/ENVIRONMENT/RUN",
        ));
    }
    let journal = journal::read(&file).map_err(|error| Stop::message(format!("{} {error}", file.display())))?;
    Ok(journal::restore(&journal))
}
