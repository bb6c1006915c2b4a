//! What a witness shows, and that its command line is one a shell reads as meant.

use std::process::Command;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::environment::Secret;
use crate::exchange::{Failure, Headers, Response};

fn redactor(secret: &str, keys: &[&str]) -> Redactor {
    let secret = Secret::new(secret);
    Redactor::new([&secret].into_iter(), &keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>())
}

fn request(method: &str, url: &str, fields: &[(&str, &str)], body: Option<&[u8]>) -> Request {
    let mut headers = Headers::default();
    for (name, value) in fields {
        headers.push(*name, *value);
    }
    Request { method: method.to_owned(), url: url.to_owned(), headers, body: body.map(<[u8]>::to_vec) }
}

fn exchange_of(request: Request, body: Vec<u8>, completeness: Completeness) -> Exchange {
    let response = Response {
        status: 200,
        reason: None,
        version: "HTTP/1.1".to_owned(),
        headers: Headers::default(),
        body,
        completeness,
    };
    Exchange { request, result: Ok(response), elapsed: Duration::from_millis(7), attempts: 1, deferred: Vec::new() }
}

/// The words that a shell hands to curl.
fn words(line: &str) -> Vec<String> {
    let script = format!("printf '%s\\0' {line}");
    let output = Command::new("sh").args(["-c", &script]).env("CONFORM_TOKEN", "t0k3n").output().unwrap();
    assert!(output.status.success(), "{line}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn the_command_line_sends_the_same() {
    let shown = redactor("t0k3n", &["fullName"]);
    let json = [("Authorization", "Bearer t0k3n"), ("Content-Type", "application/json")];
    for (request, expected) in [
        (request("GET", "http://h/a?b=c&d=%20", &[], None), vec!["http://h/a?b=c&d=%20"]),
        (request("HEAD", "http://h/a", &[], None), vec!["--head", "http://h/a"]),
        (
            request("DELETE", "http://h/a", &[("X-Empty", "")], None),
            vec!["-X", "DELETE", "-H", "X-Empty;", "http://h/a"],
        ),
        (
            request("POST", "http://h/a", &json, Some(b"{\"n\": \"it's $HOME `x` \\\"\"}\n")),
            vec![
                "-H",
                "Authorization: Bearer t0k3n",
                "-H",
                "Content-Type: application/json",
                "--data-binary",
                "{\"n\": \"it's $HOME `x` \\\"\"}\n",
                "http://h/a",
            ],
        ),
        (
            request("POST", "http://h/a", &[], Some(b"@/etc/passwd")),
            vec!["-H", "Content-Type:", "--data-raw", "@/etc/passwd", "http://h/a"],
        ),
        (
            request("PATCH", "http://h/a", &[], Some(b"")),
            vec!["-X", "PATCH", "-H", "Content-Type:", "--data-binary", "", "http://h/a"],
        ),
        (
            request("POST", "http://h/a", &[], Some(b"\xff\x00")),
            vec!["-H", "Content-Type:", "--data-binary", "@request-body", "http://h/a"],
        ),
        (
            request("GET", "http://h/a?k=t0k3n", &[("X-Api-Key", "t0k3n")], None),
            vec!["-H", "X-Api-Key: t0k3n", "http://h/a?k=t0k3n"],
        ),
        (request("GET", "http://h/a?c[d]=1", &[], None), vec!["--globoff", "http://h/a?c[d]=1"]),
        (request("GET", "http://h/';reboot;'", &[], None), vec!["http://h/';reboot;'"]),
    ] {
        let line = curl(&shown, &request);
        assert!(!line.contains("t0k3n"), "{line}");
        let all: Vec<&str> = ["curl", "-i", "--path-as-is"].into_iter().chain(expected).collect();
        assert_eq!(words(&line), all, "{line}");
    }
    let basic = redactor("user:passw0rd", &[]);
    let request = request("GET", "http://h/", &[("Authorization", "Basic dXNlcjpwYXNzdzByZA==")], None);
    assert_eq!(curl(&basic, &request), "curl -i --path-as-is -u \"$CONFORM_TOKEN\" http://h/");
}

#[test]
fn long_bodies_are_cut_between_characters() {
    let shown = redactor("t0k3n", &[]);
    let text = "é".repeat(100_000);
    let witness_of = |body: &[u8]| {
        let exchange = exchange_of(request("GET", "http://h/", &[], None), body.to_vec(), Completeness::Whole);
        witness(&shown, &exchange).response_body.unwrap()
    };
    let cut = witness_of(text.as_bytes());
    assert!(cut.ends_with("… [shortened, 200000 bytes in all]") && cut.len() < SHOWN + 100, "{}", cut.len());
    assert!(cut.trim_start_matches('é').starts_with('…'));
    assert_eq!(witness_of(b"\xff\xfe"), "\u{fffd}\u{fffd}");
    assert_eq!(witness_of(b""), "");
    // The looked-at part ends within a secret; masking before it makes room for what stands at the end.
    let mut body = format!("\"t0k3n{}\"", " ".repeat(LOOKED_AT - 11)).into_bytes();
    body.extend(b"t0k3n and more");
    assert!(!witness_of(&body).contains("t0k"));
}

#[test]
fn a_hidden_value_that_the_answer_repeats_is_hidden_there() {
    let shown = redactor("t0k3n", &["emiratesId", "people"]);
    let sent = request(
        "POST",
        "http://h/?emiratesId=784-2000-1",
        &[],
        Some(br#"{"emiratesId": "784-1990-7", "people": [{"n": 1234567, "m": "Jo"}]}"#),
    );
    let answer = br#"{"message": "784-1990-7, 784-2000-1 and 1234567 are no ids, Jo"}"#.to_vec();
    let shown = witness(&shown, &exchange_of(sent, answer, Completeness::Whole));
    assert_eq!(
        shown.response_body.as_deref(),
        Some(r#"{"message": "<redacted>, <redacted> and <redacted> are no ids, Jo"}"#)
    );
}

#[test]
fn what_came_is_shown_in_brief() {
    let shown = redactor("t0k3n", &["fullName"]);
    let body = |text: &str| Part::Body(Pointer::parse(text).unwrap());
    assert_eq!(came(&shown, &body("/a/fullName"), &json!("Jo")), json!("<redacted>"));
    assert_eq!(came(&shown, &Part::Header("set-cookie".to_owned()), &json!("sid=1")), json!("<redacted>"));
    assert_eq!(came(&shown, &Part::Header("ETag".to_owned()), &json!("\"t0k3n\"")), json!("\"<redacted>\""));
    assert_eq!(came(&shown, &Part::Status, &json!(200)), json!(200));
    let small = json!({"a": [1, "x", null, {"b": []}], "fullName": "Jo"});
    let expected = json!({"a": [1, "x", null, {"b": []}], "fullName": "<redacted>"});
    assert_eq!(came(&shown, &body(""), &small), expected);
    let numbers: Vec<u32> = (0..10_000).collect();
    assert_eq!(came(&shown, &body(""), &json!(numbers)).as_array().unwrap().last().unwrap(), &json!("… [9990 more]"));
    let wide = json!(vec![json!(vec![json!(vec![7; 500]); 100]); 20]);
    assert!(came(&shown, &body(""), &wide).to_string().len() < 10_000);
    let mut deep = json!("end");
    for _ in 0..100 {
        deep = json!({ "a": [deep] });
    }
    assert!(came(&shown, &body(""), &deep).to_string().contains("… [1 members]"));
    let long = came(&shown, &body(""), &json!("é".repeat(1_000_000)));
    assert!(long.as_str().unwrap().len() < STRING + 50);
}

#[test]
fn what_is_missing_is_said() {
    let shown = redactor("t0k3n", &["fullName"]);
    let sent = || request("GET", "http://h/", &[], None);
    let of = |completeness| witness(&shown, &exchange_of(sent(), b"{\"fullName\": \"J".to_vec(), completeness));
    assert_eq!(of(Completeness::Whole).failure, None);
    assert_eq!(of(Completeness::Whole).response_body.as_deref(), Some("{\"fullName\": \"<redacted>\""));
    assert_eq!(
        of(Completeness::Cut("saw t0k3n".to_owned())).failure.as_deref(),
        Some("the body was cut: saw <redacted>")
    );
    assert!(of(Completeness::OverLimit(9)).failure.unwrap().contains("9 bytes"));
    let failed = Exchange {
        result: Err(Failure::Closed("reset".to_owned())),
        ..exchange_of(sent(), Vec::new(), Completeness::Whole)
    };
    let failed = witness(&shown, &failed);
    assert_eq!((failed.status, failed.response_body, failed.milliseconds), (None, None, 7));
    assert_eq!(failed.failure.as_deref(), Some("connection closed before a response: reset"));
}

/// `\\uXXXX` for each character.
fn unicode_escaped(text: &str) -> String {
    text.chars().flat_map(|c| format!("\\u{:04x}", u32::from(c)).chars().collect::<Vec<_>>()).collect()
}

/// Puts `secret` into `around` in one of the ways that it may travel.
fn planted(way: usize, around: &str, secret: &str) -> String {
    let encoded = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
    match way {
        0 => format!("{around}{secret}{around}"),
        1 => json!({ "k": [around, format!("{around}{secret}")] }).to_string(),
        2 => json!({ secret: around }).to_string(),
        3 => format!("a={encoded}&b={around}"),
        4 => json!({ "Name": { "deep": [secret, around] } }).to_string(),
        5 => {
            format!("{{\"k\": \"{}\"}}", unicode_escaped(secret))
        }
        _ => json!({ "k": json!({ "inner": secret }).to_string() }).to_string(),
    }
}

proptest! {
    #[test]
    fn no_secret_survives(
        secret in "[!-~]{8,24}",
        around in "[ -~éا\\n]{0,30}",
        ways in (0..7_usize, 0..7_usize),
    ) {
        // A secret that is part of what redaction itself writes cannot be hidden.
        prop_assume!(!"<redacted> $CONFORM_TOKEN --path-as-is --data-binary request-body http://h/".contains(&*secret));
        prop_assume!(!around.contains(&*secret));
        let shown = redactor(&secret, &["name"]);
        let body = planted(ways.0, &around, &secret);
        let encoded = percent_encoding::utf8_percent_encode(&secret, percent_encoding::NON_ALPHANUMERIC).to_string();
        let mut sent = request("POST", &format!("http://h/{encoded}?q={encoded}"), &[], Some(body.as_bytes()));
        sent.headers.push("Authorization", format!("Bearer {secret}"));
        sent.headers.push("X-Echo", format!("a {secret} b"));
        let answer = planted(ways.1, &around, &secret);
        let mut exchange = exchange_of(sent, answer.clone().into_bytes(), Completeness::Cut(format!("at {secret}")));
        if let Ok(response) = &mut exchange.result {
            response.headers.push("Set-Cookie", secret.clone());
            response.headers.push("X-Echo", secret.clone());
        }
        let witness = witness(&shown, &exchange);
        let came = shown.value(&serde_json::from_str(&answer).unwrap_or(json!(answer)), &crate::document::Pointer::root());
        let escaped = unicode_escaped(&secret);
        let json_escaped = json!(secret).to_string();
        for text in [format!("{witness:#?}"), format!("{came:?}"), came.to_string()]
            .into_iter()
            .chain(witness.request_body.clone())
            .chain(witness.response_body.clone())
            .chain([witness.curl.clone(), witness.url.clone()])
            .chain(witness.request_headers.iter().chain(&witness.response_headers).map(|(_, value)| value.clone()))
        {
            for form in [&*secret, &*encoded, &*escaped, json_escaped.trim_matches('"')] {
                prop_assert!(!text.contains(form), "{} in {}", form, text);
            }
        }
        for word in words(&witness.curl) {
            prop_assert!(!word.contains(&*secret) || secret == "t0k3n");
        }
    }

    #[test]
    fn nothing_else_is_lost(text in "[ -~éا\\n]{0,60}") {
        let shown = redactor("a secret that is not there", &["name"]);
        prop_assume!(!text.contains("eyJ") && !text.to_lowercase().contains("bearer") && !text.to_lowercase().contains("basic"));
        prop_assert_eq!(shown.body(None, text.as_bytes()), text);
    }
}
