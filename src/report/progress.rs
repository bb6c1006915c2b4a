//! How far a run is: a bar on a terminal, a few lines anywhere else.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::plain;
use crate::drift::Level;
use crate::outcome::Event;

/// After which share of the cases a line is written, in per cent.
const STEP: usize = 10;

/// How often the clock of a bar moves.
const TICK: Duration = Duration::from_millis(200);

/// Tells how far a run is; feed it every event.
pub struct Progress {
    shape: Shape,
    cases: usize,
    ended: usize,
    told: usize,
    errors: u64,
    drifts: u64,
}

enum Shape {
    Bar(ProgressBar),
    Lines(Box<dyn Write + Send>),
}

impl Progress {
    /// A bar on `target`, which is a terminal.
    pub fn bar(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(template("{spinner} {msg}"));
        // A target that takes its time must not look like a program that hangs.
        bar.enable_steady_tick(TICK);
        Self::new(Shape::Bar(bar))
    }

    /// A few lines to `out`; what cannot be written is left out, because progress is no reason to end a run.
    pub fn lines(out: impl Write + Send + 'static) -> Self {
        Self::new(Shape::Lines(Box::new(out)))
    }

    fn new(shape: Shape) -> Self {
        Self { shape, cases: 0, ended: 0, told: 0, errors: 0, drifts: 0 }
    }

    /// Takes note of `event`.
    pub fn tell(&mut self, event: &Event) {
        match event {
            Event::Planned { cases } => self.planned(*cases),
            Event::CaseEnded(record) => self.ended(&record.name),
            Event::DriftSeen { level, .. } => {
                self.drifts += 1;
                self.errors += u64::from(*level == Level::Error);
            }
            Event::Confirming { drifts } => self.phase(&format!("asking again for {}", number(*drifts, "drift"))),
            Event::CleaningUp { objects } => self.phase(&format!("removing {}", number(*objects, "object"))),
        }
    }

    /// Says something that stays.
    pub fn say(&mut self, text: &str) {
        match &self.shape {
            Shape::Bar(bar) => bar.println(format!("conform: {text}")),
            Shape::Lines(_) => self.line(text),
        }
    }

    /// Takes the bar away, so that the report has the terminal for itself.
    pub fn finish(&mut self) {
        if let Shape::Bar(bar) = &self.shape {
            bar.finish_and_clear();
        }
    }

    fn planned(&mut self, cases: usize) {
        // Each of several environments has a plan of its own.
        self.cases = self.cases.saturating_add(cases);
        match &mut self.shape {
            Shape::Bar(bar) => {
                bar.set_length(u64::try_from(self.cases).unwrap_or(u64::MAX));
                bar.set_style(template("{bar:24} {pos}/{len} {elapsed} {wide_msg}"));
            }
            Shape::Lines(_) => self.line(&number(self.cases, "case")),
        }
    }

    fn ended(&mut self, name: &str) {
        self.ended += 1;
        let found = self.found();
        if let Shape::Bar(bar) = &self.shape {
            bar.set_position(u64::try_from(self.ended).unwrap_or(u64::MAX));
            bar.set_message(format!("{found}  {}", plain::line(name, 60)));
            return;
        }
        let share = (self.ended * 100).checked_div(self.cases).unwrap_or_default();
        let due = share / STEP;
        if due > self.told {
            self.told = due;
            self.line(&format!("{share} %, {} of {}, {found}", self.ended, number(self.cases, "case")));
        }
    }

    fn found(&self) -> String {
        match (self.drifts, self.errors) {
            (0, _) => "no drift".to_owned(),
            (drifts, errors) => {
                format!("{drifts} drift{} ({errors} at level error)", if drifts == 1 { "" } else { "s" })
            }
        }
    }

    fn phase(&mut self, text: &str) {
        match &self.shape {
            Shape::Bar(bar) => {
                bar.set_style(template("{spinner} {elapsed} {wide_msg}"));
                bar.set_message(text.to_owned());
            }
            Shape::Lines(_) => self.line(text),
        }
    }

    fn line(&mut self, text: &str) {
        if let Shape::Lines(out) = &mut self.shape {
            let _ = writeln!(out, "conform: {text}").and_then(|()| out.flush());
        }
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress").field("cases", &self.cases).field("ended", &self.ended).finish_non_exhaustive()
    }
}

fn template(text: &str) -> ProgressStyle {
    ProgressStyle::with_template(text).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn number(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{CaseRecord, CaseResult};
    use std::io;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn ended(name: &str) -> Event {
        Event::CaseEnded(CaseRecord {
            id: "c".to_owned(),
            name: name.to_owned(),
            family: "minimal".to_owned(),
            operations: Vec::new(),
            result: CaseResult::Passed,
            drifts: Vec::new(),
            requests: 1,
            milliseconds: 1,
        })
    }

    #[test]
    fn lines_are_few_and_say_what_was_found() {
        let out = Shared::default();
        let mut progress = Progress::lines(out.clone());
        progress.tell(&Event::Planned { cases: 1000 });
        for at in 0..1000 {
            if at == 450 {
                progress.tell(&Event::DriftSeen { id: "x".to_owned(), level: Level::Error });
            }
            progress.tell(&ended("case \u{1b}[2J"));
        }
        progress.tell(&Event::Confirming { drifts: 1 });
        progress.tell(&Event::CleaningUp { objects: 3 });
        progress.finish();
        let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 13, "{text}");
        assert_eq!(lines[0], "conform: 1000 cases");
        assert_eq!(lines[1], "conform: 10 %, 100 of 1000 cases, no drift");
        assert_eq!(lines[10], "conform: 100 %, 1000 of 1000 cases, 1 drift (1 at level error)");
        assert_eq!(lines[11..], ["conform: asking again for 1 drift", "conform: removing 3 objects"]);
    }

    #[test]
    fn a_plan_without_cases_and_events_out_of_order_do_no_harm() {
        for mut progress in [Progress::lines(io::sink()), Progress::bar(ProgressDrawTarget::hidden())] {
            progress.tell(&ended("early"));
            progress.tell(&Event::Planned { cases: 0 });
            progress.tell(&ended("late"));
            progress.tell(&Event::CleaningUp { objects: 0 });
            progress.finish();
        }
    }
}
