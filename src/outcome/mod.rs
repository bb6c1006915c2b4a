//! What a run found; the events that it tells on the way.

pub mod group;
pub mod join;
pub mod matrix;

use serde::{Deserialize, Serialize};

use crate::drift::{Drift, Level, State};

pub use matrix::{Cell, Sight, Spread, silence};

/// The version of this format; grows when a member changes its meaning or goes.
pub const FORMAT: &str = "conform-report/1";

/// All that a run found: `report.json` is this value, every other report a projection of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Outcome {
    /// The format's name and version: `conform-report/1`.
    pub format: String,
    /// The version of the program.
    pub version: String,
    /// In one word.
    pub verdict: Verdict,
    /// The exit code that goes with it.
    pub exit_code: u8,
    /// Why this verdict, one sentence each.
    pub reasons: Vec<String>,
    /// The run's mark, which created objects carry.
    pub run: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// Requests sent, everything included.
    pub requests: u64,
    /// What random choices started from.
    pub seed: u64,
    /// Interrupted before the plan's end.
    pub partial: bool,
    /// The environments judged.
    pub environments: Vec<EnvironmentFacts>,
    /// The documents judged by.
    pub documents: Vec<DocumentFacts>,
    /// Per operation, what was exercised.
    pub operations: Vec<OperationRecord>,
    /// Per case, how it ended.
    pub cases: Vec<CaseRecord>,
    /// The drifts: worst first, then by id.
    pub drifts: Vec<Drift>,
    /// Requests that the gate kept back, by reason.
    pub refused: Vec<Count>,
    /// What could not be judged, and why: missing producers, unreadable operations, changed levels.
    pub notes: Vec<String>,
    /// Created and not removed: what the API gives no way to remove, or what refused to go.
    pub left_behind: Vec<LeftBehind>,
    /// What the requests exercised of what the documents ask of requests: by operation, then by place.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// The drifts by cause, the worst first: what there is to mend.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// How each entry of the environment's baseline stands, in the order of the file.
    #[serde(default)]
    pub baseline: Vec<Accepted>,
    /// Of several environments: where each drift shows and where not, in the order of the drifts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matrix: Vec<Spread>,
}

impl Outcome {
    /// The name of the environment, the first one of several.
    pub fn environment(&self) -> &str {
        self.environments.first().map(|facts| facts.name.as_str()).unwrap_or_default()
    }
}

/// Drifts that one cause explains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Group {
    /// The drift that shows the cause best, by its id.
    pub id: String,
    /// The worst level of its drifts.
    pub level: Level,
    /// New where one of its drifts is, else expired where one is.
    pub state: State,
    /// The ids of its drifts, that of the group first.
    pub drifts: Vec<String>,
    /// The operations that show it, by name.
    pub operations: Vec<String>,
}

/// An entry of the baseline: drifts that are known and accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Accepted {
    /// The id that it accepts, or a pattern of ids.
    pub id: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where that is followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The last day on which it is accepted, RFC 3339 `full-date`.
    pub until: String,
    /// Line in the baseline file, from 1.
    pub line: usize,
    /// The environment whose baseline has it, in a report of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// The ids of the drifts of this run that it speaks of.
    #[serde(default)]
    pub drifts: Vec<String>,
}

/// How an entry of the baseline stands after a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    /// What it accepts is still there.
    StillDrifting,
    /// What showed it ran, and it did not show: the entry can go.
    Fixed,
    /// Nothing can be said: what showed it did not run, or could not be judged.
    NotExercised {
        /// Why.
        because: String,
    },
    /// Its last day has passed, and what it accepts is still there.
    Expired,
}

/// How often one promise about requests was exercised: a keyword of a schema, or a parameter as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Evidence {
    /// The operation.
    pub operation: String,
    /// The document that makes the promise.
    pub document: String,
    /// The promise's JSON Pointer in the document (as overlays left it).
    pub pointer: String,
    /// The keyword, or `parameter`.
    pub keyword: String,
    /// Accepted requests that kept it.
    pub valid: u64,
    /// Answered requests that broke it.
    pub invalid: u64,
    /// Why no request can keep it, or none can break it.
    pub impossible: Option<String>,
}

/// A run in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No new drift at level error, and enough was seen to say so.
    Conformant,
    /// A new drift at level error.
    Drift,
    /// The environment failed: unreachable, credentials refused everywhere, broken by the run.
    Environment,
    /// Too little was exercised to say anything.
    NotEnoughEvidence,
    /// Stopped from outside.
    Interrupted,
}

impl Verdict {
    /// The documented exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::Drift => 1,
            Self::Environment => 3,
            Self::NotEnoughEvidence => 4,
            Self::Interrupted => 130,
        }
    }
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EnvironmentFacts {
    /// Its name.
    pub name: String,
    /// The base URLs that were called.
    pub base_urls: Vec<String>,
    /// What its own run came to, in a report of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunFacts>,
}

/// The run in one environment of several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunFacts {
    /// Its mark, which created objects carry.
    pub run: String,
    /// In one word.
    pub verdict: Verdict,
    /// Requests sent, everything included.
    pub requests: u64,
    /// How long it took.
    pub seconds: f64,
    /// Interrupted before the plan's end.
    pub partial: bool,
}

/// One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DocumentFacts {
    /// Its file.
    pub name: String,
    /// SHA-256 of its text, hexadecimal.
    pub sha256: String,
}

/// What was exercised of one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OperationRecord {
    /// The operation.
    pub operation: String,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Requests sent to it.
    pub requests: u64,
    /// Requests that should be accepted and whose answer speaks of them: not of something that is gone, of time, or of
    /// load. What only prepares others, asks again or has a merely unusual value does not count.
    pub valid: u64,
    /// … of which a documented success was answered.
    pub accepted: u64,
    /// Answers by status.
    pub statuses: Vec<Count>,
    /// By rule, how many of its exchanges that rule judged: a rule that is not listed says nothing about the operation.
    #[serde(default)]
    pub judged: Vec<Count>,
    /// Why no request that should be accepted was sent: disabled, excluded, forbidden by the environment.
    pub not_exercised: Option<String>,
}

/// A count with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Count {
    /// What is counted.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// How one case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseRecord {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `written` or the generating family.
    pub family: String,
    /// The operations it calls.
    pub operations: Vec<String>,
    /// How it ended.
    pub result: CaseResult,
    /// Ids of the drifts that it showed.
    pub drifts: Vec<String>,
    /// Requests sent.
    pub requests: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum CaseResult {
    /// Ran, and nothing at level error was found.
    Passed,
    /// Ran, and a drift at level error was found.
    Failed,
    /// Did not run or could not be judged.
    NotJudged {
        /// Why.
        reason: String,
    },
}

/// Something that the run created and that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LeftBehind {
    /// The operation that created it.
    pub operation: String,
    /// Its id.
    pub id: String,
    /// Why it is still there.
    pub reason: String,
}

/// What a run tells while it goes; only reporters print.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The plan is made.
    Planned {
        /// How many cases.
        cases: usize,
    },
    /// A case ended.
    CaseEnded(CaseRecord),
    /// A drift was seen for the first time.
    DriftSeen {
        /// Its id.
        id: String,
        /// Its level.
        level: Level,
    },
    /// The main part is over; this many drifts are asked again.
    Confirming {
        /// How many.
        drifts: usize,
    },
    /// Created objects are removed.
    CleaningUp {
        /// How many.
        objects: usize,
    },
}
