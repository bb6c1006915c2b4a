//! Rules in prose that are ignored, each alone.

use super::{Act, Fault, fault};
use crate::sandbox::request::Operation;

pub(super) const FAULTS: [Fault; 26] = [
    fault!(
        "employer-name-not-needed",
        Input,
        "AddCustomer takes a request without `employerName` of somebody who is employed",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/employerName"))
    ),
    fault!(
        "employer-address-not-needed",
        Input,
        "AddCustomer takes a request without `employerAddress` of somebody who is employed",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/employerAddress"))
    ),
    fault!(
        "sanctions-time-not-needed",
        Input,
        "AddCustomer takes a request without `sanctionsScreeningCompletedAt` although the screening is completed",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/sanctionsScreeningCompletedAt")
        )
    ),
    fault!(
        "pep-time-not-needed",
        Input,
        "AddCustomer takes a request without `pepScreeningCompletedAt` although the screening is completed",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/pepScreeningCompletedAt")
        )
    ),
    fault!(
        "liveness-time-not-needed",
        Input,
        "AddCustomer takes a request without `livenessCheckCompletedAt` although the check is completed",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/livenessCheckCompletedAt")
        )
    ),
    fault!(
        "liveness-not-needed",
        Input,
        "AddCustomer takes a request without `livenessCheckCompleted` although not all parameters of the recognition are provided",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/livenessCheckCompleted")
        )
    ),
    fault!(
        "recognition-expiry-not-needed",
        Input,
        "AddCustomer takes a request without `documentExpiryDate` although the recognition is a success",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/documentExpiryDate"))
    ),
    fault!(
        "recognition-id-not-needed",
        Input,
        "AddCustomer takes a request without `emiratesId` although the recognition is a success",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/emiratesId"))
    ),
    fault!(
        "update-employer-address-not-needed",
        Input,
        "UpdateOneCustomer takes a request without `employerAddress` of somebody who becomes employed and has none",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::UpdateOneCustomer) && problem.is_missing("/employerAddress")
        )
    ),
    fault!(
        "update-address-may-be-partial",
        Input,
        "UpdateOneCustomer takes a request without `address/city` in an address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::UpdateOneCustomer) && problem.is_missing("/address/city"))
    ),
    fault!(
        "update-employer-address-may-be-partial",
        Input,
        "UpdateOneCustomer takes a request without `employerAddress/city` in an employer's address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::UpdateOneCustomer) && problem.is_missing("/employerAddress/city")
        )
    ),
    fault!(
        "given-names-not-needed",
        Input,
        "AddCustomerBankInformation takes a request without `beneficiaryGivenNames` of an individual",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is_missing("/beneficiaryGivenNames"))
    ),
    fault!(
        "surnames-not-needed",
        Input,
        "AddCustomerBankInformation takes a request without `beneficiarySurnames` of an individual",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is_missing("/beneficiarySurnames"))
    ),
    fault!(
        "legal-name-not-needed",
        Input,
        "AddCustomerBankInformation takes a request without `beneficiaryLegalName` of a business",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is_missing("/beneficiaryLegalName"))
    ),
    fault!(
        "full-name-not-required",
        Input,
        "AddCustomer takes a request without `fullName`",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/fullName"))
    ),
    fault!(
        "address-not-required",
        Input,
        "AddCustomer takes a request without `address`",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/address"))
    ),
    fault!(
        "address-city-not-required",
        Input,
        "AddCustomer takes a request without `address/city`",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer) && problem.is_missing("/address/city"))
    ),
    fault!(
        "bank-name-not-required",
        Input,
        "AddCustomerBankInformation takes a request without `beneficiaryBankName`",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is_missing("/beneficiaryBankName"))
    ),
    fault!(
        "bank-address-country-not-required",
        Input,
        "AddCustomerBankInformation takes a request without `beneficiaryBankAddress/country`",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is_missing("/beneficiaryBankAddress/country"))
    ),
    fault!(
        "past-expiry-taken",
        Input,
        "AddCustomer takes a document that has expired",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer)
            && problem.is("/documentExpiryDate", "must be in the future"))
    ),
    fault!(
        "any-nationality-taken",
        Input,
        "AddCustomer takes any text for a nationality",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is("/nationality", "must be an ISO")
        )
    ),
    fault!(
        "any-country-taken",
        Input,
        "AddCustomer takes any text for the country of an address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(
            |asked, problem| asked.is(Operation::AddCustomer) && problem.is("/address/country", "must be an ISO")
        )
    ),
    fault!(
        "any-employer-country-taken",
        Input,
        "AddCustomer takes any text for the country of an employer's address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomer)
            && problem.is("/employerAddress/country", "must be an ISO"))
    ),
    fault!(
        "any-updated-country-taken",
        Input,
        "UpdateOneCustomer takes any text for the country of an employer's address",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::UpdateOneCustomer)
            && problem.is("/employerAddress/country", "must be an ISO"))
    ),
    fault!(
        "any-bank-country-taken",
        Input,
        "AddCustomerBankInformation takes any text for the country of a bank",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/beneficiaryBankAddress/country", "must be an ISO"))
    ),
    fault!(
        "any-currency-taken",
        Input,
        "AddCustomerBankInformation takes any text for a currency",
        ["accepted-invalid", "failed-criterion"],
        Act::Overlooks(|asked, problem| asked.is(Operation::AddCustomerBankInformation)
            && problem.is("/currency", "must be a three-letter"))
    ),
];
