//! One environment out of the settings, the flags and the process environment.

use std::time::Duration;

use super::settings::{ClassSetting, EnvironmentSettings};
use super::source::nearest;
use super::url::{self, UrlError};
use super::{Config, Size, Time};
use crate::contract::Operation;
use crate::contract::base_url::described;
use crate::environment::{Class, Environment, Secret, Target};

/// What the flags say; they win over the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// One URL for every operation.
    pub base_url: Option<String>,
    /// The environment variable that holds the bearer token.
    pub token_env: Option<String>,
    /// Send nothing but GET, HEAD and OPTIONS.
    pub read_only: bool,
    /// Operations that are not called, beside those of the file.
    pub exclude: Vec<String>,
    /// How many objects the run may create.
    pub max_created: Option<usize>,
    /// Requests at the same time.
    pub concurrency: Option<usize>,
    /// Requests per second.
    pub rate: Option<f64>,
    /// How long one exchange may take.
    pub timeout: Option<Duration>,
    /// From when on an answer is worth a warning.
    pub slow_after: Option<Duration>,
}

/// An environment that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No environment has this name.
    #[error("there is no environment `{name}`; {help}")]
    Unknown {
        /// The name.
        name: String,
        /// The nearest name, or all of them.
        help: String,
    },
    /// A variable that holds a credential is missing or empty.
    #[error("the environment `{environment}` takes {what} from the variable {variable}, which is not set")]
    NotSet {
        /// The environment.
        environment: String,
        /// What is missing.
        what: String,
        /// The variable.
        variable: String,
    },
    /// A variable holds what cannot be a credential; its value is never shown.
    #[error("the variable {variable} cannot be used as {what}: {reason}")]
    NotUsable {
        /// The variable.
        variable: String,
        /// What it should hold.
        what: String,
        /// Why not.
        reason: &'static str,
    },
    /// The URL of a flag is none.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The number of a flag is out of range.
    #[error("{0}")]
    Range(&'static str),
    /// The sandbox is started by the run and cannot be somewhere else.
    #[error("the environment `{0}` is started by the run itself and takes no base URL; leave the environment out")]
    SandboxElsewhere(String),
    /// Neither the file nor a flag says where it is.
    #[error("the environment `{0}` does not say where it is")]
    NoPlace(String),
}

impl Config {
    /// The environment `name`, or the default one, or, where only a base URL is given, one that is named by its host and
    /// is a test environment. `lookup` reads the process environment.
    ///
    /// # Errors
    /// An unknown name, a variable that is not set, a URL or number that cannot be used.
    pub fn environment(
        &self,
        name: Option<&str>,
        overrides: &Overrides,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Environment, ConfigError> {
        let base = overrides.base_url.as_deref().map(url::base).transpose()?;
        let (name, settings) = match (name, &base) {
            (None, Some(base)) => (url::name(base), ad_hoc(base)),
            (name, _) => self.named(name.unwrap_or(&self.default_env))?,
        };
        let settings = settings.over(&self.defaults);
        let class: Class = settings.class.unwrap_or(ClassSetting::Production).into();
        let target = target(&name, class, &settings, base)?;
        let credentials = credentials(&name, class, &settings, overrides, lookup)?;
        let free = class != Class::Production && !overrides.read_only;
        let mut exclude = settings.exclude.unwrap_or_default();
        exclude.extend(overrides.exclude.iter().cloned());
        Ok(Environment {
            class,
            target,
            credentials,
            writes: free && settings.writes.unwrap_or_default(),
            undeclared_methods: free && settings.undeclared_methods.unwrap_or_default(),
            hostile: free && settings.hostile.unwrap_or_default(),
            touch_foreign: free && settings.touch_foreign.unwrap_or_default(),
            exclude,
            max_created: overrides.max_created.or(settings.max_created).unwrap_or_default(),
            mark: settings.mark.unwrap_or_default(),
            concurrency: concurrency(overrides.concurrency.or(settings.concurrency))?,
            rate: rate(overrides.rate.or(settings.rate))?,
            timeout: time(overrides.timeout, settings.timeout).unwrap_or(Duration::from_secs(10)),
            slow_after: time(overrides.slow_after, settings.slow_after),
            max_body: settings.max_body.map_or(1 << 20, |Size(bytes)| bytes),
            redact: settings.redact.unwrap_or_default(),
            name,
        })
    }

    /// Makes `environment` read-only where its base URL is, by the documents, that of an environment of class production: a
    /// URL that somebody typed is no statement that it may be written to. Returns what to tell about it.
    pub fn guard(&self, environment: &mut Environment, operations: &[Operation]) -> Option<String> {
        let Target::BaseUrl(base) = &environment.target else { return None };
        if environment.class == Class::Production {
            return None;
        }
        let production = self.environments.values().filter(|own| own.class == Some(ClassSetting::Production));
        let servers: Vec<&str> = production.clone().filter_map(|own| own.server.as_deref()).collect();
        let listed = operations.iter().flat_map(|operation| described(operation, base));
        let named = listed.into_iter().find(|description| {
            servers.iter().any(|server| server.trim().to_lowercase() == description.trim().to_lowercase())
        });
        let same = || {
            production.clone().filter_map(|own| own.base_url.as_deref()).any(|own| url::base(own).as_ref() == Ok(base))
        };
        let what = match named {
            Some(description) => format!("what the documents call `{description}`"),
            None if same() => "that of an environment of class production".to_owned(),
            None => return None,
        };
        let note = format!("{base} is {what}, so `{}` is treated as production: read-only", environment.name);
        environment.class = Class::Production;
        environment.writes = false;
        environment.undeclared_methods = false;
        environment.hostile = false;
        environment.touch_foreign = false;
        Some(note)
    }

    /// The names of all environments.
    pub fn names(&self) -> Vec<&str> {
        self.environments.keys().map(String::as_str).collect()
    }

    fn named(&self, name: &str) -> Result<(String, EnvironmentSettings), ConfigError> {
        if let Some(settings) = self.environments.get(name) {
            return Ok((name.to_owned(), settings.clone()));
        }
        let known = format!("known are {}", self.names().join(", "));
        let near = nearest(name, &self.names()).map(|near| format!("{near} "));
        Err(ConfigError::Unknown { name: name.to_owned(), help: near.unwrap_or_default() + &known })
    }
}

/// Objects that a run may create on a server of one's own.
const OWN_MOST_CREATED: usize = 5_000;

/// A server on this machine is one's own, so that more may be sent to it.
fn ad_hoc(base: &str) -> EnvironmentSettings {
    let own = url::is_loopback(base).then_some(true);
    EnvironmentSettings {
        class: Some(ClassSetting::Test),
        base_url: Some(base.to_owned()),
        writes: Some(true),
        undeclared_methods: own,
        hostile: own,
        max_created: own.map(|_| OWN_MOST_CREATED),
        ..EnvironmentSettings::default()
    }
}

fn target(
    name: &str,
    class: Class,
    settings: &EnvironmentSettings,
    base: Option<String>,
) -> Result<Target, ConfigError> {
    if class == Class::Sandbox {
        return if base.is_some() { Err(ConfigError::SandboxElsewhere(name.to_owned())) } else { Ok(Target::Sandbox) };
    }
    match (base, &settings.base_url, &settings.server) {
        (Some(base), _, _) => Ok(Target::BaseUrl(base)),
        (None, Some(base), _) => Ok(Target::BaseUrl(url::base(base)?)),
        (None, None, Some(server)) => Ok(Target::Server(server.clone())),
        (None, None, None) => Err(ConfigError::NoPlace(name.to_owned())),
    }
}

/// The credentials by scheme. The sandbox has a token of its own where no variable holds another.
fn credentials(
    environment: &str,
    class: Class,
    settings: &EnvironmentSettings,
    overrides: &Overrides,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(Option<String>, Secret)>, ConfigError> {
    let token = overrides.token_env.as_ref().or(settings.token_env.as_ref()).map(|variable| (None, variable));
    let others = settings.credentials.iter().map(|(scheme, credential)| (Some(scheme.clone()), &credential.env));
    let mut credentials = Vec::new();
    for (scheme, variable) in token.into_iter().chain(others) {
        let what = scheme.as_ref().map_or_else(|| "its token".to_owned(), |scheme| format!("its {scheme} credential"));
        let value = lookup(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let Some(value) = value else {
            if class == Class::Sandbox {
                continue;
            }
            let (environment, variable) = (environment.to_owned(), variable.clone());
            return Err(ConfigError::NotSet { environment, what, variable });
        };
        if let Some(reason) = unusable(&value) {
            return Err(ConfigError::NotUsable { variable: variable.clone(), what, reason });
        }
        credentials.push((scheme, Secret::new(value)));
    }
    Ok(credentials)
}

/// Why no header field could carry `value` as a credential.
fn unusable(value: &str) -> Option<&'static str> {
    if value.chars().any(char::is_control) {
        return Some("it holds a line break or another control character");
    }
    let scheme = value.split_once(' ').map(|(scheme, _)| scheme).unwrap_or_default();
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic"))
        .then_some("it begins with the name of a scheme; it should hold the value alone")
}

fn concurrency(number: Option<usize>) -> Result<usize, ConfigError> {
    match number.unwrap_or(1) {
        number @ 1..=256 => Ok(number),
        _ => Err(ConfigError::Range("between 1 and 256 requests can be sent at the same time")),
    }
}

fn rate(rate: Option<f64>) -> Result<Option<f64>, ConfigError> {
    match rate {
        Some(rate) if !rate.is_finite() || rate <= 0.0 => {
            Err(ConfigError::Range("a rate is more than 0 requests per second"))
        }
        rate => Ok(rate),
    }
}

fn time(flag: Option<Duration>, setting: Option<Time>) -> Option<Duration> {
    flag.or(setting.map(|Time(time)| time))
}
