//! What comes about by itself, while nobody asks for it.

use jiff::SignedDuration;

use super::{Variation, Way, variation};
use crate::sandbox::clock::Moment;
use crate::sandbox::request::Operation::AddCustomerBankInformation;
use crate::sandbox::store::{Customer, Store};

pub(super) const VARIATIONS: &[Variation] = &[
    variation!(
        "onboarding-goes-on",
        Enough,
        "Who is created is in process after a tenth of a second, and active after another",
        "\"customerStatus\" and \"onboardingStatus\" are the server's to change, and no sentence says when",
        [Way::Passes(|store, now| each_recent(store, now, |customer, age| {
            let (status, onboarding) = match age {
                ..100 => return,
                100..200 => ("ONBOARDING", "PROCESSING"),
                _ => ("ACTIVE", "ONBOARDED"),
            };
            customer.status = status;
            customer.onboarding_status = onboarding;
        }))]
    ),
    variation!(
        "accounts-cool-off-fast",
        Enough,
        "A bank account has cooled off after a tenth of a second, and is active after another",
        "`coolingOffEndTime`: no sentence says how far away it is, or what an account is afterwards",
        [
            Way::Passes(|store, now| {
                let now = now.clone();
                store.each_added(RECENT, |customer| {
                    for account in &mut customer.bank_accounts {
                        account.status = match age(&account.created, &now) {
                            ..100 => continue,
                            100..200 => "COOLED_OFF",
                            _ => "ACTIVE",
                        };
                    }
                });
            }),
            Way::Answers(|asked, answer| {
                if asked.is(AddCustomerBankInformation) && answer.is_success() {
                    let created = answer.at("/createdAt").and_then(|created| Moment::parse(created.as_str()?));
                    let end = created.map(|created| created.plus(SignedDuration::from_millis(100)));
                    if let Some(end) = end {
                        answer.put("/coolingOffEndTime", end.text());
                    }
                }
            }),
        ]
    ),
    variation!(
        "trading-accounts-open",
        Enough,
        "Who is created gets trading accounts after a tenth of a second, and a risk group",
        "\"Account information about a customer\", and no sentence says how accounts come about",
        [Way::Passes(|store, now| each_recent(store, now, |customer, age| {
            if age >= 100 && customer.risk_group.is_none() {
                customer.risk_group = Some("LOW".to_owned());
            }
            if age >= 100
                && let Some(document) = customer.documents.first_mut()
            {
                document.status = "VERIFIED";
            }
        }))]
    ),
];

/// How many of the latest customers are looked at; who was created before them has arrived long ago.
const RECENT: usize = 200;

fn each_recent(store: &mut Store, now: &Moment, change: fn(&mut Customer, i64)) {
    let now = now.clone();
    store.each_added(RECENT, |customer| {
        let age = age(&customer.created, &now);
        change(customer, age);
    });
}

/// Milliseconds between two moments.
fn age(created: &Moment, now: &Moment) -> i64 {
    let span = now.utc().duration_since(created.utc());
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
