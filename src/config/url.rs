//! Base URLs as people give them.

use url::Url;

/// A text that is no base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no base URL: {reason}")]
pub struct UrlError {
    text: String,
    reason: &'static str,
}

/// `text` as a base URL, without a slash at its end.
pub(super) fn base(text: &str) -> Result<String, UrlError> {
    let error = |reason| UrlError { text: shown(text), reason };
    let url = Url::parse(text.trim()).map_err(|_| error("write it as https://host/path"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(error("it begins with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(error("credentials belong in an environment variable"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(error("paths are appended to it, so it has no query and no fragment"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The host and port of a base URL as a name: `127.0.0.1-8080`.
pub(super) fn name(base: &str) -> String {
    let url = Url::parse(base).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("unnamed");
    let port = url.as_ref().and_then(Url::port).map(|port| format!("-{port}")).unwrap_or_default();
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' };
    let host: String = host.chars().map(safe).collect();
    format!("{}{port}", host.trim_matches(['-', '.']))
}

/// What may be repeated in a message: not what stands before an `@`, which is a password often enough.
fn shown(text: &str) -> String {
    let text: String = text.chars().take(200).collect();
    match (text.find("//"), text.rfind('@')) {
        (Some(start), Some(end)) if start < end => {
            format!("{}//…{}", text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default())
        }
        (None, Some(end)) => format!("…{}", text.get(end..).unwrap_or_default()),
        _ => text,
    }
}

/// Whether the base URL is one of this machine alone.
pub(super) fn is_loopback(base: &str) -> bool {
    match Url::parse(base).ok().as_ref().and_then(Url::host) {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
