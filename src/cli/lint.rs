//! `conform lint`: the documents judged by themselves.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::contract::Contract;
use crate::document::Severity;
use crate::law::declared::Declared;
use crate::lint;

use super::terminal::Terminal;
use super::{ContractArguments, Stop, exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    contract: ContractArguments,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 on warnings, too, not on errors alone
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the line and a caret
    Text,
    /// One line each: `file:line:column: severity: message`
    Short,
    /// An array
    Json,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.contract.config()?;
    let sources = arguments.contract.sources(&config)?;
    let contract = Contract::load(&sources.specs, &sources.overlays)?;
    let found = lint::registry::judge(&contract);
    let declared = Declared::read(&contract).map_or_else(|errors| errors, |declared| declared.warnings);
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text | Format::Short => {
            let noticed = contract.warnings.iter().chain(&declared).cloned();
            let all = noticed.chain(found.iter().map(|found| found.diagnostic(&contract)));
            for diagnostic in all {
                if arguments.format == Format::Short {
                    writeln!(out, "{diagnostic}")?;
                } else {
                    writeln!(out, "{}\n", diagnostic.render(terminal.color, terminal.width))?;
                }
            }
            let operations = match contract.operations.len() {
                1 => "1 operation".to_owned(),
                many => format!("{many} operations"),
            };
            let counted = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")].map(
                |(severity, word)| {
                    let count = found.iter().filter(|found| found.severity == severity).count();
                    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
                },
            );
            writeln!(out, "{operations}: {}", counted.join(", "))?;
        }
        Format::Json => {
            let rows: Vec<_> = found
                .iter()
                .map(|found| {
                    let (file, position) = found.locate(&contract);
                    json!({
                        "lint": found.lint,
                        "severity": found.severity.to_string(),
                        "document": file,
                        "line": position.line,
                        "column": position.column,
                        "pointer": found.place.pointer,
                        "message": found.message,
                        "help": found.help,
                    })
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &rows).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    let worst = found.iter().map(|found| found.severity).max();
    let fails = worst == Some(Severity::Error) || (arguments.strict && worst == Some(Severity::Warning));
    Ok(if fails { exit::DRIFT } else { exit::CONFORMANT })
}
