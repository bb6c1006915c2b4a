//! The HTTP client: the only place that opens connections; it sends one request once and says what came.
//!
//! A connection that a server closes while it idles in the pool must never look like a fault of the server. Requests
//! that may be repeated at will therefore share connections and are repeated on a connection of their own (see
//! [`super::attempt`]); POST, PATCH, DELETE and methods that nobody knows get a connection of their own at once. So where
//! one of these fails, it was the server that closed a connection which this request had opened.

mod pass;

use std::error::Error;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Method, Url};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

pub(crate) use pass::{Passed, Passing, Rest};

use super::coding;
use crate::contract::style::path_travels;
use crate::environment::Environment;
use crate::exchange::{Completeness, Failure, Header, Headers, Request, Response};

/// A connection that takes longer than this is none.
const CONNECT: Duration = Duration::from_secs(10);
/// Shorter than the idle timeout of every common server, the shortest being 2 s (gunicorn) and 5 s (Node.js).
const IDLE: Duration = Duration::from_millis(1500);
const AGENT: &str = concat!("conform/", env!("CARGO_PKG_VERSION"));

/// How the client behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientOptions {
    /// How long one exchange may take, from sending to the last byte.
    pub timeout: Duration,
    /// Bytes of a body that are read at most, before and after decompression.
    pub max_body: u64,
    /// Exchanges at the same time.
    pub concurrency: usize,
    /// Requests per second, if bounded.
    pub rate: Option<f64>,
    /// Whether a target is `https`; reading the platform's certificates takes time that others need not spend.
    pub https: bool,
}

impl ClientOptions {
    /// As `environment` says.
    pub fn of(environment: &Environment, https: bool) -> Self {
        Self {
            timeout: environment.timeout,
            max_body: environment.max_body,
            concurrency: environment.concurrency,
            rate: environment.rate,
            https,
        }
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client: {0}")]
pub struct ClientError(String);

/// Which connection a request travels on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// One that an earlier request may have left open.
    Shared,
    /// A new one for this request alone.
    Own,
}

impl Connection {
    /// The connection for a first try: shared where the request may be repeated at will.
    pub fn of(method: &str) -> Self {
        if repeatable(method) { Self::Shared } else { Self::Own }
    }
}

/// Whether a request may be sent again although the first may have been processed.
///
/// The safe methods and PUT. DELETE is idempotent, too (RFC 9110 §9.2.2), but its second answer is another one: 404 for
/// what the first has deleted would look like a fault of the server.
pub fn repeatable(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT")
}

/// Sends requests. Follows no redirect, repeats nothing, uses no proxy and no cookie store.
#[derive(Debug)]
pub struct Client {
    shared: reqwest::Client,
    own: reqwest::Client,
    permits: Semaphore,
    pace: Option<Pace>,
    timeout: Duration,
    max_body: u64,
}

impl Client {
    /// A client with `options`.
    ///
    /// # Errors
    /// When neither the platform's certificates nor the built-in ones can be used.
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        // Fails when one is installed already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let concurrency = options.concurrency.max(1);
        Ok(Self {
            shared: transport(options, concurrency)?,
            own: transport(options, 0)?,
            permits: Semaphore::new(concurrency.min(Semaphore::MAX_PERMITS)),
            pace: options.rate.and_then(Pace::new),
            timeout: options.timeout,
            max_body: options.max_body,
        })
    }

    /// Sends `request` once, on the connection that suits its method, and waits `deadline` (or the timeout of the
    /// options) for the last byte. The time is that from sending to the last byte read; waiting for a turn does not
    /// count.
    pub async fn send(&self, request: &Request, deadline: Option<Duration>) -> (Result<Response, Failure>, Duration) {
        self.send_on(Connection::of(&request.method), request, deadline).await
    }

    /// [`Client::send`] on the connection that is asked for.
    pub async fn send_on(
        &self,
        connection: Connection,
        request: &Request,
        deadline: Option<Duration>,
    ) -> (Result<Response, Failure>, Duration) {
        let transport = match connection {
            Connection::Shared => &self.shared,
            Connection::Own => &self.own,
        };
        let prepared = match prepare(request) {
            Ok(prepared) => prepared,
            Err(failure) => return (Err(failure), Duration::ZERO),
        };
        let Ok(_permit) = self.permits.acquire().await else {
            return (Err(Failure::Unsendable("the client is closed".to_owned())), Duration::ZERO);
        };
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
        let allowed = deadline.unwrap_or(self.timeout);
        let started = Instant::now();
        // A deadline that lies beyond the end of time is none; a year stands for it.
        let until = started.checked_add(allowed).unwrap_or_else(|| started + Duration::from_secs(31_536_000));
        let result = match timeout_at(until, transport.execute(prepared)).await {
            Err(_) => Err(Failure::Timeout(allowed)),
            Ok(Err(error)) => Err(failure(error, allowed)),
            Ok(Ok(response)) => Ok(self.read(response, until).await),
        };
        (result, started.elapsed())
    }

    async fn read(&self, mut response: reqwest::Response, until: Instant) -> Response {
        let status = response.status();
        let version = format!("{:?}", response.version());
        let reason = response.extensions().get::<hyper::ext::ReasonPhrase>().map(|phrase| text(phrase.as_bytes()));
        let headers = Headers(
            response
                .headers()
                .iter()
                .map(|(name, value)| Header { name: name.as_str().to_owned(), value: text(value.as_bytes()) })
                .collect(),
        );
        let limit = usize::try_from(self.max_body).unwrap_or(usize::MAX);
        let mut body: Vec<u8> = Vec::new();
        let completeness = loop {
            match timeout_at(until, response.chunk()).await {
                Err(_) => break Completeness::Late,
                Ok(Err(error)) => break Completeness::Cut(cause(&error.without_url())),
                Ok(Ok(None)) => break Completeness::Whole,
                Ok(Ok(Some(chunk))) => {
                    let room = limit.saturating_sub(body.len());
                    body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                    if chunk.len() > room {
                        break Completeness::OverLimit(self.max_body);
                    }
                }
            }
        };
        let (body, completeness) = coding::undo(&headers, body, completeness, self.max_body);
        let reason = reason.filter(|reason| !reason.is_empty());
        Response { status: status.as_u16(), reason, version, headers, body, completeness }
    }
}

/// A client that keeps up to `idle` unused connections a host.
fn transport(options: &ClientOptions, idle: usize) -> Result<reqwest::Client, ClientError> {
    let builder = || {
        reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            // hyper stops at 100 field lines; no standard does, and the size of a head is bounded anyway.
            .http1_max_headers(4096)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(idle)
    };
    let platform = options.https.then(|| builder().build().ok()).flatten();
    if let Some(client) = platform {
        return Ok(client);
    }
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|der| reqwest::Certificate::from_der(der))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ClientError(cause(&error)))?;
    builder().tls_certs_only(roots).build().map_err(|error| ClientError(cause(&error)))
}

fn prepare(request: &Request) -> Result<reqwest::Request, Failure> {
    let unsendable = |what: &str, why: &dyn std::fmt::Display| Failure::Unsendable(format!("{what}: {why}"));
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| unsendable("method", &error))?;
    let url = Url::parse(&request.url).map_err(|error| unsendable("URL", &error))?;
    path_travels(path_of(&request.url)).map_err(|error| unsendable("URL", &error))?;
    let mut headers = HeaderMap::new();
    for Header { name, value } in &request.headers.0 {
        let unsendable = |why: &dyn std::fmt::Display| Failure::Unsendable(format!("header {name}: {why}"));
        let field = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unsendable(&error))?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|error| unsendable(&error))?;
        headers.try_append(field, value).map_err(|error| unsendable(&error))?;
    }
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static(coding::ACCEPTED));
    let empty = request.body.as_ref().map_or_else(
        // RFC 9110 §8.6: where a method gives content a meaning, its absence is said aloud; some servers answer 411.
        || matches!(request.method.as_str(), "POST" | "PUT" | "PATCH"),
        Vec::is_empty,
    );
    if empty {
        headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
    }
    let mut prepared = reqwest::Request::new(method, url);
    *prepared.headers_mut() = headers;
    if let Some(body) = request.body.as_ref().filter(|body| !body.is_empty()) {
        *prepared.body_mut() = Some(body.clone().into());
    }
    Ok(prepared)
}

/// The path of a URL as it is written, before anything normalises it.
fn path_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after.find('/').and_then(|slash| after.get(slash..)).unwrap_or_default();
    path.split(['?', '#']).next().unwrap_or_default()
}

fn failure(error: reqwest::Error, allowed: Duration) -> Failure {
    let error = error.without_url();
    let cause = cause(&error);
    if error.is_builder() {
        return Failure::Unsendable(cause);
    }
    if error.is_connect() {
        let text = if error.is_timeout() { format!("none within {} s", CONNECT.as_secs()) } else { cause };
        return Failure::Connect(text);
    }
    if error.is_timeout() {
        return Failure::Timeout(allowed);
    }
    match chain(&error).find_map(|source| source.downcast_ref::<hyper::Error>()) {
        Some(inner) if inner.is_parse() || inner.is_parse_too_large() => Failure::Malformed(cause),
        Some(inner) if inner.is_user() => Failure::Unsendable(cause),
        _ => Failure::Closed(cause),
    }
}

fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// What went wrong, from the outside in, without the layers that only say that something did.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in chain(error).map(ToString::to_string) {
        let idle = ["error sending request", "client error (", "request or response body error", "builder error"];
        let said = parts.last().is_some_and(|last| last.ends_with(&part));
        if !said && !idle.iter().any(|idle| part.starts_with(idle)) {
            parts.push(part);
        }
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}

/// UTF-8, or else Latin-1.
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

/// Lets requests go one after the other, so many a second.
#[derive(Debug)]
struct Pace {
    every: Duration,
    next: tokio::sync::Mutex<Instant>,
}

impl Pace {
    /// Nothing where `rate` is no rate.
    fn new(rate: f64) -> Option<Self> {
        let every = Duration::try_from_secs_f64(1.0 / rate).ok().filter(|every| !every.is_zero())?;
        Some(Self { every: every.min(Duration::from_secs(3600)), next: tokio::sync::Mutex::new(Instant::now()) })
    }

    async fn turn(&self) {
        let at = {
            let mut next = self.next.lock().await;
            let at = (*next).max(Instant::now());
            *next = at + self.every;
            at
        };
        tokio::time::sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests;
