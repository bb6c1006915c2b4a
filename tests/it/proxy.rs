//! A server that stands in front of a healthy sandbox and lies in the way a test asks for.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use conform::sandbox::{Options, Sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path with query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub(crate) fn is(&self, method: &str, path_end: &str) -> bool {
        self.method == method && self.path().ends_with(path_end)
    }

    /// Changes the body, where it is JSON.
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut serde_json::Value)) {
        if let Ok(mut value) = serde_json::from_slice(&self.body) {
            change(&mut value);
            self.body = serde_json::to_vec(&value).unwrap();
            self.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
            self.headers.push(("content-length".to_owned(), self.body.len().to_string()));
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer, healthy or not.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub(crate) fn set_json(&mut self, value: &serde_json::Value) {
        self.body = serde_json::to_vec(value).unwrap();
    }

    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut serde_json::Value)) {
        if let Some(mut value) = self.json() {
            change(&mut value);
            self.set_json(&value);
        }
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What the proxy does with an answer.
pub(crate) enum Lie {
    /// Sends this.
    Answer(Answer),
    /// Writes these bytes and closes.
    Raw(Vec<u8>),
    /// Closes without a byte.
    Reset,
    /// Sends a head, then body chunks until the client goes.
    Endless,
}

/// Answers a request before the sandbox sees it.
pub(crate) type First = dyn Fn(&Asked) -> Option<Answer> + Send + Sync;

/// Changes a request before the sandbox sees it.
pub(crate) type Mender = dyn Fn(&mut Asked) + Send + Sync;

/// Turns the healthy answer to a request into another.
pub(crate) type Liar = dyn Fn(&Asked, Answer) -> Lie + Send + Sync;

/// A running proxy with its sandbox.
pub(crate) struct Proxy {
    pub(crate) base_url: String,
    pub(crate) token: String,
    sandbox: Option<Sandbox>,
    task: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// Starts a sandbox and a proxy in front of it.
    pub(crate) async fn start(liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static) -> Self {
        Self::start_before(|_| None, liar).await
    }

    /// The same, with requests that are answered before the sandbox sees them.
    pub(crate) async fn start_before(
        first: impl Fn(&Asked) -> Option<Answer> + Send + Sync + 'static,
        liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static,
    ) -> Self {
        Self::run(Arc::new(|_: &mut Asked| {}), Arc::new(first), Arc::new(liar)).await
    }

    /// A sandbox that sees requests as `mend` leaves them.
    pub(crate) async fn mending(mend: impl Fn(&mut Asked) + Send + Sync + 'static) -> Self {
        Self::run(Arc::new(mend), Arc::new(|_: &Asked| None), Arc::new(|_: &Asked, answer| Lie::Answer(answer))).await
    }

    async fn run(mend: Arc<Mender>, first: Arc<First>, liar: Arc<Liar>) -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let sandbox = Sandbox::start(any, Options::default()).await.unwrap();
        let upstream = sandbox.addr();
        let listener = TcpListener::bind(any).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (mend, first, liar) = (Arc::clone(&mend), Arc::clone(&first), Arc::clone(&liar));
                tokio::spawn(async move {
                    // A client that goes away in the middle is part of the game.
                    let _ = serve(stream, upstream, &*mend, &*first, &*liar).await;
                });
            }
        });
        Self {
            base_url: format!("http://{address}/api"),
            token: sandbox.token().to_owned(),
            sandbox: Some(sandbox),
            task,
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.sandbox.take();
    }
}

async fn serve(
    mut stream: TcpStream,
    upstream: SocketAddr,
    mend: &Mender,
    first: &First,
    liar: &Liar,
) -> std::io::Result<()> {
    loop {
        let Some(mut asked) = read_request(&mut stream).await? else { return Ok(()) };
        mend(&mut asked);
        let lie = match first(&asked) {
            Some(answer) => Lie::Answer(answer),
            None => liar(&asked, forward(&asked, upstream).await?),
        };
        match lie {
            Lie::Answer(answer) => {
                let close = answer.headers.iter().any(|(n, v)| n.eq_ignore_ascii_case("connection") && v == "close");
                stream.write_all(&head(&answer, Some(answer.body.len()))).await?;
                if asked.method != "HEAD" {
                    stream.write_all(&answer.body).await?;
                }
                if close {
                    return stream.shutdown().await;
                }
            }
            Lie::Raw(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.shutdown().await;
            }
            Lie::Reset => return Ok(()),
            Lie::Endless => {
                let answer = Answer {
                    status: 200,
                    headers: vec![
                        ("content-type".into(), "application/json".into()),
                        ("transfer-encoding".into(), "chunked".into()),
                    ],
                    body: Vec::new(),
                };
                stream.write_all(&head(&answer, None)).await?;
                stream.write_all(b"1\r\n[\r\n").await?;
                let chunk = [b"10000\r\n".to_vec(), b" ".repeat(0x1_0000), b"\r\n".to_vec()].concat();
                loop {
                    stream.write_all(&chunk).await?;
                }
            }
        }
    }
}

pub(crate) fn head(answer: &Answer, length: Option<usize>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} X\r\n", answer.status);
    for (name, value) in &answer.headers {
        if !name.eq_ignore_ascii_case("content-length") {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    if let Some(length) = length.filter(|_| answer.status != 204 && answer.status != 304) {
        let _ = write!(head, "content-length: {length}\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// Sends the request to the healthy sandbox on a connection of its own.
async fn forward(asked: &Asked, upstream: SocketAddr) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(upstream).await?;
    let mut head = format!("{} {} HTTP/1.1\r\nhost: {upstream}\r\nconnection: close\r\n", asked.method, asked.target);
    for (name, value) in &asked.headers {
        if !["host", "connection", "accept-encoding"].contains(&name.to_ascii_lowercase().as_str()) {
            let _ = write!(head, "{name}: {value}\r\n");
        }
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&asked.body).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = find(&bytes, b"\r\n\r\n").expect("the sandbox answers with a head");
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = text.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    assert!(!headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("transfer-encoding")), "the sandbox sends lengths");
    Ok(Answer { status, headers, body: bytes[end + 4..].to_vec() })
}

pub(crate) async fn read_request(stream: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = find(&bytes, b"\r\n\r\n") {
            break end;
        }
        let mut chunk = [0; 8192];
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk[..read]);
    };
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let method = first.next().unwrap().to_owned();
    let target = first.next().unwrap().to_owned();
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(':')).map(|(n, v)| (n.to_owned(), v.trim().to_owned())).collect();
    let length = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let mut chunk = [0; 8192];
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(None);
        }
        body.extend_from_slice(&chunk[..read]);
    }
    Ok(Some(Asked { method, target, headers, body }))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
