//! Several environments in one run: each drift says where it shows, and no environment speaks for another.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use conform::drift::State;
use conform::outcome::{Outcome, Sight, Verdict};
use tempfile::TempDir;

use crate::pets::Server;
use crate::proxy::Asked;
use crate::things::{Things, truth};

/// A project whose environments are these, each with its faults and a token of its own; one without a server is down.
struct Project {
    folder: TempDir,
    servers: Vec<Server>,
}

/// What an environment's server does before it answers.
type Before = Arc<dyn Fn() + Send + Sync>;

fn token(name: &str) -> String {
    format!("token-of-{name}")
}

/// `asked` as the server of things knows it: its own token is right, and no other.
fn translated(asked: &Asked, own: &str) -> Asked {
    let mut asked = asked.clone();
    for (name, value) in &mut asked.headers {
        if name.eq_ignore_ascii_case("authorization") {
            let is_own = *value == format!("Bearer {own}");
            if is_own { "Bearer right" } else { "Bearer wrong" }.clone_into(value);
        }
    }
    asked
}

impl Project {
    async fn new(environments: &[(&str, Option<&[&'static str]>)]) -> Self {
        let quick: Vec<(&str, Option<&[&'static str]>, Before)> =
            environments.iter().map(|(name, faults)| (*name, *faults, Arc::new(|| {}) as Before)).collect();
        Self::with(&quick).await
    }

    async fn with(environments: &[(&str, Option<&[&'static str]>, Before)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("specs")).unwrap();
        fs::write(folder.path().join("specs/things.json"), truth().to_string()).unwrap();
        let mut config = "specs = [\"specs\"]\noverlays = []\ncases = []\ndepth = 2\n".to_owned();
        let mut servers = Vec::new();
        for (name, faults, before) in environments {
            let mut base_url = "http://127.0.0.1:9/api".to_owned();
            if let Some(faults) = faults {
                let (things, own, before) = (Things::with(faults), token(name), Arc::clone(before));
                let server = Server::start(move |asked| {
                    before();
                    things.reply(&translated(asked, &own))
                })
                .await;
                base_url.clone_from(&server.base_url);
                servers.push(server);
            }
            let variable = name.to_uppercase();
            writeln!(
                config,
                "[env.{name}]\nclass = \"test\"\nbase-url = \"{base_url}\"\ntoken-env = \"{variable}\"\nconcurrency = 4"
            )
            .unwrap();
        }
        fs::write(folder.path().join("conform.toml"), config).unwrap();
        Self { folder, servers }
    }

    async fn conform(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conform"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        for name in ["alpha", "beta", "gamma"] {
            command.env(name.to_uppercase(), token(name));
        }
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    fn report(&self, environment: &str) -> Outcome {
        let file = self.folder.path().join("reports").join(environment).join("latest/report.json");
        serde_json::from_slice(&fs::read(&file).unwrap()).unwrap()
    }
}

/// The drifts of a report by where they show: `+` shows, `-` does not, `?` is not judged.
fn spreads(outcome: &Outcome) -> Vec<(String, String)> {
    let sign = |sight: &Sight| match sight {
        Sight::Drifts { .. } => '+',
        Sight::Absent => '-',
        Sight::NotJudged { .. } => '?',
    };
    let row = |spread: &conform::outcome::Spread| {
        (spread.drift.clone(), spread.cells.iter().map(|cell| sign(&cell.sight)).collect())
    };
    outcome.matrix.iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_drift_says_where_it_shows_and_each_environment_has_its_own_report() {
    let project =
        Project::new(&[("alpha", Some(&["state", "challenge"])), ("beta", Some(&["challenge"])), ("gamma", None)])
            .await;
    let output = project.conform(&["run", "--env", "alpha", "--env", "beta", "--env", "gamma"]).await;
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let joined = project.report("alpha+beta+gamma");
    assert_eq!((joined.verdict, joined.exit_code), (Verdict::Drift, 1));
    let names: Vec<&str> = joined.environments.iter().map(|facts| facts.name.as_str()).collect();
    assert_eq!(names, ["alpha", "beta", "gamma"]);
    let verdicts: Vec<Verdict> = joined.environments.iter().map(|facts| facts.run.as_ref().unwrap().verdict).collect();
    let own = ["alpha", "beta", "gamma"].map(|name| project.report(name));
    assert_eq!(verdicts, own.each_ref().map(|outcome| outcome.verdict));
    assert_eq!(own[2].verdict, Verdict::Environment);
    let spreads = spreads(&joined);
    assert_eq!(spreads.len(), joined.drifts.len());
    // What the joined report says of each environment is what its own report says.
    for (id, signs) in &spreads {
        for (sign, outcome) in signs.chars().zip(&own) {
            assert_eq!(sign == '+', outcome.drifts.iter().any(|drift| drift.id == *id), "{id}");
        }
    }
    let of = |rule: &str| -> Vec<&str> {
        let rows = spreads.iter().filter(|(id, _)| id.starts_with(rule));
        rows.map(|(_, signs)| signs.as_str()).collect()
    };
    assert!(!of("missing-www-authenticate").is_empty() && of("missing-www-authenticate").iter().all(|it| *it == "++?"));
    assert!(!of("wrong-body").is_empty() && of("wrong-body").iter().all(|it| *it == "+-?"), "{spreads:?}");
    assert!(text.contains("only alpha; not judged on gamma") && text.contains("alpha, beta; not judged on gamma"));
    assert_eq!(joined.requests, own.iter().map(|outcome| outcome.requests).sum::<u64>());
    // Nobody's token goes anywhere else.
    for (server, other) in project.servers.iter().zip(["beta", "alpha"]) {
        let log = server.log.lock().unwrap();
        assert!(!log.iter().any(|asked| asked.header("authorization").is_some_and(|it| it.contains(&token(other)))));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_of_one_is_neither_green_nor_a_drift_of_the_other() {
    let project = Project::new(&[("alpha", Some(&[])), ("beta", None), ("gamma", Some(&[]))]).await;
    let output = project.conform(&["run", "--env", "alpha", "--env", "beta"]).await;
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(project.report("alpha").verdict, Verdict::Conformant);
    let joined = project.report("alpha+beta");
    assert!(joined.partial && joined.reasons.iter().all(|reason| reason.starts_with("beta: ")), "{:?}", joined.reasons);
    let output = project.conform(&["run", "--env", "alpha", "--env", "gamma", "--report-dir", "out"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    for file in ["out/report.json", "out/alpha/report.json", "out/gamma/report.json", "out/gamma/journal.ndjson"] {
        assert!(project.folder.path().join(file).is_file(), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_environment_accepts_is_still_new_in_another() {
    let project = Project::new(&[("alpha", Some(&["code"])), ("beta", Some(&["code"]))]).await;
    assert_eq!(project.conform(&["run", "--env", "alpha"]).await.status.code(), Some(1));
    let accept = ["accept", "--all", "--env", "alpha", "--reason", "being mended", "--until", "2999-01-01"];
    assert_eq!(project.conform(&accept).await.status.code(), Some(0));
    assert_eq!(project.conform(&["run", "--env", "alpha"]).await.status.code(), Some(0));
    assert_eq!(project.conform(&["run", "--env", "alpha", "--env", "beta"]).await.status.code(), Some(1));
    let joined = project.report("alpha+beta");
    for spread in &joined.matrix {
        let states: Vec<State> = spread
            .cells
            .iter()
            .map(|cell| match &cell.sight {
                Sight::Drifts { state, .. } => *state,
                other => panic!("{}: {other:?}", spread.drift),
            })
            .collect();
        assert_eq!(states, [State::Known, State::New], "{}", spread.drift);
    }
    assert!(joined.drifts.iter().all(|drift| drift.state == State::New) && !joined.drifts.is_empty());
    assert!(joined.baseline.iter().all(|entry| entry.environment.as_deref() == Some("alpha")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn environments_are_judged_at_the_same_time() {
    let (seen, together) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let count = Arc::clone(&seen);
    let beta: Before = Arc::new(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let (count, flag) = (Arc::clone(&seen), Arc::clone(&together));
    // The first answer of one waits for a request to the other.
    let alpha: Before = Arc::new(move || {
        let begun = Instant::now();
        while count.load(Ordering::SeqCst) == 0 && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(5));
        }
        flag.fetch_or(count.load(Ordering::SeqCst) > 0, Ordering::SeqCst);
    });
    let project = Project::with(&[("alpha", Some(&[]), alpha), ("beta", Some(&[]), beta)]).await;
    let output = project.conform(&["run", "--env", "alpha", "--env", "beta"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(together.load(Ordering::SeqCst));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_meant_is_said_before_anything_is_sent() {
    let project = Project::new(&[("alpha", Some(&[])), ("beta", Some(&[]))]).await;
    for (arguments, message) in [
        (&["--env", "alpha", "--env", "alpha"][..], "`--env alpha` is given twice"),
        (&["--env", "alpha", "--env", "beta", "--base-url", "http://127.0.0.1:9"], "--base-url cannot be meant"),
        (&["--env", "alpha", "--env", "beta", "--token-env", "ALPHA"], "--token-env cannot be meant"),
        (&["--env", "alpha", "--env", "betta"], "there is no environment `betta`"),
        (&["--env", "alpha", "--env", "production"], "production"),
    ] {
        let output = project.conform(&[&["run"][..], arguments].concat()).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(message), "{said}");
    }
    assert!(project.servers.iter().all(|server| server.asked().is_empty()));
}
