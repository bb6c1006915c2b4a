//! What `AddCustomer` and `UpdateOneCustomer` accept.

use super::{Field, Kind, Object, REQUIRED, check, optional, required};
use crate::sandbox::clock::Moment;
use crate::sandbox::reply::Problem;
use serde_json::Value;

/// The body of `AddCustomer`.
pub(in crate::sandbox) const CREATE: &[Field] = &[
    required("referenceId", Kind::Text),
    required("fullName", Kind::Text),
    required("nationality", Kind::Country),
    required("address", Kind::Object(CREATE_ADDRESS)),
    required("placeOfBirth", Kind::Text),
    required("dateOfBirth", Kind::Date),
    optional("employerName", Kind::Text),
    // Null is one of the two forms: the object in the `oneOf` is nullable.
    optional("employerAddress", Kind::TextOrObject(CREATE_EMPLOYER_ADDRESS)).or_null(),
    required("sanctionsScreeningCompleted", YES_OR_NO),
    optional("sanctionsScreeningCompletedAt", Kind::DateTime),
    required("pepScreeningCompleted", YES_OR_NO),
    optional("pepScreeningCompletedAt", Kind::DateTime),
    optional("livenessCheckCompleted", YES_OR_NO),
    optional("livenessCheckCompletedAt", Kind::DateTime),
    required("isPEP", YES_OR_NO),
    required("isSanctioned", YES_OR_NO),
    required("employmentStatus", EMPLOYMENT_STATUS),
    optional("electronicFacialRecognition", Kind::OneOf(&["SUCCESS", "FAILED", "NA"])),
    optional("documentExpiryDate", Kind::DateTime),
    optional("emiratesId", Kind::Text),
    optional("customerSegment", Kind::OneOf(&["RETAIL", "HNW"])),
    optional("netWorth", Kind::Text),
    optional("incomeCurrency", Kind::Text),
];

/// The body of `UpdateOneCustomer`.
///
/// Its `nationality` bears no sentence about ISO 3166, so any string passes there.
pub(in crate::sandbox) const UPDATE: &[Field] = &[
    // The enum lists null, the `type` beside it refuses null: the reading that the enum intends wins.
    optional("customerPreTradeRiskGroup", Kind::OneOf(&["LOW", "HIGH"])).or_null(),
    optional("fullName", Kind::Text),
    optional("nationality", Kind::Text),
    // "When providing address or employer address, all respective required fields must be included."
    optional("address", Kind::Object(UPDATE_ADDRESS)),
    optional("placeOfBirth", Kind::Text),
    optional("dateOfBirth", Kind::Date),
    optional("employerName", Kind::Text),
    optional("employerAddress", Kind::Object(UPDATE_EMPLOYER_ADDRESS)),
    optional("employmentStatus", EMPLOYMENT_STATUS),
];

const YES_OR_NO: Kind = Kind::OneOf(&["YES", "NO"]);
const EMPLOYMENT_STATUS: Kind = Kind::OneOf(&["Employed", "Unemployed", "Retired", "Student", "Self-Employed"]);
const ADDRESS_TYPE: Kind = Kind::OneOf(&["RESIDENTIAL", "BUSINESS", "GEOGRAPHIC"]);

const CREATE_ADDRESS: &[Field] = &[
    optional("streetNumber", Kind::Text),
    required("streetName", Kind::Text),
    optional("unit", Kind::Text),
    optional("poBox", Kind::Text),
    optional("postalCode", Kind::Text),
    required("city", Kind::Text),
    required("state", Kind::Text),
    required("country", Kind::Country),
    required("addressType", ADDRESS_TYPE),
];

const CREATE_EMPLOYER_ADDRESS: &[Field] = &[
    optional("streetNumber", Kind::Text),
    required("streetName", Kind::Text),
    optional("unit", Kind::Text),
    optional("poBox", Kind::Text),
    optional("postalCode", Kind::Text),
    required("city", Kind::Text),
    required("state", Kind::Text),
    required("country", Kind::Country),
];

/// Unlike at creation, the street number is required here.
const UPDATE_ADDRESS: &[Field] = &[
    required("streetNumber", Kind::Text),
    required("streetName", Kind::Text),
    optional("unit", Kind::Text),
    optional("poBox", Kind::Text),
    optional("postalCode", Kind::Text),
    required("city", Kind::Text),
    required("state", Kind::Text),
    required("country", Kind::Country),
    required("addressType", ADDRESS_TYPE),
];

const UPDATE_EMPLOYER_ADDRESS: &[Field] = &[
    required("streetNumber", Kind::Text),
    required("streetName", Kind::Text),
    optional("unit", Kind::Text),
    optional("poBox", Kind::Text),
    optional("postalCode", Kind::Text),
    required("city", Kind::Text),
    required("state", Kind::Text),
    required("country", Kind::Country),
];

/// What is wrong with the body of `AddCustomer`.
pub(in crate::sandbox) fn create_problems(body: &Object, now: &Moment) -> Vec<Problem> {
    let mut problems = Vec::new();
    check(body, CREATE, "", &mut problems);
    for rule in NEEDS {
        if says(body, rule.when, rule.is) && !body.contains_key(rule.then) {
            problems.push(Problem::new(format!("/{}", rule.then), REQUIRED));
        }
    }
    // "Required if not all EFR-related parameters are provided"; a default that the server fills in is not provided.
    let all_given =
        ["electronicFacialRecognition", "documentExpiryDate", "emiratesId"].iter().all(|name| body.contains_key(*name));
    if !all_given && !body.contains_key("livenessCheckCompleted") {
        problems.push(Problem::new("/livenessCheckCompleted", REQUIRED));
    }
    // "Must be a future date."
    let expiry = body.get("documentExpiryDate").and_then(Value::as_str).and_then(Moment::parse);
    if expiry.is_some_and(|expiry| expiry.utc() <= now.utc()) {
        problems.push(Problem::new("/documentExpiryDate", "must be in the future"));
    }
    problems
}

/// What is wrong with the body of `UpdateOneCustomer`, for a customer with or without an employer address.
pub(in crate::sandbox) fn update_problems(body: &Object, has_employer_address: bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    check(body, UPDATE, "", &mut problems);
    // "When updating employment status to EMPLOYED, employer address becomes required." One on record will do.
    let employed = says(body, "employmentStatus", "Employed");
    if employed && !has_employer_address && !body.contains_key("employerAddress") {
        problems.push(Problem::new("/employerAddress", REQUIRED));
    }
    problems
}

/// When one property says something, another has to be there.
struct Need {
    when: &'static str,
    is: &'static str,
    then: &'static str,
}

const NEEDS: &[Need] = &[
    // "Required only when employmentStatus is 'Employed'."
    Need { when: "employmentStatus", is: "Employed", then: "employerName" },
    Need { when: "employmentStatus", is: "Employed", then: "employerAddress" },
    // "This field is required if … is YES"
    Need { when: "sanctionsScreeningCompleted", is: "YES", then: "sanctionsScreeningCompletedAt" },
    Need { when: "pepScreeningCompleted", is: "YES", then: "pepScreeningCompletedAt" },
    Need { when: "livenessCheckCompleted", is: "YES", then: "livenessCheckCompletedAt" },
    // "This field is required if electronicFacialRecognition is SUCCESS."
    Need { when: "electronicFacialRecognition", is: "SUCCESS", then: "documentExpiryDate" },
    Need { when: "electronicFacialRecognition", is: "SUCCESS", then: "emiratesId" },
];

fn says(body: &Object, name: &str, word: &str) -> bool {
    body.get(name).and_then(Value::as_str) == Some(word)
}
