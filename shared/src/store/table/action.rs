//! Parts of a transaction.

use aws_sdk_dynamodb::types::builders::{PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use serde::Serialize;
use serde_dynamo::to_item;

use super::{IS_NEW, StoreError, Table};
use crate::BoxError;
use crate::store::keys;

impl Table {
    /// Writes an item, in place of the one of its keys if there is one.
    pub(in crate::store) fn put_action(
        &self,
        item: &impl Serialize,
    ) -> Result<TransactWriteItem, StoreError> {
        self.put_if(item, |put| put)
    }

    /// Writes an item where there is none.
    pub(in crate::store) fn put_new_action(
        &self,
        item: &impl Serialize,
    ) -> Result<TransactWriteItem, StoreError> {
        self.put_if(item, |put| put.condition_expression(IS_NEW))
    }

    /// Writes an item in place of the one of this version; zero for none.
    pub(in crate::store) fn replace_action(
        &self,
        item: &impl Serialize,
        version: u64,
    ) -> Result<TransactWriteItem, StoreError> {
        if version == 0 {
            return self.put_new_action(item);
        }
        self.put_if(item, |put| {
            put.condition_expression("#version = :version")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
        })
    }

    /// Deletes the item of these keys, if there is one.
    pub(in crate::store) fn delete_action(
        &self,
        pk: &str,
        sk: &str,
    ) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .key(keys::PK, AttributeValue::S(pk.to_owned()))
            .key(keys::SK, AttributeValue::S(sk.to_owned()));
        let delete = delete.build().map_err(|error| self.malformed(error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Deletes the item of these keys if it has this version.
    pub(in crate::store) fn delete_version_action(
        &self,
        pk: &str,
        sk: &str,
        version: u64,
    ) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .key(keys::PK, AttributeValue::S(pk.to_owned()))
            .key(keys::SK, AttributeValue::S(sk.to_owned()))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()));
        let delete = delete.build().map_err(|error| self.malformed(error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    /// Changes the item of these keys as `how` says.
    pub(in crate::store) fn update_action(
        &self,
        pk: &str,
        sk: &str,
        how: impl FnOnce(UpdateBuilder) -> UpdateBuilder,
    ) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.name)
            .key(keys::PK, AttributeValue::S(pk.to_owned()))
            .key(keys::SK, AttributeValue::S(sk.to_owned()));
        let update = how(update).build().map_err(|error| self.malformed(error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn put_if(
        &self,
        item: &impl Serialize,
        condition: impl FnOnce(PutBuilder) -> PutBuilder,
    ) -> Result<TransactWriteItem, StoreError> {
        let item = to_item(item).map_err(|error| self.malformed(error))?;
        let put = condition(Put::builder().table_name(&self.name).set_item(Some(item)));
        let put = put.build().map_err(|error| self.malformed(error))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn malformed(&self, what: impl Into<BoxError>) -> StoreError {
        StoreError::corrupt(&self.name, what)
    }
}
