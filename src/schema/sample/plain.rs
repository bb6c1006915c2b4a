//! Plain characters: what people write, and expressions narrowed to it.

use proptest::string::{RegexGeneratorStrategy, string_regex_parsed};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition};

/// The characters of names and addresses, as a class.
pub(super) const PLAIN: &str = "[a-zA-Z0-9 À-ÖØ-öø-ÿ'-]";

/// Bytes of a string at most.
const LONGEST: usize = 400_000;
/// Repetitions beyond those that have to be.
const OFTEN: u32 = 24;

/// The same, as ranges.
const RANGES: [(char, char); 8] =
    [('a', 'z'), ('A', 'Z'), ('0', '9'), (' ', ' '), ('À', 'Ö'), ('Ø', 'ö'), ('ø', 'ÿ'), ('\'', '\'')];

/// Strings of `expression`, without anchors, of plain characters wherever it leaves the choice.
pub(super) fn strings(expression: &str) -> Option<RegexGeneratorStrategy<String>> {
    let mut plain = ClassUnicode::new(RANGES.map(|(first, last)| ClassUnicodeRange::new(first, last)));
    plain.push(ClassUnicodeRange::new('-', '-'));
    bounded(expression, Some(&plain))
}

/// Strings of `expression`, without anchors, of any characters.
pub(super) fn any_strings(expression: &str) -> Option<RegexGeneratorStrategy<String>> {
    bounded(expression, None)
}

fn bounded(expression: &str, plain: Option<&ClassUnicode>) -> Option<RegexGeneratorStrategy<String>> {
    let narrow = narrowed(&regex_syntax::parse(expression).ok()?, plain, OFTEN);
    let short = narrow.properties().maximum_len().is_none_or(|most| most <= LONGEST);
    if short { string_regex_parsed(&narrow).ok() } else { None }
}

/// The same with fewer repetitions, the fewer the deeper they are nested: they multiply.
fn narrowed(expression: &Hir, plain: Option<&ClassUnicode>, often: u32) -> Hir {
    match expression.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let mut both = class.clone();
            if let Some(plain) = plain {
                both.intersect(plain);
            }
            if both.ranges().is_empty() { expression.clone() } else { Hir::class(Class::Unicode(both)) }
        }
        HirKind::Repetition(repetition) => {
            let sub = Box::new(narrowed(&repetition.sub, plain, (often / 4).max(1)));
            let most = repetition.min.saturating_add(often);
            let max = Some(repetition.max.map_or(most, |max| max.min(most)));
            Hir::repetition(Repetition { sub, max, ..*repetition })
        }
        HirKind::Capture(group) => narrowed(&group.sub, plain, often),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|part| narrowed(part, plain, often)).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|part| narrowed(part, plain, often)).collect())
        }
        HirKind::Look(_) => Hir::empty(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(Class::Bytes(_)) => expression.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    use super::*;

    #[test]
    fn strings_are_plain_where_the_expression_leaves_the_choice() {
        let mut runner = TestRunner::deterministic();
        for (expression, odd) in
            [(".{3,9}", ""), ("[^@]+@[^@]+", "@"), ("\\S{4}", ""), ("[!?]x*", "!?"), ("(a|b)_.", "_")]
        {
            let strategy = strings(expression).unwrap();
            let whole = regex::Regex::new(&format!("^(?:{expression})$")).unwrap();
            for _ in 0..50 {
                let text = strategy.new_tree(&mut runner).unwrap().current();
                assert!(whole.is_match(&text), "{expression} {text:?}");
                let plain = |c: char| c.is_alphanumeric() || " '-".contains(c) || odd.contains(c);
                assert!(text.chars().all(plain), "{expression} {text:?}");
            }
        }
    }
}
