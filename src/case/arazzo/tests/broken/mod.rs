//! Wrong case files: what is said, and where. `«` marks where the caret belongs; it is not part of the file.

mod outcome;
mod step;

use std::fmt::Write as _;

use crate::document::Document;

use super::super::read;
use super::fixture::{GOOD, contract};
use outcome::{ACTION, CRITERION};
use step::{BODY, PARAMETER, STEP};

/// What is replaced in the good file, by what, what is said, and what help is given.
type Broken = (&'static str, &'static str, &'static str, &'static str);

const FILE: &[Broken] = &[
    ("arazzo: 1.0.1", "arazzo: «2.0.0", "Arazzo version `2.0.0` is not supported", "1.0.x"),
    ("arazzo: 1.0.1", "arazzo: «1.0", "`arazzo` is a number, not a string", "in quotes"),
    ("arazzo: 1.0.1\n", "«", "the file has no `arazzo`", "add `arazzo`"),
    ("arazzo: 1.0.1\n", "arazzo: 1.0.1\n«arazo: x\n", "unknown key `arazo` in a case file", "did you mean `arazzo`?"),
    ("  title: Pets\n", "  «titel: Pets\n", "unknown key `titel` in `info`", "did you mean `title`?"),
    ("  title: Pets\n", "  title: «[Pets]\n", "`title` is a list, not a string", ""),
    ("  version: 1.0.0\n", "  version: «1.0\n", "`version` is a number, not a string", "in quotes"),
    (
        "  version: 1.0.0\n",
        "  x-conform: {}\n  version: 1.0.0\n",
        "`x-conform` means nothing in `info`",
        "a workflow, a step",
    ),
    (
        "    type: openapi\n",
        "    type: «arazzo\n",
        "source descriptions of type `arazzo` are not supported",
        "one file",
    ),
    (
        "    type: openapi\n",
        "    type: «asyncapi\n",
        "source descriptions of type `asyncapi` are not supported",
        "HTTP",
    ),
    (
        "    type: openapi\n",
        "    type: «opanapi\n",
        "unknown type `opanapi` of a source description",
        "did you mean `openapi`?",
    ),
    (
        "    url: ../specs/pets.yaml\n",
        "    url: ../specs/«pet.yaml\n",
        "no document `pet.yaml` is loaded",
        "did you mean `pets.yaml`?",
    ),
    ("    url: ../specs/pets.yaml\n", "", "a source description has no `url`", "add `url`"),
    ("  - name: shop\n", "  - name: «pets\n", "source description `pets` appears twice", ""),
    ("  - name: shop\n", "  - name: «my.shop\n", "a dot in the name of a source description", "letters, digits"),
    ("components:\n", "components:\n  «schemas: {}\n", "unknown key `schemas` in `components`", "`parameters`"),
    ("    limit: { name", "    «lim it: { name", "`lim it` cannot name a component", "letters, digits"),
    ("value: 10 }", "value: 10, «required: true }", "unknown key `required` in a parameter", "`value`"),
];

const WORKFLOW: &[Broken] = &[
    ("  - workflowId: order\n", "  - workflowId: «buy\n", "workflow `buy` appears twice", ""),
    (
        "  - workflowId: order\n",
        "  - «workflowID: order\n",
        "unknown key `workflowID` in a workflow",
        "did you mean `workflowId`?",
    ),
    ("    dependsOn: [login]", "    dependsOn: [«logn]", "unknown workflow `logn`", "did you mean `login`?"),
    ("    dependsOn: [login]", "    dependsOn: «login", "`dependsOn` is a string, not a list", ""),
    ("    dependsOn: [login]", "    dependsOn: [«3]", "a number, where a string belongs", ""),
    ("    dependsOn: [login]", "    dependsOn: [login, «login]", "workflow `login` appears twice in `dependsOn`", ""),
    (
        "    dependsOn: [login]",
        "    dependsOn: [login, «$sourceDescriptions.other.login]",
        "workflows of other files are not supported",
        "one file",
    ),
    (
        "  - workflowId: login\n",
        "  - workflowId: login\n    dependsOn: [«buy]\n",
        "workflow `buy` has 2 rows of inputs",
        "one row",
    ),
    (
        "  - workflowId: login\n",
        "  - workflowId: «login\n    dependsOn: [login]\n",
        "workflow `login` needs itself",
        "break the circle",
    ),
    ("    summary: Buys a pet\n", "    summary: «[]\n", "`summary` is a list, not a string", ""),
    ("tags: [slow]", "«tag: [slow]", "unknown key `tag` in `x-conform` of a workflow", "did you mean `tags`?"),
    ("generate: 3", "generate: «-3", "`generate` is no number of rows", "0 to 10000"),
    ("mark: run", "mark: «rum", "there is no input `rum`", "did you mean `run`?"),
    (
        "        - { tag: red }",
        "        - «{ count: 2 }",
        "the inputs break their own schema: \"tag\" is a required property",
        "",
    ),
    (
        "        - { tag: red }",
        "        - { tag: «7 }",
        "the inputs break their own schema: 7 is not of type \"string\"",
        "",
    ),
    (
        "        - { tag: red }",
        "        - «red",
        "a row of inputs is a string, not an object",
        "a member for each input",
    ),
    (
        ", generate: 3, mark: run }\n    inputs:\n      type: object\n      required: [tag]\n      properties:\n        run: { type: string, default: conform }\n        tag: { type: string }\n        count: { type: integer, default: 1 }\n      examples:\n        - { tag: red }\n        - { tag: blue, count: 7 }\n",
        ", mark: run }\n    inputs:\n      type: object\n      required: [tag]\n      properties:\n        run: { type: string, default: conform }\n        tag: { type: string }\n        count: { type: integer, default: 1 }\n",
        "no value for the required input `tag` of workflow `buy`",
        "`default`",
    ),
    ("        tag: { type: string }", "        tag: { «type: strin }", "not a JSON Schema", ""),
    (
        "      - name: X-Trace\n        in: header",
        "      - «name: pedId\n        in: path",
        "no step of workflow `buy` takes parameter `pedId`",
        "declares it",
    ),
    (
        "trace-{$workflows.login.outputs.token}",
        "trace-{«$workflows.login.outputs.tokn}",
        "`login` has no output `tokn`",
        "`token`",
    ),
    (
        "trace-{$workflows.login.outputs.token}",
        "trace-«{$workflows.login.outputs.token",
        "this brace is never closed",
        "{$inputs.name}",
    ),
    (
        "trace-{$workflows.login.outputs.token}",
        "trace-{«$workflows.order.inputs.pe}",
        "`order` has no input `pe`",
        "`pet`",
    ),
    (
        "      token: $steps.find.outputs.token\n",
        "      token: «$workflows.buy.outputs.orderId\n",
        "workflow `buy` has not run here",
        "dependsOn",
    ),
    (
        "      token: $steps.find.outputs.token\n",
        "      token: «$workflows.bye.outputs.orderId\n",
        "unknown workflow `bye`",
        "did you mean `buy`?",
    ),
    (
        "      token: $steps.find.outputs.token\n",
        "      «to ken: $steps.find.outputs.token\n",
        "`to ken` cannot name an output",
        "letters, digits",
    ),
    ("      token: $steps.find.outputs.token\n", "      token: «[]\n", "`token` is a list, not a string", ""),
    (
        "      token: $steps.find.outputs.token\n",
        "      token: $steps.«find.token\n",
        "`find.token` is incomplete",
        "$steps.STEP.outputs.NAME",
    ),
];

/// The text of each wrong file, with what is said of it.
pub(super) fn texts() -> impl Iterator<Item = (String, &'static str)> {
    let tables = [FILE, WORKFLOW, STEP, PARAMETER, BODY, CRITERION, ACTION];
    let made = |(old, new, message, _): &Broken| (GOOD.replacen(old, new, 1).replace('«', ""), *message);
    tables.into_iter().flatten().map(made)
}

/// The first problem of the file that `broken` makes, and what is not as expected about it.
fn examine((old, new, message, help): &Broken) -> Result<(), String> {
    assert_eq!(GOOD.matches(old).count().min(1), 1, "`{old}` is in the good file");
    let marked = GOOD.replacen(old, new, 1);
    let text = marked.replace('«', "");
    let document = Document::parse("pets.arazzo.yaml", text.as_str()).map_err(|problem| problem.to_string())?;
    let Err(problems) = read(&document, &contract()) else { return Err("nothing is said".to_owned()) };
    let said: String = problems.iter().map(|problem| problem.render(false, 140)).collect();
    let problem = problems.iter().find(|problem| problem.message.contains(message)).ok_or_else(|| said.clone())?;
    if let Some(at) = marked.find('«') {
        let before = &marked[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        // What is missing is missed at the step, not where a line was taken away.
        let found = problem.position.ok_or("no position")?;
        if !new.starts_with('«') && (found.line, found.column) != (line, column) {
            return Err(format!("at {found}, not {line}:{column}\n{said}"));
        }
    }
    if problem.source.is_none() || problem.position.is_none() {
        return Err(format!("without a place\n{said}"));
    }
    if !problem.help.clone().unwrap_or_default().contains(help) {
        return Err(said);
    }
    if problem.message.ends_with('.')
        || problem.message.starts_with(char::is_uppercase)
            && !problem.message.starts_with("Arazzo")
            && !problem.message.starts_with("JSONPath")
    {
        return Err(format!("not as messages are written: {}", problem.message));
    }
    Ok(())
}

#[test]
fn every_wrong_file_is_refused_where_it_is_wrong() {
    let tables = [FILE, WORKFLOW, STEP, PARAMETER, BODY, CRITERION, ACTION];
    let mut report = String::new();
    let mut count = 0;
    for broken in tables.into_iter().flatten() {
        count += 1;
        if let Err(why) = examine(broken) {
            let _ = writeln!(report, "--- {:?} -> {:?}: {:?}\n{why}", broken.0, broken.1, broken.2);
        }
    }
    assert!(report.is_empty(), "{report}");
    assert!(count >= 60, "{count}");
}

#[test]
fn a_file_of_another_kind_is_refused() {
    for text in
        ["[]", "null", "3", "openapi: 3.0.3", "arazzo: 1.0.1", "arazzo: 1.0.1\nworkflows: []\nsourceDescriptions: {}"]
    {
        let document = Document::parse("x.yaml", text).unwrap();
        assert!(read(&document, &contract()).is_err(), "{text}");
    }
}
