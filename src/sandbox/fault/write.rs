//! What becomes of what is written: lost, altered, put elsewhere, kept although it was to go.

use serde_json::{Value, json};

use super::{Act, Asked, Fault, fault};
use crate::sandbox::id::Id;
use crate::sandbox::reply::Reply;
use crate::sandbox::request::Operation::{
    AddCustomer, AddCustomerBankInformation, GetBankAccountInformation, GetOneCustomer, ListCustomerBankInformation,
    RemoveCustomerBankAccountInformation, UpdateOneCustomer,
};
use crate::sandbox::request::Place;
use crate::sandbox::store::{Customer, Store};

pub(super) const FAULTS: &[Fault] = &[
    fault!(
        "creation-lost",
        Write,
        "AddCustomer keeps nothing of what it creates",
        ["created-is-readable", "created-is-listed", "filter-complete", "failed-criterion"],
        Act::Afterwards(|asked, store| {
            if asked.is(AddCustomer) {
                store.forget_newest();
            }
        })
    ),
    fault!(
        "account-lost",
        Write,
        "AddCustomerBankInformation keeps nothing of what it adds",
        ["created-is-readable", "created-is-listed", "filter-complete", "failed-criterion", "maximum-holds"],
        Act::Afterwards(|asked, store| {
            if asked.is(AddCustomerBankInformation)
                && let Some(customer) = addressed(asked, store)
            {
                customer.bank_accounts.pop();
            }
        })
    ),
    fault!(
        "name-truncated",
        Write,
        "AddCustomer keeps the first 30 characters of a name",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| created(asked, store, "fullName", |name| name.chars().take(30).collect()))
    ),
    fault!(
        "letters-lost",
        Write,
        "AddCustomer keeps question marks for letters beyond ASCII",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| created(asked, store, "fullName", |name| name
            .chars()
            .map(|c| if c.is_ascii() { c } else { '?' })
            .collect()))
    ),
    fault!(
        "birthplace-in-capitals",
        Write,
        "AddCustomer keeps the place of birth in capitals",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| created(asked, store, "placeOfBirth", str::to_uppercase))
    ),
    fault!(
        "birthday-a-day-early",
        Write,
        "AddCustomer keeps the 28th of a month for any later day of birth",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| created(asked, store, "dateOfBirth", |day| if day.get(8..) > Some("28") {
            format!("{}28", day.get(..8).unwrap_or_default())
        } else {
            day.to_owned()
        }))
    ),
    fault!(
        "postal-zeros-lost",
        Write,
        "AddCustomer takes leading zeros from postal codes",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| {
            if asked.is(AddCustomer)
                && let Some(code) =
                    newest(store).and_then(|customer| customer.kyc.as_mut()?.get_mut("address")?.get_mut("postalCode"))
                && let Some(text) = code.as_str().map(|text| text.trim_start_matches('0').to_owned())
            {
                *code = text.into();
            }
        })
    ),
    fault!(
        "worth-rounded",
        Write,
        "AddCustomer keeps the net worth without decimals",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| created(asked, store, "netWorth", |worth| worth
            .split('.')
            .next()
            .unwrap_or_default()
            .to_owned()))
    ),
    fault!(
        "nationality-of-another",
        Write,
        "AddCustomer keeps the nationality of another customer",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| created(asked, store, "nationality", |_| "ZZ".to_owned()))
    ),
    fault!(
        "account-number-truncated",
        Write,
        "AddCustomerBankInformation keeps 20 characters of an account number",
        ["written-is-read", "list-agrees-with-read", "failed-criterion"],
        Act::Afterwards(|asked, store| added(asked, store, "beneficiaryAccountNumber", |number| number
            .chars()
            .take(20)
            .collect()))
    ),
    fault!(
        "account-zeros-lost",
        Write,
        "AddCustomerBankInformation takes leading zeros from account numbers",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| added(asked, store, "beneficiaryAccountNumber", |number| number
            .trim_start_matches('0')
            .to_owned()))
    ),
    fault!(
        "bank-name-altered",
        Write,
        "AddCustomerBankInformation keeps a bank's name in lower case",
        ["written-is-read", "failed-criterion"],
        Act::Afterwards(|asked, store| added(asked, store, "beneficiaryBankName", str::to_lowercase))
    ),
    fault!(
        "update-not-kept",
        Write,
        "UpdateOneCustomer answers a success and changes nothing",
        ["update-is-visible", "failed-criterion"],
        Act::Forgets(UpdateOneCustomer)
    ),
    fault!(
        "updated-name-not-kept",
        Write,
        "UpdateOneCustomer does not keep a new name",
        ["update-is-visible", "failed-criterion"],
        Act::Afterwards(|asked, store| updated(asked, store, |asked, kyc| {
            if asked.text("/fullName").is_some() {
                kyc.insert("fullName".to_owned(), "As It Was".into());
            }
        }))
    ),
    fault!(
        "update-clears-others",
        Write,
        "UpdateOneCustomer clears the place of birth where it is not told",
        ["update-is-partial", "failed-criterion"],
        Act::Afterwards(|asked, store| updated(asked, store, |asked, kyc| {
            if asked.text("/placeOfBirth").is_none() {
                kyc.shift_remove("placeOfBirth");
            }
        }))
    ),
    fault!(
        "update-resets-name",
        Write,
        "UpdateOneCustomer changes the name where it is not told",
        ["update-is-partial", "update-is-visible", "failed-criterion"],
        Act::Afterwards(|asked, store| updated(asked, store, |asked, kyc| {
            if asked.text("/fullName").is_none() {
                kyc.insert("fullName".to_owned(), "Somebody".into());
            }
        }))
    ),
    fault!(
        "update-hits-the-newest",
        Write,
        "UpdateOneCustomer changes the name of the customer who was created last",
        ["update-hits-its-target", "update-is-visible", "failed-criterion"],
        Act::Afterwards(|asked, store| {
            if asked.is(UpdateOneCustomer)
                && let Some(name) = asked.body.get("fullName").or_else(|| asked.body.get("placeOfBirth")).cloned()
                && let Some(kyc) = newest(store).and_then(|customer| customer.kyc.as_mut())
            {
                kyc.insert("fullName".to_owned(), name);
            }
        })
    ),
    fault!(
        "refused-update-kept",
        Write,
        "UpdateOneCustomer keeps the name of an update that it refuses",
        ["failed-update-changes-nothing", "failed-criterion"],
        Act::Instead(|asked, store, _| {
            let name = asked.body.get("fullName").filter(|name| name.is_string()).cloned();
            if asked.is(UpdateOneCustomer)
                && let (Some(name), Some(customer)) = (name, addressed(asked, store))
            {
                customer.kyc.get_or_insert_default().insert("fullName".to_owned(), name);
            }
            None
        })
    ),
    fault!(
        "refused-account-kept",
        Write,
        "AddCustomerBankInformation keeps an account that it refuses",
        ["failed-create-leaves-nothing", "failed-criterion"],
        Act::Instead(|asked, store, now| {
            if asked.is(AddCustomerBankInformation)
                && let Value::Object(body) = asked.body
                && !crate::sandbox::validate::bank::problems(body).is_empty()
            {
                let id = store.ids.next();
                if let Some(customer) = addressed(asked, store) {
                    customer.bank_accounts.push(crate::sandbox::store::BankAccount {
                        id,
                        instruction: body.clone(),
                        status: "COOLING_OFF",
                        reason: None,
                        created: now.clone(),
                    });
                }
            }
            None
        })
    ),
    fault!(
        "removal-keeps",
        Write,
        "RemoveCustomerBankAccountInformation removes nothing",
        ["deleted-is-gone", "failed-criterion"],
        Act::Forgets(RemoveCustomerBankAccountInformation)
    ),
    fault!(
        "removal-hits-another",
        Write,
        "RemoveCustomerBankAccountInformation removes another account of the customer as well",
        ["delete-hits-its-target", "deleted-is-gone", "maximum-holds", "failed-criterion"],
        Act::Afterwards(|asked, store| {
            if asked.is(RemoveCustomerBankAccountInformation)
                && let Some(customer) = addressed(asked, store)
            {
                customer.bank_accounts.pop();
            }
        })
    ),
    fault!(
        "unknown-removed",
        Write,
        "RemoveCustomerBankAccountInformation removes what does not exist",
        ["delete-again", "unknown-is-404", "failed-criterion", "accepted-invalid"],
        Act::Instead(|asked, store, _| {
            let Place::BankAccount(_, account) = asked.place else { return None };
            let unknown = Id::parse(account).is_some_and(|id| {
                addressed(asked, store)
                    .is_some_and(|customer| customer.bank_accounts.iter().all(|account| account.id != id))
            });
            (asked.is(RemoveCustomerBankAccountInformation) && unknown)
                .then(|| Reply::ok(json!({ "bankAccountId": account, "status": "REMOVED" })))
        })
    ),
    fault!(
        "account-of-another-read",
        Write,
        "GetBankAccountInformation shows the account of another customer",
        ["child-belongs-to-parent", "failed-criterion"],
        Act::Instead(|asked, store, _| {
            let Place::BankAccount(_, account) = asked.place else { return None };
            let id = Id::parse(account).filter(|_| asked.is(GetBankAccountInformation))?;
            addressed(asked, store)?;
            let found =
                store.customers().flat_map(|customer| &customer.bank_accounts).find(|account| account.id == id)?;
            Some(Reply::ok(json!([crate::sandbox::render::stored_bank_account(found)])))
        })
    ),
    fault!(
        "accounts-of-all-listed",
        Write,
        "ListCustomerBankInformation lists the accounts of all customers",
        ["child-belongs-to-parent", "filter-complete", "failed-criterion"],
        Act::Instead(|asked, store, _| {
            asked.is(ListCustomerBankInformation).then_some(())?;
            addressed(asked, store)?;
            let all = store.customers().flat_map(|customer| &customer.bank_accounts);
            Some(Reply::ok(all.map(crate::sandbox::render::stored_bank_account).collect()))
        })
    ),
    fault!(
        "accounts-of-nobody-listed",
        Write,
        "ListCustomerBankInformation lists the accounts of somebody for an unknown customer",
        ["unknown-is-404", "failed-criterion"],
        Act::Instead(|asked, store, _| {
            Id::parse(asked.customer()?).filter(|_| asked.is(ListCustomerBankInformation))?;
            if addressed(asked, store).is_some() {
                return None;
            }
            let somebody = store.customers().find(|customer| !customer.bank_accounts.is_empty())?;
            Some(Reply::ok(somebody.bank_accounts.iter().map(crate::sandbox::render::stored_bank_account).collect()))
        })
    ),
    fault!(
        "twenty-first-taken",
        Write,
        "AddCustomerBankInformation adds a twenty-first account",
        ["maximum-holds", "failed-criterion"],
        Act::Overlooks(AddCustomerBankInformation, "", "a customer can have"),
    ),
    fault!(
        "cooling-off-ended",
        Write,
        "AddCustomerBankInformation names an end of cooling off that has passed",
        ["dates-consistent", "failed-criterion"],
        Act::Puts(AddCustomerBankInformation, "/coolingOffEndTime", || json!("2020-01-01T00:00:00.000Z")),
    ),
    fault!(
        "created-years-ago",
        Write,
        "AddCustomer answers that the customer was created years ago",
        ["dates-consistent", "failed-criterion"],
        Act::Puts(AddCustomer, "/createdAt", || json!("2020-01-01T00:00:00.000Z")),
    ),
    fault!(
        "one-id-for-all",
        Write,
        "AddCustomerBankInformation answers the same id each time",
        ["id-unique", "created-is-readable", "failed-criterion", "maximum-holds"],
        Act::Puts(AddCustomerBankInformation, "/bankAccountId", || json!("7c9e6679-7425-40de-944b-e07fc1f90ae7")),
    ),
    fault!(
        "reading-changes",
        Write,
        "GetOneCustomer takes the place of birth away from what it shows",
        ["safe-is-safe", "written-is-read", "update-is-partial", "failed-criterion"],
        Act::Afterwards(|asked, store| {
            if asked.is(GetOneCustomer)
                && let Some(kyc) = addressed(asked, store).and_then(|customer| customer.kyc.as_mut())
            {
                kyc.shift_remove("placeOfBirth");
            }
        })
    ),
];

/// The customer of the path.
fn addressed<'s>(asked: &Asked<'_>, store: &'s mut Store) -> Option<&'s mut Customer> {
    store.customer_mut(Id::parse(asked.customer()?)?)
}

/// The customer who was created last.
fn newest(store: &mut Store) -> Option<&mut Customer> {
    let id = store.newest()?;
    store.customer_mut(id)
}

/// Alters a text of the customer who was just created.
fn created(asked: &Asked<'_>, store: &mut Store, name: &str, change: impl Fn(&str) -> String) {
    if asked.is(AddCustomer)
        && let Some(value) = newest(store).and_then(|customer| customer.kyc.as_mut()?.get_mut(name))
        && let Some(text) = value.as_str().map(change)
    {
        *value = text.into();
    }
}

/// Alters a text of the bank account that was just added.
fn added(asked: &Asked<'_>, store: &mut Store, name: &str, change: impl Fn(&str) -> String) {
    if asked.is(AddCustomerBankInformation)
        && let Some(value) =
            addressed(asked, store).and_then(|customer| customer.bank_accounts.last_mut()?.instruction.get_mut(name))
        && let Some(text) = value.as_str().map(change)
    {
        *value = text.into();
    }
}

/// Alters the details of the customer who was just updated.
fn updated(asked: &Asked<'_>, store: &mut Store, change: impl Fn(&Asked<'_>, &mut serde_json::Map<String, Value>)) {
    if asked.is(UpdateOneCustomer)
        && let Some(kyc) = addressed(asked, store).and_then(|customer| customer.kyc.as_mut())
    {
        change(asked, kyc);
    }
}
