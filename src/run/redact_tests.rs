//! Nothing secret survives, and nothing else is lost.

use serde_json::json;

use super::*;

fn redactor(secrets: &[&str], keys: &[&str]) -> Redactor {
    let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
    Redactor::new(secrets.iter(), &keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>())
}

#[test]
fn secrets_go_in_every_common_form() {
    let shown = redactor(&["s3cr3t/+&\"x"], &[]);
    for text in [
        "at s3cr3t/+&\"x end",
        r#"{"a": "s3cr3t/+&\"x"}"#,
        r#"{"a": "s3cr3t\/+&\"x"}"#,
        r#"{"a": "\u0073\u0033cr3t/+\u0026\"x"}"#,
        "q=s3cr3t%2F%2B%26%22x",
        "q=s3cr3t%2f%2b%26%22x",
        "<b>s3cr3t/+&amp;&quot;x</b>",
        // printf '%s' 's3cr3t/+&"x' | base64, then with `user:` before it and `!` after it
        "czNjcjN0LysmIng=",
        "dXNlcjpzM2NyM3QvKyYieCE=",
    ] {
        let masked = shown.quoted(text);
        assert!(masked.contains(MASK), "{text} -> {masked}");
        assert!(!masked.contains("s3cr3t") && !masked.contains("cr3t"), "{text} -> {masked}");
    }
    assert_eq!(redactor(&["abc", ""], &[]).text("abc abc"), "abc abc");
}

#[test]
fn of_user_and_password_both_forms_go() {
    let shown = redactor(&["user:passw0rd"], &[]);
    // printf '%s' 'user:passw0rd' | base64
    assert_eq!(shown.text("dXNlcjpwYXNzdzByZA== and passw0rd"), "<redacted> and <redacted>");
    assert_eq!(shown.text("user"), "user");
    let headers = {
        let mut headers = Headers::default();
        headers.push("Authorization", "Basic dXNlcjpwYXNzdzByZA==");
        headers
    };
    assert_eq!(shown.headers(&headers), [("Authorization".to_owned(), "Basic <redacted>".to_owned())]);
}

#[test]
fn members_go_by_name_at_any_depth() {
    let shown = redactor(&[], &["fullName", "EmiratesID", "people"]);
    for (body, expected) in [
        (r#"{"fullName": "Jo", "id": 1}"#, r#"{"fullName": "<redacted>", "id": 1}"#),
        (
            r#"{"a":[{"FULLNAME":"Jo"},{"x":{"emiratesId":784}}]}"#,
            r#"{"a":[{"FULLNAME":"<redacted>"},{"x":{"emiratesId":"<redacted>"}}]}"#,
        ),
        (r#"{"people": [{"n": "Jo]\""}, {"n": "{"}], "b": 2}"#, r#"{"people": "<redacted>", "b": 2}"#),
        (r#"{"fullN\u0061me": "Jo"}"#, r#"{"fullN\u0061me": "<redacted>"}"#),
        (r#"{"fullName": null, "b": true}"#, r#"{"fullName": null, "b": true}"#),
        (r#"{"fullName": "Jo"#, r#"{"fullName": "<redacted>""#),
        (r#"{"people": [{"n": "Jo"#, r#"{"people": "<redacted>""#),
        (r#"{"fullName":"#, r#"{"fullName":"#),
        (r#"["fullName", "Jo"]"#, r#"["fullName", "Jo"]"#),
        (r#"{"title": "fullName", "b": "Jo"}"#, r#"{"title": "fullName", "b": "Jo"}"#),
        ("{\"fullName\": 'Jo Doe', \"b\": 1}", "{\"fullName\": \"<redacted>\", \"b\": 1}"),
        ("{\"fullName\": Jo Doe\n, \"b\": 1}", "{\"fullName\": \"<redacted>\"\n, \"b\": 1}"),
        ("{\n  \"fullName\" : 'Jo'\n}", "{\n  \"fullName\" : \"<redacted>\"\n}"),
        ("plain \"text", "plain \"text"),
    ] {
        assert_eq!(shown.body(Some("application/json"), body.as_bytes()), expected);
    }
    let form = shown.body(Some("application/x-www-form-urlencoded"), b"full%4eame=Jo&x=1");
    assert_eq!(form, "full%4eame=<redacted>&x=1");
}

#[test]
fn values_go_by_the_place_they_stand_at() {
    let shown = redactor(&["hidden-token"], &["fullName"]);
    let at = |text: &str| Pointer::parse(text).unwrap();
    assert_eq!(shown.value(&json!("Jo"), &at("/items/0/fullName")), json!(MASK));
    assert_eq!(shown.value(&json!({"first": "Jo"}), &at("/fullName")), json!(MASK));
    assert_eq!(shown.value(&json!("Jo"), &at("/fullName/first")), json!(MASK));
    assert_eq!(shown.value(&json!(null), &at("/fullName")), json!(null));
    assert_eq!(
        shown.value(&json!({"fullName": 1, "a": ["is hidden-token", 2]}), &at("/x")),
        json!({"fullName": MASK, "a": ["is <redacted>", 2]})
    );
    assert_eq!(shown.value(&json!("{\"fullName\": \"Jo\"}"), &at("/x")), json!("{\"fullName\": \"<redacted>\"}"));
    assert_eq!(redactor(&["12345678"], &[]).value(&json!(12_345_678), &at("")), json!(MASK));
}

#[test]
fn tokens_that_nobody_told_go_and_prose_stays() {
    let shown = redactor(&[], &[]);
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    for (text, expected) in [
        (format!("token {jwt}!"), "token <redacted>!"),
        (format!("https://h/cb?t={jwt}&x=1"), "https://h/cb?t=<redacted>&x=1"),
        ("Authorization: Bearer 8f3ac1d97b".to_owned(), "Authorization: Bearer <redacted>"),
        ("authorization:bearer\tabcdefghijklmnopqrstuv".to_owned(), "authorization:bearer\t<redacted>"),
        ("got Basic dXNlcjpwYXNzdzByZA==".to_owned(), "got Basic <redacted>"),
        ("Bearer authentication is required".to_owned(), "Bearer authentication is required"),
        ("Bearer realm=\"customers-api-v2\"".to_owned(), "Bearer realm=\"customers-api-v2\""),
        ("basic information about eyJ".to_owned(), "basic information about eyJ"),
    ] {
        assert_eq!(shown.text(&text), expected);
    }
}

#[test]
fn urls_lose_parameters_and_user_information() {
    let shown = redactor(&["k3y value"], &["api_key", "fullName"]);
    for (url, expected) in [
        ("https://h:1/a/b?api_key=x1&page=2", "https://h:1/a/b?api_key=<redacted>&page=2"),
        ("https://u:p@h/a?API_KEY=&b", "https://<redacted>@h/a?API_KEY=&b"),
        ("http://h/k3y%20value/x?q=k%33y+value&r=%zz", "http://h/<redacted>/x?q=<redacted>&r=%zz"),
        ("http://h/a%2Fb?x=a%20b", "http://h/a%2Fb?x=a%20b"),
        ("/rel?full%4Eame=Jo", "/rel?full%4Eame=<redacted>"),
    ] {
        assert_eq!(shown.url(url), expected);
    }
}

#[test]
fn credential_fields_go_whatever_they_hold() {
    let shown = redactor(&[], &["X-Customer"]);
    let mut headers = Headers::default();
    for (name, value) in [
        ("authorization", "Bearer short"),
        ("Authorization", "secret without scheme"),
        ("Set-Cookie", "sid=1; Path=/"),
        ("X-API-Key", "k"),
        ("x-customer", "Jo"),
        ("WWW-Authenticate", "Bearer realm=\"x\", error=\"invalid_token\""),
        ("Location", "http://h/c?x-customer=Jo"),
        ("Content-Type", "application/json"),
    ] {
        headers.push(name, value);
    }
    let values: Vec<String> = shown.headers(&headers).into_iter().map(|(_, value)| value).collect();
    assert_eq!(
        values,
        [
            "Bearer <redacted>",
            MASK,
            MASK,
            MASK,
            MASK,
            "Bearer realm=\"x\", error=\"invalid_token\"",
            "http://h/c?x-customer=<redacted>",
            "application/json"
        ]
    );
    assert!(!format!("{:?}", redactor(&["s3cr3t"], &[])).contains("s3cr3t"));
}
