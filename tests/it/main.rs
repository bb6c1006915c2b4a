//! The program against servers that deviate in one way, and against conformant ones that use a freedom.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod amend;
mod author;
mod baseline;
mod budget;
mod canary;
mod choosing;
mod cli;
mod coverage;
mod deviations;
mod environments;
mod evidence;
mod fixtures;
mod foreign;
mod generation;
mod harness;
mod identity;
#[cfg(unix)]
mod interrupt;
mod judge;
mod laws;
mod literature;
mod made;
mod outages;
mod pages;
mod pains;
mod pairs;
mod pets;
mod plan;
mod prove;
mod proxy;
mod respect;
mod rules;
mod seeds;
mod smaller;
mod specs;
mod steps;
mod things;
mod through;
mod trace;
mod variations;

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use conform::case::{Case, Step};
use conform::config::{Config, Overrides};
use conform::environment::{Environment, Target};
use conform::generate;
use conform::outcome::Outcome;
use conform::plan::Selection;
use conform::suite::{Settings, Sources, Suite};

static SUITE: LazyLock<Suite> = LazyLock::new(suite);

/// The suite of this repository, without random depth.
pub(crate) fn suite() -> Suite {
    let mark = vec!["referenceId".to_owned()];
    composed(&generate::Settings { seed: 1, mark, ..generate::Settings::default() })
}

/// The suite that `conform run` composes for the built-in sandbox, with its environment.
pub(crate) fn default_suite() -> (Suite, Environment, generate::Settings) {
    let config = Config::load(None).unwrap();
    let environment = config.environment(None, &Overrides::default(), &|_| None).unwrap();
    assert_eq!((environment.target.clone(), environment.hostile), (Target::Sandbox, true));
    let generation = generate::Settings {
        seed: config.seed,
        mark: environment.mark.clone(),
        depth: config.depth,
        hostile: environment.hostile,
        workers: 2,
    };
    (composed(&generation), environment, generation)
}

/// What the steps of a case send and expect, as text that differs where they differ.
pub(crate) fn sent(case: &Case) -> String {
    let step = |step: &Step| {
        let Step { call, method, arguments, payload, credentials, intent, .. } = step;
        format!("{call:?} {method:?} {arguments:?} {payload:?} {credentials:?} {intent:?}")
    };
    case.steps.iter().map(step).collect()
}

fn composed(generation: &generate::Settings) -> Suite {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let sources = Sources {
        specs: vec![root.join("specs")],
        overlays: vec![root.join("specs/overlays")],
        cases: vec![root.join("cases")],
    };
    match Suite::load(&sources, generation) {
        Ok(suite) => suite,
        Err(errors) => panic!("{}", errors.iter().map(|e| e.render(false, 100)).collect::<Vec<_>>().join("\n")),
    }
}

/// Leaves written cases, and the simplest of the generated ones: for servers that look at no input, and for what is no
/// matter of the input.
pub(crate) fn plain(cases: &mut Vec<Case>) {
    const PLAIN: [&str; 8] =
        ["minimal", "full", "enum", "link", "listed", "unknown-id", "no-credentials", "wrong-credentials"];
    cases.retain(|case| conform::plan::family(case) == "written" || PLAIN.contains(&conform::plan::family(case)));
}

/// The whole default suite against `base_url`.
pub(crate) async fn run_against(base_url: &str, token: &str) -> Outcome {
    run_suite(&SUITE, 1, base_url, token).await
}

/// `suite` against `base_url`.
pub(crate) async fn run_suite(suite: &Suite, seed: u64, base_url: &str, token: &str) -> Outcome {
    run_selected(suite, seed, base_url, token, Selection::default()).await
}

/// What `selection` leaves of `suite` against `base_url`.
pub(crate) async fn run_selected(
    suite: &Suite,
    seed: u64,
    base_url: &str,
    token: &str,
    selection: Selection,
) -> Outcome {
    run_changed(suite, seed, (base_url, token), selection, |_| {}).await
}

/// The same in an environment that a test changes.
pub(crate) async fn run_changed(
    suite: &Suite,
    seed: u64,
    (base_url, token): (&str, &str),
    selection: Selection,
    change: impl FnOnce(&mut Environment),
) -> Outcome {
    let overrides = Overrides {
        base_url: Some(base_url.to_owned()),
        token_env: Some("TOKEN".to_owned()),
        timeout: Some(Duration::from_secs(20)),
        ..Overrides::default()
    };
    let lookup = |name: &str| (name == "TOKEN").then(|| token.to_owned());
    let mut environment = Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap();
    change(&mut environment);
    let settings = Settings { seed, selection, ..Settings::default() };
    suite.run(environment, &settings, std::future::pending(), &|_| {}).await.unwrap()
}
