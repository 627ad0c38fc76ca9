//! Why the files of a step are made, and not kept as an earlier edition made them.

use crate::diagnostic::Message;
use crate::message;
use crate::render::dependency::Dependency;

/// The first reason that a step of a build finds for making its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MakingReason<'a> {
    /// No earlier edition of the site is on record.
    NoRecord,
    /// What all files of the site are made from has changed: the settings, the theme's strings, the
    /// municipality's folder, the date, or the program.
    Base,
    /// The record does not have these files: they are new, or the last build found something wrong
    /// with them.
    NotRecorded,
    /// Something that they were made from has changed.
    Changed(Dependency<'a>),
    /// The output folder has another file than the record.
    FileDiffers,
}

impl MakingReason<'_> {
    /// Whether it is the reason for all files of a site.
    pub fn is_of_site(&self) -> bool {
        matches!(self, Self::NoRecord | Self::Base)
    }

    /// Says the reason in words.
    pub fn message(&self) -> Message {
        match self {
            Self::NoRecord => {
                message!("前の版の記録がありません", "no earlier edition is on record")
            }
            Self::Base => message!(
                "サイト全体に使うものが変わりました（設定、テーマの文言、市区町村のフォルダ、日付、またはプログラム）",
                "what all pages of the site are made from has changed (settings, strings of the \
                 theme, the municipality's folder, the date, or the program)"
            ),
            Self::NotRecorded => message!(
                "前の版にありません（新しいか、前の作成で問題が見つかりました）",
                "the earlier edition does not have it (it is new, or something was wrong with it)"
            ),
            Self::Changed(of) => of.change(),
            Self::FileDiffers => message!(
                "出力先のファイルが記録と違います",
                "the file in the output folder is not as it was written"
            ),
        }
    }
}
