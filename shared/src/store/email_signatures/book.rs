//! All that decides on a signature but persons and templates, read at once.

use domain::TenantId;
use email_signature::person::{Group, Groups};
use email_signature::{Brand, Campaign, Refusal, Rule};
use serde_json::Value;

use super::{EmailSignatures, Kept};
use crate::store::error::StoreError;
use crate::store::keys;

/// Brands, campaigns, groups and rules of a tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// Brands, by name.
    pub brands: Vec<Brand>,
    /// Campaigns, by name.
    pub campaigns: Vec<Campaign>,
    /// Groups of persons.
    pub groups: Groups,
    /// Rules, the first of equals before the others.
    pub rules: Vec<Rule>,
    /// Whether opens are counted.
    pub counts_opens: bool,
}

impl EmailSignatures {
    /// The book of a tenant; an empty one, if nothing was ever kept.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn book(&self, tenant: &TenantId) -> Result<Book, StoreError> {
        let mut book = Book::default();
        for kept in self.before_templates(tenant).await? {
            book.add(&kept)
                .map_err(|refusal| StoreError::corrupt(keys::email_signatures::SETTINGS, refusal))?;
        }
        Ok(book)
    }
}

impl Book {
    fn add(&mut self, kept: &Kept) -> Result<(), Refusal> {
        let body = &kept.body;
        match kept.kind.as_str() {
            "BRAND" => self.brands.push(Brand::parse(body)?),
            "CAMPAIGN" => self.campaigns.push(Campaign::parse(body)?),
            "SETTINGS" if kept.name == "groups" => self.groups = read_groups(body)?,
            "SETTINGS" if kept.name == "rules" => self.rules = read_list(body, Rule::parse)?,
            "SETTINGS" => self.counts_opens = body.get("opens").and_then(Value::as_bool).unwrap_or_default(),
            _ => {}
        }
        Ok(())
    }
}

/// Groups, as they are kept and sent.
///
/// # Errors
///
/// [`Refusal`], with the place in the list.
pub(super) fn read_groups(body: &Value) -> Result<Groups, Refusal> {
    let mut groups = Groups::default();
    for group in read_list(body, Group::parse)? {
        groups.put(group);
    }
    Ok(groups)
}

fn read_list<T>(body: &Value, parse: impl Fn(&Value) -> Result<T, Refusal>) -> Result<Vec<T>, Refusal> {
    let items = body.as_array().map(Vec::as_slice).unwrap_or_default();
    let parse = |(index, item)| parse(item).map_err(|it: Refusal| it.under(&format!("/{index}")));
    items.iter().enumerate().map(parse).collect()
}
