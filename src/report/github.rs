//! Annotations for GitHub Actions: the drifts at the lines of the documents that make the broken promises.

use std::io::{self, Write};

use crate::drift::Level;
use crate::outcome::Outcome;

use super::plain;
use super::words::{self, Group};

/// How many annotations a step shows.
const MOST: usize = 10;

/// Writes a workflow command per group of drifts that no baseline accepts, ten at most.
///
/// # Errors
/// Those of the writer.
pub fn annotations(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let groups = words::groups(outcome, words::is_open);
    let shown = if groups.len() > MOST { MOST - 1 } else { groups.len() };
    for group in groups.iter().take(shown) {
        annotation(group, out)?;
    }
    match groups.get(shown..) {
        Some([first, rest @ ..]) => {
            let text = format!("and {} more, in report.json", words::grouped(1 + words::length(rest)));
            writeln!(out, "::{} title=conform::{}", command(first.lead.level), data(&text))
        }
        _ => Ok(()),
    }
}

fn annotation(group: &Group<'_>, out: &mut dyn Write) -> io::Result<()> {
    let drift = group.lead;
    let title = plain::line(&format!("{} {}", drift.rule, words::subject(drift)), 200);
    let mut lines = vec![drift.message.clone()];
    for (label, value) in
        words::facts(drift).into_iter().filter(|(label, _)| !matches!(*label, "document" | "repeat" | ""))
    {
        lines.push(format!("{label}: {value}"));
    }
    lines.push(format!("seen: {}", words::seen(group.occurrences, drift)));
    lines.extend(group.others.iter().take(MOST).map(|other| format!("also: {}", words::subject(other))));
    let lines: Vec<String> = lines.iter().map(|line| plain::line(line, 400)).collect();
    writeln!(
        out,
        "::{} file={},line={},col={},title={}::{}",
        command(drift.level),
        property(&plain::line(&drift.document, 400)),
        drift.line.max(1),
        drift.column.max(1),
        property(&title),
        data(&lines.join("\n"))
    )
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}

/// A message, as the runner reads it back.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value, as the runner reads it back.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples;

    fn written(outcome: &Outcome) -> String {
        let mut out = Vec::new();
        annotations(outcome, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_drift_is_annotated_at_its_line() {
        let mut outcome = examples::empty();
        let mut drift = examples::drift("wrong-body", "GetAllCustomers");
        drift.document = "specs/a,b:100%.json".to_owned();
        drift.message = "100% wrong\nreally, it: is".to_owned();
        outcome.drifts = vec![drift];
        let text = written(&outcome);
        assert!(
            text.starts_with(
                "::error file=specs/a%2Cb%3A100%25.json,line=210,col=21,title=wrong-body GetAllCustomers 200::\
                 100%25 wrong\\nreally, it: is%0Awhere: body /items/*/customerStatus%0A"
            ),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn no_server_can_speak_to_the_runner() {
        let mut outcome = examples::empty();
        let mut drift = examples::drift("wrong-body", "X");
        drift.came = "\n::set-output name=a::b\n::stop-commands::x".into();
        drift.message = "\r\n::error::owned".to_owned();
        outcome.drifts = vec![drift];
        let text = written(&outcome);
        assert_eq!(text.lines().filter(|line| line.starts_with("::")).count(), 1);
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn ten_at_most_and_the_last_says_how_many_more() {
        let mut outcome = examples::empty();
        for number in 0..25 {
            let mut drift = examples::drift("wrong-body", "X");
            drift.message = format!("difference {number}");
            outcome.drifts.push(drift);
        }
        let text = written(&outcome);
        assert_eq!(text.lines().count(), 10);
        assert!(text.ends_with("::error title=conform::and 16 more, in report.json\n"), "{text}");
    }

    #[test]
    fn what_the_baseline_accepts_is_not_annotated() {
        let mut outcome = examples::empty();
        let mut drift = examples::drift("wrong-body", "X");
        drift.state = crate::drift::State::Known;
        outcome.drifts = vec![drift];
        assert_eq!(written(&outcome), "");
    }
}
