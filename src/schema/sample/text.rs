//! Strings: of a format, of a pattern, or plain words, within lengths.

use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;

use super::super::expression;
use super::super::pattern::Patterns;
use super::Mode;
use super::exact;
use super::plain::{self, PLAIN};
use super::plan::Plan;

/// Characters of a string at most; what has to be longer is not made.
const LONGEST: usize = 100_000;
/// Strings drawn from a pattern before it is given up.
const DRAWS: usize = 64;
/// Repetitions that are stretched at most.
const STRETCHED: usize = 24;
/// What look-aheads of pass phrases ask for: characters of every kind.
const MOTLEY: [&str; 3] = ["Passw0rd!", "Pass-w0rd", "Long-Passw0rd!123"];

/// A string as `plan` asks; `variant` counts on from the first choice.
pub(super) fn text(
    patterns: &Patterns,
    plan: &Plan,
    mode: Mode,
    variant: usize,
    runner: &mut TestRunner,
) -> Result<String, String> {
    if plan.lengths.least > plan.lengths.most {
        return Err(format!(
            "a string has to have at least {} and at most {} characters",
            plan.lengths.least, plan.lengths.most
        ));
    }
    if plan.lengths.least > LONGEST {
        return Err(format!("a string of {} characters is too long to be made", plan.lengths.least));
    }
    let formatted = plan.formats.iter().find_map(|format| Some((format, of_format(format, variant, mode, runner)?)));
    let spellings = formatted.map(|(format, text)| spellings(format, &text)).unwrap_or_default();
    if let Some(text) = spellings.into_iter().find(|text| fits(plan, text)) {
        return Ok(text);
    }
    if !plan.patterns.is_empty() {
        let found = if mode == Mode::Random || variant > 0 {
            of_patterns(plan, mode, runner)
        } else {
            let spelled = plan.patterns.iter().map(|(pattern, _)| pattern.clone()).collect();
            patterns.found((spelled, plan.lengths.least, plan.lengths.most), || of_patterns(plan, mode, runner))
        };
        // Where nobody can say what a pattern asks, a word is as good as anything.
        let found = found.or_else(|| Some(word(plan, mode, variant, runner)).filter(|word| fits(plan, word)));
        return found.ok_or_else(|| {
            let undecided = plan.patterns.iter().find(|(_, pattern)| !pattern.is_open());
            format!("no string was found that matches `{}`", undecided.map_or("", |(pattern, _)| pattern))
        });
    }
    Ok(word(plan, mode, variant, runner))
}

fn fits(plan: &Plan, text: &str) -> bool {
    let length = text.chars().count();
    (plan.lengths.least..=plan.lengths.most).contains(&length)
        && plan.patterns.iter().all(|(_, pattern)| pattern.is_match(text) != Some(false))
}

/// A plain word, cut or repeated to length.
fn word(plan: &Plan, mode: Mode, variant: usize, runner: &mut TestRunner) -> String {
    let (least, most) = (plan.lengths.least, plan.lengths.most.min(LONGEST));
    let mut word = if mode == Mode::Random {
        // A text of nothing, or of blanks, may count as none; one that begins or ends with a blank may be trimmed.
        let length = least.max(1)..=most.min(least.max(12) + 8).max(1);
        let length = length.new_tree(runner).map_or(least, |tree| tree.current());
        let strategy = match length {
            1 => string_regex("[a-zA-Z]"),
            _ => string_regex(&format!("[a-zA-Z]{PLAIN}{{{}}}[a-z0-9]", length - 2)),
        };
        strategy.ok().and_then(|strategy| strategy.new_tree(runner).ok()).map(|tree| tree.current()).unwrap_or_default()
    } else if variant == 0 {
        "text".to_owned()
    } else {
        format!("text{variant}")
    };
    let length = word.chars().count();
    if length > most {
        // The end tells variants apart.
        word = word.chars().skip(length - most).collect();
    }
    let mut filler = "text".chars().cycle();
    for _ in word.chars().count()..least {
        word.extend(filler.next());
    }
    word
}

fn of_patterns(plan: &Plan, mode: Mode, runner: &mut TestRunner) -> Option<String> {
    let fits = |text: &String| fits(plan, text);
    for (_, pattern) in &plan.patterns {
        let witness = || jsonschema_regex::pattern_witness(&pattern.spelling).filter(fits);
        if mode != Mode::Random
            && let Some(witness) = witness()
        {
            return Some(witness);
        }
        let Ok(translated) = jsonschema_regex::to_rust_regex(&pattern.spelling) else { continue };
        let bare = expression::without_conditions(&translated);
        if let Some(drawn) = drawn(&bare, plan, runner).filter(fits) {
            return Some(drawn);
        }
        let ends = [plan.lengths.least, plan.lengths.most];
        let exact = || {
            let ends = ends.into_iter().filter(|length| *length <= LONGEST);
            ends.flat_map(|length| exact::of_length(&bare, length)).find(fits)
        };
        if mode != Mode::Random
            && let Some(exact) = exact()
        {
            return Some(exact);
        }
        let (least, most) = (plan.lengths.least.min(LONGEST), plan.lengths.most.min(LONGEST));
        let mut expressions = vec![(bare.clone(), DRAWS)];
        expressions.extend(expression::looked_ahead(&translated).into_iter().flatten().map(|spelled| (spelled, DRAWS)));
        if !pattern.spelling.ends_with('$') {
            expressions.push((format!("(?:{bare})[a-z]{{{least}}}"), DRAWS));
        }
        let longer = expression::stretched(&bare, least, most).into_iter().take(STRETCHED);
        expressions.extend(longer.map(|longer| (longer, 4)));
        // Plain characters first, whatever it takes to get the length right.
        let found = [plain::strings, plain::any_strings]
            .into_iter()
            .find_map(|read| {
                let mut strategies =
                    expressions.iter().filter_map(|(expression, times)| Some((read(expression)?, *times)));
                strategies.find_map(|(strategy, times)| {
                    (0..times).find_map(|_| strategy.new_tree(runner).ok().map(|tree| tree.current()).filter(fits))
                })
            })
            .or_else(exact)
            .or_else(witness)
            .or_else(|| MOTLEY.iter().map(|text| (*text).to_owned()).find(fits));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// A string of a pattern that repeats one class without bound, stretched to the lengths asked for.
fn drawn(bare: &str, plan: &Plan, runner: &mut TestRunner) -> Option<String> {
    let class = bare.strip_suffix(['+', '*']).filter(|class| {
        (class.starts_with('[') && class.ends_with(']') && class.matches('[').count() == 1)
            || class.chars().count() == 1
    })?;
    let least = plan.lengths.least.max(1);
    let most = plan.lengths.most.min(least + 8);
    let strategy = plain::strings(&format!("{class}{{{least},{}}}", most.max(least)))?;
    strategy.new_tree(runner).ok().map(|tree| tree.current())
}

/// The same value in the spellings that its format leaves open, for a pattern or a length may want one of them.
fn spellings(format: &str, text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned(), text.to_uppercase()];
    if format == "date-time" {
        let zones = [".000Z", ".000000Z", "+00:00", ".000+00:00", ".000000+00:00", ".0000000Z", ".00Z"];
        all.extend(zones.iter().map(|zone| text.replace('Z', zone)));
        all.extend([text.to_lowercase()]);
    }
    all
}

/// A value of a known format: the first is always the same, further ones differ in a digit or are drawn.
fn of_format(format: &str, variant: usize, mode: Mode, runner: &mut TestRunner) -> Option<String> {
    let n = if mode == Mode::Random { (0..10_000_usize).new_tree(runner).ok()?.current() } else { variant };
    let first = n == 0;
    let text = match format {
        "date-time" if first => "2024-05-17T09:30:00Z".into(),
        "date-time" => format!("2024-{:02}-{:02}T{:02}:{:02}:00Z", n % 12 + 1, n % 28 + 1, n % 24, n % 60),
        "date" if first => "2024-05-17".into(),
        "date" => format!("{}-{:02}-{:02}", 1950 + n % 75, n % 12 + 1, n % 28 + 1),
        "time" => format!("{:02}:{:02}:00Z", (9 + n) % 24, (30 + n) % 60),
        "duration" => format!("P{}D", n + 1),
        "uuid" if first => "3fa85f64-5717-4562-b3fc-2c963f66afa6".into(),
        "uuid" => format!("{n:08x}-5717-4562-b3fc-{:012x}", n * 7919 + 1),
        "email" if first => "someone@example.com".into(),
        "email" => format!("someone{n}@example.com"),
        "hostname" if first => "www.example.com".into(),
        "hostname" => format!("www{n}.example.com"),
        "ipv4" => format!("192.0.2.{}", n % 254 + 1),
        "ipv6" => format!("2001:db8::{:x}", n % 65_535 + 1),
        "uri" | "iri" if first => "https://example.com/".into(),
        "uri" | "iri" => format!("https://example.com/{n}"),
        "uri-reference" | "uriref" | "iri-reference" | "uri-template" => format!("/path{n}"),
        "json-pointer" => format!("/member{n}"),
        "relative-json-pointer" => format!("{n}/member"),
        "regex" => format!("^[a-z]{{{n}}}$"),
        "byte" | "base64" => format!("{}dA==", "dGV4".repeat(1 + n % 64)),
        _ => return None,
    };
    Some(text)
}
