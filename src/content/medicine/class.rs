//! Classes of medicines and the groups in which they stand: `content/drug-classes.yaml`.

use super::name::{KANA, kana};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::content::unique;
use crate::diagnostic::Located;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// A pharmacological class, for the table's order.
#[derive(Clone, Debug)]
pub struct DrugClass {
    /// Id.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// Reading, for sorting.
    pub kana: Option<String>,
    /// The group in which it stands.
    pub group: Located<String>,
}

/// A group of classes in words that parents know.
#[derive(Clone, Debug)]
pub struct DrugGroup {
    /// Id.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
}

static GROUP: Record = Record::new(
    "drug-group",
    &[
        required("id", Shape::Id, "分類に書く名前", "its name in classes"),
        required(
            "name",
            Shape::Text,
            "親がわかる言葉での名前",
            "its name in words that parents know",
        )
        .clinical(),
    ],
);

static CLASS: Record = Record::new(
    "drug-class",
    &[
        required("id", Shape::Id, "薬に書く名前", "its name in drugs and products"),
        required("name", Shape::Text, "分類の名前", "its name for readers").clinical(),
        optional("kana", KANA, "読みがな（並べるため）", "its reading, for sorting"),
        required("group", Shape::Id, "入るグループの ID", "the id of the group in which it stands"),
    ],
);

/// The keys of `content/drug-classes.yaml`.
pub static DRUG_CLASSES: Record = Record::new(
    "drug-classes",
    &[
        required(
            "groups",
            Shape::List(&Shape::Record(&GROUP)),
            "似た分類をまとめるグループ。並べる順",
            "groups of classes, in the order of display",
        ),
        required(
            "classes",
            Shape::List(&Shape::Record(&CLASS)),
            "薬の分類。並べる順",
            "classes, in the order of display",
        ),
    ],
);

/// Reads `content/drug-classes.yaml`.
pub fn decode_classes(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> (Vec<DrugGroup>, Vec<DrugClass>) {
    let Some(mut fields) = decoder.fields(root, &DRUG_CLASSES) else {
        return (Vec::new(), Vec::new());
    };
    let groups = fields.required(decoder, "groups", |decoder, node| {
        let group = |decoder: &mut Decoder, node: &Node| group(decoder, node, languages);
        unique::list(decoder, node, group, |group| &group.id)
    });
    let classes = fields.required(decoder, "classes", |decoder, node| {
        let class = |decoder: &mut Decoder, node: &Node| class(decoder, node, languages);
        unique::list(decoder, node, class, |class| &class.id)
    });
    fields.finish(decoder);
    (groups.unwrap_or_default(), classes.unwrap_or_default())
}

fn group(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<DrugGroup> {
    let mut fields = decoder.fields(node, &GROUP)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let name =
        fields.required(decoder, "name", |decoder, node| Text::decode(decoder, node, languages));
    fields.finish(decoder);
    Some(DrugGroup { id: id?, name: name? })
}

fn class(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<DrugClass> {
    let mut fields = decoder.fields(node, &CLASS)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let name =
        fields.required(decoder, "name", |decoder, node| Text::decode(decoder, node, languages));
    let kana = fields.optional(decoder, "kana", kana);
    let group = fields.required(decoder, "group", Decoder::id);
    fields.finish(decoder);
    Some(DrugClass { id: id?, name: name?, kana, group: group? })
}
