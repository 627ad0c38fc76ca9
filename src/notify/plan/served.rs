//! The segments that a channel serves.

use super::day::PlannedDay;
use crate::municipality::Municipality;
use crate::municipality::notify::{Channel, Segment};
use crate::notify::shared_text::SharedText;

/// A segment as a channel serves it.
#[derive(Clone, Debug)]
pub(super) struct ServedSegment {
    pub(super) segment: Segment,
    /// Its id, as the notices share it.
    pub(super) id: SharedText,
}

impl ServedSegment {
    /// Lists the segments that a channel of a municipality serves.
    pub(super) fn of(
        day: PlannedDay<'_>,
        municipality: &Municipality,
        channel: &Channel,
    ) -> Vec<Self> {
        let PlannedDay { project, .. } = day;
        let all = municipality.segments(&project.stages, &project.config.languages);
        let is_served = |segment: &Segment| {
            let only = channel.segments.as_ref();
            only.is_none_or(|only| only.iter().any(|one| one.value == segment.id.value))
        };
        all.into_iter()
            .filter(is_served)
            .map(|segment| {
                let id = segment.id.value.as_str().into();
                Self { segment, id }
            })
            .collect()
    }
}
