//! Which members an answer shows.

use serde_json::{Value, json};

use super::{Variation, Way, variation};
use crate::sandbox::fault::{Answer, Asked};
use crate::sandbox::render;
use crate::sandbox::request::Operation::{
    AddCustomer, AddCustomerBankInformation, GetAllCustomers, GetBankAccountInformation, GetOneCustomer,
    ListCustomerBankInformation,
};
use crate::sandbox::validate::Object;

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "members-required-alone",
        Thin,
        "Every object of an answer holds the members that its schema requires, and no others",
        "JSON Schema Validation, `required`: what is not listed may be absent",
        [
            Way::Answers(|asked, answer| {
                if asked.is(GetAllCustomers) {
                    answer.put("", json!({}));
                }
                customers(asked, answer, Object::clear);
                accounts(asked, answer, required_of_account);
            }),
            Way::Updates(|_, _| Object::new())
        ]
    ),
    variation!(
        "identifiers-alone",
        Enough,
        "A customer in an answer is its identifier, and a bank account what its schema requires",
        "JSON Schema Validation, `required`: what is not listed may be absent",
        [
            Way::Answers(|asked, answer| {
                customers(asked, answer, |customer| customer.retain(|name, _| name == "customerId"));
                accounts(asked, answer, required_of_account);
            }),
            Way::Updates(|_, _| Object::new())
        ]
    ),
    variation!(
        "identifiers-left-out",
        Thin,
        "No answer about a customer shows its identifier, where the schema does not require it",
        "JSON Schema Validation, `required`: customerId is listed for an update alone",
        [Way::Answers(|asked, answer| customers(asked, answer, |customer| drop(customer.shift_remove("customerId"))))]
    ),
    variation!(
        "members-now-and-then",
        Enough,
        "Optional members, but for identifiers, come and go from answer to answer",
        "JSON Schema Validation, `required`: what is not listed may be absent, in one answer as in the next",
        [Way::Answers(|asked, answer| now_and_then(asked, answer, &["customerId", "bankAccountId"]))]
    ),
    variation!(
        "all-members-now-and-then",
        Enough,
        "Optional members, identifiers of customers too, come and go from answer to answer",
        "JSON Schema Validation, `required`: what is not listed may be absent, in one answer as in the next",
        [Way::Answers(|asked, answer| now_and_then(asked, answer, &[]))]
    ),
    variation!(
        "list-of-items-alone",
        Enough,
        "A list of customers has neither a token nor a total",
        "JSON Schema Validation, `required`: neither `after` nor `totalCount` is listed",
        [Way::Answers(|asked, answer| listed(asked, answer, |list| list.retain(|name, _| name == "items")))]
    ),
    variation!(
        "list-is-empty-object",
        Enough,
        "A list of customers is an object without members",
        "JSON Schema Validation, `required`: not even `items` is listed",
        [Way::Answers(|asked, answer| listed(asked, answer, Object::clear))]
    ),
    variation!(
        "list-without-items",
        Enough,
        "A list of customers tells a total and a token, and shows nobody",
        "JSON Schema Validation, `required`: `items` is not listed",
        [Way::Answers(|asked, answer| listed(asked, answer, |list| drop(list.shift_remove("items"))))]
    ),
    variation!(
        "list-without-total",
        Enough,
        "A list of customers has no total",
        "JSON Schema Validation, `required`: `totalCount` is not listed",
        [Way::Answers(|asked, answer| listed(asked, answer, |list| drop(list.shift_remove("totalCount"))))]
    ),
    variation!(
        "creation-shows-nothing",
        Enough,
        "AddCustomer answers an empty object; who was created is found in the list",
        "JSON Schema Validation, `required`: the answer of AddCustomer lists nothing",
        [Way::Answers(|asked, answer| {
            if asked.is(AddCustomer) && answer.is_success() {
                answer.put("", json!({}));
            }
        })]
    ),
    variation!(
        "details-left-out",
        Enough,
        "GetOneCustomer leaves `kycDetails` out",
        "JSON Schema Validation, `required`: `kycDetails` is not listed",
        [Way::Answers(|asked, answer| {
            if asked.is(GetOneCustomer) {
                answer.drop("/kycDetails");
            }
        })]
    ),
    variation!(
        "details-null",
        Enough,
        "GetOneCustomer answers null for `kycDetails`",
        "`kycDetails` of GetOneCustomer: \"nullable\": true",
        [Way::Answers(|asked, answer| {
            if asked.is(GetOneCustomer) {
                answer.put("/kycDetails", Value::Null);
            }
        })]
    ),
    variation!(
        "details-now-and-then",
        Enough,
        "Members of `kycDetails` come and go from answer to answer",
        "JSON Schema Validation, `required`: CustomerKYCDetails lists nothing",
        [Way::Answers(|asked, answer| {
            let turn = asked.turn;
            if let Some(details) = answer.at("/kycDetails").and_then(Value::as_object_mut) {
                let mut place = 0;
                details.retain(|_, _| {
                    place += 1;
                    drawn(turn, place)
                });
            }
        })]
    ),
    variation!(
        "unknown-left-out",
        Enough,
        "What is not known is left out where it could be null",
        "JSON Schema Validation, `required`: what is not listed may be absent",
        [Way::Answers(|asked, answer| {
            let address_needs = ["unit", "poBox", "postalCode"];
            if let Some(body) = answer.json() {
                each_object(body, &|object| {
                    object.retain(|name, value| !value.is_null() || address_needs.contains(&name.as_str()));
                });
            }
            if asked.is(GetAllCustomers) && answer.is_success() && answer.at("/after").is_none() {
                listed(asked, answer, |list| drop(list.insert("after".to_owned(), Value::Null)));
            }
        })]
    ),
    variation!(
        "unknown-is-null",
        Enough,
        "What is not known is null wherever its schema lets it be",
        "\"nullable\": true beside the type that it widens (OpenAPI 3.0.3)",
        [
            Way::Answers(|asked, answer| {
                accounts(asked, answer, |account| {
                    for name in ["bankAccountInformation", "bankAccount"] {
                        if let Some(Value::Object(instruction)) = account.get_mut(name) {
                            fill(instruction, &NULLABLE_OF_INSTRUCTION);
                            for address in ["beneficiaryAddress", "beneficiaryBankAddress", "intermediaryBankAddress"] {
                                if let Some(Value::Object(address)) = instruction.get_mut(address) {
                                    fill(address, &["addressLine2", "postalCode"]);
                                }
                            }
                        }
                    }
                });
            }),
            Way::Updates(|_, mut changed| {
                fill(&mut changed, &NULLABLE_OF_UPDATE);
                changed
            })
        ]
    ),
    variation!(
        "creation-time-left-out",
        Enough,
        "No answer shows when a customer or a bank account was created, where the schema does not require it",
        "JSON Schema Validation, `required`: neither `createDate` nor `createdAt` of a customer is listed",
        [Way::Answers(|asked, answer| {
            customers(asked, answer, |customer| {
                customer.retain(|name, _| !matches!(name.as_str(), "createDate" | "createdAt"));
            });
            if !asked.is(AddCustomerBankInformation) {
                accounts(asked, answer, |account| drop(account.shift_remove("createdAt")));
            }
        })]
    ),
    variation!(
        "bank-accounts-lean",
        Enough,
        "A bank account shows the members that its schema requires, and no others",
        "JSON Schema Validation, `required`: ClientBankingInstruction lists six members, AddressInput four",
        [Way::Answers(|asked, answer| accounts(asked, answer, required_of_account))]
    ),
    variation!(
        "more-members",
        Enough,
        "Every object of an answer holds a member that no document names",
        "JSON Schema Validation, `additionalProperties`: left out, it allows any",
        [Way::Answers(|_, answer| {
            if let Some(body) = answer.json() {
                each_object(body, &|object| drop(object.insert("_version".to_owned(), json!(["3", 4, null]))));
            }
        })]
    ),
    variation!(
        "members-in-another-order",
        Enough,
        "The members of each object stand in another order in each answer",
        "RFC 8259, 4: an object is an unordered collection",
        [Way::Answers(|asked, answer| {
            let turn = asked.turn;
            if let Some(body) = answer.json() {
                each_object(body, &|object| {
                    let mut members: Vec<_> = std::mem::take(object).into_iter().collect();
                    members.sort_by_key(|(name, _)| name.bytes().fold(turn, |sum, byte| mixed(sum + u64::from(byte))));
                    object.extend(members);
                });
            }
        })]
    ),
    variation!(
        "update-shows-identifier",
        Enough,
        "UpdateOneCustomer answers the identifier alone",
        "JSON Schema Validation, `required`: the answer of UpdateOneCustomer lists customerId alone",
        [Way::Updates(|_, _| Object::new())]
    ),
    variation!(
        "update-shows-everything",
        Enough,
        "UpdateOneCustomer answers all that it could change, changed or not",
        "The answer of UpdateOneCustomer names all attributes, and no sentence says which of them it shows",
        [Way::Updates(|customer, changed| everything(customer.kyc.as_ref(), customer.risk_group.as_deref(), changed))]
    ),
    variation!(
        "update-shows-nulls",
        Enough,
        "UpdateOneCustomer answers null for what was not changed",
        "The answer of UpdateOneCustomer: \"nullable\": true beside most members",
        [Way::Updates(|_, mut changed| {
            fill(&mut changed, &NULLABLE_OF_UPDATE);
            changed
        })]
    ),
];

/// What may be null in an update's answer; a sibling of `$ref` and an enum without null keep the others from it.
const NULLABLE_OF_UPDATE: [&str; 6] =
    ["fullName", "nationality", "placeOfBirth", "dateOfBirth", "employerName", "employerAddress"];

const NULLABLE_OF_INSTRUCTION: [&str; 7] = [
    "beneficiaryBankBic",
    "routingCode",
    "beneficiaryBankMemo",
    "intermediaryBankName",
    "intermediaryBankBic",
    "intermediaryAccountNumber",
    "beneficiaryLegalName",
];

const REQUIRED_OF_INSTRUCTION: [&str; 6] = [
    "beneficiaryType",
    "currency",
    "beneficiaryAddress",
    "beneficiaryBankName",
    "beneficiaryBankAddress",
    "beneficiaryAccountNumber",
];

fn fill(object: &mut Object, names: &[&str]) {
    for name in names {
        object.entry(*name).or_insert(Value::Null);
    }
}

/// Changes every customer that a success shows; an update's answer is not one of these, because it requires a member.
pub(super) fn customers(asked: &Asked<'_>, answer: &mut Answer, change: impl Fn(&mut Object)) {
    if !answer.is_success() {
        return;
    }
    let Some(body) = answer.json() else { return };
    if asked.is(GetAllCustomers) {
        let items = body.pointer_mut("/items").and_then(Value::as_array_mut);
        items.into_iter().flatten().filter_map(Value::as_object_mut).for_each(change);
    } else if asked.is(AddCustomer) || asked.is(GetOneCustomer) {
        body.as_object_mut().into_iter().for_each(change);
    }
}

/// Changes every bank account that a success shows.
pub(super) fn accounts(asked: &Asked<'_>, answer: &mut Answer, change: impl Fn(&mut Object)) {
    if !answer.is_success() {
        return;
    }
    let Some(body) = answer.json() else { return };
    if asked.is(ListCustomerBankInformation) || asked.is(GetBankAccountInformation) {
        body.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut).for_each(change);
    } else if asked.is(AddCustomerBankInformation) {
        body.as_object_mut().into_iter().for_each(change);
    }
}

/// Changes the list of customers.
pub(super) fn listed(asked: &Asked<'_>, answer: &mut Answer, change: impl Fn(&mut Object)) {
    if asked.is(GetAllCustomers) && answer.is_success() {
        answer.json().and_then(Value::as_object_mut).into_iter().for_each(change);
    }
}

/// Changes every object, outer ones first.
pub(super) fn each_object(value: &mut Value, change: &impl Fn(&mut Object)) {
    match value {
        Value::Object(members) => {
            change(members);
            members.values_mut().for_each(|member| each_object(member, change));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_object(item, change)),
        _ => {}
    }
}

fn required_of_account(account: &mut Object) {
    account.retain(|name, _| !matches!(name.as_str(), "statusReason"));
    let pending = account.contains_key("customerId");
    if !pending {
        account.shift_remove("createdAt");
    }
    for name in ["bankAccountInformation", "bankAccount"] {
        if let Some(Value::Object(instruction)) = account.get_mut(name) {
            instruction.retain(|name, _| REQUIRED_OF_INSTRUCTION.contains(&name.as_str()));
            for address in instruction.values_mut().filter_map(Value::as_object_mut) {
                address.retain(|name, _| matches!(name.as_str(), "addressLine1" | "city" | "region" | "country"));
            }
        }
    }
}

/// Leaves about half of the optional members out, in each answer others.
fn now_and_then(asked: &Asked<'_>, answer: &mut Answer, but: &[&str]) {
    let turn = asked.turn;
    customers(asked, answer, |customer| {
        let mut place = 0;
        customer.retain(|name, _| {
            place += 1;
            but.contains(&name.as_str()) || drawn(turn, place)
        });
    });
    if !asked.is(AddCustomerBankInformation) {
        accounts(asked, answer, |account| {
            account.retain(|name, _| !matches!(name.as_str(), "createdAt" | "statusReason") || drawn(turn, 7));
        });
    }
}

/// Whether the toss at this place of an answer falls on this side; the same for the same numbers.
fn drawn(turn: u64, place: u64) -> bool {
    mixed(mixed(turn) + place) & 1 == 1
}

/// A number that looks unrelated to its neighbour.
pub(super) fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 1;
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 8
}

/// What an update could change of a customer, as far as its schema takes what is known.
fn everything(kyc: Option<&Object>, risk_group: Option<&str>, changed: Object) -> Object {
    let mut shown = Object::new();
    for (name, _) in render::KYC {
        let Some(value) = kyc.and_then(|kyc| kyc.get(name)) else { continue };
        let whole_address = value.as_object().is_some_and(|address| address.contains_key("streetNumber"));
        let fits = match name {
            "address" | "employerAddress" => whole_address,
            "netWorth" | "incomeCurrency" => false,
            _ => value.is_string(),
        };
        if fits {
            let mut value = value.clone();
            each_object(&mut value, &|address| address.retain(|_, part| !part.is_null()));
            shown.insert(name.to_owned(), value);
        }
    }
    if let Some(group) = risk_group {
        shown.insert("customerPreTradeRiskGroup".to_owned(), group.into());
    }
    shown.extend(changed);
    shown
}
