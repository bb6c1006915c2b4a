//! The log of what a run creates, written ahead: what a run is about to create is on disk before the request is sent, so that a crash leaves
//! nothing behind that nobody knows of.
//!
//! One JSON object a line, only ever appended. No body, no credential and no header is written: the mark of the run, the
//! environment, the operation, the id and the path that undoes it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written, RFC 3339.
    pub at: String,
    /// What it is about.
    #[serde(flatten)]
    pub object: Object,
    /// What happened to it.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that a run creates; run, environment and number together are unique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The mark of the run.
    pub run: String,
    /// The environment's name.
    pub environment: String,
    /// The base URL it is created below.
    pub base_url: String,
    /// The operation that creates it.
    pub operation: String,
    /// Unique in its run, also where several processes share the run and the file.
    pub number: u64,
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// It is about to be created. If nothing follows, it may or may not exist.
    Intended,
    /// It exists.
    Created {
        /// Its id, as the server names it.
        id: String,
        /// The request that removes it, where the API has one.
        undo: Option<Undo>,
    },
    /// The request created nothing.
    NotCreated,
    /// The request that removes it was accepted.
    Deleted,
    /// A read confirmed that it is gone.
    Gone,
    /// It could not be removed.
    Kept {
        /// Why not.
        reason: String,
    },
}

/// A request that removes an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The operation.
    pub operation: String,
    /// Its method.
    pub method: String,
    /// The path below the base URL, percent-encoded.
    pub path: String,
}

/// Why the log cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {cause}")]
pub struct UndoLogError {
    path: String,
    cause: io::Error,
}

/// Appends to `created.ndjson`.
#[derive(Debug)]
pub struct UndoLog {
    path: String,
    file: Mutex<File>,
}

/// Intentions of this process, whatever the number of logs.
static INTENDED: AtomicU64 = AtomicU64::new(1);

impl UndoLog {
    /// Opens the log at `path` for appending, or begins it.
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub fn open(path: &Path) -> Result<Self, UndoLogError> {
        let shown = path.display().to_string();
        let file = append_to(path).map_err(|cause| UndoLogError { path: shown.clone(), cause })?;
        Ok(Self { path: shown, file: Mutex::new(file) })
    }

    /// Writes down that `operation` is about to create something; to be called before the request is sent.
    ///
    /// # Errors
    /// When it cannot be written: then nothing may be created.
    pub fn intend(
        &self,
        run: &str,
        environment: &str,
        base_url: &str,
        operation: &str,
    ) -> Result<Object, UndoLogError> {
        let object = Object {
            run: run.to_owned(),
            environment: environment.to_owned(),
            base_url: base_url.to_owned(),
            operation: operation.to_owned(),
            number: (u64::from(std::process::id()) << 24) + INTENDED.fetch_add(1, Ordering::Relaxed),
        };
        self.note(&object, Event::Intended)?;
        Ok(object)
    }

    /// Writes down what happened to `object`, which may be one of an earlier run.
    ///
    /// One write for the whole line, straight to the operating system, so that it outlives this process. It does not wait
    /// for the disk: a log guards against a crash of the run, not of the machine.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note(&self, object: &Object, event: Event) -> Result<(), UndoLogError> {
        let entry = Entry { at: jiff::Timestamp::now().to_string(), object: object.clone(), event };
        let failed = |cause| UndoLogError { path: self.path.clone(), cause };
        let mut line = serde_json::to_vec(&entry).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line).map_err(failed)
    }
}

/// Opens for appending; a line that a crash has torn is ended, so that the next one is whole.
fn append_to(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// A log that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// Lines that are no entries: torn by a crash, at most one a run.
    pub torn: usize,
}

/// An object that may still be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// What it is.
    pub object: Object,
    /// Its id and how to remove it; nothing where the run ended before the answer came, so that it can be found by the
    /// run's mark alone.
    pub created: Option<(String, Option<Undo>)>,
    /// Whether its removal was accepted and only the confirmation is missing.
    pub deleted: bool,
    /// Why it could not be removed, where that was tried.
    pub kept: Option<String>,
}

/// Reads the log at `path`; one that does not exist is empty.
///
/// # Errors
/// When the file cannot be read.
pub fn read(path: &Path) -> Result<Records, UndoLogError> {
    let failed = |cause| UndoLogError { path: path.display().to_string(), cause };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Records::default()),
        Err(error) => return Err(failed(error)),
    };
    let mut records = Records::default();
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(failed)?;
        match serde_json::from_slice(&line) {
            Ok(entry) => records.entries.push(entry),
            Err(_) if line.trim_ascii().is_empty() => {}
            Err(_) => records.torn += 1,
        }
    }
    Ok(records)
}

impl Records {
    /// What may still be there, the last created first, so that children go before their parents.
    pub fn pending(&self) -> Vec<Pending> {
        let mut open: Vec<Pending> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        for Entry { object, event, .. } in &self.entries {
            let key = (&object.run, &object.environment, object.number);
            let at = *places.entry(key).or_insert_with(|| {
                open.push(Pending { object: object.clone(), created: None, deleted: false, kept: None });
                Some(open.len() - 1)
            });
            let Some(pending) = at.and_then(|at| open.get_mut(at)) else { continue };
            match event {
                Event::Intended => {}
                Event::Created { id, undo } => pending.created = Some((id.clone(), undo.clone())),
                Event::Deleted => pending.deleted = true,
                Event::Kept { reason } => pending.kept = Some(reason.clone()),
                Event::NotCreated | Event::Gone => drop(places.insert(key, None)),
            }
        }
        let mut left: Vec<usize> = places.into_values().flatten().collect();
        left.sort_unstable();
        left.into_iter().rev().filter_map(|at| open.get(at).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undo(id: &str) -> Undo {
        Undo { operation: "Remove".to_owned(), method: "DELETE".to_owned(), path: format!("/things/{id}") }
    }

    fn created(id: &str) -> Event {
        Event::Created { id: id.to_owned(), undo: Some(undo(id)) }
    }

    fn intend(log: &UndoLog, run: &str) -> Object {
        log.intend(run, "staging", "http://h/api", "Add").unwrap()
    }

    fn ids(records: &Records) -> Vec<(String, Option<String>, bool)> {
        let row = |p: Pending| (p.object.run, p.created.map(|(id, _)| id), p.deleted);
        records.pending().into_iter().map(row).collect()
    }

    #[test]
    fn an_intention_is_on_disk_before_anything_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("created.ndjson");
        assert_eq!(read(&path).unwrap(), Records::default());
        let log = UndoLog::open(&path).unwrap();
        let object = intend(&log, "r1");
        // Read while the writer is still open, as after a crash.
        let records = read(&path).unwrap();
        assert_eq!(records.pending(), [Pending { object, created: None, deleted: false, kept: None }]);
        assert_eq!(records.entries[0].event, Event::Intended);
    }

    #[test]
    fn only_what_is_confirmed_is_settled_and_the_last_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("created.ndjson");
        let log = UndoLog::open(&path).unwrap();
        let objects: Vec<Object> = (0..6).map(|_| intend(&log, "r1")).collect();
        log.note(&objects[0], created("a")).unwrap();
        log.note(&objects[1], created("b")).unwrap();
        log.note(&objects[2], Event::NotCreated).unwrap();
        log.note(&objects[3], created("d")).unwrap();
        log.note(&objects[1], Event::Deleted).unwrap();
        log.note(&objects[3], Event::Deleted).unwrap();
        log.note(&objects[3], Event::Gone).unwrap();
        log.note(&objects[4], Event::Created { id: "e".to_owned(), undo: None }).unwrap();
        log.note(&objects[4], Event::Kept { reason: "no operation removes it".to_owned() }).unwrap();
        let records = read(&path).unwrap();
        let run = || "r1".to_owned();
        let id = |id: &str| Some(id.to_owned());
        assert_eq!(
            ids(&records),
            [(run(), None, false), (run(), id("e"), false), (run(), id("b"), true), (run(), id("a"), false)]
        );
        assert_eq!(records.pending()[1].kept.as_deref(), Some("no operation removes it"));
        assert_eq!(records.pending()[3].created, Some(("a".to_owned(), Some(undo("a")))));
        // A later call settles what the run has left.
        let later = UndoLog::open(&path).unwrap();
        later.note(&records.pending()[3].object, Event::Gone).unwrap();
        assert_eq!(read(&path).unwrap().pending().len(), 3);
    }

    #[test]
    fn a_torn_line_loses_itself_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("created.ndjson");
        let first = UndoLog::open(&path).unwrap();
        let kept = intend(&first, "r1");
        first.note(&kept, created("a")).unwrap();
        let text = std::fs::read(&path).unwrap();
        for cut in 1..text.len() {
            std::fs::write(&path, &text[..cut]).unwrap();
            let records = read(&path).unwrap();
            assert!(records.torn <= 1 && records.entries.len() <= 2, "{cut}");
            let next = UndoLog::open(&path).unwrap();
            intend(&next, "r2");
            let after = read(&path).unwrap();
            assert_eq!(after.entries.len(), records.entries.len() + 1, "{cut}");
            assert_eq!(after.pending()[0].object.run, "r2", "{cut}");
        }
        std::fs::write(&path, b"\xff\xfe\n[]\n{}\n\n").unwrap();
        assert_eq!(read(&path).unwrap().torn, 3);
    }

    #[test]
    fn lines_hold_what_undoing_needs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("created.ndjson");
        let log = UndoLog::open(&path).unwrap();
        let object = intend(&log, "r1");
        log.note(&object, created("a b")).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
        assert!(line["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        for (pointer, expected) in [
            ("/run", "r1"),
            ("/environment", "staging"),
            ("/base_url", "http://h/api"),
            ("/operation", "Add"),
            ("/event", "created"),
            ("/id", "a b"),
            ("/undo/method", "DELETE"),
            ("/undo/path", "/things/a b"),
        ] {
            assert_eq!(line.pointer(pointer).and_then(|v| v.as_str()), Some(expected), "{pointer}");
        }
        let missing = UndoLog::open(&folder.path().join("no/such/folder")).unwrap_err();
        assert!(missing.to_string().contains("no/such/folder"), "{missing}");
    }
}
