//! What is measured: the suite of this repository against an environment.

use std::path::{Path, PathBuf};

use conform::config::{Config, Overrides};
use conform::contract::{Contract, Operation};
use conform::environment::{Environment, Secret, Target};
use conform::generate;
use conform::suite::{Sources, Suite};

use crate::Result;

/// Where documents, cases and configuration are.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The suite as `conform run` loads it.
pub(crate) fn suite() -> Result<Suite> {
    let root = Path::new(ROOT);
    let config = Config::load(Some(&root.join("conform.toml"))).map_err(|error| error.to_string())?;
    let below = |paths: &[PathBuf]| paths.iter().map(|path| root.join(path)).collect();
    let sources =
        Sources { specs: below(&config.specs), overlays: below(&config.overlays), cases: below(&config.cases) };
    let generation =
        generate::Settings { seed: config.seed, mark: vec!["referenceId".to_owned()], ..generate::Settings::default() };
    Suite::load(&sources, &generation).map_err(|errors| {
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        messages.join("\n").into()
    })
}

/// The default environment, somewhere else.
pub(crate) fn environment(base_url: &str, token: &str) -> Result<Environment> {
    let config = Config::load(None).map_err(|error| error.to_string())?;
    let mut environment = config.environment(None, &Overrides::default(), &|_| None)?;
    environment.target = Target::BaseUrl(base_url.to_owned());
    environment.credentials.push((None, Secret::new(token)));
    Ok(environment)
}

/// The operation that answers with a page of customers.
pub(crate) fn list(contract: &Contract) -> Result<&Operation> {
    contract.operations.iter().find(|operation| *operation.id.0 == *"GetAllCustomers").ok_or_else(|| "no list".into())
}
