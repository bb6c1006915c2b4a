//! What was called, what was seen, what was left out, and the verdict.

use std::collections::BTreeMap;
use std::io;

use crate::drift::Level;
use crate::outcome::{CaseResult, LeftBehind, OperationRecord, Outcome, Verdict};
use crate::report::plain::columns;
use crate::report::words;

use super::screen::{Ink, Screen};
use super::{drifts, next};

/// How many operations are shown.
const OPERATIONS: usize = 60;

/// Columns that sign and numbers of an operation's row take.
const NUMBERS: usize = 24;

/// Columns that answers need to stand in the row.
const ANSWERS: usize = 18;

/// How many ids of what was left behind are shown.
const IDS: usize = 12;

/// How many lines of any other list are shown.
const ROWS: usize = 20;

/// Who was called, with what.
pub(super) fn head(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    let name = format!("conform {}  ", outcome.version);
    let name = screen.clean(&name, 30);
    let mut environments = outcome
        .environments
        .iter()
        .map(|environment| format!("{}  {}", environment.name, environment.base_urls.join("  ")));
    screen.hanging(&[(Ink::Strong, &name)], Ink::Plain, &environments.next().unwrap_or_else(|| "-".to_owned()), 3)?;
    for environment in environments.take(ROWS) {
        screen.text(Ink::Plain, columns(&name), &environment, 3)?;
    }
    let text = format!(
        "{}, {}, {} in {}, seed {}, run {}",
        words::count(words::length(&outcome.documents), "document"),
        words::count(words::length(&outcome.operations), "operation"),
        words::count(outcome.requests, "request"),
        duration(outcome.seconds),
        outcome.seed,
        outcome.run,
    );
    screen.text(Ink::Faint, 0, &text, 3)
}

pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return "unknown time".to_owned();
    }
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let minutes = (seconds / 60.0).floor();
    format!("{minutes:.0} min {:.0} s", (seconds - minutes * 60.0).floor())
}

/// Per operation: requests, how many of the valid ones were accepted, and the answers.
pub(super) fn operations(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    if outcome.operations.is_empty() {
        return Ok(());
    }
    let exercised = outcome.operations.iter().filter(|operation| operation.requests > 0).count();
    screen.heading("Operations", &format!("{exercised} of {} exercised", outcome.operations.len()))?;
    let worst = drifts::worst_of(outcome);
    let longest = outcome.operations.iter().map(|operation| columns(&screen.clean(&operation.operation, 400))).max();
    let most = (screen.width() / 2).min(screen.width().saturating_sub(NUMBERS));
    let name = longest.unwrap_or_default().clamp(9, most.max(9));
    let answers = if answers_fit(name, screen) { "answers" } else { "" };
    let head = format!("  {:name$}  requests  accepted  {answers}", "operation");
    screen.line(&[(Ink::Faint, &head)])?;
    for operation in outcome.operations.iter().take(OPERATIONS) {
        let sign = drifts::sign(worst.get(operation.operation.as_str()).copied(), screen);
        row(operation, name, sign, screen)?;
    }
    let rest = outcome.operations.get(OPERATIONS..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(());
    }
    let silent = rest.iter().filter(|operation| operation.requests == 0).count();
    let text = format!("and {} more in report.json, {silent} of them not exercised", rest.len());
    screen.text(Ink::Faint, 2, &text, 2)
}

fn row(operation: &OperationRecord, name: usize, sign: (Ink, &str), screen: &mut Screen<'_>) -> io::Result<()> {
    let text = screen.clean(&operation.operation, name);
    let pad = " ".repeat(name.saturating_sub(columns(&text)));
    if operation.requests == 0 {
        let reason = operation.not_exercised.as_deref().unwrap_or("nothing was sent to it");
        let lead = format!("{} {text}{pad}  ", screen.sign("○", "o"));
        return screen.hanging(&[(Ink::Faint, &lead)], Ink::Faint, &format!("not exercised: {reason}"), 4);
    }
    let accepted = format!("{}/{}", operation.accepted, operation.valid);
    // Nothing found where nothing was accepted is no good news.
    let low = operation.accepted == 0;
    let sign = match sign.0 {
        Ink::Good if low && operation.valid > 0 => drifts::sign(Some(Level::Warning), screen),
        Ink::Good if low => (Ink::Faint, screen.sign("○", "o")),
        _ => sign,
    };
    let numbers = format!("  {:>8}  ", words::grouped(operation.requests));
    let accepted = format!("{accepted:>8}  ");
    let sign_text = format!("{} ", sign.1);
    let lead = [
        (sign.0, sign_text.as_str()),
        (Ink::Plain, text.as_str()),
        (Ink::Plain, pad.as_str()),
        (Ink::Plain, numbers.as_str()),
        (if low { Ink::Strong } else { Ink::Plain }, accepted.as_str()),
    ];
    let times = screen.sign("×", "x");
    let answers: Vec<String> = operation
        .statuses
        .iter()
        .map(|status| format!("{}{times}{}", status.name, words::grouped(status.count)))
        .collect();
    let answers = if answers.is_empty() { "none".to_owned() } else { answers.join(", ") };
    if answers_fit(name, screen) {
        return screen.hanging(&lead, Ink::Faint, &answers, 6);
    }
    screen.line(&lead)?;
    screen.text(Ink::Faint, 4, &answers, 6)
}

/// Whether answers have room behind a name of this width and the numbers.
fn answers_fit(name: usize, screen: &Screen<'_>) -> bool {
    name + NUMBERS + ANSWERS <= screen.width()
}

/// What could not be judged: cases by reason, and what else should be known.
pub(super) fn not_judged(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for case in &outcome.cases {
        if let CaseResult::NotJudged { reason } = &case.result {
            *reasons.entry(cause(reason)).or_default() += 1;
        }
    }
    let mut reasons: Vec<(&str, u64)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let cases: Vec<String> =
        reasons.iter().map(|(reason, count)| format!("{}: {reason}", words::count(*count, "case"))).collect();
    list("Not judged", &cases, screen)?;
    list("Notes", &outcome.notes, screen)
}

/// Why, without the step at which it showed: that is another one in each case.
fn cause(reason: &str) -> &str {
    reason.strip_prefix("step ").and_then(|rest| rest.split_once(": ")).map_or(reason, |(_, cause)| cause)
}

/// Requests that the gate kept back.
pub(super) fn refused(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    let lines: Vec<String> = outcome
        .refused
        .iter()
        .map(|refused| format!("{}: {}", words::count(refused.count, "request"), refused.name))
        .collect();
    list("Not sent", &lines, screen)
}

/// Created and still there: the reason once, and behind it the ids.
pub(super) fn left_behind(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    if outcome.left_behind.is_empty() {
        return Ok(());
    }
    let mut groups: Vec<(&LeftBehind, Vec<&str>)> = Vec::new();
    for left in &outcome.left_behind {
        let same = |(lead, _): &&mut (&LeftBehind, _)| lead.operation == left.operation && lead.reason == left.reason;
        match groups.iter_mut().find(same) {
            Some((_, ids)) => ids.push(&left.id),
            None => groups.push((left, vec![&left.id])),
        }
    }
    screen.heading("Left behind", &words::grouped(words::length(&outcome.left_behind)))?;
    let bullet = format!("{} ", screen.sign("•", "-"));
    for (lead, ids) in groups.iter().take(ROWS) {
        let text = format!("{} by {}: {}", words::count(words::length(ids), "object"), lead.operation, lead.reason);
        screen.hanging(&[(Ink::Faint, &bullet)], Ink::Plain, &text, 4)?;
        let more = match ids.len().saturating_sub(IDS) {
            0 => String::new(),
            more => format!(" and {} more, in report.json", words::grouped(more as u64)),
        };
        // Only known ids say something.
        let ids: Vec<&str> = ids.iter().take(IDS).copied().filter(|id| *id != "unknown").collect();
        if !ids.is_empty() {
            screen.text(Ink::Faint, 2, &(ids.join(" ") + &more), IDS)?;
        }
    }
    if groups.len() > ROWS {
        screen.text(Ink::Faint, 2, &format!("and {} more reasons in report.json", groups.len() - ROWS), 1)?;
    }
    let runs = outcome.environments.iter().filter_map(|facts| facts.run.as_ref()).map(|run| format!("{}-…", run.run));
    let marks: Vec<String> = runs.collect();
    let mark = if marks.is_empty() { format!("{}-…", outcome.run) } else { marks.join(", ") };
    let text = format!("where the API has a field for it, each bears the mark of this run: {mark}");
    screen.text(Ink::Plain, 2, &text, 2)
}

fn list(title: &str, lines: &[String], screen: &mut Screen<'_>) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    screen.heading(title, &words::grouped(words::length(lines)))?;
    let bullet = format!("{} ", screen.sign("•", "-"));
    for line in lines.iter().take(ROWS) {
        screen.hanging(&[(Ink::Faint, &bullet)], Ink::Plain, line, 4)?;
    }
    match lines.len().saturating_sub(ROWS) {
        0 => Ok(()),
        more => screen.text(Ink::Faint, 2, &format!("and {more} more in report.json"), 1),
    }
}

/// The verdict with its reasons, its exit code, and where the reports are.
pub(super) fn verdict(outcome: &Outcome, folder: Option<&str>, screen: &mut Screen<'_>) -> io::Result<()> {
    let (ink, sign, word) = word(outcome.verdict, screen);
    screen.heading("Verdict", "")?;
    let bullet = format!("{} ", screen.sign("•", "-"));
    // Of drifts the tally below says all.
    let reasons = if outcome.verdict == Verdict::Drift { &[] } else { outcome.reasons.as_slice() };
    for reason in reasons.iter().take(ROWS) {
        screen.hanging(&[(Ink::Faint, &bullet)], Ink::Plain, reason, 4)?;
    }
    if reasons.len() > ROWS {
        screen.text(Ink::Faint, 2, &format!("and {} more in report.json", reasons.len() - ROWS), 1)?;
    }
    let arrow = format!("{} ", screen.sign("→", ">"));
    for step in next::steps(outcome) {
        screen.hanging(&[(Ink::Faint, &arrow)], Ink::Plain, &step, 3)?;
    }
    let partial = if outcome.partial { " The report is partial." } else { "" };
    let reports = folder.map(|folder| format!(" Reports: {folder}")).unwrap_or_default();
    // "No new drift" would sound like good news where nothing could be judged.
    let judged = matches!(outcome.verdict, Verdict::Conformant | Verdict::Drift);
    let tally = if judged || outcome.drifts.iter().any(words::is_open) {
        format!("{word}: {}", words::tally(outcome))
    } else {
        word.to_owned()
    };
    let text = format!("{tally}.{partial} Exit code {}.{reports}", outcome.exit_code);
    let sign = format!("{sign} ");
    screen.hanging(&[(ink, &sign)], Ink::Strong, &text, 8)
}

/// A verdict on the screen.
pub(super) fn word(verdict: Verdict, screen: &Screen<'_>) -> (Ink, &'static str, &'static str) {
    let (ink, unicode, ascii, word) = match verdict {
        Verdict::Conformant => (Ink::Good, "✓", "+", "Conformant"),
        Verdict::Drift => (Ink::Level(Level::Error), "✗", "x", "Drift"),
        Verdict::Environment => (Ink::Level(Level::Warning), "▲", "!", "The environment failed"),
        Verdict::NotEnoughEvidence => (Ink::Level(Level::Warning), "▲", "!", "Not enough evidence"),
        Verdict::Interrupted => (Ink::Level(Level::Warning), "▲", "!", "Interrupted"),
    };
    (ink, screen.sign(unicode, ascii), word)
}
