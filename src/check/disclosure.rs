//! `disclosure`: an answer that shows a stack trace, a credential, or data of somebody whom the request did not name.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;
use serde_json::Value;

use crate::case::Intent;
use crate::contract::{Location, Scheme};
use crate::document::Pointer;
use crate::drift::{Cause, Finding, Level, Part};
use crate::exchange::{Request, Response};

use super::reading::stable_name;
use super::{Body, Check, Subject, personal};

/// The row of the registry.
pub const CHECK: Check = Check {
    id: "disclosure",
    title: "an answer shows a stack trace, a credential or somebody else's data",
    level: Level::Error,
    cause: Cause::Server,
    silenced_by: &[],
    by_document: false,
    judge,
    page: include_str!("../../docs/check/disclosure.md"),
};

/// Shorter credentials may be in a body by chance.
const TELLING: usize = 16;

/// What gives a stack trace away: a frame or a headline as the language itself prints it, never a word alone.
static TRACES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let patterns = [
        (
            "Java",
            r"\bat (?:[\w$]+[./])+[\w$<>]+\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)",
        ),
        ("Python", r"Traceback \(most recent call last\):"),
        (
            "JavaScript",
            r"\bat (?:[\w$.<>\[\] ]+ \(|async )?(?:file:|node:|webpack:)?[\w./\\:@-]*[/\\][\w.@-]+\.(?:js|ts|mjs|cjs|jsx|tsx):\d+:\d+\b",
        ),
        (".NET", r"\bat [\w.`<>+\[\], ]+\([^()\r\n]*\) in [^\r\n]+:line \d+"),
        ("Go", r"\bgoroutine \d+ \[[a-z ,0-9]+\]:"),
        ("PHP", r"(?:#\d+ |in )/?[\w./\\:-]+\.php(?:\(\d+\): | on line \d+)"),
        ("Ruby", r"\b[\w./-]+\.rb:\d+:in [`'][^'`\r\n]+'"),
        ("Rust", r"thread '[^'\r\n]+' (?:\(\d+\) )?panicked at "),
    ];
    patterns.into_iter().filter_map(|(language, pattern)| Some((language, Regex::new(pattern).ok()?))).collect()
});

/// A JSON Web Token: two JSON objects and a signature, each in base64url (RFC 7519 §3).
static TOKEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{16,}").ok());

/// One thing that should not have been shown.
struct Leak {
    class: &'static str,
    what: String,
    part: Part,
    shape: Pointer,
}

fn judge(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(response) = subject.response else { return Vec::new() };
    let mut leaks = Vec::new();
    let credentials = sent_credentials(subject);
    let echoes = |text: &str| credentials.iter().any(|credential| text.contains(credential.as_str()));
    leaks.extend(in_headers(subject, response, &echoes));
    if let Ok(text) = std::str::from_utf8(&response.body) {
        if echoes(text) {
            leaks.extend(in_body(subject, "credential", "the credential that was sent", &echoes));
        } else if subject.keeper.holds_secret(text) && !was_carried(subject) {
            let what = "a credential of this environment, which the request did not carry";
            leaks.extend(in_body(subject, "unsent-credential", what, &|text| subject.keeper.holds_secret(text)));
        }
        // Logs, tickets and sessions are data of a success; in a refusal they have no business.
        if response.status >= 400 {
            let text = &without_escapes(subject.body, text);
            let trace = TRACES.iter().find(|(_, pattern)| pattern.is_match(text));
            if let Some((language, pattern)) = trace.filter(|(_, pattern)| !was_sent(subject, pattern)) {
                let what = format!("a stack trace ({language})");
                leaks.extend(in_body(subject, "stack-trace", &what, &|text| pattern.is_match(text)));
            }
            let token = TOKEN.as_ref().filter(|token| token.is_match(text) && !was_sent(subject, token));
            if let Some(token) = token.filter(|_| !echoes(text)) {
                leaks.extend(in_body(subject, "token", "a JSON Web Token", &|text| token.is_match(text)));
            }
            leaks.extend(personal::in_refusal(subject).map(|place| Leak {
                class: "personal-data",
                what: "data of somebody whom the request did not name".to_owned(),
                shape: subject.shape(&place),
                part: Part::Body(place),
            }));
        }
    }
    leaks.into_iter().map(|leak| finding(subject, response, leak)).collect()
}

fn finding(subject: &Subject<'_>, response: &Response, leak: Leak) -> Finding {
    Finding {
        shape: leak.shape,
        class: leak.class.to_owned(),
        message: format!("a {} response shows {}", response.status, leak.what),
        promised: "nothing of the sort is documented".to_owned(),
        // Never the thing itself: a report would show it once more.
        came: Value::String(leak.what),
        remedy: "keep it in the server's log, and answer with an id under which it can be found there".to_owned(),
        ..CHECK.finding(subject.status_place(), leak.part)
    }
}

/// Whether the request carried a credential of the environment anywhere: what it sent, it may be told.
fn was_carried(subject: &Subject<'_>) -> bool {
    let Request { url, body, headers, .. } = &subject.exchange.request;
    let holds = |text: &str| subject.keeper.holds_secret(text);
    holds(&percent_decode_str(url).decode_utf8_lossy())
        || headers.0.iter().any(|header| holds(&header.value))
        || body.as_deref().is_some_and(|body| holds(&String::from_utf8_lossy(body)))
}

/// Header fields that repeat a credential, unless they are documented or made to carry one.
fn in_headers(subject: &Subject<'_>, response: &Response, echoes: &dyn Fn(&str) -> bool) -> Option<Leak> {
    let documented = |name: &str| {
        subject
            .documented
            .is_some_and(|documented| documented.headers.iter().any(|h| h.name.eq_ignore_ascii_case(name)))
    };
    let carries = |name: &str| {
        ["set-cookie", "authorization", "authentication-info"].iter().any(|c| name.eq_ignore_ascii_case(c))
    };
    let header = response.headers.0.iter().find(|h| echoes(&h.value) && !carries(&h.name) && !documented(&h.name))?;
    Some(Leak {
        class: "credential",
        what: "the credential that was sent".to_owned(),
        part: Part::Header(stable_name(&header.name).into_owned()),
        shape: Pointer::root(),
    })
}

/// The first place of the body whose text `shows` it, unless the document has a property for such things there.
fn in_body(subject: &Subject<'_>, class: &'static str, what: &str, shows: &dyn Fn(&str) -> bool) -> Option<Leak> {
    let leak = |part: Pointer, shape| Leak { class, what: what.to_owned(), part: Part::Body(part), shape };
    let Body::Json(value) = subject.body else { return Some(leak(Pointer::root(), Pointer::root())) };
    let mut places = Vec::new();
    strings(value, &mut Vec::new(), &mut |path, text| {
        if shows(text) {
            places.push(Pointer::from_tokens(path));
        }
    });
    let schema = subject.media.and_then(|media| media.schema.as_ref());
    let undocumented: Option<BTreeSet<Pointer>> = schema.map(|schema| {
        subject.contract.schemas.undocumented(schema, value).into_iter().map(|(instance, _)| instance).collect()
    });
    let meant = |place: &Pointer| {
        let mut above = std::iter::successors(Some(place.clone()), Pointer::parent);
        is_meant_for(class, place) && undocumented.as_ref().is_some_and(|places| !above.any(|at| places.contains(&at)))
    };
    if places.is_empty() {
        return Some(leak(Pointer::root(), Pointer::root()));
    }
    places.into_iter().find(|place| !meant(place)).map(|place| {
        let shape = subject.shape(&place);
        leak(place, shape)
    })
}

/// Whether a documented property of this name is there to show such a thing.
fn is_meant_for(class: &str, place: &Pointer) -> bool {
    let names: &[&str] = if class == "stack-trace" {
        &["stack", "trace", "backtrace", "exception", "debug"]
    } else {
        &["token", "jwt", "bearer", "credential", "authorization", "apikey", "api_key", "secret", "key"]
    };
    place.tokens().any(|token| {
        let token = token.to_ascii_lowercase();
        names.iter().any(|name| token.contains(name))
    })
}

/// The text as a reader sees it: in JSON, the tab before a frame is two characters.
fn without_escapes<'t>(body: &Body, text: &'t str) -> Cow<'t, str> {
    let Body::Json(value) = body else { return Cow::Borrowed(text) };
    let mut lines = Vec::new();
    strings(value, &mut Vec::new(), &mut |_, line| lines.push(line));
    Cow::Owned(lines.join("\n"))
}

/// Visits every string of `value` with the tokens that lead to it.
fn strings<'v>(value: &'v Value, path: &mut Vec<Cow<'v, str>>, visit: &mut dyn FnMut(&[Cow<'v, str>], &'v str)) {
    let mut below = |token: Cow<'v, str>, value: &'v Value| {
        path.push(token);
        strings(value, path, visit);
        path.pop();
    };
    match value {
        Value::String(text) => visit(path, text),
        Value::Array(items) => {
            let told = items.iter().enumerate().filter(|(_, item)| !is_wordless(item));
            told.for_each(|(index, item)| below(index.to_string().into(), item));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| below(name.into(), member)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_wordless(value: &Value) -> bool {
    value.is_null() || value.is_boolean() || value.is_number()
}

/// The credentials that the request carried, where they are good ones: a wrong one that is repeated in its refusal
/// belongs to nobody.
fn sent_credentials(subject: &Subject<'_>) -> Vec<String> {
    if *subject.intent == Intent::Unauthorized {
        return Vec::new();
    }
    let headers = &subject.exchange.request.headers;
    let mut names = vec!["authorization"];
    names.extend(subject.operation.security.iter().flatten().filter_map(|used| match &used.scheme {
        Scheme::ApiKey { location: Location::Header, name } => Some(name.as_str()),
        _ => None,
    }));
    let values = names.iter().flat_map(|name| headers.all(name));
    let credentials = values.map(|value| value.split_once(' ').map_or(value, |(_, token)| token).trim());
    credentials.filter(|credential| credential.len() >= TELLING).map(str::to_owned).collect()
}

/// Whether the request itself held the text, so that the server only repeats what it was told.
fn was_sent(subject: &Subject<'_>, pattern: &Regex) -> bool {
    let Request { url, body, headers, .. } = &subject.exchange.request;
    let body = body.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    pattern.is_match(url) || pattern.is_match(&body) || headers.0.iter().any(|header| pattern.is_match(&header.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(text: &str) -> Option<&'static str> {
        TRACES.iter().find(|(_, pattern)| pattern.is_match(text)).map(|(language, _)| *language)
    }

    /// Frames as the manuals of the languages show them.
    #[test]
    fn each_language_is_recognised_by_its_own_form() {
        assert!(TOKEN.is_some());
        for (text, expected) in [
            ("\tat com.acme.Book.getTitle(Book.java:16)", "Java"),
            ("\tat java.base/java.lang.Thread.run(Thread.java:833)", "Java"),
            ("Traceback (most recent call last):\n  File \"a.py\", line 1", "Python"),
            ("    at Object.<anonymous> (/srv/app/index.js:10:9)", "JavaScript"),
            ("    at async file:///srv/app/server.mjs:3:1", "JavaScript"),
            ("   at Acme.Api.Things.Find(String id) in C:\\src\\Things.cs:line 42", ".NET"),
            ("goroutine 1 [running]:\nmain.main()", "Go"),
            ("#0 /var/www/html/index.php(12): find()", "PHP"),
            ("Fatal error: Uncaught Error in /var/www/index.php on line 3", "PHP"),
            ("/app/models/thing.rb:7:in `find'", "Ruby"),
            ("thread 'main' panicked at src/main.rs:2:5:", "Rust"),
        ] {
            assert_eq!(language(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn ordinary_messages_are_no_traces() {
        for text in [
            "look at line 7 of things.yaml:3:4",
            "the meeting is at noon (room 5)",
            "java.lang.NullPointerException",
            "error in /things at index 3: expected a string",
            "at least one of a.js or b.ts is required",
            "see https://example.com/errors.php#12",
            "the thread 'main' was closed",
            "panic at the disco",
        ] {
            assert_eq!(language(text), None, "{text}");
        }
    }
}
