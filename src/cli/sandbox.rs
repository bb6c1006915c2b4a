//! `conform sandbox`: the reference implementation, served by hand.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;

use crate::sandbox::fault::{self, Fault};
use crate::sandbox::variation::{self, Variation};
use crate::sandbox::{Options, Sandbox};

use super::signal::Signals;
use super::terminal::Terminal;
use super::{Stop, exit};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 3001)]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// The bearer token that is accepted [default: sandbox-token]
    #[arg(long)]
    token: Option<String>,
    /// Deviates from the documents in this one way
    #[arg(long, value_name = "ID", value_parser = fault)]
    fault: Option<&'static Fault>,
    /// Uses this one freedom that the documents leave
    #[arg(long, value_name = "ID", value_parser = variation, conflicts_with = "fault")]
    variation: Option<&'static Variation>,
    /// Lists the ways in which it can deviate, and ends
    #[arg(long)]
    list_faults: bool,
    /// Lists the freedoms that it can use, and ends
    #[arg(long, conflicts_with = "list_faults")]
    list_variations: bool,
}

/// The fault of this id, or one that looks like it.
pub(super) fn fault(id: &str) -> Result<&'static Fault, String> {
    fault::registry::fault(id).ok_or_else(|| unknown("fault", id, fault::registry::faults().map(|fault| fault.id)))
}

/// The variation of this id, or one that looks like it.
pub(super) fn variation(id: &str) -> Result<&'static Variation, String> {
    let known = || variation::registry::variations().map(|variation| variation.id);
    variation::registry::variation(id).ok_or_else(|| unknown("variation", id, known()))
}

fn unknown(what: &str, id: &str, known: impl Iterator<Item = &'static str>) -> String {
    let known: Vec<&str> = known.collect();
    match similar::get_close_matches(id, &known, 1, 0.6).first() {
        Some(near) => format!("there is no such {what}; did you mean `{near}`?"),
        None => format!("there is no such {what}; `conform sandbox --list-{what}s` shows all"),
    }
}

/// One line for each variation.
fn list_variations() -> Result<u8, Stop> {
    let widest = variation::registry::variations().map(|variation| variation.id.len()).max().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    for variation in variation::registry::variations() {
        writeln!(out, "{:widest$}  {}", variation.id, variation.title)?;
    }
    Ok(exit::CONFORMANT)
}

/// One line for each fault, by class.
fn list_faults() -> Result<u8, Stop> {
    let mut faults: Vec<&Fault> = fault::registry::faults().collect();
    faults.sort_by_key(|fault| fault.class);
    let widest = faults.iter().map(|fault| fault.id.len()).max().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    for fault in faults {
        writeln!(out, "{:widest$}  {:6}  {}", fault.id, fault.class.name(), fault.title)?;
    }
    Ok(exit::CONFORMANT)
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<u8, Stop> {
    if arguments.list_faults {
        return list_faults();
    }
    if arguments.list_variations {
        return list_variations();
    }
    let mut options = Options { fault: arguments.fault, variation: arguments.variation, ..Options::default() };
    if let Some(token) = &arguments.token {
        options.token.clone_from(token);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // Heard from before the first line on, so that whoever waits for that line can end it in order.
        let mut signals = Signals::new();
        let address = SocketAddr::from((arguments.address, arguments.port));
        let sandbox = Sandbox::start(address, options).await.map_err(|error| {
            Stop::with_help(
                format!("cannot listen on {address}: {error}"),
                "choose another port with --port; 0 takes a free one",
            )
        })?;
        writeln!(std::io::stdout(), "listening on {}", sandbox.base_url())?;
        if let Some(fault) = arguments.fault {
            writeln!(std::io::stdout(), "fault: {}: {}", fault.id, fault.title)?;
        }
        if let Some(variation) = arguments.variation {
            writeln!(std::io::stdout(), "variation: {}: {}", variation.id, variation.title)?;
        }
        if arguments.token.is_none() {
            writeln!(std::io::stdout(), "token: {}", sandbox.token())?;
        }
        signals.next().await;
        sandbox.stop().await;
        Ok(exit::CONFORMANT)
    })
}
