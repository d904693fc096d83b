//! Deletes the ciphertext of personal values whose keys were destroyed.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::RequestId;
use domain::request::Erasure;

use super::super::keys;
use super::{Requests, StoreError};

impl Requests {
    /// Deletes the disclosures of one person, or those of everyone with the messages that a sandbox kept. Doing it
    /// again changes nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn forget_disclosures(&self, request: &RequestId, whose: &Erasure) -> Result<(), StoreError> {
        match whose {
            Erasure::Everyone => {
                self.delete_all(request, keys::DISCLOSURES, "").await?;
                self.delete_all(request, keys::SANDBOX, "").await
            }
            Erasure::Signatory(id) => self.delete_all(request, keys::DISCLOSURES, &format!("#{id}")).await,
        }
    }

    /// Deletes the items of a request whose sort keys begin and end like this.
    async fn delete_all(&self, request: &RequestId, prefix: &str, ending: &str) -> Result<(), StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::request_pk(request)))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
            .projection_expression("pk, sk")
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            for key in page.map_err(StoreError::unavailable("Query"))?.items.unwrap_or_default() {
                let sk = key.get(keys::SK).and_then(|it| it.as_s().ok());
                if sk.is_none_or(|it| !it.ends_with(ending)) {
                    continue;
                }
                let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key));
                delete.send().await.map_err(StoreError::unavailable("DeleteItem"))?;
            }
        }
        Ok(())
    }
}
