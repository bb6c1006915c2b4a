//! How long operations make the run wait, and how long it is willing to.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::contract::OperationId;
use crate::exchange::{Completeness, Exchange, Failure};

/// So many exchanges in a row that took all the time they had, and an operation is asked no more: each further one would
/// take as long and tell the same.
const STALLS: u32 = 2;

/// So many objects that were created and never found, and the run waits for none any more.
const LOST: u32 = 3;

/// How long operations make the run wait.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<Waits>);

#[derive(Debug, Default)]
struct Waits {
    operations: BTreeMap<OperationId, Wait>,
    lost: u32,
}

#[derive(Debug, Default)]
struct Wait {
    answered: bool,
    stalled_in_a_row: u32,
    deferred_in_a_row: u32,
}

impl Pace {
    /// Takes in how long `operation` took for one exchange.
    pub(super) fn take(&self, operation: &OperationId, exchange: &Exchange) {
        let stalled = match &exchange.result {
            Err(failure) => matches!(failure, Failure::Timeout(_)),
            Ok(response) => response.completeness == Completeness::Late,
        };
        let mut waits = self.waits();
        let wait = waits.operations.entry(operation.clone()).or_default();
        wait.answered |= !stalled && exchange.result.is_ok();
        wait.stalled_in_a_row = if stalled { wait.stalled_in_a_row + 1 } else { 0 };
        let in_vain = exchange.result.as_ref().is_ok_and(|response| exchange.deferred.contains(&response.status));
        let busy = exchange.result.as_ref().is_ok_and(|response| matches!(response.status, 429 | 503));
        wait.deferred_in_a_row = if busy { wait.deferred_in_a_row + u32::from(in_vain) } else { 0 };
    }

    /// Whether `operation` may be asked; else why not.
    pub(super) fn may_ask(&self, operation: &OperationId) -> Result<(), String> {
        if self.stalls(operation) < STALLS {
            return Ok(());
        }
        Err(format!("{operation} took all the time it had {STALLS} times in a row and is not asked again"))
    }

    /// Whether `operation` may be asked again after silence: one that has answered before may have had a bad moment.
    pub(super) fn may_ask_again(&self, operation: &OperationId) -> bool {
        let answered = self.waits().operations.get(operation).is_some_and(|wait| wait.answered);
        answered && self.stalls(operation) < STALLS
    }

    /// Whether it is worth waiting as long as `operation` asks for: not after doing so in vain, as long as nothing else comes.
    pub(super) fn may_wait(&self, operation: &OperationId) -> bool {
        let waits = self.waits();
        waits.operations.get(operation).is_none_or(|wait| wait.deferred_in_a_row < STALLS)
    }

    /// Lets `operation` be asked once more, for whatever it did before.
    pub(super) fn forgive(&self, operation: &OperationId) {
        if let Some(wait) = self.waits().operations.get_mut(operation) {
            wait.stalled_in_a_row = wait.stalled_in_a_row.min(STALLS - 1);
        }
    }

    /// Whether it is worth waiting until what was created can be found.
    pub(super) fn appears(&self) -> bool {
        self.waits().lost < LOST
    }

    /// Records that something that was created could not be found in all the time that it had.
    pub(super) fn never_appeared(&self) {
        self.waits().lost += 1;
    }

    /// How many exchanges in a row took all the time they had.
    fn stalls(&self, operation: &OperationId) -> u32 {
        self.waits().operations.get(operation).map_or(0, |wait| wait.stalled_in_a_row)
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::exchange::{Headers, Request, Response};

    fn exchange(result: Result<Response, Failure>) -> Exchange {
        let request = Request { method: "GET".to_owned(), url: String::new(), headers: Headers::default(), body: None };
        Exchange { request, result, elapsed: Duration::ZERO, attempts: 1, deferred: Vec::new() }
    }

    fn answer(completeness: Completeness) -> Exchange {
        exchange(Ok(Response {
            status: 200,
            reason: None,
            version: "HTTP/1.1".to_owned(),
            headers: Headers::default(),
            body: Vec::new(),
            completeness,
        }))
    }

    #[test]
    fn an_operation_that_takes_all_its_time_twice_is_not_asked_a_third_time() {
        let pace = Pace::default();
        let (slow, other) = (OperationId("slow".into()), OperationId("other".into()));
        assert!(!pace.may_ask_again(&slow), "it has never answered");
        pace.take(&slow, &exchange(Err(Failure::Timeout(Duration::from_secs(10)))));
        assert!(pace.may_ask(&slow).is_ok());
        pace.take(&slow, &answer(Completeness::Late));
        assert!(pace.may_ask(&slow).is_err());
        assert!(pace.may_ask(&other).is_ok());
        pace.forgive(&slow);
        assert!(pace.may_ask(&slow).is_ok(), "once more");
        pace.take(&slow, &answer(Completeness::Late));
        assert!(pace.may_ask(&slow).is_err());
    }

    #[test]
    fn who_waited_in_vain_twice_waits_no_more_until_there_is_an_answer() {
        let pace = Pace::default();
        let operation = OperationId("o".into());
        let busy = |deferred: &[u16]| {
            let mut exchange = answer(Completeness::Whole);
            if let Ok(response) = &mut exchange.result {
                response.status = 429;
            }
            Exchange { deferred: deferred.to_vec(), ..exchange }
        };
        for _ in 0..2 {
            assert!(pace.may_wait(&operation));
            pace.take(&operation, &busy(&[429, 429, 429]));
        }
        assert!(!pace.may_wait(&operation));
        assert!(pace.may_wait(&OperationId("other".into())));
        pace.take(&operation, &busy(&[]));
        assert!(!pace.may_wait(&operation), "it is busy still");
        pace.take(&operation, &answer(Completeness::Whole));
        assert!(pace.may_wait(&operation));
    }

    #[test]
    fn a_bad_moment_is_forgotten_with_the_next_answer() {
        let pace = Pace::default();
        let operation = OperationId("o".into());
        for _ in 0..3 {
            pace.take(&operation, &answer(Completeness::Whole));
            pace.take(&operation, &exchange(Err(Failure::Timeout(Duration::from_secs(10)))));
            assert!(pace.may_ask(&operation).is_ok() && pace.may_ask_again(&operation));
        }
        for _ in 0..9 {
            pace.take(&operation, &exchange(Err(Failure::Closed(String::new()))));
        }
        assert!(pace.may_ask(&operation).is_ok(), "a closed connection costs no time");
    }
}
