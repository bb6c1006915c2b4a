//! When somebody asks the program to end: Ctrl-C, and SIGTERM where there is such a thing.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Both requests; from its making on they no longer end the process by themselves.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    all: [Option<Signal>; 2],
}

impl Signals {
    /// Needs a runtime.
    #[cfg(unix)]
    pub(super) fn new() -> Self {
        Self { all: [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()) }
    }

    /// Needs a runtime.
    #[cfg(not(unix))]
    pub(super) fn new() -> Self {
        Self {}
    }

    /// Resolves when the next one comes; never where none can be heard, and then the work goes on to its end.
    #[cfg(unix)]
    pub(super) async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.all;
        tokio::select! {
            () = heard(interrupt) => {}
            () = heard(terminate) => {}
        }
    }

    /// Resolves when the next one comes.
    #[cfg(not(unix))]
    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
async fn heard(signal: &mut Option<Signal>) {
    if let Some(signal) = signal
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}
