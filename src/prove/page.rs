//! What was noticed of all faults as numbers, and as a Markdown page.

use super::Verdict;
use super::fault::Trial;
use crate::sandbox::fault::Class;

/// How many faults of a class were noticed by a rule that may claim them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The class, or `all`.
    pub name: &'static str,
    /// Those that were.
    pub noticed: usize,
    /// All of them.
    pub all: usize,
}

impl Score {
    /// A row for each class of which there is one, then one for all.
    pub fn table(trials: &[Trial]) -> Vec<Self> {
        let score = |name: &'static str, of: &dyn Fn(&Trial) -> bool| {
            let of: Vec<&Trial> = trials.iter().filter(|trial| of(trial)).collect();
            let noticed = of.iter().filter(|trial| matches!(trial.verdict, Verdict::Rightly(_))).count();
            Self { name, noticed, all: of.len() }
        };
        let classes = Class::ALL.into_iter().map(|class| score(class.name(), &|trial| trial.fault.class == class));
        classes.chain([score("all", &|_| true)]).filter(|score| score.all > 0).collect()
    }
}

/// How the faults that are noticed grow with the requests that are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    /// For each fault that was noticed the requests until then, the fewest first.
    pub noticed: Vec<u64>,
    /// All faults that were tried.
    pub faults: usize,
    /// The requests until half of all faults were noticed, where so many were.
    pub half: Option<u64>,
    /// The requests of a whole run.
    pub requests: u64,
}

/// Shares of a run that the page shows, in percent.
const SHARES: [u64; 10] = [1, 2, 5, 10, 20, 30, 40, 50, 75, 100];

impl Curve {
    /// The curve of these trials, where a whole run sends so many requests.
    pub fn new(trials: &[Trial], requests: u64) -> Self {
        let rightly = trials.iter().filter(|trial| matches!(trial.verdict, Verdict::Rightly(_)));
        let mut noticed: Vec<u64> = rightly.map(|trial| trial.requests).collect();
        noticed.sort_unstable();
        let faults = trials.len();
        let half = faults.div_ceil(2).checked_sub(1).and_then(|middle| noticed.get(middle).copied());
        Self { noticed, faults, half, requests }
    }

    /// Whether half of the faults are noticed within the first fifth of a run.
    pub fn is_steep(&self) -> bool {
        self.half.is_some_and(|half| half.saturating_mul(5) <= self.requests)
    }

    /// The faults that are noticed within so many requests.
    fn within(&self, requests: u64) -> usize {
        self.noticed.partition_point(|noticed| *noticed <= requests)
    }
}

/// The page of all trials.
pub fn page(trials: &[Trial], requests: u64) -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("\n## Score\n\n| class | noticed by the right rule | of |\n|---|---|---|\n");
    for Score { name, noticed, all } in Score::table(trials) {
        line(&mut page, &format!("| {name} | {noticed} | {all} |"));
    }
    let curve = Curve::new(trials, requests);
    line(
        &mut page,
        &format!("\n## Order of value\n\nA whole run sends {requests} requests. So many faults are noticed"),
    );
    page.push_str(
        "within its first requests:\n\n| share of the run | requests | faults noticed | |\n|---|---|---|---|\n",
    );
    for share in SHARES {
        let sent = requests * share / 100;
        let noticed = curve.within(sent);
        let percent = noticed * 100 / curve.faults.max(1);
        let bar = "█".repeat(percent.div_ceil(4));
        line(&mut page, &format!("| {share} % | {sent} | {noticed}, {percent} % | {bar} |"));
    }
    page.push_str("\nIn the tables, a number says how many requests a run had sent when the fault was noticed.\n");
    for class in Class::ALL {
        line(
            &mut page,
            &format!("\n## {}\n\n| fault | what it does | noticed by | after |\n|---|---|---|---|", class.name()),
        );
        for trial in trials.iter().filter(|trial| trial.fault.class == class) {
            let (id, title) = (trial.fault.id, trial.fault.title);
            let after = match &trial.verdict {
                Verdict::Rightly(_) => trial.requests.to_string(),
                Verdict::ByAccident(rules) => format!("**by accident: {}**", rules.join(", ")),
                Verdict::Survived(_) | Verdict::NotExercised => "**survived**".to_owned(),
            };
            let rules: Vec<String> = trial.fault.noticed_by.iter().map(|rule| format!("`{rule}`")).collect();
            line(&mut page, &format!("| [{id}](fault/{id}.md) | {title} | {} | {after} |", rules.join(", ")));
        }
    }
    page
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

/// Whether two pages say the same, whatever was counted: requests differ a little from run to run.
pub fn is_same(one: &str, other: &str) -> bool {
    uncounted(one).eq(uncounted(other))
}

/// The lines of a page that count nothing, and of the others what is said before the numbers.
fn uncounted(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter(|line| !line.contains(" % |") && !line.starts_with("A whole run sends ")).map(|line| {
        let row = line.strip_suffix(" |").filter(|row| row.ends_with(|c: char| c.is_ascii_digit()));
        row.and_then(|row| row.rsplit_once("| ")).filter(|_| line.contains("](fault/")).map_or(line, |(said, _)| said)
    })
}

const INTRODUCTION: &str = "\
# What the suite notices

`conform prove` runs the suite against the built-in sandbox with one fault after the other. A fault is noticed where a rule
names it, at level warning at least, that may claim it; one that only other rules name is noticed by accident, which does not
count. This page is written by `conform prove --page docs/faults.md`, and every run of the continuous integration holds it
against a new proof. What survived once, and what notices it now, stands in [survivors.md](survivors.md).
";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sandbox::fault::registry::faults;

    fn trials(requests: impl Fn(usize) -> u64) -> Vec<Trial> {
        let verdict = || Verdict::Rightly("wrong-body".to_owned());
        let trial =
            |(place, fault)| Trial { fault, verdict: verdict(), requests: requests(place), took: Duration::ZERO };
        faults().enumerate().map(trial).collect()
    }

    #[test]
    fn the_page_in_the_folder_of_documents_names_every_fault_and_who_notices_it() {
        let kept = include_str!("../../docs/faults.md");
        assert!(is_same(kept, &page(&trials(|_| 7), 2_000)), "run `conform prove --page docs/faults.md`");
    }

    #[test]
    fn a_survivor_and_another_score_make_another_page() {
        let mut some = trials(|_| 7);
        let before = page(&some, 2_000);
        assert!(is_same(&before, &page(&trials(|place| place as u64), 3_000)));
        some[3].verdict = Verdict::Survived(Vec::new());
        let after = page(&some, 2_000);
        assert!(after.contains("**survived**"));
        assert!(!is_same(&before, &after));
    }

    #[test]
    fn half_of_the_faults_within_a_fifth_is_steep() {
        let all = trials(|_| 0).len() as u64;
        let of = |requests| Curve::new(&trials(|place| place as u64), requests);
        assert_eq!(of(all).half, Some(all.div_ceil(2) - 1));
        assert!(of(all * 5).is_steep());
        assert!(!of(all * 2).is_steep());
        let mut none = trials(|_| 1);
        for trial in &mut none {
            trial.verdict = Verdict::Survived(Vec::new());
        }
        assert_eq!((Curve::new(&none, 100).half, Curve::new(&none, 100).is_steep()), (None, false));
        assert_eq!(Curve::new(&[], 100).half, None);
    }
}
