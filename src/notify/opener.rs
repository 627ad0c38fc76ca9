//! The lanes of an outbox, opened: which channel each notice goes by, and what that channel lacks.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::channel::opening::{Connections, Opening, SpokenSegment};
use super::channel::registry;
use super::clock::Clock;
use super::lane::{Lane, Lanes};
use super::outbox::Outbox;
use super::secrets::Secrets;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::municipality::notify::QuietHours;
use crate::project::Project;

/// Opens the lanes of an outbox.
pub struct Opener<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its folder, in which no secret may lie.
    pub root: &'a Path,
    /// The secrets.
    pub secrets: &'a mut Secrets,
    /// Nothing will be sent, so that a missing secret is no fault.
    pub dry: bool,
    /// The number of requests at a time.
    pub connections: usize,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Opener<'_> {
    /// Opens the lanes of an outbox; reports what is missing.
    pub fn open(mut self, outbox: &Outbox, diagnostics: &mut Diagnostics) -> Lanes {
        let wanted: BTreeSet<(&str, &str)> = outbox
            .notices
            .iter()
            .map(|notice| (notice.municipality.as_ref(), notice.channel.as_ref()))
            .collect();
        let connections = Connections::new(self.connections);
        let mut lanes = Lanes::new();
        for (code, id) in wanted {
            let town = self.project.municipalities.iter().find(|town| town.code.as_str() == code);
            let lane = town.and_then(|town| self.lane(town, id, &connections, diagnostics));
            lanes.extend(lane.map(|lane| ((code.to_owned(), id.to_owned()), lane)));
        }
        for name in self.secrets.missing().iter().filter(|_| !self.dry) {
            diagnostics.push(missing(name));
        }
        lanes
    }

    /// Opens one channel; returns `None` where the municipality has no such channel, or it lacks
    /// something.
    fn lane(
        &mut self,
        municipality: &Municipality,
        id: &str,
        connections: &Connections,
        diagnostics: &mut Diagnostics,
    ) -> Option<Lane> {
        let project = self.project;
        let notify = municipality.notify.as_ref();
        let named = notify
            .and_then(|notify| notify.channels.iter().find(|channel| channel.id.value == id))
            .map(|channel| &channel.kind);
        // The hub of feeds is a channel without an entry in `notify`; its id is the word of its
        // kind.
        let kind = registry::kind(named.map_or(id, |settings| settings.word()))?;
        let languages = &project.config.languages;
        let segments: Vec<SpokenSegment<'_>> = municipality
            .segments(&project.stages, languages)
            .into_iter()
            .map(|segment| SpokenSegment {
                id: segment.id.value,
                language: &languages.get(segment.language).tag,
            })
            .collect();
        let opened = (kind.open)(&mut Opening {
            project,
            root: self.root,
            municipality,
            id,
            settings: named,
            segments: &segments,
            secrets: self.secrets,
            connections,
            clock: &self.clock,
            diagnostics,
        })?;
        let quiet = notify
            .filter(|_| opened.sender.reaches_families())
            .map_or(QuietHours { from: 0, to: 0 }, |notify| notify.quiet);
        Some(Lane {
            municipality: municipality.code.as_str().to_owned(),
            channel: id.to_owned(),
            quiet,
            sender: opened.sender,
            segments: segments.into_iter().map(|segment| segment.id).collect(),
            recipients: opened.recipients,
        })
    }
}

/// Reports a secret that was asked for and is not there.
fn missing(name: &str) -> Diagnostic {
    Diagnostic::error(
        codes::NO_SECRET,
        None,
        message!("「{name}」がありません", "there is no `{name}`"),
    )
    .help(message!(
        "環境変数にするか、--secrets で指すプロジェクトの外のファイルに「{name}=値」と書いてください",
        "set it in the environment, or write `{name}=value` into a file outside the project and \
         name that with --secrets"
    ))
}
