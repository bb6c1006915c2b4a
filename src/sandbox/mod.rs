//! The CAMS reference implementation behind the local environment.
//!
//! It serves the eight operations of the CAMS Customers API from memory, as the published documents tell them, and it
//! knows nothing of the rest of this crate: the judge and the judged share only the documents.
//!
//! Where the documents have two readings, or none, it does the following. No check may rest on these, because a server
//! that does otherwise is not wrong. A [`variation`] does otherwise.
//!
//! - A value that is null counts as given: `employerAddress` of the employed, `beneficiaryLegalName` of a business.
//! - `customerPreTradeRiskGroup` may be null in a PATCH, as its enum intends and its type denies; this clears it.
//! - An employer address on record will do when a PATCH says Employed.
//! - `nationality` in a PATCH is any string, because no sentence there says otherwise; countries of addresses are checked.
//! - A PATCH without a body, or of nothing, changes nothing and succeeds; a POST without a body is refused.
//! - An address in a PATCH replaces the whole address.
//! - A new customer is RETAIL whatever its `customerSegment`; risk group changes need no approval.
//! - Codes of countries are upper case; in names the article and punctuation do not count.
//! - A query that means nothing is a 400, although `GetAllCustomers` documents none; `limit` goes from 1 to 1000.
//! - `after` is null on the last page. Equal sort keys follow creation and identifier; DESC is the reverse of ASC.
//! - A removed bank account is 404 and not listed; the 21st account is a 400; cooling off takes 24 hours.
//! - Paths are known first (404), then tokens (401), methods (405), identifiers (400, 404), bodies (415, 413, 400).
//!
//! ```
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! use conform::sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), Options::default()).await?;
//! assert!(sandbox.base_url().ends_with("/api"));
//! sandbox.stop().await;
//! # Ok::<(), std::io::Error>(()) })?;
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod fault;
pub mod variation;

mod auth;
mod reply;
mod request;
mod routes;

mod bank;
mod customers;
mod page;
mod render;
mod validate;

mod clock;
mod country;
mod id;
mod seed;
mod store;

#[cfg(test)]
mod tests;

use axum::serve::ListenerExt;
use fault::Fault;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use variation::{Variation, Ways};

/// The bearer token that a sandbox takes unless told otherwise. It opens nothing else.
pub const DEFAULT_TOKEN: &str = "sandbox-token";

/// How long `stop` waits for requests that are under way.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a sandbox behaves. Build it with `..Options::default()`, because it will grow.
#[derive(Clone, Debug)]
pub struct Options {
    /// The only bearer token that is let in.
    pub token: String,
    /// What it does wrong; nothing where it conforms.
    pub fault: Option<&'static Fault>,
    /// Which freedom it uses; none where it does what is told above.
    pub variation: Option<&'static Variation>,
}

impl Default for Options {
    fn default() -> Options {
        Options { token: DEFAULT_TOKEN.to_owned(), fault: None, variation: None }
    }
}

impl Options {
    /// What it does in another way than usual.
    fn ways(&self) -> Ways {
        self.variation.map_or(Ways::USUAL, |variation| Ways(variation.ways))
    }
}

/// A running sandbox. Dropping it ends it, too, without waiting.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    token: String,
    closing: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Sandbox {
    /// Starts to serve at an address, port 0 for a free one, on the current tokio runtime.
    ///
    /// The listener stands when this returns: a request that follows is answered.
    pub async fn start(addr: SocketAddr, options: Options) -> std::io::Result<Sandbox> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let token = options.token.clone();
        let (closing, closed) = oneshot::channel::<()>();
        let router = routes::router(routes::Room::new(options, clock::SYSTEM));
        // Answers are small and complete; one that cannot be sent undelayed is sent delayed.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let server = tokio::spawn(async move {
            let until = async move { drop(closed.await) };
            // This kind of server has no error to give: it retries what fails to be accepted.
            drop(axum::serve(listener, router).with_graceful_shutdown(until).await);
        });
        Ok(Sandbox { addr, token, closing: Some(closing), server })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What the documents' paths are appended to, such as `http://127.0.0.1:3001/api`.
    pub fn base_url(&self) -> String {
        format!("http://{}/api", self.addr)
    }

    /// The bearer token that it takes.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Takes no more requests, finishes those under way, but not for longer than two seconds, and ends.
    pub async fn stop(mut self) {
        self.closing.take();
        drop(tokio::time::timeout(PATIENCE, &mut self.server).await);
    }

    /// Serves until the process ends or this future is dropped.
    pub async fn wait(mut self) {
        drop((&mut self.server).await);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.server.abort();
    }
}
