//! DynamoDB: an `SQLite` file behind the real API, with stream records derived from every write.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use dynoxide::{Database, DynoxideError};
use http::StatusCode;
use serde_json::{Map, Value, json};
use shared::edge::clock::Clock;

use crate::event::bus::Bus;
use crate::event::journal::Write;
use crate::event::stream::{self, Change};
use crate::role::Need;
use crate::template::{Table, table_arn};

/// The tables of a template.
pub(crate) struct Tables {
    database: Database,
    declared: BTreeMap<String, Table>,
    bus: Arc<Bus>,
    clock: Clock,
    /// Held from the look at an item before a write to the look after it.
    writing: Mutex<()>,
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables").field("declared", &self.declared.keys()).finish_non_exhaustive()
    }
}

/// An error of the API: the status and the JSON body.
pub(crate) type Refused = (StatusCode, String);

macro_rules! operations {
    ($database:expr, $operation:expr, $body:expr; $($name:literal => $method:ident),* $(,)?) => {
        match $operation {
            $($name => {
                let request = serde_json::from_slice($body)
                    .map_err(|error| refused("SerializationException", &error.to_string()))?;
                let reply = $database.$method(request).map_err(|error| refused_by(&error))?;
                serde_json::to_string(&reply).map_err(|error| refused("InternalServerError", &error.to_string()))
            })*
            other => Err(refused("UnknownOperationException", &format!("the local dynamodb does not do {other}"))),
        }
    };
}

impl Tables {
    /// Opens the file and creates the tables that are missing.
    ///
    /// # Errors
    ///
    /// A sentence: the file cannot be used, or holds a table of another shape.
    pub(crate) fn open(tables: &[Table], file: &Path, bus: Arc<Bus>, clock: Clock) -> Result<Self, String> {
        let file = file.to_str().ok_or("the path of the tables is not UTF-8")?;
        let database = Database::new(file).map_err(|error| error.to_string())?;
        let opened = Self {
            database,
            declared: tables.iter().map(|table| (table.name.clone(), table.clone())).collect(),
            bus,
            clock,
            writing: Mutex::new(()),
        };
        for table in tables {
            opened.ensure(table)?;
        }
        Ok(opened)
    }

    /// One call of the API.
    pub(crate) fn call(&self, operation: &str, body: &[u8]) -> Result<String, Refused> {
        if operation == "BatchGetItem" {
            return self.batch_get(body);
        }
        if !matches!(
            operation,
            "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems" | "BatchWriteItem"
        ) {
            return self.execute(operation, body);
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = self.heard_keys(operation, body);
        if keys.is_empty() {
            return self.execute(operation, body);
        }
        let before: Vec<(&Table, Value, Option<Value>)> = keys
            .into_iter()
            .map(|(table, key)| {
                let item = self.item(&table.name, &key)?;
                Ok((table, key, item))
            })
            .collect::<Result<_, Refused>>()?;
        let writes: Vec<Write> = before
            .iter()
            .map(|(table, key, item)| Write::Item {
                table: table.name.clone(),
                key: key.clone(),
                before: stream::digest(item.as_ref()),
            })
            .collect();
        let ticket = self.bus.announce(&writes).map_err(|error| internal(&error))?;
        let reply = self.execute(operation, body);
        let mut records = Vec::new();
        if reply.is_ok() {
            let at_ms = self.clock.now().unix_ms();
            for (table, key, before) in before {
                let after = self.item(&table.name, &key)?;
                records.extend(stream::records(&self.bus, table, &Change { key, before, after }, at_ms));
            }
        }
        self.bus.settle(ticket, records).map_err(|error| internal(&error))?;
        reply
    }

    /// The change of a write whose end the journal does not know; `None` when it did not happen.
    pub(crate) fn recover(
        &self,
        table: &str,
        key: &Value,
        before: Option<&String>,
    ) -> Option<(&Table, Change)> {
        let table = self.declared.get(table)?;
        let after = self.item(&table.name, key).ok()?;
        if stream::digest(after.as_ref()).as_ref() == before {
            return None;
        }
        // What was there is gone; that something was is all a record of a new image says.
        let before = before.map(|digest| json!({ "digest": { "S": digest } }));
        Some((table, Change { key: key.clone(), before, after }))
    }

    /// DynamoDB may read some of a batch and name the others, which wait for another call. This one reads
    /// [`BATCH_ITEMS`], so that whoever forgets the others is found out.
    fn batch_get(&self, body: &[u8]) -> Result<String, Refused> {
        let mut input: Value = serde_json::from_slice(body).unwrap_or_default();
        let mut unprocessed = Map::new();
        let tables = input.get_mut("RequestItems").and_then(Value::as_object_mut);
        for (table, asked) in tables.into_iter().flatten() {
            let Some(Value::Array(keys)) = asked.get_mut("Keys") else { continue };
            if !(BATCH_ITEMS + 1..=MOST_BATCH_ITEMS).contains(&keys.len()) {
                continue;
            }
            let rest = keys.split_off(BATCH_ITEMS);
            let mut waiting = asked.clone();
            if let Some(keys) = waiting.get_mut("Keys") {
                *keys = rest.into();
            }
            unprocessed.insert(table.clone(), waiting);
        }
        let reply = self.execute("BatchGetItem", input.to_string().as_bytes())?;
        let mut reply: Value = serde_json::from_str(&reply).map_err(|error| internal(&error))?;
        if let Some(members) = reply.as_object_mut() {
            members.insert("UnprocessedKeys".to_owned(), unprocessed.into());
        }
        Ok(reply.to_string())
    }

    fn execute(&self, operation: &str, body: &[u8]) -> Result<String, Refused> {
        operations!(self.database, operation, body;
            "BatchGetItem" => batch_get_item,
            "BatchWriteItem" => batch_write_item,
            "DeleteItem" => delete_item,
            "DescribeTable" => describe_table,
            "DescribeTimeToLive" => describe_time_to_live,
            "GetItem" => get_item,
            "ListTables" => list_tables,
            "PutItem" => put_item,
            "Query" => query,
            "Scan" => scan,
            "TransactGetItems" => transact_get_items,
            "TransactWriteItems" => transact_write_items,
            "UpdateItem" => update_item,
        )
    }

    /// Creates a table, or checks that the one that is there has the same shape.
    fn ensure(&self, table: &Table) -> Result<(), String> {
        let describe = serde_json::to_vec(&json!({ "TableName": table.name })).unwrap_or_default();
        if let Ok(description) = self.execute("DescribeTable", &describe) {
            let description: Value = serde_json::from_str(&description).unwrap_or_default();
            let there = description.get("Table").unwrap_or(&Value::Null);
            return if shape(there) == shape(&table.create) {
                Ok(())
            } else {
                Err(format!("table {} was made from another template; start with --reset", table.name))
            };
        }
        let request = serde_json::from_value(table.create.clone()).map_err(|error| error.to_string())?;
        self.database.create_table(request).map_err(|error| format!("{}: {error}", table.name))?;
        if let Some(attribute) = &table.ttl_attribute {
            let request = json!({
                "TableName": table.name,
                "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
            });
            let request = serde_json::from_value(request).map_err(|error| error.to_string())?;
            self.database.update_time_to_live(request).map_err(|error| format!("{}: {error}", table.name))?;
        }
        Ok(())
    }

    fn item(&self, table: &str, key: &Value) -> Result<Option<Value>, Refused> {
        let request = json!({ "TableName": table, "Key": key, "ConsistentRead": true }).to_string();
        let reply = self.execute("GetItem", request.as_bytes())?;
        let mut reply: Value = serde_json::from_str(&reply).map_err(|error| internal(&error))?;
        Ok(reply.get_mut("Item").map(Value::take))
    }

    /// The keys that a request writes, in tables to whose stream someone listens.
    fn heard_keys(&self, operation: &str, body: &[u8]) -> Vec<(&Table, Value)> {
        let input: Value = serde_json::from_slice(body).unwrap_or_default();
        parts(operation, &input)
            .into_iter()
            .filter_map(|part| {
                let table = self.declared.get(table_name(part.table))?;
                let key = key_of(table, part.key, part.item)?;
                stream::is_heard(&self.bus, table).then_some((table, key))
            })
            .collect()
    }
}

/// What a request does to one item or index.
struct Part<'a> {
    action: &'static str,
    table: &'a str,
    key: Option<&'a Value>,
    item: Option<&'a Value>,
}

/// The actions that a policy must allow for a request, each with its resource.
pub(super) fn actions(operation: &str, body: &[u8]) -> Vec<(String, String)> {
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let parts = parts(operation, &input);
    if parts.is_empty() {
        let table = input.get("TableName").and_then(Value::as_str).map_or("*", table_name);
        let resource = match input.get("IndexName").and_then(Value::as_str) {
            Some(index) => format!("{table}/index/{index}"),
            None => table.to_owned(),
        };
        return vec![(operation.to_owned(), resource)];
    }
    parts.iter().map(|part| (part.action.to_owned(), table_name(part.table).to_owned())).collect()
}

/// What a request asks a role for.
pub(super) fn needs(operation: &str, input: &Value) -> Vec<Need> {
    let need = |action: &str, table: &str, leading_key: Option<String>| Need {
        leading_key,
        ..Need::new(format!("dynamodb:{action}"), table_arn(table))
    };
    let key = |item: Option<&Value>| {
        item.and_then(|it| it.get(PARTITION_KEY)?.get("S")?.as_str()).map(str::to_owned)
    };
    let parts = parts(operation, input);
    if !parts.is_empty() {
        let needs = parts.iter().map(|it| need(it.action, table_name(it.table), key(it.key.or(it.item))));
        return needs.collect();
    }
    if operation == "BatchGetItem" {
        let tables = input.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
        let keys = tables.flat_map(|(table, asked)| {
            let keys = asked.get("Keys").and_then(Value::as_array).into_iter().flatten();
            keys.map(move |it| (table, it))
        });
        return keys.map(|(table, it)| need(operation, table_name(table), key(Some(it)))).collect();
    }
    let table = input.get("TableName").and_then(Value::as_str).map_or("*", table_name);
    match input.get("IndexName").and_then(Value::as_str) {
        Some(index) => vec![need(operation, &format!("{table}/index/{index}"), None)],
        None => vec![need(operation, table, key(input.get("Key")).or_else(|| queried(input)))],
    }
}

/// The partition that a query reads: what its condition says first.
fn queried(input: &Value) -> Option<String> {
    let condition = input.get("KeyConditionExpression")?.as_str()?;
    let (name, rest) = condition.split_once('=')?;
    let named = input.pointer(&format!("/ExpressionAttributeNames/{}", name.trim()));
    let value = rest.split_whitespace().next()?;
    let value = input.pointer(&format!("/ExpressionAttributeValues/{value}/S"))?.as_str()?;
    let is_partition = named.map_or(name.trim(), |it| it.as_str().unwrap_or_default()) == PARTITION_KEY;
    is_partition.then(|| value.to_owned())
}

fn parts<'a>(operation: &str, input: &'a Value) -> Vec<Part<'a>> {
    let single = |action| {
        let table = input.get("TableName").and_then(Value::as_str)?;
        Some(Part { action, table, key: input.get("Key"), item: input.get("Item") })
    };
    match operation {
        "DeleteItem" => single("DeleteItem").into_iter().collect(),
        "PutItem" => single("PutItem").into_iter().collect(),
        "UpdateItem" => single("UpdateItem").into_iter().collect(),
        "TransactGetItems" | "TransactWriteItems" => {
            let members = [
                ("ConditionCheck", "ConditionCheckItem"),
                ("Delete", "DeleteItem"),
                ("Get", "GetItem"),
                ("Put", "PutItem"),
                ("Update", "UpdateItem"),
            ];
            let items = input.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
            items
                .filter_map(|item| {
                    let (member, action) = members.iter().find(|(member, _)| item.get(member).is_some())?;
                    let part = item.get(member)?;
                    let table = part.get("TableName")?.as_str()?;
                    Some(Part { action, table, key: part.get("Key"), item: part.get("Item") })
                })
                .collect()
        }
        "BatchWriteItem" => {
            let tables = input.get("RequestItems").and_then(Value::as_object).into_iter().flatten();
            tables
                .flat_map(|(table, requests)| {
                    requests.as_array().into_iter().flatten().map(move |request| Part {
                        action: "BatchWriteItem",
                        table,
                        key: request.pointer("/DeleteRequest/Key"),
                        item: request.pointer("/PutRequest/Item"),
                    })
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// How much of a batch is read at once, and how much may be asked for.
const BATCH_ITEMS: usize = 64;
const MOST_BATCH_ITEMS: usize = 100;
/// What both tables call it.
const PARTITION_KEY: &str = "pk";

/// A table may be named by its ARN.
fn table_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn key_of(table: &Table, key: Option<&Value>, item: Option<&Value>) -> Option<Value> {
    if let Some(key) = key {
        return Some(key.clone());
    }
    let item = item?;
    let names = std::iter::once(&table.hash_key).chain(table.range_key.as_ref());
    names
        .map(|name| Some((name.clone(), item.get(name)?.clone())))
        .collect::<Option<Map<_, _>>>()
        .map(Value::Object)
}

/// What makes two tables the same: their key and their indexes with their keys.
fn shape(table: &Value) -> (Option<&Value>, BTreeMap<&str, Option<&Value>>) {
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .filter_map(|name| table.get(name)?.as_array())
        .flatten()
        .filter_map(|index| Some((index.get("IndexName")?.as_str()?, index.get("KeySchema"))))
        .collect();
    (table.get("KeySchema"), indexes)
}

fn refused_by(error: &DynoxideError) -> Refused {
    let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, error.to_json())
}

fn refused(code: &str, message: &str) -> Refused {
    let body = json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message });
    (StatusCode::BAD_REQUEST, body.to_string())
}

fn internal(error: &dyn std::error::Error) -> Refused {
    (StatusCode::INTERNAL_SERVER_ERROR, refused("InternalServerError", &error.to_string()).1)
}
