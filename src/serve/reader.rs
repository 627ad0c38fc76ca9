//! A browser that shows pages and listens: which pages, what it has of them, and what it hears.

use std::collections::BTreeMap;

use serde::Deserialize;
use tokio::sync::mpsc;

use super::address::PreviewAddress;
use super::faults::PageFaults;
use super::guide::SourceGuide;
use super::live::Live;
use super::message::BrowserMessage;
use super::page_seal::PageSeal;
use super::subject::PageSubject;
use super::view::View;
use crate::diagnostic::Diagnostics;

/// A page that a browser says it shows.
#[derive(Clone, Debug, Deserialize)]
pub struct ShownPage {
    /// Its path.
    pub(super) page: String,
    /// What it was when it was made.
    #[serde(default)]
    pub(super) seal: String,
    /// What it is about.
    #[serde(default)]
    pub(super) source: String,
    /// In which language.
    #[serde(default)]
    pub(super) language: String,
}

/// A page that a browser has open.
#[derive(Debug)]
pub(super) struct Pane {
    /// Which one of its reader.
    pub(super) index: usize,
    pub(super) spot: PreviewAddress,
    pub(super) subject: Option<PageSubject>,
    pub(super) seen: PageSeal,
}

/// A browser that listens.
#[derive(Debug)]
pub(super) struct PageReader {
    pub(super) number: u64,
    pub(super) panes: Vec<Pane>,
    pub(super) words: mpsc::Sender<BrowserMessage>,
    /// It did not take a word: what it shows may be old, so that it is to connect again.
    pub(super) is_lost: bool,
}

impl PageReader {
    pub(super) fn say(&mut self, word: BrowserMessage) {
        self.is_lost |= self.words.try_send(word).is_err();
    }

    pub(super) fn hears(&self) -> bool {
        !self.is_lost && !self.words.is_closed()
    }

    pub(super) fn panes_in<'r>(&'r self, view: &'r View) -> impl Iterator<Item = &'r Pane> {
        self.panes.iter().filter(move |pane| pane.spot.view == *view)
    }

    /// Takes in how its pages were found and tells of those that are others now; returns how many.
    pub(super) fn take(&mut self, view: &View, looks: &BTreeMap<PageKey, PageLook>) -> usize {
        let panes = self.panes.iter_mut().filter(|pane| pane.spot.view == *view);
        let words: Vec<BrowserMessage> = panes
            .filter_map(|pane| looks.get(&pane.key()).and_then(|look| pane.take(look)))
            .collect();
        let changed = words.len();
        words.into_iter().for_each(|word| self.say(word));
        changed
    }

    /// Adds what is wrong in its pages themselves.
    pub(super) fn add_faults(
        &self,
        view: &View,
        looks: &BTreeMap<PageKey, PageLook>,
        guide: &SourceGuide,
        told: &mut PageFaults,
    ) {
        let found = self.panes_in(view).filter_map(|pane| looks.get(&pane.key())?.faults());
        found.for_each(|faults| told.join(&PageFaults::of(faults, guide)));
    }
}

/// What tells how an open page is found.
pub(super) type PageKey = (PreviewAddress, Option<PageSubject>);

/// What became of an open page when it is looked at again.
pub(super) enum PageLook {
    There { seen: PageSeal, subject: Option<PageSubject>, faults: Diagnostics },
    Gone { address: Option<String> },
    Broken(Diagnostics),
}

impl PageLook {
    /// Looks at a page of a site.
    pub(super) fn at((spot, subject): &PageKey, live: &Live) -> Self {
        let Some(answer) = live.file(&spot.code, &spot.file()) else {
            return Self::Gone {
                address: subject.as_ref().and_then(|subject| live.address(&spot.code, subject)),
            };
        };
        match answer.made.bytes {
            Some(bytes) => Self::There {
                seen: PageSeal::of(&bytes),
                subject: answer.subject,
                faults: answer.made.faults,
            },
            None => Self::Broken(answer.made.faults),
        }
    }

    pub(super) fn faults(&self) -> Option<&Diagnostics> {
        match self {
            Self::There { faults, .. } | Self::Broken(faults) => Some(faults),
            Self::Gone { .. } => None,
        }
    }
}

impl Pane {
    pub(super) fn key(&self) -> PageKey {
        (self.spot.clone(), self.subject.clone())
    }

    pub(super) fn is_start(&self) -> bool {
        self.spot.code.is_empty()
    }

    /// Takes in what was found and says what the browser is to do.
    fn take(&mut self, look: &PageLook) -> Option<BrowserMessage> {
        let pane = self.index;
        match look {
            PageLook::Broken(_) => None,
            PageLook::There { seen, .. } if *seen == self.seen => None,
            // A browser that waits for a page that is not there need not hear each time that it is
            // not.
            PageLook::Gone { address: None } if self.seen == PageSeal::default() => None,
            PageLook::Gone { address } => {
                self.seen = PageSeal::default();
                Some(address.clone().map_or(BrowserMessage::Reload { pane }, |address| {
                    BrowserMessage::Go { pane, address }
                }))
            }
            PageLook::There { seen, subject, .. } => {
                let before = std::mem::replace(&mut self.seen, seen.clone());
                self.subject.clone_from(subject);
                Some(if before.is_same_without_styles(&self.seen) {
                    BrowserMessage::Style { pane }
                } else {
                    BrowserMessage::Reload { pane }
                })
            }
        }
    }
}
