//! `conform.toml` merged with the flags; gathers settings that other modules define.

mod resolve;
mod settings;
mod source;
mod units;
mod url;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use resolve::{ConfigError, Overrides};
pub use settings::{ClassSetting, CredentialSettings, EnvironmentSettings, LevelSetting, Settings};
pub use units::{Size, Time, UnitError};
pub use url::UrlError;

use crate::document::{Diagnostic, Severity};
use crate::drift::Level;
use crate::drift::levels::Levels;
use source::{Source, did_you_mean};

/// The built-in settings: the reference of every key.
pub const DEFAULT: &str = include_str!("../../conform.toml");

/// The published JSON Schema of `conform.toml`.
pub const SCHEMA: &str = include_str!("../../docs/schema/conform.schema.json");

/// More than this is no file of settings.
const MOST: u64 = 1 << 20;

/// All settings: the built-in ones with those of a file over them.
#[derive(Debug, Clone)]
pub struct Config {
    /// Files or folders with API documents.
    pub specs: Vec<PathBuf>,
    /// Files or folders with overlays.
    pub overlays: Vec<PathBuf>,
    /// Files or folders with written cases.
    pub cases: Vec<PathBuf>,
    /// The file that classes the sentences of the documents.
    pub traceability: PathBuf,
    /// Where reports go.
    pub reports: PathBuf,
    /// The environment that is judged when no flag names one.
    pub default_env: String,
    /// What random choices start from.
    pub seed: u64,
    /// Random valid requests, and as many random invalid ones, for each operation.
    pub depth: u32,
    /// What holds for every environment that does not say otherwise.
    pub defaults: EnvironmentSettings,
    /// Environments by name.
    pub environments: BTreeMap<String, EnvironmentSettings>,
    /// Changed levels, by `rule` or `rule/Operation`.
    pub levels: BTreeMap<String, LevelSetting>,
    source: Source,
}

impl Config {
    /// The built-in settings with those of the file at `path` over them.
    ///
    /// # Errors
    /// A diagnostic with position: syntax, an unknown key, a value of the wrong kind, settings that contradict each other.
    pub fn load(path: Option<&Path>) -> Result<Self, Box<Diagnostic>> {
        let Some(path) = path else {
            return Self::parse("conform.toml (built in)", "", Path::new(""));
        };
        let name = path.display().to_string();
        let unreadable = |reason: String| Box::new(Diagnostic::file(Severity::Error, name.as_str(), reason));
        match std::fs::metadata(path) {
            Ok(facts) if facts.len() > MOST => {
                return Err(unreadable("is too large for a file of settings".to_owned()));
            }
            _ => {}
        }
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
        Self::parse(&name, &text, path.parent().unwrap_or(Path::new("")))
    }

    /// The built-in settings with those of `text` over them; its paths are relative to `folder`, the built-in ones are, too.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(name: &str, text: &str, folder: &Path) -> Result<Self, Box<Diagnostic>> {
        let builtin = Source { name: "conform.toml (built in)".to_owned(), text: Arc::from(DEFAULT) }.read()?;
        let source = Source { name: name.to_owned(), text: Arc::from(text) };
        let own = source.read()?;
        let merged = merge(own.clone(), builtin);
        source.check(&own, &merged)?;
        let paths =
            |paths: Option<Vec<String>>| paths.unwrap_or_default().iter().map(|path| folder.join(path)).collect();
        Ok(Self {
            specs: paths(merged.specs),
            overlays: paths(merged.overlays),
            cases: paths(merged.cases),
            traceability: folder.join(merged.traceability.unwrap_or_default()),
            reports: folder.join(merged.reports.unwrap_or_default()),
            default_env: merged.default_env.unwrap_or_default(),
            seed: merged.seed.unwrap_or_default(),
            depth: merged.depth.unwrap_or_default(),
            defaults: merged.defaults,
            environments: merged.env,
            levels: merged.levels,
            source,
        })
    }

    /// The level that the settings give `rule` at `operation`, where they give one: the more specific entry wins.
    pub fn level(&self, rule: &str, operation: &str) -> Option<LevelSetting> {
        self.levels.get(&format!("{rule}/{operation}")).or_else(|| self.levels.get(rule)).copied()
    }

    /// Every changed level.
    pub fn changed_levels(&self) -> Levels {
        let level = |setting: LevelSetting| match setting {
            LevelSetting::Error => Some(Level::Error),
            LevelSetting::Warning => Some(Level::Warning),
            LevelSetting::Note => Some(Level::Note),
            LevelSetting::Off => None,
        };
        Levels::new(self.levels.iter().map(|(key, setting)| (key.clone(), level(*setting))).collect())
    }

    /// The file with the accepted drifts of `environment`.
    pub fn baseline(&self, environment: &str) -> PathBuf {
        self.reports.join("known").join(format!("{environment}.yaml"))
    }

    /// Names under `[levels]` that are no rule, or no operation: a typing slip there would change nothing, silently.
    pub fn unknown_levels(&self, rules: &[&str], operations: &[&str]) -> Vec<Diagnostic> {
        let unknown = |key: &String| {
            let (rule, operation) = match key.split_once('/') {
                Some((rule, operation)) => (rule, Some(operation)),
                None => (key.as_str(), None),
            };
            let (what, word, known) = if rules.contains(&rule) {
                ("operation", operation.filter(|operation| !operations.contains(operation))?, operations)
            } else {
                ("rule", rule, rules)
            };
            let error = self.source.at(&["levels", key], format!("there is no {what} `{word}`"));
            Some(error.help(did_you_mean(word, known, &format!("{what}s"))))
        };
        self.levels.keys().filter_map(unknown).collect()
    }

    /// Operations under `exclude` of `environment` that do not exist: what was meant would be called.
    pub fn unknown_excluded(&self, environment: &str, operations: &[&str]) -> Vec<Diagnostic> {
        let own = self
            .environments
            .get(environment)
            .and_then(|own| Some((["env", environment, "exclude"], own.exclude.as_ref()?)));
        let all = self.defaults.exclude.as_ref().map(|exclude| (["defaults", "exclude", ""], exclude));
        let Some((path, exclude)) = own.or(all) else { return Vec::new() };
        let unknown = exclude.iter().filter(|name| !operations.contains(&name.as_str()));
        unknown
            .map(|name| {
                let error = self.source.at(&path, format!("there is no operation `{name}`"));
                error.help(did_you_mean(name, operations, "operations"))
            })
            .collect()
    }
}

/// `own` with `below` where it says nothing.
fn merge(own: Settings, below: Settings) -> Settings {
    let mut env = below.env;
    for (name, settings) in own.env {
        let merged = settings.over(env.get(&name).unwrap_or(&EnvironmentSettings::default()));
        env.insert(name, merged);
    }
    let mut levels = below.levels;
    levels.extend(own.levels);
    Settings {
        specs: own.specs.or(below.specs),
        overlays: own.overlays.or(below.overlays),
        cases: own.cases.or(below.cases),
        traceability: own.traceability.or(below.traceability),
        reports: own.reports.or(below.reports),
        default_env: own.default_env.or(below.default_env),
        seed: own.seed.or(below.seed),
        depth: own.depth.or(below.depth),
        defaults: own.defaults.over(&below.defaults),
        env,
        levels,
    }
}

#[cfg(test)]
mod tests;
