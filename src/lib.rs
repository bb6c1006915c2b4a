//! `conform` tells every way in which a running API differs from its OpenAPI documents, and nothing else.

pub mod digest;
pub mod document;
pub mod environment;
pub mod exchange;

pub mod schema;

pub mod contract;

pub mod bundle;
pub mod case;
pub mod drift;
pub mod sandbox;

pub mod baseline;
pub mod check;
pub mod lint;
pub mod mutation;
pub mod outcome;
pub mod plan;
pub mod trace;

pub mod journal;

pub mod config;
pub mod generate;
pub mod report;
pub mod run;

pub mod amend;
pub mod author;
pub mod law;
pub mod liar;
pub mod suite;
pub mod traffic;

pub mod prove;

pub mod cli;
pub mod harness;
