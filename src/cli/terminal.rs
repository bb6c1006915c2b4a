//! The terminal: where output goes, how wide it is, whether it takes colours.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use crate::document::Diagnostic;

use super::Stop;

/// Where output goes.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of the terminal of its own")]
pub(super) struct Terminal {
    pub(super) color: bool,
    pub(super) width: usize,
    pub(super) unicode: bool,
    pub(super) interactive: bool,
    pub(super) github: bool,
}

impl Terminal {
    pub(super) fn new() -> Self {
        let stdout = io::stdout();
        let color = anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never;
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        Self {
            color: color && stdout.is_terminal() && !dumb,
            width: width(),
            unicode: ["LC_ALL", "LC_CTYPE", "LANG"]
                .iter()
                .find_map(|name| variable(name))
                .is_none_or(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8")),
            interactive: io::stderr().is_terminal() && !dumb,
            github: variable("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
        }
    }

    /// Tells on the error stream what is worth knowing beside the result.
    pub(super) fn remark(&self, diagnostics: &[Diagnostic]) {
        let color = io::stderr().is_terminal() && self.color;
        for diagnostic in diagnostics {
            let _ = writeln!(io::stderr(), "{}\n", diagnostic.render(color, self.width));
        }
    }

    /// Tells on the error stream why a command ends early.
    pub(super) fn stop(&self, stop: &Stop) {
        let color = io::stderr().is_terminal() && self.color;
        let text = match stop {
            Stop::BrokenPipe => return,
            Stop::Diagnostics(diagnostics) => {
                let rendered = diagnostics.iter().map(|diagnostic| diagnostic.render(color, self.width));
                let mut text = rendered.collect::<Vec<_>>().join("\n\n");
                if diagnostics.len() > 1 {
                    let _ = write!(text, "\n\n{} errors", diagnostics.len());
                }
                text
            }
            Stop::Nothing(message) => message.clone(),
            Stop::Message { message, help } => {
                let help = help.as_ref().map(|help| format!("\n  = help: {help}")).unwrap_or_default();
                format!("error: {message}{help}")
            }
        };
        // Where the error stream itself is gone there is nobody left to tell; the exit code still says it.
        let _ = writeln!(io::stderr(), "{text}");
    }
}

/// An environment variable; empty counts as not set.
#[expect(clippy::disallowed_methods, reason = "the one place that reads environment variables")]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The width of the terminal in columns: what COLUMNS says, else what the terminal says, else 100.
fn width() -> usize {
    let said = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    said.or_else(seen).unwrap_or(100).clamp(40, 200)
}
