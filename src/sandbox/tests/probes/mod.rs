//! Each fault of the sandbox deviates in exactly one way: a probe shows it, and all that it should not touch agrees.
//!
//! A probe is a few requests. All probes are answered by a healthy sandbox once; the very same requests then go to one
//! with a fault. What differs is reduced to ways: another status, else another header field, else a place in the body.
//! `ways.txt` says by hand which probe shows a fault, in which way, and what follows of it.

mod bodies;
mod corpus;
mod observe;
mod step;
mod writes;

use std::collections::BTreeSet;

use super::super::fault::Fault;
use super::super::fault::registry::{fault, faults};
use observe::{Answered, Kept, ask, difference, record};
use step::Probe;

/// `fault | probe | ways, divided by commas`; what begins with `#` is for people.
const WAYS: &str = include_str!("ways.txt");

/// A row of the table.
struct Row {
    fault: &'static Fault,
    probe: &'static str,
    ways: BTreeSet<&'static str>,
}

fn rows() -> Vec<Row> {
    let lines = WAYS.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let (id, probe, ways) = (cells.next().unwrap(), cells.next().expect(line), cells.next().expect(line));
            let fault = fault(id).unwrap_or_else(|| panic!("there is no fault `{id}`"));
            Row { fault, probe, ways: ways.split(',').map(str::trim).collect() }
        })
        .collect()
}

/// Every probe, and how a healthy sandbox answers it.
fn healthy() -> Vec<Kept> {
    let probes: Vec<Probe> = corpus::probes().chain(bodies::probes()).chain(writes::probes()).collect();
    let names: BTreeSet<&str> = probes.iter().map(|probe| probe.name.as_str()).collect();
    assert_eq!(names.len(), probes.len(), "two probes bear one name");
    probes.into_iter().map(record).collect()
}

/// Where this sandbox differs from what was kept, probe by probe.
fn deviations(kept: &[Kept], fault: Option<&'static Fault>) -> Vec<(String, BTreeSet<String>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut found = Vec::new();
    for probe in kept {
        let answers: Vec<Answered> = runtime.block_on(ask(probe, fault));
        let ways: BTreeSet<String> =
            probe.answers.iter().zip(&answers).flat_map(|(healthy, other)| difference(healthy, other)).collect();
        if !ways.is_empty() {
            found.push((probe.name.clone(), ways));
        }
    }
    found
}

#[test]
fn a_healthy_sandbox_agrees_with_itself() {
    assert_eq!(deviations(&healthy(), None), []);
}

#[test]
fn the_probes_reach_every_operation_and_every_way_to_answer() {
    let mut seen = BTreeSet::new();
    for kept in healthy() {
        seen.extend(kept.answers.iter().map(|answer| (answer.asked.clone(), answer.status)));
    }
    for operation in ["GetOneCustomer", "UpdateOneCustomer", "ListCustomerBankInformation"] {
        for status in [200, 400, 401, 404] {
            assert!(seen.contains(&(operation.to_owned(), status)), "{operation} {status}");
        }
    }
    for operation in ["AddCustomerBankInformation", "GetBankAccountInformation", "RemoveCustomerBankAccountInformation"]
    {
        for status in [200, 400, 401, 404] {
            assert!(seen.contains(&(operation.to_owned(), status)), "{operation} {status}");
        }
    }
    for operation in ["GetAllCustomers", "AddCustomer"] {
        for status in [200, 400, 401] {
            assert!(seen.contains(&(operation.to_owned(), status)), "{operation} {status}");
        }
    }
    for (method, status) in [("PUT", 405), ("AddCustomer", 415), ("AddCustomer", 413)] {
        assert!(seen.contains(&(method.to_owned(), status)), "{method} {status}");
    }
}

#[test]
fn every_fault_has_one_row() {
    let rows = rows();
    for fault in faults() {
        let count = rows.iter().filter(|row| row.fault.id == fault.id).count();
        assert_eq!(count, 1, "{} has {count} rows in ways.txt", fault.id);
    }
}

#[test]
fn every_fault_deviates_in_its_way_and_in_no_other() {
    let (kept, rows) = (healthy(), rows());
    let half = rows.len().div_ceil(2);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = rows
            .chunks(half)
            .map(|rows| scope.spawn(|| rows.iter().filter_map(|row| complaint(&kept, row)).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{} of {} faults:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// What the table has wrong about a fault.
fn complaint(kept: &[Kept], row: &Row) -> Option<String> {
    let found = deviations(kept, Some(row.fault));
    let all: BTreeSet<&str> = found.iter().flat_map(|(_, ways)| ways).map(String::as_str).collect();
    let shown = found.iter().any(|(probe, _)| probe == row.probe);
    (!shown || all != row.ways).then(|| {
        let missed: Vec<_> = row.ways.difference(&all).collect();
        let others: Vec<String> = found
            .iter()
            .filter(|(_, ways)| ways.iter().any(|way| !row.ways.contains(way.as_str())))
            .map(|(probe, ways)| format!("    {probe}: {ways:?}"))
            .collect();
        let known = kept.iter().any(|probe| probe.name == row.probe);
        let named = if shown {
            ""
        } else if known {
            " is not shown by its probe;"
        } else {
            " names no probe;"
        };
        format!("{}:{named} not seen: {missed:?}; and else:\n{}", row.fault.id, others.join("\n"))
    })
}
