//! Several environments on the screen: how each came out, and where each drift shows.

use std::collections::BTreeMap;
use std::io;

use crate::outcome::{Outcome, Sight, Spread};
use crate::report::words;

use super::screen::{Ink, Screen};
use super::summary;

/// How many drifts are shown.
const ROWS: usize = 60;

/// How many reasons are shown.
const REASONS: usize = 20;

/// How each environment came out, and then, of every drift, where it shows.
pub(super) fn environments(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    let facts = &outcome.environments;
    if facts.len() < 2 {
        return Ok(());
    }
    screen.heading("Environments", &words::grouped(words::length(facts)))?;
    let longest = facts.iter().map(|facts| facts.name.chars().count()).max().unwrap_or_default().min(30);
    for facts in facts {
        let Some(run) = &facts.run else { continue };
        let (ink, sign, word) = summary::word(run.verdict, screen);
        let name = screen.clean(&facts.name, longest);
        let lead = format!("{sign} ");
        let partial = if run.partial { ", partial" } else { "" };
        let (requests, time) = (words::count(run.requests, "request"), summary::duration(run.seconds));
        let text = format!("{name:longest$}  {word}, {requests} in {time}, run {}{partial}", run.run);
        screen.hanging(&[(ink, &lead)], Ink::Plain, &text, longest + 2)?;
    }
    if outcome.matrix.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = facts.iter().map(|facts| facts.name.as_str()).collect();
    screen.heading("Where each drift shows", &names.join(", "))?;
    for spread in outcome.matrix.iter().take(ROWS) {
        row(spread, screen)?;
    }
    if let more @ 1.. = outcome.matrix.len().saturating_sub(ROWS) {
        screen.text(Ink::Faint, 2, &format!("and {more} more in report.json"), 1)?;
    }
    unjudged(outcome, screen)
}

fn row(spread: &Spread, screen: &mut Screen<'_>) -> io::Result<()> {
    let signs: Vec<(Ink, String)> = spread
        .cells
        .iter()
        .map(|cell| match &cell.sight {
            Sight::Drifts { level, .. } => (Ink::Level(*level), format!("{} ", screen.sign("✗", "x"))),
            Sight::Absent => (Ink::Good, format!("{} ", screen.sign("✓", "+"))),
            Sight::NotJudged { .. } => (Ink::Faint, format!("{} ", screen.sign("○", "o"))),
        })
        .collect();
    let lead: Vec<(Ink, &str)> = signs.iter().map(|(ink, text)| (*ink, text.as_str())).collect();
    screen.hanging(&lead, Ink::Plain, &format!("{}: {}", words::reach(spread), spread.drift), 2)
}

/// Why drifts are not judged in an environment, each reason once.
fn unjudged(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut reasons: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for cell in outcome.matrix.iter().flat_map(|spread| &spread.cells) {
        if let Sight::NotJudged { because } = &cell.sight {
            *reasons.entry((&cell.environment, because)).or_default() += 1;
        }
    }
    let bullet = format!("{} ", screen.sign("•", "-"));
    for ((environment, because), drifts) in reasons.iter().take(REASONS) {
        let text = format!("not judged on {environment}, {}: {because}", words::count(*drifts, "drift"));
        screen.hanging(&[(Ink::Faint, &bullet)], Ink::Faint, &text, 4)?;
    }
    match reasons.len().saturating_sub(REASONS) {
        0 => Ok(()),
        more => screen.text(Ink::Faint, 2, &format!("and {more} more reasons in report.json"), 1),
    }
}
