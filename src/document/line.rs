//! From byte offsets to lines and columns.

use super::Position;

/// Bytes between two marks of one line: a minified document is one line of megabytes.
const STRIDE: usize = 1024;

/// Where lines begin, with marks in between where they are long.
#[derive(Debug)]
pub(super) struct Lines(Vec<Mark>);

#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: usize,
    position: Position,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut marks = Vec::new();
        let mut offset = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let mut position = Position { line: index + 1, column: 1 };
            marks.push(Mark { offset, position });
            for chunk in line.as_bytes().chunks(STRIDE) {
                offset += chunk.len();
                position.column += characters(chunk);
                if chunk.len() == STRIDE {
                    marks.push(Mark { offset, position });
                }
            }
        }
        if text.is_empty() || text.ends_with('\n') {
            let line = marks.last().map_or(1, |mark| mark.position.line + 1);
            marks.push(Mark { offset, position: Position { line, column: 1 } });
        }
        Self(marks)
    }

    /// The position of the character at byte `offset` of the same text.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let after = self.0.partition_point(|mark| mark.offset <= offset);
        let Some(mark) = after.checked_sub(1).and_then(|before| self.0.get(before)) else {
            return Position { line: 1, column: 1 };
        };
        let between = text.as_bytes().get(mark.offset..offset.min(text.len())).unwrap_or_default();
        Position { line: mark.position.line, column: mark.position.column + characters(between) }
    }
}

/// How many characters begin in these bytes of a UTF-8 text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, character by character.
    fn counted(text: &str, offset: usize) -> Position {
        let before = &text[..offset];
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Position { line: before.matches('\n').count() + 1, column }
    }

    #[test]
    fn every_offset_has_the_position_that_counting_gives() {
        let long = "äöü€𝄞x".repeat(700);
        let exact = "x".repeat(STRIDE * 2);
        for text in
            ["", "a", "a\n", "\n\n", "a\r\nb", "é\nè", &long, &format!("a\n{long}\nb"), &exact, &format!("{exact}\n")]
        {
            let lines = Lines::of(text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                assert_eq!(lines.position(text, offset), counted(text, offset), "{offset} of {} bytes", text.len());
            }
        }
    }
}
