//! Strings: of a format, of a pattern, or plain words, within lengths.

use proptest::strategy::{Strategy, ValueTree};
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;

use super::super::expression;
use super::super::pattern::Patterns;
use super::Mode;
use super::plan::Plan;

/// Characters of a string at most; what has to be longer is not made.
const LONGEST: usize = 100_000;
/// Strings drawn from a pattern before it is given up.
const DRAWS: usize = 64;
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
        let length = least..=most.min(least.max(12) + 8);
        let length = length.new_tree(runner).map_or(least, |tree| tree.current());
        // Letters of every width, and the characters that careless programs stumble over.
        let strategy = string_regex(&format!("[a-zA-Z0-9 äßéñ中'\"&/_-]{{{length}}}"));
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
        let mut draws = |expression: &str, times: usize| {
            let strategy = string_regex(expression).ok()?;
            (0..times).find_map(|_| strategy.new_tree(runner).ok().map(|tree| tree.current()).filter(fits))
        };
        let (least, most) = (plan.lengths.least.min(LONGEST), plan.lengths.most.min(LONGEST));
        let filled = (!pattern.spelling.ends_with('$')).then(|| format!("(?:{bare})[a-z]{{{least}}}"));
        let found = draws(&bare, DRAWS)
            .or_else(|| draws(&filled?, DRAWS))
            .or_else(|| expression::stretched(&bare, least, most).iter().find_map(|longer| draws(longer, 4)))
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
    let strategy = string_regex(&format!("{class}{{{least},{}}}", most.max(least))).ok()?;
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
