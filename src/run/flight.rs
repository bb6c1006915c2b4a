//! Creations whose answer has not come: nobody can say whether they happened, so they are named and not forgotten.

use std::sync::{Mutex, PoisonError};

use crate::contract::OperationId;
use crate::exchange::{Exchange, Failure};

/// Every creation that was sent and not answered, in the order of sending.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    sent: u64,
    open: Vec<(u64, OperationId)>,
}

impl Flights {
    /// A creation is about to be sent. Returns its number.
    pub(super) fn begin(&self, creator: &OperationId) -> u64 {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.sent += 1;
        let number = log.sent;
        log.open.push((number, creator.clone()));
        number
    }

    /// What became of it. It stays open where the request may have arrived and no answer tells.
    pub(super) fn end(&self, number: u64, exchange: &Exchange) {
        if matches!(&exchange.result, Ok(_) | Err(Failure::Connect(_) | Failure::Unsendable(_))) {
            let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            log.open.retain(|(open, _)| *open != number);
        }
    }

    /// The operations of those that are still open.
    pub(super) fn open(&self) -> Vec<OperationId> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.open.iter().map(|(_, creator)| creator.clone()).collect()
    }
}
