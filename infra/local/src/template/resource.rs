//! What a template declares, as the stage needs it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::event::pattern::Pattern;

/// A table with its indexes.
#[derive(Clone, Debug)]
pub struct Table {
    /// The physical name.
    pub name: String,
    /// The `CreateTable` request.
    pub create: Value,
    /// The partition key's attribute.
    pub hash_key: String,
    /// The sort key's attribute.
    pub range_key: Option<String>,
    /// The stream's view, when the table has a stream.
    pub stream: Option<StreamView>,
    /// The attribute that holds the time to live.
    pub ttl_attribute: Option<String>,
}

/// What a stream record shows of the item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StreamView {
    /// The keys.
    KeysOnly,
    /// The item after the change.
    NewImage,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The physical name.
    pub name: String,
}

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// The physical name.
    pub name: String,
    /// How long a received message stays invisible.
    pub visibility_timeout: Duration,
    /// How long a message waits before it can be received.
    pub delay: Duration,
    /// Where messages go that were received too often: the queue's name and the number of receives.
    pub redrive: Option<(String, u32)>,
}

/// A secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The physical name.
    pub name: String,
    /// How its first value is made; a secret without this starts without a value.
    pub generate: Option<GenerateString>,
}

/// `GenerateSecretString`, as far as it is used.
#[derive(Clone, Copy, Debug)]
pub struct GenerateString {
    /// How many characters.
    pub length: usize,
    /// Letters and digits only.
    pub exclude_punctuation: bool,
}

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    /// The logical id, which is the physical name here.
    pub logical_id: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Its memory in MiB, by which its time is charged.
    pub memory_mib: u64,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The statements of its policies, evaluated.
    pub statements: Vec<Value>,
    /// What invokes it besides the API.
    pub sources: Vec<Source>,
}

/// One route of the API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Route {
    /// The method, in capitals.
    pub method: String,
    /// The path with its `{parameters}`.
    pub path: String,
    /// The logical id of the function.
    pub function: String,
    /// Whether an authorizer is asked first.
    pub authorized: bool,
    /// Which one; the usual one, if the route names none.
    pub authorizer: Option<String>,
}

/// What invokes a function besides the API.
#[derive(Clone, Debug)]
pub enum Source {
    /// Objects created in a bucket.
    Bucket {
        /// The bucket's name.
        bucket: String,
        /// Only keys that start so.
        prefix: String,
        /// Only keys that end so.
        suffix: String,
    },
    /// Messages of a queue.
    Queue {
        /// The queue's name.
        queue: String,
        /// Messages per invocation, at most.
        batch_size: usize,
        /// Whether the function reports single failures.
        partial: bool,
    },
    /// The passing of time.
    Schedule {
        /// The name of the event inside the function.
        name: String,
        /// Time between two invocations.
        every: Duration,
        /// Retries of a failed invocation.
        retries: u32,
    },
    /// What is published to a topic.
    Topic {
        /// The topic's name.
        topic: String,
    },
    /// Records of a table's stream.
    Stream {
        /// The table's name.
        table: String,
        /// Records per invocation, at most.
        batch_size: usize,
        /// Whether a failed batch is halved before it is tried again.
        bisect: bool,
        /// Retries of a failed batch; without limit when absent.
        retries: Option<u32>,
        /// Whether the function reports single failures.
        partial: bool,
        /// The queue that hears of records that were given up.
        on_failure: Option<String>,
        /// Only records that one of these matches; all when empty.
        filters: Vec<Pattern>,
    },
}

/// The REST API in front of the functions.
#[derive(Clone, Debug)]
pub struct Api {
    /// The stage.
    pub stage: String,
    /// The function that authorizes, and what it is asked by.
    pub authorizer: Option<Authorizer>,
    /// Those that routes name instead.
    pub other_authorizers: BTreeMap<String, Authorizer>,
    /// Answers that the gateway gives itself, by type.
    pub responses: BTreeMap<String, GatewayResponse>,
    /// Every route.
    pub routes: Vec<Route>,
}

/// A Lambda authorizer of type REQUEST.
#[derive(Clone, Debug)]
pub struct Authorizer {
    /// The logical id of the function.
    pub function: String,
    /// Headers that must be there; their values are part of the cache's key.
    pub headers: Vec<String>,
    /// Whether the address that the call came from is part of the cache's key.
    pub by_source: bool,
    /// How long an answer is kept.
    pub keep: Duration,
}

/// An answer that the gateway gives itself.
#[derive(Clone, Debug)]
pub struct GatewayResponse {
    /// The status, when it differs from the type's own.
    pub status: Option<u16>,
    /// Headers, unquoted.
    pub headers: Vec<(String, String)>,
    /// The template of the JSON body.
    pub body: String,
}
