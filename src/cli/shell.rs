//! `conform completions` and `conform man`.

use std::io::Write;

use clap::{Args, CommandFactory};

use super::terminal::Terminal;
use super::{Cli, Stop, exit};

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn completions(arguments: &Completions, _terminal: &Terminal) -> Result<u8, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "conform", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(exit::CONFORMANT)
}

pub(super) fn man(_terminal: &Terminal) -> Result<u8, Stop> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(exit::CONFORMANT)
}
