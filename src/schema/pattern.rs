//! Regular expressions of documents: ECMA-262 syntax, matched in linear time where possible.
//!
//! A pattern that no engine takes decides nothing: what it describes is neither right nor wrong, and a lint names it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::PatternOptions;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

use super::expression;

/// Compiled size of one pattern at most, in bytes.
const SIZE_LIMIT: usize = 1 << 21;
/// Steps of the backtracking engine before a match is given up as undecided.
const BACKTRACK_LIMIT: usize = 100_000;
/// Repetitions that are still counted where a pattern is too large to count all of them.
const COUNTED: [usize; 3] = [256, 32, 4];

/// A pattern as far as it can be decided.
pub(super) struct Pattern {
    /// An expression of which strings are drawn: all that it matches, the pattern matches, too, if it can be read at all.
    pub(super) spelling: String,
    engine: Engine,
}

enum Engine {
    /// Linear in the text.
    Linear(regex::Regex),
    /// With look-around or back-references.
    Backtracking(jsonschema::Validator),
    /// Too large to be counted out: what certainly matches, and what may.
    Between { narrow: regex::Regex, wide: regex::Regex },
    /// Nobody can tell.
    Open,
}

impl Pattern {
    /// Compiles `pattern`; beside it why it cannot decide every string, if so.
    fn new(pattern: &str) -> (Self, Option<String>) {
        let open = |spelling: &str, reason: String| {
            (Self { spelling: spelling.to_owned(), engine: Engine::Open }, Some(reason))
        };
        if let Some(inner) = expression::between_slashes(pattern) {
            return open(inner, format!("pattern `{pattern}` matches nothing, because its slashes belong to it"));
        }
        let spelling = expression::with_literal_dashes(pattern);
        if let Some(name) = expression::unknown_property(&spelling) {
            return open(
                &spelling,
                format!("pattern `{pattern}`: there is no character property `{name}` in ECMA-262"),
            );
        }
        if let Some(regex) = linear(&spelling) {
            return (Self { spelling, engine: Engine::Linear(regex) }, None);
        }
        for most in COUNTED {
            if let Some((less, more)) = expression::counted(&spelling, most)
                && let (Some(narrow), Some(wide)) = (linear(&less), linear(&more))
            {
                let reason =
                    format!("pattern `{pattern}` is too large to be compiled: it is checked for short strings only");
                return (Self { spelling: less, engine: Engine::Between { narrow, wide } }, Some(reason));
            }
        }
        let backtracking = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACK_LIMIT).size_limit(SIZE_LIMIT))
            .offline()
            .build(&json!({ "pattern": spelling }));
        match backtracking {
            Ok(validator) => (Self { spelling, engine: Engine::Backtracking(validator) }, None),
            Err(_) => open(&spelling, format!("pattern `{pattern}` is no regular expression that could be compiled")),
        }
    }

    /// Whether `text` matches; nothing where that cannot be decided.
    pub(super) fn is_match(&self, text: &str) -> Option<bool> {
        match &self.engine {
            Engine::Linear(regex) => Some(regex.is_match(text)),
            Engine::Backtracking(validator) => match validator.validate(&Value::String(text.to_owned())) {
                Ok(()) => Some(true),
                Err(error) => match error.kind() {
                    ValidationErrorKind::BacktrackLimitExceeded { .. }
                    | ValidationErrorKind::RegexEngineFailure { .. } => None,
                    _ => Some(false),
                },
            },
            Engine::Between { narrow, .. } if narrow.is_match(text) => Some(true),
            Engine::Between { wide, .. } if !wide.is_match(text) => Some(false),
            Engine::Between { .. } | Engine::Open => None,
        }
    }

    /// Whether every string is decided, in linear time.
    pub(super) fn is_linear(&self) -> bool {
        matches!(self.engine, Engine::Linear(_))
    }

    /// Whether no string is ever decided.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.engine, Engine::Open)
    }
}

fn linear(pattern: &str) -> Option<regex::Regex> {
    let translated = jsonschema_regex::to_rust_regex(pattern).ok()?;
    regex::RegexBuilder::new(&translated).size_limit(SIZE_LIMIT).build().ok()
}

/// All patterns of the documents, each compiled once.
#[derive(Default)]
pub(super) struct Patterns {
    compiled: Mutex<HashMap<String, Compiled>>,
    found: Mutex<HashMap<Wanted, Option<String>>>,
}

/// A pattern, and why it cannot decide every string, if so.
type Compiled = (Arc<Pattern>, Option<String>);

/// Patterns, and the least and the greatest length.
pub(super) type Wanted = (Vec<String>, usize, usize);

impl Patterns {
    /// The compiled `pattern`.
    pub(super) fn get(&self, pattern: &str) -> Arc<Pattern> {
        self.compiled(pattern).0
    }

    /// Why `pattern` cannot decide every string, if so.
    pub(super) fn fault(&self, pattern: &str) -> Option<String> {
        self.compiled(pattern).1
    }

    /// The string that `find` finds as `wanted`, or that there is none; looked for once.
    pub(super) fn found(&self, wanted: Wanted, find: impl FnOnce() -> Option<String>) -> Option<String> {
        if let Some(known) = self.found.lock().unwrap_or_else(PoisonError::into_inner).get(&wanted) {
            return known.clone();
        }
        let fresh = find();
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(wanted, fresh.clone());
        fresh
    }

    fn compiled(&self, pattern: &str) -> Compiled {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compiled.get(pattern) {
            return known.clone();
        }
        let (fresh, fault) = Pattern::new(pattern);
        let fresh = (Arc::new(fresh), fault);
        compiled.insert(pattern.to_owned(), fresh.clone());
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decides(pattern: &str, text: &str) -> Option<bool> {
        Pattern::new(pattern).0.is_match(text)
    }

    #[test]
    fn patterns_are_those_of_ecma_262() {
        for (pattern, text, expected) in [
            ("^\\d+$", "12", true),
            ("^\\d+$", "١٢", false),
            ("^a$", "a\n", false),
            ("^(?!0)\\d{3}$", "012", false),
            ("^(?!0)\\d{3}$", "112", true),
            ("^(a)\\1$", "aa", true),
            ("^[\\w.+-]+\\/x$", "a-b/x", true),
            // Annex B.1.2: a class escape at either end of a range makes the dash a dash.
            ("^[\\w-.]+$", "a-b.c", true),
            ("^[\\w-.]+$", "a/b", false),
            ("^[a-z\\d-_]+$", "a-1_", true),
            ("^[+-\\w]+$", "+-a", true),
            ("^[+-\\w]+$", ",", false),
            ("^\\p{L}+$", "ä", true),
            ("^\\p{Script=Greek}+$", "λ", true),
        ] {
            let (compiled, fault) = Pattern::new(pattern);
            assert_eq!(compiled.is_match(text), Some(expected), "{pattern} {text:?}");
            assert_eq!(fault, None);
        }
    }

    #[test]
    fn what_cannot_be_compiled_decides_nothing_and_says_so() {
        for pattern in
            ["(", "^[A-Z{3}$", "^\\p{XDigit}+$", "[\\p{Print}&&[^|]]+", "/^[a-z]+$/i", "[\\u0020-\\uD7FF\\uD800]*"]
        {
            let (compiled, fault) = Pattern::new(pattern);
            assert_eq!((compiled.is_match("abc"), compiled.is_match("")), (None, None), "{pattern}");
            assert!(fault.is_some(), "{pattern}");
        }
    }

    #[test]
    fn patterns_too_large_to_count_are_decided_where_counting_does_not_matter() {
        for (pattern, text, expected) in [
            ("^\\S{1,2000}$", "abc".to_owned(), Some(true)),
            ("^\\S{1,2000}$", "a b".to_owned(), Some(false)),
            ("^\\S{1,2000}$", "a".repeat(1999), None),
            ("^\\S{1,2000}$", String::new(), Some(false)),
            ("^.{1,2097152}", "abc".to_owned(), Some(true)),
            ("^arn:.{16,2044}$", "arn:0123456789abcdef".to_owned(), Some(true)),
            ("^arn:.{16,2044}$", "arn:short".to_owned(), Some(false)),
        ] {
            assert_eq!(decides(pattern, &text), expected, "{pattern} {text:?}");
        }
    }

    #[test]
    fn catastrophic_backtracking_is_undecided_and_not_a_mismatch() {
        assert_ne!(decides("^(?=(a|aa)+$)(a|a)*\\1b$", &format!("{}c", "a".repeat(40))), Some(true));
        assert_eq!(decides("^(?!x)(([a-z])+.)+[A-Z]([a-z])+\\2$", &"a".repeat(400)), None);
    }
}
