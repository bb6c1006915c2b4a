//! Probes of what becomes of what is written.

use super::super::{customer, instruction, with};
use super::step::{Probe, Step, delete, get, post, probe};

const ACCOUNTS: &str = "/v1/customers/{bare}/bankinfo";
const ADDED: &str = "/v1/customers/{bare}/bankinfo/{bankAccountId}";

pub(super) fn probes() -> impl Iterator<Item = Probe> {
    let create = |reference: &str| post("/v1/customers", &with(&customer(), "/referenceId", reference));
    let list = |reference: &str| get(format!("/v1/customers?referenceId={reference}"));
    let add = || post(ACCOUNTS, &instruction());
    let remove = || delete(ADDED);
    let many: Vec<Step> = (0..21).map(|_| add()).chain([get(ACCOUNTS)]).collect();
    [
        probe("what is created is listed", [create("mine"), list("mine"), get("/v1/customers?limit=1000")]),
        probe("two are created and listed", [create("mine"), create("mine"), list("mine")]),
        probe("two accounts are added", [add(), add(), get(ACCOUNTS)]),
        probe("twenty-one accounts are added", many),
        probe("a full customer has one removed and adds another", {
            let full = (0..20).map(|_| add());
            full.chain([remove(), add(), add(), get(ACCOUNTS)]).collect::<Vec<_>>()
        }),
        probe("an account is removed", [add(), remove(), get(ADDED), get(ACCOUNTS)]),
        probe("an account is removed twice", [add(), remove(), remove()]),
        probe(
            "the first of the seed is removed",
            [delete("/v1/customers/{banked}/bankinfo/{person}"), get("/v1/customers/{banked}/bankinfo")],
        ),
        probe("an unknown account is removed", [delete("/v1/customers/{banked}/bankinfo/{unknown}")]),
        probe("an account that is none is removed", [delete("/v1/customers/{banked}/bankinfo/7")]),
        probe(
            "an account of another is removed",
            [delete("/v1/customers/{other}/bankinfo/{person}"), get("/v1/customers/{banked}/bankinfo/{person}")],
        ),
    ]
    .into_iter()
}
