//! Peak memory of a run, and of one with ten times its requests.

use std::process::Stdio;

use conform::drift::levels::Levels;
use conform::plan::{Plan, Selection};
use conform::run::{self as runner, Setup};

use crate::child::{self, Server};
use crate::table::{Table, mebibytes};
use crate::{Result, cpu, subject};

pub(crate) fn rows(table: &mut Table) -> Result<()> {
    let once = measure("1")?;
    let often = measure("10")?;
    table.row(&format!("peak memory of a run of {} requests", once.requests), mebibytes(once.peak), "< 150 MiB");
    table.row(&format!("… of {} requests", often.requests), mebibytes(often.peak), "flat");
    Ok(())
}

struct Measured {
    peak: u64,
    requests: u64,
}

fn measure(times: &str) -> Result<Measured> {
    let server = Server::start()?;
    let output = child::command(&["run", &server.base_url, &server.token, times])?.stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout)?;
    let (peak, requests) = text.trim().split_once(' ').ok_or("the run said nothing")?;
    Ok(Measured { peak: peak.parse()?, requests: requests.parse()? })
}

/// Runs every case so many times, in this process, and prints its peak memory and the number of requests.
pub(crate) fn run(base_url: &str, token: &str, times: &str) -> Result<()> {
    let suite = subject::suite()?;
    let environment = subject::environment(base_url, token)?;
    let cases = vec![suite.cases.clone(); times.parse()?].concat();
    let plan = Plan::new(&suite.contract, &cases, &Selection::default());
    let levels = Levels::default();
    let setup = Setup { seed: 1, ..Setup::new(&suite.contract, &environment, &plan, &levels) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let outcome = runtime.block_on(runner::run(setup, std::future::pending(), &|_| {}))?;
    if outcome.exit_code != 0 {
        return Err(format!("the suite does not pass: {:?}", outcome.reasons).into());
    }
    println!("{} {}", cpu::peak()?, outcome.requests);
    Ok(())
}
