//! Time and memory of a process, read from `/proc`.

use std::fs;
use std::time::Duration;

use crate::Result;

/// How many cores this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// CPU time of all threads that this process has now, to the nanosecond.
pub(crate) fn used() -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir("/proc/self/task")? {
        let spent = fs::read_to_string(thread?.path().join("schedstat"))?;
        nanoseconds += spent.split_whitespace().next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// CPU time that `work` takes in this process, whichever of its threads does it.
pub(crate) fn of<T>(work: impl FnOnce() -> Result<T>) -> Result<Duration> {
    let before = used()?;
    work()?;
    Ok(used()?.saturating_sub(before))
}

/// The most memory that this process has held so far, in KiB.
pub(crate) fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
}

/// The middle one.
pub(crate) fn median(mut rounds: Vec<Duration>) -> Duration {
    rounds.sort_unstable();
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}
