//! Deletes the ciphertext of personal values whose keys were destroyed.

use domain::RequestId;
use domain::request::Erasure;
use serde::Deserialize;

use super::super::keys;
use super::super::table::read_all;
use super::{Requests, StoreError};

#[derive(Deserialize)]
struct Keys {
    pk: String,
    sk: String,
}

impl Requests {
    /// Deletes the disclosures of one person or of everyone, with the messages to them that a sandbox kept. Doing it
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
            Erasure::Signatory(id) => {
                self.delete_all(request, keys::DISCLOSURES, &format!("#{id}")).await?;
                self.forget_sandbox_messages(request, id).await
            }
        }
    }

    /// Deletes the items of a request whose sort keys begin and end like this.
    async fn delete_all(&self, request: &RequestId, prefix: &str, ending: &str) -> Result<(), StoreError> {
        let query = self.table.query(keys::request_pk(request), prefix);
        let mut pages = query.projection_expression("pk, sk").into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            for key in read_all::<Keys>(page.items, prefix)?.into_iter().filter(|it| it.sk.ends_with(ending))
            {
                self.table.delete(key.pk, key.sk).await?;
            }
        }
        Ok(())
    }
}
