//! Without a lie, everything passes as it is.

use std::sync::{Arc, Mutex};

use super::{Arrived, sent, server};
use crate::environment::{Class, Environment, Target};
use crate::liar::proxy::{Proxy, ProxyError};
use crate::liar::{Scene, answer};
use crate::schema::Schemas;

async fn proxy(upstream: &str) -> Result<Proxy, ProxyError> {
    let scene = Arc::new(Scene { operations: Vec::new(), schemas: Schemas::new(Vec::new()) });
    let environment = Environment::new("here", Class::Test, Target::BaseUrl(upstream.to_owned()));
    Proxy::start(upstream, &scene, None, &environment).await
}

/// The lines of a head, sorted, without the first one and those that end a connection.
fn fields(head: &str) -> Vec<String> {
    let mut fields: Vec<String> = head.lines().skip(1).map(str::to_ascii_lowercase).collect();
    fields.retain(|field| !field.starts_with("connection:") && !field.starts_with("host:"));
    fields.sort();
    fields
}

#[tokio::test]
async fn heads_and_bodies_pass_byte_for_byte() {
    const ANSWER: &[u8] = b"HTTP/1.1 201 Made It\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nx-name: caf\xe9\r\nkeep-alive: timeout=5\r\nx-hop: 1\r\nconnection: close, X-Hop\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x00\xff";
    let seen: Arc<Mutex<Vec<Arrived>>> = Arc::default();
    let log = Arc::clone(&seen);
    let upstream = server(move |arrived| {
        log.lock().unwrap().push(arrived.clone());
        ANSWER.to_vec()
    })
    .await;
    let proxy = proxy(&format!("{upstream}/api/")).await.unwrap();
    assert!(proxy.base_url().ends_with("/api"));
    let request = "POST /api/a%20b//c?q=%C3%A9&q=+&empty HTTP/1.1\r\nhost: proxy\r\naccept: text/plain\r\nx-b: 1\r\nx-b: 2\r\nx-gone: 1\r\nconnection: close, x-gone\r\ncontent-length: 3\r\n\r\n\x00{\n";
    let answer = sent(proxy.base_url(), request).await;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    assert_eq!(&answer[end + 4..], b"\x1f\x8b\x00\xff");
    assert!(answer.starts_with(b"HTTP/1.1 201 Made It\r\n"), "{}", String::from_utf8_lossy(&answer));
    assert!(answer.windows(6).any(|window| window == b"caf\xe9\r\n"), "{}", String::from_utf8_lossy(&answer));
    let expected = [
        "content-encoding: gzip",
        "content-length: 4",
        "content-type: application/json",
        "set-cookie: a=1",
        "set-cookie: b=2",
        "x-name: caf\u{fffd}",
    ];
    assert_eq!(fields(&String::from_utf8_lossy(&answer[..end])), expected);
    let seen = seen.lock().unwrap();
    let [(head, body)] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(head.starts_with("POST /api/a%20b//c?q=%C3%A9&q=+&empty HTTP/1.1\r\n"), "{head}");
    assert_eq!(fields(head), ["accept: text/plain", "content-length: 3", "x-b: 1", "x-b: 2"]);
    assert_eq!(body, b"\x00{\n");
    assert_eq!(proxy.lies_told(), 0);
}

#[tokio::test]
async fn what_fails_at_the_service_fails_here() {
    let closing = proxy(&server(|_| Vec::new()).await).await.unwrap();
    let get = "GET /x HTTP/1.1\r\nhost: proxy\r\nconnection: close\r\n\r\n";
    assert_eq!(sent(closing.base_url(), get).await, b"");
    // Nobody listens there.
    let nobody = proxy("http://127.0.0.1:1").await.unwrap();
    assert_eq!(sent(nobody.base_url(), get).await, b"");
    let cut = proxy(&server(|_| b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_vec()).await).await.unwrap();
    let answer = String::from_utf8(sent(cut.base_url(), get).await).unwrap();
    assert!(answer.contains("content-length: 9") && answer.ends_with("\r\n\r\nhalf"), "{answer}");
    assert!(matches!(proxy("mailto:somebody").await, Err(ProxyError::Url(_))));
}

#[tokio::test]
async fn what_is_too_large_to_be_lied_about_passes() {
    let large = vec![b'x'; answer::MOST + 3_000_000];
    let all = [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", large.len()).as_bytes(), &large].concat();
    let proxy = proxy(&server(move |_| all.clone()).await).await.unwrap();
    let answer = sent(proxy.base_url(), "GET /x HTTP/1.1\r\nhost: proxy\r\nconnection: close\r\n\r\n").await;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    assert!(answer[end + 4..] == large);
}
