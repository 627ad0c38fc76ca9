//! A whole project, read and checked: everything an edition is made from.

pub mod kinds;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::content::Config;
use crate::content::article::{self, Work, fold_slug};
use crate::content::campaign::{self, Campaign};
use crate::content::code;
use crate::content::config::TextKind;
use crate::content::emergency::{self, EmergencyNumber};
use crate::content::language::Languages;
use crate::content::medicine::{self, Drug, Ingredient, LactationTable};
use crate::content::taxonomy::{self, Term, TermKind};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::message;
use crate::municipality::{self, Municipality};
use crate::source::decode::Decoder;
use crate::source::files::LEDGER;
use crate::source::yaml::Node;
use crate::source::{Files, memo, suggest};
use crate::supervision::publication::{self, Publication};
use crate::supervision::seals::{DRUG_LISTS, kind_of};
use crate::supervision::{self, Ledger, State, Supervision};
use crate::theme::{self, Theme, Themes};

/// Texts that are published in the place of working ones, by path.
pub type Replaced = BTreeMap<String, Arc<Source>>;

/// A project's typed content; references within it are checked.
#[derive(Clone, Debug)]
pub struct Project {
    /// `ubugi.yaml`.
    pub config: Config,
    /// Stages in order.
    pub stages: Vec<Term>,
    /// Topics in order.
    pub topics: Vec<Term>,
    /// Numbers that every site shows.
    pub emergency: Vec<EmergencyNumber>,
    /// Reviewers and approvals.
    pub supervision: Supervision,
    /// Shared articles, by path.
    pub works: Vec<Work>,
    /// The lactation table.
    pub table: LactationTable,
    /// Campaigns, by id.
    pub campaigns: Vec<Campaign>,
    /// Municipalities, by folder.
    pub municipalities: Vec<Municipality>,
    /// Themes, by name.
    pub themes: Themes,
    /// Whether a municipality could not be read, so that what only it has is not known.
    pub lacks_municipality: bool,
    /// All files, for images and assets.
    pub files: Files,
}

impl Project {
    /// Reads a project from its files, going on after every fault.
    pub fn load(files: Files, diagnostics: &mut Diagnostics) -> Self {
        let config = read(&files, "ubugi.yaml", true, diagnostics, Config::decode);
        // Without the project's languages every text would be a fault; the one that matters has been told.
        let files = if config.is_some() { files } else { Files::new() };
        let is_read = config.is_some();
        let config = config.unwrap_or_else(|| {
            let source = Source::new("ubugi.yaml", "");
            let mut unread = Diagnostics::new();
            let node = Node { range: 0..0, value: crate::source::yaml::Value::Mapping(Vec::new()) };
            Decoder::on(&source, &mut unread, |decoder| Config::decode(decoder, &node))
        });
        let languages = &config.languages;
        let stages = read(&files, "content/stages.yaml", is_read, diagnostics, |d, n| {
            taxonomy::decode(d, n, TermKind::Stage, languages)
        });
        let topics = read(&files, "content/topics.yaml", is_read, diagnostics, |d, n| {
            taxonomy::decode(d, n, TermKind::Topic, languages)
        });
        let emergency = read(&files, "content/emergency.yaml", false, diagnostics, |d, n| {
            emergency::decode_all(d, n, languages)
        });
        // References into a list that could not be read are not judged: its own fault is told.
        let unread = Unread {
            stages: stages.is_none(),
            topics: topics.is_none(),
            drug_sources: unreadable(&files, "content/drug-sources.yaml"),
            drug_classes: unreadable(&files, "content/drug-classes.yaml"),
        };
        let lacks_emergency = emergency.is_none() && files.get("content/emergency.yaml").is_some();
        let (stages, topics, emergency) =
            (stages.unwrap_or_default(), topics.unwrap_or_default(), emergency.unwrap_or_default());
        let supervision = supervision(&files, &config, diagnostics);
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
                    table(&files, languages, &mut in_table),
                )
            },
            || {
                rayon::join(
                    || municipality::decode_all(&files, languages, &mut in_towns),
                    || theme::load_all(&files, languages, &mut in_themes),
                )
            },
        );
        diagnostics.extend(in_works);
        diagnostics.extend(in_table);
        let campaigns = campaign::decode_all(&files, languages, diagnostics);
        diagnostics.extend(in_towns);
        diagnostics.extend(in_themes);
        let folders = files
            .iter()
            .filter(|(path, _)| {
                path.starts_with("municipalities/") && path.ends_with("/municipality.yaml")
            })
            .count();
        let lacks_municipality = folders > municipalities.len() || lacks_emergency;
        let project = Self {
            config,
            stages,
            topics,
            emergency,
            supervision,
            works,
            table,
            campaigns,
            municipalities,
            themes,
            lacks_municipality,
            files,
        };
        if is_read {
            project.check(&unread, diagnostics);
        }
        stray_files(&project.files, diagnostics);
        project
    }

    /// Reads only what the audit of the ledger needs: languages and policy, reviewers, the ledger.
    pub fn load_supervision(files: &Files, diagnostics: &mut Diagnostics) -> Supervision {
        match read(files, "ubugi.yaml", true, diagnostics, Config::decode) {
            Some(config) => supervision(files, &config, diagnostics),
            None => Supervision::default(),
        }
    }

    /// Iterates over the shared articles and those of every municipality.
    pub fn all_works(&self) -> impl Iterator<Item = &Work> {
        self.works.iter().chain(self.municipalities.iter().flat_map(|m| &m.works))
    }

    /// Finds the theme of a municipality, or the default one.
    pub fn theme_of(&self, municipality: &Municipality) -> Option<&Theme> {
        let name = municipality
            .theme
            .as_ref()
            .map_or(self.config.default_theme.value.as_str(), |theme| theme.value.as_str());
        self.themes.get(name).map(AsRef::as_ref)
    }

    /// Chooses what is published on a day: the approved bytes of every text, also where its working text is ahead of them.
    ///
    /// The project itself holds the working texts, so that every fault in them is told; what comes out of this is for readers. The texts
    /// that are not the working ones are returned with it.
    pub fn as_of(&self, on: Date, diagnostics: &mut Diagnostics) -> (Self, Replaced) {
        let Publication { supervision, files, replaced } =
            self.supervision.publish(&self.files, on, diagnostics);
        let mut project = Self { supervision, files, ..self.clone() };
        if !replaced.is_empty() {
            project.decode_again(&replaced, diagnostics);
        }
        let mut supervision = std::mem::take(&mut project.supervision);
        supervision.combine(&project.all_works().collect::<Vec<_>>(), &project.table, diagnostics);
        project.supervision = supervision;
        (project, replaced)
    }

    /// Lists the texts whose words a text's page shows besides its own, so that they must be approved too.
    pub fn depends_on(&self, path: &str) -> Vec<String> {
        if path.starts_with("content/drugs/") {
            return DRUG_LISTS.map(str::to_owned).to_vec();
        }
        if let Some(product) =
            self.table.products.iter().find(|product| product.source.path == path)
        {
            return publication::product_shows(product);
        }
        let translation = self.all_works().find(|work| {
            work.versions
                .values()
                .any(|version| version.shares_sources && version.source.path == path)
        });
        translation.map(|work| vec![work.path.clone()]).unwrap_or_default()
    }

    /// Lists those of the texts on which a text [depends](Self::depends_on) that are not approved on a day, in a project [as of](Self::as_of) it.
    pub fn waits_for(&self, path: &str, on: Date) -> Vec<String> {
        self.depends_on(path)
            .into_iter()
            .filter(|other| {
                !matches!(self.supervision.state(other, true, on), State::Approved { .. })
            })
            .collect()
    }

    /// Decodes the texts that were replaced, together with the translations or the original that belong to them.
    fn decode_again(&mut self, replaced: &Replaced, diagnostics: &mut Diagnostics) {
        let languages = self.config.languages.clone();
        let touched = publication::touched(replaced.keys().map(String::as_str));
        let is_touched = |path: &str| touched.iter().any(|stem| path.starts_with(stem.as_str()));
        let again = |works: &mut Vec<Work>,
                     files: &Files,
                     folder: &str,
                     owner,
                     diagnostics: &mut Diagnostics| {
            let sources: Vec<_> = files
                .under(folder)
                .filter(|(path, _)| path.ends_with(".md") && is_touched(path))
                .filter_map(|(_, file)| file.text())
                .collect();
            if !sources.is_empty() {
                works.retain(|work| !is_touched(&work.path));
                works.extend(article::decode_all(
                    sources,
                    owner,
                    &languages,
                    &files.memo,
                    diagnostics,
                ));
                works.sort_by(|a, b| a.path.cmp(&b.path));
            }
        };
        again(&mut self.works, &self.files, "content/articles/", None, diagnostics);
        for municipality in &mut self.municipalities {
            let folder = format!("{}articles/", municipality.folder);
            again(
                &mut municipality.works,
                &self.files,
                &folder,
                Some(municipality.code),
                diagnostics,
            );
        }
        if replaced.keys().any(|path| kind_of(path) == Some(TextKind::Drug)) {
            self.table = table(&self.files, &languages, diagnostics);
        }
        let unread = Unread {
            stages: unreadable(&self.files, "content/stages.yaml"),
            topics: unreadable(&self.files, "content/topics.yaml"),
            drug_sources: unreadable(&self.files, "content/drug-sources.yaml"),
            drug_classes: unreadable(&self.files, "content/drug-classes.yaml"),
        };
        self.check(&unread, diagnostics);
    }

    /// Checks every reference from one part to another.
    fn check(&self, unread: &Unread, diagnostics: &mut Diagnostics) {
        let stages = ids(&self.stages);
        let topics = ids(&self.topics);
        let codes_known: Vec<&str> = self.municipalities.iter().map(|m| m.code.as_str()).collect();
        for work in self.all_works() {
            for stage in work.stages.iter().filter(|_| !unread.stages) {
                known(stage, &stages, "content/stages.yaml", diagnostics);
            }
            for topic in work.topics.iter().filter(|_| !unread.topics) {
                known(topic, &topics, "content/topics.yaml", diagnostics);
            }
            for code in work.only.iter().chain(&work.except) {
                if !codes_known.contains(&code.value.as_str()) {
                    let (number, near) = (
                        code.value,
                        suggest::nearest(code.value.as_str(), codes_known.iter().copied()),
                    );
                    let name = code::lookup(number)
                        .map(|g| format!("（{}）", g.full_name()))
                        .unwrap_or_default();
                    diagnostics.push(
                        Diagnostic::error(
                            codes::UNKNOWN_REFERENCE,
                            code.place.clone(),
                            message!(
                                "コード {number}{name} の市区町村は、このプロジェクトにありません",
                                "this project has no municipality {number}"
                            ),
                        )
                        .help(match near {
                            Some(near) => {
                                message!("「{near}」のことですか", "did you mean {near}?")
                            }
                            None => message!(
                                "municipalities/ にあるコードを書いてください",
                                "write a code that is under municipalities/"
                            ),
                        }),
                    );
                }
            }
        }
        self.check_supervision(unread, &topics, diagnostics);
        self.check_slugs(diagnostics);
        check_identities(&self.works, diagnostics);
        self.municipalities
            .iter()
            .for_each(|municipality| check_identities(&municipality.works, diagnostics));
        self.check_municipalities(unread, &stages, &topics, diagnostics);
        self.check_notices(unread, &stages, &topics, diagnostics);
        self.check_table(unread, diagnostics);
    }

    /// Checks what reviewers, policy and texts say of each other.
    fn check_supervision(&self, unread: &Unread, topics: &[&str], diagnostics: &mut Diagnostics) {
        let reviewers: Vec<&str> =
            self.supervision.reviewers.iter().map(|reviewer| reviewer.id.value.as_str()).collect();
        let clinical = &self.config.policy.clinical_topics;
        let named = self
            .supervision
            .reviewers
            .iter()
            .flat_map(|reviewer| reviewer.topics.iter().flatten())
            .chain(clinical);
        for topic in named.filter(|_| !unread.topics) {
            known(topic, topics, "content/topics.yaml", diagnostics);
        }
        let authors = self
            .all_works()
            .flat_map(|work| work.versions.values())
            .flat_map(|version| &version.written_by);
        let medicines = self
            .table
            .drugs
            .iter()
            .flat_map(|drug| &drug.written_by)
            .chain(self.table.products.iter().flat_map(|product| &product.written_by));
        for author in authors.chain(medicines) {
            known(author, &reviewers, "content/reviewers.yaml", diagnostics);
        }
        for work in self.municipalities.iter().flat_map(|municipality| &municipality.works) {
            let is_notice = work
                .versions
                .values()
                .any(|version| version.supervision == article::Supervision::None);
            if let Some(topic) = work.topics.iter().find(|topic| {
                is_notice && clinical.iter().any(|clinical| clinical.value == topic.value)
            }) {
                let name = &topic.value;
                diagnostics.push(
                    Diagnostic::error(
                        codes::CLINICAL_NOTICE,
                        topic.place.clone(),
                        message!("話題「{name}」の文章は、お知らせでも監修の対象から外せません", "a text on `{name}` cannot do without supervision, also as a notice"),
                    )
                    .help(message!(
                        "supervision: none の行を消すか、話題を直してください（ubugi.yaml の policy.clinical_topics）",
                        "remove `supervision: none` or correct the topic (policy.clinical_topics in ubugi.yaml)"
                    )),
                );
            }
        }
    }

    /// Checks that addresses are unique: among shared articles, and for each municipality together with its own.
    fn check_slugs(&self, diagnostics: &mut Diagnostics) {
        let mut shared: BTreeMap<String, &Located<String>> = BTreeMap::new();
        for work in &self.works {
            for slug in std::iter::once(&work.slug).chain(&work.aliases) {
                match shared.get(&fold_slug(&slug.value)) {
                    Some(first) => diagnostics.push(same_slug(codes::DUPLICATE_SLUG, slug, first)),
                    None => {
                        shared.insert(fold_slug(&slug.value), slug);
                    }
                }
            }
        }
        for municipality in &self.municipalities {
            let mut own: BTreeMap<String, &Located<String>> = BTreeMap::new();
            for work in &municipality.works {
                for slug in std::iter::once(&work.slug).chain(&work.aliases) {
                    let folded = fold_slug(&slug.value);
                    if let Some(first) = shared.get(&folded) {
                        diagnostics.push(same_slug(codes::SHARED_SLUG, slug, first));
                    } else if let Some(first) = own.get(&folded) {
                        diagnostics.push(same_slug(codes::DUPLICATE_SLUG, slug, first));
                    } else {
                        own.insert(folded, slug);
                    }
                }
            }
        }
    }

    fn check_municipalities(
        &self,
        unread: &Unread,
        stages: &[&str],
        topics: &[&str],
        diagnostics: &mut Diagnostics,
    ) {
        let paths: Vec<&str> = self.works.iter().map(|work| work.path.as_str()).collect();
        // A theme whose manifest has a fault is not missing.
        let themes: Vec<&str> = self
            .files
            .under("themes/")
            .filter_map(|(path, _)| path["themes/".len()..].split_once('/').map(|(name, _)| name))
            .collect();
        known(&self.config.default_theme, &themes, "themes/", diagnostics);
        let mut bases: BTreeMap<String, &Municipality> = BTreeMap::new();
        for municipality in &self.municipalities {
            for stage in municipality.stages.named().filter(|_| !unread.stages) {
                known(stage, stages, "content/stages.yaml", diagnostics);
            }
            for topic in municipality.topics.named().filter(|_| !unread.topics) {
                known(topic, topics, "content/topics.yaml", diagnostics);
            }
            for path in municipality.articles.named() {
                known(path, &paths, "content/articles/", diagnostics);
            }
            if let Some(theme) = &municipality.theme {
                known(theme, &themes, "themes/", diagnostics);
            }
            // Servers and file systems that do not tell case apart would lay the two over each other.
            let base = format!("{}{}", municipality.base_url.origin, municipality.base_url.path)
                .to_lowercase();
            if let Some(other) = bases.insert(base, municipality) {
                let folder = &other.folder;
                diagnostics.push(
                    Diagnostic::error(
                        codes::BASE_URL_CLASH,
                        municipality.base_url_place.clone(),
                        message!(
                            "公開先が「{folder}」と同じです",
                            "the base address is that of `{folder}`"
                        ),
                    )
                    .help(message!(
                        "市区町村ごとに別の base_url を付けてください",
                        "give every municipality a base_url of its own"
                    ))
                    .related(
                        other.base_url_place.clone(),
                        message!("同じ公開先", "the same address"),
                    ),
                );
            }
        }
    }

    /// Checks campaigns and what municipalities say of their notices.
    fn check_notices(
        &self,
        unread: &Unread,
        stages: &[&str],
        topics: &[&str],
        diagnostics: &mut Diagnostics,
    ) {
        let towns: Vec<&str> =
            self.municipalities.iter().map(|municipality| municipality.code.as_str()).collect();
        let works: Vec<&str> = self.all_works().map(|work| work.path.as_str()).collect();
        for campaign in &self.campaigns {
            for path in &campaign.featured {
                known(path, &works, "content/articles/", diagnostics);
            }
            for code in campaign.only.iter().filter(|_| !self.lacks_municipality) {
                known(
                    &Located::new(code.value.to_string(), code.place.clone()),
                    &towns,
                    "municipalities/",
                    diagnostics,
                );
            }
        }
        for municipality in &self.municipalities {
            let Some(notify) = &municipality.notify else { continue };
            for segment in notify.segments.iter().flatten() {
                for stage in segment.stages.iter().filter(|_| !unread.stages) {
                    known(stage, stages, "content/stages.yaml", diagnostics);
                }
                for topic in segment.topics.iter().filter(|_| !unread.topics) {
                    known(topic, topics, "content/topics.yaml", diagnostics);
                }
            }
            if !unread.stages {
                let segments = municipality
                    .segments(&self.stages, &self.config.languages)
                    .into_iter()
                    .map(|segment| segment.id.value)
                    .collect();
                notify.check(&segments, diagnostics);
            }
            if municipality.demo {
                diagnostics.push(
                    Diagnostic::warning(
                        codes::DEMO_NOTIFY,
                        Place::start_of(&municipality.source),
                        message!(
                            "見本のサイト（demo: true）からは、通知を送りません",
                            "a demonstration (`demo: true`) never sends a notice"
                        ),
                    )
                    .help(message!(
                        "notify を消すか、公式のサイトなら demo の行を消してください",
                        "remove `notify`, or `demo` where the site is official"
                    )),
                );
            }
        }
    }

    fn check_table(&self, unread: &Unread, diagnostics: &mut Diagnostics) {
        let table = &self.table;
        let classes: Vec<&str> =
            table.classes.iter().map(|class| class.id.value.as_str()).collect();
        let groups: Vec<&str> = table.groups.iter().map(|group| group.id.value.as_str()).collect();
        let sources: Vec<&str> =
            table.sources.iter().map(|source| source.id.value.as_str()).collect();
        // A drug whose file has a fault is not missing.
        let drugs: Vec<&str> =
            self.files.under("content/drugs/").filter_map(|(path, _)| drug_id(path)).collect();
        for class in &table.classes {
            known(&class.group, &groups, "content/drug-classes.yaml", diagnostics);
        }
        for drug in &table.drugs {
            if !unread.drug_classes {
                known(&drug.class, &classes, "content/drug-classes.yaml", diagnostics);
            }
            for assessment in &drug.assessments {
                if !unread.drug_sources
                    && known(&assessment.source, &sources, "content/drug-sources.yaml", diagnostics)
                    && let Some(source) = table.source(&assessment.source.value)
                {
                    let categories: Vec<&str> = source
                        .categories
                        .iter()
                        .map(|category| category.id.value.as_str())
                        .collect();
                    known(
                        &assessment.category,
                        &categories,
                        "content/drug-sources.yaml",
                        diagnostics,
                    );
                }
                for alternative in &assessment.alternatives {
                    if alternative.value == drug.id {
                        diagnostics.push(
                            Diagnostic::error(
                                codes::SELF_ALTERNATIVE,
                                alternative.place.clone(),
                                message!(
                                    "自分自身を代わりの薬に挙げています",
                                    "the drug names itself as its alternative"
                                ),
                            )
                            .help(message!("この項目を消してください", "remove this item")),
                        );
                    } else {
                        known(alternative, &drugs, "content/drugs/", diagnostics);
                    }
                }
            }
            self.check_assessments(drug, diagnostics);
        }
        for product in &table.products {
            if !unread.drug_classes {
                known(&product.class, &classes, "content/drug-classes.yaml", diagnostics);
            }
            for ingredient in &product.ingredients {
                if let Ingredient::Entry(id) = ingredient {
                    known(id, &drugs, "content/drugs/", diagnostics);
                }
            }
        }
        check_names(table, diagnostics);
    }

    fn check_assessments(&self, drug: &Drug, diagnostics: &mut Diagnostics) {
        for assessment in &drug.assessments {
            let source = self.table.source(&assessment.source.value);
            let follows = source.is_none_or(|source| source.record_url.is_some())
                && assessment.record.is_some();
            if assessment.url.is_none() && !follows && source.is_some() {
                diagnostics.push(
                    Diagnostic::error(
                        codes::NO_RECORD_ADDRESS,
                        assessment.source.place.clone(),
                        message!("出典のどこに書いてあるかがわかりません", "nothing says where in the source this stands"),
                    )
                    .help(message!(
                        "この評価に url を書くか、record と、出典の record_url（drug-sources.yaml）を書いてください",
                        "write a `url` here, or a `record` here and the source's `record_url` in drug-sources.yaml"
                    )),
                );
            }
            for route in
                assessment.routes.iter().filter(|route| !drug.routes.contains(&route.value))
            {
                let (name, all) = (route.value, drug.routes.join(" / "));
                diagnostics.push(
                    Diagnostic::error(
                        codes::FOREIGN_ROUTE,
                        route.place.clone(),
                        message!(
                            "この薬の routes に「{name}」はありません",
                            "`{name}` is not among the drug's `routes`"
                        ),
                    )
                    .help(message!(
                        "この薬の routes は {all} です。どちらかを直してください",
                        "the drug's routes are {all}; correct one of the two"
                    )),
                );
            }
        }
    }
}

/// Checks that no two articles are known as the same: to readers of feeds one would be the other's next version.
fn check_identities(works: &[Work], diagnostics: &mut Diagnostics) {
    let mut known: BTreeMap<&str, &Work> = BTreeMap::new();
    for work in works {
        let Some(other) = known.insert(work.identity(), work) else { continue };
        // Paths differ, so at least one of the two has an id of its own.
        let (named, other) = if work.id.is_some() { (work, other) } else { (other, work) };
        let Some(id) = &named.id else { continue };
        let (written, path) = (&id.value, &other.path);
        let place = other
            .id
            .as_ref()
            .map_or_else(|| Place::start_of(&other.original().source), |id| id.place.clone());
        diagnostics.push(
            Diagnostic::error(codes::DUPLICATE_IDENTITY, id.place.clone(), message!("id「{written}」は「{path}」と同じです", "the id `{written}` is that of `{path}`"))
                .help(message!(
                    "id は、ファイルの場所を変えた記事に、前の場所を書くものです。この記事の前の場所に直すか、行を消してください",
                    "an id says where a file was before it was moved; write where this one was, or remove the line"
                ))
                .related(place, message!("同じ id", "the same id")),
        );
    }
}

/// Checks that no name stands for two things: an entry's names never do, a brand only with a warning.
fn check_names(table: &LactationTable, diagnostics: &mut Diagnostics) {
    struct Known<'a> {
        owner: &'a str,
        place: &'a Place,
        is_brand: bool,
    }
    let drugs = table.drugs.iter().flat_map(|drug| {
        let names = drug.name.all().map(|(_, name)| (name, &drug.name_place));
        let others =
            drug.inn.iter().chain(&drug.aliases).map(|name| (name.value.as_str(), &name.place));
        let brands = drug.brands.iter().map(|brand| (brand.value.as_str(), &brand.place, true));
        names
            .chain(others)
            .map(|(name, place)| (name, place, false))
            .chain(brands)
            .map(|(name, place, is_brand)| (drug.id.as_str(), name, place, is_brand))
    });
    let products = table.products.iter().flat_map(|product| {
        let names = product.name.all().map(|(_, name)| (name, &product.name_place));
        names
            .chain(product.aliases.iter().map(|alias| (alias.value.as_str(), &alias.place)))
            .map(|(name, place)| (product.source.path.as_str(), name, place, false))
    });
    let not_listed = table.not_listed.iter().flat_map(|item| {
        let names = item
            .name
            .all()
            .map(|(_, name)| (name, &item.name_place))
            .chain(item.brands.iter().map(|brand| (brand.value.as_str(), &brand.place)));
        // Each is an owner of its own: two that share a name are as wrong as one that an entry has.
        names.map(|(name, place)| (item.kana.as_str(), name, place, false))
    });
    let mut names: BTreeMap<String, Known<'_>> = BTreeMap::new();
    for (owner, name, place, is_brand) in drugs.chain(products).chain(not_listed) {
        let key = fold_slug(name);
        let Some(first) = names.get(&key) else {
            names.insert(key, Known { owner, place, is_brand });
            continue;
        };
        if first.owner == owner {
            continue;
        }
        let other = first.owner;
        let diagnostic = if is_brand && first.is_brand {
            Diagnostic::warning(codes::SHARED_BRAND, place.clone(), message!("「{other}」にも同じ商品名「{name}」があります", "`{other}` has the same brand `{name}`")).help(
                message!(
                    "配合剤なら content/products/ に分け、剤形で成分が違うなら「{name}軟膏」のように書き分けてください",
                    "if it is a combination product put it into content/products/; if the ingredient depends on the form, write the form with the name"
                ),
            )
        } else {
            Diagnostic::error(
                codes::DUPLICATE_DRUG,
                place.clone(),
                message!(
                    "「{name}」は「{other}」と同じ名前です",
                    "the name `{name}` is that of `{other}`"
                ),
            )
            .help(message!(
                "一つの薬は一つのファイルにまとめてください",
                "keep one file for each drug"
            ))
        };
        diagnostics
            .push(diagnostic.related(first.place.clone(), message!("同じ名前", "the same name")));
    }
    // An ingredient that the table has must not be told as unknown.
    for ingredient in table.products.iter().flat_map(|product| &product.ingredients) {
        let Ingredient::Unlisted(name) = ingredient else { continue };
        if let Some(known) = name
            .value
            .all()
            .filter_map(|(_, text)| names.get(&fold_slug(text)))
            .find(|known| table.find(known.owner).is_some())
        {
            let id = known.owner;
            diagnostics.push(
                Diagnostic::error(
                    codes::DUPLICATE_DRUG,
                    name.place.clone(),
                    message!("この成分は表にあります", "the table has this ingredient"),
                )
                .help(message!("`- drug: {id}` と書いてください", "write `- drug: {id}`"))
                .related(known.place.clone(), message!("同じ名前", "the same name")),
            );
        }
    }
}

/// The lists that could not be read.
struct Unread {
    stages: bool,
    topics: bool,
    drug_sources: bool,
    drug_classes: bool,
}

/// Tells whether a file is there but not YAML.
fn unreadable(files: &Files, path: &str) -> bool {
    let mut ignored = Diagnostics::new();
    files.get(path).is_some_and(|file| {
        file.text().is_none_or(|source| {
            Decoder::on(source, &mut ignored, |decoder| decoder.parse_all().is_none())
        })
    })
}

/// Returns the id of the drug that a file describes.
pub fn drug_id(path: &str) -> Option<&str> {
    path.strip_prefix("content/drugs/")?.strip_suffix(".yaml")
}

/// Warns of texts and tables that lie where nobody reads them, so that no page vanishes silently.
fn stray_files(files: &Files, diagnostics: &mut Diagnostics) {
    const KNOWN: [&str; 7] = [
        "stages.yaml",
        "topics.yaml",
        "emergency.yaml",
        "reviewers.yaml",
        "drug-sources.yaml",
        "drug-classes.yaml",
        "drugs-not-listed.yaml",
    ];
    let known: Vec<String> = KNOWN
        .iter()
        .map(|name| format!("content/{name}"))
        .chain(
            [
                "content/articles/",
                "content/drugs/",
                "content/products/",
                "content/care/",
                "content/campaigns/",
            ]
            .map(str::to_owned),
        )
        .collect();
    for (path, file) in files.iter() {
        let extension =
            path.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        if !matches!(extension.as_str(), "md" | "markdown" | "mdown" | "yaml" | "yml")
            || path.starts_with("themes/")
            || path.starts_with(LEDGER)
            || path == "ubugi.yaml"
        {
            continue;
        }
        let is_read = match path
            .strip_prefix("municipalities/")
            .map(|rest| rest.split_once('/').map_or("", |(_, inner)| inner))
        {
            Some(inner) => {
                matches!(inner, "municipality.yaml" | "events.yaml")
                    || (inner.starts_with("articles/") && path.ends_with(".md"))
            }
            None => {
                known[..KNOWN.len()].iter().any(|name| name == path)
                    || (path.starts_with("content/articles/") && path.ends_with(".md"))
                    || path.starts_with("content/drugs/")
                    || path.starts_with("content/products/")
                    || ((path.starts_with("content/care/")
                        || path.starts_with("content/campaigns/"))
                        && path.ends_with(".yaml"))
            }
        };
        if is_read || path.ends_with("/README.md") {
            continue;
        }
        let help = match (
            extension.as_str(),
            suggest::nearest(path, known.iter().map(String::as_str)),
        ) {
            _ if path == "content/approvals.yaml" => message!(
                "承認は `ubugi approve` で content/ledger/ に記録します。このファイルを消してください",
                "approvals are recorded in content/ledger/ by `ubugi approve`; remove this file"
            ),
            ("markdown" | "mdown", _) => {
                message!("名前の終わりを .md にしてください", "end its name in .md")
            }
            ("yml", _) => message!("名前の終わりを .yaml にしてください", "end its name in .yaml"),
            (_, Some(near)) => message!("「{near}」のことですか", "did you mean `{near}`?"),
            _ => message!(
                "記事は articles/ の中に .md で、表は docs/content.md にある名前で置きます",
                "articles belong into articles/ as .md, tables have the names in docs/content.md"
            ),
        };
        let place =
            file.text().map_or_else(|| Place::start_of(&Source::new(path, "")), Place::start_of);
        diagnostics.push(
            Diagnostic::warning(
                codes::STRAY_FILE,
                place,
                message!(
                    "このファイルは、ここにあっても読まれません",
                    "this file is not read where it lies"
                ),
            )
            .help(help),
        );
    }
}

fn ids(terms: &[Term]) -> Vec<&str> {
    terms.iter().map(|term| term.id.value.as_str()).collect()
}

/// Reports a reference to what does not exist, with the nearest that does.
fn known(
    reference: &Located<String>,
    all: &[&str],
    where_: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    let written = &reference.value;
    if all.contains(&written.as_str()) {
        return true;
    }
    let help = match suggest::nearest(written, all.iter().copied()) {
        Some(near) => {
            message!("「{near}」のことですか（{where_}）", "did you mean `{near}`? (see {where_})")
        }
        None => message!("{where_} にあるものを書いてください", "write one that is in {where_}"),
    };
    diagnostics.push(
        Diagnostic::error(
            codes::UNKNOWN_REFERENCE,
            reference.place.clone(),
            message!("「{written}」はありません", "there is no `{written}`"),
        )
        .help(help),
    );
    false
}

fn same_slug(
    code: crate::diagnostic::Code,
    second: &Located<String>,
    first: &Located<String>,
) -> Diagnostic {
    let (slug, path) = (&second.value, &first.place.source.path);
    Diagnostic::error(
        code,
        second.place.clone(),
        message!(
            "アドレス「{slug}」は「{path}」と重なります（大文字小文字や文字の形の違いは区別しません）",
            "the address `{slug}` is that of `{path}` (case and Unicode form make no difference)"
        ),
    )
    .help(if code == codes::SHARED_SLUG {
        message!("市区町村の記事は、共通記事を置きかえられません。別の slug を付けてください", "a municipality cannot replace a shared article; choose another slug")
    } else {
        message!("どちらかに別の slug を付けてください", "give one of them another slug")
    })
    .related(first.place.clone(), message!("同じアドレス", "the same address"))
}

/// Decodes one YAML file; a missing one is reported only where it is required.
fn read<T>(
    files: &Files,
    path: &str,
    required: bool,
    diagnostics: &mut Diagnostics,
    decode: impl FnOnce(&mut Decoder, &Node) -> T,
) -> Option<T> {
    let Some(file) = files.get(path) else {
        if required {
            let source = Source::new(path, "");
            diagnostics.push(Diagnostic::error(codes::MISSING_FILE, Place::start_of(&source), message!("「{path}」がありません", "`{path}` is missing")).help(message!(
                "プロジェクトのフォルダを指しているか確かめるか、`ubugi new` で見本を作ってください",
                "check that you are in a project's folder, or make a sample with `ubugi new`"
            )));
        }
        return None;
    };
    let source = file.text()?;
    Decoder::on(source, diagnostics, |decoder| {
        decoder.parse_all().map(|root| decode(decoder, &root))
    })
}

fn supervision(files: &Files, config: &Config, diagnostics: &mut Diagnostics) -> Supervision {
    let reviewers = read(files, "content/reviewers.yaml", false, diagnostics, |d, n| {
        supervision::decode_reviewers(d, n, &config.languages)
    })
    .unwrap_or_default();
    Supervision::new(reviewers, config.policy.clone(), Ledger::read(files, diagnostics))
}

fn table(files: &Files, languages: &Languages, diagnostics: &mut Diagnostics) -> LactationTable {
    let has_drugs = files.under("content/drugs/").next().is_some();
    let sources = read(files, "content/drug-sources.yaml", has_drugs, diagnostics, |d, n| {
        medicine::decode_sources(d, n, languages)
    })
    .unwrap_or_default();
    let (groups, classes) =
        read(files, "content/drug-classes.yaml", has_drugs, diagnostics, |d, n| {
            medicine::decode_classes(d, n, languages)
        })
        .unwrap_or_default();
    let not_listed = read(files, "content/drugs-not-listed.yaml", false, diagnostics, |d, n| {
        medicine::decode_not_listed(d, n, languages)
    })
    .unwrap_or_default();
    let besides = memo::hash(format!("{languages:?}"));
    let mut drugs = entries(files, "content/drugs/", besides, diagnostics, |decoder, root, id| {
        medicine::decode_drug(decoder, root, id, languages)
    });
    drugs.sort_by(|a, b| a.id.cmp(&b.id));
    let mut products =
        entries(files, "content/products/", besides, diagnostics, |decoder, root, id| {
            medicine::decode_product(decoder, root, id, languages)
        });
    products.sort_by(|a, b| a.id.cmp(&b.id));
    LactationTable { sources, groups, classes, drugs, products, not_listed }
}

/// The last part of the address of the guide to medicines, which lies among them.
const GUIDE: &str = "guide";

/// Decodes every file of a folder whose files are named for their ids; `besides` is the hash of what else that depends on.
fn entries<T: Clone + Send + Sync + 'static>(
    files: &Files,
    folder: &str,
    besides: u64,
    diagnostics: &mut Diagnostics,
    decode: impl Fn(&mut Decoder, &Node, &str) -> Option<T> + Sync,
) -> Vec<T> {
    let sources: Vec<(&str, &Arc<Source>)> = files
        .under(folder)
        .filter_map(|(path, file)| Some((&path[folder.len()..], file.text()?)))
        .collect();
    let read = |(name, source): &(&str, &Arc<Source>)| {
        let mut found = Diagnostics::new();
        let id = name.strip_suffix(".yaml").unwrap_or_default();
        if !crate::source::decode::is_id(id) {
            found.push(
                Diagnostic::error(codes::BAD_ID, Place::start_of(source), message!("ファイル名「{name}」は薬の ID になりません", "the file's name `{name}` is not a drug's id"))
                    .help(message!(
                        "{folder} に、半角の英小文字・数字・ハイフンの名前（例：acetaminophen.yaml）で置いてください",
                        "put it into {folder} under a name of lower-case letters, digits and hyphens, like acetaminophen.yaml"
                    )),
            );
            return (None, found);
        }
        if folder == "content/drugs/" && id == GUIDE {
            found.push(
                Diagnostic::error(
                    codes::BAD_ID,
                    Place::start_of(source),
                    message!(
                        "「{id}」は案内のページのアドレスなので、薬の ID にできません",
                        "`{id}` is the address of the guide and cannot be a drug's id"
                    ),
                )
                .help(message!("ファイルに別の名前を付けてください", "give the file another name")),
            );
            return (None, found);
        }
        (
            Decoder::on(source, &mut found, |decoder| {
                decoder.parse_all().and_then(|root| decode(decoder, &root, id))
            }),
            found,
        )
    };
    let all: Vec<(Option<T>, Diagnostics)> = sources
        .par_iter()
        .map(|both| Arc::unwrap_or_clone(files.memo.get(both.1, None, besides, || read(both))))
        .collect();
    let mut entries = Vec::with_capacity(all.len());
    for (entry, found) in all {
        diagnostics.extend(found);
        entries.extend(entry);
    }
    entries
}
