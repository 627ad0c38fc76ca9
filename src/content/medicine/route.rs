//! The routes by which a medicine is given.

use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::Shape;
use crate::source::yaml::Node;

/// The route by which a drug is given.
pub const ROUTES: [&str; 15] = [
    "oral",
    "inhaled",
    "nasal",
    "ophthalmic",
    "topical",
    "transdermal",
    "rectal",
    "vaginal",
    "intravenous",
    "intramuscular",
    "subcutaneous",
    "injection",
    "local-injection",
    "long-acting-injection",
    "epidural",
];

/// A list of routes.
pub(super) const ROUTES_SHAPE: Shape = Shape::List(&Shape::Word(&ROUTES));

/// Of which ways of use an entry speaks, so that an ointment is never read as a tablet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteScope {
    /// Of what acts where it is applied: ointments, drops, sprays, inhalers.
    Local,
    /// Of what is swallowed, injected or otherwise reaches the whole body.
    Systemic,
    /// Of both.
    Mixed,
    /// It names no route.
    Unknown,
}

impl RouteScope {
    /// Tells the scope of routes.
    pub fn of(routes: &[&str]) -> Self {
        let local = routes
            .iter()
            .filter(|route| {
                matches!(
                    **route,
                    "inhaled" | "nasal" | "ophthalmic" | "topical" | "vaginal" | "local-injection"
                )
            })
            .count();
        match (local, routes.len()) {
            (_, 0) => Self::Unknown,
            (0, _) => Self::Systemic,
            (local, all) if local == all => Self::Local,
            _ => Self::Mixed,
        }
    }
}

/// Reads routes, each once.
pub(super) fn routes(decoder: &mut Decoder, node: &Node) -> Option<Vec<&'static str>> {
    let mut all: Vec<&'static str> = Vec::new();
    decoder.list(node, |decoder, node| {
        let route = route(decoder, node)?;
        if all.contains(&route) {
            decoder.fault(
                codes::DUPLICATE,
                node,
                message!("「{route}」が二度書かれています", "`{route}` is written twice"),
                message!("一つにしてください", "keep one"),
            );
            return None;
        }
        all.push(route);
        Some(())
    })?;
    Some(all)
}

/// Reads a route with its place.
pub(super) fn placed(decoder: &mut Decoder, node: &Node) -> Option<Located<&'static str>> {
    route(decoder, node).map(|route| decoder.located(route, node))
}

/// Reads a route.
fn route(decoder: &mut Decoder, node: &Node) -> Option<&'static str> {
    decoder.choice(node, &ROUTES.map(|route| (route, route)))
}
