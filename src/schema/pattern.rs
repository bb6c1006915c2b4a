//! Regular expressions of documents: ECMA-262 syntax, matched in linear time where possible.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::PatternOptions;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

/// Compiled size of one pattern at most, in bytes.
const SIZE_LIMIT: usize = 1 << 21;
/// Steps of the backtracking engine before a match is given up as undecided.
const BACKTRACK_LIMIT: usize = 100_000;

/// A compiled pattern.
pub(super) enum Pattern {
    /// In the linear engine.
    Linear(regex::Regex),
    /// With look-around or back-references.
    Backtracking(jsonschema::Validator),
}

impl Pattern {
    /// Compiles `pattern`; the error says why neither engine takes it.
    fn new(pattern: &str) -> Result<Self, String> {
        let linear = jsonschema_regex::to_rust_regex(pattern)
            .ok()
            .and_then(|translated| regex::RegexBuilder::new(&translated).size_limit(SIZE_LIMIT).build().ok());
        if let Some(regex) = linear {
            return Ok(Self::Linear(regex));
        }
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACK_LIMIT).size_limit(SIZE_LIMIT))
            .offline()
            .build(&json!({ "pattern": pattern }))
            .map(Self::Backtracking)
            .map_err(|_| format!("pattern `{pattern}` is no regular expression that could be compiled"))
    }

    /// Whether `text` matches; nothing when the engine gave up.
    pub(super) fn is_match(&self, text: &str) -> Option<bool> {
        match self {
            Self::Linear(regex) => Some(regex.is_match(text)),
            Self::Backtracking(validator) => match validator.validate(&Value::String(text.to_owned())) {
                Ok(()) => Some(true),
                Err(error) => match error.kind() {
                    ValidationErrorKind::BacktrackLimitExceeded { .. }
                    | ValidationErrorKind::RegexEngineFailure { .. } => None,
                    _ => Some(false),
                },
            },
        }
    }
}

/// All patterns of the documents, each compiled once.
#[derive(Default)]
pub(super) struct Patterns {
    compiled: Mutex<HashMap<String, Result<Arc<Pattern>, String>>>,
}

impl Patterns {
    /// The compiled `pattern`.
    pub(super) fn get(&self, pattern: &str) -> Result<Arc<Pattern>, String> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compiled.get(pattern) {
            return known.clone();
        }
        let fresh = Pattern::new(pattern).map(Arc::new);
        compiled.insert(pattern.to_owned(), fresh.clone());
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().is_match(text), Some(expected), "{pattern} {text:?}");
        }
        assert!(Pattern::new("(").is_err());
    }

    #[test]
    fn catastrophic_backtracking_is_undecided_and_not_a_mismatch() {
        let pattern = Pattern::new("^(?=(a|aa)+$)(a|a)*\\1b$").unwrap();
        assert_ne!(pattern.is_match(&format!("{}c", "a".repeat(40))), Some(true));
        let hopeless = Pattern::new("^(?!x)(([a-z])+.)+[A-Z]([a-z])+\\2$").unwrap();
        assert_eq!(hopeless.is_match(&"a".repeat(400)), None);
    }
}
