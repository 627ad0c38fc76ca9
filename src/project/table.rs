//! The lactation table: its lists, and one file for each drug and each product.

use std::sync::Arc;

use rayon::prelude::*;

use super::file::decode;
use crate::content::language::Languages;
use crate::content::medicine::{self, LactationTable};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::decode::{Decoder, is_id};
use crate::source::yaml::Node;
use crate::source::{Files, memo};

/// Reads the table and its lists; a missing list is a fault only if there are drugs.
pub(super) fn load(
    files: &Files,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> LactationTable {
    let has_drugs = files.under("content/drugs/").next().is_some();
    let sources = decode(files, "content/drug-sources.yaml", has_drugs, diagnostics, |d, n| {
        medicine::decode_sources(d, n, languages)
    })
    .unwrap_or_default();
    let (groups, classes) =
        decode(files, "content/drug-classes.yaml", has_drugs, diagnostics, |d, n| {
            medicine::decode_classes(d, n, languages)
        })
        .unwrap_or_default();
    let not_listed = decode(files, "content/drugs-not-listed.yaml", false, diagnostics, |d, n| {
        medicine::decode_not_listed(d, n, languages)
    })
    .unwrap_or_default();
    let besides = memo::hash(format!("{languages:?}"));
    let mut drugs =
        decode_folder(files, "content/drugs/", besides, diagnostics, |decoder, root, id| {
            medicine::decode_drug(decoder, root, id, languages)
        });
    drugs.sort_by(|a, b| a.id.cmp(&b.id));
    let mut products =
        decode_folder(files, "content/products/", besides, diagnostics, |decoder, root, id| {
            medicine::decode_product(decoder, root, id, languages)
        });
    products.sort_by(|a, b| a.id.cmp(&b.id));
    LactationTable { sources, groups, classes, drugs, products, not_listed }
}

/// The last part of the address of the guide to medicines, which lies among them.
const GUIDE: &str = "guide";

/// Decodes every file of a folder whose files are named for their ids.
///
/// `besides` is the hash of what the result depends on besides the file.
fn decode_folder<T: Clone + Send + Sync + 'static>(
    files: &Files,
    folder: &str,
    besides: u64,
    diagnostics: &mut Diagnostics,
    read: impl Fn(&mut Decoder, &Node, &str) -> Option<T> + Sync,
) -> Vec<T> {
    let sources: Vec<(&str, &Arc<Source>)> = files
        .under(folder)
        .filter_map(|(path, file)| Some((&path[folder.len()..], file.text()?)))
        .collect();
    let decoded = |(name, source): &(&str, &Arc<Source>)| {
        let mut found = Diagnostics::new();
        let id = name.strip_suffix(".yaml").unwrap_or_default();
        if !is_id(id) {
            found.push(
                Diagnostic::error(
                    codes::BAD_ID,
                    Place::start_of(source),
                    message!(
                        "ファイル名「{name}」は薬の ID になりません",
                        "the file's name `{name}` is not a drug's id"
                    ),
                )
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
                decoder.parse_all().and_then(|root| read(decoder, &root, id))
            }),
            found,
        )
    };
    let all: Vec<(Option<T>, Diagnostics)> = sources
        .par_iter()
        .map(|both| Arc::unwrap_or_clone(files.memo.get(both.1, None, besides, || decoded(both))))
        .collect();
    let mut entries = Vec::with_capacity(all.len());
    for (entry, found) in all {
        diagnostics.extend(found);
        entries.extend(entry);
    }
    entries
}
