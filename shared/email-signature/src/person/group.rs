//! Groups of persons: a group in an entity in a parent entity.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::members::{Members, line};
use crate::refusal::{Reason, Refusal};
use crate::value::Line;

/// A group and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Group {
    /// Its name, which no other group has.
    pub name: Line,
    /// The entity it belongs to.
    pub entity: Option<Line>,
    /// The entity above that.
    pub parent_entity: Option<Line>,
}

/// The groups of a tenant, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups(BTreeMap<Line, Group>);

/// Where a campaign or a rule applies: one part of the path of a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// Every group of the entities under this one.
    ParentEntity(Line),
    /// Every group of this entity.
    Entity(Line),
    /// This group.
    Group(Line),
}

impl Group {
    /// A group that stands nowhere yet.
    #[must_use]
    pub const fn new(name: Line) -> Self {
        Self { name, entity: None, parent_entity: None }
    }

    /// Reads `group`, and if wanted `entity` and `parent_entity`.
    ///
    /// # Errors
    ///
    /// [`Refusal`], with the member that has to be changed.
    pub fn parse(value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let group = Self {
            name: members.needed("group", line(MAX_GROUP_CHARS))?,
            entity: members.parsed("entity", line(MAX_GROUP_CHARS))?,
            parent_entity: members.parsed("parent_entity", line(MAX_GROUP_CHARS))?,
        };
        members.finish()?;
        Ok(group)
    }
}

impl Groups {
    /// Keeps a group; one of the same name is replaced.
    pub fn put(&mut self, group: Group) {
        self.0.insert(group.name.clone(), group);
    }

    /// Creates the group unless there is one of this name; tells whether it did.
    pub fn ensure(&mut self, name: &Line) -> bool {
        if self.0.contains_key(name) {
            return false;
        }
        self.put(Group::new(name.clone()));
        true
    }

    /// The group of a name.
    #[must_use]
    pub fn find(&self, name: &Line) -> Option<&Group> {
        self.0.get(name)
    }

    /// Every group, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.0.values()
    }
}

impl Place {
    /// Reads an object of one member: `parent_entity`, `entity` or `group`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] for more or fewer members, or a name that is none.
    pub fn parse(value: &Value) -> Result<Self, Refusal> {
        let members = Members::of(value)?;
        let name = line(MAX_GROUP_CHARS);
        let parent = members.parsed("parent_entity", &name)?.map(Self::ParentEntity);
        let entity = members.parsed("entity", &name)?.map(Self::Entity);
        let group = members.parsed("group", &name)?.map(Self::Group);
        members.finish()?;
        let mut found = [parent, entity, group].into_iter().flatten();
        match (found.next(), found.next()) {
            (Some(place), None) => Ok(place),
            _ => Err(Refusal::at("", Reason::Shape { expected: "one of parent_entity, entity and group" })),
        }
    }

    /// Whether a group is here.
    #[must_use]
    pub fn holds(&self, group: Option<&Group>) -> bool {
        let Some(group) = group else { return false };
        match self {
            Self::ParentEntity(name) => group.parent_entity.as_ref() == Some(name),
            Self::Entity(name) => group.entity.as_ref() == Some(name),
            Self::Group(name) => group.name == *name,
        }
    }

    /// How narrow it is: a group is narrower than an entity, and that than its parent.
    #[must_use]
    pub const fn depth(&self) -> u8 {
        match self {
            Self::ParentEntity(_) => 1,
            Self::Entity(_) => 2,
            Self::Group(_) => 3,
        }
    }
}

/// Longest name of a group or an entity.
pub(super) const MAX_GROUP_CHARS: usize = 100;
