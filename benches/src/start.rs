//! From the command to the first request.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::{Duration, Instant};

use conform::plan::Selection;
use conform::run::client::{Client, ClientOptions};

use crate::table::{Table, millis};
use crate::{Result, child, cpu, subject};

const ROUNDS: usize = 21;

pub(crate) fn rows(table: &mut Table) -> Result<()> {
    let (mut first, mut load) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        first.push(first_request()?);
        load.push(cpu::of(ready)?);
    }
    table.row("from the command to the first byte on the wire, 8 documents", millis(cpu::median(first)), "< 30 ms");
    table.row("… of which CPU to load, generate, plan", millis(cpu::median(load)), "");
    Ok(())
}

/// Wall time from starting the program to the first byte that a server gets from it.
fn first_request() -> Result<Duration> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let base_url = format!("http://{}/api", listener.local_addr()?);
    let started = Instant::now();
    let mut run = child::command(&["conform", "run", "--base-url", &base_url, "--report-dir", "target/bench"])?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (mut connection, _) = listener.accept()?;
    connection.read_exact(&mut [0])?;
    let elapsed = started.elapsed();
    run.kill()?;
    run.wait()?;
    Ok(elapsed)
}

fn ready() -> Result<usize> {
    let suite = subject::suite()?;
    let plan = suite.plan(&Selection::default());
    Client::new(&ClientOptions::of(&subject::environment("http://127.0.0.1/api", "token")?, false))?;
    Ok(plan.cases.len())
}
