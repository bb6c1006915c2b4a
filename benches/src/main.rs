//! What `conform` costs, as ratios within one run: `cargo run --release -p conform-benches`. See docs/performance.md.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program of its own, which reads its process and prints itself"
)]

mod child;
mod cpu;
mod exchange;
mod load;
mod memory;
mod start;
mod subject;
mod suite;
mod table;

use std::error::Error;
use std::process::ExitCode;

use table::Table;

/// Whatever goes wrong ends the program: a figure that is not there says nothing.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        // The program starts itself where a process of its own is measured.
        ["serve"] => child::serve(),
        ["run", base_url, token, times] => memory::run(base_url, token, times),
        ["conform", ..] => return ExitCode::from(conform::cli::main(std::env::args_os().skip(1))),
        names => rows(names),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::from(2)
        }
    }
}

/// What adds rows to the table.
type Rows = fn(&mut Table) -> Result<()>;

const GROUPS: [(&str, Rows); 5] = [
    ("exchange", exchange::rows),
    ("start", start::rows),
    ("load", load::rows),
    ("suite", suite::rows),
    ("memory", memory::rows),
];

/// Measures the groups of these names, or all.
fn rows(names: &[&str]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !GROUPS.iter().any(|(known, _)| known == *name)) {
        let known = GROUPS.map(|(name, _)| name).join(", ");
        return Err(format!("there is no group `{unknown}`; known are {known}").into());
    }
    let mut table = Table::default();
    for (name, rows) in GROUPS {
        if names.is_empty() || names.contains(&name) {
            rows(&mut table)?;
        }
    }
    println!("{} cores; medians of interleaved rounds; CPU is that of the client alone\n\n{table}", cpu::cores());
    Ok(())
}
