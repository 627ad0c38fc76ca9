//! The domain that all municipalities share: articles, medicines, stages, topics, and what they
//! cite.
//!
//! Its files are decoded from texts that are in memory already; nothing here touches the disk.

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
pub mod notice_allowance;
pub mod taxonomy;
pub mod text;
pub mod unique;
pub mod wording;

pub use article::{Article, Work};
pub use care_exception::CareException;
pub use citation::Citation;
pub use config::Config;
pub use language::{LangId, Languages};
pub use medicine::{Drug, Product};
pub use text::Text;
