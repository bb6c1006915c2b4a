//! Passing on what came as it came: for a proxy, which adds nothing, undoes no coding and judges nothing.

use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::Stream;
use hyper::ext::ReasonPhrase;
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use tokio::time::{Instant, timeout_at};

use super::{Client, Connection, cause, failure, repeatable};
use crate::exchange::Failure;

/// A request that is passed on.
#[derive(Debug, Clone)]
pub(crate) struct Passing {
    /// The method.
    pub(crate) method: Method,
    /// The absolute URL.
    pub(crate) url: String,
    /// The fields, without those that speak of the connection.
    pub(crate) headers: HeaderMap,
    /// The content.
    pub(crate) body: Bytes,
}

/// What answers it.
#[derive(Debug)]
pub(crate) struct Passed {
    /// The status code.
    pub(crate) status: u16,
    /// The reason phrase, where one was sent that is not the usual one.
    pub(crate) reason: Option<ReasonPhrase>,
    /// The fields.
    pub(crate) headers: HeaderMap,
    /// The content as it came, up to the bound.
    pub(crate) body: Bytes,
    /// What follows it.
    pub(crate) rest: Rest,
}

/// What follows the part of a body that was read.
pub(crate) enum Rest {
    /// Nothing: it is whole.
    Nothing,
    /// The connection ended too early, or the deadline passed.
    Cut,
    /// More than was asked for.
    More(Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send>>),
}

impl std::fmt::Debug for Rest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Cut => "Cut",
            Self::More(_) => "More",
        })
    }
}

impl Client {
    /// Passes `request` on and reads up to `most` bytes of what answers it. A connection that the server has closed while
    /// it idled is no answer of the server's: a request that may be repeated is, on a connection of its own.
    pub(crate) async fn pass(&self, request: &Passing, most: usize) -> Result<Passed, Failure> {
        let shared = repeatable(request.method.as_str());
        match self.pass_on(Connection::of(request.method.as_str()), request, most).await {
            Err(Failure::Closed(_)) if shared => self.pass_on(Connection::Own, request, most).await,
            result => result,
        }
    }

    async fn pass_on(&self, connection: Connection, request: &Passing, most: usize) -> Result<Passed, Failure> {
        let transport = match connection {
            Connection::Shared => &self.shared,
            Connection::Own => &self.own,
        };
        let url = Url::parse(&request.url).map_err(|error| Failure::Unsendable(format!("URL: {error}")))?;
        let mut prepared = reqwest::Request::new(request.method.clone(), url);
        *prepared.headers_mut() = request.headers.clone();
        if !request.body.is_empty() {
            *prepared.body_mut() = Some(request.body.clone().into());
        }
        let now = Instant::now();
        let until = now.checked_add(self.timeout).unwrap_or_else(|| now + Duration::from_secs(31_536_000));
        let answer = timeout_at(until, transport.execute(prepared)).await;
        let mut response =
            answer.map_err(|_| Failure::Timeout(self.timeout))?.map_err(|error| failure(error, self.timeout))?;
        let status = response.status().as_u16();
        let reason = response.extensions().get::<ReasonPhrase>().cloned();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        let rest = loop {
            if body.len() > most {
                let stream = futures_util::TryStreamExt::map_err(response.bytes_stream(), |error| {
                    std::io::Error::other(cause(&error.without_url()))
                });
                break Rest::More(Box::pin(stream));
            }
            match timeout_at(until, response.chunk()).await {
                Err(_) | Ok(Err(_)) => break Rest::Cut,
                Ok(Ok(None)) => break Rest::Nothing,
                Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
            }
        };
        Ok(Passed { status, reason, headers, body: Bytes::from(body), rest })
    }
}
