//! Conformant servers that use a freedom of the documents: no drift at level error.

use conform::drift::Level;
use conform::outcome::Outcome;
use conform::sandbox::variation::{Evidence, Variation, registry};
use conform::sandbox::{Options, Sandbox};
use conform::suite::Suite;

use crate::{SUITE, run_suite};

/// Variations that are judged with every `cargo test`, one of each kind; `conform prove` judges all of them.
const SOME: [&str; 20] = [
    "identifiers-alone",
    "all-members-now-and-then",
    "creation-shows-nothing",
    "invalid-is-422",
    "malformed-identifier-is-404",
    "media-type-in-capitals",
    "more-headers",
    "problem-details",
    "gzip",
    "until-close",
    "uuids-in-capitals",
    "times-east",
    "throttled",
    "nobody-there",
    "many-there",
    "references-unique",
    "removed-accounts-kept",
    "creating-forbidden",
    "reads-late",
    "everything-late",
];

/// Judges a run against a variation: it must end as conformant, or as too little evidence where the row says so.
fn conforms(variation: &Variation, seed: u64, outcome: &Outcome, evidence: Evidence) {
    let errors: Vec<_> = outcome.drifts.iter().filter(|drift| drift.level == Level::Error).collect();
    assert!(errors.is_empty(), "{}, seed {seed}: {errors:#?}", variation.id);
    let expected = match evidence {
        Evidence::Enough => 0,
        Evidence::Thin => 4,
    };
    let said = (&outcome.reasons, &outcome.notes);
    assert_eq!(outcome.exit_code, expected, "{}, seed {seed}: {said:?}", variation.id);
}

async fn run(suite: &Suite, seed: u64, variation: &'static Variation) -> Outcome {
    let options = Options { variation: Some(variation), ..Options::default() };
    let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), options).await.unwrap();
    let outcome = run_suite(suite, seed, &sandbox.base_url(), sandbox.token()).await;
    sandbox.stop().await;
    outcome
}

fn some() -> impl Iterator<Item = &'static Variation> {
    SOME.into_iter().map(|id| registry::variation(id).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_variation_is_a_drift() {
    for variation in some() {
        conforms(variation, 1, &run(&SUITE, 1, variation).await, variation.evidence);
    }
}

/// What a fault is not: a list of variations, and no fault beside one.
#[test]
fn a_sandbox_takes_a_variation_or_a_fault() {
    let conform = |arguments: &[&str]| {
        let program = std::process::Command::new(env!("CARGO_BIN_EXE_conform")).arg("sandbox").args(arguments).output();
        let output = program.unwrap();
        (output.status.code(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
    };
    let (code, listed) = conform(&["--list-variations"]);
    assert_eq!(code, Some(0));
    assert_eq!(listed.lines().count(), registry::variations().count());
    assert!(listed.contains("Answers are coded with gzip for who takes that"), "{listed}");
    let (code, said) = conform(&["--variation", "gzipp"]);
    assert_eq!((code, said.contains("did you mean `gzip`?")), (Some(2), true), "{said}");
    let (code, said) = conform(&["--variation", "gzip", "--fault", "open-list"]);
    assert_eq!((code, said.contains("cannot be used with")), (Some(2), true), "{said}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
