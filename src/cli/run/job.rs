//! One environment of a run, with everything that its run depends on; made before anything is sent.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::baseline::Known;
use crate::config::{Config, ConfigError, Overrides};
use crate::environment::{Class, Environment, Target};
use crate::report::folder;
use crate::run::JournalPlace;
use crate::suite::{self, Suite};

use super::super::failed::Failed;
use super::super::terminal::variable;
use super::super::{Stop, known, slip, stored};
use super::Arguments;

/// A run in one environment.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) suite: Suite,
    pub(super) environment: Environment,
    pub(super) settings: suite::Settings,
    /// Where its reports go, if not where those of the environment are.
    pub(super) report_dir: Option<PathBuf>,
}

/// A job for each environment that is named, or for the usual one.
pub(super) fn all(arguments: &Arguments, config: &Config) -> Result<Vec<Job>, Stop> {
    let several = arguments.env.len() > 1;
    for (flag, given) in [("--base-url", arguments.base_url.is_some()), ("--token-env", arguments.token_env.is_some())]
    {
        if several && given {
            return Err(Stop::with_help(
                format!("{flag} cannot be meant for each of {} environments", arguments.env.len()),
                "give each its own in conform.toml, in [env.NAME]",
            ));
        }
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = arguments.env.iter().find(|name| !names.insert(name.as_str())) {
        return Err(Stop::with_help(format!("`--env {twice}` is given twice"), "name each environment once"));
    }
    if !several {
        return Ok(vec![job(arguments, config, arguments.env.first().map(String::as_str), None)?]);
    }
    let one = |name: &String| {
        let own = arguments.report_dir.as_ref().map(|dir| dir.join(folder::component(name)));
        job(arguments, config, Some(name), own)
    };
    arguments.env.iter().map(one).collect()
}

fn job(arguments: &Arguments, config: &Config, name: Option<&str>, own: Option<PathBuf>) -> Result<Job, Stop> {
    let report_dir = own.or_else(|| arguments.report_dir.clone());
    let mut environment = environment(arguments, config, name)?;
    let mut generation = arguments.plan.generation(config, &environment.mark, environment.hostile);
    let failed = Failed::last(&arguments.plan, config, &environment.name, report_dir.as_deref())?;
    if let Some(failed) = &failed {
        failed.seed(&arguments.plan, &mut generation);
    }
    let known = accepted(arguments, config, &environment)?;
    let mut suite = Suite::load(&arguments.sources.sources(config)?, &generation)?;
    slip::filters(&mut suite, &arguments.plan)?;
    if let Some(failed) = &failed {
        failed.check(&mut suite)?;
    }
    slip::names(&suite, config, &environment)?;
    slip::place(&suite, &environment)?;
    suite.notes.extend(slip::without_token(&suite, &environment));
    suite.notes.extend(config.guard(&mut environment, &suite.contract.operations));
    if environment.class == Class::Production && !arguments.i_mean_production {
        return Err(Stop::with_help(
            format!("`{}` is production", environment.name),
            "say --i-mean-production if that is meant; only GET, HEAD and OPTIONS are sent then",
        ));
    }
    let selection = arguments.plan.selection(config, &environment, failed);
    let home = report_dir.clone().unwrap_or_else(|| stored::home(config, &environment.name));
    folder::prepare(&home).map_err(|error| unwritable(&error))?;
    let settings = suite::Settings {
        seed: generation.seed,
        selection,
        limits: arguments.limits(),
        levels: config.changed_levels(),
        undo_log: undo_log(&home, &environment),
        journal: Some(match &report_dir {
            Some(folder) => JournalPlace::Folder(folder.clone()),
            None => JournalPlace::Below(home),
        }),
        known,
        ..suite::Settings::default()
    };
    Ok(Job { suite, environment, settings, report_dir })
}

/// What is accepted in this environment today.
fn accepted(arguments: &Arguments, config: &Config, environment: &Environment) -> Result<Known, Stop> {
    if arguments.no_baseline {
        return Ok(Known::default());
    }
    Ok(Known { baseline: suite::baseline(&known::file(config, &environment.name))?, today: known::today() })
}

fn environment(arguments: &Arguments, config: &Config, name: Option<&str>) -> Result<Environment, Stop> {
    let overrides = Overrides {
        base_url: arguments.base_url.clone(),
        token_env: arguments.token_env.clone(),
        exclude: arguments.plan.exclude.clone(),
        concurrency: arguments.concurrency.map(|n| n as usize),
        rate: arguments.rate,
        timeout: arguments.timeout,
        ..Overrides::default()
    };
    let environment = resolve(config, name, &overrides)?;
    if environment.target == Target::Sandbox && arguments.token_env.is_some() {
        return Err(Stop::with_help(
            format!("the environment `{}` is started by the run itself, with a token of its own", environment.name),
            "leave --token-env out, or say which environment is meant: --env NAME or --base-url URL",
        ));
    }
    Ok(environment)
}

/// The environment of this name, with the variables of the process.
pub(in super::super) fn resolve(
    config: &Config,
    name: Option<&str>,
    overrides: &Overrides,
) -> Result<Environment, Stop> {
    let environment = config.environment(name, overrides, &|name| variable(name));
    environment.map_err(|error| match &error {
        ConfigError::NotSet { variable, .. } => Stop::with_help(
            error.to_string(),
            format!("put it there, without printing it: read -rs {variable} && export {variable}"),
        ),
        _ => Stop::message(error.to_string()),
    })
}

/// The log of what is created in the environment; the sandbox ends with the run and needs none.
fn undo_log(home: &Path, environment: &Environment) -> Option<PathBuf> {
    (environment.class != Class::Sandbox && environment.writes).then(|| home.join("created.ndjson"))
}

/// What to do about a folder that cannot be written.
pub(super) fn unwritable(error: &folder::FolderError) -> Stop {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Stop::with_help(format!("{error}{cause}"), "choose another folder with --report-dir")
}
