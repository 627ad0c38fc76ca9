//! A site with everything that its pages share, made once before the first page.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::base::SiteBase;
use super::brand::Brand;
use super::shared::Shared;
use super::spoken::Spoken;
use crate::content::language::LangId;
use crate::diagnostic::Diagnostics;
use crate::site::Site;
use crate::theme::{Asset, Theme};

/// A site with everything that its pages share.
#[derive(Debug)]
pub(super) struct PreparedSite<'p> {
    pub(super) base: SiteBase<'p>,
    /// The files of the brand, and the index of medicines.
    pub(super) assets: Vec<Asset>,
    /// Address of the index of medicines.
    pub(super) lookup_index: Option<String>,
    /// What depends on the language as well.
    pub(super) by_language: BTreeMap<LangId, Spoken>,
}

impl<'p> PreparedSite<'p> {
    /// Prepares a site; faults of its brand are reported.
    pub(super) fn new(
        shared: &'p Shared<'p>,
        site: Arc<Site<'p>>,
        theme: &'p Theme,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let municipality = site.municipality;
        let base = SiteBase::new(shared, site, theme);
        let mut assets = Vec::new();
        let brand = Brand::make(shared, municipality, &base.root, &mut assets, diagnostics);
        let mut by_language = BTreeMap::new();
        for language in &municipality.languages {
            let mut spoken = Spoken::new(&base, *language, &brand);
            spoken.render_fragments(&base, *language, diagnostics);
            by_language.insert(*language, spoken);
        }
        let lookup_index = base.site.has_medicines.then(|| {
            let index = shared.lookup(&base.site.drugs, &base.site.products);
            let address = format!("{}{}", base.root, index.path);
            assets.push(index);
            address
        });
        Self { base, assets, lookup_index, by_language }
    }
}
