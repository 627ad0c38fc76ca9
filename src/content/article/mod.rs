//! Articles: one Markdown file each, in one language; an original and its translations are one
//! [`Work`].

mod file;
mod folder;
mod slug;
mod work;

pub use file::{ARTICLE, TRANSLATION};
pub use folder::decode_all;
pub use slug::fold_slug;
pub use work::{Article, SupervisionNeed, Work};
