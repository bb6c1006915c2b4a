//! The command line: the only reader of arguments, environment variables and terminal.

mod accept;
mod amend;
mod bundle;
mod check;
mod explain;
mod failed;
mod judge;
mod known;
mod lint;
mod list;
mod new;
mod output;
mod plan;
mod prove;
mod report;
mod run;
mod sandbox;
mod shell;
mod signal;
mod slip;
mod stored;
mod terminal;
mod trace;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::document::Diagnostic;
use crate::suite::Sources;

use terminal::Terminal;

/// Exit codes, as the README documents them.
pub mod exit {
    /// Conformant.
    pub const CONFORMANT: u8 = 0;
    /// A new drift at level error.
    pub const DRIFT: u8 = 1;
    /// Could not start: arguments, configuration, documents, cases.
    pub const COULD_NOT_START: u8 = 2;
    /// Too little to say anything.
    pub const NOT_ENOUGH: u8 = 4;
    /// Interrupted.
    pub const INTERRUPTED: u8 = 130;
}

const ABOUT: &str = "Finds every way in which a running HTTP API differs from its OpenAPI documents, and nothing else";

const LONG_ABOUT: &str = "\
conform loads OpenAPI documents and case files, sends generated and hand-written requests to the environment you choose, \
judges every response, and reports every drift between documents and implementation.

Without a command it runs. Without an environment it runs against the built-in sandbox, offline.";

const AFTER_HELP: &str = "\
Examples:
  conform                                     the built-in sandbox
  conform run --env staging                   an environment of conform.toml
  conform run --specs api/ --base-url http://localhost:8080 --token-env TOKEN
  conform run --only GetOneCustomer           one operation
  conform explain wrong-body                  what a rule means

Exit codes:
    0  conformant
    1  drift: something new at level error
    2  could not start: arguments, configuration, documents or cases
    3  the environment failed: unreachable, credentials refused everywhere, broken on the way
    4  not enough evidence: too little was exercised to say anything
  130  interrupted; the report is partial";

#[derive(Debug, Parser)]
#[command(name = "conform", version, about = ABOUT, long_about = LONG_ABOUT, after_long_help = AFTER_HELP)]
#[command(args_conflicts_with_subcommands = true, max_term_width = 120)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send the planned requests and judge every response (the default command)
    #[command(after_long_help = AFTER_HELP)]
    Run(run::Arguments),
    /// Show the plan: every case with its id; nothing is sent
    List(list::Arguments),
    /// Judge the documents themselves: what contradicts itself or cannot be tested; nothing is sent
    Lint(lint::Arguments),
    /// Show which overlay action, case or rule tests each sentence of the documents; nothing is sent
    Trace(trace::Arguments),
    /// Print one document for all documents and overlays, or what the overlays change; nothing is sent
    Bundle(bundle::Arguments),
    /// Check case files, overlays and settings, and what is legal in them and surely a slip; nothing is sent
    Check(check::Arguments),
    /// Accept drifts of the newest report for a while, in reports/known/ENVIRONMENT.yaml; nothing is sent
    Accept(accept::Arguments),
    /// Write a case for operations, or for something that a run found; nothing is sent
    New(new::Arguments),
    /// Serve the reference implementation of the API
    Sandbox(sandbox::Arguments),
    /// Run the suite against each fault of the reference implementation, or lies about a service of your own: what it notices
    /// and what survives
    Prove(prove::Arguments),
    /// Propose what the documents would have to say for the drifts of a run to be true, proved; nothing is sent
    Amend(amend::Arguments),
    /// Judge recorded traffic, an HTTP archive or a journal, with no request sent
    Judge(judge::Arguments),
    /// Show again what an earlier run found, also one that was killed; nothing is sent
    Report(report::Arguments),
    /// Explain a rule, with examples of what it says and what it leaves alone
    Explain(explain::Arguments),
    /// Print a completion script for a shell
    Completions(shell::Completions),
    /// Print the manual page, in roff
    Man(shell::Manual),
}

/// Where configuration, documents and overlays are.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Contract")]
struct ContractArguments {
    /// Configuration file; else the nearest conform.toml in this folder or above it; else the built-in one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// OpenAPI documents: a file or a folder, may be given several times
    #[arg(long, value_name = "PATH")]
    specs: Vec<PathBuf>,
    /// Overlays: a file or a folder; without it the folder `overlays` beside the documents
    #[arg(long, value_name = "PATH")]
    overlays: Vec<PathBuf>,
}

/// Where cases are, too.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Contract")]
struct SourceArguments {
    #[command(flatten)]
    contract: ContractArguments,
    /// Written cases (Arazzo): a file or a folder; with --specs none unless given
    #[arg(long, value_name = "PATH")]
    cases: Vec<PathBuf>,
}

/// Runs the command line `arguments` (the program's name first) and returns the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let terminal = Terminal::new();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout with code 0, and errors to stderr with code 2.
            let _ = error.print();
            return if error.use_stderr() { exit::COULD_NOT_START } else { exit::CONFORMANT };
        }
    };
    let result = match cli.command {
        None => run::run(&cli.run, &terminal),
        Some(Command::Run(arguments)) => run::run(&arguments, &terminal),
        Some(Command::List(arguments)) => list::run(&arguments, &terminal),
        Some(Command::Lint(arguments)) => lint::run(&arguments, &terminal),
        Some(Command::Trace(arguments)) => trace::run(&arguments, &terminal),
        Some(Command::Bundle(arguments)) => bundle::run(&arguments, &terminal),
        Some(Command::Check(arguments)) => check::run(&arguments, &terminal),
        Some(Command::Accept(arguments)) => accept::run(&arguments),
        Some(Command::New(arguments)) => new::run(&arguments, &terminal),
        Some(Command::Sandbox(arguments)) => sandbox::run(&arguments, &terminal),
        Some(Command::Prove(arguments)) => prove::run(&arguments, &terminal),
        Some(Command::Amend(arguments)) => amend::run(&arguments, &terminal),
        Some(Command::Judge(arguments)) => judge::run(&arguments, &terminal),
        Some(Command::Report(arguments)) => report::run(&arguments, &terminal),
        Some(Command::Explain(arguments)) => explain::run(&arguments, &terminal),
        Some(Command::Completions(arguments)) => shell::completions(&arguments, &terminal),
        Some(Command::Man(arguments)) => shell::man(&arguments, &terminal),
    };
    result.unwrap_or_else(|stop| {
        terminal.stop(&stop);
        stop.code()
    })
}

/// Why a command ends early.
#[derive(Debug)]
enum Stop {
    /// Mistakes in files, each with its position.
    Diagnostics(Vec<Diagnostic>),
    /// A mistake that has no position, and what would be right.
    Message { message: String, help: Option<String> },
    /// There is nothing to do, and so nothing is known.
    Nothing(String),
    /// Nobody reads the output any more.
    BrokenPipe,
}

impl Stop {
    fn message(message: impl Into<String>) -> Self {
        Self::Message { message: message.into(), help: None }
    }

    fn with_help(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Message { message: message.into(), help: Some(help.into()) }
    }

    fn code(&self) -> u8 {
        match self {
            Self::Diagnostics(_) | Self::Message { .. } => exit::COULD_NOT_START,
            Self::Nothing(_) => exit::NOT_ENOUGH,
            Self::BrokenPipe => exit::CONFORMANT,
        }
    }
}

impl From<Box<Diagnostic>> for Stop {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self::Diagnostics(vec![*diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Diagnostics(diagnostics)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::BrokenPipe } else { Self::message(error.to_string()) }
    }
}

impl ContractArguments {
    fn config(&self) -> Result<Config, Stop> {
        Ok(Config::load(self.config.clone().or_else(nearest_configuration).as_deref())?)
    }

    /// The flags where given, else the configuration; other documents come without our overlays.
    fn sources(&self, config: &Config) -> Result<Sources, Stop> {
        let beside = || self.specs.iter().map(|path| path.join("overlays")).filter(|path| path.is_dir()).collect();
        let specs = given_or(&self.specs, &config.specs);
        if let (true, Some(missing)) = (self.specs.is_empty(), specs.iter().find(|path| !path.exists())) {
            return Err(Stop::with_help(
                format!("no documents: the configuration looks for them in {}, which is not there", missing.display()),
                "run in the folder of the project, or name them: --specs PATH",
            ));
        }
        let beside = if self.specs.is_empty() { config.overlays.clone() } else { beside() };
        Ok(Sources { specs, overlays: given_or(&self.overlays, &beside), cases: Vec::new() })
    }
}

impl SourceArguments {
    /// The flags where given, else the configuration; other documents come without our overlays and cases.
    fn sources(&self, config: &Config) -> Result<Sources, Stop> {
        let own: &[PathBuf] = if self.contract.specs.is_empty() { &config.cases } else { &[] };
        Ok(Sources { cases: given_or(&self.cases, own), ..self.contract.sources(config)? })
    }
}

fn given_or(given: &[PathBuf], configured: &[PathBuf]) -> Vec<PathBuf> {
    if given.is_empty() { configured.to_vec() } else { given.to_vec() }
}

/// The conform.toml of this folder, or of the nearest one above it that has one.
fn nearest_configuration() -> Option<PathBuf> {
    let above = PathBuf::from(".").canonicalize().map_or(0, |here| here.components().count());
    let folders = (0..above.max(1)).map(|up| std::iter::repeat_n("..", up).collect::<PathBuf>());
    folders.map(|folder| folder.join("conform.toml")).find(|file| file.is_file())
}
