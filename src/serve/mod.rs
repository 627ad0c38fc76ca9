//! The editors' server: watches the project and shows every municipality's site as it would be published.

pub mod watch;
