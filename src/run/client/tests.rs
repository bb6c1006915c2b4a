//! The client against servers that break HTTP in one way each.

use std::future::Future;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::exchange::Exchange;
use crate::run::attempt::{Patience, exchange};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn client() -> Client {
    let options =
        ClientOptions { timeout: Duration::from_secs(5), max_body: 100_000, concurrency: 4, rate: None, https: false };
    Client::new(&options).unwrap()
}

fn request(method: &str, url: &str) -> Request {
    Request { method: method.to_owned(), url: format!("{url}/x?q=secret"), headers: Headers::default(), body: None }
}

/// A server that hands each connection with its number to `handle`; it ends with the test's runtime.
async fn server<F, T>(handle: F) -> String
where
    F: Fn(usize, TcpStream) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for number in 0.. {
            let Ok((stream, _)) = listener.accept().await else { break };
            tokio::spawn(handle(number, stream));
        }
    });
    url
}

/// One request with its body; empty when the connection ended.
async fn read(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut byte = [0; 1];
    while !text.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => text.push(byte[0]),
            _ => return String::new(),
        }
    }
    let head = String::from_utf8_lossy(&text).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    text.extend(body);
    String::from_utf8_lossy(&text).into_owned()
}

/// A server that answers every request on a connection with `bytes`, and closes after the first if `close`.
async fn answering(bytes: impl Into<Vec<u8>>, close: bool) -> String {
    let bytes = Arc::new(bytes.into());
    server(move |_, mut stream| {
        let bytes = Arc::clone(&bytes);
        async move {
            while !read(&mut stream).await.is_empty() {
                if stream.write_all(&bytes).await.is_err() || close {
                    break;
                }
            }
        }
    })
    .await
}

async fn get(url: &str) -> Result<Response, Failure> {
    client().send(&request("GET", url), None).await.0
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn with_body(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\n{head}Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

#[tokio::test]
async fn a_response_is_told_as_it_came() {
    let url = answering(
        &b"HTTP/1.1 207 Most Unusual\r\nX-A: 1\r\nx-a: caf\xe9\r\nSet-Cookie: a=\xc3\xa9\r\nContent-Length: 3\r\n\r\n\x00\xff!"[..],
        false,
    )
    .await;
    let response = get(&url).await.unwrap();
    assert_eq!(
        (response.status, response.reason.as_deref(), &*response.version),
        (207, Some("Most Unusual"), "HTTP/1.1")
    );
    assert_eq!(response.headers.all("X-A").collect::<Vec<_>>(), ["1", "café"]);
    assert_eq!(response.headers.get("set-cookie"), Some("a=é"));
    assert_eq!((response.body, response.completeness), (b"\x00\xff!".to_vec(), Completeness::Whole));
}

#[tokio::test]
async fn many_fields_and_early_hints_are_http() {
    let fields: String = (0..1000).map(|_| "X-Many: 1\r\n").collect();
    let bytes =
        format!("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n");
    let response = get(&answering(bytes, false).await).await.unwrap();
    assert_eq!((response.status, response.headers.all("x-many").count()), (200, 1000));
}

#[tokio::test]
async fn a_request_is_sent_as_it_is() {
    let (told, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let url = server(move |_, mut stream| {
        let told = told.clone();
        async move {
            told.send(read(&mut stream).await).unwrap();
            stream.write_all(OK).await.unwrap();
        }
    })
    .await;
    let mut sent = request("POST", &url);
    sent.url = format!("{url}/a%2Fb//c?x=%20&x=2");
    sent.headers.push("X-Twice", "1");
    sent.headers.push("X-Twice", "é");
    sent.body = Some(Vec::new());
    client().send(&sent, None).await.0.unwrap();
    let text = seen.recv().await.unwrap();
    assert!(text.starts_with("POST /a%2Fb//c?x=%20&x=2 HTTP/1.1\r\n"), "{text}");
    for line in ["content-length: 0", "x-twice: 1", "x-twice: é", "accept-encoding: gzip, deflate"] {
        assert!(text.lines().any(|l| l == line), "{line} in {text}");
    }
    assert!(text.contains(concat!("user-agent: conform/", env!("CARGO_PKG_VERSION"))), "{text}");
    client().send(&request("GET", &url), None).await.0.unwrap();
    assert!(!seen.recv().await.unwrap().contains("content-length"));
}

#[tokio::test]
async fn what_cannot_be_sent_never_leaves() {
    let client = client();
    let with = |edit: &dyn Fn(&mut Request)| {
        let mut request = request("GET", "http://127.0.0.1:9");
        edit(&mut request);
        request
    };
    for sent in [
        with(&|r| r.url = "http://127.0.0.1:9/a/../b".to_owned()),
        with(&|r| r.url = "http://127.0.0.1:9/a/%2e%2E".to_owned()),
        with(&|r| r.url = "/a".to_owned()),
        with(&|r| r.url = "ftp://127.0.0.1/a".to_owned()),
        with(&|r| r.url = format!("http://127.0.0.1:9/{}", "a".repeat(70_000))),
        with(&|r| r.method = "G T".to_owned()),
        with(&|r| r.headers.push("X", "a\r\nY: b")),
        with(&|r| r.headers.push("X Y", "a")),
    ] {
        let result = client.send(&sent, None).await.0;
        assert!(matches!(result, Err(Failure::Unsendable(_))), "{:.80} {result:?}", sent.url);
    }
}

#[tokio::test]
async fn bodies_that_do_not_come_whole_say_so() {
    let cut = |body: &'static [u8]| async move { get(&answering(body, true).await).await.unwrap() };
    let short = cut(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").await;
    assert!(matches!(&short.completeness, Completeness::Cut(why) if !why.is_empty()), "{short:?}");
    assert_eq!(short.body, b"abc");
    let chunked = cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
    assert!(matches!(chunked.completeness, Completeness::Cut(_)), "{chunked:?}");
    let garbled = cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n").await;
    assert!(matches!(garbled.completeness, Completeness::Cut(_)), "{garbled:?}");
    let until_close = cut(b"HTTP/1.1 200 OK\r\n\r\nall of it").await;
    assert_eq!((&*until_close.body, until_close.completeness), (&b"all of it"[..], Completeness::Whole));
    let old = cut(b"HTTP/1.0 200 OK\r\n\r\nold").await;
    assert_eq!((&*old.body, &*old.version, old.completeness), (&b"old"[..], "HTTP/1.0", Completeness::Whole));
    let silent = cut(b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!((silent.status, silent.reason), (404, None));
}

#[tokio::test]
async fn a_reset_in_the_body_keeps_what_came() {
    let url = server(|_, mut stream| async move {
        read(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stream.set_zero_linger().unwrap();
    })
    .await;
    let response = get(&url).await.unwrap();
    assert!(matches!(response.completeness, Completeness::Cut(_)), "{response:?}");
    assert_eq!(response.body, b"abc");
}

#[tokio::test]
async fn codings_are_undone_within_the_limit() {
    let text = b"{\"a\": 1}";
    let response = get(&answering(with_body("Content-Encoding: gzip\r\n", &gzip(text)), false).await).await.unwrap();
    assert_eq!((&*response.body, response.completeness), (&text[..], Completeness::Whole));
    let bomb = gzip(&vec![0; 20_000_000]);
    let response = get(&answering(with_body("Content-Encoding: gzip\r\n", &bomb), false).await).await.unwrap();
    assert_eq!((response.body.len(), response.completeness), (100_000, Completeness::OverLimit(100_000)));
    let response = get(&answering(with_body("Content-Encoding: br\r\n", text), false).await).await.unwrap();
    assert!(matches!(response.completeness, Completeness::Undecodable(_)));
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit() {
    let url = server(|_, mut stream| async move {
        read(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
        let chunk = [b"1000\r\n".to_vec(), vec![b'a'; 4096], b"\r\n".to_vec()].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let response = get(&url).await.unwrap();
    assert_eq!((response.body.len(), response.completeness), (100_000, Completeness::OverLimit(100_000)));
    let exact = get(&answering(with_body("", &vec![b'a'; 100_000]), false).await).await.unwrap();
    assert_eq!(exact.completeness, Completeness::Whole);
}

#[tokio::test]
async fn the_deadline_holds_for_the_whole_exchange() {
    let drip = server(|_, mut stream| async move {
        read(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await.unwrap();
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let deadline = Duration::from_millis(200);
    let (result, elapsed) = client().send(&request("GET", &drip), Some(deadline)).await;
    let response = result.unwrap();
    assert_eq!(response.completeness, Completeness::Late);
    assert!(!response.body.is_empty());
    assert!(elapsed >= deadline && elapsed < Duration::from_secs(2), "{elapsed:?}");
    let mute = server(|_, mut stream| async move {
        read(&mut stream).await;
        tokio::time::sleep(Duration::from_secs(30)).await;
    })
    .await;
    let (result, _) = client().send(&request("GET", &mute), Some(deadline)).await;
    assert_eq!(result, Err(Failure::Timeout(deadline)));
}

#[tokio::test]
async fn what_is_not_http_is_called_so() {
    for garbage in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"HTTP/1.1 1000 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nBad Header : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ] {
        let result = get(&answering(garbage, true).await).await;
        assert!(matches!(result, Err(Failure::Malformed(_))), "{:?} {result:?}", String::from_utf8_lossy(garbage));
    }
    let endless_head = server(|_, mut stream| async move {
        read(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nX: ").await.unwrap();
        let mut sent = 0;
        while sent < 100_000_000 && stream.write_all(&[b'a'; 8192]).await.is_ok() {
            sent += 8192;
        }
        assert!(sent < 100_000_000);
    })
    .await;
    let result = get(&endless_head).await;
    assert!(matches!(result, Err(Failure::Malformed(_))), "{result:?}");
}

#[tokio::test]
async fn failures_name_their_cause_and_no_url() {
    let closed = server(|_, mut stream| async move {
        read(&mut stream).await;
    })
    .await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let plain = server(|_, mut stream| async move {
        stream.write_all(OK).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    })
    .await;
    for (url, expected) in [
        (closed, "connection closed before a response"),
        (format!("http://{free}"), "no connection: "),
        ("http://no-such-host.invalid".to_owned(), "no connection: "),
        (plain.replace("http:", "https:"), "no connection: "),
    ] {
        let text = get(&url).await.unwrap_err().to_string();
        assert!(text.starts_with(expected), "{text}");
        assert!(!text.contains("secret") && text.len() > expected.len(), "{text}");
    }
}

async fn asked(method: &str, url: &str) -> Exchange {
    let patience = Patience { pause: Duration::from_millis(5), ..Patience::default() };
    exchange(&client(), request(method, url), &patience, None, &|_| true).await
}

/// Connections in `broken` are closed after the request was read; others answer.
async fn closing(broken: usize) -> (String, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let url = server(move |number, mut stream| {
        let counted = Arc::clone(&counted);
        async move {
            read(&mut stream).await;
            counted.fetch_add(1, Ordering::SeqCst);
            if number >= broken {
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    (url, count)
}

#[tokio::test]
async fn only_repeatable_requests_are_sent_again() {
    let (url, count) = closing(2).await;
    let got = asked("GET", &url).await;
    assert_eq!((got.result.unwrap().status, got.attempts, count.load(Ordering::SeqCst)), (200, 3, 3));
    let (url, count) = closing(3).await;
    let got = asked("GET", &url).await;
    assert!(matches!(got.result, Err(Failure::Closed(_))), "{got:?}");
    assert_eq!((got.attempts, count.load(Ordering::SeqCst)), (3, 3));
    for method in ["POST", "PATCH", "DELETE", "PROPFIND"] {
        let (url, count) = closing(1).await;
        let got = asked(method, &url).await;
        assert!(matches!(got.result, Err(Failure::Closed(_))), "{got:?}");
        assert_eq!((got.attempts, count.load(Ordering::SeqCst)), (1, 1), "{method}");
    }
}

/// A server that closes each connection right after its first answer without saying so: whatever comes next on that
/// connection is lost. None of it may be seen.
#[tokio::test]
async fn a_stale_connection_is_never_a_failure() {
    let url = server(|_, mut stream| async move {
        read(&mut stream).await;
        stream.write_all(OK).await.unwrap();
        read(&mut stream).await;
    })
    .await;
    let client = client();
    for round in 0..40 {
        let method = ["GET", "POST", "PUT", "DELETE", "PATCH"][round % 5];
        let got = exchange(&client, request(method, &url), &Patience::default(), None, &|_| true).await;
        assert!(got.result.is_ok(), "{method} {got:?}");
        assert!(got.attempts <= 2, "{got:?}");
        if method != "GET" && method != "PUT" {
            assert_eq!(got.attempts, 1, "{method}");
        }
    }
}

/// RFC 9110 §15.3.5: 204 has no content; what a server sends nevertheless must not poison the next exchange.
#[tokio::test]
async fn a_body_after_204_does_not_reach_the_next_exchange() {
    let url = answering(&b"HTTP/1.1 204 No Content\r\n\r\n{\"unasked\": true}"[..], false).await;
    let client = client();
    for _ in 0..5 {
        let got = exchange(&client, request("GET", &url), &Patience::default(), None, &|_| true).await;
        let response = got.result.unwrap();
        assert_eq!((response.status, response.body.len()), (204, 0));
    }
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_taken() {
    let url = server(|number, mut stream| async move {
        read(&mut stream).await;
        let answer = if number == 0 {
            &b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"[..]
        } else {
            OK
        };
        stream.write_all(answer).await.unwrap();
    })
    .await;
    let started = Instant::now();
    let got = asked("POST", &url).await;
    assert_eq!((got.result.unwrap().status, got.attempts, got.deferred), (200, 2, vec![429]));
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert!(got.elapsed < Duration::from_secs(1));
}

/// Run with `SSL_CERT_FILE=/nonexistent SSL_CERT_DIR=/nonexistent` it shows that no platform store is needed.
#[tokio::test]
async fn certificates_of_the_platform_are_not_needed() {
    for https in [true, false] {
        let options =
            ClientOptions { timeout: Duration::from_secs(5), max_body: 10, concurrency: 1, rate: None, https };
        let url = answering(OK, false).await;
        let client = Client::new(&options).unwrap();
        assert_eq!(client.send(&request("GET", &url), None).await.0.unwrap().body, b"ok");
    }
}

#[tokio::test]
async fn redirects_are_answers() {
    let url =
        answering(&b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"[..], false)
            .await;
    assert_eq!(get(&url).await.unwrap().status, 302);
}

#[tokio::test]
async fn concurrency_and_rate_are_kept() {
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (here, top) = (Arc::clone(&now), Arc::clone(&most));
    let url = server(move |_, mut stream| {
        let (here, top) = (Arc::clone(&here), Arc::clone(&top));
        async move {
            while !read(&mut stream).await.is_empty() {
                top.fetch_max(here.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                here.fetch_sub(1, Ordering::SeqCst);
                stream.write_all(OK).await.unwrap();
            }
        }
    })
    .await;
    let limited = |concurrency, rate| {
        Client::new(&ClientOptions { timeout: Duration::from_secs(5), max_body: 10, concurrency, rate, https: false })
            .unwrap()
    };
    let client = limited(3, None);
    let sent = request("GET", &url);
    futures_util::future::join_all((0..20).map(|_| client.send(&sent, None))).await;
    assert_eq!(most.load(Ordering::SeqCst), 3);
    let client = limited(8, Some(50.0));
    let started = Instant::now();
    futures_util::future::join_all((0..11).map(|_| client.send(&sent, None))).await;
    assert!(started.elapsed() >= Duration::from_millis(200), "{:?}", started.elapsed());
    limited(0, Some(f64::NAN)).send(&sent, None).await.0.unwrap();
}
