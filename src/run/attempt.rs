//! Sends a request until there is an answer that can be judged: network hiccups and `Retry-After` are nobody's drift.

use std::time::Duration;

use jiff::Timestamp;

use super::client::{Client, Connection, repeatable};
use crate::exchange::{Completeness, Exchange, Failure, Request, Response};

/// How patient to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// How often a request is sent again after a transport failure.
    pub resends: u32,
    /// How often 429 and `Retry-After` are honoured.
    pub deferrals: u32,
    /// How long all waiting for `Retry-After` may take for one exchange; who asks for more gets judged at once.
    pub total: Duration,
    /// The first pause after a failure; it doubles each time.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { resends: 2, deferrals: 3, total: Duration::from_secs(30), pause: Duration::from_millis(200) }
    }
}

/// After what a request would be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing came in the time that it had.
    Silence,
    /// An answer that asks to come again later: to do so takes time.
    Deferral,
    /// Another failure.
    Anything,
}

/// Sends `request` and repeats it as far as `patience` goes, and `again` agrees. The time is that of the last attempt.
///
/// Sent again: any request that found no connection, since nothing was sent; after any other transport failure only one
/// that is [`repeatable`], and then on a connection of its own. A timeout and a body that breaks off are asked for once
/// more only: both are more often the server's doing than the network's.
pub async fn exchange(
    client: &Client,
    request: Request,
    patience: &Patience,
    deadline: Option<Duration>,
    again: &(dyn Fn(After) -> bool + Sync),
) -> Exchange {
    let mut so_far = SoFar::default();
    let mut connection = Connection::of(&request.method);
    loop {
        so_far.attempts += 1;
        let (result, elapsed) = client.send_on(connection, &request, deadline).await;
        let silent = matches!(result, Err(Failure::Timeout(_)));
        let next = next(patience, &so_far, &request.method, &result, Timestamp::now());
        let again = |next: &Next| match next {
            Next::Done => true,
            Next::Deferred(..) => again(After::Deferral),
            Next::Resend(_) => again(if silent { After::Silence } else { After::Anything }),
        };
        match if again(&next) { next } else { Next::Done } {
            Next::Done => {
                let SoFar { attempts, deferred, .. } = so_far;
                return Exchange { request, result, elapsed, attempts, deferred };
            }
            Next::Resend(after) => {
                so_far.resent += 1;
                connection = Connection::Own;
                tokio::time::sleep(after).await;
            }
            Next::Deferred(status, after) => {
                so_far.deferred.push(status);
                so_far.waited += after;
                tokio::time::sleep(after).await;
            }
        }
    }
}

#[derive(Debug, Default)]
struct SoFar {
    attempts: u32,
    resent: u32,
    deferred: Vec<u16>,
    waited: Duration,
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    Done,
    Resend(Duration),
    Deferred(u16, Duration),
}

fn next(patience: &Patience, so_far: &SoFar, method: &str, result: &Result<Response, Failure>, now: Timestamp) -> Next {
    let allowed = match result {
        Ok(response) if matches!(response.status, 429 | 503) => return deferral(patience, so_far, response, now),
        Ok(response) if matches!(response.completeness, Completeness::Cut(_)) && repeatable(method) => 1,
        Err(Failure::Connect(_)) => patience.resends,
        Err(Failure::Timeout(_)) if repeatable(method) => 1,
        Err(Failure::Closed(_) | Failure::Malformed(_)) if repeatable(method) => patience.resends,
        // Whole answers, what cannot be sent at all, and what may have been processed already.
        _ => 0,
    };
    if so_far.resent < allowed.min(patience.resends) {
        Next::Resend(doubled(patience.pause, so_far.resent))
    } else {
        Next::Done
    }
}

/// 429 is a request for a pause with or without `Retry-After`; 503 without it is an answer.
fn deferral(patience: &Patience, so_far: &SoFar, response: &Response, now: Timestamp) -> Next {
    let times = u32::try_from(so_far.deferred.len()).unwrap_or(u32::MAX);
    let asked = retry_after(response, now);
    let after = match (response.status, asked) {
        (_, Some(after)) => after,
        (429, None) => doubled(Duration::from_secs(1), times),
        _ => return Next::Done,
    };
    let affordable = so_far.waited.checked_add(after).is_some_and(|total| total <= patience.total);
    if times < patience.deferrals && affordable { Next::Deferred(response.status, after) } else { Next::Done }
}

fn doubled(pause: Duration, times: u32) -> Duration {
    pause.saturating_mul(2_u32.saturating_pow(times.min(16)))
}

/// RFC 9110 §10.2.3: seconds, or an HTTP-date, which counts from the server's own clock where it tells.
pub(super) fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let value = response.headers.get("retry-after")?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let then = http_date(value)?;
    let now = response.headers.get("date").and_then(http_date).unwrap_or(now);
    Some(Duration::try_from(then.duration_since(now)).unwrap_or_default())
}

/// The three forms of RFC 9110 §5.6.7.
fn http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let civil = |format: &str| jiff::civil::DateTime::strptime(format, text).ok();
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok().or_else(|| {
        civil("%A, %d-%b-%y %H:%M:%S GMT")
            .or_else(|| civil("%a %b %e %H:%M:%S %Y"))
            .and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok())
            .map(|zoned| zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Headers;

    fn answer(status: u16, fields: &[(&str, &str)]) -> Response {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.push(*name, *value);
        }
        Response {
            status,
            reason: None,
            version: "HTTP/1.1".to_owned(),
            headers,
            body: Vec::new(),
            completeness: Completeness::Whole,
        }
    }

    fn now() -> Timestamp {
        "2015-10-21T07:28:00Z".parse().unwrap()
    }

    fn decide(method: &str, so_far: &SoFar, result: &Result<Response, Failure>) -> Next {
        next(&Patience::default(), so_far, method, result, now())
    }

    /// The three examples of RFC 9110 §5.6.7 are the same instant.
    #[test]
    fn every_form_of_http_date_is_read() {
        let expected: Timestamp = "1994-11-06T08:49:37Z".parse().unwrap();
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http_date(text), Some(expected), "{text}");
        }
        assert_eq!(http_date("soon"), None);
    }

    #[test]
    fn retry_after_is_honoured_within_limits() {
        let fresh = SoFar::default();
        let seconds = Duration::from_secs;
        for (status, fields, expected) in [
            (429, &[("Retry-After", "2")][..], Next::Deferred(429, seconds(2))),
            (503, &[("Retry-After", "0")], Next::Deferred(503, seconds(0))),
            (503, &[("Retry-After", "Wed, 21 Oct 2015 07:28:09 GMT")], Next::Deferred(503, seconds(9))),
            (503, &[("Retry-After", "Wed, 21 Oct 2015 07:00:00 GMT")], Next::Deferred(503, seconds(0))),
            (
                503,
                &[("Retry-After", "Wed, 21 Oct 2026 07:28:05 GMT"), ("Date", "Wed, 21 Oct 2026 07:28:00 GMT")],
                Next::Deferred(503, seconds(5)),
            ),
            (429, &[], Next::Deferred(429, seconds(1))),
            (503, &[], Next::Done),
            (503, &[("Retry-After", "soon")], Next::Done),
            (429, &[("Retry-After", "31")], Next::Done),
            (429, &[("Retry-After", "99999999999999999999999")], Next::Done),
            (429, &[("Retry-After", "-1")], Next::Deferred(429, seconds(1))),
            (500, &[("Retry-After", "1")], Next::Done),
            (200, &[("Retry-After", "1")], Next::Done),
        ] {
            assert_eq!(decide("POST", &fresh, &Ok(answer(status, fields))), expected, "{status} {fields:?}");
        }
        let thrice = SoFar { deferred: vec![429; 3], ..SoFar::default() };
        assert_eq!(decide("GET", &thrice, &Ok(answer(429, &[("Retry-After", "0")]))), Next::Done);
        let long = SoFar { waited: seconds(29), ..SoFar::default() };
        assert_eq!(decide("GET", &long, &Ok(answer(429, &[("Retry-After", "2")]))), Next::Done);
    }

    #[test]
    fn only_what_may_be_repeated_is_sent_again() {
        let closed = Err(Failure::Closed(String::new()));
        let refused = Err(Failure::Connect(String::new()));
        let timeout = Err(Failure::Timeout(Duration::from_secs(1)));
        let resent = |resent| SoFar { resent, ..SoFar::default() };
        let pause = |ms| Next::Resend(Duration::from_millis(ms));
        for (method, so_far, result, expected) in [
            ("GET", 0, &closed, pause(200)),
            ("PUT", 1, &closed, pause(400)),
            ("GET", 2, &closed, Next::Done),
            ("POST", 0, &closed, Next::Done),
            ("PATCH", 0, &closed, Next::Done),
            ("DELETE", 0, &closed, Next::Done),
            ("POST", 0, &refused, pause(200)),
            ("POST", 2, &refused, Next::Done),
            ("GET", 0, &timeout, pause(200)),
            ("GET", 1, &timeout, Next::Done),
            ("POST", 0, &timeout, Next::Done),
            ("GET", 0, &Err(Failure::Unsendable(String::new())), Next::Done),
        ] {
            assert_eq!(decide(method, &resent(so_far), result), expected, "{method} {so_far} {result:?}");
        }
    }
}
