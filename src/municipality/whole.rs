//! The file `municipality.yaml`: its keys, and the type that holds what a municipality says there:
//! who it is, how it looks, whom parents can ask, and which content it takes.

use std::sync::Arc;

use super::base_url::{BASE_URL, BaseUrl};
use super::brand::{BRAND, Brand};
use super::contact::{CONTACT, Contact};
use super::event::Event;
use super::figures::{FIGURES, Figures};
use super::identity;
use super::notify::{NOTIFY, Notify, Segment};
use super::selection::{CONTENT, Selection, Taken};
use super::service::{SERVICE, Service};
use super::site_language;
use crate::content::article::Work;
use crate::content::code::MunicipalityCode;
use crate::content::emergency::{self, EMERGENCY, EmergencyNumber};
use crate::content::feeds::{FEEDS_SHAPE, FeedChoice};
use crate::content::language::{LangId, Languages};
use crate::content::taxonomy::Term;
use crate::content::text::Text;
use crate::content::unique;
use crate::diagnostic::{Located, Place, Source};
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// One municipality.
#[derive(Clone, Debug)]
pub struct Municipality {
    /// The file.
    pub source: Arc<Source>,
    /// Folder, relative to the project, with a slash at the end.
    pub folder: String,
    /// 全国地方公共団体コード.
    pub code: MunicipalityCode,
    /// Name.
    pub name: Text,
    /// Where its site will lie.
    pub base_url: BaseUrl,
    /// Where the base address is written.
    pub base_url_place: Place,
    /// Not official: every page says so.
    pub demo: bool,
    /// Languages of its site, in the project's order; the default language is always among them.
    pub languages: Vec<LangId>,
    /// Theme, where it names one.
    pub theme: Option<Located<String>>,
    /// Its own site.
    pub website: Option<String>,
    /// Colours, logo, tagline.
    pub brand: Brand,
    /// Stages taken.
    pub stages: Selection,
    /// Topics taken.
    pub topics: Selection,
    /// Articles taken, by path.
    pub articles: Selection,
    /// Whether it has the lactation table.
    pub drugs: bool,
    /// What it says of its feeds.
    pub feeds: Option<FeedChoice>,
    /// Numbers added or replaced.
    pub emergency: Vec<EmergencyNumber>,
    /// Contacts.
    pub contacts: Vec<Contact>,
    /// Services.
    pub services: Vec<Service>,
    /// Published figures.
    pub figures: Vec<Figures>,
    /// Its notices, if it sends any.
    pub notify: Option<Notify>,
    /// Events and check-ups, in the order of their days.
    pub events: Vec<Event>,
    /// Its own articles.
    pub works: Vec<Work>,
}

impl Municipality {
    /// Returns the segments of its families: those that it states, or one for each stage that it
    /// takes and each language of its site. Without `notify` there are none.
    ///
    /// In the default language such a segment is named for its stage, in others with the language's
    /// tag: `newborn-en`.
    pub fn segments(&self, stages: &[Term], languages: &Languages) -> Vec<Segment> {
        let Some(notify) = &self.notify else { return Vec::new() };
        if let Some(segments) = &notify.segments {
            return segments.clone();
        }
        let place = Place::start_of(&self.source);
        let taken: Vec<&Term> =
            stages.iter().filter(|stage| self.stages.takes(&stage.id.value)).collect();
        let id = |stage: &str, language: LangId| {
            if language == languages.default_id() {
                stage.to_owned()
            } else {
                format!("{stage}-{}", languages.get(language).tag.to_ascii_lowercase())
            }
        };
        let segment = |stage: &Term, language: LangId| Segment {
            id: Located::new(id(&stage.id.value, language), place.clone()),
            stages: vec![Located::new(stage.id.value.clone(), place.clone())],
            topics: Vec::new(),
            language,
        };
        self.languages
            .iter()
            .flat_map(|language| taken.iter().map(|stage| segment(stage, *language)))
            .collect()
    }

    /// Returns whether its site has calendars: there are services with hours, or events. It does
    /// not depend on the day, so that their addresses stay.
    pub fn has_calendars(&self) -> bool {
        !self.events.is_empty() || self.services.iter().any(|service| !service.hours.is_empty())
    }
}

/// The keys of `municipality.yaml`.
pub static MUNICIPALITY: Record = Record::new(
    "municipality",
    &[
        required(
            "code",
            MunicipalityCode::SHAPE,
            "全国地方公共団体コード（検査数字を含む 6 桁。引用符に入れる）",
            "its local government code, six digits with the check digit, in quotes",
        ),
        required(
            "name",
            Shape::Text,
            "名前。ja は全国の一覧のとおり（区は市の名前から）",
            "its name; in Japanese as in the national list (a ward with its city)",
        ),
        required(
            "base_url",
            BASE_URL,
            "サイトを置くアドレス。終わりに / を付けない",
            "where its site will lie; may have a path, no slash at its end",
        ),
        optional(
            "demo",
            Shape::Boolean,
            "true：見本。どのページにもそう書き、検索に載らないようにする",
            "true: not official; every page says so and search engines are asked to stay away",
        ),
        optional(
            "languages",
            Shape::List(&Shape::Line),
            "サイトの言語。書かなければプロジェクトのすべて",
            "the languages of its site; all of the project's without it",
        ),
        optional(
            "theme",
            Shape::Id,
            "テーマ（themes/ のフォルダ名）。書かなければプロジェクトのもの",
            "its theme, a folder of themes/; the project's without it",
        ),
        optional("website", Shape::Url, "市区町村のサイト", "the municipality's own site"),
        required("brand", Shape::Record(&BRAND), "色、ロゴ、ひとこと", "colours, logo, tagline"),
        optional(
            "content",
            Shape::Record(&CONTENT),
            "どの内容を出すか。書かなければすべて",
            "which content it takes; everything without it",
        ),
        optional(
            "feeds",
            FEEDS_SHAPE,
            "フィードの決まり。書かないものはプロジェクトのとおり。none なら出さない",
            "what differs for its feeds; `none`: it has none",
        ),
        optional(
            "emergency",
            EMERGENCY,
            "加える番号、または同じ id の番号の差しかえ",
            "numbers that are added to content/emergency.yaml, or replace one by its id",
        ),
        optional(
            "contacts",
            Shape::List(&Shape::Record(&CONTACT)),
            "窓口",
            "offices that parents can turn to",
        ),
        optional(
            "services",
            Shape::List(&Shape::Record(&SERVICE)),
            "相談サービス",
            "its consultation services",
        ),
        optional(
            "figures",
            Shape::List(&Shape::Record(&FIGURES)),
            "発表された事業の成果。印刷されたとおりに出し、計算しない",
            "published results of the programme, shown as printed and never recomputed",
        ),
        optional(
            "notify",
            Shape::Record(&NOTIFY),
            "新しい記事をだれに、どう知らせるか。書かなければ、だれにも知らせない",
            "who is told of new articles, and how; nobody without it",
        ),
    ],
);

/// Reads `municipality.yaml`; its articles and events are read by themselves.
pub(super) fn decode(
    decoder: &mut Decoder,
    root: &Node,
    folder: &str,
    files: &Files,
    languages: &Languages,
) -> Option<Municipality> {
    let source = Arc::clone(&decoder.source);
    let mut fields = decoder.fields(root, &MUNICIPALITY)?;
    let code = fields.required(decoder, "code", MunicipalityCode::decode);
    let mut name_place = decoder.place(0..0);
    let name = fields.required(decoder, "name", |decoder, node| {
        name_place = decoder.place(node.range.clone());
        Text::decode(decoder, node, languages)
    });
    let base_url = fields.required(decoder, "base_url", BaseUrl::decode);
    let demo = fields.optional(decoder, "demo", Decoder::boolean).unwrap_or(false);
    let listed = fields.optional(decoder, "languages", |decoder, node| {
        decoder.list(node, |decoder, node| site_language::decode(decoder, node, languages))
    });
    let theme = fields.optional(decoder, "theme", Decoder::id);
    let website = fields.optional(decoder, "website", Decoder::url);
    let brand = fields.required(decoder, "brand", |decoder, node| {
        Brand::decode(decoder, node, folder, files, languages)
    });
    let Taken { stages, topics, articles, drugs } =
        fields.optional(decoder, "content", Taken::decode).unwrap_or_default();
    let feeds = fields.optional(decoder, "feeds", FeedChoice::decode);
    let emergency = fields
        .optional(decoder, "emergency", |decoder, node| {
            Some(emergency::decode_all(decoder, node, languages))
        })
        .unwrap_or_default();
    let contacts = list(decoder, &mut fields, "contacts", languages, Contact::decode, |c| &c.id);
    let services = list(decoder, &mut fields, "services", languages, Service::decode, |s| &s.id);
    let figures = list(decoder, &mut fields, "figures", languages, Figures::decode, |f| &f.id);
    let notify = fields
        .optional(decoder, "notify", |decoder, node| Notify::decode(decoder, node, languages));
    fields.finish(decoder);
    let (code, name, base_url) = (code?, name?, base_url?);
    let written: Vec<&str> = name.all().map(|(_, words)| words).collect();
    identity::check(decoder, &code, &written, &name_place, folder);
    Some(Municipality {
        source,
        folder: folder.to_owned(),
        code: code.value,
        name,
        base_url: base_url.value,
        base_url_place: base_url.place,
        demo,
        languages: site_language::in_order(listed.as_deref(), languages),
        theme,
        website: website.map(|w| w.value),
        brand: brand?,
        stages,
        topics,
        articles,
        drugs,
        feeds,
        emergency,
        contacts,
        services,
        figures,
        notify,
        events: Vec::new(),
        works: Vec::new(),
    })
}

/// Reads a list of things with ids.
fn list<T>(
    decoder: &mut Decoder,
    fields: &mut Fields<'_>,
    key: &str,
    languages: &Languages,
    read: impl Fn(&mut Decoder, &Node, &Languages) -> Option<T>,
    id: impl Fn(&T) -> &Located<String>,
) -> Vec<T> {
    fields
        .optional(decoder, key, |decoder, node| {
            unique::list(decoder, node, |decoder, node| read(decoder, node, languages), id)
        })
        .unwrap_or_default()
}
