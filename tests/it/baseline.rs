//! A baseline from end to end: what is accepted fails no run, what is new does, and what is mended is told.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use conform::drift::{Level, State};
use conform::outcome::{Outcome, Standing};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::pets::{Reply, Server};

/// A member whose name is a trial for every quotation.
const ODD: &str = "it's \"odd\" # *a\\b: {}\u{1f600}";

/// A project of its own whose target has faults that a test switches.
struct Project {
    folder: TempDir,
    faults: Arc<Mutex<Vec<&'static str>>>,
    _server: Server,
}

fn document() -> Value {
    let text = |values: &[&str]| json!({"type": "string", "enum": values});
    let thing = json!({"type": "object", "required": ["status", "kind"], "properties": {
        "status": text(&["on", "off"]), "kind": text(&["big", "small"]), ODD: {"type": "integer"}}});
    let of =
        |schema: Value| json!({"200": {"description": "Fine", "content": {"application/json": {"schema": schema}}}});
    json!({"openapi": "3.0.3", "info": {"title": "Things", "version": "1"}, "paths": {
        "/things": {"get": {"operationId": "listThings", "responses": of(json!({"type": "array", "items": thing}))}},
        "/owner": {"get": {"operationId": "getOwner", "responses": of(json!({"type": "object", "required": ["name"],
            "properties": {"name": {"type": "string"}}}))}}}})
}

fn answer(path: &str, faults: &[&str]) -> Reply {
    let has = |fault: &str| faults.contains(&fault);
    match path {
        "/api/things" if has("down") => Reply::Json(500, json!({})),
        "/api/things" => {
            let status = if has("status type") {
                json!(7)
            } else if has("status") {
                json!("PENDING")
            } else {
                json!("on")
            };
            let kind = if has("kind") { "huge" } else { "big" };
            let odd = if has("odd") { json!("x") } else { json!(1) };
            Reply::Json(200, json!([{"status": status, "kind": kind, ODD: odd}]))
        }
        "/api/owner" => Reply::Json(200, if has("owner") { json!({}) } else { json!({"name": "me"}) }),
        _ => Reply::Json(404, json!({})),
    }
}

impl Project {
    async fn new(faults: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let faults = Arc::new(Mutex::new(faults.to_vec()));
        let now = Arc::clone(&faults);
        let server = Server::start(move |asked| answer(asked.path(), &now.lock().unwrap())).await;
        fs::create_dir(folder.path().join("specs")).unwrap();
        fs::write(folder.path().join("specs/things.json"), document().to_string()).unwrap();
        let config = format!(
            "specs = [\"specs\"]\noverlays = []\ncases = []\ndefault-env = \"qa\"\n[env.qa]\nclass = \"test\"\nbase-url = \"{}\"\nundeclared-methods = false\n",
            server.base_url
        );
        fs::write(folder.path().join("conform.toml"), config).unwrap();
        Self { folder, faults, _server: server }
    }

    fn now(&self, faults: &[&'static str]) {
        *self.faults.lock().unwrap() = faults.to_vec();
    }

    fn conform(&self, arguments: &[&str]) -> Output {
        let program = env!("CARGO_BIN_EXE_conform");
        Command::new(program).args(arguments).current_dir(self.folder.path()).env_clear().output().unwrap()
    }

    /// A run with its outcome.
    fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.conform(&[&["run", "--format", "json"], arguments].concat());
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    }

    /// `conform accept`: its exit code and all that it says.
    fn accept(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.conform(&[&["accept"], arguments].concat());
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("reports/known/qa.yaml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    fn write(&self, text: &str) {
        fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        fs::write(self.file(), text).unwrap();
    }
}

/// The ids of the drifts at level error that no baseline accepts.
fn open(outcome: &Outcome) -> Vec<&str> {
    let open = outcome.drifts.iter().filter(|drift| drift.level == Level::Error && drift.state != State::Known);
    open.map(|drift| drift.id.as_str()).collect()
}

fn standing<'o>(outcome: &'o Outcome, id: &str) -> &'o Standing {
    &outcome.baseline.iter().find(|entry| entry.id == id).unwrap().standing
}

const STATUS: &str = "wrong-body/listThings/200/*/status/enum";
const KIND: &str = "wrong-body/listThings/200/*/kind/enum";
const TERMS: [&str; 4] = ["--reason", "known: before # the release", "--until", "30d"];

fn all() -> Vec<&'static str> {
    [&["--all"], TERMS.as_slice()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_again() {
    let project = Project::new(&["status", "owner", "odd"]).await;
    let outcome = project.run(&[]);
    assert_eq!((outcome.exit_code, open(&outcome).len()), (1, 3), "{:#?}", outcome.drifts);
    let (code, said) = project.accept(&all());
    assert_eq!(code, 0, "{said}");

    let outcome = project.run(&[]);
    assert_eq!((outcome.exit_code, open(&outcome)), (0, vec![]), "{:?} {}", outcome.reasons, project.text());
    assert_eq!(outcome.baseline.len(), 3);
    assert!(outcome.baseline.iter().all(|entry| entry.standing == Standing::StillDrifting), "{:#?}", outcome.baseline);
    assert_eq!(outcome.baseline[0].reason, "known: before # the release");
    assert_eq!(project.run(&["--no-baseline"]).exit_code, 1);
    let (_, said) = project.accept(&all());
    assert!(said.contains("3 drifts are accepted already") && said.contains("nothing changed"), "{said}");

    // What is mended is told, and leaves the file when it is asked to.
    project.now(&["owner", "odd"]);
    project.write(&format!("# ours\n{}# the end\n", project.text()));
    let outcome = project.run(&[]);
    assert_eq!((outcome.exit_code, standing(&outcome, STATUS)), (0, &Standing::Fixed), "{:#?}", outcome.baseline);
    let shown = String::from_utf8(project.conform(&["run"]).stdout).unwrap();
    assert!(shown.contains(&format!("fixed, remove it: {STATUS}")), "{shown}");
    let (code, said) = project.accept(&["--prune"]);
    assert_eq!((code, said.contains(&format!("removed   {STATUS}"))), (0, true), "{said}");
    let text = project.text();
    assert!(text.starts_with("# ours\n# conform baseline\nknown:\n- id: ") && text.ends_with("# the end\n"), "{text}");
    assert!(!text.contains("status"), "{text}");

    // A fault of the same shape in another field is new, and just that.
    project.now(&["owner", "odd", "kind"]);
    let outcome = project.run(&[]);
    assert_eq!((outcome.exit_code, open(&outcome)), (1, vec![KIND]));
    let (code, said) = project.accept(&[&[KIND], TERMS.as_slice()].concat());
    assert_eq!(code, 0, "{said}");
    assert_eq!(project.run(&[]).exit_code, 0);

    // So is another class in the same field.
    project.write(&project.text().replace(KIND, STATUS));
    project.now(&["owner", "odd", "status type"]);
    let outcome = project.run(&[]);
    assert_eq!(outcome.exit_code, 1);
    assert!(open(&outcome).contains(&"wrong-body/listThings/200/*/status/type"), "{:?}", open(&outcome));

    // An entry holds until its day.
    project.now(&["owner", "odd", "status"]);
    assert_eq!(project.run(&[]).exit_code, 0);
    let day = project.text().split("until: ").nth(1).unwrap()[..10].to_owned();
    project.write(&project.text().replace(&day, "2020-02-29"));
    let outcome = project.run(&[]);
    assert_eq!((outcome.exit_code, open(&outcome).len()), (1, 3));
    assert!(outcome.drifts.iter().all(|drift| drift.state == State::Expired), "{:#?}", outcome.drifts);
    assert!(outcome.baseline.iter().all(|entry| entry.standing == Standing::Expired), "{:#?}", outcome.baseline);
    let reasons = outcome.reasons.join("\n");
    assert!(reasons.contains("accepted until a day that has passed") && reasons.contains("2020-02-29"), "{reasons}");
    let (code, said) = project.accept(&all());
    assert_eq!((code, said.matches("renewed").count()), (0, 3), "{said}");
    assert_eq!((project.run(&[]).exit_code, project.text().matches("- id:").count()), (0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_run_is_never_called_fixed() {
    let project = Project::new(&["status", "owner"]).await;
    project.run(&[]);
    project.accept(&all());
    project.now(&[]);
    let outcome = project.run(&["--only", "getOwner"]);
    for entry in &outcome.baseline {
        assert!(matches!(entry.standing, Standing::NotExercised { .. }), "{entry:?}");
    }
    let (_, said) = project.accept(&["--prune"]);
    assert!(said.contains("2 entries; nothing changed"), "{said}");
    for arguments in
        [["--exclude", "getOwner"], ["--case", "listThings minimal"], ["--max-requests", "1"], ["--shard", "1/2"]]
    {
        let outcome = project.run(&arguments);
        let fixed = outcome.baseline.iter().filter(|entry| entry.standing == Standing::Fixed).count();
        assert_eq!(fixed, 0, "{arguments:?} {:#?}", outcome.baseline);
    }
    // Behind a failure nothing is seen, and what never ran proves nothing.
    project.now(&["down", "owner"]);
    let outcome = project.run(&[]);
    assert!(matches!(standing(&outcome, STATUS), Standing::NotExercised { .. }), "{:#?}", outcome.baseline);
    project.now(&[]);
    let kept = project.text();
    let foreign = kept.lines().map(|line| if line.contains("shown-by") { "  shown-by: [gone]" } else { line });
    project.write(&foreign.collect::<Vec<_>>().join("\n"));
    let outcome = project.run(&[]);
    let Standing::NotExercised { because } = standing(&outcome, STATUS) else { panic!("{:#?}", outcome.baseline) };
    assert!(because.contains("no case that showed it is in the plan"), "{because}");
    project.write(&kept.replace("  until", "  intermittent: true\n  until"));
    let Standing::NotExercised { because } = standing(&project.run(&[]), STATUS).clone() else { panic!() };
    assert!(because.contains("only sometimes"), "{because}");
    // Without cases the rule has to have judged the operation, with that status.
    let bare: String = kept.split_inclusive('\n').filter(|line| !line.contains("shown-by")).collect();
    project.write(&bare);
    assert_eq!(standing(&project.run(&[]), STATUS), &Standing::Fixed);
    project.write(&format!("{bare}- id: no-such/listThings/200\n  reason: r\n  until: 2099-01-01\n- id: 'wrong-body/**'\n  reason: r\n  until: 2099-01-01\n"));
    project.now(&["owner"]);
    let outcome = project.run(&[]);
    assert!(matches!(standing(&outcome, "no-such/listThings/200"), Standing::NotExercised { .. }));
    let notes = outcome.notes.join("\n");
    assert!(notes.contains("there is no rule `no-such`"), "{notes}");
    assert!(notes.contains("`wrong-body/**` is broad: it accepts 1 drift of 1 operation"), "{notes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_the_file_is_shown_where_it_is() {
    let project = Project::new(&["status"]).await;
    project.run(&[]);
    let text = "known:\n- id: a/b/200\n  resaon: r\n  until: 2027-01-01\n";
    project.write(text);
    for arguments in [vec!["run"], [&["accept"], all().as_slice()].concat(), vec!["check"]] {
        let output = project.conform(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {said}");
        assert!(said.contains("qa.yaml:3:3") && said.contains("^^^^^^"), "{said}");
        assert!(said.contains("did you mean `reason`?"), "{said}");
    }
    assert_eq!(project.text(), text);
    project.write("known:\n- id: wrong-bdy/listThings/200\n  reason: r\n  until: 2027-01-01\n");
    let output = project.conform(&["check", "--strict"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("did you mean `wrong-body`?"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_refuses_what_it_cannot_mean() {
    let project = Project::new(&["status", "owner"]).await;
    let (code, said) = project.accept(&all());
    assert_eq!((code, said.contains("no report of `qa` yet")), (2, true), "{said}");
    project.run(&[]);
    let near = STATUS.replace("status", "statsu");
    for (arguments, expected) in [
        (vec![], "nothing is named"),
        (vec!["--all"], "--reason"),
        (vec!["--all", "--reason", "r", "--until", "2020-01-01"], "has passed"),
        (vec!["--all", "--reason", "r", "--until", "tomorrow"], "a day such as 2027-01-31"),
        (vec!["--all", "--reason", " ", "--until", "1d"], "says nothing"),
        ([&[near.as_str()], TERMS.as_slice()].concat(), "did you mean `wrong-body/listThings/200/*/status/enum`?"),
        ([&["server-error/**"], TERMS.as_slice()].concat(), "no drift `server-error/**`"),
        ([&["--env", "qaa"], all().as_slice()].concat(), "did you mean `qa`?"),
    ] {
        let (code, said) = project.accept(&arguments);
        assert_eq!((code, said.contains(expected)), (2, true), "{arguments:?} {said}");
    }
    let (code, said) = project.accept(&[all().as_slice(), &["--ratchet"]].concat());
    assert_eq!((code, said.matches("would be new").count()), (1, 2), "{said}");
    assert!(!project.file().exists());

    // A pattern accepts what it covers, and the ratchet lets what is there be renewed.
    let (code, said) = project.accept(&[&["wrong-body/list*/200/**", "--owner", "me"], TERMS.as_slice()].concat());
    assert_eq!(code, 0, "{said}");
    assert!(
        project.text().contains("- id: wrong-body/list*/200/**\n")
            || project.text().contains("'wrong-body/list*/200/**'")
    );
    assert_eq!(open(&project.run(&[])).len(), 1);
    let (_, said) = project.accept(&[&[STATUS], TERMS.as_slice()].concat());
    assert!(said.contains("by `wrong-body/list*/200/**`"), "{said}");
    let again = ["wrong-body/list*/200/**", "--reason", "again", "--until", "2099-12-31", "--ratchet"];
    let (code, said) = project.accept(&again);
    assert_eq!((code, said.contains("renewed")), (0, true), "{said}");
    assert!(project.text().contains("reason: again\n  owner: me\n  until: 2099-12-31\n"), "{}", project.text());

    // After a run that could not judge nothing is known.
    project.now(&["down"]);
    let run = project.run(&["--base-url", "http://127.0.0.1:9/api", "--env", "qa", "--timeout", "500ms"]);
    assert_eq!(run.exit_code, 3, "{:?}", run.reasons);
    let (code, said) = project.accept(&all());
    assert_eq!((code, said.contains("the environment failed")), (4, true), "{said}");
}
