//! Listens on loopback in front of a service, and passes everything on as it came but for one lie.
//!
//! Fields that speak of the connection stay behind (RFC 9110 §7.6.1); nothing else is added, left out or decoded. A
//! connection that fails fails here, too: a gateway's answer would be one that the service never gave.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, Bytes, to_bytes};
use futures_util::{StreamExt, stream};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

use super::answer::MOST;
use super::ask::Ask;
use super::teller::Teller;
use super::{Lie, Scene};
use crate::environment::Environment;
use crate::exchange::Failure;
use crate::run::client::{Client, ClientError, ClientOptions, Passed, Rest};

/// Fields that are about one connection, beside those that `Connection` names.
const HOP: [&str; 6] = ["connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "upgrade"];

/// Why a proxy could not start.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// It could not listen.
    #[error("the proxy cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// It could not be set up to ask the service.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The service is nowhere.
    #[error("`{0}` is no base URL that can be asked")]
    Url(String),
}

/// A running proxy. Dropping it ends it, too, without what [`Proxy::stop`] does.
#[derive(Debug)]
pub struct Proxy {
    base_url: String,
    teller: Arc<Teller>,
    server: JoinHandle<()>,
}

impl Proxy {
    /// Starts to listen on a free loopback port in front of the service at `upstream`; without a lie it only passes on. What
    /// it needs for skipped authentication are the credentials of `environment`.
    ///
    /// # Errors
    /// When it can neither listen nor ask.
    pub async fn start(
        upstream: &str,
        scene: &Arc<Scene>,
        lie: Option<&Lie>,
        environment: &Environment,
    ) -> Result<Self, ProxyError> {
        let no_url = || ProxyError::Url(upstream.to_owned());
        let url = Url::parse(upstream).map_err(|_| no_url())?;
        let origin = url.origin();
        if !origin.is_tuple() {
            return Err(no_url());
        }
        let https = url.scheme() == "https";
        // How many requests there are at a time, and how fast, is the business of whoever asks.
        let options = ClientOptions { rate: None, ..ClientOptions::of(environment, https) };
        let base = url.path().trim_end_matches('/').to_owned();
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let base_url = format!("http://{}{base}", listener.local_addr()?);
        let teller = Arc::new(Teller {
            client: Client::new(&options)?,
            origin: origin.ascii_serialization(),
            base,
            environment: environment.clone(),
            scene: Arc::clone(scene),
            lie: lie.cloned(),
            told: Arc::new(AtomicU64::new(0)),
            memory: std::sync::Mutex::default(),
        });
        let server = tokio::spawn(serve(listener, Arc::clone(&teller)));
        Ok(Self { base_url, teller, server })
    }

    /// Where it listens, with the path of the service's base URL.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// How often it has lied; an exchange that is as the service would have it is none.
    pub fn lies_told(&self) -> u64 {
        self.teller.told.load(Ordering::Relaxed)
    }

    /// The count itself, which lives on.
    pub fn told(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.teller.told)
    }

    /// Ends, and then deletes at the service what it was asked to delete and did not.
    pub async fn stop(mut self) {
        self.server.abort();
        drop((&mut self.server).await);
        self.teller.settle().await;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Serves until it is dropped, and every connection with it.
async fn serve(listener: TcpListener, teller: Arc<Teller>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        drop(stream.set_nodelay(true));
        let teller = Arc::clone(&teller);
        connections.spawn(async move {
            let service = service_fn(|request| answer(request, &teller));
            let mut builder = http1::Builder::new();
            builder.auto_date_header(false).max_headers(4096);
            // A client that goes away, or a service that does, ends the connection and nothing else.
            drop(builder.serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

/// The answer to a request; where there is none, the connection ends as the service's did.
async fn answer(request: Request<Incoming>, teller: &Teller) -> Result<Response<Body>, Failure> {
    let closed = |error: &dyn std::fmt::Display| Failure::Closed(error.to_string());
    let (parts, body) = request.into_parts();
    let body = to_bytes(Body::new(body), MOST).await.map_err(|error| closed(&error))?;
    let mut headers = own(parts.headers);
    headers.remove(HOST);
    if !body.is_empty() {
        headers.remove(CONTENT_LENGTH);
    }
    let asked = Ask {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers,
        body,
    };
    respond(teller.answer(&asked).await?).map_err(|error| closed(&error))
}

fn respond(passed: Passed) -> Result<Response<Body>, hyper::http::Error> {
    let Passed { status, reason, headers, body, rest } = passed;
    let body = match rest {
        Rest::Nothing => Body::from(body),
        Rest::Cut => {
            let cut = async {
                // What did come is sent before the connection ends.
                tokio::task::yield_now().await;
                Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe))
            };
            Body::from_stream(stream::once(async move { Ok::<Bytes, std::io::Error>(body) }).chain(stream::once(cut)))
        }
        Rest::More(rest) => {
            let first = stream::once(async move { Ok::<Bytes, std::io::Error>(body) });
            Body::from_stream(first.chain(rest))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status)?;
    *response.headers_mut() = own(headers);
    if let Some(reason) = reason {
        response.extensions_mut().insert(reason);
    }
    Ok(response)
}

/// The fields without those about the connection.
fn own(mut headers: HeaderMap) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in named.iter().map(String::as_str).chain(HOP) {
        headers.remove(name);
    }
    headers
}
