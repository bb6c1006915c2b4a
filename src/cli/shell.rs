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

#[derive(Debug, Args)]
pub(super) struct Manual {
    /// The command whose page is wanted; without it that of the whole program
    command: Option<String>,
}

pub(super) fn man(arguments: &Manual, _terminal: &Terminal) -> Result<u8, Stop> {
    let mut program = Cli::command();
    program.build();
    let command = match &arguments.command {
        None => &program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| {
            Stop::with_help(format!("there is no command `{}`", name.escape_debug()), "`conform --help` lists them")
        })?,
    };
    let name = command.get_display_name().unwrap_or("conform").to_owned();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone().display_name(name)).render(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(exit::CONFORMANT)
}
