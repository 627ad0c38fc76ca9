//! The domain shared by all municipalities: articles, drugs, stages, topics and what they cite. No I/O.

pub mod article;
pub mod campaign;
pub mod care_exception;
pub mod citation;
pub mod code;
pub mod config;

pub mod emergency;
pub mod feeds;
pub mod language;
pub mod markdown;
pub mod medicine;

pub mod ruby;
pub mod taxonomy;
pub mod text;
pub mod wording;

pub use article::{Article, Work};
pub use care_exception::CareException;
pub use citation::Citation;
pub use config::Config;
pub use language::{LangId, Languages};
pub use medicine::drug::Drug;
pub use medicine::product::Product;
pub use text::Text;
