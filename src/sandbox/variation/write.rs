//! What is written: what becomes of it, and what is refused for what is there already.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Variation, Way, variation};
use crate::sandbox::bank::REMOVED;
use crate::sandbox::fault::Asked;
use crate::sandbox::id::Id;
use crate::sandbox::render;
use crate::sandbox::reply::Reply;
use crate::sandbox::request::Operation::{
    AddCustomer, AddCustomerBankInformation, ListCustomerBankInformation, RemoveCustomerBankAccountInformation,
};
use crate::sandbox::request::Place;
use crate::sandbox::store::{BankAccount, Customer, Store};
use crate::sandbox::validate::Object;

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "references-unique",
        Enough,
        "A reference that a customer already bears is answered 409",
        "\"Use this field to correlate a customer in CAMS to the customer in another system\"; `4XX`: \"Client error\"",
        [Way::Instead(|asked, store, _| {
            let reference = asked.text("/referenceId").filter(|_| asked.is(AddCustomer))?;
            store.customers().any(|customer| customer.reference_id == reference).then(taken)
        })]
    ),
    variation!(
        "account-numbers-unique",
        Enough,
        "An account number that the customer already has is answered 409",
        "\"Associates a new external bank account with an existing customer.\": new, or new to the customer",
        [Way::Instead(|asked, store, _| {
            let number = asked.text("/beneficiaryAccountNumber").filter(|_| asked.is(AddCustomerBankInformation))?;
            let has = |account: &BankAccount| {
                account.instruction.get("beneficiaryAccountNumber").and_then(Value::as_str) == Some(number)
            };
            addressed(asked, store)?.bank_accounts.iter().any(has).then(taken)
        })]
    ),
    variation!(
        "new-customers-active",
        Enough,
        "Who is created is active at once",
        "The answer of AddCustomer lists the statuses, and no sentence says with which a customer begins",
        [Way::Creates(|customer| {
            customer.status = "ACTIVE";
            customer.onboarding_status = "ONBOARDED";
        })]
    ),
    variation!(
        "new-customers-rejected",
        Enough,
        "The onboarding of who is created has failed at once",
        "The answer of AddCustomer lists the statuses, and no sentence says with which a customer begins",
        [Way::Creates(|customer| {
            customer.status = "ONBOARDING_FAILED";
            customer.onboarding_status = "FAILED";
        })]
    ),
    variation!(
        "new-customers-under-review",
        Enough,
        "Who is created is under review, and no document is asked for",
        "The answer of AddCustomer lists the statuses, and no sentence says with which a customer begins",
        [Way::Creates(|customer| {
            customer.onboarding_status = "UNDER_REVIEW";
            customer.documents.clear();
        })]
    ),
    variation!(
        "new-customers-without-details",
        Enough,
        "What is known of a new customer is not shown: `kycDetails` is null",
        "`kycDetails` of GetOneCustomer: \"nullable\": true, and no sentence says when there are some",
        [Way::Creates(|customer| customer.kyc = None)]
    ),
    variation!(
        "new-customers-wealthy",
        Enough,
        "Who is created has the type WEALTH",
        "\"This field indicates the customer segment.\", and no sentence says how a type comes about",
        [Way::Creates(|customer| customer.kind = "WEALTH")]
    ),
    variation!(
        "risk-group-at-once",
        Enough,
        "Who is created has the risk group LOW",
        "`customerPreTradeRiskGroup` of AddCustomer's answer, and no sentence says where it comes from",
        [Way::Creates(|customer| customer.risk_group = Some("LOW".to_owned()))]
    ),
    variation!(
        "recognition-not-shown",
        Enough,
        "The facial recognition of a new customer is not available yet",
        "\"Electronic facial recognition status when available; null otherwise.\"",
        [Way::Creates(|customer| customer.recognition = None)]
    ),
    variation!(
        "risk-group-approved-later",
        Enough,
        "A new risk group waits for an approval; the answer says what was asked for",
        "\"Submit a request to update the Customer Pre-Trade Risk Group\"; \"may require broker approval\"",
        [Way::HoldsRiskGroup]
    ),
    variation!(
        "risk-group-as-it-stands",
        Enough,
        "A new risk group waits for an approval; the answer says what still holds",
        "\"Submit a request to update the Customer Pre-Trade Risk Group\"; \"may require broker approval\"",
        [
            Way::HoldsRiskGroup,
            Way::Updates(|customer, mut changed| {
                changed.shift_remove("customerPreTradeRiskGroup");
                if let Some(group) = &customer.risk_group {
                    changed.insert("customerPreTradeRiskGroup".to_owned(), group.as_str().into());
                }
                changed
            })
        ]
    ),
    variation!(
        "risk-group-not-said",
        Enough,
        "A new risk group waits for an approval; the answer leaves it out",
        "\"Submit a request to update the Customer Pre-Trade Risk Group\"; \"may require broker approval\"",
        [
            Way::HoldsRiskGroup,
            Way::Updates(|_, mut changed: Object| {
                changed.shift_remove("customerPreTradeRiskGroup");
                changed
            })
        ]
    ),
    variation!(
        "new-accounts-pending",
        Enough,
        "A bank account that is added is pending",
        "BankAccountInformationStatus lists the statuses, and no sentence says with which an account begins",
        [Way::Adds(|account| account.status = "PENDING")]
    ),
    variation!(
        "new-accounts-active",
        Enough,
        "A bank account that is added is active at once",
        "BankAccountInformationStatus lists the statuses, and no sentence says with which an account begins",
        [Way::Adds(|account| account.status = "ACTIVE")]
    ),
    variation!(
        "new-accounts-fail",
        Enough,
        "A bank account that is added has failed at once, with a reason",
        "BankAccountInformationStatus lists the statuses, and no sentence says with which an account begins",
        [Way::Adds(|account| {
            account.status = "FAILED";
            account.reason = Some("The bank does not know the account.");
        })]
    ),
    variation!(
        "removed-accounts-kept",
        Enough,
        "A bank account that was removed is still shown, with the status REMOVED; removing it again is answered 404",
        "BankAccountInformationStatus: REMOVED is a status of accounts that are shown",
        [Way::Instead(|asked, store, _| remove(asked, store, false))]
    ),
    variation!(
        "removed-accounts-removable",
        Enough,
        "A bank account that was removed is still shown, with the status REMOVED; removing it again succeeds",
        "RFC 9110, 9.2.2: DELETE is idempotent; BankAccountInformationStatus: REMOVED is a status of accounts that are shown",
        [Way::Instead(|asked, store, _| remove(asked, store, true))]
    ),
    variation!(
        "removed-accounts-shown-alone",
        Enough,
        "A bank account that was removed is listed no more, and still shown by itself, with the status REMOVED",
        "\"Retrieve the customer's bank account details for a specific customer.\" does not say whether of accounts that were",
        [Way::Instead(|asked, store, _| {
            if asked.is(ListCustomerBankInformation) {
                let customer = addressed(asked, store)?;
                let shown = customer.bank_accounts.iter().filter(|account| account.status != REMOVED);
                return Some(Reply::ok(shown.map(render::stored_bank_account).collect()));
            }
            remove(asked, store, false)
        }),]
    ),
    variation!(
        "removal-says-deleted",
        Enough,
        "The status that a removal answers is a word of its own",
        "`status` of RemoveCustomerBankAccountInformation: \"type\": \"string\", without an enum",
        [Way::Answers(|asked, answer| {
            if asked.is(RemoveCustomerBankAccountInformation) && answer.is_success() {
                answer.put("/status", "deleted");
            }
        })]
    ),
    variation!(
        "cooling-off-holds",
        Thin,
        "A bank account that is cooling off cannot be removed: 409",
        "`coolingOffEndTime`, and no sentence says what cannot be done until then; `4XX`: \"Client error\"",
        [Way::Instead(|asked, store, _| {
            let account = account(asked, store).filter(|_| asked.is(RemoveCustomerBankAccountInformation))?;
            let refusal = || Reply::refused(StatusCode::CONFLICT, "The account is cooling off");
            (account.status == "COOLING_OFF").then(refusal)
        })]
    ),
    variation!(
        "net-worth-with-cents",
        Enough,
        "A net worth in whole units is shown with two decimals",
        "\"This field indicates the customer's net worth.\": a number in a text, and no sentence says how it is written",
        [Way::Answers(|_, answer| {
            let worth = answer.at("/kycDetails/netWorth").filter(|worth| {
                worth.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
            });
            if let Some(Value::String(text)) = worth {
                text.push_str(".00");
            }
        })]
    ),
];

fn taken() -> Reply {
    Reply::refused(StatusCode::CONFLICT, "Taken")
}

fn addressed<'a>(asked: &Asked<'_>, store: &'a mut Store) -> Option<&'a mut Customer> {
    store.customer_mut(Id::parse(asked.customer()?)?)
}

fn account<'a>(asked: &Asked<'_>, store: &'a mut Store) -> Option<&'a mut BankAccount> {
    let Place::BankAccount(_, account) = asked.place else { return None };
    let id = Id::parse(account)?;
    addressed(asked, store)?.bank_accounts.iter_mut().find(|account| account.id == id)
}

/// Removes an account by its status.
fn remove(asked: &Asked<'_>, store: &mut Store, again: bool) -> Option<Reply> {
    let account = account(asked, store).filter(|_| asked.is(RemoveCustomerBankAccountInformation))?;
    let id = account.id.to_string();
    if account.status == REMOVED && !again {
        return Some(Reply::missing_id(&id));
    }
    account.status = REMOVED;
    Some(Reply::ok(json!({ "bankAccountId": id, "status": REMOVED })))
}
