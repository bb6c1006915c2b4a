//! Takes secrets and personal data out of all that is shown: by value and by name.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use crate::document::Pointer;
use crate::environment::Secret;
use crate::exchange::{Exchange, Headers};

/// What stands in place of a value.
pub const MASK: &str = "<redacted>";

/// Shorter values are no secrets: taking them out would take every text apart.
const SHORTEST: usize = 4;

/// Shorter values under a redacted name are not looked for elsewhere: they are words like any other.
const TELLING: usize = 6;
/// So many values under redacted names are looked for elsewhere.
const VALUES: usize = 50;

/// Header fields that carry credentials by definition.
const CREDENTIALS: &[&str] = &["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"];

/// Authentication schemes that may be shown, since they are no part of the credential.
const SCHEMES: &[&str] = &["bearer", "basic", "digest", "negotiate", "apikey", "token"];

/// As browsers and most clients write a value into a query.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Knows what must not be shown.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Every form that a secret may take, longest first.
    needles: Vec<String>,
    /// Names, in lower case.
    keys: BTreeSet<String>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("forms", &self.needles.len()).field("keys", &self.keys).finish()
    }
}

impl Redactor {
    /// Takes out `secrets` wherever they stand, and the values of all members, fields and parameters that `keys` name.
    pub fn new<'s>(secrets: impl Iterator<Item = &'s Secret>, keys: &[String]) -> Self {
        let mut redactor = Self { needles: Vec::new(), keys: keys.iter().map(|key| key.to_lowercase()).collect() };
        secrets.for_each(|secret| redactor.learn(secret));
        redactor
    }

    /// Takes out this one, too: a token that a login answered.
    pub fn learn(&mut self, secret: &Secret) {
        let value = secret.reveal().trim();
        // Of `user:password`, the password alone is a secret as well.
        let password = value.split_once(':').map(|(_, password)| password);
        for text in [Some(value), password].into_iter().flatten().filter(|text| text.chars().count() >= SHORTEST) {
            self.needles.extend(forms(text));
        }
        self.sort();
    }

    fn sort(&mut self) {
        self.needles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.needles.dedup();
    }

    /// This redactor, which also takes out what stands under redacted names of `exchange` wherever else it stands in it:
    /// servers like to repeat a refused value in their message.
    #[must_use]
    pub fn aware_of(&self, exchange: &Exchange) -> Self {
        let mut aware = self.clone();
        let mut found = BTreeSet::new();
        let sent = exchange.request.body.as_deref();
        for body in sent.into_iter().chain(exchange.result.as_ref().ok().map(|response| response.body.as_slice())) {
            if let Ok(value) = serde_json::from_slice(body) {
                self.hidden(&value, false, &mut found);
            }
        }
        let query = exchange.request.url.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if self.is_key(&decoded(name)) {
                found.insert(decoded(value));
            }
        }
        let telling = |text: &String| text.trim().chars().count() >= TELLING;
        for text in found.into_iter().filter(telling).take(VALUES) {
            let escaped = Value::String(text.clone()).to_string();
            aware.needles.push(escaped.trim_matches('"').to_owned());
            aware.needles.push(text);
        }
        aware.sort();
        aware
    }

    fn hidden(&self, value: &Value, below: bool, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) if below => drop(found.insert(text.clone())),
            Value::Number(number) if below => drop(found.insert(number.to_string())),
            Value::Array(items) => items.iter().for_each(|item| self.hidden(item, below, found)),
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| self.hidden(value, below || self.is_key(name), found));
            }
            _ => {}
        }
    }

    /// Whether the values of this name are taken out.
    pub fn is_key(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        CREDENTIALS.contains(&name.as_str()) || self.keys.contains(&name)
    }

    /// Free text: messages, causes.
    pub fn text(&self, text: &str) -> String {
        self.masked(text, MASK)
    }

    /// `text` with `mask` in place of each secret, and [`MASK`] in place of whatever looks like a token.
    pub(super) fn masked(&self, text: &str, mask: &str) -> String {
        let mut masked = text.to_owned();
        for needle in &self.needles {
            if masked.contains(needle.as_str()) {
                masked = masked.replace(needle.as_str(), mask);
            }
        }
        mask_tokens(&masked)
    }

    /// A value that stands at `at` of a body; below a redacted name nothing but null is shown.
    pub fn value(&self, value: &Value, at: &Pointer) -> Value {
        if !value.is_null() && at.tokens().any(|token| self.is_key(&token)) {
            return Value::String(MASK.to_owned());
        }
        self.members(value)
    }

    fn members(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.quoted(text)),
            Value::Array(items) => items.iter().map(|item| self.members(item)).collect(),
            Value::Object(members) => {
                let shown = |(name, value): (&String, &Value)| {
                    let hidden = self.is_key(name) && !value.is_null();
                    let value = if hidden { Value::String(MASK.to_owned()) } else { self.members(value) };
                    (self.text(name), value)
                };
                Value::Object(members.iter().map(shown).collect())
            }
            Value::Number(number) => {
                let text = number.to_string();
                if self.text(&text) == text { value.clone() } else { Value::String(MASK.to_owned()) }
            }
            Value::Bool(_) | Value::Null => value.clone(),
        }
    }

    /// A body as text. What is JSON, or the beginning of JSON, loses the values of redacted names and keeps its layout.
    pub fn body(&self, media_type: Option<&str>, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(body);
        if media_type.is_some_and(|media| media.to_ascii_lowercase().contains("x-www-form-urlencoded")) {
            return self.pairs(&text, MASK);
        }
        self.quoted(&text)
    }

    /// Header fields. Of credentials at most the scheme is left.
    pub fn headers(&self, headers: &Headers) -> Vec<(String, String)> {
        headers.0.iter().map(|header| (header.name.clone(), self.header(&header.name, &header.value, MASK))).collect()
    }

    pub(super) fn header(&self, name: &str, value: &str, mask: &str) -> String {
        if !self.is_key(name) {
            return if is_link(name) { self.address(value, mask) } else { self.quoted(&self.masked(value, mask)) };
        }
        let (scheme, credential) = match value.split_once(' ') {
            Some((scheme, rest)) if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) => {
                (format!("{scheme} "), rest)
            }
            _ => (String::new(), value),
        };
        let known = self.needles.iter().any(|needle| needle == credential.trim());
        format!("{scheme}{}", if known { mask } else { MASK })
    }

    /// A URL: user information, query parameters by name, and secrets wherever they stand.
    pub fn url(&self, url: &str) -> String {
        self.address(url, MASK)
    }

    pub(super) fn address(&self, url: &str, mask: &str) -> String {
        let (start, rest) = url.split_once("://").map_or(("", url), |(scheme, _)| url.split_at(scheme.len() + 3));
        let (before, query) = rest.split_once('?').map_or((rest, None), |(before, query)| (before, Some(query)));
        let (authority, path) = before.find('/').map_or((before, ""), |slash| before.split_at(slash));
        let authority =
            authority.rsplit_once('@').map_or_else(|| authority.to_owned(), |(_, host)| format!("{MASK}@{host}"));
        let path: Vec<String> = path.split('/').map(|segment| self.encoded(segment, mask)).collect();
        let shown = format!("{start}{authority}{}", path.join("/"));
        let query = query.map_or_else(String::new, |query| format!("?{}", self.pairs(query, mask)));
        self.masked(&format!("{shown}{query}"), mask)
    }

    /// `a=b&c=d`
    fn pairs(&self, text: &str, mask: &str) -> String {
        let pair = |pair: &str| {
            let Some((name, value)) = pair.split_once('=') else { return self.encoded(pair, mask) };
            let shown = self.encoded(value, mask);
            let hidden = self.is_key(&decoded(name)) && shown == value && !value.is_empty();
            format!("{}={}", self.encoded(name, mask), if hidden { MASK } else { &shown })
        };
        text.split('&').map(pair).collect::<Vec<_>>().join("&")
    }

    /// Percent-encoded text: stays as it is unless there is a secret in it, however it is encoded.
    fn encoded(&self, text: &str, mask: &str) -> String {
        let plain = decoded(text);
        let masked = self.masked(&plain, mask);
        if masked == plain { self.masked(text, mask) } else { masked }
    }

    /// Text that may be JSON or begin as JSON or hold some: every string in it is looked at with its escapes undone.
    fn quoted(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(quote) = rest.find('"') {
            let (before, from) = rest.split_at(quote);
            shown.push_str(before);
            let (literal, after) = from.split_at(literal_end(from));
            let content = unescaped(literal);
            let between = after.len() - after.trim_start().len();
            let value_at = after.trim_start().strip_prefix(':').map(str::trim_start);
            match value_at {
                Some(value) if self.is_key(&content) => {
                    let (colon, _) = after.split_at(after.len() - value.len());
                    let (hidden, left) = value.split_at(value_end(value));
                    shown.push_str(literal);
                    shown.push_str(colon);
                    let nothing = matches!(hidden.trim_end(), "null" | "");
                    shown.push_str(if nothing { hidden } else { "\"<redacted>\"" });
                    rest = left;
                }
                _ => {
                    // Without escapes it is looked at below, with all the rest.
                    let masked = if literal.contains('\\') { self.text(&content) } else { content.clone() };
                    let same = masked == content;
                    shown.push_str(&if same { literal.to_owned() } else { Value::String(masked).to_string() });
                    let (space, left) = after.split_at(between);
                    shown.push_str(space);
                    rest = left;
                }
            }
        }
        shown.push_str(rest);
        self.text(&shown)
    }

    /// The longest form of any secret, in bytes.
    pub(super) fn longest(&self) -> usize {
        self.needles.first().map_or(0, String::len)
    }
}

fn is_link(name: &str) -> bool {
    ["location", "content-location", "referer"].iter().any(|link| name.eq_ignore_ascii_case(link))
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Where the string literal ends that `text` begins with; at its end where it is not closed.
fn literal_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn unescaped(literal: &str) -> String {
    serde_json::from_str(literal).unwrap_or_else(|_| literal.trim_matches('"').to_owned())
}

/// Where the JSON value ends that `text` begins with; at its end where it is not complete.
fn value_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    if let Some(close) = text.strip_prefix('\'').and_then(|rest| rest.find('\'')) {
        // Not JSON, but what some servers print.
        return close + 2;
    }
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '"' => {
                at += text.get(at..).map_or(1, literal_end);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            '{' | '[' => depth += 1,
            '}' | ']' | ',' | '\n' if depth == 0 => return at,
            '}' | ']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    text.len()
}

/// Everything that `secret` looks like after common encodings.
fn forms(secret: &str) -> Vec<String> {
    let lower_hex = |text: &str| {
        let mut after_percent = 0;
        text.chars()
            .map(|c| {
                after_percent = if c == '%' { 2 } else { i32::max(after_percent - 1, -1) };
                if after_percent >= 0 && c != '%' { c.to_ascii_lowercase() } else { c }
            })
            .collect::<String>()
    };
    let json = Value::String(secret.to_owned()).to_string();
    let json = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&json).to_owned();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut forms = vec![
        secret.to_owned(),
        json.replace('/', "\\/"),
        json,
        html.replace('"', "&quot;").replace('\'', "&#39;"),
        html.replace('"', "&#34;").replace('\'', "&#x27;"),
        html,
    ];
    for set in [NON_ALPHANUMERIC, COMPONENT] {
        let encoded = utf8_percent_encode(secret, set).to_string();
        forms.push(lower_hex(&encoded));
        forms.push(encoded.replace("%20", "+"));
        forms.push(encoded);
    }
    forms.extend(base64_forms(secret.as_bytes()));
    forms
}

/// The Base64 text of `secret` (RFC 4648 §4 and §5), and what of a longer one depends on `secret` alone, wherever in the
/// encoded bytes it stands.
fn base64_forms(secret: &[u8]) -> Vec<String> {
    // With one or two bytes before it, the first bits share a character with them; the last may share one, too.
    let inner = [(0, 0), (1, 2), (2, 3)].into_iter().map(|(before, shared)| {
        let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(secret.iter().copied()).collect();
        let text = STANDARD_NO_PAD.encode(&bytes);
        text.get(shared..bytes.len() * 8 / 6).unwrap_or_default().to_owned()
    });
    let whole = [STANDARD.encode(secret), STANDARD_NO_PAD.encode(secret)].into_iter();
    let forms: Vec<String> = whole.chain(inner).filter(|form| form.len() >= 5).collect();
    let url_safe = |form: &String| form.replace('+', "-").replace('/', "_");
    forms.iter().map(url_safe).chain(forms.clone()).collect()
}

/// Masks what looks like a token although nobody told: JSON Web Tokens, and what follows `Bearer` or `Basic`.
fn mask_tokens(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = String::new();
    while let Some(start) = rest.find(is_token_char) {
        let (gap, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|c| !is_token_char(c)).unwrap_or(from.len()));
        shown.push_str(gap);
        let follows = !gap.is_empty() && gap.chars().all(char::is_whitespace);
        let parameter = after.starts_with('"');
        if follows && !parameter && is_credential(&before, run) {
            shown.push_str(MASK);
        } else {
            mask_jwt(run, &mut shown);
        }
        run.clone_into(&mut before);
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~+/=%:".contains(c)
}

/// `Bearer authentication failed` holds no credential, `Bearer 8f3ac1…` does.
fn is_credential(scheme: &str, text: &str) -> bool {
    let scheme = scheme.rsplit(':').next().unwrap_or_default();
    let telling = text.len() >= 20 || text.bytes().any(|byte| byte.is_ascii_digit());
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic")) && text.len() >= 8 && telling
}

/// RFC 7519: three parts in Base64; the first begins with `{"`, which is `eyJ`.
fn mask_jwt(run: &str, shown: &mut String) {
    let mut rest = run;
    while let Some(start) = rest.find("eyJ") {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(from.len());
        let (token, after) = from.split_at(end);
        shown.push_str(before);
        let mut parts = token.split('.');
        let long = |part: Option<&str>| part.is_some_and(|part| part.len() >= 8);
        shown.push_str(if long(parts.next()) && long(parts.next()) { MASK } else { token });
        rest = after;
    }
    shown.push_str(rest);
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
