//! The text of a regular expression: its parts, and the same expression written in another way.

/// A part of an expression, as far as rewriting has to tell parts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part<'e> {
    /// A character or an escape, outside of brackets or within.
    Atom(&'e str),
    /// `[`, `[^` or `]`.
    Bracket(&'e str),
    /// `^`, `$`, `\b` or `\B`.
    Anchor(&'e str),
    /// `(` with what says which kind of group it is, or `)`.
    Group(&'e str),
    /// `*`, `+`, `?` or `{…}`, with its bounds.
    Quantifier(&'e str, usize, Option<usize>),
}

impl<'e> Part<'e> {
    pub(super) fn text(self) -> &'e str {
        match self {
            Self::Atom(text)
            | Self::Bracket(text)
            | Self::Anchor(text)
            | Self::Group(text)
            | Self::Quantifier(text, ..) => text,
        }
    }
}

/// The parts of `pattern`; together they are its text.
pub(super) fn parts<'p>(pattern: &'p str) -> Vec<Part<'p>> {
    let mut parts = Vec::new();
    let (mut rest, mut within) = (pattern, false);
    while let Some(first) = rest.chars().next() {
        let (length, part): (usize, fn(&'p str) -> Part<'p>) = match first {
            '\\' if !within && (rest.starts_with("\\b") || rest.starts_with("\\B")) => (2, Part::Anchor),
            '\\' => (escape(rest), Part::Atom),
            ']' if within => (1, Part::Bracket),
            _ if within => (first.len_utf8(), Part::Atom),
            '[' if rest.starts_with("[^") => (2, Part::Bracket),
            '[' => (1, Part::Bracket),
            '^' | '$' => (1, Part::Anchor),
            '(' => (group(rest), Part::Group),
            ')' => (1, Part::Group),
            _ => (first.len_utf8(), Part::Atom),
        };
        let (quantifier, length) = match quantifier(rest).filter(|_| !within) {
            Some((length, least, most)) => (Some((least, most)), length),
            None => (None, length),
        };
        let Some((text, after)) = rest.split_at_checked(length.max(1)) else { break };
        let part = quantifier.map_or_else(|| part(text), |(least, most)| Part::Quantifier(text, least, most));
        if let Part::Bracket(bracket) = part {
            within = bracket != "]";
        }
        parts.push(part);
        rest = after;
    }
    parts
}

/// How long the escape is that `rest` begins with.
fn escape(rest: &str) -> usize {
    let mut characters = rest.chars().skip(1);
    let Some(letter) = characters.next() else { return 1 };
    let braced = matches!(letter, 'p' | 'P' | 'u' | 'x') && characters.next() == Some('{');
    let end = rest.find('}').filter(|_| braced).map(|end| end + 1);
    let digits = match letter {
        'x' => 4,
        'u' => 6,
        'c' => 3,
        _ => 0,
    };
    let plain = 1 + letter.len_utf8();
    end.unwrap_or_else(|| if rest.get(plain..digits).is_some() { digits.max(plain) } else { plain })
}

/// How long the opening of the group is that `rest` begins with.
fn group(rest: &str) -> usize {
    let marks = ["(?:", "(?=", "(?!", "(?<=", "(?<!"];
    if let Some(mark) = marks.iter().find(|mark| rest.starts_with(**mark)) {
        return mark.len();
    }
    let named = rest.starts_with("(?<") || rest.starts_with("(?P<");
    rest.find('>').filter(|_| named).map_or(1, |end| end + 1)
}

/// Length and bounds of the quantifier that `rest` begins with.
fn quantifier(rest: &str) -> Option<(usize, usize, Option<usize>)> {
    match rest.chars().next()? {
        '*' => Some((1, 0, None)),
        '+' => Some((1, 1, None)),
        '?' => Some((1, 0, Some(1))),
        '{' => {
            let inner = rest.get(1..rest.find('}')?)?;
            let (least, most) = inner.split_once(',').unwrap_or((inner, inner));
            let most = if most.is_empty() { None } else { Some(most.parse().ok()?) };
            Some((inner.len() + 2, least.parse().ok()?, most))
        }
        _ => None,
    }
}

/// `pattern` with each dash that ECMA-262 takes for itself escaped: one beside a class, as in `[\w-.]` (Annex B.1.2).
pub(super) fn with_literal_dashes(pattern: &str) -> String {
    let parts = parts(pattern);
    let is_class = |part: Option<&Part<'_>>| {
        matches!(part, Some(Part::Atom(text)) if ["\\w", "\\W", "\\d", "\\D", "\\s", "\\S"].contains(text)
            || text.starts_with("\\p{") || text.starts_with("\\P{"))
    };
    let (mut out, mut within, mut after_range) = (String::with_capacity(pattern.len()), false, false);
    for (index, part) in parts.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| parts.get(before));
        let after = parts.get(index + 1);
        let inner = |part: Option<&Part<'_>>| matches!(part, Some(Part::Atom(_)));
        let ranges = within && part.text() == "-" && !after_range && inner(before) && inner(after);
        let literal = ranges && (is_class(before) || is_class(after));
        // The end of a range does not begin another.
        after_range =
            ranges && !literal || (after_range && part.text() != "-" && before.is_some_and(|b| b.text() == "-"));
        if let Part::Bracket(bracket) = part {
            (within, after_range) = (*bracket != "]", false);
        }
        out.push_str(if literal { "\\-" } else { part.text() });
    }
    out
}

/// What stands between the slashes of an expression written as a literal of a programming language, where nothing could
/// ever match it as it stands.
pub(super) fn between_slashes(pattern: &str) -> Option<&str> {
    let (inner, flags) = pattern.strip_prefix("/^")?.rsplit_once("$/")?;
    let end = inner.len() + 3;
    flags.chars().all(|flag| "gimsuy".contains(flag)).then(|| pattern.get(1..end)).flatten()
}

/// The first character property in `pattern` that ECMA-262 does not know, such as the POSIX ones of Java.
pub(super) fn unknown_property(pattern: &str) -> Option<&str> {
    parts(pattern).into_iter().find_map(|part| {
        let Part::Atom(text) = part else { return None };
        let name = text.strip_prefix("\\p").or_else(|| text.strip_prefix("\\P"))?;
        let Some(name) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else { return Some(text) };
        let known = name.contains('=') || regex::Regex::new(text).is_ok();
        (!known || POSIX.contains(&name)).then_some(name)
    })
}

/// Names that Rust's engine or Java's takes and ECMA-262 does not.
const POSIX: [&str; 13] = [
    "Alnum", "Graph", "Print", "Punct", "Blank", "Cntrl", "XDigit", "Space", "Digit", "Lower", "Upper", "ASCII", "all",
];

/// `pattern` with no repetition counted beyond `most`: first an expression that matches less, then one that matches more.
/// Nothing where there is no such repetition, or where a part says what must not be there.
pub(super) fn counted(pattern: &str, most: usize) -> Option<(String, String)> {
    let parts = parts(pattern);
    let large = |part: &Part<'_>| matches!(part, Part::Quantifier(_, least, bound) if bound.unwrap_or(*least) > most);
    let turns = |part: &Part<'_>| matches!(part, Part::Group("(?!" | "(?<!"));
    if parts.iter().any(turns) || !parts.iter().any(large) {
        return None;
    }
    let (mut less, mut more) = (String::new(), String::new());
    for part in &parts {
        match part {
            Part::Quantifier(_, least, bound) if large(part) => {
                let end = most.max(*least).min(bound.unwrap_or(usize::MAX));
                less.extend([format!("{{{least},{end}}}")]);
                more.extend([format!("{{{},}}", least.min(&most))]);
            }
            part => {
                less.push_str(part.text());
                more.push_str(part.text());
            }
        }
    }
    Some((less, more))
}

/// `pattern` without anchors and look-arounds, which generators do not take.
pub(super) fn without_conditions(pattern: &str) -> String {
    let (mut out, mut depth, mut skipping) = (String::with_capacity(pattern.len()), 0_usize, None);
    for part in parts(pattern) {
        match part {
            Part::Group(")") => {
                depth = depth.saturating_sub(1);
                if skipping == Some(depth) {
                    skipping = None;
                    continue;
                }
            }
            Part::Group(open) => {
                let looks = ["(?=", "(?!", "(?<=", "(?<!"].contains(&open);
                if looks && skipping.is_none() {
                    skipping = Some(depth);
                }
                depth += 1;
            }
            Part::Anchor(_) => continue,
            Part::Atom(_) | Part::Bracket(_) | Part::Quantifier(..) => {}
        }
        if skipping.is_none() {
            out.push_str(part.text());
        }
    }
    out
}

/// `pattern` with what look-aheads ask for spelled out before what follows, and cut after the first one: two expressions of which
/// some strings match. Nothing where it looks ahead nowhere.
pub(super) fn looked_ahead(pattern: &str) -> Option<[String; 2]> {
    let parts = parts(pattern);
    let first = parts.iter().position(|part| *part == Part::Group("(?="))?;
    let mut depth = 0_usize;
    let end = parts.iter().enumerate().skip(first).find_map(|(index, part)| {
        match part {
            Part::Group(")") => depth = depth.saturating_sub(1),
            Part::Group(_) => depth += 1,
            _ => {}
        }
        (depth == 0).then_some(index)
    })?;
    let spelled = |parts: &[Part<'_>]| -> String {
        parts.iter().map(|part| if *part == Part::Group("(?=") { "(?:" } else { part.text() }).collect()
    };
    Some([spelled(&parts), spelled(parts.get(..=end)?)].map(|pattern| without_conditions(&pattern)))
}

/// `pattern` with one repetition stretched so that it alone is `least` long or a little longer, or shorter by what stands
/// around it: one expression for each repetition that may be that often, the last first.
pub(super) fn stretched(pattern: &str, least: usize, most: usize) -> Vec<String> {
    let parts = parts(pattern);
    let around = parts.iter().filter(|part| matches!(part, Part::Atom(_))).count();
    let mut all = Vec::new();
    for (index, part) in parts.iter().enumerate().rev() {
        let Part::Quantifier(_, fewest, bound) = part else { continue };
        for times in [least, least.saturating_sub(1), least.saturating_sub(2), least.saturating_sub(around)] {
            let times = times.max(*fewest);
            let end = (times + 4).min(bound.unwrap_or(usize::MAX)).min(most.max(times));
            if end < times {
                continue;
            }
            let repeated = format!("{{{times},{end}}}");
            let texts = parts.iter().enumerate();
            all.push(texts.map(|(at, part)| if at == index { &*repeated } else { part.text() }).collect());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_make_up_the_text() {
        for pattern in [
            "^(?:a|[^b-\\]c]{2,3})+?\\p{L}\\u0041\\x4a(?<n>x)$",
            "[",
            "\\",
            "({",
            "a{,2}",
            "é{2}[é-ü]\\é",
            "\\u{1F600}",
            "\\u",
            "\\u00é0",
        ] {
            let joined: String = parts(pattern).iter().map(|part| part.text()).collect();
            assert_eq!(joined, pattern);
        }
    }

    #[test]
    fn dashes_beside_classes_are_dashes() {
        for (pattern, expected) in [
            ("[\\w-.]", "[\\w\\-.]"),
            ("[a-zA-Z\\d-_/]", "[a-zA-Z\\d\\-_/]"),
            ("[+-\\w]", "[+\\-\\w]"),
            ("[a-z]", "[a-z]"),
            ("[\\w-]", "[\\w-]"),
            ("[-\\w]", "[-\\w]"),
            ("[a-z-\\d]", "[a-z-\\d]"),
            ("\\w-.", "\\w-."),
        ] {
            assert_eq!(with_literal_dashes(pattern), expected);
        }
    }

    #[test]
    fn conditions_are_cut() {
        for (pattern, expected) in [
            ("^(?!0)[0-9]{3}$", "[0-9]{3}"),
            ("(^(?!_{2}))(^[a-z_]+$)", "()([a-z_]+)"),
            ("(?:^[\\d^$]*$)|(?:^arn(?=(x)y)z$)", "(?:[\\d^$]*)|(?:arnz)"),
            ("\\$a\\^", "\\$a\\^"),
        ] {
            assert_eq!(without_conditions(pattern), expected);
        }
    }

    #[test]
    fn what_is_looked_ahead_for_is_spelled_out() {
        assert_eq!(
            looked_ahead("^(?=.*\\d)(?=.*[a-z]).{8,}$"),
            Some(["(?:.*\\d)(?:.*[a-z]).{8,}".to_owned(), "(?:.*\\d)".to_owned()])
        );
        assert_eq!(looked_ahead("^(?!a)b$"), None);
    }

    #[test]
    fn slashes_of_a_programming_language_are_seen() {
        assert_eq!(between_slashes("/^[a-z]+$/i"), Some("^[a-z]+$"));
        assert_eq!(between_slashes("/[a-z]+/"), None);
        assert_eq!(between_slashes("^/a$"), None);
    }

    #[test]
    fn properties_of_ecma_262_are_known() {
        for (pattern, expected) in [
            ("\\p{L}\\p{Lu}\\P{M}\\p{Letter}\\p{Alphabetic}\\p{Script=Greek}", None),
            ("\\p{XDigit}", Some("XDigit")),
            ("[\\p{Print}]", Some("Print")),
            ("\\p{LD}", Some("LD")),
            ("\\\\p{x}", None),
        ] {
            assert_eq!(unknown_property(pattern), expected, "{pattern}");
        }
    }
}
