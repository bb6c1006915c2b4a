//! `conform explain`: a rule's page.

use std::io::Write;

use clap::Args;

use crate::document::nearest;
use crate::{check, lint};

use super::terminal::Terminal;
use super::{Stop, exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The rule, or the id of a drift; without it all rules are listed
    id: Option<String>,
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<u8, Stop> {
    let checks = check::registry::CHECKS.iter().map(|check| (check.id, check.title, check.page));
    let lints = lint::registry::LINTS.iter().map(|lint| (lint.id, lint.title, lint.page));
    let pages: Vec<(&str, &str, &str)> = checks.chain(lints).collect();
    let mut out = std::io::stdout().lock();
    let Some(id) = &arguments.id else {
        let (of_answers, of_documents) = pages.split_at(check::registry::CHECKS.len().min(pages.len()));
        for (heading, pages) in [
            ("Rules for answers, judged by `run`:", of_answers),
            ("\nRules for documents, judged by `lint`:", of_documents),
        ] {
            writeln!(out, "{heading}")?;
            for (id, title, _) in pages {
                writeln!(out, "  {id:<26} {title}")?;
            }
        }
        return Ok(exit::CONFORMANT);
    };
    // The id of a drift begins with its rule.
    let rule = id.split('/').next().unwrap_or(id);
    let Some((_, _, page)) = pages.iter().find(|(name, _, _)| *name == rule) else {
        let help = nearest(rule, pages.iter().map(|(name, _, _)| *name))
            .map_or_else(|| "`conform explain` lists all rules".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Stop::with_help(format!("there is no rule `{}`", rule.escape_debug()), help));
    };
    writeln!(out, "{}", page.trim_end())?;
    Ok(exit::CONFORMANT)
}
