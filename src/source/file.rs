//! One file of a project: a text in UTF-8, or other bytes.
//!
//! The path decides which files must be text. A text loses its byte order mark, so that places in
//! it count from its first letter; the files of the ledger stay as they are, byte for byte.

use std::sync::Arc;

use super::path::LEDGER;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;

/// One file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// UTF-8 text, without its byte order mark.
    Text(Arc<Source>),
    /// Anything else, such as an image.
    Binary(Arc<[u8]>),
}

impl From<&Arc<Source>> for File {
    fn from(source: &Arc<Source>) -> Self {
        Self::Text(Arc::clone(source))
    }
}

impl From<&File> for File {
    fn from(file: &File) -> Self {
        file.clone()
    }
}

impl File {
    /// Returns the text of a text file.
    pub fn text(&self) -> Option<&Arc<Source>> {
        match self {
            Self::Text(source) => Some(source),
            Self::Binary(_) => None,
        }
    }

    /// Returns the bytes as they are published (a text without its byte order mark).
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(source) => source.text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }
}

fn is_text(path: &str) -> bool {
    let is_event_table = path.starts_with("municipalities/") && path.ends_with("/events.csv");
    !path.starts_with(LEDGER)
        && !is_event_table
        && matches!(
            path.rsplit_once('.').map(|(_, extension)| extension),
            Some(
                "md" | "yaml"
                    | "yml"
                    | "html"
                    | "css"
                    | "js"
                    | "mjs"
                    | "svg"
                    | "json"
                    | "txt"
                    | "csv"
                    | "xml"
            )
        )
}

/// Makes a file of its bytes; those that must be text but are not UTF-8 are reported.
pub(super) fn read(path: &str, bytes: Vec<u8>) -> (File, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    if !is_text(path) {
        return (File::Binary(bytes.into()), diagnostics);
    }
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            (File::Text(Source::new(path, text)), diagnostics)
        }
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let source = Source::new(path, String::from_utf8_lossy(error.as_bytes()));
            let place = Place::new(&source, valid..valid + '\u{fffd}'.len_utf8());
            diagnostics.push(
                Diagnostic::error(
                    codes::NOT_UTF8,
                    place,
                    message!(
                        "このファイルの文字コードは UTF-8 ではありません",
                        "this file is not encoded in UTF-8"
                    ),
                )
                .help(message!(
                    "エディタで「UTF-8」を選んで保存しなおしてください（Shift_JIS などのままでは読\
                     めません）",
                    "save it again as UTF-8 in your editor (Shift_JIS and others cannot be read)"
                )),
            );
            (File::Binary(error.into_bytes().into()), diagnostics)
        }
    }
}
