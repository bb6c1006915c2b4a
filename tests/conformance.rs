//! The suite as a test harness: `cargo test --test conformance`, or `cargo nextest run --test conformance`. Against the
//! sandbox, or against the environment of `conform.toml` that `CONFORM_ENV` names. See docs/harness.md.

#![expect(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program of its own, which reads its process itself"
)]

use std::path::Path;
use std::process::ExitCode;

use conform::harness::Harness;
use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    match Harness::load(root, variable("CONFORM_ENV").as_deref(), &variable) {
        Ok(harness) => {
            let harness: &'static Harness = Box::leak(Box::new(harness));
            arguments.test_threads = arguments.test_threads.or(harness.threads());
            // nextest's JUnit report shows a line `Error: …` of standard error as the message of a failure; libtest-mimic
            // itself prints the whole text.
            let tell: fn(&str) = if variable("NEXTEST").is_some() { |line| eprintln!("{line}") } else { |_| () };
            libtest_mimic::run(&arguments, harness.trials(tell)).exit_code()
        }
        Err(message) => {
            eprintln!("Error: {message}");
            ExitCode::from(2)
        }
    }
}
