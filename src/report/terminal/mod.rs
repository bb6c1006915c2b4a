//! The screen: what differs first, how much was seen, and the verdict last.

mod drifts;
mod known;
mod matrix;
mod next;
mod screen;
mod summary;

use std::io::{self, Write};

use crate::outcome::Outcome;

use screen::Screen;

/// What the terminal can show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// Colours.
    pub color: bool,
    /// Characters beyond ASCII.
    pub unicode: bool,
    /// Columns of a line.
    pub width: usize,
    /// Where the files of this run are, as it should be spelled.
    pub folder: Option<String>,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 100, folder: None }
    }
}

/// Writes `outcome` for a person.
///
/// # Errors
/// Those of the writer.
pub fn terminal(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut screen = Screen::new(out, style);
    summary::head(outcome, &mut screen)?;
    drifts::open(outcome, &mut screen)?;
    drifts::accepted(outcome, &mut screen)?;
    matrix::environments(outcome, &mut screen)?;
    known::entries(outcome, &mut screen)?;
    summary::operations(outcome, &mut screen)?;
    summary::not_judged(outcome, &mut screen)?;
    summary::refused(outcome, &mut screen)?;
    summary::left_behind(outcome, &mut screen)?;
    summary::verdict(outcome, style.folder.as_deref(), &mut screen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{CaseRecord, CaseResult, LeftBehind, Verdict};
    use crate::report::examples;

    fn shown(outcome: &Outcome, style: &Style) -> String {
        let mut out = Vec::new();
        terminal(outcome, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_page_shows_the_screen_as_it_is() {
        let style = Style { folder: Some("reports/staging/latest".to_owned()), ..Style::default() };
        let shown = shown(&examples::staging(), &style);
        let page = include_str!("../../../docs/report/terminal.md");
        assert!(page.contains(&format!("```text\n{shown}```\n")), "{shown}");
    }

    #[test]
    fn a_pair_is_two_lines() {
        let shown = shown(&examples::paired(), &Style::default());
        let pair =
            "    pair      body /address/city with \"Dubai\": 201\n              body /address/city with null: 400\n";
        assert!(shown.contains(pair), "{shown}");
        assert!(shown.contains("              body /address/city with nothing: 200\n"), "{shown}");
    }

    #[test]
    fn the_verdict_is_the_last_line_and_names_the_exit_code() {
        for (outcome, last) in [
            (examples::conformant(), "✓ Conformant: no new drift. Exit code 0. Reports: out"),
            (examples::many(3), "✗ Drift: 3 errors. Exit code 1. Reports: out"),
            (examples::outage(), "▲ The environment failed. The report is partial. Exit code 3. Reports: out"),
        ] {
            let style = Style { folder: Some("out".to_owned()), ..Style::default() };
            assert_eq!(shown(&outcome, &style).lines().last(), Some(last));
        }
    }

    #[test]
    fn twenty_in_full_and_the_others_on_a_line_each() {
        let text = shown(&examples::many(130), &Style::default());
        assert_eq!(text.matches("    repeat    curl").count(), 20);
        assert_eq!(text.lines().filter(|line| line.starts_with("✗ error    wrong-")).count(), 80);
        assert!(text.contains("and 30 more in report.json: wrong-body 26, wrong-header 4"), "{text}");
    }

    #[test]
    fn what_one_rule_says_of_many_operations_is_said_once() {
        let text = shown(&examples::staging(), &Style::default());
        assert_eq!(text.matches("missing credentials are refused").count(), 1);
        for operation in ["AddCustomer 403 and 2 more", "GetAllCustomers 403", "GetOneCustomer 403"] {
            assert!(text.contains(operation), "{operation}");
        }
    }

    #[test]
    fn drifts_that_differ_in_what_is_promised_stay_apart() {
        let mut outcome = examples::empty();
        let mut other = examples::drift("wrong-body", "GetAllCustomers");
        other.promised = "one of Individual, Corporate".to_owned();
        outcome.drifts = vec![examples::drift("wrong-body", "GetAllCustomers"), other];
        let text = shown(&outcome, &Style::default());
        assert!(text.contains("Active, Inactive") && text.contains("Individual, Corporate"), "{text}");
    }

    #[test]
    fn a_verdict_other_than_conformant_comes_with_a_next_step() {
        let mut refused = examples::outage();
        refused.operations = vec![examples::operation("ListThings", "GET", "/things", &[("401", 8)])];
        let mut nothing = examples::empty();
        nothing.verdict = Verdict::NotEnoughEvidence;
        let mut interrupted = examples::conformant();
        interrupted.verdict = Verdict::Interrupted;
        for (outcome, step) in [
            (examples::conformant(), None),
            (examples::staging(), Some("→ `conform explain server-error` says")),
            (examples::outage(), Some("→ see that the target is up")),
            (refused, Some("→ see to the token: --token-env")),
            (nothing, Some("→ `conform list` shows")),
            (interrupted, Some("→ what was found until then is reported")),
        ] {
            let text = shown(&outcome, &Style::default());
            let first = text.lines().find(|line| line.starts_with('→'));
            assert_eq!(
                (first.is_some(), first.is_some_and(|line| line.starts_with(step.unwrap_or("-")))),
                (step.is_some(), step.is_some()),
                "{text}"
            );
        }
    }

    #[test]
    fn of_several_environments_each_drift_says_where_it_shows() {
        let text = shown(&examples::several(), &Style::default());
        for line in [
            "✗ staging  Drift, 1,412 requests in 3.9 s, run 7f3a9c",
            "✓ cert     Conformant, 1,412 requests in 3.9 s, run 7f3a9c",
            "▲ dev      The environment failed, 0 requests in 0.0 s, run 7f3a9c, partial",
            "✗ ✓ ○ only staging; not judged on dev: wrong-body/GetAllCustomers/200/property1",
            "• not judged on dev, 3 drifts: the environment failed: no connection",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }

    #[test]
    fn what_was_left_behind_is_said_once_for_each_reason() {
        let text = shown(&examples::staging(), &Style::default());
        assert_eq!(text.matches("declare no way to remove it").count(), 1);
        for at in 1..=9 {
            assert!(text.contains(&format!("0a5f2f1f6b0{at}")), "{at}: {text}");
        }
        let mut many = examples::staging();
        let left = many.left_behind[0].clone();
        many.left_behind = (0..100).map(|at| LeftBehind { id: format!("id-{at}"), ..left.clone() }).collect();
        let text = shown(&many, &Style::default());
        assert!(text.contains("100 objects by") && text.contains("and 88 more, in report.json"), "{text}");
    }

    #[test]
    fn an_operation_that_accepted_nothing_bears_no_tick() {
        let mut outcome = examples::conformant();
        let mut refused = examples::operation("ListThings", "GET", "/things", &[("401", 8)]);
        refused.valid = 6;
        let mut silent = examples::operation("AddThing", "POST", "/things", &[("no response", 2)]);
        silent.valid = 0;
        outcome.operations = vec![refused, silent];
        let text = shown(&outcome, &Style::default());
        assert!(text.contains("▲ ListThings") && text.contains("○ AddThing"), "{text}");
    }

    #[test]
    fn cases_that_wait_for_the_same_are_one_line() {
        let mut outcome = examples::staging();
        let case = outcome.cases[0].clone();
        let because =
            |reason: &str| CaseRecord { result: CaseResult::NotJudged { reason: reason.to_owned() }, ..case.clone() };
        outcome.cases = ["step add: no token", "step read: no token", "no token"].map(because).to_vec();
        let text = shown(&outcome, &Style::default());
        assert!(text.contains("• 3 cases: no token"), "{text}");
    }

    #[test]
    fn a_command_that_cannot_be_shown_as_it_is_is_not_shown() {
        let mut outcome = examples::empty();
        let mut drift = examples::drift("wrong-body", "X");
        if let Some(witness) = &mut drift.witness {
            witness.curl = "curl 'http://x/\u{202e}'".to_owned();
        }
        outcome.drifts = vec![drift];
        let text = shown(&outcome, &Style::default());
        assert!(!text.contains("curl"), "{text}");
        assert!(text.contains("the command is in report.json"), "{text}");
    }

    #[test]
    #[ignore = "prints the examples at several widths, to be looked at"]
    fn look() {
        for (outcome, style) in [
            (examples::staging(), Style { folder: Some("reports/staging/latest".to_owned()), ..Style::default() }),
            (examples::staging(), Style { width: 60, color: true, ..Style::default() }),
            (examples::staging(), Style { width: 160, ..Style::default() }),
            (examples::staging(), Style { width: 80, unicode: false, ..Style::default() }),
            (examples::conformant(), Style { width: 40, ..Style::default() }),
            (examples::outage(), Style::default()),
            (examples::empty(), Style::default()),
            (examples::many(130), Style::default()),
        ] {
            println!("{}\n{}", "=".repeat(style.width), shown(&outcome, &style));
        }
    }
}
