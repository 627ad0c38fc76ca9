//! What the feeds of a site follow.

use super::Site;
use crate::content::taxonomy::Term;

/// What a feed follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Everything.
    All,
    /// The municipality's own notices.
    Notices,
    /// Corrections and withdrawals.
    Corrections,
    /// A stage, by its index.
    Stage(usize),
    /// A topic, by its index.
    Topic(usize),
}

impl Site<'_> {
    /// Lists what its feeds follow, the same in every language; nothing where it has none.
    ///
    /// A stage or topic that has no article at the moment keeps its feed, so that its address stays
    /// for those who follow it.
    pub fn channels(&self) -> Vec<Channel> {
        if self.feeds.is_none() {
            return Vec::new();
        }
        let taken = |terms: &[Term], takes: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..terms.len()).filter(|index| takes(&terms[*index].id.value)).collect()
        };
        let stages = taken(&self.project.stages, &|id| self.municipality.stages.takes(id));
        let topics = taken(&self.project.topics, &|id| self.municipality.topics.takes(id));
        let general = [Channel::All, Channel::Notices, Channel::Corrections].into_iter();
        general
            .chain(stages.into_iter().map(Channel::Stage))
            .chain(topics.into_iter().map(Channel::Topic))
            .collect()
    }

    /// Returns a feed's path below the folder of its language, without the ending that tells the
    /// format: `feeds/stage/newborn`.
    pub fn channel_path(&self, channel: Channel) -> String {
        let project = self.project;
        match channel {
            Channel::All => "feeds/all".to_owned(),
            Channel::Notices => "feeds/notices".to_owned(),
            Channel::Corrections => "feeds/corrections".to_owned(),
            Channel::Stage(index) => format!("feeds/stage/{}", project.stages[index].id.value),
            Channel::Topic(index) => format!("feeds/topic/{}", project.topics[index].id.value),
        }
    }
}
