//! The plan: what is to be sent on one day, a pure function of an edition, the ledger's history and
//! the date.
//!
//! A candidate is an article that a site shows in a segment's language, approved (or an office's
//! own notice that needs no approval) and not overdue; or the severe correction or withdrawal of
//! such an article, for the families that heard of it. The plan leaves out what the ledger has as
//! sent or seeded. The rest goes out in this order: severe withdrawals, severe corrections, what a
//! campaign features, then the oldest first. Limits let so many through; the others wait for
//! another day. So an outbox never carries yesterday's content: what was withdrawn meanwhile is no
//! candidate any more.

mod candidate;
mod day;
mod hub;
mod offer;
mod served;
mod site;
mod writer;

pub use offer::Offer;
