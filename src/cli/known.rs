//! The baseline of an environment, as commands look for it.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::config::Config;
use crate::report::folder;

/// The file with the accepted drifts of `environment`.
pub(super) fn file(config: &Config, environment: &str) -> PathBuf {
    config.baseline(&folder::component(environment))
}

/// The day, in UTC: everywhere the same.
pub(super) fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
