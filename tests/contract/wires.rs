//! Wire and OpenAPI document: every field that is read or written is described, and no other is.

use std::collections::{BTreeMap, BTreeSet};

use contract::Node;

use crate::openapi::document;
use crate::repository::read;

/// A structure of the wire, as `serde` sees it.
#[derive(Debug, Default)]
struct Shape {
    /// The names of its members, and whether they have to be there.
    members: BTreeMap<String, bool>,
    /// The structures whose members stand among its own.
    flattened: Vec<String>,
    /// Whether it is read from callers.
    is_read: bool,
    /// Whether other members are refused.
    is_closed: bool,
}

#[test]
fn every_structure_of_a_wire_is_a_schema_with_the_same_members() {
    let document = document();
    let described: BTreeMap<&str, &str> = SCHEMAS.into_iter().collect();
    let mut seen = BTreeSet::new();
    for file in FILES {
        let shapes = shapes(file);
        for (name, shape) in &shapes {
            let key = format!("{}/{name}", owner_of(file));
            let Some(schema) = described.get(key.as_str()) else {
                panic!("{key} of {file} has no schema here")
            };
            seen.insert(key.clone());
            if *schema != INSIDE {
                compare(&key, shape, schema, &document);
            }
        }
    }
    let gone: Vec<&&str> = described.keys().filter(|it| !seen.contains(**it)).collect();
    assert!(gone.is_empty(), "structures that are gone: {gone:?}");
}

/// Whose wire a file spells: a function's, or that of a module which several functions share.
fn owner_of(file: &str) -> &str {
    let path = file.strip_prefix("functions/").or_else(|| file.strip_prefix("shared/src/")).unwrap();
    path.split('/').next().unwrap()
}

#[test]
fn every_wire_is_read_here() {
    for function in crate::repository::function_crates() {
        let wire = format!("functions/{function}/src/wire.rs");
        if crate::repository::root().join(&wire).exists() {
            let known = FILES.contains(&wire.as_str()) || NOT_OF_THE_API.contains(&wire.as_str());
            assert!(known, "{wire} is not held against the document");
        }
    }
}

/// Fails unless a structure and a schema have the same members.
fn compare(key: &str, shape: &Shape, name: &str, document: &Node) {
    let schema = document.at(&["components", "schemas", name]).unwrap_or_else(|| panic!("no schema {name}"));
    let (mut properties, mut required) = (BTreeSet::new(), BTreeSet::new());
    gather(schema, document, &mut properties, &mut required);
    let members: BTreeSet<String> = shape.members.keys().cloned().collect();
    // What stands among the members of another has a schema of its own, which is part of this one.
    let properties: BTreeSet<String> = if shape.flattened.is_empty() {
        properties
    } else {
        let own = schema.get("allOf").unwrap().items().last().unwrap();
        own.get("properties").unwrap().members().iter().map(|(it, _)| it.clone()).collect()
    };
    assert_eq!(members, properties, "{key} (left) and {name} (right)");
    if shape.is_read {
        for (member, _) in shape.members.iter().filter(|(_, is_needed)| **is_needed) {
            assert!(required.contains(member), "{name}: {member} has to be there");
        }
        let is_closed = schema.get("additionalProperties") == Some(&Node::Bool(false));
        assert_eq!(shape.is_closed, is_closed, "{key} and {name}: other members");
    } else {
        let absent: Vec<&String> = shape.members.keys().filter(|it| !required.contains(*it)).collect();
        assert!(absent.is_empty(), "{name}: {absent:?} are always there");
    }
}

fn gather(
    schema: &Node,
    document: &Node,
    properties: &mut BTreeSet<String>,
    required: &mut BTreeSet<String>,
) {
    let schema = schema.resolve(document).unwrap();
    for part in schema.get("allOf").map(Node::items).unwrap_or_default() {
        gather(part, document, properties, required);
    }
    let own = schema.get("properties").map(Node::members).unwrap_or_default();
    properties.extend(own.iter().map(|(name, _)| name.clone()));
    let needed = schema.get("required").map(Node::items).unwrap_or_default();
    required.extend(needed.iter().filter_map(Node::text).map(str::to_owned));
}

/// The structures of a file that `serde` reads or writes, by their text: rustfmt writes a field, a variant and the end
/// of an item on lines of their own.
fn shapes(path: &str) -> BTreeMap<String, Shape> {
    let text = read(path);
    let text = text.split("#[cfg(test)]").next().unwrap();
    let lines = text.lines().map(str::trim).filter(|it| !it.starts_with("//"));
    let (mut shapes, mut attributes, mut open) = (BTreeMap::new(), String::new(), None);
    for line in lines {
        if line.starts_with("#[") {
            attributes.push_str(line);
        } else if let Some(name) = declared(line, "struct ").filter(|_| has(&attributes, "serialize")) {
            open = Some(Item {
                name,
                shape: Shape::of(&attributes, path),
                rules: take(&mut attributes),
                tag: None,
            });
        } else if let Some(name) = declared(line, "enum ").filter(|_| attributes.contains("tag = ")) {
            let tag = value(&attributes, "tag");
            open =
                Some(Item { name, shape: Shape::of(&attributes, path), rules: take(&mut attributes), tag });
        } else if let Some(item) = &mut open {
            if line == "}" {
                let item = open.take().unwrap();
                if item.tag.is_none() {
                    shapes.insert(item.name, item.shape);
                }
            } else if let Some(tag) = item.tag.clone() {
                let (variant, fields) = line.split_once(" { ").unwrap_or_else(|| panic!("{path}: {line}"));
                let mut shape = Shape {
                    is_read: item.shape.is_read,
                    is_closed: item.shape.is_closed,
                    ..Shape::default()
                };
                shape.members.insert(tag, true);
                for field in fields_of(fields.trim_end_matches(" },")) {
                    shape.add(field, "", "");
                }
                shapes.insert(format!("{}::{variant}", item.name), shape);
            } else if !line.is_empty() {
                let field =
                    line.trim_end_matches(',').trim_start_matches("pub(crate) ").trim_start_matches("pub ");
                item.shape.add(field, &take(&mut attributes), &item.rules);
            }
        } else {
            attributes.clear();
        }
    }
    assert!(open.is_none(), "{path} ends inside of a structure");
    shapes
}

/// A structure that is being read, with its attributes; of an enumeration, the name of its tag.
struct Item {
    name: String,
    shape: Shape,
    rules: String,
    tag: Option<String>,
}

impl Shape {
    fn of(attributes: &str, path: &str) -> Self {
        let is_read = attributes.contains("Deserialize") && !path.contains("/answer");
        Self { is_read, is_closed: attributes.contains("deny_unknown_fields"), ..Self::default() }
    }

    /// Adds a field `name: Type` with its attributes, by the rules of its structure.
    fn add(&mut self, field: &str, attributes: &str, rules: &str) {
        let (plain, ty) = field.split_once(": ").unwrap_or_else(|| panic!("no field: {field}"));
        if attributes.contains("flatten") {
            self.flattened.push(ty.to_owned());
            return;
        }
        let is_camel = value(rules, "rename_all").is_some_and(|it| it == "camelCase");
        let name = if is_camel { camel(plain) } else { plain.to_owned() };
        let name = value(attributes, "rename").unwrap_or(name);
        self.members.insert(name, !ty.starts_with("Option<") && !attributes.contains("default"));
    }
}

/// The fields that stand on one line; a type may hold commas of its own.
fn fields_of(line: &str) -> Vec<&str> {
    let (mut depth, mut start, mut fields) = (0_i32, 0, Vec::new());
    for (at, letter) in line.char_indices() {
        match letter {
            '<' | '(' => depth += 1,
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                fields.push(line[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    fields.push(line[start..].trim());
    fields
}

/// The name of the item that begins on a line.
fn declared(line: &str, keyword: &str) -> Option<String> {
    let (before, name) = line.split_once(keyword)?;
    let name = name.strip_suffix(" {").filter(|_| before.is_empty() || before.starts_with("pub"))?;
    Some(name.split('<').next().unwrap().to_owned())
}

fn has(attributes: &str, derive: &str) -> bool {
    attributes.to_lowercase().contains(derive)
}

fn take(attributes: &mut String) -> String {
    std::mem::take(attributes)
}

/// What `name = ".."` says in attributes.
fn value(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) = attributes.split_once(&format!("{name} = \""))?;
    rest.split('"').next().map(str::to_owned)
}

fn camel(name: &str) -> String {
    let mut words = name.split('_').filter(|it| !it.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

/// What is stored and never sent.
const INSIDE: &str = "(inside)";

/// The files that spell the wire.
const FILES: [&str; 17] = [
    "functions/capture-signature/src/wire.rs",
    "functions/issue-otp/src/wire.rs",
    "functions/issue-token/src/wire.rs",
    "functions/manage-access/src/wire.rs",
    "functions/manage-request/src/wire.rs",
    "functions/manage-themes/src/wire.rs",
    "functions/manage-trust/src/wire.rs",
    "functions/manage-webhooks/src/wire.rs",
    "functions/present-document/src/wire.rs",
    "functions/preview-request/src/wire.rs",
    "functions/read-sandbox/src/wire.rs",
    "functions/render-page/src/wire.rs",
    "functions/verify-document/src/answer.rs",
    "functions/verify-document/src/answer/certificate.rs",
    "functions/verify-document/src/answer/signature.rs",
    "functions/verify-document/src/wire.rs",
    "shared/src/intake/wire.rs",
];
/// What AWS sends.
const NOT_OF_THE_API: [&str; 2] = ["functions/authorize/src/wire.rs", "functions/record-bounce/src/wire.rs"];

/// The schema of each structure.
const SCHEMAS: [(&str, &str); 74] = [
    ("capture-signature/ApprovalBody", "ApprovalAct"),
    ("capture-signature/AttachBody", "NewFileOfSigner"),
    ("capture-signature/DeclineBody", "Reason"),
    ("capture-signature/DelegateBody", "DelegationAct"),
    ("capture-signature/DetailsBody", "OwnDetails"),
    ("capture-signature/Mark::Drawn", "DrawnMark"),
    ("capture-signature/Mark::Typed", "TypedMark"),
    ("capture-signature/Mark::Uploaded", "UploadedMark"),
    ("capture-signature/Person", "Delegate"),
    ("capture-signature/ReadBody", "ReadAct"),
    ("capture-signature/SignBody", "SignatureAct"),
    ("intake/Attachment", "NewAttachment"),
    ("intake/Callback", "NewCallback"),
    ("intake/Challenge", "NewChallenge"),
    ("intake/CreateBody", "NewRequest"),
    ("intake/Identity", "Identity"),
    ("intake/InputDocument", "NewDocument"),
    ("intake/Options", "NewOptions"),
    ("intake/QuietHours", "QuietHours"),
    ("intake/Reminders", "NewReminders"),
    ("intake/Signature", "NewPlace"),
    ("intake/Signer", "NewSigner"),
    ("intake/UploadBody", "NewUpload"),
    ("issue-otp/Asked", "Agreement"),
    ("issue-otp/Issued", "SentCodes"),
    ("issue-otp/SentCode", "SentCode"),
    ("issue-token/AppBody", "NewOneSpanToken"),
    ("issue-token/OpenapiBody", "NewOpenapiToken"),
    ("manage-access/ChangeBody", "CredentialChange"),
    ("manage-access/CreateBody", "NewCredential"),
    ("manage-access/FirstKey", INSIDE),
    ("manage-request/DeadlineBody", "Deadline"),
    ("manage-request/Identity", "Identity"),
    ("manage-request/ReasonBody", "Reason"),
    ("manage-request/SignerBody", "SignerCorrection"),
    ("manage-themes/ThemeBody", "NewTheme"),
    ("manage-trust/RetentionBody", "Retention"),
    ("manage-trust/RetentionView", "Retention"),
    ("manage-trust/TextLimitsBody", "NewTextLimits"),
    ("manage-trust/TextLimitsView", "TextLimits"),
    ("manage-trust/RootView", "TrustedRoot"),
    ("manage-trust/TrustBody", "NewTrust"),
    ("manage-trust/TrustView", "Trust"),
    ("manage-webhooks/AuthBody", "NewWebhookAuth"),
    ("manage-webhooks/CallbackBody", "NewRegistration"),
    ("manage-webhooks/ContactBody", "NewWebhookContact"),
    ("manage-webhooks/SigningBody", "NewCallbackSigning"),
    ("manage-webhooks/WebhookBody", "NewWebhook"),
    ("present-document/AccessBody", "Answers"),
    ("present-document/PresentedBody", "Presentation"),
    ("present-document/SessionBody", "NewSession"),
    ("preview-request/AnchorView", "PreviewAnchor"),
    ("preview-request/DocumentView", "PreviewDocument"),
    ("preview-request/PageView", "PreviewPage"),
    ("preview-request/PlaceView", "PreviewPlace"),
    ("preview-request/Preview", "Preview"),
    ("preview-request/ProblemView", "PreviewProblem"),
    ("render-page/Note", INSIDE),
    ("render-page/PageView", "PageSize"),
    ("render-page/PagesView", "Pages"),
    ("render-page/PlaceView", "MarkPlace"),
    ("render-page/TextView", "PageText"),
    ("render-page/WordView", "PageWord"),
    ("verify-document/Anchor", "TrustAnchor"),
    ("verify-document/Answer", "Verification"),
    ("verify-document/Certificate", "CertificateReport"),
    ("verify-document/Change", "ChangeReport"),
    ("verify-document/File", "NewFile"),
    ("verify-document/Note", "NoteReport"),
    ("verify-document/Revision", "RevisionReport"),
    ("verify-document/Signature", "SignatureReport"),
    ("verify-document/TimestampFound", "TimestampReport"),
    ("verify-document/Verdict", "Verdict"),
    ("verify-document/VerifyBody", "NewVerification"),
];
