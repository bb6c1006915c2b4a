//! Where the target lives, what it allows, and which values are secret.

use std::fmt;
use std::time::Duration;

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: for the wire and the redactor alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// What kind of place the target is; it decides what may be sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Started and stopped by the run itself.
    Sandbox,
    /// A shared or private test environment.
    Test,
    /// Real customers: read-only, asks for confirmation, no negative probes.
    Production,
}

/// Where the target is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The built-in sandbox on a free loopback port.
    Sandbox,
    /// One base URL for every operation.
    BaseUrl(String),
    /// In each document, the server whose description is this.
    Server(String),
}

/// One environment with everything the run has to know about it.
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of its own, which a person gives or not")]
#[derive(Debug, Clone)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// What kind of place it is.
    pub class: Class,
    /// Where it is.
    pub target: Target,
    /// The bearer token, API key or `user:password`, by the name of the security scheme; `None` names every other scheme.
    pub credentials: Vec<(Option<String>, Secret)>,
    /// Whether anything but GET, HEAD and OPTIONS may be sent.
    pub writes: bool,
    /// Whether requests with methods that no document declares may be sent.
    pub undeclared_methods: bool,
    /// Whether values may be sent that are valid, and that many servers have unwritten limits for.
    pub hostile: bool,
    /// Whether a DELETE, PATCH or PUT may touch what this run did not create.
    pub touch_foreign: bool,
    /// Operations that are never called.
    pub exclude: Vec<String>,
    /// How many objects the run may create.
    pub max_created: usize,
    /// Request body members that take the run's mark, so that what it created can be found.
    pub mark: Vec<String>,
    /// Requests at the same time.
    pub concurrency: usize,
    /// Requests per second, if bounded.
    pub rate: Option<f64>,
    /// How long one exchange may take, from sending to the last byte.
    pub timeout: Duration,
    /// From when on a response is worth a warning.
    pub slow_after: Option<Duration>,
    /// Bytes of a response body that are read at most, after decompression.
    pub max_body: u64,
    /// Member, header and parameter names whose values are redacted.
    pub redact: Vec<String>,
}

/// Names whose values are redacted unless the configuration says otherwise: credentials, and what tells who a person is.
pub const REDACTED_BY_DEFAULT: &[&str] = &[
    "authorization",
    "password",
    "secret",
    "clientSecret",
    "client_secret",
    "token",
    "accessToken",
    "access_token",
    "refreshToken",
    "refresh_token",
    "idToken",
    "id_token",
    "apiKey",
    "api_key",
    "api-key",
    "fullName",
    "dateOfBirth",
    "emiratesId",
    "passportNumber",
    "nationalId",
    "beneficiaryAccountNumber",
    "accountNumber",
    "iban",
    "cardNumber",
];

impl Environment {
    /// An environment as it is before the configuration says more: it is only read, and nothing unusual is sent to it.
    /// The sandbox is the run's own, so everything may be done to it.
    pub fn new(name: impl Into<String>, class: Class, target: Target) -> Self {
        let own = class == Class::Sandbox;
        Self {
            name: name.into(),
            class,
            target,
            credentials: Vec::new(),
            writes: own,
            undeclared_methods: own,
            hostile: own,
            touch_foreign: own,
            exclude: Vec::new(),
            max_created: if own { 100_000 } else { 200 },
            mark: Vec::new(),
            concurrency: 8,
            rate: None,
            timeout: Duration::from_secs(30),
            slow_after: None,
            max_body: 10 * 1024 * 1024,
            redact: REDACTED_BY_DEFAULT.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// The credential for the security scheme `scheme`: its own, or the one for every scheme.
    pub fn credential(&self, scheme: &str) -> Option<&Secret> {
        let named = |name: Option<&str>| self.credentials.iter().find(|(n, _)| n.as_deref() == name);
        named(Some(scheme)).or_else(|| named(None)).map(|(_, secret)| secret)
    }

    /// Every secret value.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.credentials.iter().map(|(_, secret)| secret)
    }
}
