//! What `run` and `list` take alike: which cases there are, and which of them are meant.

use clap::Args;

use crate::config::Config;
use crate::environment::Environment;
use crate::generate;
use crate::plan::Selection;
use crate::plan::shard::Shard;

use super::failed::Failed;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Plan")]
pub(super) struct PlanArguments {
    /// Only cases that call this operation; may be given several times
    #[arg(long, value_name = "OPERATION")]
    pub(super) only: Vec<String>,
    /// Never a case that calls this operation; may be given several times
    #[arg(long, value_name = "OPERATION")]
    pub(super) exclude: Vec<String>,
    /// Only this case, by its id or name in `conform list`; `*` and `?` stand for any characters and any one; may be given several times
    #[arg(long, value_name = "CASE")]
    pub(super) case: Vec<String>,
    /// Only written cases with this tag; may be given several times, and then one of the tags is enough
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,
    /// Only the cases that failed in the newest report of the environment, with its seed
    #[arg(long)]
    pub(super) failed: bool,
    /// Only this part of the plan, such as 2/8: the second of eight; the parts are disjoint, and together they are the whole
    #[arg(long, value_name = "N/OF")]
    pub(super) shard: Option<Shard>,
    /// What random choices start from, a whole number: the same seed, the same cases
    #[arg(long, allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
    /// Random valid requests, and as many random invalid ones, for each operation, after all that is listed
    #[arg(long, allow_negative_numbers = true, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub(super) depth: Option<u32>,
}

impl PlanArguments {
    /// What the flags say of random choices, else the configuration.
    pub(super) fn seed(&self, config: &Config) -> u64 {
        self.seed.unwrap_or(config.seed)
    }

    /// How cases are generated for an environment that lets so much be sent.
    pub(super) fn generation(&self, config: &Config, mark: &[String], hostile: bool) -> generate::Settings {
        generate::Settings {
            seed: self.seed(config),
            mark: mark.to_vec(),
            depth: self.depth.unwrap_or(config.depth),
            hostile,
            workers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        }
    }

    /// Which cases are meant in this environment, of those that `failed` where that is asked for.
    pub(super) fn selection(&self, config: &Config, environment: &Environment, failed: Option<Failed>) -> Selection {
        Selection {
            only: self.only.clone(),
            exclude: environment.exclude.clone(),
            cases: self.case.clone(),
            ids: failed.map(|failed| failed.ids),
            tags: self.tag.clone(),
            read_only: !environment.writes,
            environment: Some(environment.name.clone()),
            shard: self.shard,
            is_part: !self.exclude.is_empty() || self.depth.is_some_and(|depth| depth < config.depth),
        }
    }
}
