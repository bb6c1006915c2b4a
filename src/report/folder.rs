//! The folder of a run: `reports/<environment>/<run>/` with a file for each report, and `latest` beside it.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::registry::REPORTS;
use crate::outcome::Outcome;

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct FolderError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Writes every report of `outcome` to `reports/<environment>/<run>/`, points `reports/<environment>/latest` there, and
/// returns the run's folder.
///
/// # Errors
/// The file that could not be written. Reports that were written before it stay.
pub fn record(outcome: &Outcome, reports: &Path, environment: &str) -> Result<PathBuf, FolderError> {
    let home = reports.join(component(environment));
    let run = component(&outcome.run);
    let folder = home.join(&run);
    write(outcome, &folder)?;
    point(&home, &run).map_err(|source| FolderError { path: home.join("latest"), source })?;
    Ok(folder)
}

/// Writes every report of `outcome` to `folder`, each in one go: a reader sees the old file or the new one, never a half.
///
/// # Errors
/// The file that could not be written.
pub fn write(outcome: &Outcome, folder: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(folder).map_err(|source| FolderError { path: folder.to_owned(), source })?;
    for report in REPORTS {
        let path = folder.join(report.file);
        replace(&path, |out| (report.write)(outcome, out)).map_err(|source| FolderError { path, source })?;
    }
    Ok(())
}

/// Makes `folder` and tries to write into it, so that a run need not find out at its end that its reports have no place.
///
/// # Errors
/// What keeps files from being written there.
pub fn prepare(folder: &Path) -> Result<(), FolderError> {
    let trial = fs::create_dir_all(folder).and_then(|()| replace(&folder.join("trial"), |_| Ok(())));
    let trial = trial.and_then(|()| fs::remove_file(folder.join("trial")));
    trial.map_err(|source| FolderError { path: folder.to_owned(), source })
}

/// Writes a temporary file beside `path` and gives it that name when it is whole.
///
/// # Errors
/// What kept the file from being written; the old one is there then.
pub fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let temporary = path.with_file_name(format!(".{name}.tmp"));
    let written = fs::File::create(&temporary).and_then(|file| {
        let mut out = BufWriter::new(file);
        content(&mut out)?;
        out.flush()
    });
    let renamed = written.and_then(|()| fs::rename(&temporary, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

/// Points `latest` in `home` to `run`: a symbolic link, or `latest.txt` with the name where there can be none.
fn point(home: &Path, run: &str) -> io::Result<()> {
    match link(home, run) {
        Ok(()) => {
            // What an earlier run wrote where it could not link would be out of date now.
            let _ = fs::remove_file(home.join("latest.txt"));
            Ok(())
        }
        Err(_) => replace(&home.join("latest.txt"), |out| writeln!(out, "{run}")),
    }
}

#[cfg(unix)]
fn link(home: &Path, run: &str) -> io::Result<()> {
    let temporary = home.join(format!(".latest-{run}.tmp"));
    let _ = fs::remove_file(&temporary);
    std::os::unix::fs::symlink(run, &temporary)?;
    let renamed = fs::rename(&temporary, home.join("latest"));
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

#[cfg(not(unix))]
fn link(_home: &Path, _run: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// `name` as one component of a path: letters, digits, `.`, `_`, `+` and `-`; neither hidden nor a way out.
pub fn component(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+') { c } else { '-' };
    let text: String = name.chars().take(100).map(safe).collect();
    match text.trim_start_matches('.') {
        "" => "unnamed".to_owned(),
        "latest" => "latest-".to_owned(),
        text => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    #[test]
    fn a_run_leaves_every_report_and_latest_points_to_it() {
        let reports = tempfile::tempdir().unwrap();
        let mut outcome = examples::staging();
        for run in ["first", "second"] {
            run.clone_into(&mut outcome.run);
            let folder = record(&outcome, reports.path(), "staging").unwrap();
            assert_eq!(folder, reports.path().join("staging").join(run));
        }
        let latest = fs::read(reports.path().join("staging/latest/report.json")).unwrap();
        let latest: Outcome = serde_json::from_slice(&latest).unwrap();
        assert_eq!(latest.run, "second");
        let mut names: Vec<_> = fs::read_dir(reports.path().join("staging/first"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["junit.xml", "report.json"]);
    }

    #[test]
    fn where_latest_is_a_folder_already_a_text_file_says_it() {
        let reports = tempfile::tempdir().unwrap();
        fs::create_dir_all(reports.path().join("staging/latest/mine")).unwrap();
        record(&examples::staging(), reports.path(), "staging").unwrap();
        assert_eq!(fs::read_to_string(reports.path().join("staging/latest.txt")).unwrap(), "7f3a9c\n");
        assert!(reports.path().join("staging/latest/mine").is_dir());
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        for (name, expected) in [
            ("staging", "staging"),
            ("staging+cert", "staging+cert"),
            ("127.0.0.1-8080", "127.0.0.1-8080"),
            ("../../etc", "-..-etc"),
            ("..", "unnamed"),
            ("", "unnamed"),
            ("a/b\\c:d", "a-b-c-d"),
            (".git", "git"),
            ("latest", "latest-"),
        ] {
            assert_eq!(component(name), expected);
        }
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let reports = tempfile::tempdir().unwrap();
        fs::write(reports.path().join("staging"), "a file").unwrap();
        let error = record(&examples::empty(), reports.path(), "staging").unwrap_err();
        assert!(error.to_string().contains("staging"), "{error}");
    }
}
