//! What the exchanges of a case are judged for together: relations that no single answer shows.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::contract::OperationId;
use crate::document::{Place, Pointer};
use crate::exchange::Response;

/// One exchange of a case, or of a case that it depends on, as its ruling sees it.
#[derive(Debug, Clone)]
pub struct Observed {
    /// The step.
    pub step: String,
    /// The operation that was called.
    pub operation: OperationId,
    /// The URL that was asked for.
    pub url: String,
    /// The values of the path parameters, decoded.
    pub path: Vec<(String, String)>,
    /// The body that was sent, where it is JSON.
    pub sent: Option<Value>,
    /// The response, where one came.
    pub response: Option<Response>,
    /// Its body, where it is JSON, without the values that its schema refuses: they are told of already.
    pub body: Option<Value>,
    /// Where the values were that its schema refuses.
    pub refused: Vec<Pointer>,
    /// The same request was answered with other members each time that it was sent: what is missing says nothing.
    pub unsteady: bool,
    /// When the request was about to leave, by the clock of this machine.
    pub begun: Timestamp,
    /// When its answer had come.
    pub ended: Timestamp,
}

impl Observed {
    /// The value of a query parameter, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&self.url).ok()?;
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// The status that was answered; 0 where none was.
    pub fn status(&self) -> u16 {
        self.response.as_ref().map_or(0, |response| response.status)
    }

    /// Whether a success was answered (RFC 9110 §15.3).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// What the answer holds at `pointer`: nothing where it is absent or null.
    pub fn value(&self, pointer: &Pointer) -> Option<&Value> {
        self.body.as_ref().and_then(|body| pointer.resolve(body)).filter(|value| !value.is_null())
    }
}

/// A relation that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    /// The exchange that shows it, by its place among those observed.
    pub at: usize,
    /// The place in the document that promises the relation; it resolves there.
    pub place: Place,
    /// Where in the body of the answer; nothing where it is the answer as a whole.
    pub part: Option<Pointer>,
    /// What makes it different from another broken relation of the same rule at the same operation; never a value.
    pub class: String,
    /// One sentence, without any value that a server sent.
    pub message: String,
    /// What was to be expected.
    pub promised: String,
    /// What came instead; redacted when it enters the outcome.
    pub came: Value,
    /// Where two things are compared: the values that were to be expected and those that came, in the nesting of the body.
    pub compared: Option<[Value; 2]>,
    /// What the server would have to answer.
    pub remedy: String,
    /// Whether every reading of the document promises it; else it is worth a warning only.
    pub certain: bool,
}

/// What a ruling says: what is broken, or why nothing can be said.
pub type Judgement = Result<Vec<Broken>, String>;

/// Judges what a case observed.
#[derive(Clone)]
pub struct Ruling {
    /// The rule that its findings bear.
    pub rule: &'static str,
    /// The step that is sent several times more before anything is said to be broken: what its answer does not show may be
    /// shown the next time.
    pub again: Option<String>,
    judge: Arc<Judge>,
}

type Judge = dyn Fn(&[Observed]) -> Judgement + Send + Sync;

impl Ruling {
    /// A ruling of `rule`; `judge` gets all exchanges in the order in which they were made.
    pub fn new(rule: &'static str, judge: impl Fn(&[Observed]) -> Judgement + Send + Sync + 'static) -> Self {
        Self { rule, again: None, judge: Arc::new(judge) }
    }

    /// What it says of `observed`.
    ///
    /// # Errors
    /// Why nothing can be said.
    pub fn judge(&self, observed: &[Observed]) -> Judgement {
        (self.judge)(observed)
    }
}

impl fmt::Debug for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ruling").field(&self.rule).finish()
    }
}
