//! `conform sandbox`: the reference implementation, served by hand.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Args;

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
}

pub(super) fn run(arguments: &Arguments, _terminal: &Terminal) -> Result<u8, Stop> {
    let mut options = Options::default();
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
        if arguments.token.is_none() {
            writeln!(std::io::stdout(), "token: {}", sandbox.token())?;
        }
        signals.next().await;
        sandbox.stop().await;
        Ok(exit::CONFORMANT)
    })
}
