//! Reading a project: every part decoded, and then every reference between them checked.

use super::check;
use super::file::{Unread, decode};
use super::table;
use super::whole::Project;
use crate::content::Config;
use crate::content::article;
use crate::content::campaign;
use crate::content::emergency::{self, EmergencyNumber};
use crate::content::language::Languages;
use crate::content::taxonomy::{self, Term, TermKind};
use crate::diagnostic::{Diagnostics, Source};
use crate::municipality;
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::yaml::{Node, Value};
use crate::supervision::{self, Ledger, Supervision};
use crate::theme;

impl Project {
    /// Reads a project from its files, going on after every fault.
    pub fn load(files: Files, diagnostics: &mut Diagnostics) -> Self {
        let config = decode(&files, "ubugi.yaml", true, diagnostics, Config::decode);
        let is_read = config.is_some();
        // Without the project's languages every text would be a fault, and the one that matters has
        // been reported.
        let files = if is_read { files } else { Files::new() };
        let config = config.unwrap_or_else(config_of_nothing);
        let languages = &config.languages;
        let mut lists = Lists::read(&files, languages, is_read, diagnostics);
        let supervision = load_supervision(&files, &config, diagnostics);
        let sources: Vec<_> = files
            .under("content/articles/")
            .filter(|(path, _)| path.ends_with(".md"))
            .filter_map(|(_, file)| file.text())
            .collect();
        let (mut in_works, mut in_table, mut in_towns, mut in_themes) =
            <(Diagnostics, Diagnostics, Diagnostics, Diagnostics)>::default();
        let ((works, table), (municipalities, themes)) = rayon::join(
            || {
                (
                    article::decode_all(sources, None, languages, &files.memo, &mut in_works),
                    table::load(&files, languages, &mut in_table),
                )
            },
            || {
                rayon::join(
                    || municipality::decode_all(&files, languages, &mut in_towns),
                    || {
                        let default = &config.default_theme.value;
                        theme::load_all(&files, default, languages, &mut in_themes)
                    },
                )
            },
        );
        diagnostics.extend(in_works);
        diagnostics.extend(in_table);
        let campaigns = campaign::decode_all(&files, languages, diagnostics);
        diagnostics.extend(in_towns);
        diagnostics.extend(in_themes);
        let lacks_municipality =
            folders(&files) > municipalities.len() || lists.lacks_emergency(&files);
        let project = Self {
            config,
            stages: lists.stages.take().unwrap_or_default(),
            topics: lists.topics.take().unwrap_or_default(),
            emergency: lists.emergency.take().unwrap_or_default(),
            supervision,
            works,
            table,
            campaigns,
            municipalities,
            themes: themes.themes,
            theme_files: themes.files,
            lacks_municipality,
            files,
        };
        if is_read {
            check::check(&project, &lists.unread, diagnostics);
        }
        check::stray_files(&project.files, diagnostics);
        project
    }

    /// Reads only what the audit of the ledger needs: languages and policy, reviewers, the ledger.
    pub fn load_supervision(files: &Files, diagnostics: &mut Diagnostics) -> Supervision {
        match decode(files, "ubugi.yaml", true, diagnostics, Config::decode) {
            Some(config) => load_supervision(files, &config, diagnostics),
            None => Supervision::default(),
        }
    }
}

/// The lists that articles and municipalities refer to; `None` for one that could not be read.
struct Lists {
    stages: Option<Vec<Term>>,
    topics: Option<Vec<Term>>,
    emergency: Option<Vec<EmergencyNumber>>,
    unread: Unread,
}

impl Lists {
    fn read(
        files: &Files,
        languages: &Languages,
        are_required: bool,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut terms = |path: &str, kind: TermKind| {
            decode(files, path, are_required, diagnostics, |decoder, node| {
                taxonomy::decode(decoder, node, kind, languages)
            })
        };
        let stages = terms("content/stages.yaml", TermKind::Stage);
        let topics = terms("content/topics.yaml", TermKind::Topic);
        let emergency =
            decode(files, "content/emergency.yaml", false, diagnostics, |decoder, node| {
                emergency::decode_all(decoder, node, languages)
            });
        let unread = Unread {
            // A list that is not there cannot be referred to either.
            stages: stages.is_none(),
            topics: topics.is_none(),
            ..Unread::of(files)
        };
        Self { stages, topics, emergency, unread }
    }

    /// Returns whether there are emergency numbers that cannot be read.
    fn lacks_emergency(&self, files: &Files) -> bool {
        self.emergency.is_none() && files.get("content/emergency.yaml").is_some()
    }
}

/// Counts the folders of municipalities.
fn folders(files: &Files) -> usize {
    let is_town =
        |path: &str| path.starts_with("municipalities/") && path.ends_with("/municipality.yaml");
    files.iter().filter(|(path, _)| is_town(path)).count()
}

/// Returns the settings that hold where there are none, so that the rest can be looked at.
fn config_of_nothing() -> Config {
    let source = Source::new("ubugi.yaml", "");
    let mut unread = Diagnostics::new();
    let node = Node { range: 0..0, value: Value::Mapping(Vec::new()) };
    Decoder::on(&source, &mut unread, |decoder| Config::decode(decoder, &node))
}

/// Reads reviewers and ledger.
fn load_supervision(files: &Files, config: &Config, diagnostics: &mut Diagnostics) -> Supervision {
    let reviewers = decode(files, "content/reviewers.yaml", false, diagnostics, |decoder, node| {
        supervision::decode_reviewers(decoder, node, &config.languages)
    })
    .unwrap_or_default();
    Supervision::new(reviewers, config.policy.clone(), Ledger::read(files, diagnostics))
}
