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
        [] => every_row(),
        // The program starts itself where a process of its own is measured.
        ["serve"] => child::serve(),
        ["run", base_url, token, times] => memory::run(base_url, token, times),
        ["conform", ..] => return ExitCode::from(conform::cli::main(std::env::args_os().skip(1))),
        _ => Err("usage: conform-benches".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error}");
            ExitCode::from(2)
        }
    }
}

fn every_row() -> Result<()> {
    let mut table = Table::default();
    println!("{} cores; medians of interleaved rounds; CPU is that of the client process alone\n", cpu::cores());
    exchange::rows(&mut table)?;
    start::rows(&mut table)?;
    load::rows(&mut table)?;
    suite::rows(&mut table)?;
    memory::rows(&mut table)?;
    print!("{table}");
    Ok(())
}
