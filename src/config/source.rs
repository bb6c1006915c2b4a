//! From the text of `conform.toml` to settings, or to a diagnostic at the very key.

use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::settings::{ClassSetting, EnvironmentSettings, Settings};
use super::url;
use crate::document::{Diagnostic, Position, Severity};

/// A text with its name.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: Arc<str>,
}

impl Source {
    /// The settings that the text states.
    pub(super) fn read(&self) -> Result<Settings, Box<Diagnostic>> {
        toml::from_str(&self.text).map_err(|error| Box::new(self.refused(&error)))
    }

    /// A diagnostic at the key that `path` leads to, or at the nearest table that is there.
    pub(super) fn at(&self, path: &[&str], message: impl Into<String>) -> Diagnostic {
        self.diagnose(self.span(path), message)
    }

    fn refused(&self, error: &toml::de::Error) -> Diagnostic {
        let (message, help) = explain(error.message());
        let diagnostic = self.diagnose(error.span().unwrap_or_default(), message);
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn diagnose(&self, bytes: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let position = position(&self.text, bytes.start);
        let mut diagnostic = Diagnostic::file(Severity::Error, self.name.as_str(), message);
        diagnostic.source = Some((Arc::clone(&self.text), bytes));
        diagnostic.position = Some(position);
        diagnostic
    }

    fn span(&self, path: &[&str]) -> Range<usize> {
        let Ok(root) = DeTable::parse(&self.text) else { return 0..0 };
        let (mut table, mut span) = (Some(root.get_ref()), 0..0);
        for name in path {
            let Some((key, value)) = table.and_then(|table| table.iter().find(|(key, _)| key.get_ref() == *name))
            else {
                break;
            };
            span = key.span();
            table = match value.get_ref() {
                DeValue::Table(table) => Some(table),
                _ => None,
            };
        }
        span
    }

    /// What types cannot say: `settings` are the text's own, `merged` what they make with the built-in ones.
    pub(super) fn check(&self, settings: &Settings, merged: &Settings) -> Result<(), Box<Diagnostic>> {
        self.check_defaults(&settings.defaults)?;
        self.check_environment(&["defaults"], &settings.defaults)?;
        for (name, own) in &settings.env {
            let path = ["env", name.as_str()];
            self.check_name(&path, name)?;
            self.check_environment(&path, own)?;
            if let Some(whole) = merged.env.get(name) {
                self.check_place(&path, own, whole)?;
            }
        }
        if let Some(name) = settings.default_env.as_deref().filter(|name| !merged.env.contains_key(*name)) {
            let names: Vec<&str> = merged.env.keys().map(String::as_str).collect();
            let error = self.at(&["default-env"], format!("there is no environment `{name}`"));
            return Err(Box::new(error.help(did_you_mean(name, &names, "environments"))));
        }
        Ok(())
    }

    fn check_defaults(&self, defaults: &EnvironmentSettings) -> Result<(), Box<Diagnostic>> {
        let stated = [
            ("class", defaults.class.is_some()),
            ("server", defaults.server.is_some()),
            ("base-url", defaults.base_url.is_some()),
            ("token-env", defaults.token_env.is_some()),
            ("credentials", !defaults.credentials.is_empty()),
        ];
        match stated.iter().find(|(_, stated)| *stated) {
            Some((key, _)) => Err(Box::new(
                self.at(&["defaults", key], format!("`{key}` cannot be the same for every environment"))
                    .help("state it in `[env.NAME]`"),
            )),
            None => Ok(()),
        }
    }

    fn check_name(&self, path: &[&str], name: &str) -> Result<(), Box<Diagnostic>> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name == "known" {
            let error = self.at(path, "an environment cannot be named `known`");
            return Err(Box::new(error.help("reports/known holds the accepted drifts")));
        }
        if name.is_empty() || name.starts_with('.') || name.len() > 100 || !name.chars().all(plain) {
            let error = self.at(path, "an environment's name is also the name of a folder");
            return Err(Box::new(error.help("letters, digits, `.`, `_` and `-`, and no `.` at the beginning")));
        }
        Ok(())
    }

    fn check_environment(&self, path: &[&str], own: &EnvironmentSettings) -> Result<(), Box<Diagnostic>> {
        let wrong = |key: &str, message: String| Err(Box::new(self.at(&[path, &[key]].concat(), message)));
        if own.concurrency.is_some_and(|n| !(1..=256).contains(&n)) {
            return wrong("concurrency", "between 1 and 256 requests can be sent at the same time".to_owned());
        }
        if own.rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
            return wrong("rate", "a rate is more than 0 requests per second".to_owned());
        }
        if let Some(Err(reason)) = own.base_url.as_deref().map(url::base) {
            return wrong("base-url", reason.to_string());
        }
        Ok(())
    }

    fn check_place(
        &self,
        path: &[&str],
        own: &EnvironmentSettings,
        whole: &EnvironmentSettings,
    ) -> Result<(), Box<Diagnostic>> {
        let wrong =
            |key: &str, message: &str, help: &str| Err(Box::new(self.at(&[path, &[key]].concat(), message).help(help)));
        let placed = whole.server.is_some() || whole.base_url.is_some();
        if own.server.is_some() && own.base_url.is_some() {
            return wrong(
                "base-url",
                "`server` and `base-url` both say where the environment is",
                "leave one of them out",
            );
        }
        match whole.class {
            None => wrong("class", "the environment has no `class`", "add class = \"test\", or \"production\""),
            Some(ClassSetting::Sandbox) if placed => {
                let key = if own.server.is_some() { "server" } else { "base-url" };
                wrong(key, "the sandbox is started by the run itself", "an environment elsewhere has class = \"test\"")
            }
            Some(ClassSetting::Test | ClassSetting::Production) if !placed => wrong(
                "class",
                "the environment does not say where it is",
                "add server = \"DESCRIPTION\", a server of the documents, or base-url = \"https://…\"",
            ),
            Some(ClassSetting::Production) => {
                let granted = [
                    ("writes", own.writes),
                    ("undeclared-methods", own.undeclared_methods),
                    ("touch-foreign", own.touch_foreign),
                ];
                match granted.iter().find(|(_, granted)| *granted == Some(true)) {
                    Some((key, _)) => wrong(key, "an environment of class `production` is read-only", "leave this out"),
                    None => Ok(()),
                }
            }
            Some(_) => Ok(()),
        }
    }
}

/// Line and column of the character at byte `offset`.
fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Position { line, column }
}

/// The deserialiser's message in our words, and what would be right.
fn explain(message: &str) -> (String, Option<String>) {
    let mut quoted = message.split('`').skip(1).step_by(2);
    for (start, what, list) in [("unknown field", "key", "keys here"), ("unknown variant", "value", "values")] {
        if message.starts_with(start) {
            let wrong = quoted.next().unwrap_or_default();
            let known: Vec<&str> = quoted.collect();
            return (format!("unknown {what} `{wrong}`"), Some(did_you_mean(wrong, &known, list)));
        }
    }
    (message.lines().next().unwrap_or_default().to_owned(), None)
}

/// The nearest of `known` where one is near, else all of them.
pub(super) fn did_you_mean(word: &str, known: &[&str], list: &str) -> String {
    nearest(word, known).unwrap_or_else(|| format!("{list}: {}", known.join(", ")))
}

/// A question for the nearest of `known`, where one is near.
pub(super) fn nearest(word: &str, known: &[&str]) -> Option<String> {
    let short: String = word.chars().take(60).collect();
    let near = similar::get_close_matches(short.as_str(), known, 1, 0.6);
    near.first().map(|near| format!("did you mean `{near}`?"))
}
