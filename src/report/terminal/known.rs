//! The baseline on the screen: what can leave it, what is overdue, what is not known, and what is still there.

use std::io;

use jiff::civil::Date;

use crate::drift::Level;
use crate::outcome::{Accepted, Outcome, Standing};
use crate::report::words;

use super::screen::{Ink, Screen};

/// How many entries of a kind are shown.
const ROWS: usize = 20;

/// So many days before its last one an entry is named.
const SOON: i32 = 14;

/// How each entry stands.
pub(super) fn entries(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    if outcome.baseline.is_empty() {
        return Ok(());
    }
    let today = day(outcome.started.get(..10).unwrap_or_default());
    let count = words::length(&outcome.baseline);
    screen.heading(
        "Baseline",
        &if count == 1 { "1 entry".to_owned() } else { format!("{} entries", words::grouped(count)) },
    )?;
    let of = |wanted: fn(&Standing) -> bool| {
        outcome.baseline.iter().filter(move |entry| wanted(&entry.standing)).collect::<Vec<&Accepted>>()
    };
    let good = screen.sign("✓", "+");
    let fixed = of(|standing| *standing == Standing::Fixed);
    rows(
        &fixed,
        (Ink::Good, good),
        |entry| format!("fixed, remove it: {} ({}line {})", entry.id, place(entry), entry.line),
        screen,
    )?;
    if !fixed.is_empty() {
        screen.text(Ink::Faint, 2, "`conform accept --prune` removes what is fixed", 2)?;
    }
    let bad = screen.sign("✗", "x");
    let expired = of(|standing| *standing == Standing::Expired);
    let over = |entry: &Accepted| format!("expired, accepted until {}: {}{}", entry.until, entry.id, whose(entry));
    rows(&expired, (Ink::Level(Level::Error), bad), over, screen)?;
    let unknown = of(|standing| matches!(standing, Standing::NotExercised { .. }));
    let because = |entry: &Accepted| match &entry.standing {
        Standing::NotExercised { because } => format!("not exercised: {}{}: {because}", place(entry), entry.id),
        _ => entry.id.clone(),
    };
    rows(&unknown, (Ink::Faint, screen.sign("○", "o")), because, screen)?;
    let still = of(|standing| *standing == Standing::StillDrifting);
    if still.is_empty() {
        return Ok(());
    }
    let bullet = screen.sign("•", "-");
    let lead = format!("{bullet} ");
    screen.hanging(
        &[(Ink::Faint, &lead)],
        Ink::Plain,
        &format!("{} still drifting", words::grouped(words::length(&still))),
        2,
    )?;
    let left = |entry: &Accepted| Some((day(&entry.until)? - today?).get_days());
    let soon: Vec<&Accepted> = still.into_iter().filter(|entry| left(entry).is_some_and(|days| days < SOON)).collect();
    let in_days = |entry: &Accepted| {
        let days = match left(entry).unwrap_or_default() {
            0 => "for the last day".to_owned(),
            1 => "for 1 day more".to_owned(),
            days => format!("for {days} days more"),
        };
        format!("accepted {days}: {}{}", entry.id, whose(entry))
    };
    rows(&soon, (Ink::Level(Level::Warning), screen.sign("▲", "!")), in_days, screen)
}

fn rows(
    entries: &[&Accepted],
    (ink, sign): (Ink, &str),
    say: impl Fn(&Accepted) -> String,
    screen: &mut Screen<'_>,
) -> io::Result<()> {
    let lead = format!("{sign} ");
    for entry in entries.iter().take(ROWS) {
        screen.hanging(&[(ink, &lead)], Ink::Plain, &say(entry), 4)?;
    }
    match entries.len().saturating_sub(ROWS) {
        0 => Ok(()),
        more => screen.text(Ink::Faint, 2, &format!("and {more} more in report.json"), 1),
    }
}

/// Who sees to it, and where; of several environments, which one.
fn whose(entry: &Accepted) -> String {
    let words = entry.owner.iter().chain(&entry.ticket).chain(&entry.environment);
    let words: Vec<&str> = words.map(String::as_str).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// Of several environments, which one.
fn place(entry: &Accepted) -> String {
    entry.environment.as_ref().map(|name| format!("{name}, ")).unwrap_or_default()
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok()
}
