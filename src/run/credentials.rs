//! The credentials of a request: the environment's where its operation looks for them, or something that no server should
//! take for them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::case::Credentials;
use crate::contract::{Location, Operation, Scheme, SchemeUse};
use crate::environment::Environment;
use crate::exchange::Headers;

use super::bind::percent;

/// A credential that no server accepts, of the right form.
const WRONG_TOKEN: &str = "conform-wrong-credential-0000000000";

/// Neither a token (RFC 6750 §2.1) nor base64.
const NO_TOKEN: &str = "?conform?";

/// Where a token that is misplaced travels: no registered scheme looks there.
const ELSEWHERE: (&str, &str) = ("X-Access-Token", "access_token");

/// The places of a request that carry credentials.
pub(crate) struct Carrier<'r> {
    pub(crate) headers: &'r mut Headers,
    pub(crate) query: &'r mut Vec<(String, String)>,
    pub(crate) cookies: &'r mut Vec<(String, String)>,
}

/// Adds the credentials that the operation asks for. Returns whether they are the environment's own, in their place.
pub(crate) fn authorize(
    operation: &Operation,
    environment: &Environment,
    credentials: Credentials,
    carrier: Carrier<'_>,
) -> bool {
    let Carrier { headers, query, cookies } = carrier;
    let mut places = operation.security.iter().flatten().map(|used| place(&used.scheme));
    let given = |(location, name): (Location, &str)| match location {
        Location::Query => query.iter().any(|(known, _)| known == name),
        Location::Cookie => cookies.iter().any(|(known, _)| known == name),
        Location::Header | Location::Path => headers.get(name).is_some(),
    };
    // A case that sends credentials of its own means them, and only them.
    if credentials == Credentials::None || places.any(given) || headers.get("Authorization").is_some() {
        return false;
    }
    let own = |name: &str| {
        let exact = environment.credentials.iter().find(|(scheme, _)| scheme.as_deref() == Some(name));
        exact.or_else(|| environment.credentials.iter().find(|(scheme, _)| scheme.is_none())).map(|(_, secret)| secret)
    };
    let satisfiable = |alternative: &&Vec<SchemeUse>| {
        !alternative.is_empty() && alternative.iter().all(|used| own(&used.name).is_some())
    };
    let chosen = operation.security.iter().find(satisfiable).or_else(|| {
        // What is wrong anyway needs nothing that is right.
        let wrong = matches!(credentials, Credentials::Wrong | Credentials::Empty | Credentials::Malformed);
        wrong.then(|| operation.security.iter().find(|set| !set.is_empty())).flatten()
    });
    let Some(chosen) = chosen else {
        // Documents that say nothing of security: a token that the user names is meant to be sent.
        if operation.security.is_empty()
            && let Some((_, secret)) = environment.credentials.iter().find(|(scheme, _)| scheme.is_none())
            && credentials == Credentials::Environment
        {
            headers.push("Authorization", format!("Bearer {}", secret.reveal()));
            return true;
        }
        return false;
    };
    for used in chosen {
        let secret = own(&used.name).map_or(WRONG_TOKEN, |secret| secret.reveal());
        match credentials {
            Credentials::Misplaced => {
                headers.push(ELSEWHERE.0, secret);
                cookies.push((ELSEWHERE.1.to_owned(), percent(secret)));
            }
            Credentials::NoScheme => headers.push("Authorization", without_name(&used.scheme, secret)),
            Credentials::OtherScheme => headers.push("Authorization", under_another_name(&used.scheme, secret)),
            _ => match (&used.scheme, written(&used.scheme, credentials, secret)) {
                (Scheme::ApiKey { location: Location::Query, name }, value) => {
                    query.push((name.clone(), percent(&value)));
                }
                (Scheme::ApiKey { location: Location::Cookie, name }, value) => {
                    cookies.push((name.clone(), percent(&value)));
                }
                (scheme, value) => headers.push(place(scheme).1, value),
            },
        }
    }
    credentials == Credentials::Environment
}

/// What stands in the place that a scheme names.
fn written(scheme: &Scheme, credentials: Credentials, secret: &str) -> String {
    let value = match credentials {
        Credentials::Wrong => WRONG_TOKEN,
        Credentials::Empty => "",
        Credentials::Malformed => NO_TOKEN,
        _ => secret,
    };
    let text = match scheme {
        Scheme::Bearer => format!("Bearer {value}"),
        // A user and a password, since what is malformed may be refused for that alone (RFC 7617).
        Scheme::Basic if value == WRONG_TOKEN => format!("Basic {}", BASE64.encode(format!("conform:{value}"))),
        Scheme::Basic if value == NO_TOKEN => format!("Basic {value}"),
        Scheme::Basic => format!("Basic {}", BASE64.encode(value)),
        Scheme::Http(scheme) => format!("{scheme} {value}"),
        Scheme::ApiKey { .. } => value.to_owned(),
    };
    text.trim_end().to_owned()
}

/// The secret where it belongs, called a credential of another scheme.
fn under_another_name(scheme: &Scheme, secret: &str) -> String {
    match scheme {
        Scheme::Basic => format!("Bearer {}", BASE64.encode(secret)),
        _ => format!("Basic {secret}"),
    }
}

/// The secret where it belongs, and nothing that says what it is.
fn without_name(scheme: &Scheme, secret: &str) -> String {
    match scheme {
        Scheme::Basic => BASE64.encode(secret),
        _ => secret.to_owned(),
    }
}

/// Where a scheme's credentials travel.
pub(crate) fn place(scheme: &Scheme) -> (Location, &str) {
    match scheme {
        Scheme::Bearer | Scheme::Basic | Scheme::Http(_) => (Location::Header, "Authorization"),
        Scheme::ApiKey { location, name } => (*location, name),
    }
}
