//! What a request can be refused for without a look at its credentials.

use crate::sandbox::clock::Moment;
use crate::sandbox::page::Query;
use crate::sandbox::reply::Reply;
use crate::sandbox::request::{Call, Operation, Place, id};
use crate::sandbox::validate::{bank, customer};

/// Refuses a request whose identifiers, query or body are wrong in themselves, whatever is stored.
pub(in crate::sandbox) fn sound(call: &Call<'_>, now: &Moment) -> Result<(), Reply> {
    match call.asked.place {
        Place::Customers => {}
        Place::Customer(customer) | Place::BankAccounts(customer) => drop(id("customerId", customer)?),
        Place::BankAccount(customer, account) => {
            id("customerId", customer)?;
            id("bankAccountId", account)?;
        }
    }
    match call.asked.operation {
        Some(Operation::GetAllCustomers) => call.refused_for(Query::parse(call.query).1),
        Some(Operation::AddCustomer) => {
            let body = call.object()?.ok_or_else(Call::no_body)?;
            call.refused_for(customer::create_problems(&body, now))
        }
        Some(Operation::UpdateOneCustomer) => {
            let body = call.object()?.unwrap_or_default();
            call.refused_for(customer::update_problems(&body, true))
        }
        Some(Operation::AddCustomerBankInformation) => {
            let body = call.object()?.ok_or_else(Call::no_body)?;
            call.refused_for(bank::problems(&body))
        }
        _ => Ok(()),
    }
}
