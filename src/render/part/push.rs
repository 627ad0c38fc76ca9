//! The part of the service worker that shows notices.

use serde_json::json;

/// Writes it for a site with its root, its name, and the address of its icon.
pub fn worker(root: &str, name: &str, icon: &str) -> String {
    format!(
        "const PUSH = {};\n{}",
        json!({"root": root, "name": name, "icon": icon}),
        include_str!("push.js")
    )
}
