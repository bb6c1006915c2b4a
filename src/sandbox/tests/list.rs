//! `GetAllCustomers`.

use super::{Api, customer, with};
use serde_json::{Value, json};

/// All items of all pages, and the tokens in between.
async fn walk(api: &Api, query: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut items, mut sizes, mut after) = (Vec::new(), Vec::new(), String::new());
    let mut total = None;
    loop {
        let page = api.get(&format!("/v1/customers?{query}{after}")).await.ok();
        let here = page["items"].as_array().unwrap();
        assert_eq!(total.get_or_insert(page["totalCount"].clone()), &page["totalCount"]);
        sizes.push(here.len());
        items.extend(here.clone());
        match page["after"].as_str() {
            Some(token) => after = format!("&after={token}"),
            None => break,
        }
    }
    assert_eq!(total.unwrap(), items.len().to_string());
    (items, sizes)
}

fn texts<'a>(items: &'a [Value], name: &str) -> Vec<&'a str> {
    items.iter().map(|item| item[name].as_str().unwrap()).collect()
}

async fn total(api: &Api, query: &str) -> Value {
    api.get(&format!("/v1/customers?{query}")).await.ok()["totalCount"].clone()
}

#[tokio::test]
async fn a_page_has_ten_items_unless_told_otherwise() {
    let api = Api::start().await;
    assert_eq!(walk(&api, "").await.1, [10, 10, 8]);
    assert_eq!(walk(&api, "limit=1").await.1, [1; 28]);
    assert_eq!(walk(&api, "limit=7").await.1, [7; 4]);
    assert_eq!(walk(&api, "limit=14").await.1, [14, 14]);
    assert_eq!(walk(&api, "limit=28").await.1, [28]);
    assert_eq!(walk(&api, "limit=1000").await.1, [28]);
    assert_eq!(walk(&api, "limit=010").await.1, [10, 10, 8]);
}

#[tokio::test]
async fn pages_are_disjoint_and_together_the_whole_in_every_order() {
    let api = Api::start().await;
    let mut whole = texts(&walk(&api, "limit=1000").await.0, "customerId").join(" ");
    let sorted = |text: &str| {
        let mut ids: Vec<_> = text.split(' ').map(str::to_owned).collect();
        ids.sort_unstable();
        ids
    };
    for field in ["", "sortField=customerStatus", "sortField=createdDate", "sortField=referenceId"] {
        let mut ways = Vec::new();
        for direction in ["", "&sortDirection=ASC", "&sortDirection=DESC"] {
            for limit in [1, 3, 10] {
                let (items, _) = walk(&api, &format!("{field}{direction}&limit={limit}")).await;
                let ids = texts(&items, "customerId").join(" ");
                assert_eq!(sorted(&ids), sorted(&whole));
                ways.push(ids);
            }
        }
        assert!(ways[..6].iter().all(|way| *way == ways[0]), "ASC is the default, whatever the limit");
        let reversed: Vec<_> = ways[0].rsplit(' ').collect();
        assert!(ways[6..].iter().all(|way| *way == reversed.join(" ")));
        whole.clone_from(&ways[0]);
    }
}

#[tokio::test]
async fn the_sort_field_orders() {
    let api = Api::start().await;
    let fields = [("customerStatus", "customerStatus"), ("createdDate", "createDate"), ("referenceId", "referenceId")];
    for (field, property) in fields {
        let items = walk(&api, &format!("sortField={field}")).await.0;
        assert!(texts(&items, property).is_sorted(), "{field}");
        let items = walk(&api, &format!("sortField={field}&sortDirection=DESC")).await.0;
        assert!(texts(&items, property).iter().rev().is_sorted(), "{field}");
        let mut different = texts(&items, property);
        different.dedup();
        assert!(different.len() > 1 && different.len() < items.len(), "{field} has equal keys");
    }
    assert!(texts(&walk(&api, "").await.0, "createDate").is_sorted(), "by creation unless told otherwise");
    assert!(texts(&walk(&api, "sortDirection=DESC").await.0, "createDate").iter().rev().is_sorted());
}

#[tokio::test]
async fn filters_give_all_that_match_and_nothing_else() {
    let api = Api::start().await;
    let all = walk(&api, "limit=1000").await.0;
    for status in ["ONBOARDING", "ACTIVE", "INACTIVE", "ONBOARDING_FAILED"] {
        let want: Vec<_> = all.iter().filter(|item| item["customerStatus"] == status).cloned().collect();
        assert!(!want.is_empty());
        assert_eq!(walk(&api, &format!("customerStatus={status}&limit=2")).await.0, want);
    }
    for item in &all {
        let reference = item["referenceId"].as_str().unwrap();
        let want: Vec<_> = all.iter().filter(|item| item["referenceId"] == reference).cloned().collect();
        assert_eq!(walk(&api, &format!("referenceId={reference}")).await.0, want);
    }
    for none in ["CRM-000", "crm-0001", "RM-0001", "", "*", "%25"] {
        assert_eq!(total(&api, &format!("referenceId={none}")).await, "0", "{none}");
    }
    api.post("/v1/customers", &with(&customer(), "/referenceId", "a b&c=é+/?#")).await.ok();
    assert_eq!(total(&api, "referenceId=a%20b%26c%3D%C3%A9%2B%2F%3F%23").await, "1");
}

#[tokio::test]
async fn the_lower_bound_is_exclusive_and_the_upper_inclusive() {
    let api = Api::start().await;
    let all = walk(&api, "limit=1000").await.0;
    let dates = texts(&all, "createDate");
    for date in &dates {
        let later = dates.iter().filter(|other| other > &date).count();
        assert_eq!(total(&api, &format!("createDateStart={date}")).await, later.to_string());
        let until = dates.iter().filter(|other| other <= &date).count();
        assert_eq!(total(&api, &format!("createDateEnd={date}")).await, until.to_string());
        assert_eq!(total(&api, &format!("createDateStart={date}&createDateEnd={date}")).await, "0");
    }
    // The same moments in another zone, a millisecond beside, and the bounds the wrong way round.
    assert_eq!(total(&api, "createDateStart=2024-01-08T13:30:00%2B04:00").await, "27");
    assert_eq!(total(&api, "createDateStart=2024-01-08T09:29:59.999Z").await, "28");
    assert_eq!(total(&api, "createDateEnd=2024-01-08T09:29:59.999Z").await, "0");
    assert_eq!(total(&api, "createDateEnd=2024-01-08T09:30:00Z").await, "1");
    assert_eq!(total(&api, "createDateStart=2025-01-01T00:00:00Z&createDateEnd=2024-01-01T00:00:00Z").await, "0");
    assert_eq!(total(&api, "createDateStart=0000-01-01T00:00:00Z&createDateEnd=9999-12-31T23:59:59Z").await, "28");
}

#[tokio::test]
async fn what_is_shown_of_a_new_customer_can_be_filtered_by() {
    let api = Api::start().await;
    let made = api.post("/v1/customers", &customer()).await.ok();
    let at = made["createdAt"].as_str().unwrap();
    let page = api.get(&format!("/v1/customers?createDateEnd={at}&sortDirection=DESC&limit=1")).await.ok();
    assert_eq!(page["items"][0]["customerId"], made["customerId"]);
    assert_eq!(page["items"][0]["createDate"], made["createdAt"]);
    assert_eq!(total(&api, &format!("createDateStart={at}")).await, "0");
    assert_eq!(total(&api, "referenceId=test-1").await, "1");
}

#[tokio::test]
async fn filters_combine() {
    let api = Api::start().await;
    let query = "customerStatus=ACTIVE&createDateStart=2024-03-01T00:00:00Z&createDateEnd=2024-12-01T00:00:00Z";
    let all = walk(&api, "limit=1000").await.0;
    let fits = |item: &&Value| {
        let date = item["createDate"].as_str().unwrap();
        item["customerStatus"] == "ACTIVE" && date > "2024-03-01" && date < "2024-12-01"
    };
    let want: Vec<_> = all.iter().filter(fits).cloned().collect();
    assert!(want.len() > 1);
    assert_eq!(walk(&api, &format!("{query}&limit=1")).await.0, want);
}

#[tokio::test]
async fn others_may_add_customers_between_pages() {
    let api = Api::start().await;
    let query = "sortField=referenceId&limit=10";
    let before = walk(&api, query).await.0;
    let first = api.get(&format!("/v1/customers?{query}")).await.ok();
    for reference in ["AAA", "AAB", "CRM-0001"] {
        api.post("/v1/customers", &with(&customer(), "/referenceId", reference)).await.ok();
    }
    let token = first["after"].as_str().unwrap();
    let second = api.get(&format!("/v1/customers?{query}&after={token}")).await.ok();
    assert_eq!(second["items"].as_array().unwrap()[..], before[10..20]);
    assert_eq!(second["totalCount"], "31");
}

#[tokio::test]
async fn a_token_points_at_the_last_item_of_its_page() {
    let api = Api::start().await;
    let whole = walk(&api, "").await.0;
    let (one, five) = (api.get("/v1/customers?limit=5").await.ok(), api.get("/v1/customers?limit=3").await.ok());
    for (page, at) in [(one, 5), (five, 3)] {
        let token = page["after"].as_str().unwrap();
        let next = api.get(&format!("/v1/customers?limit=4&after={token}")).await.ok();
        assert_eq!(next["items"].as_array().unwrap()[..], whole[at..at + 4]);
    }
}

#[tokio::test]
async fn items_agree_with_the_single_customer() {
    let api = Api::start().await;
    for item in walk(&api, "").await.0 {
        let one = api.get(&format!("/v1/customers/{}", item["customerId"].as_str().unwrap())).await.ok();
        for (name, value) in item.as_object().unwrap() {
            assert_eq!(&one[name], value, "{name}");
        }
    }
}

#[tokio::test]
async fn values_that_mean_nothing_are_refused() {
    let api = Api::start().await;
    let bad = [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "%2B1"),
        ("limit", "1.0"),
        ("limit", "1e1"),
        ("limit", "abc"),
        ("limit", ""),
        ("limit", "%201"),
        ("limit", "%D9%A1"),
        ("limit", "1001"),
        ("limit", "99999999999999999999999999"),
        ("customerStatus", "active"),
        ("customerStatus", "CLOSED"),
        ("customerStatus", ""),
        ("customerStatus", "ACTIVE,INACTIVE"),
        ("createDateStart", "2024-01-01"),
        ("createDateStart", "yesterday"),
        ("createDateEnd", "2024-02-30T00:00:00Z"),
        ("createDateEnd", ""),
        ("sortField", "createDate"),
        ("sortField", "fullName"),
        ("sortField", ""),
        ("sortDirection", "asc"),
        ("sortDirection", "UP"),
        ("after", "abc"),
        ("after", ""),
        ("after", "item_00000000000040008000000000000000"),
        ("after", "%00"),
    ];
    for (name, value) in bad {
        api.get(&format!("/v1/customers?{name}={value}")).await.invalid(&[name]);
    }
    api.get("/v1/customers?limit=x&sortField=y").await.invalid(&["limit", "sortField"]);
}

#[tokio::test]
async fn a_parameter_is_given_once_and_unknown_ones_are_ignored() {
    let api = Api::start().await;
    let twice = [
        ("limit", "1", "1"),
        ("referenceId", "a", "b"),
        ("customerStatus", "ACTIVE", "ACTIVE"),
        ("sortDirection", "ASC", "DESC"),
    ];
    for (name, one, two) in twice {
        api.get(&format!("/v1/customers?{name}={one}&{name}={two}")).await.invalid(&[name]);
    }
    for ignored in ["page=2", "LIMIT=1", "x=1&x=2", "&&&", "=", "customerType=WEALTH", "limit%00=1"] {
        assert_eq!(api.get(&format!("/v1/customers?{ignored}")).await.ok()["items"].as_array().unwrap().len(), 10);
    }
}

#[tokio::test]
async fn an_empty_result_is_a_page() {
    let api = Api::start().await;
    let page = api.get("/v1/customers?referenceId=nobody").await.ok();
    assert_eq!(page, json!({ "after": null, "totalCount": "0", "items": [] }));
}
