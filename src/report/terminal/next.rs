//! What to do after a run: a line or two for whoever has to act on its verdict.

use crate::outcome::{Outcome, Verdict};
use crate::report::words;

/// The next steps, the first one first.
pub(super) fn steps(outcome: &Outcome) -> Vec<String> {
    match outcome.verdict {
        Verdict::Conformant => Vec::new(),
        Verdict::Drift => drift(outcome),
        Verdict::Environment => vec![target(outcome)],
        Verdict::NotEnoughEvidence if outcome.cases.is_empty() => {
            vec!["`conform list` shows every case with its id, name and operations".to_owned()]
        }
        Verdict::NotEnoughEvidence => {
            let mut steps =
                vec!["a run is conformant only when each operation has answered a valid request".to_owned()];
            steps.extend(refused(outcome));
            steps
        }
        Verdict::Interrupted => vec!["what was found until then is reported; run it again for a verdict".to_owned()],
    }
}

fn drift(outcome: &Outcome) -> Vec<String> {
    let groups = words::groups(outcome, words::fails);
    let Some(lead) = groups.first().map(|group| group.lead) else { return Vec::new() };
    let mut steps =
        vec![format!("`conform explain {}` says what the rule means, and who has to change what", lead.rule)];
    if let Some(case) = lead.cases.first() {
        steps.push(format!("the same command with `--case {case}` runs that case alone"));
    }
    if lead.witness.as_ref().is_some_and(|witness| witness.curl.contains("$CONFORM_TOKEN")) {
        steps.push(
            "the line behind `repeat` sends one request again: put the token into CONFORM_TOKEN first".to_owned(),
        );
    }
    steps
}

/// Where nothing worked, somebody answered and refused, or nobody answered.
fn target(outcome: &Outcome) -> String {
    refused(outcome).unwrap_or_else(|| {
        let urls: Vec<&str> =
            outcome.environments.iter().flat_map(|facts| &facts.base_urls).map(String::as_str).collect();
        format!("see that the target is up, and that this is its address: {}", urls.join(" "))
    })
}

/// What to see to where all that came was refusals.
fn refused(outcome: &Outcome) -> Option<String> {
    let mut answers = outcome.operations.iter().flat_map(|operation| &operation.statuses).peekable();
    answers.peek()?;
    answers.all(|status| matches!(status.name.as_str(), "401" | "403")).then(|| {
        "see to the token: --token-env, or `token-env` in conform.toml, names the variable that holds it".to_owned()
    })
}
