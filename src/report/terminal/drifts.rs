//! The drifts on the screen: the most telling in full, the others on a line each, the rest counted by rule.

use std::collections::{BTreeMap, HashMap};
use std::io;

use crate::drift::{Drift, Level};
use crate::outcome::Outcome;
use crate::report::plain::columns;
use crate::report::words::{self, Group};

use super::screen::{Ink, Screen};

/// How many are shown in full.
const FULL: usize = 20;

/// How many more are shown on a line each.
const LINES: usize = 80;

/// How many of a group's other places are named.
const PLACES: usize = 5;

/// The drifts that no baseline accepts.
pub(super) fn open(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    let groups = words::groups(outcome, words::is_open);
    if groups.is_empty() {
        return Ok(());
    }
    let drifts: u64 = groups.iter().map(|group| 1 + words::length(&group.others)).sum();
    let causes = if words::length(&groups) < drifts {
        format!("{}: ", words::count(words::length(&groups), "cause"))
    } else {
        String::new()
    };
    screen.heading("Drifts", &(causes + &words::tally(outcome)))?;
    let names: HashMap<&str, &str> = outcome.cases.iter().map(|case| (&*case.id, &*case.name)).collect();
    for group in groups.iter().take(FULL) {
        screen.blank()?;
        in_full(group, &names, screen)?;
    }
    let rest = groups.get(FULL..).unwrap_or_default();
    if !rest.is_empty() {
        screen.heading("More drifts", &words::grouped(words::length(rest)))?;
    }
    on_a_line_each(rest, Ink::Level, screen)
}

/// The drifts that the baseline accepts.
pub(super) fn accepted(outcome: &Outcome, screen: &mut Screen<'_>) -> io::Result<()> {
    let groups = words::groups(outcome, |drift| !words::is_open(drift));
    if groups.is_empty() {
        return Ok(());
    }
    screen.heading("Accepted in the baseline", &words::grouped(words::length(&groups)))?;
    on_a_line_each(&groups, |_| Ink::Faint, screen)
}

fn in_full(group: &Group<'_>, names: &HashMap<&str, &str>, screen: &mut Screen<'_>) -> io::Result<()> {
    let drift = group.lead;
    head(group, screen)?;
    screen.text(Ink::Plain, 2, &drift.message, 4)?;
    for (label, text) in words::facts(drift) {
        match label {
            "repeat" => {
                case(drift, names, screen)?;
                screen.command(label, &text)?;
            }
            "promised" | "came" => screen.field(label, Ink::Strong, &text, 4)?,
            "id" => screen.field(label, Ink::Faint, &text, 4)?,
            _ => screen.field(label, Ink::Plain, &text, 4)?,
        }
    }
    for (at, other) in group.others.iter().take(PLACES).enumerate() {
        let same = other.document == drift.document && other.pointer == drift.pointer;
        let place = if same { String::new() } else { format!("  {}", words::location(other)) };
        let rule = if other.rule == drift.rule { String::new() } else { format!("{}  ", other.rule) };
        let text = rule + &words::subject(other) + &place;
        screen.field(if at == 0 { "also" } else { "" }, Ink::Plain, &text, 2)?;
    }
    match group.others.len().saturating_sub(PLACES) {
        0 => Ok(()),
        more => screen.field("", Ink::Faint, &format!("and {} more, in report.json", words::grouped(more as u64)), 2),
    }
}

/// A case that shows it, by which a run sends the whole of it again.
fn case(drift: &Drift, names: &HashMap<&str, &str>, screen: &mut Screen<'_>) -> io::Result<()> {
    let Some(id) = drift.cases.first() else { return Ok(()) };
    let name = names.get(&**id).map(|name| format!("  {name}")).unwrap_or_default();
    let more = match drift.cases.len() {
        0 | 1 => String::new(),
        n => format!(", and {} more", n - 1),
    };
    screen.field("case", Ink::Plain, &format!("{id}{name}{more}"), 2)
}

/// Level, rule and operation; how often, at the right edge where there is room.
fn head(group: &Group<'_>, screen: &mut Screen<'_>) -> io::Result<()> {
    let drift = group.lead;
    let width = screen.width();
    let level = format!("{} {}", mark(drift.level, screen), drift.level);
    let rule = screen.clean(&drift.rule, width / 2);
    let seen = words::seen(group.occurrences, drift);
    let more = match group.others.len() {
        0 => String::new(),
        n => format!(" and {} more", words::grouped(n as u64)),
    };
    let room = width.saturating_sub(columns(&level) + columns(&rule) + columns(&more) + 4).max(8);
    let subject = screen.clean(&words::subject(drift), room) + &more;
    let used = columns(&level) + columns(&rule) + columns(&subject) + 4;
    let pieces = [
        (Ink::Level(drift.level), level.as_str()),
        (Ink::Plain, "  "),
        (Ink::Strong, rule.as_str()),
        (Ink::Plain, "  "),
        (Ink::Plain, subject.as_str()),
    ];
    if used + 2 + columns(&seen) <= width {
        let gap = " ".repeat(width - used - columns(&seen));
        let mut pieces = pieces.to_vec();
        pieces.extend([(Ink::Plain, gap.as_str()), (Ink::Faint, seen.as_str())]);
        return screen.line(&pieces);
    }
    if used <= width {
        screen.line(&pieces)?;
    } else {
        screen.line(pieces.get(..3).unwrap_or_default())?;
        screen.text(Ink::Plain, 2, &subject, 3)?;
    }
    screen.text(Ink::Faint, 2, &seen, 2)
}

fn on_a_line_each(groups: &[Group<'_>], ink: impl Fn(Level) -> Ink, screen: &mut Screen<'_>) -> io::Result<()> {
    for group in groups.iter().take(LINES) {
        let drift = group.lead;
        let level = format!("{} {:<9}", mark(drift.level, screen), drift.level.to_string());
        let more = match group.others.len() {
            0 => String::new(),
            n => format!(" and {} more", words::grouped(n as u64)),
        };
        let lead = [(ink(drift.level), level.as_str())];
        screen.hanging(&lead, Ink::Plain, &(drift.id.clone() + &more), 2)?;
    }
    let rest = groups.get(LINES..).unwrap_or_default();
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    for group in rest {
        let drifts = 1 + words::length(&group.others);
        by_rule.entry(&group.lead.rule).and_modify(|count| *count += drifts).or_insert(drifts);
    }
    if by_rule.is_empty() {
        return Ok(());
    }
    let mut by_rule: Vec<(&str, u64)> = by_rule.into_iter().collect();
    by_rule.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let total: u64 = by_rule.iter().map(|(_, count)| count).sum();
    let rules: Vec<String> =
        by_rule.iter().take(PLACES).map(|(rule, count)| format!("{rule} {}", words::grouped(*count))).collect();
    let others = if by_rule.len() > PLACES { ", and others" } else { "" };
    let text = format!("and {} more in report.json: {}{others}", words::grouped(total), rules.join(", "));
    screen.text(Ink::Faint, 2, &text, 4)
}

fn mark(level: Level, screen: &Screen<'_>) -> &'static str {
    match level {
        Level::Error => screen.sign("✗", "x"),
        Level::Warning => screen.sign("▲", "!"),
        Level::Note => screen.sign("•", "-"),
    }
}

/// Whether any drift that fails the run, or any at all, belongs to `operation`: the sign of its row in the table.
pub(super) fn worst_of(outcome: &Outcome) -> BTreeMap<&str, Level> {
    let mut worst: BTreeMap<&str, Level> = BTreeMap::new();
    for drift in outcome.drifts.iter().filter(|drift: &&Drift| words::is_open(drift)) {
        let level = worst.entry(&drift.operation).or_insert(drift.level);
        *level = (*level).max(drift.level);
    }
    worst
}

/// The sign of a row whose worst drift is `level`.
pub(super) fn sign(level: Option<Level>, screen: &Screen<'_>) -> (Ink, &'static str) {
    match level {
        Some(level) => (Ink::Level(level), mark(level, screen)),
        None => (Ink::Good, screen.sign("✓", "+")),
    }
}
