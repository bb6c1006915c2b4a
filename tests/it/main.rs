//! The program against servers that deviate in one way, and against conformant ones that use a freedom.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod cli;
mod deviations;
mod evidence;
mod foreign;
mod harness;
#[cfg(unix)]
mod interrupt;
mod outages;
mod pages;
mod pets;
mod proxy;
mod specs;
mod steps;
mod variations;

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use conform::config::{Config, Overrides};
use conform::drift::levels::Levels;
use conform::generate;
use conform::outcome::Outcome;
use conform::plan::Selection;
use conform::suite::{Settings, Sources, Suite};

static SUITE: LazyLock<Suite> = LazyLock::new(suite);

/// The suite of this repository.
pub(crate) fn suite() -> Suite {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let sources = Sources {
        specs: vec![root.join("specs")],
        overlays: vec![root.join("specs/overlays")],
        cases: vec![root.join("cases")],
    };
    let generation = generate::Settings { seed: 1, mark: vec!["referenceId".to_owned()] };
    match Suite::load(&sources, &generation) {
        Ok(suite) => suite,
        Err(errors) => panic!("{}", errors.iter().map(|e| e.render(false, 100)).collect::<Vec<_>>().join("\n")),
    }
}

/// The whole default suite against `base_url`.
pub(crate) async fn run_against(base_url: &str, token: &str) -> Outcome {
    let overrides = Overrides {
        base_url: Some(base_url.to_owned()),
        token_env: Some("TOKEN".to_owned()),
        timeout: Some(Duration::from_secs(20)),
        ..Overrides::default()
    };
    let lookup = |name: &str| (name == "TOKEN").then(|| token.to_owned());
    let environment = Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap();
    let settings = Settings { seed: 1, selection: Selection::default(), levels: Levels::default(), journal: None };
    SUITE.run(environment, &settings, std::future::pending(), &|_| {}).await.unwrap()
}
