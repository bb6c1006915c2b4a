//! `conform bundle`: one document in place of many, or what the overlays add to each.

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use similar::ChangeTag;

use crate::bundle::{self, diff};
use crate::contract::Contract;
use crate::document::Format;

use super::output::Output;
use super::terminal::Terminal;
use super::{ContractArguments, Stop, exit};

#[derive(Debug, Args)]
#[command(after_long_help = "\
Components of one name that mean the same are shared. Where they do not, the first document keeps the name and the \
others are called Name_Document. Servers and security that documents state differently go down to the operations.

Examples:
  conform bundle -o api.yaml               one document for generators, gateways and portals
  conform bundle --specs api/ --format json
  conform bundle --diff                    what the overlays add to each document, and why
  conform bundle --diff | less -R")]
pub(super) struct Arguments {
    #[command(flatten)]
    contract: ContractArguments,
    /// Show the changes that overlays make to each document, under the actions that make them
    #[arg(long, conflicts_with = "format")]
    diff: bool,
    /// How to print; else as the file's ending says, or the first document
    #[arg(long, value_enum)]
    format: Option<Printed>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Printed {
    /// RFC 8259
    Json,
    /// YAML 1.2
    Yaml,
}

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.contract.config()?;
    let sources = arguments.contract.sources(&config)?;
    let contract = Contract::load(&sources.specs, &sources.overlays)?;
    if arguments.diff {
        let color = terminal.color && arguments.output.is_screen();
        arguments.output.write(&differences(&contract, color))?;
        return Ok(exit::CONFORMANT);
    }
    let bundle = bundle::bundle(&contract)?;
    terminal.remark(&bundle.warnings);
    arguments.output.write(&diff::printed(&bundle.value, format(arguments, &contract)))?;
    Ok(exit::CONFORMANT)
}

fn format(arguments: &Arguments, contract: &Contract) -> Format {
    let ending = arguments.output.file().and_then(|file| file.extension()).map(std::ffi::OsStr::to_ascii_lowercase);
    match (arguments.format, ending.as_ref().and_then(|ending| ending.to_str())) {
        (Some(Printed::Json), _) | (None, Some("json")) => Format::Json,
        (Some(Printed::Yaml), _) | (None, Some("yaml" | "yml")) => Format::Yaml,
        _ => contract.sources.first().map_or(Format::Yaml, |source| source.published.format()),
    }
}

/// The changes of all documents; documents that no overlay changes are not spoken of.
fn differences(contract: &Contract, color: bool) -> String {
    let style = |style: Style| if color { style } else { Style::new() };
    let (bold, dim) = (style(Style::new().bold()), style(Style::new().dimmed()));
    let cyan = style(AnsiColor::Cyan.on_default());
    let mut lines = Vec::new();
    for source in &contract.sources {
        let hunks = diff::diff(source);
        let name = harmless(source.published.name());
        if hunks.is_empty() {
            continue;
        }
        lines.push(format!("{bold}--- {name} as published{bold:#}"));
        lines.push(format!("{bold}+++ {name} with overlays{bold:#}"));
        for hunk in hunks {
            for (file, position, description) in hunk.actions {
                let description = harmless(&description);
                lines.push(format!("{dim}# {}:{position}: {description}{dim:#}", harmless(&file)));
            }
            lines.push(format!("{cyan}{}{cyan:#}", hunk.header));
            for (tag, line) in hunk.lines {
                let style = style(match tag {
                    ChangeTag::Delete => AnsiColor::Red.on_default(),
                    ChangeTag::Insert => AnsiColor::Green.on_default(),
                    ChangeTag::Equal => Style::new(),
                });
                lines.push(format!("{style}{tag}{}{style:#}", harmless(&line)));
            }
        }
    }
    if lines.is_empty() {
        lines.push("no overlay changes any document".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}

/// On one line, without what would steer a terminal.
fn harmless(text: &str) -> String {
    text.trim_end().replace('\n', " ").replace(char::is_control, "\u{fffd}")
}
