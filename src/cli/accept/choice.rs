//! Which entries a baseline gains, renews and loses, by what a report says.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::baseline::pattern::Pattern;
use crate::baseline::{Entry, Known};
use crate::document::nearest;
use crate::drift::{Drift, Level, Stability, State};
use crate::outcome::{Outcome, Standing};

/// How many cases are named that show a drift.
const CASES: usize = 3;

/// Why, until when and by whom drifts are accepted.
#[derive(Debug)]
pub(super) struct Terms<'a> {
    pub(super) reason: &'a str,
    pub(super) until: Date,
    pub(super) owner: Option<&'a str>,
    pub(super) ticket: Option<&'a str>,
}

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// The ids of entries that go.
    pub(super) gone: BTreeSet<String>,
    /// Entries that come, or are renewed where they are there.
    pub(super) entries: Vec<Entry>,
    /// What is said of it, a line each.
    pub(super) said: Vec<String>,
}

impl Choice {
    /// Leaves out what the report calls fixed.
    pub(super) fn prune(&mut self, outcome: &Outcome, known: &Known) {
        for entry in &known.baseline.entries {
            let id = entry.pattern.text();
            if outcome.baseline.iter().any(|accepted| accepted.id == id && accepted.standing == Standing::Fixed) {
                self.gone.insert(id.to_owned());
                self.said.push(format!("removed   {id}: fixed"));
            }
        }
    }

    /// Accepts every drift of this level or a worse one that no entry accepts today.
    pub(super) fn all(&mut self, outcome: &Outcome, known: &Known, terms: &Terms<'_>, level: Level) {
        let mut left = 0;
        for drift in outcome.drifts.iter().filter(|drift| drift.level >= level) {
            if known.state(&drift.id) == State::Known {
                left += 1;
            } else {
                self.take(known, entry(outcome, drift, terms));
            }
        }
        if left > 0 {
            let plural = if left == 1 { "drift is" } else { "drifts are" };
            self.said.push(format!("left      {left} {plural} accepted already"));
        }
    }

    /// Accepts the drift of this id, or those that a pattern covers.
    ///
    /// # Errors
    /// What is wrong with the id, and what would be right.
    pub(super) fn named(
        &mut self,
        id: &str,
        outcome: &Outcome,
        known: &Known,
        terms: &Terms<'_>,
    ) -> Result<(), (String, String)> {
        if let Some(drift) = outcome.drifts.iter().find(|drift| drift.id == id) {
            self.one(outcome, drift, known, terms);
            return Ok(());
        }
        let pattern = Pattern::new(id);
        let covered: Vec<&Drift> = outcome.drifts.iter().filter(|drift| pattern.accepts(&drift.id)).collect();
        match covered.as_slice() {
            [] => {
                let near = nearest(id, outcome.drifts.iter().map(|drift| drift.id.as_str()));
                let help = near.map_or_else(
                    || "its drifts stand in `drifts`, each with its `id`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                Err((format!("no drift `{}`", id.escape_debug()), help))
            }
            [drift] if !pattern.is_glob() => {
                self.one(outcome, drift, known, terms);
                Ok(())
            }
            covered => {
                let plural = if covered.len() == 1 { "drift" } else { "drifts" };
                self.said.push(format!("covers    {} {plural}: {id}", covered.len()));
                // No case shows that everything which a pattern covers is mended.
                self.take(known, Entry { shown_by: Vec::new(), intermittent: false, ..made(pattern, terms) });
                Ok(())
            }
        }
    }

    /// Accepts a drift that was named: its own entry is renewed, and what another entry accepts stays with that.
    fn one(&mut self, outcome: &Outcome, drift: &Drift, known: &Known, terms: &Terms<'_>) {
        let entries = &known.baseline.entries;
        let own = entries.iter().any(|entry| entry.pattern.id().as_deref() == Some(drift.id.as_str()));
        let holds = |entry: &&Entry| !known.is_over(entry) && entry.pattern.accepts(&drift.id);
        match entries.iter().find(holds) {
            Some(other) if !own => {
                let (pattern, until) = (other.pattern.text(), other.until);
                self.said.push(format!("left      {}: accepted until {until} by `{pattern}`", drift.id));
            }
            _ => self.take(known, entry(outcome, drift, terms)),
        }
    }

    fn take(&mut self, known: &Known, mut new: Entry) {
        // However the id is spelled in the file.
        let same = |old: &&Entry| {
            old.pattern == new.pattern || (old.pattern.id().is_some() && old.pattern.id() == new.pattern.id())
        };
        let old = known.baseline.entries.iter().find(same);
        if let Some(old) = old {
            new.pattern = old.pattern.clone();
            // What is seen again is not fixed, whatever an older report says.
            self.gone.remove(old.pattern.text());
        }
        if self.entries.iter().any(|entry| entry.pattern == new.pattern) {
            return;
        }
        let (word, id, until) = (if old.is_some() { "renewed " } else { "accepted" }, new.pattern.text(), new.until);
        self.said.push(format!("{word}  {id} until {until}"));
        self.entries.push(new);
    }
}

/// The entry that accepts this very drift.
fn entry(outcome: &Outcome, drift: &Drift, terms: &Terms<'_>) -> Entry {
    let is_case = |id: &&String| outcome.cases.iter().any(|case| case.id == **id);
    Entry {
        shown_by: drift.cases.iter().filter(is_case).take(CASES).cloned().collect(),
        intermittent: matches!(drift.stability, Stability::Intermittent { .. }),
        ..made(Pattern::of(&drift.id), terms)
    }
}

fn made(pattern: Pattern, terms: &Terms<'_>) -> Entry {
    Entry {
        pattern,
        reason: terms.reason.to_owned(),
        owner: terms.owner.map(str::to_owned),
        ticket: terms.ticket.map(str::to_owned),
        until: terms.until,
        shown_by: Vec::new(),
        intermittent: false,
        line: 0,
    }
}
