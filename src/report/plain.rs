//! Makes text that a server sent harmless: nothing hidden, nothing that moves the cursor, nothing endless.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many combining marks one character may carry; more is a tower of marks that runs over other lines.
const MARKS: usize = 2;

/// Whether `c` shows nothing of itself or changes how its neighbours show: control and format characters, bidirectional
/// overrides, invisible fillers, line separators, tags, and what XML 1.0 forbids.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// `text` on one line with everything hidden made visible, as `\u{202e}`; at most `limit` columns.
pub fn line(text: &str, limit: usize) -> String {
    clean(text, limit, false, true)
}

/// As [`line`], and with every character beyond ASCII made visible where `unicode` is false.
pub(super) fn line_for(text: &str, limit: usize, unicode: bool) -> String {
    clean(text, limit, false, unicode)
}

/// As [`line`], but line breaks stay.
pub(super) fn block(text: &str, limit: usize) -> String {
    clean(text, limit, true, true)
}

fn clean(text: &str, limit: usize, breaks: bool, unicode: bool) -> String {
    let mut clean = String::with_capacity(text.len().min(limit.saturating_mul(4)));
    let (mut columns, mut marks) = (0_usize, 0_usize);
    for c in text.chars() {
        if c == '\n' && breaks {
            columns += 1;
            marks = 0;
            clean.push(c);
            continue;
        }
        let width = c.width().unwrap_or_default();
        marks = if width == 0 { marks + 1 } else { 0 };
        let escape = is_hidden(c) || marks > MARKS || (!unicode && !c.is_ascii());
        let shown = escape.then(|| escaped(c));
        let width = shown.as_ref().map_or(width, String::len);
        if columns + width > limit {
            // What is cut may take the place of the last column, never more than the limit.
            return cut(&clean, limit, unicode);
        }
        columns += width;
        match shown {
            Some(shown) => clean.push_str(&shown),
            None => clean.push(c),
        }
    }
    clean
}

fn escaped(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c => c.escape_unicode().to_string(),
    }
}

/// The columns that `text` takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// `text`, which is clean already, marked as cut and within `limit` columns.
pub(super) fn cut(text: &str, limit: usize, unicode: bool) -> String {
    let mark = if unicode { "…" } else { "..." };
    let room = limit.saturating_sub(mark.width());
    let mut kept = head(text, room).to_owned();
    kept.push_str(mark);
    kept
}

/// The longest beginning of `text` that takes at most `room` columns.
pub(super) fn head(text: &str, room: usize) -> &str {
    let mut columns = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        columns += if c == '\n' { 1 } else { c.width().unwrap_or_default() };
        (columns > room).then_some(at)
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// `text`, which is clean already, broken into at most `most` lines of `room` columns: between words, else after a
/// character that ends a part of a path or a URL, else anywhere.
pub(super) fn wrap(text: &str, room: usize, most: usize, unicode: bool) -> Vec<String> {
    let room = room.max(8);
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let piece = head(rest, room);
        let at = if piece.len() == rest.len() { rest.len() } else { break_at(rest, piece) };
        let (taken, left) = rest.split_at_checked(at.max(1)).unwrap_or((rest, ""));
        if lines.len() + 1 == most && !left.trim().is_empty() {
            lines.push(cut(taken.trim_end(), room.min(columns(taken.trim_end()) + 3), unicode));
            return lines;
        }
        lines.push(taken.trim_end().to_owned());
        rest = left.trim_start();
    }
    lines
}

/// Where to break `rest`, whose longest fitting beginning is `piece`: not so early that the line looks torn.
fn break_at(rest: &str, piece: &str) -> usize {
    let early = piece.len() / 3;
    if rest.get(piece.len()..).is_some_and(|left| left.starts_with(' ')) {
        return piece.len();
    }
    let after = |wanted: &[char]| piece.rfind(wanted).map(|at| at + 1).filter(|at| *at > early);
    let whole = if piece.is_empty() { rest.chars().next().map_or(rest.len(), char::len_utf8) } else { piece.len() };
    after(&[' ']).or_else(|| after(&['/', ',', '&', '?', ';'])).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_hides_or_moves_is_made_visible() {
        let hostile = "a\u{1b}[31mb\u{202e}c\u{2066}d\u{200b}e\u{7f}f\u{9b}g\u{feff}h\r\n\ti\u{2028}j\u{fffe}";
        assert_eq!(
            line(hostile, 400),
            "a\\u{1b}[31mb\\u{202e}c\\u{2066}d\\u{200b}e\\u{7f}f\\u{9b}g\\u{feff}h\\r\\n\\ti\\u{2028}j\\u{fffe}"
        );
        assert_eq!(line("Zoë 東京 🙂", 40), "Zoë 東京 🙂");
        assert_eq!(line_for("Zoë", 40, false), "Zo\\u{eb}");
    }

    #[test]
    fn a_tower_of_marks_is_cut_down() {
        let tower = format!("e{}", "\u{301}".repeat(100));
        let shown = line(&tower, 30);
        assert_eq!(shown.matches('\u{301}').count(), MARKS);
        assert!(columns(&shown) <= 30, "{shown}");
    }

    #[test]
    fn a_cut_says_so_and_fits() {
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abcdefg", 6), "abcde…");
        assert_eq!(line("東京東京", 5), "東京…");
        assert_eq!(line_for("abcdefg", 6, false), "abc...");
    }

    #[test]
    fn lines_break_between_words_and_path_segments() {
        assert_eq!(wrap("one of Active, Inactive", 16, 9, true), ["one of Active,", "Inactive"]);
        assert_eq!(wrap("/paths/~1v1~1customers/get", 16, 9, true), ["/paths/", "~1v1~1customers/", "get"]);
        assert_eq!(wrap("aaaaaaaaaaaaaaaaaaaa", 8, 2, true), ["aaaaaaaa", "aaaaaaa…"]);
        assert_eq!(wrap("abcdefgh ijk", 8, 9, true), ["abcdefgh", "ijk"]);
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left_and_the_limit_holds(text in any::<String>(), limit in 1_usize..90, unicode: bool) {
            let shown = line_for(&text, limit, unicode);
            prop_assert!(!shown.chars().any(is_hidden), "{shown:?}");
            // Three dots are the shortest sign of a cut.
            prop_assert!(columns(&shown) <= limit.max(3), "{} > {limit}: {shown:?}", columns(&shown));
            prop_assert!(unicode || shown.is_ascii());
        }

        #[test]
        fn wrapping_loses_nothing_but_spaces(text in "[a-z/,é東 ]{0,200}", room in 8_usize..40) {
            let lines = wrap(&text, room, usize::MAX, true);
            prop_assert!(lines.iter().all(|line| columns(line) <= room), "{lines:?}");
            let squeeze = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }
    }
}
