//! A message about a place in a text: file, line, column, the line, a caret, and what would be right.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet, normalize_untrusted_str};
use anstyle::{AnsiColor, Style};

use super::Position;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, but probably not as meant.
    Warning,
    /// Cannot be used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One message about a place in a text.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The message: lower case, no full stop.
    pub message: String,
    /// The file as the user named it.
    pub file: String,
    /// The text and the byte range meant, where there is one.
    pub source: Option<(Arc<str>, Range<usize>)>,
    /// Line and column of that range.
    pub position: Option<Position>,
    /// A word at the caret.
    pub label: Option<String>,
    /// What would be right.
    pub help: Option<String>,
}

/// How much of one line is shown at most: a minified document is one line.
const SHOWN: usize = 2000;

impl Diagnostic {
    /// A message about a file as a whole, such as a missing one.
    pub fn file(severity: Severity, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity,
            message: message.into(),
            file: file.into(),
            source: None,
            position: None,
            label: None,
            help: None,
        }
    }

    pub(super) fn text(
        severity: Severity,
        file: &str,
        message: impl Into<String>,
        text: &Arc<str>,
        bytes: Range<usize>,
        position: Position,
    ) -> Self {
        let source = Some((Arc::clone(text), bytes));
        Self { source, position: Some(position), ..Self::file(severity, file, message) }
    }

    /// Adds a word at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The message with the line and a caret, as for a terminal of `width` columns, with colours or without.
    pub fn render(&self, color: bool, width: usize) -> String {
        let level = match self.severity {
            Severity::Note => Level::NOTE,
            Severity::Warning => Level::WARNING,
            Severity::Error => Level::ERROR,
        };
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(width.clamp(40, 400));
        let title = level.primary_title(harmless(&self.message));
        let help = self.help.iter().map(|help| Level::HELP.message(harmless(help)));
        let (Some((text, bytes)), Some(position)) = (&self.source, self.position) else {
            return renderer.render(&[title.element(Origin::path(harmless(&self.file))).elements(help)]);
        };
        let [before, shown, after] = excerpt(text, bytes).map(harmless);
        let marked = before.len()..before.len() + shown.len();
        let annotation = AnnotationKind::Primary.span(marked).label(self.label.as_deref().map(harmless));
        let line = before + &shown + &after;
        let snippet = Snippet::source(line).line_start(position.line).annotation(annotation);
        self.with_place(&renderer.render(&[title.element(snippet).elements(help)]), position, color)
    }

    /// Adds the line that names the place. The renderer would count the columns of the excerpt instead of the file's.
    fn with_place(&self, rendered: &str, position: Position, color: bool) -> String {
        let (title, rest) = rendered.split_once('\n').unwrap_or((rendered, ""));
        let margin = " ".repeat(position.line.to_string().len());
        let style = if color { AnsiColor::BrightBlue.on_default().bold() } else { Style::new() };
        let file = harmless(&self.file);
        format!("{title}\n{margin}{style}-->{style:#} {file}:{position}\n{rest}")
    }
}

/// The line in which `bytes` begin, at most [`SHOWN`] bytes to either side: what stands before, in and behind them.
fn excerpt<'t>(text: &'t str, bytes: &Range<usize>) -> [&'t str; 3] {
    let at = boundary_before(text, bytes.start);
    let (before, after) = text.split_at(at);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let start = start.max(boundary_before(text, at.saturating_sub(SHOWN)));
    let end = at + after.find('\n').unwrap_or(after.len());
    let end = end.min(boundary_after(text, at + SHOWN));
    let marked = boundary_after(text, bytes.end).clamp(at, end);
    [start..at, at..marked, marked..end].map(|part| text.get(part).unwrap_or_default())
}

fn boundary_before(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

fn boundary_after(text: &str, offset: usize) -> usize {
    (offset..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// Without control characters, so that a hostile text can neither steer the terminal nor fake a line of its own.
fn harmless(text: &str) -> String {
    let is_left = |c: char| c.is_control() && c != '\n';
    normalize_untrusted_str(text).replace(is_left, "\u{fffd}").replace('\n', " ")
}

impl fmt::Display for Diagnostic {
    /// `file:line:column: severity: message`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&harmless(&self.file))?;
        if let Some(position) = self.position {
            write!(f, ":{position}")?;
        }
        write!(f, ": {}: {}", self.severity, harmless(&self.message))
    }
}

impl std::error::Error for Diagnostic {}
