//! Servers that deviate in one way: exactly the expected drift, at the expected level, with the expected exit code.

use std::io::Write;

use conform::drift::Level;
use conform::outcome::{Outcome, Verdict};
use serde_json::{Value, json};

use crate::proxy::{Answer, Asked, Lie, Proxy};
use crate::run_against;

/// Runs against a lying proxy and expects these drifts at level error, and no other.
async fn expect(what: &str, liar: impl Fn(&Asked, Answer) -> Lie + Send + Sync + 'static, ids: &[&str]) -> Outcome {
    let proxy = Proxy::start(liar).await;
    let outcome = run_against(&proxy.base_url, &proxy.token).await;
    let found: Vec<&str> =
        outcome.drifts.iter().filter(|drift| drift.level == Level::Error).map(|drift| drift.id.as_str()).collect();
    assert_eq!(found, ids, "{what}: {:?} {:#?}", outcome.reasons, outcome.drifts);
    assert_eq!(outcome.verdict, Verdict::Drift, "{what}");
    assert_eq!(outcome.exit_code, 1, "{what}");
    outcome
}

fn list_lie(change: impl Fn(&mut Value) + Send + Sync + 'static) -> impl Fn(&Asked, Answer) -> Lie + Send + Sync {
    move |asked, mut answer| {
        if asked.is("GET", "/v1/customers") && answer.is_success() {
            answer.edit(|body| change(body));
        }
        Lie::Answer(answer)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undocumented_enum_value_on_the_second_page_only() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("GET", "/v1/customers") && asked.target.contains("after=") && answer.is_success() {
            answer.edit(|body| {
                if let Some(item) = body["items"].get_mut(0) {
                    item["customerStatus"] = json!("SUSPENDED");
                }
            });
        }
        Lie::Answer(answer)
    };
    let outcome = expect("page 2", liar, &["wrong-body/GetAllCustomers/200/items/*/customerStatus/enum"]).await;
    let drift = &outcome.drifts[0];
    assert!(drift.document.ends_with("GetAllCustomers.json"), "{}", drift.document);
    assert!(drift.pointer.starts_with("/components/schemas/CustomerStatus"), "{}", drift.pointer);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integer_for_a_string() {
    let liar = list_lie(|body| body["totalCount"] = json!(42));
    expect("integer", liar, &["wrong-body/GetAllCustomers/200/totalCount/type"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_required_property() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("POST", "/bankinfo") && answer.is_success() {
            answer.edit(|body| {
                body.as_object_mut().unwrap().shift_remove("coolingOffEndTime");
            });
        }
        Lie::Answer(answer)
    };
    let id = "wrong-body/AddCustomerBankInformation/200/coolingOffEndTime/required";
    expect("missing", liar, &[id]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn html_instead_of_json() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("GET", "/v1/customers") && answer.is_success() {
            answer.set_header("content-type", "text/html; charset=utf-8");
            answer.body = b"<html><body>Welcome</body></html>".to_vec();
        }
        Lie::Answer(answer)
    };
    expect("html", liar, &["wrong-media-type/GetAllCustomers/200/header:content-type/undocumented"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn truncated_json_and_other_unreadable_bodies() {
    let with_body = |body: Vec<u8>, encoding: Option<&'static str>| {
        move |asked: &Asked, mut answer: Answer| {
            if asked.is("GET", "/v1/customers") && answer.is_success() {
                answer.body.clone_from(&body);
                if let Some(encoding) = encoding {
                    answer.set_header("content-encoding", encoding);
                }
            }
            Lie::Answer(answer)
        }
    };
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..256 {
        bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    for (what, body, encoding) in [
        ("truncated", br#"{"items": [{"customerId": "#.to_vec(), None),
        ("empty", Vec::new(), None),
        ("not UTF-8", b"{\"after\": \"\xff\xfe\"}".to_vec(), None),
        ("nesting", "[".repeat(100_000).into_bytes(), None),
        ("gzip bomb", bomb.finish().unwrap(), Some("gzip")),
        ("no gzip at all", b"{}".to_vec(), Some("gzip")),
    ] {
        let proxy = Proxy::start(with_body(body, encoding)).await;
        let outcome = run_against(&proxy.base_url, &proxy.token).await;
        let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.level == Level::Error).collect();
        assert_eq!(errors.len(), 1, "{what}: {errors:#?}");
        assert_eq!(errors[0].rule, "unreadable-body", "{what}");
        assert_eq!(errors[0].operation, "GetAllCustomers", "{what}");
        assert_eq!(outcome.exit_code, 1, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_body_is_a_drift_and_not_a_hang() {
    let liar = |asked: &Asked, answer: Answer| {
        if asked.is("DELETE", "") && answer.is_success() { Lie::Endless } else { Lie::Answer(answer) }
    };
    let proxy = Proxy::start(liar).await;
    let outcome = run_against(&proxy.base_url, &proxy.token).await;
    let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.level == Level::Error).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!((errors[0].rule.as_str(), outcome.exit_code), ("unreadable-body", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_success_than_the_documented_one() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("POST", "/v1/customers") && answer.status == 200 {
            answer.status = 201;
        }
        Lie::Answer(answer)
    };
    expect("201", liar, &["undocumented-status/AddCustomer/201/valid"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("PATCH", "") && answer.is_success() {
            answer.status = 500;
            answer.body = b"{}".to_vec();
        }
        Lie::Answer(answer)
    };
    let proxy = Proxy::start(liar).await;
    let outcome = run_against(&proxy.base_url, &proxy.token).await;
    let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.level == Level::Error).collect();
    assert!(!errors.is_empty());
    // The written case that updates a customer fails of the same cause; nothing else does.
    for drift in errors {
        assert_eq!(drift.operation, "UpdateOneCustomer", "{drift:#?}");
        assert!(["server-error", "failed-criterion"].contains(&drift.rule.as_str()), "{drift:#?}");
    }
    assert_eq!(outcome.exit_code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_asks_for_no_credentials() {
    let liar = |asked: &Asked, answer: Answer| {
        if asked.is("GET", "/v1/customers") && answer.status == 401 {
            return Lie::Answer(Answer {
                status: 200,
                headers: vec![("content-type".into(), "application/json".into())],
                body: br#"{"items": []}"#.to_vec(),
            });
        }
        Lie::Answer(answer)
    };
    expect("open access", liar, &["open-access/GetAllCustomers/200/no-credentials"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_refusal_than_401_is_an_error_only_where_it_is_not_documented() {
    let liar = |_: &Asked, mut answer: Answer| {
        if answer.status == 401 {
            answer.status = 403;
        }
        Lie::Answer(answer)
    };
    let outcome = expect("403", liar, &["undocumented-status/GetAllCustomers/403/unauthorized"]).await;
    let warned: Vec<&str> = outcome
        .drifts
        .iter()
        .filter(|drift| drift.rule == "wrong-refusal" && drift.level == Level::Warning)
        .map(|drift| drift.operation.as_str())
        .collect();
    assert_eq!(warned.len(), 7, "every other operation documents 403: {warned:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_reset() {
    let liar = |asked: &Asked, answer: Answer| {
        if asked.is("GET", "/bankinfo") && answer.is_success() { Lie::Reset } else { Lie::Answer(answer) }
    };
    expect("reset", liar, &["no-response/ListCustomerBankInformation/-/closed"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn something_that_is_not_http() {
    let liar = |asked: &Asked, answer: Answer| {
        if asked.is("GET", "/bankinfo") && answer.is_success() {
            Lie::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())
        } else {
            Lie::Answer(answer)
        }
    };
    let proxy = Proxy::start(liar).await;
    let outcome = run_against(&proxy.base_url, &proxy.token).await;
    let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.level == Level::Error).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0].rule, "no-response");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_refused_everywhere_are_no_drift() {
    let proxy = Proxy::start(|_, answer| Lie::Answer(answer)).await;
    let outcome = run_against(&proxy.base_url, "not-the-token").await;
    assert_eq!((outcome.verdict, outcome.exit_code), (Verdict::Environment, 3), "{:?}", outcome.reasons);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_answers_is_no_drift() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let outcome = run_against(&format!("http://{address}/api"), "token").await;
    assert_eq!((outcome.verdict, outcome.exit_code), (Verdict::Environment, 3), "{:?}", outcome.reasons);
    assert!(outcome.drifts.is_empty(), "{:#?}", outcome.drifts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_of_5xx_is_an_outage() {
    let liar = |_: &Asked, mut answer: Answer| {
        answer.status = 503;
        answer.body = b"down".to_vec();
        Lie::Answer(answer)
    };
    let proxy = Proxy::start(liar).await;
    let outcome = run_against(&proxy.base_url, &proxy.token).await;
    assert_eq!((outcome.verdict, outcome.exit_code), (Verdict::Environment, 3), "{:?}", outcome.reasons);
}

/// A wrong body breaks criteria and filters, too: the body is the cause, and said once.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_body_is_one_drift_whatever_else_it_breaks() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.method == "GET" && !asked.target.contains("bankinfo") && answer.is_success() {
            answer.edit(|body| {
                if body.get("customerId").is_some() {
                    body["customerId"] = json!(7);
                }
            });
        }
        Lie::Answer(answer)
    };
    expect("id", liar, &["wrong-body/GetOneCustomer/200/customerId/type"]).await;
    let liar = list_lie(|body| {
        for item in body["items"].as_array_mut().into_iter().flatten() {
            item["createDate"] = json!("2024-02-30T00:00:00Z");
        }
    });
    expect("date", liar, &["wrong-body/GetAllCustomers/200/items/*/createDate/format"]).await;
}

/// Each request without credentials has a bank account of its own to remove: the second is no 404.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_asks_for_no_credentials() {
    let removed = std::sync::Mutex::new(std::collections::BTreeSet::new());
    let liar = move |asked: &Asked, mut answer: Answer| {
        if asked.method == "DELETE" && answer.status == 401 {
            let id = asked.path().rsplit('/').next().unwrap_or_default().to_owned();
            answer.set_header("content-type", "application/json");
            answer.status = 404;
            answer.body = json!({"id": "unknown"}).to_string().into_bytes();
            if removed.lock().unwrap().insert(id.clone()) {
                answer.status = 200;
                answer.body = json!({"bankAccountId": id, "status": "REMOVED"}).to_string().into_bytes();
            }
        }
        Lie::Answer(answer)
    };
    let proxy = Proxy::start(liar).await;
    let outcome = run_against(&proxy.base_url, &proxy.token).await;
    let errors = outcome.drifts.iter().filter(|drift| drift.level == Level::Error);
    let ids: Vec<&str> = errors.map(|drift| drift.id.as_str()).collect();
    assert_eq!(ids, ["open-access/RemoveCustomerBankAccountInformation/200/no-credentials"]);
    assert_eq!(outcome.drifts[0].stability, conform::drift::Stability::Stable { asked: 3 });
}

/// What is created for the purpose has few of the values that a stored customer has: several stored ones are read, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_only_stored_customers_have() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.method == "GET" && !asked.target.contains("bankinfo") && answer.is_success() {
            answer.edit(|body| {
                for account in body["accounts"].as_array_mut().into_iter().flatten() {
                    account["accountType"] = json!("MARGIN");
                }
            });
        }
        Lie::Answer(answer)
    };
    expect("stored customer", liar, &["wrong-body/GetOneCustomer/200/accounts/*/accountType/enum"]).await;
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.method == "GET" && asked.path().contains("/bankinfo/") && answer.is_success() {
            answer.edit(|body| {
                if body[0]["status"] == "FAILED" {
                    body[0]["statusReason"] = json!(5);
                }
            });
        }
        Lie::Answer(answer)
    };
    expect("stored account", liar, &["wrong-body/GetBankAccountInformation/200/*/statusReason/type"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_that_is_no_number() {
    let liar = list_lie(|body| body["totalCount"] = json!("many"));
    expect("total", liar, &["wrong-body/GetAllCustomers/200/totalCount/pattern"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drift_of_stored_things_alone_is_stable_although_not_every_case_meets_them_again() {
    let liar = |asked: &Asked, mut answer: Answer| {
        if asked.is("GET", "/bankinfo") && answer.is_success() {
            answer.edit(|body| {
                for account in body.as_array_mut().into_iter().flatten().filter(|account| account["status"] == "FAILED")
                {
                    account["statusReason"] = json!(5);
                }
            });
        }
        Lie::Answer(answer)
    };
    let id = "wrong-body/ListCustomerBankInformation/200/*/statusReason/type";
    let outcome = expect("stored account in a list", liar, &[id]).await;
    assert_eq!(outcome.drifts[0].stability, conform::drift::Stability::Stable { asked: 3 });
}
