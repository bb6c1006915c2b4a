//! Sentences that can be read strictly or leniently: each the other way than the sandbox usually reads it.

use serde_json::Value;

use super::{Variation, Way, variation};
use crate::sandbox::country::is_country;
use crate::sandbox::fault::Asked;
use crate::sandbox::reply::Problem;
use crate::sandbox::request::Operation::{AddCustomer, AddCustomerBankInformation, UpdateOneCustomer};

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "employer-of-employed-only",
        Enough,
        "An employer is refused of who is not employed",
        "\"Required only when employmentStatus is 'Employed'.\": only required then, or only allowed then",
        [Way::Objects(|asked| {
            let employer = asked.body.get("employerName").or(asked.body.get("employerAddress"));
            let employed = asked.text("/employmentStatus") == Some("Employed");
            (asked.is(AddCustomer) && employer.is_some() && !employed)
                .then(|| Problem::new("/employerName", "is for the employed"))
        })]
    ),
    variation!(
        "employer-not-null",
        Enough,
        "An employer address that is null does not count as given",
        "\"Required only when employmentStatus is 'Employed'.\" beside \"nullable\": true",
        [Way::Objects(|asked| {
            let employed = asked.text("/employmentStatus") == Some("Employed");
            (asked.is(AddCustomer) && employed && asked.body.get("employerAddress").is_some_and(Value::is_null))
                .then(|| Problem::new("/employerAddress", "is required"))
        })]
    ),
    variation!(
        "legal-name-not-null",
        Enough,
        "The legal name of a business that is null does not count as given",
        "\"Required for BUSINESS beneficiary type\" beside \"nullable\": true",
        [Way::Objects(|asked| {
            let business = asked.text("/beneficiaryType") == Some("BUSINESS");
            let null = asked.body.get("beneficiaryLegalName").is_some_and(Value::is_null);
            (asked.is(AddCustomerBankInformation) && business && null)
                .then(|| Problem::new("/beneficiaryLegalName", "is required"))
        })]
    ),
    variation!(
        "intermediary-named",
        Enough,
        "The name of an intermediary is required as soon as anything of one is given",
        "\"Required only if an intermediary is involved.\"",
        [Way::Objects(|asked| {
            let members = ["intermediaryBankAddress", "intermediaryBankBic", "intermediaryAccountNumber"];
            let involved = members.iter().any(|name| asked.body.get(*name).is_some());
            (asked.is(AddCustomerBankInformation) && involved && asked.text("/intermediaryBankName").is_none())
                .then(|| Problem::new("/intermediaryBankName", "is required"))
        })]
    ),
    variation!(
        "bic-of-8-or-11",
        Enough,
        "A BIC has eight or eleven characters, in the shape of ISO 9362",
        "\"such as a BIC (Bank Identifier Code) or SWIFT code. Typically 8-11 characters.\"",
        [Way::Objects(|asked| {
            let wrong = |name: &&&str| asked.body.get(**name).and_then(Value::as_str).is_some_and(|code| !is_bic(code));
            let names = ["beneficiaryBankBic", "intermediaryBankBic"];
            asked.is(AddCustomerBankInformation).then_some(())?;
            names.iter().find(|name| wrong(name)).map(|name| Problem::new(format!("/{name}"), "must be a BIC"))
        })]
    ),
    variation!(
        "currencies-of-a-list",
        Enough,
        "Only some currencies are taken",
        "\"ISO 3-letter currency code\": no sentence says which edition, or that all are served",
        [Way::Objects(|asked| {
            let known = asked.text("/currency").is_none_or(|code| CURRENCIES.contains(&code));
            (asked.is(AddCustomerBankInformation) && !known).then(|| Problem::new("/currency", "is not served"))
        })]
    ),
    variation!(
        "currency-in-small-letters-taken",
        Enough,
        "A currency may be written in small letters",
        "\"ISO 3-letter currency code\": no sentence says that the case counts",
        [Way::Overlooks(|asked, problem| {
            let small = asked
                .text("/currency")
                .is_some_and(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()));
            small && problem.path == "/currency"
        })]
    ),
    variation!(
        "country-codes-in-small-letters-taken",
        Enough,
        "Codes of countries may be written in small letters",
        "\"ISO 3166-1 alpha-2 country code\": no sentence says that the case counts",
        [Way::Overlooks(|asked, problem| {
            let text = asked.text(&problem.path).unwrap_or_default().to_ascii_uppercase();
            is_place(problem) && is_country(&text) && (text.len() == 2 || !asked.is(AddCustomerBankInformation))
        })]
    ),
    variation!(
        "country-names-at-will",
        Enough,
        "Whatever could be a name of a country in some language or edition is taken for one",
        "\"Country string that matches either ISO 3166 name, ISO 3166-1 A-2 or ISO 3166-1 A-3.\": no edition, no language",
        [Way::Overlooks(|asked, problem| {
            let text = asked.text(&problem.path).unwrap_or_default();
            let name = text.chars().count() >= 2 && !text.contains(|letter: char| letter.is_ascii_digit());
            is_place(problem) && name && !asked.is(AddCustomerBankInformation)
        })]
    ),
    variation!(
        "countries-of-a-list",
        Enough,
        "Only countries that are served are taken",
        "\"Country string that matches either ISO 3166 name, ISO 3166-1 A-2 or ISO 3166-1 A-3.\": no edition, no language",
        [Way::Objects(|asked| {
            asked.operation?;
            PLACES.iter().find_map(|path| {
                let text = asked.text(path)?;
                (!COUNTRIES.contains(&text)).then(|| Problem::new(*path, "is not served"))
            })
        })]
    ),
    variation!(
        "nationality-of-update-checked",
        Enough,
        "The nationality in an update has to be a country, as at creation",
        "\"Country string that matches either ISO 3166 name, ISO 3166-1 A-2 or ISO 3166-1 A-3.\" stands at nationality of \
         AddCustomer alone",
        [Way::Objects(|asked| {
            let country = asked.text("/nationality").is_none_or(is_country);
            (asked.is(UpdateOneCustomer) && !country).then(|| Problem::new("/nationality", "must be a country"))
        })]
    ),
    variation!(
        "country-of-updated-address-at-will",
        Enough,
        "The country of an address in an update may be any text",
        "\"Country string that matches either ISO 3166 name, ISO 3166-1 A-2 or ISO 3166-1 A-3.\" does not stand at the \
         address that UpdateOneCustomer takes",
        [Way::Overlooks(|asked, problem| {
            asked.is(UpdateOneCustomer)
                && problem.path == "/address/country"
                && asked.text("/address/country").is_some()
        })]
    ),
    variation!(
        "expired-document-of-nobody",
        Enough,
        "A document may have expired where no facial recognition was a success",
        "\"This field is required if electronicFacialRecognition is SUCCESS. Must be a future date.\": always, or only then",
        [Way::Overlooks(|asked, problem| {
            asked.text("/electronicFacialRecognition") != Some("SUCCESS")
                && problem.is("/documentExpiryDate", "must be in")
        })]
    ),
    variation!(
        "default-recognition-provided",
        Enough,
        "The default of the facial recognition counts as provided",
        "\"Required if not all EFR-related parameters are provided\" beside \"default\": \"NA\"",
        [Way::Overlooks(|asked, problem| {
            let given = |name: &str| asked.body.get(name).is_some();
            is_missing(problem, "/livenessCheckCompleted") && given("documentExpiryDate") && given("emiratesId")
        })]
    ),
    variation!(
        "liveness-without-success",
        Enough,
        "The liveness check is required unless the facial recognition was a success",
        "\"When all three EFR parameters are provided (e.g. electronicFacialRecognitionStatus=SUCCESS with \
         documentExpiryDate and emiratesId), this field is optional.\"",
        [Way::Objects(|asked| {
            let success = asked.text("/electronicFacialRecognition") == Some("SUCCESS");
            (asked.is(AddCustomer) && !success && asked.body.get("livenessCheckCompleted").is_none())
                .then(|| Problem::new("/livenessCheckCompleted", "is required"))
        })]
    ),
    variation!(
        "employer-address-on-record-not-enough",
        Enough,
        "An update to Employed needs an employer address, whatever is on record",
        "\"When updating employment status to EMPLOYED, employer address becomes required.\"",
        [Way::Objects(|asked| {
            let employed = asked.text("/employmentStatus") == Some("Employed");
            (asked.is(UpdateOneCustomer) && employed && asked.body.get("employerAddress").is_none())
                .then(|| Problem::new("/employerAddress", "is required"))
        })]
    ),
    variation!(
        "street-number-not-required",
        Enough,
        "An address in an update needs no street number, as at creation",
        "\"When providing address or employer address, all respective required fields must be included.\": those of \
         AddCustomer, or those of the answer",
        [Way::Overlooks(|_, problem| {
            is_missing(problem, "/address/streetNumber") || is_missing(problem, "/employerAddress/streetNumber")
        })]
    ),
    variation!(
        "risk-group-not-null",
        Enough,
        "A risk group that is null is refused in an update",
        "CustomerPreTradeRiskGroup of UpdateOneCustomer: an enum that lists null beside a type that denies it",
        [Way::Objects(|asked| {
            let null = asked.body.get("customerPreTradeRiskGroup").is_some_and(Value::is_null);
            (asked.is(UpdateOneCustomer) && null)
                .then(|| Problem::new("/customerPreTradeRiskGroup", "must be LOW or HIGH"))
        })]
    ),
    variation!(
        "update-of-nothing-refused",
        Enough,
        "An update that names nothing is refused",
        "\"All PII attributes are optional at the top level and only specified fields will be updated.\" says nothing of none",
        [Way::Objects(nothing)]
    ),
];

fn nothing(asked: &Asked<'_>) -> Option<Problem> {
    let named = asked.body.as_object().is_some_and(|body| UPDATABLE.iter().any(|name| body.contains_key(*name)));
    (asked.is(UpdateOneCustomer) && !named).then(|| Problem::new("", "names nothing to update"))
}

const UPDATABLE: [&str; 9] = [
    "customerPreTradeRiskGroup",
    "fullName",
    "nationality",
    "address",
    "placeOfBirth",
    "dateOfBirth",
    "employerName",
    "employerAddress",
    "employmentStatus",
];

const CURRENCIES: [&str; 5] = ["AED", "CAD", "EUR", "GBP", "USD"];

const COUNTRIES: [&str; 16] = [
    "AE",
    "ARE",
    "United Arab Emirates",
    "CA",
    "CAN",
    "Canada",
    "FR",
    "FRA",
    "France",
    "GB",
    "GBR",
    "JP",
    "JPN",
    "Japan",
    "US",
    "USA",
];

const PLACES: [&str; 6] = [
    "/nationality",
    "/address/country",
    "/employerAddress/country",
    "/beneficiaryAddress/country",
    "/beneficiaryBankAddress/country",
    "/intermediaryBankAddress/country",
];

fn is_place(problem: &Problem) -> bool {
    PLACES.contains(&problem.path.as_str()) && problem.message.starts_with("must be an ISO")
}

/// Four letters, two letters, two letters or digits, and three more or none.
fn is_bic(code: &str) -> bool {
    let (letters, rest) = code.split_at_checked(6).unwrap_or(("", ""));
    let plain = rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    letters.bytes().all(|byte| byte.is_ascii_uppercase()) && plain && matches!(rest.len(), 2 | 5)
}

fn is_missing(problem: &Problem, path: &str) -> bool {
    problem.is(path, "is required")
}
