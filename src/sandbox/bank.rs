//! The four operations on a customer's external bank accounts.

use super::clock::Moment;
use super::id::Id;
use super::render;
use super::reply::{Problem, Reply};
use super::request::{Call, id};
use super::store::{BankAccount, Customer, MAX_BANK_ACCOUNTS, Store};
use super::validate::{bank, known};
use serde_json::{Value, json};

/// How long a new account cools off. The documents name an end and no length.
const COOLING_OFF_HOURS: i64 = 24;

/// The status of an account that is no longer one.
pub(super) const REMOVED: &str = "REMOVED";

/// `ListCustomerBankInformation`
pub(super) fn list(store: &Store, customer_id: &str) -> Result<Reply, Reply> {
    let customer = customer(store, id("customerId", customer_id)?)?;
    Ok(Reply::ok(customer.bank_accounts.iter().map(render::stored_bank_account).collect()))
}

/// `AddCustomerBankInformation`
pub(super) fn add(store: &mut Store, customer_id: &str, call: &Call, now: &Moment) -> Result<Reply, Reply> {
    let customer_id = id("customerId", customer_id)?;
    // One that was removed and is still shown counts no more.
    let counted = |account: &&BankAccount| account.status != REMOVED;
    let full = customer(store, customer_id)?.bank_accounts.iter().filter(counted).count() >= MAX_BANK_ACCOUNTS;
    let body = call.object()?.ok_or_else(Call::no_body)?;
    let mut problems = bank::problems(&body);
    if full {
        problems.push(Problem::new("", "a customer can have up to 20 external bank accounts"));
    }
    call.refused_for(problems)?;
    let mut account = BankAccount {
        id: store.ids.next(),
        instruction: known(&body, bank::INSTRUCTION),
        status: "COOLING_OFF",
        reason: None,
        created: now.clone(),
    };
    call.ways.add(&mut account);
    let customer = store.customer_mut(customer_id).ok_or_else(|| missing(customer_id))?;
    let reply = Reply::ok(render::pending_bank_account(customer, &account, &now.plus_hours(COOLING_OFF_HOURS)));
    customer.bank_accounts.push(account);
    Ok(reply)
}

/// `GetBankAccountInformation`: an array, as documented, of the one account that was asked for.
pub(super) fn read(store: &Store, customer_id: &str, account_id: &str) -> Result<Reply, Reply> {
    let (customer_id, account_id) = (id("customerId", customer_id)?, id("bankAccountId", account_id)?);
    let account = customer(store, customer_id)?
        .bank_accounts
        .iter()
        .find(|account| account.id == account_id)
        .ok_or_else(|| missing(account_id))?;
    Ok(Reply::ok(Value::Array(vec![render::stored_bank_account(account)])))
}

/// `RemoveCustomerBankAccountInformation`: what is removed is gone, so REMOVED is seen in this answer only.
pub(super) fn remove(store: &mut Store, customer_id: &str, account_id: &str) -> Result<Reply, Reply> {
    let (customer_id, account_id) = (id("customerId", customer_id)?, id("bankAccountId", account_id)?);
    let accounts = &mut store.customer_mut(customer_id).ok_or_else(|| missing(customer_id))?.bank_accounts;
    let place = accounts.iter().position(|account| account.id == account_id).ok_or_else(|| missing(account_id))?;
    let removed = accounts.remove(place);
    Ok(Reply::ok(json!({ "bankAccountId": removed.id.to_string(), "status": REMOVED })))
}

fn customer(store: &Store, id: Id) -> Result<&Customer, Reply> {
    store.customer(id).ok_or_else(|| missing(id))
}

fn missing(id: Id) -> Reply {
    Reply::missing_id(&id.to_string())
}
