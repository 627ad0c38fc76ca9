//! The lactation table: drugs, their assessments, and the products that combine them.

pub mod drug;
pub mod product;
