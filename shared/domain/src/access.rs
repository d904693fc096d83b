//! Who may call the API: keys, client apps, and what each of them may do.
//!
//! **Invariant:** deny by default; an operation that the table of `operation` does not name is nobody's.

mod network;
mod operation;
mod scope;
mod secret;

pub use network::Network;
pub use operation::{OPERATIONS, Operation};
pub use scope::{RouteScope, Scope, Scopes};
pub use secret::{ApiKey, ClientSecret, Mode};
