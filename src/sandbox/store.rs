//! What the sandbox remembers: customers and their bank accounts, in memory only.

use super::clock::Moment;
use super::id::{Id, Ids};
use super::seed;
use super::validate::Object;
use super::variation::Ways;
use std::collections::BTreeMap;
use std::sync::Arc;

/// "Each customer can have up to 20 external bank accounts."
pub(super) const MAX_BANK_ACCOUNTS: usize = 20;

/// Everything that was ever stored and not removed.
#[derive(Clone, Debug)]
pub(super) struct Store {
    /// Shared with copies of the store until one of them changes.
    customers: BTreeMap<Id, Arc<Customer>>,
    /// Those that were added since it was made, in order.
    added: Vec<Id>,
    /// Where identifiers come from.
    pub(super) ids: Ids,
}

/// A customer; the words are those of the documents.
#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) id: Id,
    pub(super) reference_id: String,
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    pub(super) onboarding_status: &'static str,
    pub(super) created: Moment,
    pub(super) risk_group: Option<String>,
    pub(super) accounts: Vec<Account>,
    pub(super) documents: Vec<Document>,
    /// The properties of `kycDetails` that are known, in the form in which they were written.
    pub(super) kyc: Option<Object>,
    pub(super) recognition: Option<String>,
    pub(super) document_expiry: Option<Moment>,
    pub(super) emirates_id: Option<String>,
    pub(super) bank_accounts: Vec<BankAccount>,
}

/// A trading account. No operation creates one; only seeded customers have some.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) id: Id,
    pub(super) number: String,
    pub(super) name: Option<&'static str>,
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
}

/// An identity document that a customer has to hand in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document {
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
}

/// An external bank account of a customer.
#[derive(Clone, Debug)]
pub(super) struct BankAccount {
    pub(super) id: Id,
    pub(super) instruction: Object,
    pub(super) status: &'static str,
    pub(super) reason: Option<&'static str>,
    pub(super) created: Moment,
}

impl Store {
    /// A store with the seeded customers.
    pub(super) fn seeded(ways: Ways) -> Store {
        let mut ids = Ids::new(ways.version());
        let mut customers = BTreeMap::new();
        for (number, mut customer) in seed::customers(&mut ids, ways.starts()).into_iter().enumerate() {
            ways.seed(number, &mut customer);
            customers.insert(customer.id, Arc::new(customer));
        }
        Store { customers, added: Vec::new(), ids }
    }

    /// All customers.
    pub(super) fn customers(&self) -> impl Iterator<Item = &Customer> {
        self.customers.values().map(Arc::as_ref)
    }

    /// One customer.
    pub(super) fn customer(&self, id: Id) -> Option<&Customer> {
        self.customers.get(&id).map(Arc::as_ref)
    }

    /// One customer, to change.
    pub(super) fn customer_mut(&mut self, id: Id) -> Option<&mut Customer> {
        self.customers.get_mut(&id).map(Arc::make_mut)
    }

    /// Those who were added, the last one first, to change.
    pub(super) fn each_added(&mut self, most: usize, change: impl Fn(&mut Customer)) {
        for id in self.added.iter().rev().take(most) {
            if let Some(customer) = self.customers.get_mut(id) {
                change(Arc::make_mut(customer));
            }
        }
    }

    /// The customer who was added last.
    pub(super) fn newest(&self) -> Option<Id> {
        self.added.last().copied()
    }

    /// Forgets the customer who was added last.
    pub(super) fn forget_newest(&mut self) {
        if let Some(id) = self.added.pop() {
            self.customers.remove(&id);
        }
    }

    /// Puts a customer in the place of who bears the same identifier.
    pub(super) fn put(&mut self, customer: Customer) {
        self.customers.insert(customer.id, Arc::new(customer));
    }

    /// "Will add a customer and create a permanent reference to that customer": nothing ever removes one.
    pub(super) fn add(&mut self, customer: Customer) {
        self.added.push(customer.id);
        self.customers.insert(customer.id, Arc::new(customer));
    }
}

impl Customer {
    /// Whether an employer address, in either form, is on record.
    pub(super) fn has_employer_address(&self) -> bool {
        self.kyc.as_ref().and_then(|kyc| kyc.get("employerAddress")).is_some_and(|address| !address.is_null())
    }
}
