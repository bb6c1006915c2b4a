//! The rows, as they are printed.

use std::fmt;
use std::time::Duration;

/// What was measured, beside what was asked for.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<[String; 3]>);

impl Table {
    /// Adds a row; `bound` may be empty.
    pub(crate) fn row(&mut self, what: &str, figure: String, bound: &str) {
        self.0.push([what.to_owned(), figure, bound.to_owned()]);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = ["what", "figure", "to reach"].map(str::to_owned);
        let rows = || std::iter::once(&heading).chain(&self.0);
        let width = |column: fn(&[String; 3]) -> &String| rows().map(|row| column(row).chars().count()).max();
        let first = width(|[what, _, _]| what).unwrap_or_default();
        let second = width(|[_, figure, _]| figure).unwrap_or_default();
        for [what, figure, bound] in rows() {
            writeln!(f, "{}", format!("{what:<first$}  {figure:>second$}  {bound}").trim_end())?;
        }
        Ok(())
    }
}

/// Microseconds.
pub(crate) fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}

/// Milliseconds.
pub(crate) fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// How many times `base` goes into `time`.
pub(crate) fn ratio(time: Duration, base: Duration) -> String {
    format!("{:.2} ×", time.as_secs_f64() / base.as_secs_f64())
}

/// Mebibytes of kibibytes.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(crate) fn mebibytes(kibibytes: u64) -> String {
    format!("{:.1} MiB", kibibytes as f64 / 1024.0)
}
