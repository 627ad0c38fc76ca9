//! The lactation table: drugs with one assessment for each source, and the products that combine
//! them.

mod assessment;
mod class;
mod code;
mod drug;
mod name;
mod not_listed;
mod product;
mod route;
mod source;
mod table;

pub use assessment::{Assessment, MilkSupply, RelativeInfantDose};
pub use class::{DRUG_CLASSES, DrugClass, DrugGroup, decode_classes};
pub use code::{CODE_SYSTEMS, DrugCode, system_name};
pub use drug::{DRUG, Drug, decode as decode_drug};
pub use name::is_hiragana;
pub use not_listed::{DRUGS_NOT_LISTED, NotListed, NotListedReason, decode_not_listed};
pub use product::{Ingredient, PRODUCT, Product, decode as decode_product};
pub use route::{ROUTES, RouteScope};
pub use source::{Category, DRUG_SOURCES, DrugSource, Tone, decode_sources};
pub use table::{Difference, LactationTable};
