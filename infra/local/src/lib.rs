//! The service on one machine: the template's tables, buckets, queues, routes and schedules in one process,
//! with the same functions.
//!
//! [`Cloud`] is that process without a socket, and the stage of the tests; [`serve`] puts it on a port.

mod admin;
mod chance;
pub mod cli;
mod cloud;
mod connector;
mod contract;
mod crash;
mod demo;
mod disk;
mod event;
mod fault;
mod functions;
mod gateway;
mod invoke;
mod ledger;
mod meter;
mod outbox;
mod role;
mod seed;
mod serve;
mod service;
mod setup;
pub mod template;

pub use self::cloud::{Cloud, CloudError, Load, Options};
pub use self::crash::Crash;
pub use self::disk::{DataDir, DiskError};
pub use self::event::pattern::{Pattern, PatternError};
pub use self::fault::{Extent, Fault, OUTAGE};
pub use self::gateway::{LARGEST_BODY_BYTES, LARGEST_PAYLOAD_BYTES};
pub use self::ledger::Call;
pub use self::meter::Usage;
pub use self::outbox::Sent;
pub use self::role::Grant;
pub use self::serve::serve;
pub use self::service::{ACCESS_KEY, SECRET_KEY};
