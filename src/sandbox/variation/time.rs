//! How fast a server is, and how much of it may be asked.

use std::time::Duration;

use axum::http::{StatusCode, header};

use super::replica::Lag;
use super::{Variation, Way, variation};
use crate::sandbox::reply::Reply;

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "slow",
        Enough,
        "Every answer takes 150 ms longer",
        "No sentence says how fast an answer comes",
        [Way::Waits(Duration::from_millis(150))]
    ),
    variation!(
        "reads-late",
        Enough,
        "Reads see what was written 200 ms later",
        "No sentence says that what was written can be read at once",
        [Way::Lags(Lag { behind: Duration::from_millis(200), writes_too: false })]
    ),
    variation!(
        "everything-late",
        Enough,
        "Who was created is known 200 ms later, for reads and writes; everything that was written is read as late",
        "No sentence says that what was written can be used at once",
        [Way::Lags(Lag { behind: Duration::from_millis(200), writes_too: true })]
    ),
    variation!(
        "throttled",
        Enough,
        "Each tenth request of an operation is answered 429, to be sent again at once",
        "RFC 6585, 4: 429 and `Retry-After`; `4XX`: \"Client error\"",
        [Way::Instead(|asked, _, _| (asked.turn % 10 == 9).then(|| throttled("0")))]
    ),
    variation!(
        "throttled-for-a-second",
        Enough,
        "Each hundredth request of an operation is answered 429, to be sent again after a second",
        "RFC 6585, 4: 429 and `Retry-After`; `4XX`: \"Client error\"",
        [Way::Instead(|asked, _, _| (asked.turn % 100 == 99).then(|| throttled("1")))]
    ),
    variation!(
        "throttled-until-a-date",
        Enough,
        "Each tenth request of an operation is answered 429, to be sent again from a date on, which has passed",
        "RFC 9110, 10.2.3: `Retry-After` may be a date; `4XX`: \"Client error\"",
        [Way::Instead(|asked, _, _| { (asked.turn % 10 == 9).then(|| throttled("Mon, 01 Jan 2024 00:00:00 GMT")) })]
    ),
];

fn throttled(until: &'static str) -> Reply {
    Reply::refused(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests").with(header::RETRY_AFTER, until)
}
