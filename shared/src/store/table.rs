//! The table: whole items by their keys, and what a conditional call came to.
//!
//! Reads are consistent: whoever wrote an item finds it.

mod action;
mod many;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, TransactWriteItem};
use domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::{from_item, from_items, to_item};

use super::error::StoreError;
use super::keys;

pub(super) use many::text;

/// A table whose items have a partition key and a sort key.
#[derive(Clone, Debug)]
pub(super) struct Table {
    client: Client,
    name: String,
}

impl Table {
    pub(super) const fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// For calls about more than one item.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The item of these keys, if there is one.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        pk: impl Into<String>,
        sk: impl Into<String>,
    ) -> Result<Option<T>, StoreError> {
        let pk = pk.into();
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .key(keys::PK, AttributeValue::S(pk.clone()))
            .key(keys::SK, AttributeValue::S(sk.into()))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::unavailable("GetItem"))?;
        answer.item.map(from_item).transpose().map_err(|error| StoreError::corrupt(&pk, error))
    }

    /// The items of a partition whose sort keys begin so, in the order of those.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        pk: impl Into<String>,
        prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        let pk = pk.into();
        let mut pages = self.query(&pk, prefix).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(StoreError::unavailable("Query"))?;
            found.extend(read_all::<T>(page.items, &pk)?);
        }
        Ok(found)
    }

    /// What `read` makes of items of a partition from one sort key to before another, the last first.
    ///
    /// At most `limit`, of no more than so many pages; then the sort key behind which the list goes on, if it does.
    pub(super) async fn newest<T: DeserializeOwned, U>(
        &self,
        pk: &str,
        (first, before): (String, String),
        (limit, most_pages): (usize, usize),
        mut read: impl FnMut(T) -> Result<Option<U>, StoreError>,
    ) -> Result<(Vec<U>, Option<String>), StoreError> {
        let (mut found, mut end) = (Vec::new(), before);
        // A place that was reached when more was kept; a range that ends before it begins is an error.
        if first > end {
            return Ok((found, None));
        }
        for _ in 0..most_pages {
            let answer = self
                .range(pk, first.clone(), end.clone())
                .scan_index_forward(false)
                .limit(PAGE)
                .send()
                .await
                .map_err(StoreError::unavailable("Query"))?;
            let more = answer.last_evaluated_key.is_some();
            let seen = end.clone();
            for item in answer.items.unwrap_or_default() {
                let sk = text(&item, keys::SK);
                if sk == seen {
                    continue;
                }
                let item: T = from_item(item).map_err(|error| StoreError::corrupt(pk, error))?;
                found.extend(read(item)?);
                if found.len() >= limit {
                    return Ok((found, Some(sk)));
                }
                end = sk;
            }
            if !more {
                return Ok((found, None));
            }
        }
        Ok((found, Some(end)))
    }

    /// Writes an item, in place of the one of its keys if there is one.
    pub(super) async fn put(&self, item: &impl Serialize) -> Result<(), StoreError> {
        let sent = self.put_item(item)?.send().await;
        sent.map(drop).map_err(StoreError::unavailable(PUT))
    }

    /// Writes an item; false when there is one of its keys, which stays as it is.
    pub(super) async fn put_new(&self, item: &impl Serialize) -> Result<bool, StoreError> {
        let put = self.put_item(item)?.condition_expression(IS_NEW);
        Ok(held(put.send().await, PUT)?.is_some())
    }

    /// Writes an item in place of the one of this version, zero for none or one without a version; false when another
    /// stands there.
    pub(super) async fn replace(&self, item: &impl Serialize, version: u64) -> Result<bool, StoreError> {
        let put = self.put_item(item)?.expression_attribute_names("#version", "version");
        let put = if version == 0 {
            put.condition_expression(HAS_NO_VERSION)
        } else {
            put.condition_expression(HAS_VERSION)
                .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
        };
        Ok(held(put.send().await, PUT)?.is_some())
    }

    /// Deletes the item of these keys; false when there was none.
    pub(super) async fn delete(
        &self,
        pk: impl Into<String>,
        sk: impl Into<String>,
    ) -> Result<bool, StoreError> {
        let delete = self.delete_item(pk, sk).return_values(ReturnValue::AllOld);
        let answer = delete.send().await.map_err(StoreError::unavailable(DELETE))?;
        Ok(answer.attributes.is_some())
    }

    /// Deletes the item of these keys if it has this version, zero for none; false when another stands there, or none.
    pub(super) async fn delete_version(
        &self,
        (pk, sk): (String, String),
        version: u64,
    ) -> Result<bool, StoreError> {
        let delete = self
            .delete_item(pk, sk)
            .expression_attribute_names("#version", "version")
            .return_values(ReturnValue::AllOld);
        let delete = if version == 0 {
            delete.condition_expression(HAS_NO_VERSION)
        } else {
            delete
                .condition_expression(HAS_VERSION)
                .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
        };
        Ok(held(delete.send().await, DELETE)?.is_some_and(|it| it.attributes.is_some()))
    }

    /// Does all of this or nothing.
    pub(super) async fn transact(
        &self,
        actions: Vec<TransactWriteItem>,
    ) -> Result<(), SdkError<TransactWriteItemsError>> {
        self.client.transact_write_items().set_transact_items(Some(actions)).send().await.map(drop)
    }

    /// Does all of this, or nothing and says no: when a condition does not hold, or another write comes between.
    pub(super) async fn transact_if(&self, actions: Vec<TransactWriteItem>) -> Result<bool, StoreError> {
        match self.transact(actions).await {
            Ok(()) => Ok(true),
            Err(error) => {
                let is_lost = error
                    .as_service_error()
                    .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception);
                if is_lost { Ok(false) } else { Err(StoreError::unavailable("TransactWriteItems")(error)) }
            }
        }
    }

    /// What is due by `now` of a partition of the due index, the oldest first.
    ///
    /// The index is written a moment after the table, so an item may be seen that was settled since: whoever acts on
    /// one looks at the table first.
    pub(super) async fn due<T: DeserializeOwned>(
        &self,
        partition: String,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<T>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::DUE)
            .key_condition_expression("#pk = :pk AND #sk <= :now")
            .expression_attribute_names("#pk", keys::DUE_PK)
            .expression_attribute_names("#sk", keys::DUE_SK)
            .expression_attribute_values(":pk", AttributeValue::S(partition.clone()))
            // A date sorts before the same date with anything behind it; `~` sorts after both.
            .expression_attribute_values(":now", AttributeValue::S(format!("{now}~")))
            .limit(limit)
            .send()
            .await
            .map_err(StoreError::unavailable("Query"))?;
        read_all(answer.items, &partition)
    }

    /// A write of an item, to be given a condition.
    pub(super) fn put_item(&self, item: &impl Serialize) -> Result<PutItemFluentBuilder, StoreError> {
        let item = to_item(item).map_err(|error| StoreError::corrupt(&self.name, error))?;
        Ok(self.client.put_item().table_name(&self.name).set_item(Some(item)))
    }

    /// A deletion of the item of these keys, to be given a condition.
    pub(super) fn delete_item(
        &self,
        pk: impl Into<String>,
        sk: impl Into<String>,
    ) -> DeleteItemFluentBuilder {
        self.client
            .delete_item()
            .table_name(&self.name)
            .key(keys::PK, AttributeValue::S(pk.into()))
            .key(keys::SK, AttributeValue::S(sk.into()))
    }

    /// A change of the item of these keys.
    pub(super) fn update(&self, pk: impl Into<String>, sk: impl Into<String>) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .key(keys::PK, AttributeValue::S(pk.into()))
            .key(keys::SK, AttributeValue::S(sk.into()))
    }

    /// A look at the items of a partition whose sort keys begin so.
    pub(super) fn query(&self, pk: impl Into<String>, prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", AttributeValue::S(pk.into()))
            .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()))
            .consistent_read(true)
    }

    /// A look at the items of a partition whose sort keys lie from one to another, both included.
    pub(super) fn range(&self, pk: impl Into<String>, first: String, last: String) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", AttributeValue::S(pk.into()))
            .expression_attribute_values(":first", AttributeValue::S(first))
            .expression_attribute_values(":last", AttributeValue::S(last))
            .consistent_read(true)
    }
}

/// The items of a page, all of one kind.
pub(super) fn read_all<T: DeserializeOwned>(
    items: Option<Vec<HashMap<String, AttributeValue>>>,
    pk: &str,
) -> Result<Vec<T>, StoreError> {
    from_items(items.unwrap_or_default()).map_err(|error| StoreError::corrupt(pk, error))
}

/// What a conditional call came to: its answer, or none when its condition did not hold and nothing was written.
pub(super) fn held<O, E, R>(
    sent: Result<O, SdkError<E, R>>,
    operation: &'static str,
) -> Result<Option<O>, StoreError>
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match sent {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some(CONDITION_FAILED) => Ok(None),
        Err(error) => Err(StoreError::unavailable(operation)(error)),
    }
}

/// Items that one look at a list reads at once.
pub(super) const PAGE: i32 = 100;

/// Names the calls in errors.
pub(super) const DELETE: &str = "DeleteItem";
pub(super) const PUT: &str = "PutItem";
pub(super) const UPDATE: &str = "UpdateItem";

/// The condition of an item that nothing stands in the place of.
pub(super) const IS_NEW: &str = "attribute_not_exists(pk)";
/// The conditions of an item that was read with a version, and of one without or of none.
pub(super) const HAS_VERSION: &str = "#version = :version";
pub(super) const HAS_NO_VERSION: &str = "attribute_not_exists(#version)";
const CONDITION_FAILED: &str = "ConditionalCheckFailedException";
