//! Faults of how an answer travels, as a socket sees them.

use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::sandbox::fault::registry::fault;
use crate::sandbox::{Options, Sandbox};

/// What a sandbox with this fault sends, up to so many bytes.
async fn raw(id: &str, method: &str, path: &str, most: usize) -> Vec<u8> {
    let options = Options { fault: Some(fault(id).unwrap()), ..Options::default() };
    let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), options).await.unwrap();
    let mut stream = TcpStream::connect(sandbox.addr()).await.unwrap();
    let request = format!(
        "{method} /api{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        sandbox.token()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let reading = async { (&mut stream).take(most as u64).read_to_end(&mut bytes).await };
    // A connection that is reset ends it as well as one that is closed.
    drop(tokio::time::timeout(Duration::from_secs(10), reading).await.expect("it ends or is more than enough"));
    bytes
}

/// The announced length, and the content that came.
fn parts(bytes: &[u8]) -> (Option<usize>, &[u8]) {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a header section");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(|length| length.parse().unwrap());
    (length, &bytes[end + 4..])
}

const ENOUGH: usize = 1 << 20;

#[tokio::test]
async fn more_is_announced_than_comes() {
    let bytes = raw("truncated-list", "GET", "/v1/customers", ENOUGH).await;
    let (length, content) = parts(&bytes);
    assert!(content.ends_with(b"}") && length.unwrap() > content.len(), "{length:?} {}", content.len());
}

#[tokio::test]
async fn less_is_announced_than_there_is() {
    let bytes = raw("list-announced-short", "GET", "/v1/customers", ENOUGH).await;
    let (length, content) = parts(&bytes);
    assert_eq!(length, Some(content.len()));
    assert!(serde_json::from_slice::<serde_json::Value>(content).is_err());
}

#[tokio::test]
async fn nothing_comes_at_all() {
    let (customer, account) = banked();
    let path = format!("/v1/customers/{customer}/bankinfo/{account}");
    assert_eq!(raw("removal-unanswered", "DELETE", &path, ENOUGH).await, b"");
}

#[tokio::test]
async fn a_bomb_is_small_until_it_is_opened() {
    let (customer, _) = banked();
    let bytes = raw("compressed-bomb", "GET", &format!("/v1/customers/{customer}"), ENOUGH).await;
    let (length, content) = parts(&bytes);
    assert!(length == Some(content.len()) && content.len() < 100_000, "{}", content.len());
    let opened = std::io::copy(&mut GzDecoder::new(content).take(1 << 30), &mut std::io::sink()).unwrap();
    assert_eq!(opened, 64 << 20);
}

#[tokio::test]
async fn an_endless_answer_goes_on() {
    let (customer, _) = banked();
    let bytes = raw("endless-read", "GET", &format!("/v1/customers/{customer}"), ENOUGH).await;
    assert_eq!(bytes.len(), ENOUGH);
}

/// A customer of the seed, which is the same each time, and one of its bank accounts.
fn banked() -> (String, String) {
    let store = crate::sandbox::store::Store::seeded(crate::sandbox::variation::Ways::USUAL);
    let one = store.customers().find(|one| !one.bank_accounts.is_empty()).unwrap();
    (one.id.to_string(), one.bank_accounts[0].id.to_string())
}
