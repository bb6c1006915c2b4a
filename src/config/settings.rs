//! The keys of `conform.toml`, typed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::units::{Size, Time};
use crate::drift::Level;
use crate::environment::Class;

/// Settings of conform. Every key may be left out and has its built-in value then.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[schemars(title = "conform.toml")]
pub struct Settings {
    /// Files or folders with API documents.
    pub specs: Option<Vec<String>>,
    /// Files or folders with overlays, which amend the documents in the order of their names.
    pub overlays: Option<Vec<String>>,
    /// Files or folders with written cases (Arazzo).
    pub cases: Option<Vec<String>>,
    /// The file that classes the sentences of the documents, for `conform trace`.
    pub traceability: Option<String>,
    /// Where reports go and accepted drifts are read from.
    pub reports: Option<String>,
    /// The environment that is judged when no flag names one.
    pub default_env: Option<String>,
    /// What random choices start from.
    pub seed: Option<u64>,
    /// Random valid requests, and as many random invalid ones, for each operation.
    #[schemars(range(max = 10000))]
    pub depth: Option<u32>,
    /// What holds for every environment that does not say otherwise; it says nothing about class, place and credentials.
    pub defaults: EnvironmentSettings,
    /// Environments by name.
    pub env: BTreeMap<String, EnvironmentSettings>,
    /// Another level for a rule (`rule`) or a rule at one operation (`rule/Operation`).
    pub levels: BTreeMap<String, LevelSetting>,
}

/// One environment.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EnvironmentSettings {
    /// What kind of place it is; production is read-only and sees no negative probes.
    pub class: Option<ClassSetting>,
    /// In each document, the server with this description.
    pub server: Option<String>,
    /// One URL for every operation.
    #[schemars(regex(pattern = r"^https?://"))]
    pub base_url: Option<String>,
    /// The environment variable that holds the bearer token.
    pub token_env: Option<String>,
    /// By security scheme, where its value is.
    pub credentials: BTreeMap<String, CredentialSettings>,
    /// Whether anything but GET, HEAD and OPTIONS may be sent.
    pub writes: Option<bool>,
    /// Whether requests with methods that no document declares may be sent.
    pub undeclared_methods: Option<bool>,
    /// Whether a PUT, PATCH or DELETE may touch what this run did not create.
    pub touch_foreign: Option<bool>,
    /// Whether values may be sent that are valid, and that many servers have unwritten limits for.
    pub hostile: Option<bool>,
    /// Operations that are never called.
    pub exclude: Option<Vec<String>>,
    /// How many objects a run may create.
    pub max_created: Option<usize>,
    /// Members of request bodies that carry the mark of the run.
    pub mark: Option<Vec<String>>,
    /// Requests at the same time.
    #[schemars(range(min = 1, max = 256))]
    pub concurrency: Option<usize>,
    /// Requests per second.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub rate: Option<f64>,
    /// How long one exchange may take, from sending to the last byte.
    pub timeout: Option<Time>,
    /// From when on an answer is worth a warning.
    pub slow_after: Option<Time>,
    /// How much of an answer is read at most, after decompression.
    pub max_body: Option<Size>,
    /// Members, header fields and parameters whose values never reach a report.
    pub redact: Option<Vec<String>>,
}

impl EnvironmentSettings {
    /// These settings, with those of `below` where they say nothing. `server` and `base-url` are one setting.
    #[must_use]
    pub fn over(self, below: &Self) -> Self {
        let placed = self.server.is_some() || self.base_url.is_some();
        let mut credentials = below.credentials.clone();
        credentials.extend(self.credentials);
        Self {
            class: self.class.or(below.class),
            server: if placed { self.server } else { below.server.clone() },
            base_url: if placed { self.base_url } else { below.base_url.clone() },
            token_env: self.token_env.or_else(|| below.token_env.clone()),
            credentials,
            writes: self.writes.or(below.writes),
            undeclared_methods: self.undeclared_methods.or(below.undeclared_methods),
            touch_foreign: self.touch_foreign.or(below.touch_foreign),
            hostile: self.hostile.or(below.hostile),
            exclude: self.exclude.or_else(|| below.exclude.clone()),
            max_created: self.max_created.or(below.max_created),
            mark: self.mark.or_else(|| below.mark.clone()),
            concurrency: self.concurrency.or(below.concurrency),
            rate: self.rate.or(below.rate),
            timeout: self.timeout.or(below.timeout),
            slow_after: self.slow_after.or(below.slow_after),
            max_body: self.max_body.or(below.max_body),
            redact: self.redact.or_else(|| below.redact.clone()),
        }
    }
}

/// Where the value of a credential is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CredentialSettings {
    /// The environment variable that holds it: a token, an API key, or `user:password`.
    pub env: String,
}

/// What kind of place an environment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassSetting {
    /// Started and stopped by the run itself.
    Sandbox,
    /// A shared or private test environment.
    Test,
    /// Real customers.
    Production,
}

impl From<ClassSetting> for Class {
    fn from(class: ClassSetting) -> Self {
        match class {
            ClassSetting::Sandbox => Self::Sandbox,
            ClassSetting::Test => Self::Test,
            ClassSetting::Production => Self::Production,
        }
    }
}

/// Which level a rule has instead of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LevelSetting {
    /// Fails a run.
    Error,
    /// Should be looked at.
    Warning,
    /// Worth knowing.
    Note,
    /// Not reported at all.
    Off,
}

impl LevelSetting {
    /// The level; none for a rule that is off.
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Error => Some(Level::Error),
            Self::Warning => Some(Level::Warning),
            Self::Note => Some(Level::Note),
            Self::Off => None,
        }
    }
}
