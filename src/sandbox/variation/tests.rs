//! What holds for every row: its page says what it says, what it quotes is in the documents, and something of it is seen.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Evidence, Variation, registry};
use crate::sandbox::routes::{Room, router};
use crate::sandbox::{DEFAULT_TOKEN, Options};

#[test]
fn every_variation_has_a_page_of_its_own_that_says_what_leaves_it_free() {
    let mut ids = BTreeSet::new();
    for variation in registry::variations() {
        let Variation { id, title, freedom, page, .. } = variation;
        assert!(ids.insert(id), "{id} stands twice");
        assert_eq!(registry::variation(id).map(|found| found.id), Some(*id));
        assert!(page.starts_with(&format!("# {id}\n\n{title}.\n\n**Left free by** {freedom}")), "{id}");
        assert_eq!(page.contains("saw too little"), variation.evidence == Evidence::Thin, "{id}");
    }
    assert!(ids.len() >= 60);
}

#[test]
fn what_leaves_a_variation_free_is_in_the_documents_where_it_is_quoted() {
    let files = std::fs::read_dir("specs").unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    let documents: String = files.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    // As a JSON text has it, line breaks apart.
    let documents = documents.replace("\\n", " ");
    for variation in registry::variations() {
        // Texts of a standard are quoted nowhere but in the standard.
        let quoted = variation.freedom.split('"').skip(1).step_by(2);
        for quote in quoted.filter(|_| !variation.freedom.starts_with("RFC") && variation.freedom.contains('"')) {
            let value = variation.freedom.contains(&format!("\"{quote}\": "));
            let there = documents.contains(quote) || value && documents.contains(&format!("\"{quote}\""));
            assert!(there, "{}: {quote:?} is in no document", variation.id);
        }
    }
}

/// So many milliseconds after the first moment; each look at the clock takes some.
static CLOCK: AtomicI64 = AtomicI64::new(0);

fn ticking() -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_123 + CLOCK.fetch_add(60, Ordering::Relaxed)).unwrap()
}

/// All that a sandbox answers to the same requests, byte for byte but for the date.
async fn transcript(variation: Option<&'static Variation>) -> String {
    CLOCK.store(0, Ordering::Relaxed);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = Options { variation, ..Options::default() };
    let server = tokio::spawn(async move { axum::serve(listener, router(Room::new(options, ticking))).await });
    let mut said = String::new();
    let mut place = Place::default();
    for (head, body) in requests() {
        let answer = exchange(address, &place.named(&head), &body).await;
        place.learn(&head, &answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let lines = text.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
        writeln!(said, "> {head}").unwrap();
        lines.for_each(|line| writeln!(said, "{line}").unwrap());
    }
    server.abort();
    said
}

/// Sends a request twice on one connection, of which the second one ends it, and reads all that comes.
async fn exchange(address: std::net::SocketAddr, head: &str, body: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let read = head.starts_with("GET");
    let once = |last: &str| format!("{head}\r\nHost: sandbox\r\n{length}{last}\r\n{body}");
    let bytes = if read { once("") + &once("Connection: close\r\n") } else { once("Connection: close\r\n") };
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that the server ends first may end with an error for what it did not read.
    drop(stream.read_to_end(&mut answer).await);
    answer
}

/// The identifiers that answers gave.
#[derive(Default)]
struct Place {
    customer: String,
    account: String,
}

impl Place {
    fn named(&self, head: &str) -> String {
        head.replace("{customer}", &self.customer).replace("{account}", &self.account)
    }

    fn learn(&mut self, head: &str, answer: &[u8]) {
        let text = String::from_utf8_lossy(answer);
        let id = |name: &str| {
            let rest = text.split_once(&format!("\"{name}\":\""))?.1;
            rest.get(..36).map(str::to_owned)
        };
        if head.starts_with("GET /api/v1/customers?referenceId=probe-b") {
            self.customer = id("customerId").unwrap_or_else(|| self.customer.clone());
        }
        if head.starts_with("POST /api/v1/customers/{customer}/bankinfo") {
            self.account = id("bankAccountId").unwrap_or_else(|| self.account.clone());
        }
    }
}

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// Request lines with some header fields, and bodies.
fn requests() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut ask = |method: &str, path: &str, fields: &str, body: Option<&Value>| {
        let media_type = if body.is_some() { "\r\nContent-Type: application/json" } else { "" };
        let fields = if fields.is_empty() { String::new() } else { format!("\r\n{fields}") };
        let head = format!("{method} /api/v1/customers{path} HTTP/1.1{fields}{media_type}");
        all.push((head, body.map(Value::to_string).unwrap_or_default()));
    };
    let token = format!("Authorization: Bearer {DEFAULT_TOKEN}");
    ask("GET", "", "", None);
    ask("GET", "", "Authorization: Bearer other", None);
    ask("GET", &format!("/{NOBODY}"), "Authorization: Bearer other", None);
    ask("GET", "/none", "", None);
    for coding in ["gzip", "deflate"] {
        ask("GET", "?limit=2", &format!("{token}\r\nAccept-Encoding: {coding}"), None);
    }
    for query in [
        "",
        "?limit=28",
        "?limit=10",
        "?limit=30",
        "?limit=2&limit=1",
        "?limit=x",
        "?customerStatus=",
        "?sortDirection=ASC",
        "?sortField=customerStatus",
        "?sortField=customerStatus&limit=99",
        "?sortField=referenceId",
        "?referenceId=CRM",
        "?referenceId=crm-0001",
        "?other=1",
        "?after=item_",
    ] {
        ask("GET", query, &token, None);
    }
    for path in ["/none", &format!("/{NOBODY}"), &format!("/{NOBODY}/bankinfo"), &format!("/{NOBODY}/bankinfo/none")] {
        ask("GET", path, &token, None);
    }
    for method in ["HEAD", "OPTIONS", "PUT"] {
        ask(method, "", &token, None);
    }
    ask("GET", &format!("/{NOBODY}"), &format!("{token}\r\nAccept: text/csv"), None);
    for body in customers() {
        ask("POST", "", &token, Some(&body));
    }
    for number in 0..90 {
        ask("POST", "", &token, Some(&but(&customer(), &[("/referenceId", json!(format!("many-{number}")))])));
    }
    ask("GET", "?referenceId=probe-b", &token, None);
    ask("GET", "?sortField=referenceId&limit=1000", &token, None);
    ask("GET", "/{customer}", &token, None);
    for body in updates() {
        ask("PATCH", "/{customer}", &token, Some(&body));
        ask("GET", "/{customer}", &token, None);
    }
    for body in accounts() {
        ask("POST", "/{customer}/bankinfo", &token, Some(&body));
    }
    for number in 0..20 {
        let body = but(&account(), &[("/beneficiaryAccountNumber", json!(number.to_string()))]);
        ask("POST", "/{customer}/bankinfo", &token, Some(&body));
    }
    ask("GET", "/{customer}/bankinfo", &token, None);
    for method in ["GET", "DELETE", "GET", "DELETE"] {
        ask(method, "/{customer}/bankinfo/{account}", &token, None);
    }
    ask("GET", "/{customer}/bankinfo", &token, None);
    all
}

fn customer() -> Value {
    json!({
        "referenceId": "probe-b", "fullName": "Zoë", "nationality": "ARE", "placeOfBirth": "Dubai",
        "address": { "streetName": "A", "city": "B", "state": "C", "country": "AE", "addressType": "RESIDENTIAL" },
        "dateOfBirth": "1990-01-31", "sanctionsScreeningCompleted": "NO", "pepScreeningCompleted": "NO",
        "livenessCheckCompleted": "NO", "isPEP": "NO", "isSanctioned": "NO", "employmentStatus": "Unemployed",
        "netWorth": "250000", "electronicFacialRecognition": "NA",
    })
}

fn customers() -> Vec<Value> {
    let probe = customer();
    let full = [("/electronicFacialRecognition", json!("NA")), ("/documentExpiryDate", json!("2045-06-30T00:00:00Z"))];
    let mut unchecked = but(&but(&probe, &full), &[("/emiratesId", json!("784"))]);
    unchecked.as_object_mut().unwrap().shift_remove("livenessCheckCompleted");
    let mut unrecognized = unchecked.clone();
    unrecognized.as_object_mut().unwrap().shift_remove("electronicFacialRecognition");
    let employed = but(&probe, &[("/employmentStatus", json!("Employed")), ("/employerName", json!("E"))]);
    vec![
        probe.clone(),
        probe.clone(),
        but(&probe, &[("/referenceId", json!("PROBE-A"))]),
        but(&probe, &[("/referenceId", json!("CUST"))]),
        but(&probe, &[("/referenceId", json!("cab"))]),
        but(&probe, &[("/employerName", json!("E"))]),
        but(&employed, &[("/employerAddress", Value::Null)]),
        but(&probe, &[("/nationality", json!("ae"))]),
        but(&probe, &[("/nationality", json!("Deutschland"))]),
        but(&probe, &[("/nationality", json!("BRA"))]),
        but(&probe, &[("/documentExpiryDate", json!("2001-01-01T00:00:00Z"))]),
        unchecked,
        unrecognized,
        json!({}),
    ]
}

fn updates() -> Vec<Value> {
    let address =
        json!({ "streetName": "A", "city": "B", "state": "C", "country": "AE", "addressType": "RESIDENTIAL" });
    let employer = json!({ "streetNumber": "1", "streetName": "A", "city": "B", "state": "C", "country": "AE" });
    vec![
        json!({}),
        json!({ "customerPreTradeRiskGroup": "HIGH" }),
        json!({ "customerPreTradeRiskGroup": null }),
        json!({ "nationality": "12" }),
        json!({ "address": address }),
        json!({ "address": but(&address, &[("/streetNumber", json!("1")), ("/country", json!("1"))]) }),
        json!({ "employerAddress": employer, "employmentStatus": "Employed" }),
        json!({ "employmentStatus": "Employed" }),
    ]
}

fn account() -> Value {
    let address = json!({ "addressLine1": "A", "city": "B", "region": "C", "country": "AE" });
    json!({
        "beneficiaryType": "INDIVIDUAL", "currency": "USD", "beneficiaryAddress": address, "beneficiaryBankName": "Bank",
        "beneficiaryBankAddress": address, "beneficiaryAccountNumber": "1", "beneficiaryGivenNames": "A",
        "beneficiarySurnames": "B", "beneficiaryBankMemo": "C",
    })
}

fn accounts() -> Vec<Value> {
    let business = [("/beneficiaryType", json!("BUSINESS")), ("/beneficiaryLegalName", Value::Null)];
    vec![
        but(&account(), &business),
        but(&account(), &[("/intermediaryBankBic", json!("CHASUS33"))]),
        but(&account(), &[("/beneficiaryBankBic", json!("123456789"))]),
        but(&account(), &[("/currency", json!("usd"))]),
        but(&account(), &[("/currency", json!("XTS"))]),
        but(&account(), &[("/beneficiaryAddress/country", json!("ae"))]),
    ]
}

/// A copy with other values at some JSON Pointers.
fn but(body: &Value, changes: &[(&str, Value)]) -> Value {
    let mut body = body.clone();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        parent.insert(name.to_owned(), value.clone());
    }
    body
}

#[tokio::test]
async fn something_is_seen_of_every_variation_but_of_time() {
    let usual = transcript(None).await;
    assert_eq!(transcript(None).await, usual, "the same requests are answered in the same way");
    let mut unseen = Vec::new();
    for variation in registry::variations().filter(|variation| variation.id != "slow") {
        if transcript(Some(variation)).await == usual {
            unseen.push(variation.id);
        }
    }
    assert!(unseen.is_empty(), "{unseen:?}");
}
