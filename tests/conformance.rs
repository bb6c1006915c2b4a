//! The suite as a test harness: `cargo test --test conformance`, or `cargo nextest run --test conformance`. Against the
//! sandbox, or against the environment of `conform.toml` that `CONFORM_ENV` names.

#![expect(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program of its own, which reads its process itself"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use conform::config::{Config, Overrides};
use conform::generate;
use conform::harness::Harness;
use conform::plan::Selection;
use conform::suite::{Settings, Sources, Suite};
use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match harness() {
        Ok(harness) => libtest_mimic::run(&arguments, Box::leak(Box::new(harness)).trials()).exit_code(),
        Err(message) => {
            eprintln!("Error: {message}");
            ExitCode::from(2)
        }
    }
}

fn harness() -> Result<Harness, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let config = Config::load(Some(&root.join("conform.toml"))).map_err(|error| error.to_string())?;
    let lookup = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let environment = config
        .environment(lookup("CONFORM_ENV").as_deref(), &Overrides::default(), &lookup)
        .map_err(|error| error.to_string())?;
    let below = |paths: &[PathBuf]| paths.iter().map(|path| root.join(path)).collect();
    let sources =
        Sources { specs: below(&config.specs), overlays: below(&config.overlays), cases: below(&config.cases) };
    let generation = generate::Settings { seed: config.seed, mark: environment.mark.clone() };
    let suite = Suite::load(&sources, &generation)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let selection = Selection { exclude: environment.exclude.clone(), ..Selection::default() };
    let settings = Settings { seed: config.seed, selection, levels: config.changed_levels(), journal: None };
    Ok(Harness::new(suite, environment, settings))
}
