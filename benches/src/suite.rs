//! The whole suite against the built-in sandbox, as `conform run` runs it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::table::{Table, millis};
use crate::{Result, child, cpu};

const ROUNDS: usize = 5;

pub(crate) fn rows(table: &mut Table) -> Result<()> {
    let mut walls: Vec<Duration> = Vec::new();
    let mut requests = 0;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let output = child::command(&["conform", "run", "--format", "json", "--report-dir", "target/bench"])?
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()?;
        walls.push(started.elapsed());
        let report: Value = serde_json::from_slice(&output.stdout)?;
        if report.get("exit_code") != Some(&Value::from(0)) {
            return Err("the suite does not pass".into());
        }
        requests = report.get("requests").and_then(Value::as_u64).unwrap_or_default();
    }
    let wall = cpu::median(walls);
    table.row(&format!("the suite against the sandbox, start to exit, {requests} requests"), millis(wall), "< 5000 ms");
    Ok(())
}
