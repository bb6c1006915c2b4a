//! Who is there before the first request.

use super::{Variation, Way, variation};
use crate::sandbox::clock::Moment;
use jiff::civil::date;

pub(super) const VARIATIONS: &[Variation] = &[
    variation!("nobody-there", Enough, "Nobody is there at first", "No document says who is there", [Way::Starts(0)]),
    variation!(
        "one-there",
        Enough,
        "One customer is there at first",
        "No document says who is there",
        [Way::Starts(1)]
    ),
    variation!(
        "three-there",
        Enough,
        "Three customers are there at first, less than a page",
        "No document says who is there",
        [Way::Starts(3)]
    ),
    variation!(
        "ten-there",
        Enough,
        "Ten customers are there at first, just one page",
        "No document says who is there; \"Uses default page size of 10 when omitted.\"",
        [Way::Starts(10)]
    ),
    variation!(
        "many-there",
        Enough,
        "143 customers are there at first, more than any page that is asked for",
        "No document says who is there",
        [Way::Starts(143)]
    ),
    variation!(
        "nobody-has-accounts",
        Enough,
        "No customer who is there at first has accounts of any kind",
        "No document says who has accounts",
        [Way::Seeds(|_, customer| {
            customer.bank_accounts.clear();
            customer.accounts.clear();
        })]
    ),
    variation!(
        "least-known",
        Enough,
        "Of who is there at first nothing is known but what has to be",
        "\"nullable\": true of `kycDetails`; JSON Schema Validation, `required`",
        [Way::Seeds(|_, customer| {
            customer.kyc = None;
            customer.risk_group = None;
            customer.recognition = None;
            customer.document_expiry = None;
            customer.emirates_id = None;
            customer.documents.clear();
        })]
    ),
    variation!(
        "same-moment",
        Enough,
        "Who is there at first began to exist at one moment",
        "No sentence says that dates of creation differ",
        [Way::Seeds(|_, customer| customer.created = Moment::at(date(2024, 1, 8).at(9, 30, 0, 0)))]
    ),
    variation!(
        "same-reference",
        Enough,
        "Who is there at first bears one reference",
        "\"Use this field to correlate a customer in CAMS to the customer in another system\" does not say one to one",
        [Way::Seeds(|_, customer| "migrated".clone_into(&mut customer.reference_id))]
    ),
    variation!(
        "odd-references",
        Enough,
        "References hold blanks, letters beyond ASCII and all that a query has to escape",
        "`referenceId`: \"type\": \"string\"",
        [Way::Seeds(|number, customer| customer.reference_id = format!("q/{number} ü&=+%20?#'\"\\ \u{202e}"))]
    ),
    variation!(
        "empty-references",
        Enough,
        "Who is there at first bears an empty reference",
        "`referenceId`: \"type\": \"string\"",
        [Way::Seeds(|_, customer| customer.reference_id.clear())]
    ),
    variation!(
        "all-active",
        Enough,
        "Who is there at first is active",
        "No document says who is there",
        [Way::Seeds(|_, customer| {
            customer.status = "ACTIVE";
            customer.onboarding_status = "ONBOARDED";
        })]
    ),
    variation!(
        "created-long-ago",
        Enough,
        "Who is there at first began to exist before computers did",
        "`format: date-time` knows the years from 0 to 9999",
        [Way::Seeds(|number, customer| {
            let day = i64::try_from(number).unwrap_or_default();
            customer.created = Moment::at(date(1901, 12, 13).at(20, 45, 52, 0)).plus_hours(24 * day);
        })]
    ),
];
