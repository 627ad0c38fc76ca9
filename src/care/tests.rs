//! What each rule finds and what it leaves alone, exceptions, and rules of a project.

use proptest::prelude::*;

use super::check::{MOST_FINDINGS, check};
use super::rule::CareRules;
use crate::content::Languages;
use crate::content::article;
use crate::content::language::Language;
use crate::content::medicine::{self, LactationTable};
use crate::diagnostic::{Diagnostics, codes};
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::memo::Memo;

const DRUG: &str = "name: {ja: 試験薬, en: Testine}\nkana: しけんやく\nbrands: [シケンロン, ガスター]\nclass: test\n\
                    routes: [oral]\nnames_source: unsourced\nassessments: []\n";

fn languages() -> Languages {
    let language = |tag: &str| Language { tag: tag.into(), name: tag.into(), path: tag.into() };
    Languages::new(vec![language("ja"), language("en"), language("ja-x-easy")], 0)
}

/// Checks files: articles by their names, drugs and a project's rules by their folders.
fn check_files(files: &[(&str, String)]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let mut all = Files::new();
    for (path, text) in files {
        all.insert(path, text.clone().into_bytes(), &mut diagnostics);
    }
    let languages = languages();
    let texts = |folder| all.under(folder).filter_map(|(_, file)| file.text()).collect::<Vec<_>>();
    let works = article::decode_all(
        texts("content/articles/"),
        None,
        &languages,
        &Memo::default(),
        &mut diagnostics,
    );
    let mut table = LactationTable::default();
    for source in texts("content/drugs/") {
        table.drugs.extend(Decoder::on(source, &mut diagnostics, |decoder| {
            decoder
                .parse_all()
                .and_then(|root| medicine::decode_drug(decoder, &root, "x", &languages))
        }));
    }
    check(&all, &languages, works.iter(), &table, &mut diagnostics);
    diagnostics.sort();
    diagnostics
}

fn original(extra: &str, body: &str) -> String {
    format!(
        "---\ntitle: 題\ndescription: 説明\nstages: [newborn]\ntopics: [fever]\n\
         published: 2026-11-01\n{extra}---\n{body}\n"
    )
}

/// Findings as `code words`, with the words as they stand in the file.
fn told(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|found| {
            let place = found.place.as_ref().expect("a place");
            format!("{} {}", found.code, &place.source.text[place.range.clone()])
        })
        .collect()
}

/// Checks a body in one language, next to a drug whose product names are `シケンロン` and `ガスター`.
fn in_language(tag: &str, body: &str) -> Vec<String> {
    let mut files = vec![
        ("content/drugs/x.yaml", DRUG.to_owned()),
        ("content/articles/a.md", original("", if tag == "ja" { body } else { "本文" })),
    ];
    match tag {
        "en" => files.push((
            "content/articles/a.en.md",
            format!("---\ntitle: t\ndescription: d\n---\n{body}\n"),
        )),
        "ja-x-easy" => files.push((
            "content/articles/a.ja-x-easy.md",
            format!("---\ntitle: だい\ndescription: せつめい\n---\n{body}\n"),
        )),
        _ => {}
    }
    told(&check_files(&files))
}

fn fires(code: &str, tag: &str, cases: &[(&str, &str)]) {
    for (body, words) in cases {
        assert_eq!(in_language(tag, body), [format!("{code} {words}")], "{body}");
    }
}

fn leaves_alone(tag: &str, cases: &[&str]) {
    for body in cases {
        assert_eq!(in_language(tag, body), Vec::<String>::new(), "{body}");
    }
}

#[test]
fn built_in_rules_are_without_fault() {
    let mut diagnostics = Diagnostics::new();
    let rules = CareRules::load(&Files::new(), &languages(), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let ids: Vec<&str> = rules.ids().collect();
    assert_eq!(
        ids,
        [
            "superlative",
            "testimonial",
            "guarantee",
            "fear",
            "product-claim",
            "unsourced-figure",
            "long-sentence",
            "double-negation",
            "difficult-word"
        ]
    );
    for id in ids {
        let rule = rules.find(id).expect("there");
        assert_ne!(rule.code, codes::OWN_CARE_RULE, "{id} has no code of its own");
        assert!(
            rule.source.url.is_some()
                && !rule.help.ja.ends_with('。')
                && rule.title.ja != rule.title.en,
            "{id}"
        );
    }
}

#[test]
fn superlatives() {
    fires(
        "UB1001",
        "ja",
        &[
            ("当院は日本一の実績です。", "日本一"),
            ("地域Ｎｏ．１の病院です。", "地域Ｎｏ．１"),
            ("最高の医療を届けます。", "最高の"),
            ("**最先端**の治療です。", "最先端"),
            ("ほかでは受けられない健診です。", "ほかでは受けられない"),
            ("国内屈指の専門医がいます。", "国内屈指"),
            ("熱に効く特効薬です。", "特効薬"),
        ],
    );
    fires(
        "UB1001",
        "en",
        &[
            ("Care at the best hospital in town.", "the best hospital"),
            ("A cutting-edge scan.", "cutting-edge"),
            ("The world’s best care.", "world’s best"),
        ],
    );
    fires("UB1001", "ja-x-easy", &[("日本 一の びょういんです。", "日本 一")]);
    leaves_alone(
        "ja",
        &[
            "最高気温は38℃でした。",
            "最高の体温を書いておきます。",
            "原因は卵がもっとも多く、牛乳が続きます。",
            "ここがいちばん大切です。",
            "ウイルスの特効薬はありません。日本初の制度ではありません。万能薬ではない薬です。",
            "「日本一」という言葉には注意します。",
            "市内一円で行います。県内一部の病院です。世界一周をしました。",
            "様式No.1を書きます。資料No.1～No.3をご覧ください。No.10です。",
            "精神の手帳を見せます。有名医療機関です。医師3名医療チームです。",
            "他の医療機関より紹介された方。当院だけでなく、ほかの病院でも受けられます。",
            "`最高の`",
            "[資料](https://www.example.jp/最高の)を見ます。",
        ],
    );
    leaves_alone(
        "en",
        &[
            "Breast milk is best given soon.",
            "It is not the best hospital for this.",
            "The best time is in the morning.",
            "The number one cause of burns is hot water.",
            "Keep the cutting edge away from children.",
        ],
    );
}

#[test]
fn testimonials() {
    fires(
        "UB1002",
        "ja",
        &[
            ("体験談を集めました。", "体験談"),
            ("※個人の感想です。", "個人の感想"),
            ("○○さんの声", "○○さんの声"),
            ("Ａさん（30代）は元気になりました。", "Ａさん（30代"),
            ("先輩ママの声をどうぞ。", "先輩ママの声"),
        ],
    );
    fires("UB1002", "en", &[("Read our success stories.", "success stories")]);
    leaves_alone(
        "ja",
        &[
            "お母さんの声を聞くと落ち着きます。",
            "赤ちゃんの声がかれています。",
            "ネットの口コミに惑わされないでください。",
            "患者さんの声を聞く外来です。",
            "先輩の体験談を聞く会です。",
            "利用者の声を事業に反映します。",
            "利用者の声をお寄せください。",
            "記入例：○○さん（2歳）",
        ],
    );
    leaves_alone("en", &["Talk to your baby; your voice helps."]);
}

#[test]
fn guarantees() {
    fires(
        "UB1003",
        "ja",
        &[
            ("この薬は絶対に安全です。", "絶対に"),
            ("絶対安心の薬です。", "絶対"),
            ("必ず治ります。", "必ず治"),
            ("1週間で{必|かなら}ず{治|なお}ります。", "必|かなら}ず{治"),
            ("副作用はありません。", "副作用はありません"),
            ("１００％ 安全です。", "１００％ 安全"),
            ("感染を確実に防げます。", "確実に防げ"),
            ("これで完全に治ります。", "完全に治"),
        ],
    );
    fires("UB1003", "ja-x-easy", &[("かならず なおります。", "かならず なおります")]);
    fires(
        "UB1003",
        "en",
        &[
            ("The vaccine is completely safe.", "completely safe"),
            ("It has no side effects.", "no side effects"),
            ("Rest will cure it.", "will cure"),
        ],
    );
    leaves_alone(
        "ja",
        &[
            "切迫早産では絶対安静と言われることがあります。",
            "検査の絶対値を見ます。",
            "赤ちゃんを絶対に揺さぶらないでください。",
            "絶対に、一人にしない。",
            "絶対に使えないわけではありません。",
            "必ず治るとは限りません。",
            "必ず手を洗います。",
            "絶対に安全とはいえません。",
            "副作用がないか、様子を見ます。",
            "副作用がありませんか、と聞かれます。",
            "薬の写真を見せるのが確実です。",
            "必ずしも授乳をやめる理由にはなりません。",
            "ほとんどの場合は治ります。",
            "必ず予防接種を受けます。必ず治療を続けます。車では必ず安全ベルトを。確実に治療します。",
            "完全に防ぐのは難しい病気です。確実に予防するためには2回受けます。",
            "完全に治るまで休みます。完全に治ってから登園します。",
            "調べた範囲で副作用はありませんでした。",
            "お風呂では絶対に目を離さない。ルールを絶対に守ってほしいです。",
        ],
    );
    leaves_alone(
        "en",
        &[
            "No medicine is completely safe.",
            "It is not 100% effective.",
            "There is no guarantee.",
            "not absolutely contraindicated",
            "Always put your baby on their back.",
            "No side effects were seen in the infants.",
            "My partner always works late.",
        ],
    );
}

#[test]
fn products_with_claims() {
    fires(
        "UB1004",
        "ja",
        &[
            ("ガスターは胃の痛みを和らげます。", "和らげます"),
            ("熱があります。ｼｹﾝﾛﾝがよく効くでしょう。", "よく効"),
        ],
    );
    fires("UB1004", "en", &[("シケンロン is effective.", "effective")]);
    leaves_alone(
        "ja",
        &[
            "ガスターなどの名前で売られています。",
            "ガスターで売られています。胃の痛みを和らげます。",
            "痛みを和らげます。",
            "ガスターテンは別の薬で、よく効きます。",
            "シケンロンが効果があるとは限りません。",
        ],
    );
    let found = check_files(&[
        ("content/drugs/x.yaml", DRUG.to_owned()),
        ("content/articles/a.md", original("", "ガスターはよく効きます。")),
    ]);
    let related = &found.iter().next().expect("one").related;
    assert_eq!(
        related
            .iter()
            .map(|(place, _)| &place.source.text[place.range.clone()])
            .collect::<Vec<_>>(),
        ["ガスター"]
    );
}

#[test]
fn fear_in_headlines() {
    fires(
        "UB1005",
        "ja",
        &[
            ("## 知らないと怖い発熱", "知らないと怖い"),
            ("## 手遅れになる前に", "手遅れ"),
            ("## 危険！はちみつ {#honey}", "危険！"),
        ],
    );
    fires("UB1005", "en", &[("## The silent killer in your kitchen", "killer")]);
    leaves_alone(
        "ja",
        &[
            "手遅れにならないうちに受診します。",
            "## 赤ちゃんを傷つけそうで怖いとき",
            "## 危険なサイン",
            "## 誤飲したとき",
            "## 手遅れではありません",
            "## 熱中症に要注意！",
        ],
    );
    leaves_alone(
        "en",
        &[
            "## Painkillers while breastfeeding",
            "Do not wait until it is too late.",
            "## When your child has a nightmare",
            "## Is it too late for the vaccine?",
        ],
    );
}

#[test]
fn figures_without_source() {
    fires(
        "UB1006",
        "ja",
        &[
            ("満足度は９９．５％でした。", "９９．５％"),
            ("10人に1人がかかります。", "10人に1人"),
            ("三人のうち一人が経験します。", "三人のうち一人"),
            ("1回 500 mg を飲みます。", "500 mg"),
            ("2.5倍になります。", "2.5倍"),
        ],
    );
    fires(
        "UB1006",
        "en",
        &[
            ("About 1 in 10 mothers.", "1 in 10"),
            ("Up to 30 percent.", "30 percent"),
            ("Take 500 mg.", "500 mg"),
        ],
    );
    leaves_alone(
        "ja",
        &[
            "生後3か月で38℃以上のとき。",
            "10人に1人がかかります（[調査](https://www.example.jp/)）。",
            "10人に1人がかかります[^1]。\n\n[^1]: 調査の名前（回答率90%）",
            "| 項目 | 値 |\n| --- | --- |\n| 満足度（[調査](https://www.example.jp/)） | 99% |",
            "果汁100%のジュースは薄めます。",
            "利用料は1割負担です。3割引の券です。",
        ],
    );
    let sourced = original("sources:\n  - title: 調査\n", "10人に1人がかかります。");
    assert!(told(&check_files(&[("content/articles/a.md", sourced)])).is_empty());
    // A link within the project is no source.
    assert_eq!(in_language("ja", "10人に1人がかかります。[発熱](b.md)").len(), 1);
}

#[test]
fn plain_japanese() {
    let long = "あいうえお かきくけこ さしすせそ たちつてと なにぬねの はひふへほ まみむめも やいゆえよ らりるれろ わをんわをん。";
    fires("UB1007", "ja-x-easy", &[(&format!("みじかい 文です。{long}"), long)]);
    leaves_alone("ja", &[long]);
    leaves_alone(
        "ja-x-easy",
        &[
            &long[..long.len() - "わをんわをん。".len()],
            "{熱|ねつねつねつねつねつねつねつねつねつねつねつねつねつねつねつねつねつねつねつ}が あります。",
        ],
    );
    fires(
        "UB1009",
        "ja-x-easy",
        &[
            ("たべられない ことは ありません。", "ない ことは あ"),
            ("しんぱいが なくは ないです。", "なくは な"),
        ],
    );
    leaves_alone(
        "ja-x-easy",
        &["すくなくは ありません。すくなくは ないです。", "たべなければ なりません。"],
    );
    leaves_alone("ja", &["食べられないことはありません。"]);
    fires(
        "UB1008",
        "ja-x-easy",
        &[("くすりを {服用|ふくよう}します。", "服用"), ("すみやかに 行きます。", "すみやかに")],
    );
    leaves_alone(
        "ja-x-easy",
        &[
            "くすりを のみます。",
            "{授乳|じゅにゅう}（おっぱいを あげること）の ときです。{授乳|じゅにゅう}は たいせつです。",
            "これを「{産後健診|さんごけんしん}」と いいます。{妊婦健診|にんぷけんしん}に 行きます。",
            "これを「{発症|はっしょう}」と いいます。",
        ],
    );
    leaves_alone("ja", &["薬を服用します。"]);
    let found = check_files(&[
        ("content/articles/a.md", original("", "本文")),
        (
            "content/articles/a.ja-x-easy.md",
            "---\ntitle: だい\ndescription: せつめい\n---\n{服用|ふくよう}\n".into(),
        ),
    ]);
    assert!(
        found
            .iter()
            .next()
            .and_then(|d| d.help.as_ref())
            .is_some_and(|help| help.ja.starts_with("「のむ」と書けます"))
    );
}

#[test]
fn places_are_those_of_the_words() {
    let article = "---\ntitle: \"日本一の『安心』\"\ndescription: >-\n  はじめに、\n  必ず治ります。\n\
                   stages: [newborn]\ntopics: [fever]\npublished: 2026-11-01\n---\n\
                   - 一つ\n  - 二つ、最先\n    端の{治療|ちりょう}\n\n| a | b |\n| - | - |\n| x | 体験談&amp; |\n\n\
                   > [!NOTE]\n> {{ service.x.hours | 必ず治ります }}\n\n\\{最高の|さいこうの}\n";
    let found = check_files(&[("content/articles/a.md", article.into())]);
    let places: Vec<String> = found
        .iter()
        .map(|d| {
            let place = d.place.as_ref().expect("a place");
            let (line, column) = place.source.line_column(place.range.start);
            format!("{line}:{column} {}", place.source.text[place.range.clone()].replace('\n', "⏎"))
        })
        .collect();
    assert_eq!(
        places,
        [
            "2:9 日本一",
            "5:3 必ず治",
            "11:8 最先⏎    端",
            "16:7 体験談",
            "19:24 必ず治",
            "21:3 最高の"
        ]
    );
}

#[test]
fn the_table_is_checked_in_every_language() {
    let drug = DRUG.replace(
        "assessments: []",
        "assessments:\n  - source: x\n    url: https://www.example.jp/\n    read: 2026-11-01\n    \
         category: y\n    basis: {ja: 絶対に安全です, en: completely safe}\n    monitor: [必ず治ります]",
    );
    let found = check_files(&[("content/drugs/x.yaml", drug.clone())]);
    assert_eq!(told(&found), ["UB1003 絶対に", "UB1003 completely safe", "UB1003 必ず治"]);
    let excepted =
        format!("{drug}care_exceptions: [{{rule: guarantee, reason: 出典の言葉のため}}]\n");
    assert_eq!(told(&check_files(&[("content/drugs/x.yaml", excepted)])), Vec::<String>::new());
}

#[test]
fn exceptions_hold_for_what_follows() {
    let allow = "<!-- ubugi: allow superlative: 冊子の題名のため -->";
    leaves_alone(
        "ja",
        &[
            &format!("{allow}\n日本一の冊子です。\n日本一です。"),
            &format!("{allow}\n\n## 日本一の冊子"),
            &format!("{allow}\n- 日本一\n- 二つ\n  - 世界一"),
            &format!("> {allow}\n> 日本一の冊子です。"),
            &format!("冊子「日本一」です。{allow}"),
            &format!("- {allow}\n  日本一の冊子"),
            &format!("{allow}\n<!-- ubugi: allow testimonial: 題名のため -->\n日本一の体験談"),
            "<!-- ubugi：allow superlative：全角でも -->\n日本一",
            "<!-- ubugiの話ではない注釈 -->\n本文",
        ],
    );
    // The next paragraph and other rules are not excepted.
    assert_eq!(
        in_language("ja", &format!("{allow}\n日本一の冊子です。\n\n世界一です。")),
        ["UB1001 世界一"]
    );
    assert_eq!(in_language("ja", &format!("{allow}\n日本一の体験談")), ["UB1002 体験談"]);
    let title = "---\ntitle: 日本一\ndescription: 世界一\nstages: [newborn]\ntopics: [fever]\n\
                 published: 2026-11-01\n\
                 care_exceptions: [{rule: superlative, in: title, reason: 題名のため}]\n---\n本文\n";
    assert_eq!(told(&check_files(&[("content/articles/a.md", title.into())])), ["UB1001 世界一"]);
    let whole = title.replace("in: title, ", "");
    assert_eq!(told(&check_files(&[("content/articles/a.md", whole)])), Vec::<String>::new());
}

#[test]
fn faulty_exceptions_are_told() {
    assert_eq!(
        in_language("ja", "<!-- ubugi: allow superlative -->\n日本一"),
        ["UB1011 ubugi: allow superlative", "UB1001 日本一"]
    );
    assert_eq!(
        in_language("ja", "<!-- ubugi: allow superlative: -->\n本文"),
        ["UB1011 ubugi: allow superlative:"]
    );
    assert_eq!(
        in_language("ja", "<!-- ubugi: alow superlative: 題名 -->\n本文"),
        ["UB1011 ubugi: alow superlative: 題名"]
    );
    assert_eq!(
        in_language("ja", "<!-- ubugi: allow superlatve: 題名 -->\n日本一"),
        ["UB0207 superlatve", "UB1001 日本一"]
    );
    assert_eq!(
        in_language("ja", "<!-- ubugi: allow superlative: 題名 -->\n本文"),
        ["UB1012 superlative"]
    );
    assert_eq!(
        in_language("ja", "本文\n\n<!-- ubugi: allow superlative: 題名 -->"),
        ["UB1012 superlative"]
    );
    assert_eq!(
        in_language("ja", "> <!-- ubugi: allow superlative: 題名 -->\n\n日本一"),
        ["UB1012 superlative", "UB1001 日本一"]
    );
    let stated = |item: &str| {
        told(&check_files(&[(
            "content/articles/a.md",
            original(&format!("care_exceptions: [{item}]\n"), "本文"),
        )]))
    };
    assert_eq!(stated("{rule: superlative, reason: 題名}"), ["UB1012 superlative"]);
    assert_eq!(stated("{rule: superlatives, reason: 題名}"), ["UB0207 superlatives"]);
    assert_eq!(stated("{rule: superlative}")[0].split(' ').next(), Some("UB0203"));
    assert_eq!(stated("{rule: superlative, reason: 題名, in: body}")[0], "UB0210 body");
}

#[test]
fn a_project_adds_to_rules_and_makes_its_own() {
    let check = |rules: &str, body: &str| {
        told(&check_files(&[
            ("content/care/own.yaml", rules.into()),
            ("content/articles/a.md", original("", body)),
        ]))
    };
    assert_eq!(
        check("rules:\n  - id: superlative\n    terms: [東洋一]\n", "東洋一です。日本一です。"),
        ["UB1001 東洋一", "UB1001 日本一"]
    );
    assert_eq!(
        check(
            "rules:\n  - id: superlative\n    unless: [日本一の桜]\n",
            "日本一の桜です。日本一です。"
        ),
        ["UB1001 日本一"]
    );
    assert_eq!(
        check("rules:\n  - id: superlative\n    without: [日本一]\n", "日本一です。"),
        Vec::<String>::new()
    );
    assert_eq!(
        check("disable: [superlative]\n", "<!-- ubugi: allow superlative: 題名 -->\n日本一です。"),
        Vec::<String>::new()
    );
    assert_eq!(check("disable: [superlativ]\n", "本文"), ["UB0207 superlativ"]);
    let own = "rules:\n  - id: our-word\n    title: 使わない言葉です\n    help: 「障がい」と書いてください\n    source: \
               {title: 市の表記の手引き}\n    languages: [ja]\n    terms: \
               [{term: 障害者手帳, unless: [身体障害者手帳]}]\n    patterns: ['父兄(?:会)?']\n";
    assert_eq!(
        check(own, "障害者手帳、身体障害者手帳、父兄会"),
        ["UB1010 障害者手帳", "UB1010 父兄会"]
    );
}

#[test]
fn faulty_rules_are_told_at_their_place() {
    let check = |rules: &str| told(&check_files(&[("content/care/own.yaml", rules.into())]));
    let own = "rules:\n  - id: x\n    title: t\n    help: h\n    source: {title: s}\n    \
               languages: [ja]\n";
    assert_eq!(check(&format!("{own}    terms: [あ]\n")), ["UB1013 あ"]);
    assert_eq!(
        check(&format!("{own}    patterns: ['(', 'a*', '[0-9]{{1,1000}}{{1,1000}}']\n")),
        ["UB1013 '('", "UB1013 'a*'", "UB1013 '[0-9]{1,1000}{1,1000}'"]
    );
    assert_eq!(
        check(&format!("{own}    terms: [{{term: 絶対, unless: [安静]}}]\n")),
        ["UB1013 安静"]
    );
    assert_eq!(
        check("rules:\n  - id: new-rule\n    terms: [言葉]\n")
            .iter()
            .filter(|found| found.starts_with("UB0203"))
            .count(),
        4
    );
    assert_eq!(check(own), ["UB1013 x"]);
    assert_eq!(
        check(&format!("{own}    kind: sentence-length\n    patterns: [言葉]\n")),
        ["UB1013 x"]
    );
    assert_eq!(
        check(&format!("{}    terms: [言葉]\n", own.replace("[ja]", "[jp, ja]"))),
        ["UB0209 jp"]
    );
    assert_eq!(
        check("rules:\n  - id: fear\n    without: [恐怖]\n    unless: [熱の話]\n"),
        ["UB1013 恐怖", "UB1013 熱の話"]
    );
    assert_eq!(check("rules:\n  - id: fear\n    termes: [言葉]\n"), ["UB0201 termes"]);
    assert_eq!(check("rules:\n  - id: fear\n    scope: titel\n"), ["UB0210 titel"]);
}

#[test]
fn a_flood_of_findings_is_cut_short() {
    let found = in_language("ja", &"日本一です。\n\n".repeat(300));
    assert_eq!(
        (found.len(), found.iter().filter(|found| found.starts_with("UB0107")).count()),
        (MOST_FINDINGS + 1, 1)
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_checked(body in "\\PC{0,120}|([a-z{}|｜<>!\\-\\[\\]()#*`\\\\\n 。、.:：]|ubugi|allow|日本一|ｶﾞ|か\u{3099}|&amp;|10人に1人|<!--|-->|\\{\\{|\\}\\}){0,60}") {
        for path in ["content/articles/a.md", "content/articles/a.en.md", "content/articles/a.ja-x-easy.md"] {
            let text = if path.ends_with("/a.md") { original("", &body) } else { format!("---\ntitle: t\ndescription: d\n---\n{body}\n") };
            for found in check_files(&[("content/articles/a.md", original("", "本文")), (path, text)]).iter() {
                let place = found.place.as_ref().expect("a place");
                prop_assert!(place.source.text.get(place.range.clone()).is_some(), "{place:?}");
            }
        }
    }

    #[test]
    fn any_rule_file_is_read(text in "\\PC{0,80}|(rules:|  - |id: |x\n|terms: |patterns: |\\[|\\]|'\\('|disable: |unless: |\n|  ){0,30}") {
        check_files(&[("content/care/own.yaml", text.clone()), ("content/articles/a.md", original("", &text))]);
    }
}
