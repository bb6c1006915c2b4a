//! A service of a few things, lied about in each way; and a proxy that does not lie.

mod passing;
mod telling;

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it arrived: its head, and its body.
pub(super) type Arrived = (String, Vec<u8>);

/// A server that answers each request with bytes, and closes the connection after it.
pub(super) async fn server(answer: impl Fn(&Arrived) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                if let Some(arrived) = arrived(&mut stream).await {
                    drop(stream.write_all(&answer(&arrived)).await);
                }
            });
        }
    });
    url
}

async fn arrived(stream: &mut TcpStream) -> Option<Arrived> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let body = bytes[end + 4..].to_vec();
            if body.len() >= length.unwrap_or(0_usize) {
                return Some((head, body));
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Everything that a server answers to these bytes before it closes the connection.
pub(super) async fn sent(base_url: &str, request: &str) -> Vec<u8> {
    let address = base_url.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    answer
}
