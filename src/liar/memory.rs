//! What a liar remembers of earlier exchanges of its operation, within bounds.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::ask::Ask;

/// Resources whose earlier state is remembered, and deletions that are still to be done.
const MOST: usize = 1_000;

/// What was exchanged.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The last request that succeeded, with its answer.
    pub(super) success: Option<(Ask, Answer)>,
    /// The last refusal of what was asked.
    pub(super) refusal: Option<Answer>,
    /// What was there before the last write, by path.
    before: BTreeMap<String, Answer>,
    /// Deletions that were kept from the service.
    pub(super) owed: Vec<Ask>,
}

impl Memory {
    /// Remembers an exchange of the operation that is lied about.
    pub(super) fn note(&mut self, asked: &Ask, answer: &Answer) {
        if answer.is_success() {
            self.success = Some((asked.clone(), answer.clone()));
        } else if matches!(answer.status, 400 | 409 | 422) {
            self.refusal = Some(answer.clone());
        }
    }

    /// Remembers what was at `path` before a write.
    pub(super) fn keep(&mut self, path: String, answer: Answer) {
        if self.before.len() < MOST || self.before.contains_key(&path) {
            self.before.insert(path, answer);
        }
    }

    /// What was at `path` before the last write.
    pub(super) fn before(&self, path: &str) -> Option<&Answer> {
        self.before.get(path)
    }

    /// Remembers a deletion that is still to be done; whether there is room for it.
    pub(super) fn owe(&mut self, asked: &Ask) -> bool {
        let room = self.owed.len() < MOST;
        if room {
            self.owed.push(asked.clone());
        }
        room
    }
}
