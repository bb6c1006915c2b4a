//! `conform prove --through`: the suite against a healthy service behind a proxy that lies, and what survived.

use std::io::Write;
use std::num::NonZeroUsize;

use serde_json::json;
use tokio::sync::watch;

use crate::config::Overrides;
use crate::contract::base_url::base_url;
use crate::drift::Level;
use crate::environment::{Class as Place, Environment, Target};
use crate::liar::catalogue::lies;
use crate::liar::{Class, Lie, Scene};
use crate::plan::{Selection, names_case};
use crate::prove::Verdict;
use crate::prove::through::{Healthy, Through, Trial};
use crate::run::Limits;
use crate::suite::{Settings, Suite};

use super::{Arguments, Format, generation, rank, said, told};
use crate::cli::signal::Signals;
use crate::cli::terminal::Terminal;
use crate::cli::{Stop, exit, run, slip};

pub(super) fn run(arguments: &Arguments, terminal: &Terminal) -> Result<u8, Stop> {
    let config = arguments.sources.contract.config()?;
    let overrides = Overrides {
        base_url: arguments.through.clone().flatten(),
        token_env: arguments.token_env.clone(),
        ..Overrides::default()
    };
    let mut environment = run::resolve(&config, arguments.env.as_deref(), &overrides)?;
    let generation = generation(&config, &environment);
    let suite = Suite::load(&arguments.sources.sources(&config)?, &generation)?;
    slip::names(&suite, &config, &environment)?;
    let guarded = config.guard(&mut environment, &suite.contract.operations);
    if environment.class == Place::Production {
        let why = guarded.unwrap_or_else(|| format!("`{}` is production", environment.name));
        return Err(Stop::with_help(why, "nothing is proved there: choose a test environment"));
    }
    let upstream = upstream(&suite, &environment)?;
    let chosen = chosen(arguments, lies(&suite.contract, &environment.mark))?;
    let settings = Settings {
        seed: config.seed,
        selection: Selection {
            exclude: environment.exclude.clone(),
            read_only: !environment.writes,
            environment: Some(environment.name.clone()),
            ..Selection::default()
        },
        limits: Limits::default(),
        levels: config.changed_levels(),
        ..Settings::default()
    };
    let through = Through {
        suite: &suite,
        environment: &environment,
        settings: &settings,
        scene: Scene::of(&suite.contract),
        ended: interrupted()?,
    };
    let healthy = through.healthy(&upstream).map_err(|error| Stop::message(error.to_string()))?;
    if healthy.exit_code == exit::INTERRUPTED {
        return Ok(exit::INTERRUPTED);
    }
    if healthy.exit_code > exit::DRIFT {
        let why = healthy.reasons.join("; ");
        return Err(Stop::with_help(
            format!("without any lie there is no verdict to compare with: {why}"),
            "make `conform run` reach one there first",
        ));
    }
    let tell = |trial: &Trial| {
        if terminal.interactive {
            drop(writeln!(std::io::stderr(), "{}: {}", trial.lie.id, said(&trial.verdict)));
        }
    };
    let jobs = arguments.jobs.map_or(1, NonZeroUsize::get);
    let trials = through.prove(&chosen, &healthy, jobs, &tell).map_err(|error| Stop::message(error.to_string()))?;
    match arguments.format {
        Format::Text => text(&healthy, &trials)?,
        Format::Json => {
            let rows: Vec<_> = trials.iter().map(row).collect();
            writeln!(
                std::io::stdout(),
                "{:#}",
                json!({ "healthy": healthy.drifts.keys().collect::<Vec<_>>(), "trials": rows })
            )?;
        }
    }
    if trials.len() < chosen.len() {
        return Ok(exit::INTERRUPTED);
    }
    let survived = trials.iter().any(|trial| matches!(trial.verdict, Verdict::Survived(_)));
    Ok(if survived { exit::DRIFT } else { exit::CONFORMANT })
}

/// The one base URL of the service.
fn upstream(suite: &Suite, environment: &Environment) -> Result<String, Stop> {
    if environment.target == Target::Sandbox {
        return Err(Stop::with_help(
            format!("the environment `{}` is started by the run itself", environment.name),
            "say where the service is: --through BASE_URL, or --env NAME of one that is somewhere; without --through, the faults of the sandbox are tried",
        ));
    }
    let usable = suite.contract.operations.iter().filter(|operation| operation.disabled.is_none());
    let mut urls: Vec<String> = usable.filter_map(|operation| base_url(operation, &environment.target).ok()).collect();
    urls.sort();
    urls.dedup();
    match <[String; 1]>::try_from(urls) {
        Ok([url]) => Ok(url),
        Err(urls) => Err(Stop::with_help(
            format!("`{}` lives at {} base URLs, and a proxy stands in front of one", environment.name, urls.len()),
            "say which: --through BASE_URL",
        )),
    }
}

/// The lies that the arguments mean.
fn chosen(arguments: &Arguments, mut lies: Vec<Lie>) -> Result<Vec<Lie>, Stop> {
    for wanted in &arguments.fault {
        if !lies.iter().any(|lie| names_case(wanted, &lie.id, &lie.id)) {
            let help = crate::document::nearest(wanted, lies.iter().map(|lie| lie.id.as_str())).map_or_else(
                || "`*` and `?` stand for any characters and any one, as in 'dropped-field/*'".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(Stop::with_help(format!("there is no lie `{wanted}`"), help));
        }
    }
    if !(arguments.fault.is_empty() && arguments.class.is_empty()) {
        let classes: Vec<&str> = arguments.class.iter().map(|class| class.name()).collect();
        let named = |lie: &Lie| arguments.fault.iter().any(|wanted| names_case(wanted, &lie.id, &lie.id));
        lies.retain(|lie| named(lie) || classes.contains(&lie.class.name()));
    }
    Ok(lies)
}

/// Becomes true when somebody wants it to end; who asks again gets it at once.
fn interrupted() -> Result<watch::Receiver<bool>, Stop> {
    let (ask, asked) = watch::channel(false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::new()
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            signals.next().await;
            drop(writeln!(std::io::stderr(), "interrupted: removing what was created; once more ends at once"));
            ask.send_replace(true);
            signals.next().await;
            #[expect(clippy::exit, reason = "whoever asks twice does not want to wait for anything")]
            std::process::exit(i32::from(exit::INTERRUPTED));
        });
    });
    Ok(asked)
}

fn row(trial: &Trial) -> serde_json::Value {
    let (noticed, rules, reasons) = told(&trial.verdict);
    json!({
        "lie": trial.lie.id,
        "title": trial.lie.title,
        "class": trial.lie.class.name(),
        "noticed": noticed,
        "rules": rules,
        "reasons": reasons,
        "told": trial.told,
        "requests": trial.requests,
        "milliseconds": trial.took.as_millis(),
    })
}

fn text(healthy: &Healthy, trials: &[Trial]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for (drift, level) in &healthy.drifts {
        let what = if *level == Level::Error { "error" } else { "warning" };
        writeln!(out, "without any lie: {what} {drift}; nothing is claimed by it")?;
    }
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    ranked.sort_by_key(|trial| rank(&trial.verdict));
    let widest = ranked.iter().map(|trial| trial.lie.id.len()).max().unwrap_or_default();
    for trial in ranked {
        let Trial { lie, verdict, told, requests, took } = trial;
        let (seconds, said) = (took.as_secs_f64(), said(verdict));
        writeln!(out, "{:widest$}  {told:5} lies  {requests:5} requests  {seconds:5.1} s  {said}", lie.id)?;
        if matches!(verdict, Verdict::Survived(_)) {
            writeln!(out, "{:widest$}  {}", "", lie.title)?;
        }
    }
    writeln!(out)?;
    for class in Class::ALL {
        let of_class: Vec<&Trial> = trials.iter().filter(|trial| trial.lie.class == class).collect();
        score(&mut out, class.name(), &of_class)?;
    }
    score(&mut out, "all", &trials.iter().collect::<Vec<_>>())
}

/// How many of the lies that were told were noticed.
fn score(out: &mut impl Write, name: &str, trials: &[&Trial]) -> std::io::Result<()> {
    let count = |wanted: fn(&Verdict) -> bool| trials.iter().filter(|trial| wanted(&trial.verdict)).count();
    let idle = count(|verdict| *verdict == Verdict::NotExercised);
    let rightly = count(|verdict| matches!(verdict, Verdict::Rightly(_)));
    let accident = count(|verdict| matches!(verdict, Verdict::ByAccident(_)));
    if trials.is_empty() {
        return Ok(());
    }
    let (noticed, told) = (rightly + accident, trials.len() - idle);
    let accident = if accident == 0 { String::new() } else { format!(", {accident} by accident") };
    let idle = if idle == 0 { String::new() } else { format!("; {idle} not exercised") };
    writeln!(out, "{name:7} {noticed} of {told} noticed{accident}{idle}")
}
