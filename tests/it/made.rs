//! Runs of cases that a test makes itself, beside those that the schemas give rise to.

use std::sync::Arc;
use std::time::Duration;

use conform::case::expression::Template;
use conform::case::{Breach, Case, CaseId, Intent, Origin, Payload, Sibling, Spot, Step};
use conform::config::{Config, Overrides};
use conform::contract::{Contract, OperationId};
use conform::document::{Document, DocumentId, Place, Pointer};
use conform::drift::levels::Levels;
use conform::environment::Environment;
use conform::generate::{self, generate};
use conform::outcome::Outcome;
use conform::plan::{Plan, Selection};
use conform::run::{self, Limits, Setup};
use serde_json::Value;

/// A contract with its generated cases, to which a test adds its own.
pub(crate) struct Made {
    pub(crate) contract: Contract,
    pub(crate) cases: Vec<Case>,
    pub(crate) selection: Selection,
    pub(crate) limits: Limits,
    pub(crate) change: fn(&mut Environment),
    pub(crate) impossible: Vec<(OperationId, Place, String)>,
}

impl Made {
    pub(crate) fn new(document: &Value) -> Self {
        let document = Document::parse("pets.json", document.to_string()).unwrap();
        let contract = Contract::new(vec![document], Vec::new()).unwrap();
        let mut cases = generate(&contract, &generate::Settings { seed: 1, ..generate::Settings::default() }).cases;
        crate::plain(&mut cases);
        let (selection, limits) = (Selection::default(), Limits::default());
        Self { contract, cases, selection, limits, change: |_| {}, impossible: Vec::new() }
    }

    /// The minimal request to `operation`.
    pub(crate) fn minimal(&self, operation: &str) -> Step {
        let name = format!("{operation} minimal");
        self.cases.iter().find(|case| case.name == name).unwrap().steps[0].clone()
    }

    /// A case of this one request.
    pub(crate) fn add(&mut self, name: &str, step: Step) {
        self.cases.push(Case::new(CaseId(name.into()), name, Origin::Generated { family: "made" }, vec![step]));
    }

    pub(crate) async fn run(&self, base_url: &str) -> Outcome {
        let overrides = Overrides {
            base_url: Some(base_url.to_owned()),
            token_env: Some("TOKEN".to_owned()),
            timeout: Some(Duration::from_millis(500)),
            ..Overrides::default()
        };
        let lookup = |name: &str| (name == "TOKEN").then(|| "right".to_owned());
        let mut environment = Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap();
        (self.change)(&mut environment);
        let plan = Plan::new(&self.contract, &self.cases, &self.selection);
        let levels = Levels::default();
        let setup = Setup {
            seed: 1,
            limits: self.limits,
            impossible: &self.impossible,
            ..Setup::new(&self.contract, &environment, &plan, &levels)
        };
        run::run(setup, std::future::pending(), &|_| {}).await.unwrap()
    }
}

/// `base` with `body`, which differs from it at `at`.
pub(crate) fn variant(base: &Step, body: Value, at: &str, intent: Intent) -> Step {
    let at = Pointer::parse(at).unwrap();
    let old = base.payload.as_ref().and_then(|payload| match &payload.content {
        Template::Literal(value) => at.resolve(value).cloned(),
        _ => None,
    });
    let sibling = Sibling {
        step: Arc::new(base.clone()),
        at: Spot::Body(at.clone()),
        before: old,
        after: at.resolve(&body).cloned(),
    };
    with_body(&Step { sibling: Some(sibling), intent, ..base.clone() }, body)
}

pub(crate) fn with_body(base: &Step, body: Value) -> Step {
    let content_type = base.payload.as_ref().and_then(|payload| payload.content_type.clone());
    Step { payload: Some(Payload::new(content_type, Template::Literal(body))), ..base.clone() }
}

pub(crate) fn breach(reason: &str, place: &str) -> Intent {
    let place = Some(Place::new(DocumentId(0), Pointer::parse(place).unwrap()));
    Intent::Invalid(Breach { place, ..Breach::new(reason) })
}
