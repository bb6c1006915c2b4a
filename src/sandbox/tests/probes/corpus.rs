//! Probes that read, list and knock at the door.

use super::super::{customer, instruction};
use super::step::{Probe, Step, delete, get, patch, post, probe, send};

const CUSTOMERS: &str = "/v1/customers";
const BANKED: &str = "/v1/customers/{banked}";
const ACCOUNTS: &str = "/v1/customers/{banked}/bankinfo";
const PERSON: &str = "/v1/customers/{banked}/bankinfo/{person}";
const COMPANY: &str = "/v1/customers/{banked}/bankinfo/{company}";
const COMPANY_S_ID_ELSEWHERE: &str = "/v1/customers/{other}/bankinfo/{company}";

pub(super) fn probes() -> impl Iterator<Item = Probe> {
    reads().chain(lists()).chain(refused_queries()).chain(doors()).chain(methods())
}

fn reads() -> impl Iterator<Item = Probe> {
    let customers: Vec<Step> = (0..28).map(|place| get(format!("{CUSTOMERS}/{{seed-{place}}}"))).collect();
    let accounts: Vec<Step> = (0..28).map(|place| get(format!("{CUSTOMERS}/{{seed-{place}}}/bankinfo"))).collect();
    [
        probe("every customer is read", customers),
        probe("one customer is read twice", [get(BANKED), get(BANKED)]),
        probe("one customer is read fifty times", vec![get(BANKED); 50]),
        probe("an unknown customer is read", [get("/v1/customers/{unknown}")]),
        probe("an id that is none is read", [get("/v1/customers/7")]),
        probe("each customer's accounts are listed", accounts),
        probe("accounts are listed", [get(ACCOUNTS)]),
        probe("accounts are listed twice", [get(ACCOUNTS), get(ACCOUNTS)]),
        probe("accounts of an unknown customer", [get("/v1/customers/{unknown}/bankinfo")]),
        probe("accounts of an id that is none", [get("/v1/customers/7/bankinfo")]),
        probe("a person's account is read", [get(PERSON)]),
        probe("a company's account is read", [get(COMPANY)]),
        probe("an account of another is read", [get(COMPANY_S_ID_ELSEWHERE)]),
        probe("an unknown account is read", [get("/v1/customers/{banked}/bankinfo/{unknown}")]),
        probe("an account that is none is read", [get("/v1/customers/{banked}/bankinfo/7")]),
        probe("an account of nobody is read", [get("/v1/customers/{unknown}/bankinfo/{person}")]),
        probe("head", [send("HEAD", CUSTOMERS), send("HEAD", BANKED), send("HEAD", ACCOUNTS), send("HEAD", PERSON)]),
    ]
    .into_iter()
}

/// Each query, and how it is called.
const LISTS: [(&str, &str); 23] = [
    ("list", ""),
    ("list active", "customerStatus=ACTIVE"),
    ("list inactive", "customerStatus=INACTIVE"),
    ("list onboarding", "customerStatus=ONBOARDING"),
    ("list failed", "customerStatus=ONBOARDING_FAILED"),
    ("list by reference", "referenceId=CRM-0012"),
    ("list by shared reference", "referenceId=CRM-0022"),
    ("list by unknown reference", "referenceId=nobody"),
    ("list after a moment", "createDateStart=2024-10-08T00:00:00Z"),
    ("list after a creation", "createDateStart=2024-09-24T09:30:00Z"),
    ("list until a moment", "createDateEnd=2024-02-10T00:00:00Z"),
    ("list until a creation", "createDateEnd=2024-02-03T09:30:00Z"),
    ("list between", "createDateStart=2024-02-10T00:00:00Z&createDateEnd=2024-05-01T04:00:00%2B04:00"),
    ("list by status order", "sortField=customerStatus&limit=28"),
    ("list by reference order", "sortField=referenceId&limit=28"),
    ("list by creation", "sortField=createdDate&sortDirection=ASC&limit=28"),
    ("list descending", "sortDirection=DESC&limit=28"),
    ("list by reference descending", "sortField=referenceId&sortDirection=DESC&limit=28"),
    ("list one", "limit=1"),
    ("list five", "limit=5"),
    ("list all", "limit=1000"),
    ("list with an unknown parameter", "limit=28&color=blue"),
    ("list all that is active at once", "customerStatus=ACTIVE&sortField=referenceId&limit=2"),
];

fn lists() -> impl Iterator<Item = Probe> {
    let one = |(name, query): &(&str, &str)| probe(*name, [get(format!("{CUSTOMERS}?{query}"))]);
    let next = |query: &str| get(format!("{CUSTOMERS}?{query}&after={{after}}"));
    let pages = [
        probe("list page by page", [get(CUSTOMERS), next("limit=10"), next("limit=10")]),
        probe("list a status page by page", {
            let query = "customerStatus=ONBOARDING&limit=6";
            [get(format!("{CUSTOMERS}?{query}")), next(query), next(query)]
        }),
        probe("list forty times", vec![get("/v1/customers?limit=1"); 40]),
    ];
    LISTS.iter().map(one).chain(pages)
}

fn refused_queries() -> impl Iterator<Item = Probe> {
    let queries = [
        ("limit zero", "limit=0"),
        ("limit below zero", "limit=-1"),
        ("limit beyond", "limit=1001"),
        ("limit as text", "limit=many"),
        ("limit twice", "limit=1&limit=2"),
        ("unknown status", "customerStatus=GONE"),
        ("start is no moment", "createDateStart=yesterday"),
        ("end is no moment", "createDateEnd=2024-02-30T00:00:00Z"),
        ("unknown key", "sortField=name"),
        ("unknown direction", "sortDirection=UP"),
        ("unknown cursor", "after=nowhere"),
        ("cursor of nobody", "after=item_00000000000040008000000000000000"),
    ];
    queries.into_iter().map(|(name, query)| probe(format!("query: {name}"), [get(format!("{CUSTOMERS}?{query}"))]))
}

fn doors() -> impl Iterator<Item = Probe> {
    let doors = [
        ("list", get(CUSTOMERS)),
        ("create", post(CUSTOMERS, &customer())),
        ("read", get(BANKED)),
        ("update", patch(BANKED, &serde_json::json!({ "placeOfBirth": "Rome" }))),
        ("accounts", get(ACCOUNTS)),
        ("add", post(ACCOUNTS, &instruction())),
        ("account", get(PERSON)),
        ("remove", delete(PERSON)),
    ];
    let credentials: [(&str, Option<&'static str>); 9] = [
        ("none", None),
        ("nothing", Some("")),
        ("scheme alone", Some("Bearer")),
        ("no token", Some("Bearer ")),
        ("token alone", Some("sandbox-token")),
        ("another scheme", Some("Basic c2FuZGJveC10b2tlbjp4")),
        ("wrong token", Some("Bearer wrong-token-0123456789")),
        ("no form of a token", Some("Bearer ?no-token?")),
        ("two tokens", Some("Bearer sandbox-token sandbox-token")),
    ];
    doors.into_iter().flat_map(move |(door, step)| {
        let elsewhere = Step { path: format!("{}?access_token=sandbox-token", step.path), ..step.clone() };
        let cookie = Step { cookie: Some("access_token=sandbox-token"), ..step.clone() };
        let knocks = credentials
            .map(|(name, credentials)| probe(format!("door: {door}, {name}"), [step.clone().by(credentials)]));
        knocks.into_iter().chain([
            probe(format!("door: {door}, token in the query"), [elsewhere.by(None)]),
            probe(format!("door: {door}, token in a cookie"), [cookie.by(None)]),
        ])
    })
}

fn methods() -> impl Iterator<Item = Probe> {
    let places = [("customers", CUSTOMERS), ("a customer", BANKED), ("accounts", ACCOUNTS), ("an account", PERSON)];
    places.into_iter().flat_map(|(name, path)| {
        // What a place has is asked for elsewhere.
        let has = move |method: &str| match path {
            CUSTOMERS | ACCOUNTS => method == "POST",
            BANKED => method == "PATCH",
            _ => method == "DELETE",
        };
        ["PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE"]
            .into_iter()
            .filter(move |method| !has(method))
            .map(move |method| probe(format!("{method} of {name}"), [send(method, path)]))
    })
}
