//! Lines of a given width, painted or plain.

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Style as Paint};

use super::Style;
use crate::drift::Level;
use crate::report::plain;

/// Fewer columns are no screen to lay anything out on.
const NARROWEST: usize = 40;

/// More columns make lines that no eye follows.
const WIDEST: usize = 120;

/// Columns before a label.
const INDENT: usize = 4;

/// Columns that a label takes, the space behind it included.
const LABEL: usize = 10;

/// Columns of the longest command line that is worth a screen.
const COMMAND: usize = 1200;

/// What a piece of text is, as far as colour goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Faint,
    Good,
    Level(Level),
}

impl Ink {
    fn paint(self) -> Paint {
        let color = |color: AnsiColor| Paint::new().fg_color(Some(Color::Ansi(color)));
        match self {
            Self::Plain => Paint::new(),
            Self::Strong => Paint::new().bold(),
            Self::Faint => Paint::new().dimmed(),
            Self::Good => color(AnsiColor::Green).bold(),
            Self::Level(Level::Error) => color(AnsiColor::Red).bold(),
            Self::Level(Level::Warning) => color(AnsiColor::Yellow).bold(),
            Self::Level(Level::Note) => color(AnsiColor::Cyan).bold(),
        }
    }
}

/// A terminal, or a file that is read like one.
pub(super) struct Screen<'w> {
    out: &'w mut dyn Write,
    style: &'w Style,
    width: usize,
}

impl<'w> Screen<'w> {
    pub(super) fn new(out: &'w mut dyn Write, style: &'w Style) -> Self {
        Self { out, style, width: style.width.clamp(NARROWEST, WIDEST) }
    }

    /// The columns of a line.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Foreign text on one line of at most `limit` columns.
    pub(super) fn clean(&self, text: &str, limit: usize) -> String {
        plain::line_for(text, limit, self.style.unicode)
    }

    /// One of two signs, by what the terminal can show.
    pub(super) fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.style.unicode { unicode } else { ascii }
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line of pieces that are clean and fit.
    pub(super) fn line(&mut self, pieces: &[(Ink, &str)]) -> io::Result<()> {
        let end = pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty()).map_or(0, |last| last + 1);
        for (at, (ink, text)) in pieces.iter().take(end).enumerate() {
            let text = if at + 1 == end { text.trim_end() } else { text };
            let paint = if self.style.color { ink.paint() } else { Paint::new() };
            write!(self.out, "{paint}{text}{paint:#}")?;
        }
        writeln!(self.out)
    }

    /// A heading with a rule to the right edge, and a word there.
    pub(super) fn heading(&mut self, title: &str, aside: &str) -> io::Result<()> {
        let bar = self.sign("─", "-");
        let aside = self.clean(aside, self.width.saturating_sub(plain::columns(title) + 8));
        let used = plain::columns(title) + 4 + if aside.is_empty() { 0 } else { plain::columns(&aside) + 1 };
        let rule = bar.repeat(self.width.saturating_sub(used).max(1));
        let lead = format!("{bar}{bar} ");
        self.blank()?;
        let tail = format!(" {rule} ");
        self.line(&[(Ink::Faint, &lead), (Ink::Strong, title), (Ink::Faint, &tail), (Ink::Faint, &aside)])
    }

    /// Foreign text, wrapped to at most `most` lines, each behind `indent` columns.
    pub(super) fn text(&mut self, ink: Ink, indent: usize, text: &str, most: usize) -> io::Result<()> {
        self.hanging(&[(Ink::Plain, &" ".repeat(indent))], ink, text, most)
    }

    /// Foreign text behind a first piece; further lines stand below its beginning.
    pub(super) fn hanging(&mut self, lead: &[(Ink, &str)], ink: Ink, text: &str, most: usize) -> io::Result<()> {
        let indent = lead.iter().map(|(_, text)| plain::columns(text)).sum();
        let room = self.width.saturating_sub(indent);
        let text = self.clean(text, room.max(8).saturating_mul(most));
        let margin = " ".repeat(indent);
        for (at, line) in plain::wrap(&text, room, most, self.style.unicode).iter().enumerate() {
            if at == 0 {
                let mut pieces = lead.to_vec();
                pieces.push((ink, line));
                self.line(&pieces)?;
            } else {
                self.line(&[(Ink::Plain, &margin), (ink, line)])?;
            }
        }
        Ok(())
    }

    /// A label with foreign text behind it, wrapped below itself.
    pub(super) fn field(&mut self, label: &str, ink: Ink, text: &str, most: usize) -> io::Result<()> {
        let label = format!("{:INDENT$}{label:<LABEL$}", "");
        self.hanging(&[(Ink::Faint, &label)], ink, text, most)
    }

    /// A command line that can be pasted: broken only between its words, each line but the last ending in a backslash. A
    /// word longer than the line runs over, because broken it would not be the same command.
    pub(super) fn command(&mut self, label: &str, command: &str) -> io::Result<()> {
        let shown = self.clean(command, COMMAND);
        if shown != command {
            return self.field(
                label,
                Ink::Faint,
                "too long or too strange to be pasted: the command is in report.json",
                2,
            );
        }
        let label = format!("{:INDENT$}{label:<LABEL$}", "");
        let margin = " ".repeat(plain::columns(&label) + 2);
        let room = self.width.saturating_sub(plain::columns(&margin) + 2);
        let mut lines: Vec<String> = vec![String::new()];
        for phrase in phrases(&shell_words(command), room) {
            match lines.last_mut() {
                Some(line) if line.is_empty() => line.push_str(&phrase),
                Some(line) if plain::columns(line) + 1 + plain::columns(&phrase) <= room => {
                    line.push(' ');
                    line.push_str(&phrase);
                }
                _ => lines.push(phrase),
            }
        }
        let last = lines.len().saturating_sub(1);
        for (at, line) in lines.iter().enumerate() {
            let start = if at == 0 { &label } else { &margin };
            self.line(&[(Ink::Faint, start), (Ink::Plain, line), (Ink::Faint, if at < last { " \\" } else { "" })])?;
        }
        Ok(())
    }
}

/// The words, each option with its value where both fit on a line.
fn phrases(words: &[&str], room: usize) -> Vec<String> {
    let mut phrases: Vec<String> = Vec::new();
    let mut open = false;
    for word in words {
        let option = word.starts_with('-');
        match phrases.last_mut() {
            Some(phrase) if open && !option && plain::columns(phrase) + 1 + plain::columns(word) <= room => {
                phrase.push(' ');
                phrase.push_str(word);
            }
            _ => phrases.push((*word).to_owned()),
        }
        open = option;
    }
    phrases
}

/// The words of a POSIX command line as they are written, quotes and all.
fn shell_words(command: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quote, mut escaped) = (None, None, false);
    for (at, c) in command.char_indices() {
        if c == ' ' && quote.is_none() && !escaped {
            words.extend(start.take().and_then(|start: usize| command.get(start..at)));
            continue;
        }
        start.get_or_insert(at);
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', None | Some('"')) => escaped = true,
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
    }
    words.extend(start.and_then(|start| command.get(start..)));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_quotes() {
        assert_eq!(
            shell_words(r#"curl -H "A: \"b c\"" 'd e'\''f g' h\ i  j"#),
            ["curl", "-H", r#""A: \"b c\"""#, r"'d e'\''f g'", r"h\ i", "j"]
        );
    }

    #[test]
    fn a_command_is_broken_only_between_words() {
        let style = Style { color: false, unicode: true, width: 40, folder: None };
        let mut out = Vec::new();
        Screen::new(&mut out, &style)
            .command("repeat", "curl -sS -H 'A: b' http://127.0.0.1:3001/api/v1/customers")
            .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "    repeat    curl -sS -H 'A: b' \\\n                http://127.0.0.1:3001/api/v1/customers\n"
        );
    }
}
