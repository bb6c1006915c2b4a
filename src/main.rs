//! The binary: nothing but the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(conform::cli::main(std::env::args_os()))
}
