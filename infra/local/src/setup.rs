//! The parts of a stage, opened in their order.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use shared::edge::aws::{Aws, MAX_ATTEMPTS};
use shared::edge::config::Env;

use crate::cloud::{CloudError, Load, Options};
use crate::connector::Connector;
use crate::crash::Fate;
use crate::disk::DataDir;
use crate::event::bus::{Bus, Record};
use crate::event::journal::{Unsettled, Write};
use crate::event::queue::Queues;
use crate::event::{rfc3339, stream};
use crate::fault::{FIRST_PAUSE, Faults};
use crate::invoke::Functions;
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::role::Roles;
use crate::service::{ACCESS_KEY, Keys, Objects, SECRET_KEY, Secrets, Services, Tables};
use crate::template::{REGION, Template};

/// Opens every service on the data, with the writes whose end the journal does not know.
pub(crate) fn services(
    options: &Options,
    template: &Template,
    data: &DataDir,
) -> Result<(Arc<Services>, Unsettled), CloudError> {
    let clock = options.clock.clone();
    let now_ms = clock.now().unix_ms();
    let (bus, unsettled) = Bus::open(template, &data.path("journal.jsonl"))?;
    let bus = Arc::new(bus);
    let tables = Tables::open(&template.tables, &data.path("tables.sqlite"), Arc::clone(&bus), clock.clone())
        .map_err(|why| CloudError::Service { service: "dynamodb", why })?;
    let directory = data.directory("objects")?;
    let objects = Objects::open(&directory, Arc::clone(&bus), clock.clone(), options.duplicate)
        .map_err(|why| CloudError::Service { service: "s3", why })?;
    let services = Services {
        bus,
        clock,
        door: crate::chance::text(43, b"abcdefghijklmnopqrstuvwxyz0123456789"),
        fate: Arc::new(Fate::default()),
        faults: Faults::default(),
        meter: Arc::default(),
        keys: Keys::open(data.clone())?,
        ledger: Ledger::default(),
        objects,
        outbox: Outbox::open(data.path("outbox.jsonl"))?,
        queues: Arc::new(Queues::open(&template.queues, &data.path("queues.jsonl"))?),
        roles: Roles::of(&template.functions, options.used_grants.clone())?,
        secrets: Secrets::open(&template.secrets, data.clone(), now_ms)?,
        tables,
    };
    Ok((Arc::new(services), unsettled))
}

/// Concludes the writes whose end the journal does not know: those that happened are delivered.
pub(crate) async fn recover(services: &Services, unsettled: Unsettled) -> Result<(), CloudError> {
    let at_ms = services.clock.now().unix_ms();
    for (ticket, writes) in unsettled {
        let mut records: Vec<Record> = Vec::new();
        for write in writes {
            match write {
                Write::Item { table, key, before } => {
                    if let Some((table, change)) = services.tables.recover(&table, &key, before.as_ref()) {
                        records.extend(stream::records(&services.bus, table, &change, at_ms));
                    }
                }
                Write::Object { bucket, key, before } => {
                    let found = services.objects.recover(&bucket, &key, before.as_ref()).await;
                    records.extend(
                        found
                            .map_err(|error| CloudError::Service { service: "s3", why: error.to_string() })?,
                    );
                }
            }
        }
        tracing::info!(at = rfc3339(at_ms), events = records.len(), "a write was interrupted");
        services.bus.settle(ticket, records)?;
    }
    Ok(())
}

pub(crate) async fn load_all(
    options: &Options,
    template: &Template,
    services: &Arc<Services>,
    load: &Arc<Load>,
) -> Result<Functions, CloudError> {
    let mut functions =
        Functions::new(options.clock.clone(), Arc::clone(&services.fate), Arc::clone(&services.meter));
    for function in &template.functions {
        let id = &function.logical_id;
        let env = Env::from_pairs(function.environment.clone());
        let handler = load(id.clone(), env, aws(services, Some(id), options)).await;
        let handler = handler.map_err(|source| CloudError::Function { function: id.clone(), source })?;
        functions.load(id, handler, function.timeout);
    }
    Ok(functions)
}

/// The configuration of a caller's clients: everything goes through the connector.
pub(crate) fn aws(services: &Arc<Services>, caller: Option<&str>, options: &Options) -> Aws {
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "local");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(Connector::new(Arc::clone(services), caller))
        .region(Region::new(REGION))
        .retry_config(
            RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS).with_initial_backoff(FIRST_PAUSE),
        )
        .build();
    Aws::new(sdk, Some(options.public_url.clone()), options.clock.clone())
}
