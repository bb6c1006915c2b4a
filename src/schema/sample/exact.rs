//! A string of a regular expression with exactly so many characters.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Steps of the search at most.
const STEPS: usize = 20_000;
/// Characters that are taken where a class has them, the plainest first.
const PLAINEST: [char; 6] = ['a', 'A', '0', '1', ' ', '-'];
/// What stands around a match that need not reach to the ends.
const FILLER: &str = "a";

/// A string of `length` characters that `expression` matches, as far as it can be told without its conditions; where it need not
/// match to the ends, with filler around.
pub(super) fn of_length(expression: &str, length: usize) -> Vec<String> {
    let Ok(parsed) = regex_syntax::parse(expression) else { return Vec::new() };
    let mut found = Vec::new();
    found.extend(Search { steps: 0 }.fill(&parsed, length));
    let (least, most) = bounds(&parsed);
    let near = most.unwrap_or(length).min(length).max(least);
    if found.is_empty() && near <= length {
        for shorter in [near, least] {
            let rest = FILLER.repeat(length.saturating_sub(shorter));
            let inner = Search { steps: 0 }.fill(&parsed, shorter);
            found.extend(inner.into_iter().flat_map(|inner| [format!("{inner}{rest}"), format!("{rest}{inner}")]));
        }
    }
    found
}

struct Search {
    steps: usize,
}

impl Search {
    fn fill(&mut self, expression: &Hir, length: usize) -> Option<String> {
        self.steps += 1;
        let (least, most) = bounds(expression);
        if self.steps > STEPS || length < least || most.is_some_and(|most| length > most) {
            return None;
        }
        match expression.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(String::new()),
            HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
            HirKind::Class(class) => plainest(class).map(String::from),
            HirKind::Capture(group) => self.fill(&group.sub, length),
            HirKind::Alternation(parts) => parts.iter().find_map(|part| self.fill(part, length)),
            HirKind::Concat(parts) => self.concat(&parts.iter().collect::<Vec<_>>(), length),
            HirKind::Repetition(repetition) => self.repeat(repetition, length),
        }
    }

    /// The parts one after another, the first as long as can be.
    fn concat(&mut self, parts: &[&Hir], length: usize) -> Option<String> {
        let Some((first, rest)) = parts.split_first() else { return (length == 0).then(String::new) };
        let (least, most) = bounds(first);
        let (rest_least, rest_most) = together(rest);
        let shortest = rest_most.map_or(least, |most| length.saturating_sub(most).max(least));
        let longest = length.checked_sub(rest_least)?.min(most.unwrap_or(usize::MAX));
        (shortest..=longest).rev().find_map(|here| {
            if self.steps > STEPS {
                return None;
            }
            let first = self.fill(first, here)?;
            Some(first + &self.concat(rest, length - here)?)
        })
    }

    fn repeat(&mut self, repetition: &Repetition, length: usize) -> Option<String> {
        let sub = &repetition.sub;
        let fewest = usize::try_from(repetition.min).ok()?;
        let most = repetition.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
        let (short, long) = bounds(sub);
        if length == 0 && (fewest == 0 || short == 0) {
            return Some(String::new());
        }
        if short == 1 && long == Some(1) {
            return Some(self.fill(sub, 1)?.repeat(length));
        }
        let least = long.filter(|long| *long > 0).map_or(1, |long| length.div_ceil(long)).max(fewest);
        let most = most.min(length.checked_div(short).unwrap_or(length));
        // Each time as long as all others, the first ones longer where that does not come out even.
        (least..=most).take(64).find_map(|times| {
            if self.steps > STEPS || times == 0 {
                return None;
            }
            let (each, more) = (length / times, length % times);
            let mut text = String::new();
            if let (Some(longer), Some(other)) = (self.fill(sub, each + usize::from(more > 0)), self.fill(sub, each)) {
                text.push_str(&longer.repeat(more));
                text.push_str(&other.repeat(times - more));
                return Some(text);
            }
            (times <= 64).then(|| self.concat(&vec![&**sub; times], length)).flatten()
        })
    }
}

/// The fewest and the most characters of a match.
fn bounds(expression: &Hir) -> (usize, Option<usize>) {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
        HirKind::Literal(literal) => {
            let length = String::from_utf8_lossy(&literal.0).chars().count();
            (length, Some(length))
        }
        HirKind::Class(_) => (1, Some(1)),
        HirKind::Capture(group) => bounds(&group.sub),
        HirKind::Alternation(parts) => {
            let all: Vec<_> = parts.iter().map(bounds).collect();
            let most = all.iter().map(|(_, most)| *most).collect::<Option<Vec<_>>>();
            (all.iter().map(|(least, _)| *least).min().unwrap_or(0), most.and_then(|all| all.into_iter().max()))
        }
        HirKind::Concat(parts) => together(&parts.iter().collect::<Vec<_>>()),
        HirKind::Repetition(repetition) => {
            let (least, most) = bounds(&repetition.sub);
            let times = |times: u32| usize::try_from(times).unwrap_or(usize::MAX);
            let most = most.filter(|most| *most == 0).or_else(|| Some(most?.saturating_mul(times(repetition.max?))));
            (least.saturating_mul(times(repetition.min)), most)
        }
    }
}

fn together(parts: &[&Hir]) -> (usize, Option<usize>) {
    parts.iter().map(|part| bounds(part)).fold((0, Some(0)), |(least, most), (less, more)| {
        (least.saturating_add(less), most.zip(more).map(|(most, more)| most.saturating_add(more)))
    })
}

fn plainest(class: &Class) -> Option<char> {
    let Class::Unicode(class) = class else { return None };
    let has = |wanted: char| class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&wanted));
    let plain = PLAINEST.into_iter().chain('b'..='z').chain('B'..='Z').chain('2'..='9');
    plain.into_iter().find(|wanted| has(*wanted)).or_else(|| Some(class.ranges().first()?.start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_as_long_as_asked_for_and_match() {
        for (expression, lengths) in [
            ("[A-Z]{2}\\d{2}[A-Z0-9]{11,30}", vec![15, 20, 34]),
            ("arn:[a-z0-9.-]{1,63}:[a-z0-9]{0,63}:x/.{1,1023}", vec![10, 20, 500, 1100]),
            ("([a-z]{3}-)+[a-z]", vec![5, 9, 401]),
            ("a|bcd|[x-z]{7}", vec![1, 3, 7]),
            ("(ab)*c?", vec![0, 1, 2, 3, 100, 101]),
            ("(a{2}|b{3}){2,}", vec![4, 5, 6, 7, 50]),
            ("é{3}[^a-zA-Z0-9]", vec![4]),
        ] {
            let whole = regex::Regex::new(&format!("^(?:{expression})$")).unwrap();
            for length in lengths {
                let found = of_length(expression, length);
                let fits = |text: &String| whole.is_match(text) && text.chars().count() == length;
                assert!(found.iter().any(fits), "{expression} {length}: {found:?}");
            }
        }
    }

    #[test]
    fn what_need_not_match_to_the_ends_is_filled_up() {
        assert_eq!(of_length("x\\d", 5), ["x0aaa", "aaax0", "x0aaa", "aaax0"]);
        assert!(of_length("x\\d", 1).is_empty());
    }

    #[test]
    fn the_search_is_bounded() {
        assert!(of_length("((a|b|cc|ddd){0,40}x){0,40}(e{7}){1,50}", 999).len() < 5);
        assert!(of_length("(?:(?:a{0,9}){0,9}){0,9}(?:bb){9}", 17).is_empty());
    }
}
