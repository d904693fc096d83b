//! One document out of several files.

use std::error::Error;
use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};

use crate::Node;

/// Reads `openapi.yaml`, and adds the paths and components of the files beside it.
pub(crate) fn join(folder: &Path) -> Result<Node, Box<dyn Error>> {
    let mut document = read(&folder.join(ROOT))?;
    let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        let path = file.path();
        if path.extension().is_none_or(|it| it != "yaml") || path.ends_with(ROOT) {
            continue;
        }
        let part = read(&path)?;
        for (section, content) in part.members() {
            let known = matches!(section.as_str(), "paths" | "components");
            if !known {
                return Err(format!("{}: {section} belongs into {ROOT}", path.display()).into());
            }
            add(&mut document, section, content).map_err(|twice| format!("{}: {twice}", path.display()))?;
        }
    }
    Ok(document)
}

/// Adds a section: paths by their names, components by their kinds and names.
fn add(document: &mut Node, section: &str, content: &Node) -> Result<(), String> {
    let Node::Map(members) = document else { return Err("no document".to_owned()) };
    if members.iter().all(|(name, _)| name != section) {
        members.push((section.to_owned(), Node::Map(Vec::new())));
    }
    let target = members.iter_mut().find(|(name, _)| name == section).map(|(_, it)| it);
    let Some(target) = target else { return Err("no section".to_owned()) };
    for (name, value) in content.members() {
        if section == "components" && target.get(name).is_some() {
            for (inner, definition) in value.members() {
                push(member(target, name)?, inner, definition)?;
            }
        } else {
            push(target, name, value)?;
        }
    }
    Ok(())
}

fn member<'a>(node: &'a mut Node, name: &str) -> Result<&'a mut Node, String> {
    let Node::Map(members) = node else { return Err("no map".to_owned()) };
    members.iter_mut().find(|(it, _)| it == name).map(|(_, it)| it).ok_or_else(|| format!("no {name}"))
}

fn push(node: &mut Node, name: &str, value: &Node) -> Result<(), String> {
    if node.get(name).is_some() {
        return Err(format!("{name} is there twice"));
    }
    let Node::Map(members) = node else { return Err("no map".to_owned()) };
    members.push((name.to_owned(), value.clone()));
    Ok(())
}

fn read(path: &Path) -> Result<Node, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let documents = Yaml::load_from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let [document] = documents.as_slice() else {
        return Err(format!("{} holds {} documents", path.display(), documents.len()).into());
    };
    node(document).map_err(|what| format!("{}: {what}", path.display()).into())
}

fn node(yaml: &Yaml<'_>) -> Result<Node, String> {
    Ok(match yaml {
        Yaml::Value(Scalar::Null) => Node::Null,
        Yaml::Value(Scalar::Boolean(truth)) => Node::Bool(*truth),
        Yaml::Value(Scalar::Integer(number)) => Node::Number(number.to_string()),
        Yaml::Value(Scalar::FloatingPoint(number)) => Node::Number(number.to_string()),
        Yaml::Value(Scalar::String(text)) => Node::Text(text.clone().into_owned()),
        Yaml::Sequence(items) => Node::List(items.iter().map(node).collect::<Result<_, _>>()?),
        Yaml::Mapping(members) => {
            let member = |(name, value): (&Yaml<'_>, &Yaml<'_>)| match name {
                Yaml::Value(Scalar::String(name)) => Ok((name.clone().into_owned(), node(value)?)),
                other => Err(format!("a name is no text: {other:?}")),
            };
            Node::Map(members.iter().map(member).collect::<Result<_, _>>()?)
        }
        other => return Err(format!("not plain YAML: {other:?}")),
    })
}

const ROOT: &str = "openapi.yaml";
