//! Deliveries that should have been tried by now.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::value::WebhookId;
use domain::{TenantId, Timestamp};
use serde::Deserialize;

use super::{Deliveries, DeliveryId, id_of_sk};
use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::table::{UPDATE, held};

/// A delivery that is due.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct DueDelivery {
    /// Whose endpoint it is.
    pub tenant: TenantId,
    /// The endpoint.
    pub webhook: WebhookId,
    /// The delivery.
    pub id: DeliveryId,
}

#[derive(Deserialize)]
struct DueKeys {
    pk: String,
    sk: String,
}

impl Deliveries {
    /// What is due by `now`, the oldest of each shard first, at most `limit` of each shard.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn due(&self, now: Timestamp, limit: i32) -> Result<Vec<DueDelivery>, StoreError> {
        let mut due = Vec::new();
        for shard in 0..keys::DUE_SHARDS {
            let partition = keys::due_partition_of(keys::DUE_DELIVERY, shard);
            for item in self.table.due::<DueKeys>(partition, now, limit).await? {
                due.push(item.read().ok_or_else(|| StoreError::corrupt(&item.pk, "due"))?);
            }
        }
        Ok(due)
    }

    /// Looks at a delivery again later, if it still waits: a message about it is on its way.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn postpone(&self, due: &DueDelivery, now: Timestamp) -> Result<(), StoreError> {
        let sent = self
            .table
            .update(keys::deliveries_pk(&due.tenant, &due.webhook), keys::delivery_sk(due.id.as_str()))
            .update_expression("SET due_sk = :due")
            .condition_expression("attribute_exists(due_sk)")
            .expression_attribute_values(
                ":due",
                AttributeValue::S(sort(now.plus(AFTER), &due.id, &due.webhook)),
            )
            .send()
            .await;
        held(sent, UPDATE).map(drop)
    }
}

impl DueKeys {
    fn read(&self) -> Option<DueDelivery> {
        let (tenant, webhook) = keys::deliveries_of_pk(&self.pk)?;
        Some(DueDelivery { tenant, webhook, id: id_of_sk(&self.sk)? })
    }
}

/// The sort key of the due index.
pub(super) fn sort(at: Timestamp, id: &DeliveryId, webhook: &WebhookId) -> String {
    format!("{at}#{webhook}#{id}")
}

/// How long a message may take before a delivery is looked at without one.
pub(super) const AFTER: Duration = Duration::from_mins(20);
