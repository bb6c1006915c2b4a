//! The words in which reports speak of a drift, the same on the screen and in files.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::drift::{Contrast, Drift, Level, Stability, State, Witness};
use crate::outcome::{Cell, Outcome, Sight, Spread};

use super::plain;

/// `1 request`, `2 requests`.
pub(super) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12345` as `12,345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The length of a list as a number to print.
pub(super) fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// Whether `drift` can fail the run: new, or accepted once and overdue.
pub(super) fn is_open(drift: &Drift) -> bool {
    drift.state != State::Known
}

/// Whether `drift` fails the run.
pub(super) fn fails(drift: &Drift) -> bool {
    drift.level == Level::Error && is_open(drift)
}

/// `GetAllCustomers 200`.
pub(super) fn subject(drift: &Drift) -> String {
    match drift.status {
        Some(status) => format!("{} {status}", drift.operation),
        None => drift.operation.clone(),
    }
}

/// `41 times, stable (3 of 3)`.
pub(super) fn seen(occurrences: u64, drift: &Drift) -> String {
    let times = match occurrences {
        1 => "once".to_owned(),
        n => format!("{} times", grouped(n)),
    };
    match drift.stability {
        Stability::Unconfirmed => times,
        Stability::Stable { asked } => format!("{times}, stable ({asked} of {asked})"),
        Stability::Intermittent { seen, asked } => format!("{times}, intermittent ({seen} of {asked})"),
    }
}

/// `specs/GetAllCustomers.json:12:5`.
pub(super) fn location(drift: &Drift) -> String {
    format!("{}:{}:{}", drift.document, drift.line, drift.column)
}

/// The value that came, as JSON on one line; a null says something in a body only.
fn came(drift: &Drift) -> String {
    if drift.came.is_null() && !drift.part.starts_with("body") { String::new() } else { drift.came.to_string() }
}

/// Everything about `drift` that is worth a line, with its label; empty ones left out.
pub(super) fn facts(drift: &Drift) -> Vec<(&'static str, String)> {
    let overlay = drift.overlay.clone().map(|file| format!("promised by the overlay {file}")).unwrap_or_default();
    let since = match drift.state {
        State::Expired => "accepted once, but the baseline entry has passed its end date".to_owned(),
        State::Known => "accepted in the baseline".to_owned(),
        State::New => String::new(),
    };
    let [sibling, own] = drift.contrast.as_ref().map(|contrast| pair(drift, contrast)).unwrap_or_default();
    let curl = drift.witness.as_ref().map(|witness| witness.curl.clone()).unwrap_or_default();
    let mut all = vec![
        ("where", drift.part.clone()),
        ("promised", drift.promised.clone()),
        ("says", drift.says.clone().unwrap_or_default()),
        ("came", if drift.difference.is_empty() { came(drift) } else { String::new() }),
        ("pair", sibling),
        ("", own),
    ];
    all.extend(lines("came", drift.difference.clone(), DIFFERENT));
    all.extend(steps(drift));
    all.extend([
        ("remedy", drift.remedy.clone()),
        ("document", location(drift)),
        ("", drift.pointer.clone()),
        ("", overlay),
        ("baseline", since),
        ("id", drift.id.clone()),
        ("repeat", curl),
    ]);
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

/// Requests of a law that are shown.
const STEPS: usize = 12;

/// Lines of two bodies that are shown.
const DIFFERENT: usize = 16;

/// The requests that show it together.
fn steps(drift: &Drift) -> Vec<(&'static str, String)> {
    let numbered = drift.steps.iter().enumerate().map(|(index, step)| format!("{}. {step}", index + 1));
    lines("steps", numbered.collect(), STEPS)
}

/// `lines` with a label at the first; of more than `most` the first and the last.
fn lines(label: &'static str, mut lines: Vec<String>, most: usize) -> Vec<(&'static str, String)> {
    if let more @ 1.. = lines.len().saturating_sub(most) {
        let from = most / 2;
        lines.splice(from..from + more, [format!("… {more} more, in report.json")]);
    }
    lines.into_iter().enumerate().map(|(index, line)| (if index == 0 { label } else { "" }, line)).collect()
}

/// Characters of a value that are shown in a pair.
const VALUE: usize = 80;

/// The two requests that differ in one value: what each has there, and how it was answered.
fn pair(drift: &Drift, contrast: &Contrast) -> [String; 2] {
    let value = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(value) => {
            let text = value.to_string();
            let shown: String = text.chars().take(VALUE).collect();
            if shown.len() < text.len() { shown + "…" } else { shown }
        }
    };
    let line = |has: &Option<Value>, status: Option<u16>| {
        let answer = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        format!("{} with {}: {answer}", contrast.at, value(has))
    };
    [line(&contrast.before, contrast.sibling.status), line(&contrast.after, drift.status)]
}

/// Drifts that one cause explains.
pub(super) struct Group<'o> {
    /// The one shown in full.
    pub(super) lead: &'o Drift,
    /// The others.
    pub(super) others: Vec<&'o Drift>,
    /// In how many exchanges they showed, together.
    pub(super) occurrences: u64,
}

/// The drifts that `wanted` picks, by cause, the most telling first: as the outcome orders its groups. What no group names
/// stands for itself, after those.
pub(super) fn groups<'o>(outcome: &'o Outcome, wanted: impl Fn(&Drift) -> bool) -> Vec<Group<'o>> {
    let mut places: HashMap<&str, (usize, usize)> = HashMap::new();
    for (rank, group) in outcome.groups.iter().enumerate() {
        places.extend(group.drifts.iter().enumerate().map(|(place, id)| (id.as_str(), (rank, place))));
    }
    let mut members: BTreeMap<(usize, usize), Vec<(usize, &'o Drift)>> = BTreeMap::new();
    for (index, drift) in outcome.drifts.iter().enumerate().filter(|(_, drift)| wanted(drift)) {
        let (rank, place) = places.get(drift.id.as_str()).copied().unwrap_or((usize::MAX, index));
        let alone = if rank == usize::MAX { index } else { 0 };
        members.entry((rank, alone)).or_default().push((place, drift));
    }
    let mut groups: Vec<Group<'o>> = Vec::new();
    for mut of_one in members.into_values() {
        of_one.sort_by_key(|(place, _)| *place);
        let occurrences = of_one.iter().fold(0_u64, |sum, (_, drift)| sum.saturating_add(drift.occurrences));
        let mut drifts = of_one.into_iter().map(|(_, drift)| drift);
        let Some(lead) = drifts.next() else { continue };
        groups.push(Group { lead, others: drifts.collect(), occurrences });
    }
    // A group whose worst drift is not wanted comes with its next one.
    groups.sort_by_key(|group| std::cmp::Reverse(group.lead.level));
    groups
}

/// `3 errors, 2 warnings, 1 note`, of the drifts that no baseline accepts; and how many it accepts.
pub(super) fn tally(outcome: &Outcome) -> String {
    let of = |level: Level| {
        outcome.drifts.iter().filter(|drift| is_open(drift) && drift.level == level).map(|_| 1_u64).sum::<u64>()
    };
    let mut parts: Vec<String> = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .filter(|level| of(*level) > 0)
        .map(|level| count(of(level), &level.to_string()))
        .collect();
    let accepted = outcome.drifts.iter().filter(|drift| !is_open(drift)).count();
    if parts.is_empty() {
        parts.push("no new drift".to_owned());
    }
    if accepted > 0 {
        parts.push(format!("{accepted} accepted in the baseline"));
    }
    parts.join(", ")
}

/// Where a drift shows: `everywhere`, `only staging`, `staging, cert; not judged on dev`.
pub(super) fn reach(spread: &Spread) -> String {
    let named = |wanted: fn(&Sight) -> bool| {
        let cells = spread.cells.iter().filter(|cell| wanted(&cell.sight));
        cells.map(|cell: &Cell| cell.environment.as_str()).collect::<Vec<&str>>()
    };
    let shows = named(|sight| matches!(sight, Sight::Drifts { .. }));
    let unjudged = named(|sight| matches!(sight, Sight::NotJudged { .. }));
    let where_to = match shows.as_slice() {
        _ if shows.len() == spread.cells.len() => "everywhere".to_owned(),
        // Alone only as far as others are judged.
        [one] if spread.cells.len() > 1 + unjudged.len() => format!("only {one}"),
        some => some.join(", "),
    };
    if unjudged.is_empty() { where_to } else { format!("{where_to}; not judged on {}", unjudged.join(", ")) }
}

/// Everything about `drift` as text that stands by itself, for a file; `limit` bounds each part.
pub(super) fn full(drift: &Drift, limit: usize) -> String {
    let title = format!("{} {}: {}", drift.level, drift.rule, drift.message);
    let mut facts = facts(drift);
    facts.insert(0, ("operation", subject(drift)));
    facts.push(("seen", seen(drift.occurrences, drift)));
    if !drift.cases.is_empty() {
        facts.push(("cases", drift.cases.join(", ")));
    }
    let mut lines = vec![plain::line(&title, limit)];
    lines.extend(facts.iter().map(|(label, value)| format!("{label:<10}{}", plain::line(value, limit))));
    if let Some(witness) = &drift.witness {
        lines.extend(exchange(witness, limit));
    }
    lines.join("\n") + "\n"
}

/// The request as it was sent and the answer as it came, line by line.
fn exchange(witness: &Witness, limit: usize) -> Vec<String> {
    let field = |(name, value): &(String, String)| plain::line(&format!("{name}: {value}"), limit);
    let body = |body: &Option<String>| body.as_ref().map(|body| format!("\n{}", plain::block(body, limit)));
    let milliseconds = witness.milliseconds;
    let answer = match (witness.status, &witness.failure) {
        (Some(status), None) => format!("answered {status} after {milliseconds} ms"),
        (Some(status), Some(why)) => format!("answered {status} after {milliseconds} ms: {why}"),
        (None, why) => format!("no answer: {}", why.as_deref().unwrap_or("unknown")),
    };
    let mut lines = vec![String::new(), plain::line(&format!("{} {}", witness.method, witness.url), limit)];
    lines.extend(witness.request_headers.iter().map(field));
    lines.extend(body(&witness.request_body));
    lines.extend([String::new(), plain::line(&answer, limit)]);
    lines.extend(witness.response_headers.iter().map(field));
    lines.extend(body(&witness.response_body));
    lines
}
