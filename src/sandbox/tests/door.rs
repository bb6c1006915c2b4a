//! What is refused before an operation is asked: paths, tokens, methods, bodies.

use super::{Answer, Api, UNKNOWN, customer, with};
use crate::sandbox::{Options, Sandbox};
use reqwest::header::{ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PLAIN: &str = r#"Bearer realm="cams""#;
const INVALID: &str = r#"Bearer realm="cams", error="invalid_token""#;

fn operations() -> Vec<(Method, String)> {
    let one = format!("/v1/customers/{UNKNOWN}");
    let banks = format!("{one}/bankinfo");
    let bank = format!("{banks}/{UNKNOWN}");
    vec![
        (Method::GET, "/v1/customers".to_owned()),
        (Method::POST, "/v1/customers".to_owned()),
        (Method::GET, one.clone()),
        (Method::PATCH, one),
        (Method::GET, banks.clone()),
        (Method::POST, banks),
        (Method::GET, bank.clone()),
        (Method::DELETE, bank),
    ]
}

#[tokio::test]
async fn only_the_right_bearer_token_opens() {
    let api = Api::start().await;
    let token = api.sandbox.token();
    let refused = [
        (None, PLAIN),
        (Some(String::new()), PLAIN),
        (Some("Bearer".to_owned()), PLAIN),
        (Some("Bearer ".to_owned()), PLAIN),
        (Some(token.to_owned()), PLAIN),
        (Some(format!("Basic {token}")), PLAIN),
        (Some(format!("Token {token}")), PLAIN),
        (Some(format!("Bearer{token}")), PLAIN),
        (Some("Bearer wrong".to_owned()), INVALID),
        (Some(format!("Bearer {token}x")), INVALID),
        (Some(format!("Bearer {}", token.to_uppercase())), INVALID),
        (Some(format!("Bearer {token} {token}")), INVALID),
    ];
    for (method, path) in operations() {
        for (value, challenge) in &refused {
            let mut request = api.bare(&method, &path);
            if let Some(value) = value {
                request = request.header(AUTHORIZATION, value);
            }
            let answer = Answer::of(request).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} {value:?}");
            assert_eq!(answer.headers[WWW_AUTHENTICATE], *challenge, "{value:?}");
            assert!(!answer.body.to_string().contains(token));
        }
    }
    for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
        let request = api.bare(&Method::GET, "/v1/customers").header(AUTHORIZATION, format!("{scheme} {token}"));
        Answer::of(request).await.ok();
    }
}

#[tokio::test]
async fn a_token_elsewhere_or_twice_does_not_count() {
    let api = Api::start().await;
    let token = api.sandbox.token();
    let query = format!("/v1/customers?access_token={token}&token={token}");
    assert_eq!(Answer::of(api.bare(&Method::GET, &query)).await.status, StatusCode::UNAUTHORIZED);
    let twice = api.request(&Method::GET, "/v1/customers").header(AUTHORIZATION, "Bearer other");
    assert_eq!(Answer::of(twice).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn another_token_can_be_chosen() {
    let sandbox =
        Sandbox::start(([127, 0, 0, 1], 0).into(), Options { token: "mine".to_owned(), ..Options::default() })
            .await
            .unwrap();
    let api = Api { sandbox, ..Api::start().await };
    api.get("/v1/customers").await.ok();
    let other = api.bare(&Method::GET, "/v1/customers").bearer_auth(crate::sandbox::DEFAULT_TOKEN);
    assert_eq!(Answer::of(other).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn unknown_paths_are_not_found_with_or_without_a_token() {
    let api = Api::start().await;
    let deep = format!("/v1/customers/{UNKNOWN}/bankinfo/{UNKNOWN}/more");
    let other = format!("/v1/customers/{UNKNOWN}/accounts");
    for path in ["", "/", "/v1", "/v1/customer", "/v1/customersx", "/v1/customers/", "/v2/customers", &deep, &other] {
        for request in [api.bare(&Method::GET, path), api.request(&Method::POST, path)] {
            assert_eq!(Answer::of(request).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let outside = format!("http://{}/v1/customers", api.sandbox.addr());
    assert_eq!(Answer::of(api.client.get(outside)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_405_and_told() {
    let api = Api::start().await;
    let one = format!("/v1/customers/{UNKNOWN}");
    let cases = [
        ("/v1/customers".to_owned(), "GET, HEAD, POST"),
        (one.clone(), "GET, HEAD, PATCH"),
        (format!("{one}/bankinfo"), "GET, HEAD, POST"),
        (format!("{one}/bankinfo/{UNKNOWN}"), "GET, HEAD, DELETE"),
    ];
    for (path, allow) in cases {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if allow.split(", ").any(|known| known == method) {
                continue;
            }
            let method: Method = method.parse().unwrap();
            let answer = Answer::of(api.request(&method, &path)).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.headers[ALLOW], allow);
            let bare = Answer::of(api.bare(&method, &path)).await;
            assert_eq!(bare.status, StatusCode::UNAUTHORIZED, "who may not ask is told nothing");
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let api = Api::start().await;
    for path in ["/v1/customers", "/v1/customers?limit=0", &format!("/v1/customers/{UNKNOWN}")] {
        let got = Answer::of(api.request(&Method::GET, path)).await;
        let head = Answer::of(api.request(&Method::HEAD, path)).await;
        assert_eq!((head.status, &head.body), (got.status, &Value::Null));
        assert_eq!(head.headers[CONTENT_LENGTH], got.headers[CONTENT_LENGTH]);
        assert_eq!(head.headers[CONTENT_TYPE], "application/json");
    }
}

#[tokio::test]
async fn a_body_has_to_say_that_it_is_json() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let (body, change) = (customer().to_string(), json!({ "fullName": "Other" }).to_string());
    for (method, path, body) in [(Method::POST, "/v1/customers", &body), (Method::PATCH, one.as_str(), &change)] {
        for kind in ["text/plain", "application/xml", "application/jsonx", "application/merge-patch+json", "json", ""] {
            let request = api.request(&method, path).header(CONTENT_TYPE, kind).body(body.clone());
            assert_eq!(Answer::of(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        }
        let missing = api.request(&method, path).body(body.clone());
        assert_eq!(Answer::of(missing).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let coded =
            api.request(&method, path).header(CONTENT_TYPE, "application/json").header(CONTENT_ENCODING, "gzip");
        assert_eq!(Answer::of(coded.body(body.clone())).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        for kind in ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;x=y"]
        {
            Answer::of(api.request(&method, path).header(CONTENT_TYPE, kind).body(body.clone())).await.ok();
        }
    }
}

#[tokio::test]
async fn a_body_has_to_be_a_json_object() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    let banks = format!("{one}/bankinfo");
    for (method, path) in [(Method::POST, "/v1/customers"), (Method::PATCH, &one), (Method::POST, &banks)] {
        let deep = "[".repeat(5000);
        let bodies: [&[u8]; 10] =
            [b"", b"{", b"{\"a\":}", b"nope", b"[]", b"null", b"1", b"\"{}\"", b"{\"a\":\"\xff\"}", deep.as_bytes()];
        for body in bodies {
            let request = api.request(&method, path).header(CONTENT_TYPE, "application/json").body(body.to_vec());
            Answer::of(request).await.invalid(&[""]);
        }
    }
}

#[tokio::test]
async fn a_body_left_out_is_missed_only_where_something_is_required() {
    let api = Api::start().await;
    let one = api.add(&customer()).await;
    api.send(&Method::POST, "/v1/customers", None).await.invalid(&[""]);
    api.send(&Method::POST, &format!("{one}/bankinfo"), None).await.invalid(&[""]);
    let before = api.get(&one).await.ok();
    let id = before["customerId"].clone();
    assert_eq!(api.send(&Method::PATCH, &one, None).await.ok(), json!({ "customerId": id }));
    assert_eq!(api.get(&one).await.ok(), before);
}

#[tokio::test]
async fn a_body_may_have_one_mebibyte() {
    let api = Api::start().await;
    let frame = with(&customer(), "/fullName", "").to_string().len();
    let fits = with(&customer(), "/fullName", "x".repeat((1 << 20) - frame));
    let one = api.add(&fits).await;
    assert_eq!(api.get(&one).await.ok()["kycDetails"]["fullName"], fits["fullName"]);
    for more in [1, 3 << 20] {
        let body = with(&customer(), "/fullName", "x".repeat((1 << 20) - frame + more));
        assert_eq!(api.post("/v1/customers", &body).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn hostile_requests_leave_it_standing() {
    let api = Api::start().await;
    let long = format!("/v1/customers/{}", "x".repeat(4000));
    for path in [
        "/v1/customers/%00",
        "/v1/customers/%FF%FE",
        "/v1/customers/%2e%2e%2f",
        "/v1/customers/%",
        "/v1/customers/%E2%80%AE",
        "/v1/customers/%7B%7D",
        &long,
    ] {
        assert_eq!(api.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(api.get(&format!("{path}/bankinfo/%00")).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    for raw in ["\r\n\r\n", "GET\r\n\r\n", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", "\x00\x01\x02", "GET / HTTP/9\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(api.sandbox.addr()).await.unwrap();
        stream.write_all(raw.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        drop(stream.read_to_end(&mut Vec::new()).await);
    }
    api.get("/v1/customers").await.ok();
}

#[tokio::test]
async fn errors_repeat_nothing_that_was_sent() {
    let api = Api::start().await;
    let mut body = customer();
    for name in ["nationality", "dateOfBirth", "isPEP", "employmentStatus", "emiratesId"] {
        body[name] = "secret-7".into();
    }
    body["address"]["country"] = "secret-7".into();
    body["secret-7"] = 1.into();
    body["fullName"] = json!({ "secret-7": "secret-7" });
    let answer = api.post("/v1/customers", &body).await;
    assert!(!answer.body.to_string().contains("secret-7"));
    answer.invalid(&["/fullName", "/nationality", "/address/country", "/dateOfBirth", "/isPEP", "/employmentStatus"]);
    let answer = api.get("/v1/customers?customerStatus=secret-7&after=secret-7&limit=secret-7").await;
    assert!(!answer.body.to_string().contains("secret-7"));
}

#[tokio::test]
async fn many_clients_at_once() {
    let api = Api::start().await;
    let add = |number: usize| {
        let api = &api;
        async move {
            let one = api.add(&with(&customer(), "/referenceId", format!("busy-{number}"))).await;
            api.get(&one).await.ok()["referenceId"].clone()
        }
    };
    let names = futures_util::future::join_all((0..60).map(add)).await;
    assert_eq!(names, (0..60).map(|number| json!(format!("busy-{number}"))).collect::<Vec<_>>());
    assert_eq!(api.get("/v1/customers").await.ok()["totalCount"], "88");
}

#[tokio::test]
async fn it_starts_at_once_stops_when_told_and_ends_when_dropped() {
    let began = Instant::now();
    let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), Options::default()).await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(50), "{:?}", began.elapsed());
    let addr = sandbox.addr();
    assert_eq!(sandbox.base_url(), format!("http://127.0.0.1:{}/api", addr.port()));
    assert!(Sandbox::start(addr, Options::default()).await.is_err(), "the port is taken");
    // A client that keeps its connection open does not hold it up.
    let idle = TcpStream::connect(addr).await.unwrap();
    let began = Instant::now();
    sandbox.stop().await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    drop(idle);
    assert!(TcpStream::connect(addr).await.is_err());
    let api = Api::start().await;
    api.get("/v1/customers").await.ok();
    let addr = api.sandbox.addr();
    drop(api.sandbox);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn waiting_serves_until_dropped() {
    let api = Api::start().await;
    let url = format!("{}/v1/customers", api.sandbox.base_url());
    let waiting = tokio::spawn(api.sandbox.wait());
    assert_eq!(Answer::of(api.client.get(&url)).await.status, StatusCode::UNAUTHORIZED);
    waiting.abort();
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(api.client.get(&url).send().await.is_err());
}
