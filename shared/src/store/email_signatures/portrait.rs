//! Pictures as portraits of persons, and whose a picture is.
//!
//! **Invariant:** a picture that is somebody's portrait is not deleted: giving it to a person raises its version, and it
//! is deleted only in the version in which it was seen to be nobody's.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Digest, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Author, ChangeAction, KeptPerson, People, Piece, note_action};
use crate::store::error::StoreError;
use crate::store::keys;
use crate::store::table::read_all;

#[derive(Deserialize, Serialize)]
struct UseItem {
    pk: String,
    sk: String,
}

impl People {
    /// Writes a person with another portrait than `before`; false when another write came first, or the picture is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put_portrait(
        &self,
        tenant: &TenantId,
        (before, kept): (Option<&str>, &KeptPerson),
        author: &Author,
    ) -> Result<bool, StoreError> {
        let pk = keys::email_signatures::pk(tenant);
        let (email, digest) = (kept.person.email(), Self::digest(kept.person.email()));
        let what = ("person", Some(email.expose()), ChangeAction::Saved);
        let mut actions =
            vec![self.put_action(tenant, kept, author)?, note_action(&self.table, tenant, what, author)?];
        let next = kept.person.picture().map(|it| it.id.as_str());
        if before != next {
            if let Some(id) = before {
                let sk = keys::email_signatures::image_use_sk(id, &digest);
                actions.push(self.table.delete_action(&pk, &sk)?);
            }
            if let Some(id) = next {
                let sk = keys::email_signatures::image_use_sk(id, &digest);
                actions.push(self.table.put_action(&UseItem { pk: pk.clone(), sk })?);
                actions.push(self.table.update_action(&pk, &Piece::Image(id).sort(), |update| {
                    update
                        .update_expression("ADD #version :one")
                        .condition_expression("attribute_exists(pk)")
                        .expression_attribute_names("#version", "version")
                        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
                })?);
            }
        }
        self.table.transact_if(actions).await
    }

    /// How many persons have this picture as their portrait now; more than a few are not counted. Who is deleted by now
    /// does not count.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn portraits(&self, tenant: &TenantId, id: &str, now: Timestamp) -> Result<usize, StoreError> {
        let pk = keys::email_signatures::pk(tenant);
        let mut pages =
            self.table.query(&pk, &keys::email_signatures::image_uses(id)).into_paginator().send();
        let mut found = 0;
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            for item in read_all::<UseItem>(page.items, &pk)? {
                let digest: Option<Digest> = keys::email_signatures::person_of_use(&item.sk);
                let digest = digest.ok_or_else(|| StoreError::corrupt(&item.sk, "no person"))?;
                let person = self.by_digest(tenant, &digest).await?.map(|it| it.person);
                let person = person.filter(|it| !it.is_gone(now));
                found +=
                    usize::from(person.and_then(|it| Some(it.picture()?.id.as_str() == id)) == Some(true));
                if found >= MOST_COUNTED {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }
}

const MOST_COUNTED: usize = 100;
