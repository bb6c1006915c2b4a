//! From a request to the operation that answers it.

use super::auth;
use super::clock::{Clock, Moment};
use super::fault::{Act, Answer, Asked};
use super::reply::Reply;
use super::request::{Call, Operation, Place, Sent};
use super::store::Store;
use super::variation::{Replica, Ways, sound};
use super::{Options, bank, customers};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The state of one sandbox.
#[derive(Debug)]
pub(super) struct Room {
    options: Options,
    clock: Clock,
    store: Mutex<Store>,
    /// Where reads are answered from, if that is not the store; locked after it.
    replica: Option<Mutex<Replica>>,
    /// How many requests each operation has had.
    turns: Mutex<HashMap<Option<Operation>, u64>>,
}

impl Room {
    /// A room with the seeded customers.
    pub(super) fn new(options: Options, clock: Clock) -> Room {
        let store = Store::seeded(options.ways());
        Room::with(store, options, clock)
    }

    /// A room with what `store` remembers.
    pub(super) fn with(store: Store, options: Options, clock: Clock) -> Room {
        let replica = options.ways().lag().map(|lag| Mutex::new(Replica::new(store.clone(), lag)));
        Room { options, clock, store: Mutex::new(store), replica, turns: Mutex::default() }
    }
}

impl Room {
    /// What it does wrong.
    fn fault(&self) -> Option<Act> {
        self.options.fault.map(|fault| fault.act)
    }

    /// What it does in another way than usual.
    fn ways(&self) -> Ways {
        self.options.ways()
    }

    /// The number of a request of this operation, from 1.
    fn turn(&self, operation: Option<Operation>) -> u64 {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(operation).or_default();
        *turn += 1;
        *turn
    }
}

/// Every request goes through one door, because what is refused first (path, token, method) does not depend on the
/// operation.
pub(super) fn router(room: Room) -> Router {
    Router::new().fallback(door).with_state(Arc::new(room))
}

async fn door(State(room): State<Arc<Room>>, request: Request) -> Response {
    if let Some(wait) = room.ways().wait() {
        tokio::time::sleep(wait).await;
    }
    let takes = request.headers().get_all(header::ACCEPT_ENCODING).iter().cloned().collect::<Vec<_>>();
    let answer = answered(&room, request).await;
    if !answer.pause.is_zero() {
        tokio::time::sleep(answer.pause).await;
    }
    room.ways().send(&takes, answer)
}

/// What is answered, before it is sent.
pub(super) async fn answered(room: &Room, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let body = Sent::read(body).await;
    let Some(place) = Place::of(parts.uri.path()) else {
        return Reply::refused(StatusCode::NOT_FOUND, "Not Found").into();
    };
    let query = room.ways().hear(parts.uri.query().unwrap_or_default());
    let (operation, json) = (Operation::of(&place, &parts.method), body.json());
    let asked = Asked {
        operation,
        method: &parts.method,
        place: &place,
        query: &query,
        headers: &parts.headers,
        body: &json,
        token: &room.options.token,
        turn: room.turn(operation),
    };
    let call = Call {
        query: asked.query,
        headers: &parts.headers,
        body: &body,
        fault: room.fault(),
        ways: room.ways(),
        asked,
    };
    let mut answer = Answer::from(answer(room, &call).unwrap_or_else(|refusal| refusal));
    if let Some(act) = room.fault() {
        act.alter(&asked, &mut answer);
    }
    room.ways().alter(&asked, &mut answer);
    answer
}

fn answer(room: &Room, call: &Call<'_>) -> Result<Reply, Reply> {
    let Call { asked, fault, .. } = call;
    if !fault.is_some_and(|act| act.lets_in(asked)) {
        let authorized = auth::check(call.headers, &room.options.token);
        if authorized.is_err() && call.ways.authorizes_last() {
            sound(call, &Moment::now(room.clock))?;
        }
        authorized?;
    }
    // A panic while the store was locked would be a bug, but it must not take the sandbox down.
    let store = &mut *room.store.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Moment::now(room.clock);
    if let Some(reply) = fault.and_then(|act| act.instead(asked, store, &now)) {
        return Ok(reply);
    }
    if let Some(reply) = call.ways.instead(asked, store, &now) {
        return Ok(reply);
    }
    call.ways.pass(store, &now);
    let before = fault.filter(|act| act.forgets(asked)).map(|_| store.clone());
    let mut replica = room.replica.as_ref().map(|replica| replica.lock().unwrap_or_else(PoisonError::into_inner));
    let reply = match replica.as_mut().and_then(|replica| replica.serves(asked)) {
        Some(late) => perform(late, call, &now)?,
        None => perform(store, call, &now)?,
    };
    if let Some(before) = before {
        *store = before;
    }
    if let Some(Act::Afterwards(afterwards)) = fault {
        afterwards(asked, store);
    }
    if let Some(mut replica) = replica {
        replica.note(asked, store);
    }
    Ok(reply)
}

/// What the operation does.
fn perform(store: &mut Store, call: &Call<'_>, now: &Moment) -> Result<Reply, Reply> {
    let asked = &call.asked;
    match (asked.place, asked.operation) {
        (_, Some(Operation::GetAllCustomers)) => customers::list(store, call),
        (_, Some(Operation::AddCustomer)) => customers::create(store, call, now),
        (Place::Customer(id), Some(Operation::GetOneCustomer)) => customers::read(store, id),
        (Place::Customer(id), Some(Operation::UpdateOneCustomer)) => customers::update(store, id, call),
        (Place::BankAccounts(id), Some(Operation::ListCustomerBankInformation)) => bank::list(store, id),
        (Place::BankAccounts(id), Some(Operation::AddCustomerBankInformation)) => bank::add(store, id, call, now),
        (Place::BankAccount(id, account), Some(Operation::GetBankAccountInformation)) => bank::read(store, id, account),
        (Place::BankAccount(id, account), Some(Operation::RemoveCustomerBankAccountInformation)) => {
            bank::remove(store, id, account)
        }
        _ => {
            let refusal = Reply::refused(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
            Err(refusal.with(header::ALLOW, asked.place.methods()))
        }
    }
}
