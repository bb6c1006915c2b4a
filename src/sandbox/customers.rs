//! The four operations on customers.

use super::clock::Moment;
use super::fault::Act;
use super::page::{Query, UNKNOWN_TOKEN};
use super::render;
use super::reply::{Problem, Reply};
use super::request::{Call, id};
use super::store::{Customer, Document, Store};
use super::validate::{Object, customer, known};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// `GetAllCustomers`
pub(super) fn list(store: &Store, call: &Call) -> Result<Reply, Reply> {
    let (mut query, problems) = Query::parse(call.query);
    if let Some(Act::Asks(change)) = call.fault {
        change(&call.asked, &mut query);
    }
    call.ways.ask(&mut query);
    call.refused_for(problems)?;
    let after = match query.after.map(|id| store.customer(id)) {
        Some(None) => return Err(Reply::invalid(vec![Problem::new("after", UNKNOWN_TOKEN)])),
        Some(last) => last,
        None => None,
    };
    let page = query.page(store.customers(), after);
    let items: Vec<_> = page.items.into_iter().map(render::listed_customer).collect();
    Ok(Reply::ok(json!({ "after": page.after, "totalCount": page.total.to_string(), "items": items })))
}

/// `AddCustomer`
pub(super) fn create(store: &mut Store, call: &Call, now: &Moment) -> Result<Reply, Reply> {
    let body = call.object()?.ok_or_else(Call::no_body)?;
    call.refused_for(customer::create_problems(&body, now))?;
    let mut customer = new_customer(store, &known(&body, customer::CREATE), now);
    call.ways.create(&mut customer);
    let reply = Reply::ok(render::created_customer(&customer));
    store.add(customer);
    Ok(reply)
}

/// `GetOneCustomer`
pub(super) fn read(store: &Store, customer_id: &str) -> Result<Reply, Reply> {
    let customer = store.customer(id("customerId", customer_id)?).ok_or_else(unknown)?;
    Ok(Reply::ok(render::one_customer(customer)))
}

/// `UpdateOneCustomer`
///
/// It answers the identifier and what was changed, as it was given. An address is replaced as a whole, because it has
/// to be given as a whole. A change "may require broker approval"; the sandbox approves at once.
pub(super) fn update(store: &mut Store, customer_id: &str, call: &Call) -> Result<Reply, Reply> {
    let customer = store.customer_mut(id("customerId", customer_id)?).ok_or_else(unknown)?;
    // The document does not require a body, and an update of nothing is a valid one.
    let body = call.object()?.unwrap_or_default();
    call.refused_for(customer::update_problems(&body, customer.has_employer_address()))?;
    let mut changed = Object::new();
    for (name, value) in known(&body, customer::UPDATE) {
        if name == RISK_GROUP {
            if !call.ways.holds_risk_group() {
                customer.risk_group = value.as_str().map(str::to_owned);
            }
        } else {
            customer.kyc.get_or_insert_default().insert(name.clone(), value.clone());
        }
        // Only a risk group can be null here, and its schema, strictly read, does not let the answer say so.
        if !value.is_null() {
            changed.insert(name, value);
        }
    }
    let mut answer = Object::new();
    answer.insert("customerId".to_owned(), customer.id.to_string().into());
    answer.extend(call.ways.update(customer, changed));
    Ok(Reply::ok(answer.into()))
}

const RISK_GROUP: &str = "customerPreTradeRiskGroup";

fn unknown() -> Reply {
    Reply::refused(StatusCode::NOT_FOUND, "Customer not found")
}

/// A customer at the start of onboarding, when nothing but the request is known of it.
///
/// It is RETAIL: the documents say nothing of how a type comes about, and nothing ties `customerSegment` to it.
fn new_customer(store: &mut Store, body: &Object, now: &Moment) -> Customer {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let kyc = render::KYC.iter().filter_map(|(name, _)| Some(((*name).to_owned(), body.get(*name)?.clone())));
    Customer {
        id: store.ids.next(),
        reference_id: text("referenceId").unwrap_or_default().to_owned(),
        status: "ONBOARDING",
        kind: "RETAIL",
        onboarding_status: "PENDING_DOCUMENTATION_RECEIPT",
        created: now.clone(),
        risk_group: None,
        accounts: Vec::new(),
        documents: NEW_DOCUMENTS.to_vec(),
        kyc: Some(kyc.collect()),
        // `"default": "NA"`
        recognition: Some(text("electronicFacialRecognition").unwrap_or("NA").to_owned()),
        document_expiry: text("documentExpiryDate").and_then(Moment::parse),
        emirates_id: text("emiratesId").map(str::to_owned),
        bank_accounts: Vec::new(),
    }
}

const NEW_DOCUMENTS: [Document; 3] = [
    Document { kind: "PASSPORT", status: "PENDING_RECEIPT" },
    Document { kind: "NATIONAL_ID_FRONT", status: "PENDING_RECEIPT" },
    Document { kind: "NATIONAL_ID_BACK", status: "PENDING_RECEIPT" },
];
