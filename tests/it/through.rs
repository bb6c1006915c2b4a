//! Lies about a healthy service of one's own: the suite notices them, and one that lacks a rule shows what it would miss.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use conform::config::{Config, Overrides};
use conform::drift::levels::Levels;
use conform::environment::Environment;
use conform::liar::catalogue::lies;
use conform::liar::{Class, Lie, Scene};
use conform::plan::Selection;
use conform::prove::Verdict;
use conform::prove::through::{Healthy, Through, Trial};
use conform::sandbox::{Options, Sandbox};
use conform::suite::Settings;
use tokio::sync::watch;

/// The cases of one operation that only reads.
const READS: &str = "GetOneCustomer *";

fn environment(base_url: &str, token: &str) -> Environment {
    let overrides = Overrides {
        base_url: Some(base_url.to_owned()),
        token_env: Some("TOKEN".to_owned()),
        timeout: Some(Duration::from_secs(20)),
        ..Overrides::default()
    };
    let lookup = |name: &str| (name == "TOKEN").then(|| token.to_owned());
    Config::load(None).unwrap().environment(None, &overrides, &lookup).unwrap()
}

/// What becomes of the lies about a healthy service that `meant` leaves, with these levels and cases.
async fn prove(levels: Levels, cases: &[&str], meant: fn(&Lie) -> bool) -> (Healthy, Vec<Trial>) {
    let sandbox = Sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), Options::default()).await.unwrap();
    let (base_url, token) = (sandbox.base_url(), sandbox.token().to_owned());
    let selection = Selection { cases: cases.iter().map(|case| (*case).to_owned()).collect(), ..Selection::default() };
    let work = move || {
        let (suite, environment) = (&*crate::SUITE, environment(&base_url, &token));
        let settings = Settings { seed: 1, levels, selection, ..Settings::default() };
        let mut lies = lies(&suite.contract, &environment.mark);
        lies.retain(meant);
        let (_ask, ended) = watch::channel(false);
        let scene = Scene::of(&suite.contract);
        let through = Through { suite, environment: &environment, settings: &settings, scene, ended };
        let healthy = through.healthy(&base_url).unwrap();
        let trials = through.prove(&lies, &healthy, 2, &|_| {}).unwrap();
        assert_eq!(trials.len(), lies.len());
        (healthy, trials)
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// What survived, and why.
fn survivors(trials: &[Trial]) -> BTreeMap<&str, &[String]> {
    let survived = trials.iter().filter_map(|trial| match &trial.verdict {
        Verdict::Survived(reasons) => Some((trial.lie.id.as_str(), reasons.as_slice())),
        _ => None,
    });
    survived.collect()
}

fn about_the_read(lie: &Lie) -> bool {
    &*lie.operation.0 == "GetOneCustomer" && matches!(lie.class, Class::Access | Class::Body)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lied_about_a_read_is_noticed_by_the_rule_that_may() {
    let (healthy, trials) = prove(Levels::default(), &[READS], about_the_read).await;
    assert!(healthy.drifts.is_empty(), "{:?}", healthy.drifts);
    let lied: BTreeSet<&str> = trials.iter().map(|trial| trial.lie.kind).collect();
    for kind in ["dropped-field", "retyped", "nulled", "new-enum-value", "broken-format", "skipped-authentication"] {
        assert!(lied.contains(kind), "{kind}: {lied:?}");
    }
    for trial in &trials {
        let exercised = matches!(trial.verdict, Verdict::Rightly(_)) && trial.told > 0;
        assert!(exercised, "{}: {:?}", trial.lie.id, trial.verdict);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_is_switched_off_shows_as_what_it_would_notice() {
    let off = Levels::new(BTreeMap::from([("wrong-body".to_owned(), None)]));
    let (_, trials) = prove(off, &[READS], about_the_read).await;
    let only: BTreeSet<&str> = trials
        .iter()
        .filter(|trial| trial.lie.noticed_by == ["wrong-body"])
        .map(|trial| trial.lie.id.as_str())
        .collect();
    let survivors = survivors(&trials);
    assert_eq!(survivors.keys().copied().collect::<BTreeSet<_>>(), only);
    assert!(survivors.contains_key("new-enum-value/GetOneCustomer"), "{survivors:?}");
    for (id, reasons) in survivors {
        assert_eq!(reasons, ["`wrong-body` is switched off"], "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_about_what_was_written_and_listed_are_noticed() {
    let (_, trials) = prove(Levels::default(), &[], |lie| {
        let stateful = ["stale-read", "lost-update", "lost-deletion", "lost-creation", "swapped-page", "wrong-total"];
        let chosen = ["filter-ignored/GetAllCustomers/customerStatus", "validation-skipped/UpdateOneCustomer"];
        stateful.contains(&lie.kind) || chosen.contains(&lie.id.as_str())
    })
    .await;
    assert!(trials.len() >= 9, "{}", trials.len());
    for trial in &trials {
        assert!(matches!(trial.verdict, Verdict::Rightly(_)), "{}: {:?}", trial.lie.id, trial.verdict);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_told_did_not_survive() {
    // These cases write nothing, so there is nothing to lose.
    let (_, trials) = prove(Levels::default(), &[READS], |lie| lie.kind == "lost-deletion").await;
    assert_eq!(trials.len(), 1);
    assert_eq!((&trials[0].verdict, trials[0].told), (&Verdict::NotExercised, 0));
}

/// Runs `conform prove` with these arguments and settings.
fn program(arguments: &[&str], settings: &str) -> std::process::Output {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("conform.toml");
    let paths =
        format!("specs = [\"{root}/specs\"]\noverlays = [\"{root}/specs/overlays\"]\ncases = [\"{root}/cases\"]\n");
    std::fs::write(&config, paths + settings).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_conform"));
    command.arg("prove").args(arguments).arg("--config").arg(&config).env("TOKEN", "sandbox-token");
    command.current_dir(folder.path()).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_names_what_survived_and_why() {
    let sandbox = Sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), Options::default()).await.unwrap();
    let base_url = sandbox.base_url();
    let lie = "new-enum-value/GetOneCustomer";
    let arguments = ["--through", &base_url, "--env", "local", "--fault", lie];
    let settings = "[env.local]\ntoken-env = \"TOKEN\"\n";
    let noticed = program(&arguments, settings);
    assert_eq!(noticed.status.code(), Some(0), "{noticed:?}");
    let off = program(&arguments, &format!("{settings}[levels]\nwrong-body = \"off\"\n"));
    let said = String::from_utf8(off.stdout).unwrap();
    assert_eq!(off.status.code(), Some(1), "{said}");
    let row = said.lines().find(|line| line.starts_with(lie)).unwrap();
    assert!(row.ends_with("survived: `wrong-body` is switched off"), "{row}");
    assert!(said.contains("body    0 of 1 noticed\n"), "{said}");
    assert!(!said.contains("sandbox-token"), "{said}");
}

#[test]
fn the_program_lies_to_nobody_who_did_not_ask() {
    let nowhere = "http://127.0.0.1:1/api";
    for (arguments, said) in [
        (&["--through", nowhere, "--env", "production", "--token-env", "TOKEN"][..], "`production` is production"),
        (&["--through"], "the environment `sandbox` is started by the run itself"),
        (
            &["--through", nowhere, "--token-env", "TOKEN", "--fault", "nuled/GetOneCustomer"],
            "did you mean `nulled/GetOneCustomer`?",
        ),
        (&["--through", nowhere, "--token-env", "TOKEN"], "without any lie there is no verdict"),
    ] {
        let output = program(arguments, "");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(said), "{arguments:?}: {errors}");
    }
}
