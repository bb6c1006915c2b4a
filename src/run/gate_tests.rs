//! Every row of the gate's rules.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::case::Breach;
use crate::document::{DocumentId, Place, Pointer};
use crate::environment::Target;

const BASE: &str = "http://h:3001/api";

fn operation(id: &str, method: &str, path: &str) -> Operation {
    let place = Place::new(DocumentId(0), Pointer::root());
    let parts = path
        .split_inclusive('}')
        .flat_map(|piece| {
            let (literal, parameter) = piece.split_once('{').unwrap_or((piece, ""));
            let parameter = parameter.strip_suffix('}').map(|name| PathPart::Parameter(name.to_owned()));
            [Some(PathPart::Literal(literal.to_owned())), parameter]
        })
        .flatten()
        .collect();
    Operation {
        id: OperationId(Arc::from(id)),
        method: method.to_owned(),
        path: PathTemplate { text: path.to_owned(), parts },
        place: place.clone(),
        parameters: Vec::new(),
        body: None,
        responses: Vec::new(),
        security: Vec::new(),
        security_place: place,
        servers: Vec::new(),
        disabled: None,
        deprecated: false,
    }
}

fn routes() -> Vec<Operation> {
    vec![
        operation("List", "GET", "/customers"),
        operation("Add", "POST", "/customers"),
        operation("Get", "GET", "/customers/{id}"),
        operation("Remove", "DELETE", "/customers/{id}"),
        operation("Update", "PATCH", "/customers/{id}"),
        operation("Search", "GET", "/customers/search"),
        operation("Settings", "PUT", "/settings"),
        operation("doc.Lock", "POST", "/customers/{id}/lock"),
    ]
}

fn environment_gate(edit: impl FnOnce(&mut Environment)) -> Gate {
    let mut environment = Environment::new("t", Class::Test, Target::BaseUrl(BASE.to_owned()));
    environment.writes = true;
    environment.undeclared_methods = true;
    environment.max_created = 2;
    edit(&mut environment);
    Gate::of_routes(&environment, [BASE], &routes())
}

/// `METHOD path-or-URL`, what it calls, what it is for, whether the run owns the ids.
fn decide(gate: &Gate, call: &str, operation: &str, purpose: Purpose, owned: bool) -> Result<(), Refusal> {
    let (method, target) = call.split_once(' ').unwrap();
    let url = if target.starts_with('/') { format!("{BASE}{target}") } else { target.to_owned() };
    let operation = (!operation.is_empty()).then(|| OperationId(Arc::from(operation)));
    gate.check(&Ask {
        operation: operation.as_ref(),
        method,
        url: &url,
        created_by_run: owned,
        creates: method == "POST",
        purpose,
    })
}

#[test]
fn only_the_environments_base_urls_are_reached() {
    let gate = environment_gate(|_| {});
    for (url, allowed) in [
        ("http://h:3001/api", true),
        ("http://h:3001/api/customers?x=http://evil", true),
        ("HTTP://H:3001/api/customers", true),
        ("http://h:3001/apix/customers", false),
        ("http://h:3001/api/../admin", false),
        ("http://h:3001/api/%2e%2E/admin", false),
        ("http://h:3001/api/..\\admin", false),
        ("http://h:3001/other", false),
        ("http://h/api/customers", false),
        ("https://h:3001/api/customers", false),
        ("http://h.evil:3001/api/customers", false),
        ("http://h:3001@evil/api/customers", false),
        ("http://user@h:3001/api/customers", false),
        ("http://evil/http://h:3001/api", false),
        ("/api/customers", false),
    ] {
        let url = format!("GET {url}").replace("GET /api", "GET  /api");
        for purpose in [Purpose::Normal, Purpose::Canary, Purpose::Cleanup] {
            let expected = if allowed { Ok(()) } else { Err(Refusal::ForeignHost) };
            assert_eq!(decide(&gate, &url, "", purpose, false), expected, "{url}");
        }
    }
}

#[test]
fn a_standard_port_is_the_same_written_or_not() {
    let environment = Environment::new("t", Class::Test, Target::Sandbox);
    let gate = Gate::of_routes(&environment, ["https://h/", "not a url"], &[]);
    assert_eq!(decide(&gate, "GET https://h:443/x", "", Purpose::Normal, false), Ok(()));
    assert_eq!(decide(&gate, "GET https://h:8443/x", "", Purpose::Normal, false), Err(Refusal::ForeignHost));
}

#[test]
fn a_base_below_another_opens_no_way_around() {
    let mut environment = Environment::new("t", Class::Test, Target::Sandbox);
    environment.exclude = vec!["Secret".to_owned()];
    let routes = [operation("Secret", "GET", "/api/secret/{id}"), operation("Get", "GET", "/customers/{id}")];
    let gate = Gate::of_routes(&environment, ["http://h/", "http://h/api"], &routes);
    let refused = decide(&gate, "GET http://h/api/secret/1", "", Purpose::Normal, false);
    assert!(matches!(refused, Err(Refusal::Excluded(_))), "{refused:?}");
    assert_eq!(decide(&gate, "GET http://h/api/customers/1", "Get", Purpose::Normal, false), Ok(()));
}

#[test]
fn production_is_read_only_and_sees_no_probe() {
    let gate = environment_gate(|e| e.class = Class::Production);
    for (call, purpose, expected) in [
        ("GET /customers", Purpose::Normal, Ok(())),
        ("HEAD /customers", Purpose::Canary, Ok(())),
        ("OPTIONS /customers", Purpose::Normal, Ok(())),
        ("POST /customers", Purpose::Normal, Err(Refusal::ProductionWrite)),
        ("TRACE /customers", Purpose::Normal, Err(Refusal::ProductionWrite)),
        ("get /customers", Purpose::Normal, Err(Refusal::ProductionWrite)),
        ("DELETE /customers/1", Purpose::Cleanup, Err(Refusal::ProductionWrite)),
        ("GET /customers", Purpose::Negative, Err(Refusal::ProductionProbe)),
        ("OPTIONS /customers", Purpose::UndeclaredMethod, Err(Refusal::ProductionProbe)),
    ] {
        assert_eq!(decide(&gate, call, "", purpose, true), expected, "{call} {purpose:?}");
    }
}

#[test]
fn without_writes_only_reading_methods_leave() {
    let gate = environment_gate(|e| e.writes = false);
    for (call, purpose, allowed) in [
        ("GET /customers", Purpose::Negative, true),
        ("HEAD /customers", Purpose::Normal, true),
        ("OPTIONS /customers", Purpose::UndeclaredMethod, true),
        ("POST /customers", Purpose::Negative, false),
        ("PROPFIND /customers", Purpose::UndeclaredMethod, false),
        ("DELETE /customers/1", Purpose::Cleanup, false),
    ] {
        let expected = if allowed { Ok(()) } else { Err(Refusal::WritesForbidden) };
        assert_eq!(decide(&gate, call, "", purpose, true), expected, "{call}");
    }
    let open = environment_gate(|_| {});
    assert_eq!(decide(&open, "POST /customers", "", Purpose::Canary, true), Err(Refusal::WritesForbidden));
}

#[test]
fn excluded_operations_are_never_reached_by_any_name() {
    let excluded = |id: &str| Err(Refusal::Excluded(OperationId(Arc::from(id))));
    let gate = environment_gate(|e| e.exclude = ["Get", "Lock", "put /settings", "Typo"].map(str::to_owned).to_vec());
    assert_eq!(gate.unmatched_excludes(), ["Typo"]);
    for (call, operation, purpose, expected) in [
        ("GET /customers/1", "Get", Purpose::Normal, excluded("Get")),
        ("GET /customers/1", "", Purpose::Canary, excluded("Get")),
        ("GET /Customers//1/", "", Purpose::Normal, excluded("Get")),
        ("GET /customers/%31", "List", Purpose::Normal, excluded("Get")),
        ("HEAD /customers/1", "", Purpose::Normal, excluded("Get")),
        ("QUERY /customers/1", "", Purpose::UndeclaredMethod, excluded("Get")),
        ("GET /customers/search", "Search", Purpose::Normal, Ok(())),
        ("GET /customers", "List", Purpose::Normal, Ok(())),
        ("DELETE /customers/1", "Remove", Purpose::Cleanup, Ok(())),
        ("POST /customers/1/lock", "doc.Lock", Purpose::Cleanup, excluded("doc.Lock")),
        ("PUT /settings", "", Purpose::Normal, excluded("Settings")),
    ] {
        assert_eq!(decide(&gate, call, operation, purpose, true), expected, "{call} {operation}");
    }
}

#[test]
fn undeclared_methods_need_their_own_permission() {
    let gate = environment_gate(|e| e.undeclared_methods = false);
    for call in ["OPTIONS /customers", "QUERY /customers", "DELETE /customers/1"] {
        assert_eq!(decide(&gate, call, "", Purpose::UndeclaredMethod, true), Err(Refusal::UndeclaredMethod), "{call}");
    }
    assert_eq!(decide(&gate, "GET /customers", "List", Purpose::Normal, true), Ok(()));
}

#[test]
fn only_what_the_run_created_is_changed() {
    let gate = environment_gate(|_| {});
    let foreign = || Err(Refusal::ForeignObject);
    for (call, operation, purpose, owned, expected) in [
        ("DELETE /customers/1", "Remove", Purpose::Normal, true, Ok(())),
        ("DELETE /customers/1", "Remove", Purpose::Normal, false, foreign()),
        ("DELETE /customers/1", "Remove", Purpose::Cleanup, false, foreign()),
        ("delete /customers/1", "", Purpose::UndeclaredMethod, false, foreign()),
        ("PATCH /customers/1", "Update", Purpose::Negative, false, foreign()),
        ("PUT /customers/1", "", Purpose::UndeclaredMethod, true, Ok(())),
        ("GET /customers/1", "Get", Purpose::Normal, false, Ok(())),
        // No id in the path: all customers, and settings that were there before the run.
        ("DELETE /customers", "", Purpose::UndeclaredMethod, true, foreign()),
        ("DELETE /unknown/1", "", Purpose::UndeclaredMethod, true, foreign()),
        ("PUT /settings", "Settings", Purpose::Normal, true, foreign()),
    ] {
        assert_eq!(decide(&gate, call, operation, purpose, owned), expected, "{call} {owned}");
    }
    for open in [environment_gate(|e| e.touch_foreign = true), environment_gate(|e| e.class = Class::Sandbox)] {
        assert_eq!(decide(&open, "DELETE /customers/1", "Remove", Purpose::Normal, false), Ok(()));
    }
}

#[test]
fn the_number_of_created_objects_is_bounded_and_refusals_are_counted() {
    let gate = environment_gate(|_| {});
    let create = || decide(&gate, "POST /customers", "Add", Purpose::Normal, false);
    assert_eq!((create(), create()), (Ok(()), Ok(())));
    assert_eq!((create(), create()), (Err(Refusal::MaxCreated(2)), Err(Refusal::MaxCreated(2))));
    gate.not_created();
    assert_eq!(create(), Ok(()));
    drop(decide(&gate, "GET http://evil/", "", Purpose::Normal, false));
    let counts = json!(gate.refused());
    assert_eq!(
        counts,
        json!([
            {"name": "2 objects were created already", "count": 2},
            {"name": "outside of the environment's base URLs", "count": 1},
        ])
    );
}

#[test]
fn intents_that_break_promises_are_negative() {
    for (intent, expected) in [
        (Intent::Valid, Purpose::Normal),
        (Intent::Unknown, Purpose::Normal),
        (Intent::Absent, Purpose::Negative),
        (Intent::Unauthorized, Purpose::Negative),
        (Intent::Invalid(Breach::new("")), Purpose::Negative),
        (Intent::Hostile, Purpose::Normal),
        (Intent::Open, Purpose::Negative),
        (Intent::Undeclared, Purpose::UndeclaredMethod),
    ] {
        assert_eq!(Purpose::from(&intent), expected);
    }
}
