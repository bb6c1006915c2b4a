//! Slips of the caller that would otherwise show as an empty or failing run: names that name nothing, a place that nobody
//! knows, a token that is missing.

use crate::config::Config;
use crate::contract::base_url::{BaseUrlError, base_url};
use crate::document::nearest;
use crate::environment::{Class, Environment, Target};
use crate::plan::names_case;
use crate::suite::{self, Suite};

use super::Stop;
use super::plan::PlanArguments;

/// Names in the configuration that name nothing would change nothing, silently.
pub(super) fn names(suite: &Suite, config: &Config, environment: &Environment) -> Result<(), Stop> {
    let rules: Vec<&str> = suite::rules().collect();
    let operations: Vec<&str> = suite.contract.operations.iter().map(|operation| &*operation.id.0).collect();
    let mut unknown = config.unknown_levels(&rules, &operations);
    unknown.extend(config.unknown_excluded(&environment.name, &operations));
    if unknown.is_empty() { Ok(()) } else { Err(Stop::Diagnostics(unknown)) }
}

/// What is wrong with each of `names` that is no operation, and what would be right.
pub(super) fn unknown_operations(suite: &Suite, names: &[String]) -> Vec<(String, String)> {
    let operations: Vec<&str> = suite.contract.operations.iter().map(|operation| &*operation.id.0).collect();
    unknown("no document has an operation", names, &operations, |name| operations.contains(&name))
}

fn unknown(what: &str, names: &[String], known: &[&str], is_known: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let unknown = names.iter().filter(|name| !is_known(name));
    unknown
        .map(|name| {
            let help = nearest(name, known.iter().copied())
                .map_or_else(|| "`conform list` shows all".to_owned(), |near| format!("did you mean `{near}`?"));
            (format!("{what} `{}`", name.escape_debug()), help)
        })
        .collect()
}

/// A name among others that names nothing is a mistake; where none names anything nothing is selected, which is an outcome
/// of its own, with a report.
pub(super) fn filters(suite: &mut Suite, plan: &PlanArguments) -> Result<(), Stop> {
    let (only, named) = (&plan.only, &plan.case);
    let cases: Vec<&str> = suite.cases.iter().flat_map(|case| [&*case.id.0, &*case.name]).collect();
    // What is never to be called must not be called because of a slip.
    if let Some((message, help)) = unknown_operations(suite, &plan.exclude).into_iter().next() {
        return Err(Stop::with_help(message, help));
    }
    let mut tags: Vec<&str> = suite.cases.iter().flat_map(|case| &case.tags).map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    let is_case = |wanted: &str| suite.cases.iter().any(|case| names_case(wanted, &case.id.0, &case.name));
    let filters = [
        (only, unknown_operations(suite, only)),
        (named, unknown("there is no case", named, &cases, is_case)),
        (&plan.tag, unknown("no case has the tag", &plan.tag, &tags, |tag| tags.contains(&tag))),
    ];
    for (names, unknown) in filters {
        if let (true, Some((message, help))) = (unknown.len() < names.len(), unknown.first()) {
            return Err(Stop::with_help(message, help));
        }
        suite.notes.extend(unknown.into_iter().map(|(message, help)| format!("{message}; {help}")));
    }
    Ok(())
}

/// Why everything is about to be refused, if it is.
pub(super) fn without_token(suite: &Suite, environment: &Environment) -> Option<String> {
    let wanted = suite.contract.operations.iter().filter(|operation| operation.needs_credentials()).count();
    let none = environment.credentials.is_empty() && environment.class != Class::Sandbox;
    (none && wanted > 0).then(|| {
        let of = suite.contract.operations.len();
        format!("{wanted} of {of} operations ask for credentials, and none are given: --token-env, or `token-env` in conform.toml, names the variable that holds them")
    })
}

/// A place that no document knows is a slip in the configuration, not an environment that fails.
pub(super) fn place(suite: &Suite, environment: &Environment) -> Result<(), Stop> {
    let Target::Server(wanted) = &environment.target else { return Ok(()) };
    let at = |operation| base_url(operation, &environment.target);
    let operations = &suite.contract.operations;
    if operations.is_empty() || !operations.iter().all(|one| matches!(at(one), Err(BaseUrlError::NoServer { .. }))) {
        return Ok(());
    }
    let mut known: Vec<&str> =
        operations.iter().flat_map(|one| &one.servers).map(|server| server.description.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    known.retain(|description| !description.is_empty());
    let known =
        if known.is_empty() { "they describe none".to_owned() } else { format!("they describe {}", known.join(", ")) };
    Err(Stop::with_help(
        format!(
            "the environment `{}` asks for the server `{wanted}`, and no document describes one so",
            environment.name
        ),
        format!("{known}; or give its URL: --base-url, or base-url in conform.toml"),
    ))
}
