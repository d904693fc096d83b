//! Many items in one call.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde::de::DeserializeOwned;
use serde_dynamo::from_item;

use super::{StoreError, Table};
use crate::store::keys;
use crate::store::requests::Rounds;

/// The place of an item: its partition key and its sort key.
pub(in crate::store) type Place = (String, String);
/// An item as it comes.
pub(in crate::store) type Item = HashMap<String, AttributeValue>;

impl Table {
    /// The items of these places, in their order; none for a place where nothing stands.
    ///
    /// At most [`PAGE`](super::PAGE) places, each once.
    pub(in crate::store) async fn get_many<T: DeserializeOwned>(
        &self,
        places: &[Place],
    ) -> Result<Vec<Option<T>>, StoreError> {
        let mut wanted: Vec<Item> = places.iter().map(key).collect();
        let (mut found, mut rounds) = (HashMap::new(), Rounds::default());
        while !wanted.is_empty() {
            let asked = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
            let asked = asked.map_err(|error| StoreError::corrupt(&self.name, error))?;
            let answer = self.client.batch_get_item().request_items(&self.name, asked).send().await;
            let answer = answer.map_err(StoreError::unavailable(BATCH_GET))?;
            let items = answer.responses.into_iter().flat_map(HashMap::into_values).flatten();
            found.extend(items.map(|it| (place(&it), it)));
            // What the table had no time for.
            let left = answer.unprocessed_keys.unwrap_or_default().into_values().next();
            wanted = left.map(|it| it.keys).unwrap_or_default();
            if !wanted.is_empty() && !rounds.again().await {
                let source = "the table has no time".into();
                return Err(StoreError::Unavailable { operation: BATCH_GET, source });
            }
        }
        let read = |place: &Place| {
            let item = found.remove(place).map(from_item).transpose();
            item.map_err(|error| StoreError::corrupt(&place.0, error))
        };
        places.iter().map(read).collect()
    }

    /// The items that a page of an index names, each behind its keys there; none for one that is gone meanwhile.
    ///
    /// The index has keys alone, so that a change of an item is no write there.
    pub(in crate::store) async fn named<T: DeserializeOwned>(
        &self,
        names: Option<Vec<Item>>,
    ) -> Result<Vec<(Item, Option<T>)>, StoreError> {
        let names = names.unwrap_or_default();
        let places: Vec<Place> = names.iter().map(place).collect();
        let items = self.get_many(&places).await?;
        Ok(names.into_iter().zip(items).collect())
    }
}

/// The text of an attribute; nothing when it has none.
pub(in crate::store) fn text(item: &Item, attribute: &str) -> String {
    item.get(attribute).and_then(|it| it.as_s().ok()).cloned().unwrap_or_default()
}

fn place(item: &Item) -> Place {
    (text(item, keys::PK), text(item, keys::SK))
}

fn key((pk, sk): &Place) -> Item {
    let part = |name: &str, value: &String| (name.to_owned(), AttributeValue::S(value.clone()));
    HashMap::from([part(keys::PK, pk), part(keys::SK, sk)])
}

const BATCH_GET: &str = "BatchGetItem";
