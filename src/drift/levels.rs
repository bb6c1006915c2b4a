//! Levels that the configuration changes, per rule and operation.

use std::collections::BTreeMap;

use super::Level;

/// Levels that differ from the usual; `None` switches a rule off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<String, Option<Level>>);

impl Levels {
    /// By `rule` or `rule/Operation`.
    pub fn new(changed: BTreeMap<String, Option<Level>>) -> Self {
        Self(changed)
    }

    /// The level of `rule` at `operation` where it usually is `usual`; nothing where the rule is switched off.
    pub fn level(&self, rule: &str, operation: &str, usual: Level) -> Option<Level> {
        let changed = self.0.get(&format!("{rule}/{operation}")).or_else(|| self.0.get(rule));
        changed.copied().unwrap_or(Some(usual))
    }

    /// Whether the rule is switched off at every operation.
    pub fn is_off(&self, rule: &str) -> bool {
        let of_operation = |key: &str| key.split_once('/').is_some_and(|(own, _)| own == rule);
        self.0.get(rule) == Some(&None) && !self.0.iter().any(|(key, level)| level.is_some() && of_operation(key))
    }

    /// Every change in words, for the report.
    pub fn changes(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(key, level)| match level {
            Some(level) => format!("level of {key} changed to {level}"),
            None => format!("{key} is switched off"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_off_where_no_operation_keeps_it() {
        let levels = |rows: &[(&str, Option<Level>)]| {
            Levels::new(rows.iter().map(|(key, level)| ((*key).to_owned(), *level)).collect())
        };
        let note = Some(Level::Note);
        assert!(levels(&[("a", None)]).is_off("a"));
        assert!(levels(&[("a", None), ("a/Get", None), ("ab/Get", note), ("b", note)]).is_off("a"));
        assert!(!levels(&[("a", None), ("a/Get", note)]).is_off("a"));
        assert!(!levels(&[("a/Get", None)]).is_off("a"));
        assert!(!levels(&[("a", note)]).is_off("a"));
        assert!(!levels(&[]).is_off("a"));
    }

    #[test]
    fn the_operation_wins_over_the_rule() {
        let levels = Levels::new(BTreeMap::from([
            ("wrong-body".to_owned(), Some(Level::Warning)),
            ("wrong-body/List".to_owned(), None),
        ]));
        assert_eq!(levels.level("wrong-body", "Get", Level::Error), Some(Level::Warning));
        assert_eq!(levels.level("wrong-body", "List", Level::Error), None);
        assert_eq!(levels.level("server-error", "List", Level::Error), Some(Level::Error));
    }
}
