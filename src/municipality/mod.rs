//! The municipality: who it is, how it looks, whom parents can ask, and which content it takes. No I/O.

pub mod brand;

pub mod colour;
pub mod event;
pub mod event_table;
pub mod holidays;
pub mod notify;
pub mod service;

use std::sync::Arc;

use rayon::prelude::*;

use crate::content::article::{self, Work};
use crate::content::citation::Citation;
use crate::content::emergency::{self, EmergencyNumber};
use crate::content::feeds::FeedChoice;
use crate::content::language::{LangId, Languages};
use crate::content::taxonomy::duplicate_id;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;
use crate::source::{Files, memo, suggest};

use crate::content::code::{self, CodeError, MunicipalityCode};
use brand::Brand;
use event::Event;
use notify::Notify;
use service::Service;

/// Where a site will lie: `https://host/path`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// Scheme and host.
    pub origin: String,
    /// Path, empty or beginning with a slash, never ending with one.
    pub path: String,
}

impl BaseUrl {
    /// Reads a base address; queries, fragments and dot segments are refused.
    pub fn parse(text: &str) -> Option<Self> {
        if !crate::source::decode::is_web_url(text)
            || text.contains(['?', '#', '%'])
            || !text.is_ascii()
        {
            return None;
        }
        let text = text.trim_end_matches('/');
        let host_start = text.find("://")? + 3;
        let (origin, path) = match text[host_start..].find('/') {
            Some(at) => text.split_at(host_start + at),
            None => (text, ""),
        };
        let clean = path.split('/').skip(1).all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'))
        });
        (clean && !origin[host_start..].contains('@'))
            .then(|| Self { origin: origin.to_ascii_lowercase(), path: path.to_owned() })
    }

    /// Returns the path of the site's root with a slash at the end.
    pub fn root(&self) -> String {
        format!("{}/", self.path)
    }
}

/// A contact of the municipality.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Id, by which articles place it.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// Telephone number.
    pub phone: Option<String>,
    /// Hours, in words.
    pub hours: Option<Text>,
    /// Address.
    pub address: Option<Text>,
    /// E-mail address.
    pub email: Option<String>,
    /// Web page.
    pub url: Option<String>,
    /// Anything else.
    pub note: Option<Text>,
}

/// Published results of a programme, shown exactly as printed.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Id.
    pub id: Located<String>,
    /// Title.
    pub title: Text,
    /// Unit of all values.
    pub unit: Option<Text>,
    /// Rows.
    pub rows: Vec<FigureRow>,
    /// Where they were published.
    pub source: Option<Citation>,
}

/// One row of [`Figures`]; values are words, as nothing is computed from them.
#[derive(Clone, Debug)]
pub struct FigureRow {
    /// What was measured.
    pub label: Text,
    /// The value as printed.
    pub value: Text,
    /// What it is compared with, as printed.
    pub compare: Option<Text>,
    /// Anything else.
    pub note: Option<Text>,
}

/// Which of something a municipality takes.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// These alone, when given.
    pub only: Option<Vec<Located<String>>>,
    /// All but these.
    pub except: Vec<Located<String>>,
}

impl Selection {
    /// Tells whether an item is taken.
    pub fn takes(&self, id: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|one| one.value == id))
            && !self.except.iter().any(|one| one.value == id)
    }

    /// Iterates over everything that it names.
    pub fn named(&self) -> impl Iterator<Item = &Located<String>> {
        self.only.iter().flatten().chain(&self.except)
    }

    fn decode(
        decoder: &mut Decoder,
        node: &Node,
        read: impl Fn(&mut Decoder, &Node) -> Option<Located<String>> + Copy,
    ) -> Option<Self> {
        let mut fields = decoder.fields(node)?;
        let only = fields.optional(decoder, "only", |decoder, node| decoder.list(node, read));
        let except = fields.list(decoder, "except", read);
        fields.finish(decoder);
        Some(Self { only, except })
    }
}

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
    /// How it notifies, if it does.
    pub notify: Option<Notify>,
    /// Events and check-ups, in the order of their days.
    pub events: Vec<Event>,
    /// Its own articles.
    pub works: Vec<Work>,
}

impl Municipality {
    /// Tells whether its site has calendars: there are services with hours, or events. It does not depend on the day, so that their addresses stay.
    pub fn has_calendars(&self) -> bool {
        !self.events.is_empty() || self.services.iter().any(|service| !service.hours.is_empty())
    }
}

/// Reads a municipality code.
pub fn decode_code(decoder: &mut Decoder, node: &Node) -> Option<Located<MunicipalityCode>> {
    let text = decoder.string(node)?;
    let written = &text.value;
    match MunicipalityCode::parse(written) {
        Ok(code) => Some(Located::new(code, text.place)),
        Err(CodeError::WrongCheckDigit { expected, .. }) => {
            let right = format!("{}{expected}", &written[..5]);
            decoder.fault(
                codes::BAD_CODE,
                node,
                message!("コード「{written}」は検査数字（6 桁目）が合いません", "the check digit (the sixth) of `{written}` is wrong"),
                message!(
                    "はじめの 5 桁が正しければ「{right}」です。総務省の全国地方公共団体コードを確かめてください",
                    "if the first five digits are right it is \"{right}\"; check the national list"
                ),
            );
            None
        }
        Err(CodeError::NotSixDigits) => {
            decoder.fault(
                codes::BAD_CODE,
                node,
                message!(
                    "「{written}」は全国地方公共団体コードではありません",
                    "`{written}` is not a local government code"
                ),
                message!(
                    "検査数字を含む 6 桁の数字を引用符に入れて書いてください（例：\"141097\"）",
                    "write six digits with the check digit, in quotes, like \"141097\""
                ),
            );
            None
        }
    }
}

/// Reads every folder under `municipalities/`.
pub fn decode_all(
    files: &Files,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Vec<Municipality> {
    let mut folders: Vec<&str> = files
        .under("municipalities/")
        .filter_map(|(path, _)| {
            path["municipalities/".len()..].split_once('/').map(|(folder, _)| folder)
        })
        .collect();
    folders.dedup();
    // Their texts are read side by side, and then judged one after another.
    let besides = format!("{languages:?}");
    let read = |name: &&str| {
        let folder = format!("municipalities/{name}/");
        let source =
            files.get(&format!("{folder}municipality.yaml")).and_then(|file| file.text())?;
        // Beside its text it matters which files lie there, such as its logo.
        let beside: Vec<&str> = files.under(&folder).map(|(path, _)| path).collect();
        Some(files.memo.get(source, None, memo::hash((&besides, beside)), || {
            let mut found = Diagnostics::new();
            (
                Decoder::on(source, &mut found, |decoder| {
                    decoder
                        .parse_all()
                        .and_then(|root| decode(decoder, &root, &folder, files, languages))
                }),
                found,
            )
        }))
    };
    let texts: Vec<_> = folders.par_iter().map(read).collect();
    let mut all: Vec<Municipality> = Vec::new();
    for (name, text) in folders.into_iter().zip(texts) {
        let folder = format!("municipalities/{name}/");
        let path = format!("{folder}municipality.yaml");
        let (Some(source), Some(text)) = (files.get(&path).and_then(|file| file.text()), text)
        else {
            if files.get(&path).is_none() {
                let at = Source::new(&path, "");
                diagnostics.push(
                    Diagnostic::error(
                        codes::MISSING_FILE,
                        Place::start_of(&at),
                        message!(
                            "「{folder}」に municipality.yaml がありません",
                            "there is no municipality.yaml in `{folder}`"
                        ),
                    )
                    .help(message!(
                        "ファイルを作るか、フォルダを消してください",
                        "make the file or remove the folder"
                    )),
                );
            }
            continue;
        };
        let (decoded, found) = Arc::unwrap_or_clone(text);
        diagnostics.extend(found);
        let Some(mut municipality) = decoded else { continue };
        if let Some(other) = all.iter().find(|other| other.code == municipality.code) {
            let (code, folder) = (municipality.code, &other.folder);
            diagnostics.push(
                Diagnostic::error(
                    codes::DUPLICATE,
                    Place::start_of(source),
                    message!(
                        "コード {code} は「{folder}」でも使われています",
                        "the code {code} is used in `{folder}` as well"
                    ),
                )
                .help(message!(
                    "フォルダを一つにまとめてください",
                    "keep one folder for each municipality"
                )),
            );
            continue;
        }
        let articles = format!("{folder}articles/");
        let sources: Vec<_> = files
            .under(&articles)
            .filter(|(path, _)| path.ends_with(".md"))
            .filter_map(|(_, file)| file.text())
            .collect();
        municipality.works = article::decode_all(
            sources,
            Some(municipality.code),
            languages,
            &files.memo,
            diagnostics,
        );
        municipality.events =
            event::decode_all(files, &folder, municipality.code, languages, diagnostics);
        all.push(municipality);
    }
    all
}

fn decode(
    decoder: &mut Decoder,
    root: &Node,
    folder: &str,
    files: &Files,
    languages: &Languages,
) -> Option<Municipality> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let source = Arc::clone(&decoder.source);
    let mut fields = decoder.fields(root)?;
    let code = fields.required(decoder, "code", decode_code);
    let mut name_place = decoder.place(0..0);
    let name = fields.required(decoder, "name", |decoder, node| {
        name_place = decoder.place(node.range.clone());
        text(decoder, node)
    });
    let base_url = fields.required(decoder, "base_url", |decoder, node| {
        let written = decoder.string(node)?;
        if let Some(url) = BaseUrl::parse(&written.value) {
            return Some(Located::new(url, written.place));
        }
        let written = &written.value;
        decoder.fault(
            codes::BAD_BASE_URL,
            node,
            message!("「{written}」は公開先に使えません", "`{written}` cannot be a site's base address"),
            message!("https://www.example.jp/kosodate のように、英数字の道すじで、? や # なしで書いてください", "write it like https://www.example.jp/kosodate, without ? or #"),
        );
        None
    });
    let demo = fields.optional(decoder, "demo", Decoder::boolean).unwrap_or(false);
    let listed = fields.optional(decoder, "languages", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let tag = decoder.string(node)?;
            let found = languages.find(&tag.value);
            if found.is_none() {
                let written = &tag.value;
                let known = languages.tags().collect::<Vec<_>>().join(", ");
                decoder.fault(
                    codes::BAD_LANGUAGE,
                    node,
                    message!(
                        "「{written}」はこのプロジェクトの言語ではありません",
                        "`{written}` is not a language of this project"
                    ),
                    message!(
                        "ubugi.yaml の languages にあるもの（{known}）から選んでください",
                        "choose among those in ubugi.yaml ({known})"
                    ),
                );
            }
            found
        })
    });
    let theme = fields.optional(decoder, "theme", Decoder::id);
    let website = fields.optional(decoder, "website", Decoder::url);
    let brand = fields.required(decoder, "brand", |decoder, node| {
        Brand::decode(decoder, node, folder, files, languages)
    });
    let (mut stages, mut topics, mut articles, mut drugs) =
        (Selection::default(), Selection::default(), Selection::default(), true);
    fields.optional(decoder, "content", |decoder, node| {
        let mut fields = decoder.fields(node)?;
        stages = fields
            .optional(decoder, "stages", |decoder, node| {
                Selection::decode(decoder, node, Decoder::id)
            })
            .unwrap_or_default();
        topics = fields
            .optional(decoder, "topics", |decoder, node| {
                Selection::decode(decoder, node, Decoder::id)
            })
            .unwrap_or_default();
        articles = fields
            .optional(decoder, "articles", |decoder, node| {
                Selection::decode(decoder, node, Decoder::string)
            })
            .unwrap_or_default();
        drugs = fields.optional(decoder, "drugs", Decoder::boolean).unwrap_or(true);
        fields.finish(decoder);
        Some(())
    });
    let feeds = fields.optional(decoder, "feeds", FeedChoice::decode);
    let emergency = fields
        .optional(decoder, "emergency", |decoder, node| {
            Some(emergency::decode_all(decoder, node, languages))
        })
        .unwrap_or_default();
    let contacts = unique(
        decoder,
        &mut fields,
        "contacts",
        |decoder, node| contact(decoder, node, languages),
        |c| &c.id,
    );
    let services = unique(
        decoder,
        &mut fields,
        "services",
        |decoder, node| Service::decode(decoder, node, languages),
        |s| &s.id,
    );
    let figures = unique(
        decoder,
        &mut fields,
        "figures",
        |decoder, node| figures(decoder, node, languages),
        |f| &f.id,
    );
    let notify = fields
        .optional(decoder, "notify", |decoder, node| Notify::decode(decoder, node, languages));
    fields.finish(decoder);

    let default = languages.default_id();
    let languages_of_site = match listed {
        Some(listed) => languages
            .iter()
            .map(|(id, _)| id)
            .filter(|id| *id == default || listed.contains(id))
            .collect(),
        None => languages.iter().map(|(id, _)| id).collect(),
    };
    let (code, name, base_url) = (code?, name?, base_url?);
    let written: Vec<&str> = name.all().map(|(_, words)| words).collect();
    check_identity(decoder, &code, &written, &name_place, folder);
    Some(Municipality {
        source,
        folder: folder.to_owned(),
        code: code.value,
        name,
        base_url: base_url.value,
        base_url_place: base_url.place,
        demo,
        languages: languages_of_site,
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

/// Reads a list whose items have ids that may not repeat.
fn unique<T>(
    decoder: &mut Decoder,
    fields: &mut crate::source::decode::Fields<'_>,
    key: &'static str,
    mut read: impl FnMut(&mut Decoder, &Node) -> Option<T>,
    id: impl Fn(&T) -> &Located<String>,
) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    fields.list(decoder, key, |decoder, node| {
        let item = read(decoder, node)?;
        if let Some(earlier) = all.iter().find(|other| id(other).value == id(&item).value) {
            decoder.diagnostics.push(duplicate_id(id(&item), id(earlier)));
            return None;
        }
        all.push(item);
        Some(())
    });
    all
}

fn check_identity(
    decoder: &mut Decoder,
    code: &Located<MunicipalityCode>,
    names: &[&str],
    name_place: &Place,
    folder: &str,
) {
    let number = code.value;
    let name = names.first().copied().unwrap_or_default();
    match code::lookup(number) {
        None => decoder.diagnostics.push(
            // A warning, as the list is older than the newest mergers.
            Diagnostic::warning(
                codes::BAD_CODE,
                code.place.clone(),
                message!(
                    "コード {number} の市区町村は、手もとの一覧にありません",
                    "the code {number} is not in the list of local governments that ubugi has"
                ),
            )
            .maybe_help(by_name(name)),
        ),
        Some(government) => {
            let official = government.full_name();
            if !names.iter().any(|name| *name == official || *name == government.name) {
                decoder.diagnostics.push(
                    Diagnostic::error(
                        codes::CODE_NAME_MISMATCH,
                        name_place.clone(),
                        message!(
                            "コード {number} は「{official}」のもので、「{name}」ではありません",
                            "the code {number} belongs to {official}, not to {name}"
                        ),
                    )
                    .maybe_help(by_name(name).or_else(|| {
                        Some(message!(
                            "name の ja を「{official}」にしてください",
                            "make the Japanese name {official}"
                        ))
                    })),
                );
            }
        }
    }
    let folder_name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if folder_name.split('-').next() != Some(number.as_str()) {
        decoder.diagnostics.push(
            Diagnostic::error(
                codes::FOLDER_NAME,
                code.place.clone(),
                message!(
                    "フォルダ名「{folder_name}」がコード {number} で始まっていません",
                    "the folder `{folder_name}` does not begin with the code {number}"
                ),
            )
            .help(message!(
                "フォルダ名を「{number}-名前」にしてください",
                "rename the folder to {number}-name"
            )),
        );
    }
}

/// Suggests the codes of the governments with a name; there may be several, as names repeat.
fn by_name(name: &str) -> Option<crate::diagnostic::Message> {
    let found: Vec<String> = code::nearest(name)
        .into_iter()
        .take(3)
        .map(|g| format!("{}（{}）= {}", g.full_name(), g.prefecture, g.code))
        .collect();
    if found.is_empty() {
        return None;
    }
    let all = found.join("、");
    Some(message!("名前からさがすと：{all}", "by its name: {all}"))
}

fn contact(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Contact> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let mut fields = decoder.fields(node)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let name = fields.required(decoder, "name", text);
    let phone = fields.optional(decoder, "phone", emergency::phone_number);
    let hours = fields.optional(decoder, "hours", text);
    let address = fields.optional(decoder, "address", text);
    let email = fields.optional(decoder, "email", email);
    let url = fields.optional(decoder, "url", Decoder::url);
    let note = fields.optional(decoder, "note", text);
    fields.finish(decoder);
    Some(Contact {
        id: id?,
        name: name?,
        phone,
        hours,
        address,
        email,
        url: url.map(|u| u.value),
        note,
    })
}

fn email(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    let usable = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    }) && text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_' | b'+'))
        && text.matches('@').count() == 1;
    if usable {
        return Some(text);
    }
    decoder.fault(
        codes::WRONG_TYPE,
        node,
        message!("「{text}」はメールアドレスではありません", "`{text}` is not an e-mail address"),
        message!("name@example.jp の形で書いてください", "write it like name@example.jp"),
    );
    None
}

fn figures(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Figures> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let mut fields = decoder.fields(node)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let title = fields.required(decoder, "title", text);
    let unit = fields.optional(decoder, "unit", text);
    let rows = fields.required(decoder, "rows", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let mut fields = decoder.fields(node)?;
            let label = fields.required(decoder, "label", text);
            let value = fields.required(decoder, "value", text);
            let compare = fields.optional(decoder, "compare", text);
            let note = fields.optional(decoder, "note", text);
            fields.finish(decoder);
            Some(FigureRow { label: label?, value: value?, compare, note })
        })
    });
    let source = fields.optional(decoder, "source", Citation::decode);
    fields.finish(decoder);
    Some(Figures { id: id?, title: title?, unit, rows: rows?, source })
}

/// Suggests the municipality whose code or folder is nearest to what was asked for.
pub fn suggest_code<'a>(asked: &str, all: &'a [Municipality]) -> Option<&'a str> {
    suggest::nearest(asked, all.iter().map(|m| m.code.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_addresses() {
        let parse = |text: &str| {
            BaseUrl::parse(text).map(|url| (url.origin.clone(), url.path.clone(), url.root()))
        };
        assert_eq!(
            parse("https://hino.example.jp/"),
            Some(("https://hino.example.jp".into(), String::new(), "/".into()))
        );
        assert_eq!(
            parse("https://www.example.jp/a/b"),
            Some(("https://www.example.jp".into(), "/a/b".into(), "/a/b/".into()))
        );
        for bad in [
            "ftp://a.jp",
            "https://a.jp/?x",
            "https://a.jp/../b",
            "https://a.jp//b",
            "https://u@a.jp",
            "https://a.jp/発熱",
            "javascript:1",
            "https://a.jp/%2e%2e",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
