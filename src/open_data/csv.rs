//! The lactation table as CSV, `api/drugs.csv`: one row for each assessment, in the default
//! language, which a spreadsheet opens as it is.

use std::borrow::Cow;

use jiff::civil::Date;

use super::is_stale;
use crate::content::medicine::{Assessment, Drug, LactationTable};
use crate::content::text::Text;
use crate::diagnostic::Located;
use crate::project::Project;
use crate::site::Site;
use crate::source::csv::CsvTable;
use crate::supervision::TextState;

/// Writes the table of a site as CSV.
pub fn write(site: &Site<'_>, on: Date) -> String {
    let project = site.project;
    let mut out = CsvTable::new(&HEADER);
    for drug in site.drugs.iter().map(|index| &project.table.drugs[*index]) {
        let entry = Entry::new(project, site, drug, on);
        for assessment in &drug.assessments {
            out.push_row(&entry.row(assessment));
        }
    }
    out.finish()
}

/// A drug, and what all of its rows say alike.
struct Entry<'a> {
    project: &'a Project,
    drug: &'a Drug,
    on: Date,
    class: &'a str,
    products: String,
    supervised: &'a str,
}

impl<'a> Entry<'a> {
    fn new(project: &'a Project, site: &Site<'_>, drug: &'a Drug, on: Date) -> Self {
        let table = &project.table;
        let state = project.supervision.state(&drug.source.path, true, on);
        let supervised = match state {
            TextState::Approved { .. } => "監修済み",
            TextState::Unsupervised | TextState::Withdrawn(_) | TextState::NotRequired => {
                project.config.unsupervised_notice.in_default()
            }
        };
        let class = table
            .classes
            .iter()
            .find(|class| class.id.value == drug.class.value)
            .map_or("", |class| class.name.in_default());
        let products: Vec<Cow<'_, str>> = site
            .products
            .iter()
            .map(|index| &table.products[*index])
            .filter(|product| product.contains(&drug.id))
            .map(|product| {
                match (&state, project.supervision.state(&product.source.path, true, on)) {
                    // The reviewers of this row did not sign that the product contains the drug:
                    // the product says so.
                    (TextState::Approved { .. }, other)
                        if !matches!(other, TextState::Approved { .. }) =>
                    {
                        Cow::Owned(format!("{}（未監修）", product.name.in_default()))
                    }
                    _ => Cow::Borrowed(product.name.in_default()),
                }
            })
            .collect();
        Self { project, drug, on, class, products: products.join("、"), supervised }
    }

    /// Returns the cells of an assessment, in the order of [`HEADER`].
    fn row(&self, assessment: &Assessment) -> [String; 22] {
        let (table, drug): (&LactationTable, _) = (&self.project.table, self.drug);
        let source = table.source(&assessment.source.value);
        let category = source.and_then(|source| {
            source.categories.iter().find(|category| category.id.value == assessment.category.value)
        });
        let words =
            |text: Option<&Text>| text.map_or_else(String::new, |text| text.in_default().into());
        let rid = assessment.rid.as_ref().map(|rid| match &rid.min {
            Some(min) => format!("{}〜{}", min.written, rid.max.written),
            None => format!("{}以下", rid.max.written),
        });
        let rid_condition = assessment.rid.as_ref().and_then(|rid| rid.condition.as_ref());
        let graded = if source.is_some_and(|source| source.graded) {
            "出典の分類"
        } else {
            "出典の文章を読んで付けた分類"
        };
        let stale = if is_stale(self.project, assessment, self.on) { "古い" } else { "" };
        [
            drug.name.in_default().to_owned(),
            drug.kana.clone(),
            drug.name_en.clone().unwrap_or_default(),
            joined(drug.inn.iter().chain(&drug.aliases)),
            joined(drug.brands.iter()),
            self.products.clone(),
            self.class.to_owned(),
            drug.atc.clone().unwrap_or_default(),
            words(source.map(|source| &source.name)),
            words(category.map(|category| &category.label)),
            graded.to_owned(),
            words(assessment.condition.as_ref()),
            words(assessment.basis.as_ref()),
            rid.unwrap_or_default(),
            words(rid_condition),
            assessment.monitor.iter().map(Text::in_default).collect::<Vec<_>>().join("、"),
            words(assessment.age_caution.as_ref()),
            assessment.revised.map(|date| date.to_string()).unwrap_or_default(),
            stale.to_owned(),
            assessment.read.to_string(),
            table.address(assessment).into_owned(),
            self.supervised.to_owned(),
        ]
    }
}

fn joined<'a>(names: impl Iterator<Item = &'a Located<String>>) -> String {
    names.map(|name| name.value.as_str()).collect::<Vec<_>>().join("、")
}

const HEADER: [&str; 22] = [
    "薬の名前",
    "よみ",
    "英名",
    "別名",
    "商品名の例",
    "この成分を含む配合剤",
    "種類",
    "ATCコード",
    "出典",
    "分類",
    "分類のしかた",
    "条件",
    "理由",
    "相対的乳児摂取量（%）",
    "その条件",
    "赤ちゃんの様子で気をつけること",
    "月齢についての注意",
    "出典の改訂",
    "改訂が古い",
    "読んだ日",
    "URL",
    "監修",
];
