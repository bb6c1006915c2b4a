//! What `AddCustomerBankInformation` accepts.

use super::{Field, Kind, Object, REQUIRED, check, optional, required};
use crate::sandbox::reply::Problem;

/// `ClientBankingInstruction`.
pub(in crate::sandbox) const INSTRUCTION: &[Field] = &[
    required("beneficiaryType", Kind::OneOf(&["INDIVIDUAL", "BUSINESS"])),
    required("currency", Kind::Currency),
    required("beneficiaryAddress", Kind::Object(ADDRESS)),
    required("beneficiaryBankName", Kind::Length(0, 255)),
    required("beneficiaryBankAddress", Kind::Object(ADDRESS)),
    optional("beneficiaryBankBic", Kind::Length(8, 11)).or_null(),
    optional("routingCode", Kind::Length(0, 20)).or_null(),
    required("beneficiaryAccountNumber", Kind::Length(0, 34)),
    optional("beneficiaryBankMemo", Kind::Length(0, 140)).or_null(),
    optional("intermediaryBankName", Kind::Text).or_null(),
    // `nullable` beside `$ref` is ignored (OpenAPI 3.0.3), so null is refused here.
    optional("intermediaryBankAddress", Kind::Object(ADDRESS)),
    optional("intermediaryBankBic", Kind::Length(8, 11)).or_null(),
    optional("intermediaryAccountNumber", Kind::Length(0, 34)).or_null(),
    optional("beneficiaryGivenNames", Kind::Length(0, 200)),
    optional("beneficiarySurnames", Kind::Length(0, 200)),
    optional("beneficiaryLegalName", Kind::Length(0, 255)).or_null(),
];

/// `AddressInput`.
const ADDRESS: &[Field] = &[
    required("addressLine1", Kind::Text),
    optional("addressLine2", Kind::Text).or_null(),
    required("city", Kind::Text),
    required("region", Kind::Text),
    optional("postalCode", Kind::Text).or_null(),
    required("country", Kind::CountryCode),
];

/// What is wrong with a banking instruction.
pub(in crate::sandbox) fn problems(body: &Object) -> Vec<Problem> {
    let mut problems = Vec::new();
    check(body, INSTRUCTION, "", &mut problems);
    let needed: &[&str] = match body.get("beneficiaryType").and_then(|value| value.as_str()) {
        // "Required for INDIVIDUAL beneficiary type"
        Some("INDIVIDUAL") => &["beneficiaryGivenNames", "beneficiarySurnames"],
        // "Required for BUSINESS beneficiary type"
        Some("BUSINESS") => &["beneficiaryLegalName"],
        _ => &[],
    };
    for name in needed.iter().filter(|name| !body.contains_key(**name)) {
        problems.push(Problem::new(format!("/{name}"), REQUIRED));
    }
    problems
}
