//! What a list shows: filters, bounds, order, limit, pages, total, cursor.

use serde_json::{Value, json};

use super::{Act, Fault, fault, success};
use crate::sandbox::page::{Bounds, Sort};
use crate::sandbox::request::Operation::{GetAllCustomers, ListCustomerBankInformation};

pub(super) const FAULTS: &[Fault] = &[
    fault!(
        "status-filter-ignored",
        List,
        "GetAllCustomers does not look at the status that it is asked for",
        ["filter-sound", "failed-criterion"],
        Act::Asks(|_, query| query.status = None)
    ),
    fault!(
        "reference-filter-ignored",
        List,
        "GetAllCustomers does not look at the reference that it is asked for",
        ["filter-sound", "filter-complete", "failed-criterion"],
        Act::Asks(|_, query| query.reference_id = None)
    ),
    fault!(
        "start-ignored",
        List,
        "GetAllCustomers does not look at the first date of creation",
        ["filter-sound", "bound-exclusive", "failed-criterion"],
        Act::Asks(|_, query| query.created_after = None)
    ),
    fault!(
        "end-ignored",
        List,
        "GetAllCustomers does not look at the last date of creation",
        ["filter-sound", "bound-inclusive", "failed-criterion"],
        Act::Asks(|_, query| query.created_until = None)
    ),
    fault!(
        "start-inclusive",
        List,
        "GetAllCustomers shows what was created at the first date",
        ["bound-exclusive"],
        Act::Asks(|_, query| query.bounds = Bounds { start_inclusive: true, ..Bounds::default() })
    ),
    fault!(
        "end-exclusive",
        List,
        "GetAllCustomers leaves out what was created at the last date",
        ["bound-inclusive", "filter-complete"],
        Act::Asks(|_, query| query.bounds = Bounds { end_exclusive: true, ..Bounds::default() })
    ),
    fault!(
        "sort-ignored",
        List,
        "GetAllCustomers does not look at the key that it is to sort by",
        ["sort-order", "failed-criterion"],
        Act::Asks(|_, query| query.sort = Sort::CreatedDate)
    ),
    fault!(
        "direction-ignored",
        List,
        "GetAllCustomers always lists in ascending order",
        ["sort-order", "failed-criterion"],
        Act::Asks(|_, query| query.descending = false)
    ),
    fault!(
        "limit-ignored",
        List,
        "GetAllCustomers does not look at the limit",
        ["limit-honoured", "pages-disjoint", "failed-criterion"],
        Act::Asks(|_, query| query.limit = 10)
    ),
    fault!(
        "one-more-than-the-limit",
        List,
        "GetAllCustomers shows one more than the limit",
        ["limit-honoured", "default-page-size", "failed-criterion"],
        Act::Asks(|_, query| query.limit += 1)
    ),
    fault!(
        "total-of-the-page",
        List,
        "GetAllCustomers tells how many the page holds as the total",
        ["total-is-filtered-count", "failed-criterion"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            if let Some(count) = answer.items().map(|items| items.len()) {
                answer.put("/totalCount", count.to_string());
            }
        }),
    ),
    fault!(
        "total-of-all",
        List,
        "GetAllCustomers tells how many there are without any filter",
        ["total-is-filtered-count", "failed-criterion"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.parameter("referenceId").is_some() {
                answer.put("/totalCount", "1000");
            }
        }),
    ),
    fault!(
        "total-changes",
        List,
        "GetAllCustomers tells another total on later pages",
        ["total-is-filtered-count", "failed-criterion"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.parameter("after").is_some() {
                answer.put("/totalCount", "1");
            }
        }),
    ),
    fault!(
        "cursor-never-ends",
        List,
        "GetAllCustomers begins again after the last page",
        ["cursor-ends", "pages-disjoint", "failed-criterion"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            let first =
                answer.at("/items/0/customerId").and_then(|id| Some(format!("item_{}", id.as_str()?.replace('-', ""))));
            if let (Some(first), true) = (first, answer.at("/after").is_some_and(|after| after.is_null())) {
                answer.put("/after", first);
            }
        }),
    ),
    fault!(
        "cursor-ends-early",
        List,
        "GetAllCustomers names no next page although there is more",
        ["pages-complete", "failed-criterion", "total-is-filtered-count"],
        Act::Puts(GetAllCustomers, "/after", || Value::Null),
    ),
    fault!(
        "page-repeats",
        List,
        "GetAllCustomers shows the first element of a page twice",
        ["pages-disjoint", "pages-complete", "failed-criterion"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.parameter("after").is_some()
                && let Some(items) = answer.items()
                && let Some(first) = items.first().cloned()
            {
                items.pop();
                items.push(first);
            }
        }),
    ),
    fault!(
        "page-skips",
        List,
        "GetAllCustomers leaves out the first element of later pages",
        ["pages-complete", "failed-criterion"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.parameter("after").is_some()
                && let Some(items) = answer.items().filter(|items| items.len() > 1)
            {
                items.remove(0);
            }
        }),
    ),
    fault!(
        "newest-not-listed",
        List,
        "GetAllCustomers does not list what was created last",
        ["filter-complete", "pages-complete", "total-is-filtered-count", "failed-criterion"],
        Act::Answers(success(GetAllCustomers), |asked, answer| {
            if asked.parameter("referenceId").is_some()
                && let Some(items) = answer.items().filter(|items| items.len() > 1)
            {
                items.pop();
            }
        }),
    ),
    fault!(
        "added-not-listed",
        List,
        "ListCustomerBankInformation does not list what was added last",
        ["created-is-listed", "filter-complete", "failed-criterion"],
        Act::Answers(success(ListCustomerBankInformation), |_, answer| {
            if let Some(Value::Array(accounts)) = answer.json() {
                accounts.pop();
            }
        }),
    ),
    fault!(
        "list-shows-another-type",
        List,
        "GetAllCustomers shows another type of customer than the one that is read",
        ["list-agrees-with-read", "wrong-body"],
        Act::Answers(success(GetAllCustomers), |_, answer| {
            let retail = |item: &&mut Value| item["customerType"] == "RETAIL";
            for item in answer.items().into_iter().flatten().filter(retail) {
                item["customerType"] = json!("ENTERPRISE");
            }
        }),
    ),
    fault!(
        "page-of-twenty",
        List,
        "GetAllCustomers shows twenty where no limit is asked for",
        ["default-page-size", "failed-criterion"],
        Act::Asks(|asked, query| {
            if asked.parameter("limit").is_none() {
                query.limit = 20;
            }
        }),
    ),
];
