//! Runs on their way: progress on standard error, and what happens when somebody wants them to end.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::join_all;
use indicatif::ProgressDrawTarget;

use crate::outcome::Outcome;
use crate::report::progress::Progress;

use super::super::signal::Signals;
use super::super::terminal::Terminal;
use super::super::{Stop, exit};
use super::Job;

/// Runs all of `jobs` at the same time. Returns what each found, in their order.
pub(super) fn judge(jobs: &[Job], terminal: &Terminal) -> Result<Vec<Result<Outcome, Stop>>, Stop> {
    let progress = Arc::new(Mutex::new(if terminal.interactive {
        Progress::bar(ProgressDrawTarget::stderr())
    } else {
        Progress::lines(std::io::stderr())
    }));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let logs = jobs.iter().filter_map(|job| job.settings.undo_log.clone()).collect();
    let stop = {
        let _inside = runtime.enter();
        interrupted(Signals::new(), Arc::clone(&progress), logs).boxed().shared()
    };
    let tell = |event| lock(&progress).tell(&event);
    let runs = jobs.iter().map(|job| job.suite.run(job.environment.clone(), &job.settings, stop.clone(), &tell));
    let results = runtime.block_on(join_all(runs));
    lock(&progress).finish();
    Ok(results.into_iter().map(|result| result.map_err(|error| Stop::message(error.to_string()))).collect())
}

/// Resolves when somebody wants the run to end; who asks again gets it at once.
async fn interrupted(mut signals: Signals, progress: Arc<Mutex<Progress>>, logs: Vec<PathBuf>) {
    signals.next().await;
    lock(&progress).say("interrupted: removing what was created; once more ends at once");
    tokio::spawn(async move {
        signals.next().await;
        let mut progress = lock(&progress);
        progress.finish();
        let logs: Vec<String> = logs.iter().map(|file| file.display().to_string()).collect();
        let left = if logs.is_empty() {
            String::new()
        } else {
            format!("; what was created is listed in {}", logs.join(", "))
        };
        progress.say(&format!("ended at once, without a report{left}"));
        #[expect(clippy::exit, reason = "whoever asks twice does not want to wait for anything")]
        std::process::exit(i32::from(exit::INTERRUPTED));
    });
}

fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}
