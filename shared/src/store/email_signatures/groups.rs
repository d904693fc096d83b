//! Groups of persons, created where persons name them.

use domain::TenantId;
use email_signature::person::{Group, Groups};
use email_signature::value::Line;
use serde_json::{Value, json};

use super::book::read_groups;
use super::{Author, EmailSignatures, Piece};
use crate::store::error::StoreError;
use crate::store::requests::Rounds;

/// What became of groups that persons shall be in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Grouped {
    /// Others change the groups without a pause.
    Busy,
    /// They are there.
    There,
    /// There would be more than a tenant may have.
    TooMany,
}

impl EmailSignatures {
    /// Creates the groups that are named and not known, as Signitic does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`], [`StoreError::Unavailable`].
    pub async fn ensure_groups(
        &self,
        tenant: &TenantId,
        names: &[Line],
        author: &Author,
    ) -> Result<Grouped, StoreError> {
        let mut rounds = Rounds::default();
        loop {
            let before = self.get(tenant, Piece::Groups).await?;
            let body = before.as_ref().map_or(Value::Null, |it| it.body.clone());
            let mut groups =
                read_groups(&body).map_err(|refusal| StoreError::corrupt(Piece::Groups.word(), refusal))?;
            if names.iter().filter(|it| groups.ensure(it)).count() == 0 {
                return Ok(Grouped::There);
            }
            if groups.iter().count() > MOST_GROUPS {
                return Ok(Grouped::TooMany);
            }
            let version = before.map_or(0, |it| it.version);
            if self.put(tenant, Piece::Groups, (version, &written(&groups)), author).await?.is_some() {
                return Ok(Grouped::There);
            }
            if !rounds.again().await {
                return Ok(Grouped::Busy);
            }
        }
    }

    /// Writes all groups in place of the version that was read; none when another change came first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`].
    pub async fn put_groups(
        &self,
        tenant: &TenantId,
        (before, groups): (u32, &Groups),
        author: &Author,
    ) -> Result<Option<super::Kept>, StoreError> {
        self.put(tenant, Piece::Groups, (before, &written(groups)), author).await
    }
}

fn written(groups: &Groups) -> Value {
    let text = |line: &Option<Line>| line.as_ref().map(|it| it.as_str().to_owned());
    let group = |it: &Group| json!({ "group": it.name.as_str(), "entity": text(&it.entity), "parent_entity": text(&it.parent_entity) });
    groups.iter().map(group).collect()
}

/// They are read with every signature.
pub const MOST_GROUPS: usize = 500;
