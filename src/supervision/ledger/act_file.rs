//! The file of an act, read and checked.
//!
//! Bytes with the hash of their name were written by ubugi unless somebody made them by hand. So
//! the first fault of such a file is enough; the audit says the rest.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::act::{Act, ActText, Decision, Gravity};
use super::act_keys::{ACT, ACT_TEXT, COVERED_FILE};
use super::draft::path_of;
use crate::content::config::TextKind;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::yaml::Node;
use crate::supervision::seals::{Covered, is_sealable, is_sha256, kind_of, seal_of, sha256};

/// Makes the fault of an act that cannot be relied on.
pub fn bad_act(place: Place, message: Message, help: Message) -> Diagnostic {
    Diagnostic::error(codes::BAD_APPROVAL, place, message).help(help)
}

/// Reads an act from the bytes of its file.
///
/// # Errors
/// Returns the first fault of a file that is not as ubugi wrote it.
pub(super) fn read_act(path: &str, bytes: &[u8]) -> Result<Act, Box<Diagnostic>> {
    let source = Source::new(path, String::from_utf8_lossy(bytes));
    let hash = sha256(bytes);
    let name = path.rsplit('/').next().unwrap_or(path);
    if source.text.as_bytes() != bytes
        || !name
            .strip_suffix(".yaml")
            .is_some_and(|stem| stem.len() > 16 && stem.ends_with(&format!("-{}", &hash[..16])))
    {
        return Err(refuse(
            Place::start_of(&source),
            message!(
                "この記録は、名前にあるハッシュと内容が合いません。書きかえられています",
                "this act is not what the hash in its name says: it was changed"
            ),
        ));
    }
    let act = decode_file(&source, hash)?;
    check_act(&act, path).map_err(|words| refuse(Place::start_of(&source), words))?;
    Ok(act)
}

/// Makes the fault of a file that was changed; the help says how to bring it back.
fn refuse(place: Place, words: Message) -> Box<Diagnostic> {
    Box::new(bad_act(
        place,
        words,
        message!(
            "承認の記録は書きかえられません。git からもとに戻し、`ubugi approve` などで新しい記録\
             を加えてください",
            "acts are never changed; bring the file back from git and add a new act with `ubugi \
             approve` or the like"
        ),
    ))
}

/// Decodes the YAML of an act.
fn decode_file(source: &Arc<Source>, hash: String) -> Result<Act, Box<Diagnostic>> {
    let mut diagnostics = Diagnostics::new();
    let act = Decoder::on(source, &mut diagnostics, |decoder| {
        let root = decoder.parse_all()?;
        decode_act(decoder, &root, hash)
    });
    diagnostics.sort();
    if let Some(first) = diagnostics.iter().next() {
        let (ja, en) = (&first.message.ja, &first.message.en);
        let place = first.place.clone().unwrap_or_else(|| Place::start_of(source));
        return Err(refuse(
            place,
            message!("承認の記録として読めません：{ja}", "this is not a readable act: {en}"),
        ));
    }
    act.ok_or_else(|| {
        refuse(
            Place::start_of(source),
            message!("承認の記録として読めません", "this is not a readable act"),
        )
    })
}

/// Checks that the parts of an act agree with each other and with the path of its file.
fn check_act(act: &Act, path: &str) -> Result<(), Message> {
    if path_of(act.on, act.decision.word(), &act.hash) != path {
        return Err(message!(
            "この記録のファイル名が、日付や種類と合いません",
            "the file's name does not have the day and kind of the act"
        ));
    }
    let reviewers: BTreeSet<&str> = act.by.iter().map(|id| id.value.as_str()).collect();
    let dates =
        matches!(act.decision, Decision::Approval { next_review, .. } if next_review <= act.on);
    if reviewers.is_empty() || reviewers.len() < act.by.len() || act.texts.is_empty() || dates {
        return Err(message!(
            "監修者か文章がないか重なっているか、次の見直しが承認の日より後ではありません",
            "reviewers or texts are missing or named twice, or the next review is not after the day"
        ));
    }
    match act.texts.iter().find(|text| !is_consistent(text)) {
        None => Ok(()),
        Some(odd) => {
            let path = &odd.path;
            Err(message!(
                "「{path}」の封印か種類が、記録にあるファイルと合いません",
                "the seal or kind of `{path}` does not agree with the listed files"
            ))
        }
    }
}

/// Returns whether the kind, the seal and the files of a text agree.
fn is_consistent(text: &ActText) -> bool {
    let fits = match kind_of(&text.path) {
        Some(TextKind::Own) => matches!(text.kind, TextKind::Own | TextKind::Notice),
        kind => kind == Some(text.kind),
    };
    fits && seal_of(&text.files) == text.seal
        && text.files.first().is_some_and(|file| file.path == text.path)
        && text.files.iter().all(|file| is_sealable(&file.path))
}

fn decode_act(decoder: &mut Decoder, root: &Node, hash: String) -> Option<Act> {
    let mut fields = decoder.fields(root, &ACT)?;
    let kind = fields.required(decoder, "kind", |decoder, node| {
        let kinds = [("approval", 0_u8), ("withdrawal", 1), ("correction", 2)];
        decoder.choice(node, &kinds.map(|(word, kind)| (word, (word, kind))))
    });
    let on = fields.required(decoder, "on", Decoder::date);
    let by = fields.required(decoder, "by", |decoder, node| decoder.list(node, Decoder::id));
    let (word, kind) = kind?;
    fields.choose(word);
    let decision = decode_decision(decoder, &mut fields, kind);
    let parents = fields.required(decoder, "parents", |decoder, node| decoder.list(node, hex));
    let texts = fields.required(decoder, "texts", |decoder, node| decoder.list(node, decode_text));
    fields.finish(decoder);
    let source = Arc::clone(&decoder.source);
    Some(Act {
        hash,
        source,
        decision: decision?,
        on: on?.value,
        by: by?,
        parents: parents?,
        texts: texts?,
    })
}

/// Decodes what an act decides; `kind` is 0 for an approval, 1 for a withdrawal, 2 for a
/// correction.
fn decode_decision(decoder: &mut Decoder, fields: &mut Fields<'_>, kind: u8) -> Option<Decision> {
    let severity = |decoder: &mut Decoder, node: &Node| decoder.choice(node, &Gravity::ALL);
    match kind {
        0 => {
            let next_review = fields.required(decoder, "next_review", Decoder::date);
            let note = fields.optional(decoder, "note", words);
            next_review.map(|date| Decision::Approval { next_review: date.value, note })
        }
        1 => {
            let reason = fields.required(decoder, "reason", words);
            let severity = fields.required(decoder, "severity", severity);
            reason.zip(severity).map(|(reason, severity)| Decision::Withdrawal { reason, severity })
        }
        _ => {
            let was = fields.required(decoder, "was", words);
            let now = fields.required(decoder, "now", words);
            let severity = fields.required(decoder, "severity", severity);
            was.zip(now).zip(severity).map(|((was, now), severity)| Decision::Correction {
                was,
                now,
                severity,
            })
        }
    }
}

fn decode_text(decoder: &mut Decoder, node: &Node) -> Option<ActText> {
    let strings = |decoder: &mut Decoder, node: &Node| decoder.list(node, words);
    let mut fields = decoder.fields(node, &ACT_TEXT)?;
    let path = fields.required(decoder, "path", |decoder, node| {
        let path = decoder.string(node)?;
        if kind_of(&path.value).is_none() {
            decoder.fault(
                codes::UNKNOWN_REFERENCE,
                node,
                message!(
                    "承認の対象になるファイルではありません",
                    "this is no file that is approved"
                ),
                message!("記事か薬のファイルです", "articles and drugs are"),
            );
            return None;
        }
        Some(path.value)
    });
    let kind =
        fields.required(decoder, "kind", |decoder, node| decoder.choice(node, &TextKind::ALL));
    let topics = fields.required(decoder, "topics", strings);
    let written_by = fields.required(decoder, "written_by", strings);
    let seal = fields.required(decoder, "seal", hex);
    let files = fields.required(decoder, "files", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let mut fields = decoder.fields(node, &COVERED_FILE)?;
            let sha256 = fields.required(decoder, "sha256", hex);
            let path = fields.required(decoder, "path", words);
            fields.finish(decoder);
            Some(Covered { path: path?, sha256: sha256? })
        })
    });
    fields.finish(decoder);
    Some(ActText {
        path: path?,
        kind: kind?,
        topics: topics?,
        written_by: written_by?,
        seal: seal?,
        files: files?,
    })
}

fn words(decoder: &mut Decoder, node: &Node) -> Option<String> {
    decoder.string(node).map(|text| text.value)
}

fn hex(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    if is_sha256(&text) {
        return Some(text);
    }
    decoder.fault(
        codes::BAD_APPROVAL,
        node,
        message!("SHA-256 ではありません", "this is not a SHA-256 value"),
        message!("64 桁の十六進数（小文字）です", "it has 64 lower-case hexadecimal digits"),
    );
    None
}
