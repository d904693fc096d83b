//! Deliveries that should have been tried by now.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::value::WebhookId;
use domain::{TenantId, Timestamp};
use serde::Deserialize;
use serde_dynamo::from_items;

use super::{Deliveries, DeliveryId, id_of_sk};
use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::messages::lost;

/// A delivery that is due.
#[derive(Clone, Debug)]
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
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(keys::DUE)
                .key_condition_expression("#pk = :pk AND #sk <= :now")
                .expression_attribute_names("#pk", keys::DUE_PK)
                .expression_attribute_names("#sk", keys::DUE_SK)
                .expression_attribute_values(":pk", AttributeValue::S(partition.clone()))
                .expression_attribute_values(":now", AttributeValue::S(format!("{now}~")))
                .limit(limit)
                .send()
                .await
                .map_err(StoreError::unavailable("Query"))?;
            let items: Vec<DueKeys> = from_items(answer.items.unwrap_or_default())
                .map_err(|error| StoreError::corrupt(&partition, error))?;
            for item in items {
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
            .client
            .update_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::deliveries_pk(&due.tenant, &due.webhook)))
            .key(keys::SK, AttributeValue::S(keys::delivery_sk(due.id.as_str())))
            .update_expression("SET due_sk = :due")
            .condition_expression("attribute_exists(due_sk)")
            .expression_attribute_values(
                ":due",
                AttributeValue::S(sort(now.plus(AFTER), &due.id, &due.webhook)),
            )
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if lost(&error) => Ok(()),
            Err(error) => Err(StoreError::unavailable("UpdateItem")(error)),
        }
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
