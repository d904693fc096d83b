//! Lambda's face: events in, answers out, configuration and the clock.

pub mod accept;
pub mod admission;
pub mod appearance;
pub mod aws;
pub mod batch;
pub mod config;
pub mod cursor;
pub mod email_signature;
pub mod encoded;
pub mod form;
pub mod http;
pub mod json;
pub mod negotiation;
pub mod network;
pub mod page;
pub mod problem;
pub mod queue;
pub mod result;
pub mod s3_event;
pub mod serve;
pub mod session;
pub mod shown;
pub mod stream;
pub mod supply;
pub mod telemetry;
pub mod token;
pub mod view;
pub mod webhook_queue;

pub use crate::chance::system_rng;
pub use crate::clock::{self, Clock};
pub use aws::Aws;
pub use config::{ConfigError, Env, SmsConfig};
pub use http::{HttpRequest, Reply};
pub use problem::Problem;
pub use serve::{BoxFuture, Handler, Invocation, run};
pub use supply::Supply;
