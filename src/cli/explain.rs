//! `conform explain`: a rule's page.

use std::io::Write;

use clap::Args;

use crate::document::nearest;
use crate::{check, law, lint, mutation};

use super::terminal::Terminal;
use super::{Stop, exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The rule, the id of a drift, or a way to break a request; without it all rules are listed
    id: Option<String>,
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<u8, Stop> {
    let checks = check::registry::CHECKS.iter().map(|check| (check.id, check.title, check.page));
    let laws = law::registry::LAWS.iter().map(|law| (law.id, law.title, law.page));
    let lints = lint::registry::LINTS.iter().map(|lint| (lint.id, lint.title, lint.page));
    let mutations = mutation::registry::MUTATIONS.iter().map(|mutation| (mutation.id, mutation.title, mutation.page));
    let families = [
        ("Rules for answers, judged by `run`:", checks.collect::<Vec<_>>()),
        (
            "\nLaws over several answers, judged by `run` where the documents declare what they apply to:",
            laws.collect(),
        ),
        ("\nRules for documents, judged by `lint`:", lints.collect()),
        ("\nWays to break a request, families of cases in `list`:", mutations.collect()),
    ];
    let mut out = std::io::stdout().lock();
    let Some(id) = &arguments.id else {
        for (heading, pages) in &families {
            writeln!(out, "{heading}")?;
            for (id, title, _) in pages {
                writeln!(out, "  {id:<26} {title}")?;
            }
        }
        return Ok(exit::CONFORMANT);
    };
    // The id of a drift begins with its rule.
    let rule = id.split('/').next().unwrap_or(id);
    let pages = || families.iter().flat_map(|(_, pages)| pages);
    let Some((_, _, page)) = pages().find(|(name, _, _)| *name == rule) else {
        let help = nearest(rule, pages().map(|(name, _, _)| *name))
            .map_or_else(|| "`conform explain` lists all rules".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Stop::with_help(format!("there is no rule `{}`", rule.escape_debug()), help));
    };
    writeln!(out, "{}", page.trim_end())?;
    Ok(exit::CONFORMANT)
}
