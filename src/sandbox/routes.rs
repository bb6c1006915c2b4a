//! From a request to the operation that answers it.

use super::auth;
use super::clock::{Clock, Moment};
use super::reply::Reply;
use super::request::{Call, Place, Sent};
use super::store::Store;
use super::{Options, bank, customers};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use std::sync::{Arc, Mutex, PoisonError};

/// The state of one sandbox.
#[derive(Debug)]
pub(super) struct Room {
    options: Options,
    clock: Clock,
    store: Mutex<Store>,
}

impl Room {
    /// A room with the seeded customers.
    pub(super) fn new(options: Options, clock: Clock) -> Room {
        Room { options, clock, store: Mutex::new(Store::seeded()) }
    }
}

/// Every request goes through one door, because what is refused first (path, token, method) does not depend on the
/// operation.
pub(super) fn router(room: Room) -> Router {
    Router::new().fallback(door).with_state(Arc::new(room))
}

async fn door(State(room): State<Arc<Room>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let body = Sent::read(body).await;
    answer(&room, &parts, body).unwrap_or_else(|refusal| refusal)
}

fn answer(room: &Room, parts: &Parts, body: Sent) -> Result<Reply, Reply> {
    let place = Place::of(parts.uri.path()).ok_or_else(|| Reply::refused(StatusCode::NOT_FOUND, "Not Found"))?;
    auth::check(&parts.headers, &room.options.token)?;
    let call = Call { query: parts.uri.query().unwrap_or_default(), headers: &parts.headers, body };
    // A panic while the store was locked would be a bug, but it must not take the sandbox down.
    let store = &mut *room.store.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Moment::now(room.clock);
    // The server leaves the body out of an answer to HEAD.
    let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
    match (&place, method) {
        (Place::Customers, &Method::GET) => customers::list(store, &call),
        (Place::Customers, &Method::POST) => customers::create(store, &call, &now),
        (Place::Customer(id), &Method::GET) => customers::read(store, id),
        (Place::Customer(id), &Method::PATCH) => customers::update(store, id, &call),
        (Place::BankAccounts(id), &Method::GET) => bank::list(store, id),
        (Place::BankAccounts(id), &Method::POST) => bank::add(store, id, &call, &now),
        (Place::BankAccount(id, account), &Method::GET) => bank::read(store, id, account),
        (Place::BankAccount(id, account), &Method::DELETE) => bank::remove(store, id, account),
        _ => {
            let refusal = Reply::refused(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
            Err(refusal.with(header::ALLOW, place.methods()))
        }
    }
}
