//! Lists: their filters, their order, their pages, and what they show.

use std::sync::atomic::{AtomicUsize, Ordering};

use conform::drift::{Level, Stability};
use conform::outcome::{CaseResult, Outcome};
use serde_json::{Value, json};

use super::{breaks, lie, run};
use crate::proxy::{Answer, Asked, Lie, Proxy};

/// The list of customers, and nothing below one.
fn lists(asked: &Asked) -> bool {
    asked.is("GET", "/v1/customers")
}

fn asks(asked: &Asked, name: &str) -> Option<String> {
    let url = url::Url::parse(&format!("http://localhost{}", asked.target)).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Changes the list where these parameters, and no other, are asked for.
fn listed(
    names: &'static [&'static str],
    change: impl Fn(&Asked, &mut Value) + Send + Sync + 'static,
) -> impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static {
    lie("GET", "/v1/customers", move |asked, body| {
        let url = url::Url::parse(&format!("http://localhost{}", asked.target)).unwrap();
        let mut asked_for: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        asked_for.sort();
        let mut names = names.to_vec();
        names.sort_unstable();
        if asked_for == names {
            change(asked, body);
        }
    })
}

fn items(body: &mut Value) -> &mut Vec<Value> {
    body["items"].as_array_mut().unwrap()
}

/// The cases of these laws that were not judged, with the reason.
fn unjudged<'o>(outcome: &'o Outcome, laws: &[&str]) -> Vec<(&'o str, &'o str)> {
    let of = |case: &&conform::outcome::CaseRecord| laws.contains(&&*case.family);
    let reason = |case: &'o conform::outcome::CaseRecord| match &case.result {
        CaseResult::NotJudged { reason } => Some((&*case.name, &**reason)),
        _ => None,
    };
    outcome.cases.iter().filter(of).filter_map(reason).collect()
}

/// Expects no drift at level error.
async fn silent(liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static) -> Outcome {
    let outcome = run(liar).await;
    let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.level == Level::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    outcome
}

const BY_OWN: &[&str] = &["referenceId"];
const PAGE: &[&str] = &["referenceId", "limit"];
const NEXT_PAGE: &[&str] = &["referenceId", "limit", "after"];

#[tokio::test(flavor = "multi_thread")]
async fn filter_complete() {
    let liar = listed(BY_OWN, |_, body| {
        items(body).pop();
    });
    breaks(liar, &["filter-complete/GetAllCustomers/200/items/referenceId"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filter_complete_of_a_range_and_of_a_status() {
    for name in ["createDateStart", "createDateEnd", "customerStatus"] {
        let liar = lie("GET", "/v1/customers", move |asked, body| {
            let far = asks(asked, name).is_some_and(|value| !value.starts_with("20") || value.contains("00-01-01"));
            if far && asks(asked, "referenceId").is_some() {
                items(body).remove(0);
            }
        });
        breaks(liar, &[&format!("filter-complete/GetAllCustomers/200/items/{name}")]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filter_complete_below_a_parent() {
    let liar = lie("GET", "/bankinfo", |_, body| {
        body.as_array_mut().unwrap().pop();
    });
    breaks(liar, &["filter-complete/ListCustomerBankInformation/200"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_moves_on_is_no_element_left_out() {
    let moves = AtomicUsize::new(0);
    let outcome = silent(move |asked, mut answer| {
        if lists(asked) && asks(asked, "customerStatus").is_some() && asks(asked, "referenceId").is_some() {
            moves.fetch_add(1, Ordering::Relaxed);
            answer.edit(|body| items(body).clear());
        } else if lists(asked) && asked.target.contains("referenceId=") && moves.load(Ordering::Relaxed) > 0 {
            answer.edit(|body| {
                for item in items(body) {
                    item["customerStatus"] = "ACTIVE".into();
                }
            });
        }
        Lie::Answer(answer)
    })
    .await;
    let reasons = unjudged(&outcome, &["filter-complete"]);
    assert_eq!(reasons, [("filter-complete GetAllCustomers: customerStatus", "nothing is known to fit the filter")]);
}

/// A server that shows an element at the very bound, or leaves it out: as the lower one, as the upper one.
fn ends(start_shows: bool, end_shows: bool) -> impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static {
    let whole = std::sync::Mutex::new(std::collections::BTreeMap::<String, Value>::new());
    move |asked, mut answer| {
        if let (true, true, Some(own)) = (lists(asked), answer.is_success(), asks(asked, "referenceId")) {
            let mut whole = whole.lock().unwrap();
            let ends = [asks(asked, "createDateStart"), asks(asked, "createDateEnd")];
            answer.edit(|body| {
                if let (Some(at), Some(known)) = (ends.iter().flatten().next(), whole.get(&own)) {
                    let shows = if ends[0].is_some() { start_shows } else { end_shows };
                    let mut left = items(body).clone();
                    left.retain(|item| item["createDate"] != **at);
                    let equal = known.as_array().unwrap().iter().filter(|item| item["createDate"] == **at);
                    left.extend(equal.filter(|_| shows).cloned());
                    *items(body) = left;
                } else if ends == [None, None] && asks(asked, "limit").is_none() {
                    whole.insert(own, body["items"].clone());
                }
            });
        }
        Lie::Answer(answer)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bound_exclusive() {
    let id = "bound-exclusive/GetAllCustomers/200/items/*/createDate/createDateStart";
    breaks(ends(true, true), &[id]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bound_inclusive() {
    breaks(ends(false, false), &["bound-inclusive/GetAllCustomers/200/items/createDateEnd"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_are_stored_with_more_places_than_shown_are_not_judged_at_the_bound() {
    let laws = ["bound-exclusive", "bound-inclusive"];
    let outcome = silent(ends(true, false)).await;
    assert_eq!(unjudged(&outcome, &laws).len(), 2, "{:#?}", outcome.cases);
    let outcome = silent(ends(false, true)).await;
    assert_eq!(unjudged(&outcome, &laws), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn sort_order() {
    for (key, member) in
        [("createdDate", "createDate"), ("referenceId", "referenceId"), ("customerStatus", "customerStatus")]
    {
        for (direction, word) in [("ASC", "ascending"), ("DESC", "descending")] {
            let liar = lie("GET", "/v1/customers", move |asked, body| {
                if asks(asked, "sortField").as_deref() == Some(key)
                    && asks(asked, "sortDirection").as_deref() == Some(direction)
                {
                    items(body).reverse();
                }
            });
            let class = format!("{key} {word}");
            breaks(liar, &[&format!("sort-order/GetAllCustomers/200/items/*/{member}/{class}")]).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enum_may_stand_in_the_documents_order_and_nulls_and_case_anywhere() {
    const ORDER: [&str; 4] = ["ONBOARDING", "ACTIVE", "INACTIVE", "ONBOARDING_FAILED"];
    silent(|asked, mut answer| {
        if lists(asked) && answer.is_success() {
            let key = asks(asked, "sortField");
            answer.edit(|body| {
                let items = items(body);
                match key.as_deref() {
                    Some("customerStatus") => {
                        items.sort_by_key(|item| ORDER.iter().position(|known| item["customerStatus"] == *known));
                        if asks(asked, "sortDirection").as_deref() == Some("DESC") {
                            items.reverse();
                        }
                    }
                    Some("referenceId") => {
                        for (index, item) in items.iter_mut().enumerate() {
                            if index % 3 == 0 {
                                item.as_object_mut().unwrap().remove("referenceId");
                            }
                        }
                    }
                    Some(_) => {
                        for item in items.iter_mut() {
                            let shown = item["createDate"].as_str().unwrap().replace('Z', "+00:00");
                            item["createDate"] = shown.into();
                        }
                    }
                    None => {}
                }
            });
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limit_honoured() {
    // All at once, whatever is asked for.
    let proxy = Proxy::mending(|asked| asked.target = asked.target.replace("limit=2", "limit=4")).await;
    let outcome = crate::run_suite(&super::LAWS, 1, &proxy.base_url, &proxy.token).await;
    let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let found: Vec<&str> = errors.map(|drift| &*drift.id).collect();
    assert_eq!(found, ["limit-honoured/GetAllCustomers/200/items/more"]);
    // One only, whatever is asked for.
    let proxy = Proxy::mending(|asked| asked.target = asked.target.replace("limit=2", "limit=1")).await;
    let outcome = crate::run_suite(&super::LAWS, 1, &proxy.base_url, &proxy.token).await;
    let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let found: Vec<&str> = errors.map(|drift| &*drift.id).collect();
    assert_eq!(found, ["limit-honoured/GetAllCustomers/200/items/fewer"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn default_page_size() {
    for (size, class) in [(12, "more"), (9, "fewer")] {
        let proxy = Proxy::mending(move |asked| {
            if asked.is("GET", "/v1/customers") && !asked.target.contains('?') {
                asked.target = format!("{}?limit={size}", asked.target);
            }
        })
        .await;
        let outcome = crate::run_suite(&super::LAWS, 1, &proxy.base_url, &proxy.token).await;
        let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
        let found: Vec<&str> = errors.map(|drift| &*drift.id).collect();
        assert_eq!(found, [format!("default-page-size/GetAllCustomers/200/items/{class}")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_disjoint() {
    // A page begins with the last element of the page before.
    let last = std::sync::Mutex::new(std::collections::BTreeMap::<String, Value>::new());
    let liar = lie("GET", "/v1/customers", move |asked, body| {
        let (Some(own), Some(_)) = (asks(asked, "referenceId"), asks(asked, "limit")) else { return };
        let mut last = last.lock().unwrap();
        if asks(asked, "after").is_none() {
            last.insert(own, items(body).last().unwrap().clone());
        } else if let (Some(again), [first, _]) = (last.remove(&own), items(body).as_slice()) {
            let token = first["customerId"].as_str().unwrap().replace('-', "");
            *body =
                json!({ "items": [again, first], "totalCount": body["totalCount"], "after": format!("item_{token}") });
        }
    });
    breaks(liar, &["pages-disjoint/GetAllCustomers/200/items/*/customerId"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_is_ignored_is_said_once() {
    let proxy = Proxy::mending(|asked| {
        if let (true, Some(at)) = (asked.target.contains("limit=2"), asked.target.find("&after=")) {
            asked.target.truncate(at);
        }
    })
    .await;
    let outcome = crate::run_suite(&super::LAWS, 1, &proxy.base_url, &proxy.token).await;
    let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let found: Vec<&str> = errors.map(|drift| &*drift.id).collect();
    assert_eq!(found, ["pages-disjoint/GetAllCustomers/200/items/*/customerId"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_complete() {
    let liar = listed(NEXT_PAGE, |_, body| {
        items(body).pop();
    });
    let outcome = breaks(liar, &["pages-complete/GetAllCustomers/200"]).await;
    // A case that sends nothing itself is asked again all the same.
    let stability = outcome.drifts.iter().map(|drift| drift.stability);
    assert_eq!(stability.collect::<Vec<_>>(), [Stability::Stable { asked: 3 }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_says_that_it_is_the_last_has_to_be() {
    let id = "pages-complete/GetAllCustomers/200";
    breaks(listed(PAGE, |_, body| body["after"] = Value::Null), &[id]).await;
    let liar = listed(PAGE, |_, body| {
        body.as_object_mut().unwrap().remove("after");
    });
    breaks(liar, &[id]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_leads_nowhere_is_worth_a_warning() {
    let outcome = silent(listed(PAGE, |_, body| {
        body.as_object_mut().unwrap().retain(|name, _| name == "items");
    }))
    .await;
    assert_eq!(
        outcome.drifts.iter().map(|drift| &*drift.id).collect::<Vec<_>>(),
        ["pages-complete/GetAllCustomers/200"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn total_is_filtered_count() {
    let id = |class: &str| format!("total-is-filtered-count/GetAllCustomers/200/totalCount/{class}");
    // Of everything.
    let liar = lie("GET", "/v1/customers", |_, body| body["totalCount"] = "1234".into());
    breaks(liar, &[&id("count")]).await;
    // Of the page.
    let liar = listed(PAGE, |_, body| body["totalCount"] = "3".into());
    breaks(liar, &[&id("pages")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_that_is_not_told_is_not_judged() {
    let outcome = silent(lie("GET", "/v1/customers", |_, body| {
        body.as_object_mut().unwrap().remove("totalCount");
    }))
    .await;
    let reasons = unjudged(&outcome, &["total-is-filtered-count"]);
    assert_eq!(reasons, [("total-is-filtered-count GetAllCustomers", "no page tells a total")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn cursor_ends() {
    let liar = listed(NEXT_PAGE, |asked, body| {
        if body["after"].is_null() {
            body["after"] = asks(asked, "after").unwrap().into();
        }
    });
    breaks(liar, &["cursor-ends/GetAllCustomers/200/after"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_may_end_a_list_and_the_cursor_may_be_left_out() {
    // "The token of the last item in the response", on every page that has one.
    let outcome = silent(lie("GET", "/v1/customers", |_, body| {
        let last = items(body).last().map(|item| item["customerId"].as_str().unwrap().replace('-', ""));
        match last {
            Some(last) => body["after"] = format!("item_{last}").into(),
            None => {
                body.as_object_mut().unwrap().remove("after");
            }
        }
    }))
    .await;
    let walks = ["pages-disjoint", "pages-complete", "cursor-ends", "limit-honoured", "total-is-filtered-count"];
    assert_eq!(unjudged(&outcome, &walks), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn list_agrees_with_read() {
    let liar = listed(BY_OWN, |_, body| {
        for item in items(body) {
            item["createDate"] = "2021-03-04T05:06:07Z".into();
        }
    });
    breaks(liar, &["list-agrees-with-read/GetOneCustomer/200/createDate"]).await;
    let liar = lie("GET", "/bankinfo", |_, body| {
        for account in body.as_array_mut().unwrap() {
            account["bankAccountInformation"]["beneficiaryAccountNumber"] = "0".into();
        }
    });
    let part = "bankAccountInformation/beneficiaryAccountNumber";
    breaks(liar, &[&format!("list-agrees-with-read/GetBankAccountInformation/200/*/{part}")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_spellings_and_less_precision_are_no_other_value() {
    silent(lie("GET", "/v1/customers", |_, body| {
        for item in items(body) {
            let id = item["customerId"].as_str().unwrap().to_uppercase();
            item["customerId"] = id.into();
            let shown = item["createDate"].as_str().unwrap();
            item["createDate"] = format!("{}Z", &shown[..19]).into();
        }
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_shows_no_more_than_it_must_is_not_judged() {
    let outcome = silent(lie("GET", "/v1/customers", |_, body| {
        *body = json!({ "items": body["items"].clone() });
        for item in items(body) {
            *item = json!({});
        }
    }))
    .await;
    let passed: Vec<&str> = outcome
        .cases
        .iter()
        .filter(|case| case.result == CaseResult::Passed && case.operations.contains(&"GetAllCustomers".to_owned()))
        .filter(|case| !["filter-sound", "safe-is-safe", "failed-create-leaves-nothing"].contains(&&*case.family))
        .map(|case| &*case.family)
        .collect();
    assert_eq!(
        passed,
        ["limit-honoured", "default-page-size"].iter().filter(|law| passed.contains(law)).copied().collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_outages_are_not_judged() {
    silent(|asked, mut answer| {
        if lists(asked) && asks(asked, "referenceId").is_some() {
            answer.status = 404;
            answer.set_json(&json!({ "message": "not now" }));
        }
        Lie::Answer(answer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_may_create_at_the_same_time() {
    let proxy = Proxy::start(|_, answer| Lie::Answer(answer)).await;
    for _ in 0..3 {
        let run = |seed| crate::run_suite(&super::LAWS, seed, &proxy.base_url, &proxy.token);
        let (one, two, three) = tokio::join!(run(1), run(2), run(3));
        for outcome in [one, two, three] {
            assert_eq!(
                outcome.drifts.iter().map(|drift| &drift.id).collect::<Vec<_>>(),
                [""; 0],
                "{:#?}",
                outcome.drifts
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn laws_of_a_list_are_chosen_by_its_operation_whatever_their_cases_send() {
    let proxy = Proxy::start(|_, answer| Lie::Answer(answer)).await;
    let selection = conform::plan::Selection { only: vec!["GetAllCustomers".to_owned()], ..Default::default() };
    let outcome = crate::run_selected(&super::LAWS, 1, &proxy.base_url, &proxy.token, selection).await;
    let pages: Vec<_> = outcome.cases.iter().filter(|case| case.family == "pages-complete").collect();
    assert_eq!(pages.len(), 1);
    assert_eq!(
        (&pages[0].result, pages[0].operations.as_slice()),
        (&CaseResult::Passed, &["GetAllCustomers".to_owned()][..])
    );
    let mut requests = std::collections::BTreeMap::<&str, u64>::new();
    for case in &outcome.cases {
        *requests.entry(&case.family).or_default() += case.requests;
    }
    // Laws of resources look at the list, too.
    let others = ["safe-is-safe", "failed-create-leaves-nothing"].map(|law| requests[law]).iter().sum::<u64>();
    assert!(outcome.requests - others <= 33, "{} {requests:?}", outcome.requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_repeats_nothing_of_what_was_written_can_still_be_pinned() {
    let outcome = silent(lie("POST", "/v1/customers", |_, body| {
        let id = body["customerId"].clone();
        *body = json!({ "customerId": id });
    }))
    .await;
    assert_eq!(unjudged(&outcome, &["filter-complete", "pages-complete", "bound-exclusive", "sort-order"]), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_its_schema_refuses_is_no_end_of_the_list() {
    let outcome = run(lie("GET", "/v1/customers", |_, body| {
        if body["after"].is_string() {
            body["after"] = json!(7);
        }
    }))
    .await;
    let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let expected = ["wrong-body/GetAllCustomers/200/after/type"];
    assert_eq!(errors.map(|drift| drift.id.as_str()).collect::<Vec<_>>(), expected, "{:#?}", outcome.drifts);
}
