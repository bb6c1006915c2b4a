//! This program as another process: a server whose time is not the client's, or a run of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, Command, Stdio};

use conform::sandbox::{Options, Sandbox};

use crate::Result;

/// A sandbox in a process of its own; it ends with this value.
pub(crate) struct Server {
    pub(crate) base_url: String,
    pub(crate) token: String,
    process: Child,
    stdin: Option<ChildStdin>,
}

impl Server {
    /// Starts it and waits until it listens.
    pub(crate) fn start() -> Result<Self> {
        let mut process = command(&["serve"])?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = process.stdin.take();
        let stdout = process.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let (base_url, token) = line.trim().split_once(' ').ok_or("the server did not start")?;
        Ok(Self { base_url: base_url.to_owned(), token: token.to_owned(), process, stdin })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stdin.take();
        drop(self.process.wait());
    }
}

/// Serves until standard input ends, so that no server outlives the program that started it.
pub(crate) fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let sandbox = runtime.block_on(Sandbox::start(address, Options::default()))?;
    println!("{} {}", sandbox.base_url(), sandbox.token());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// This program, started again in the folder where documents, cases and configuration are.
pub(crate) fn command(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).current_dir(crate::subject::ROOT);
    Ok(command)
}
