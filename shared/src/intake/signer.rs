//! Reads one signer: who they are, what they are to do, how they prove who they are.

use domain::otp::{CodeLength, short_message};
use domain::request::{
    Answer, AssertedIdentity, MAX_QUESTIONS, NewAttachment, NewQuestion, NewSignatory, Role,
};
use domain::value::{PhoneNumber, SmsPolicy, Text};
use domain::{Channel, Channels, EmailAddress, PersonName, Refusal, Timestamp};

use super::{place, wire};
use crate::edge::Problem;
use crate::edge::json::Flag;

/// What the operator allows.
pub(crate) struct Rules<'a> {
    /// Where text messages may go; none where none are sent.
    pub(crate) sms: Option<&'a SmsPolicy>,
    /// The host of the signing page, which every text message names.
    pub(crate) host: &'a str,
    /// How long the codes are, which every text message has to hold.
    pub(crate) code_length: CodeLength,
}

/// Reads one signer.
///
/// # Errors
///
/// 422 with a pointer.
pub(crate) fn read(signer: wire::Signer, pointer: &str, rules: &Rules<'_>) -> Result<NewSignatory, Problem> {
    let at = |field: &str| format!("{pointer}/{field}");
    let refused = |field: &str| {
        let pointer = at(field);
        move |refusal: Refusal| Problem::refused(pointer, &refusal)
    };
    let role = role(signer.role.as_deref(), &at("role"))?;
    let channels = channels(role, &signer.authentication, &at("authentication"))?;
    let email = signer.email.filter(|it| !it.is_empty());
    let email = email.map(|it| EmailAddress::parse(&it)).transpose().map_err(refused("email"))?;
    let mobile = signer.mobile.filter(|it| !it.is_empty());
    let mobile = mobile.map(|it| PhoneNumber::parse(&it)).transpose().map_err(refused("mobile"))?;
    let most = if channels.has(Channel::Sms) { MAX_SHORT_MESSAGE_CHARS } else { MAX_MESSAGE_CHARS };
    let otp_text = signer.message.filter(|it| !it.is_empty());
    let otp_text = otp_text.map(|it| Text::parse(&it, "message", most)).transpose();
    let otp_text = otp_text.map_err(refused("message"))?;
    if email.is_none() && (channels.has(Channel::Email) || role == Role::Copy) {
        let detail = "Codes by email and copies go to an email address: name one.";
        return Err(Problem::invalid(at("email"), detail));
    }
    if email.is_none() && mobile.is_none() {
        return Err(Problem::invalid(at("email"), "Name an email address or a mobile number."));
    }
    if channels.has(Channel::Sms) {
        check_texts(mobile.as_ref(), otp_text.as_ref(), pointer, rules)?;
    }
    if signer.language.as_ref().is_some_and(|it| !is_language(it)) {
        return Err(Problem::invalid(at("language"), "A language tag such as fr or pt-BR, or browser."));
    }
    if signer.timezone.as_ref().is_some_and(|it| !Timestamp::knows_zone(it)) {
        return Err(Problem::invalid(at("timezone"), "An IANA zone name, such as Europe/Rome."));
    }
    let stage = signer.stage.unwrap_or(1);
    if !(1..=MAX_STAGE).contains(&stage) {
        return Err(Problem::invalid(at("stage"), format!("A whole number from 1 to {MAX_STAGE}.")));
    }
    if role != Role::Signatory && !signer.signatures.is_empty() {
        return Err(Problem::invalid(at("signatures"), "Only who signs has signatures in the document."));
    }
    let group = signer.group.map(|it| Text::line(&it, "group", MAX_GROUP_CHARS)).transpose();
    let (places, anchors) = place::places(&signer.signatures, &at("signatures"))?;
    Ok(NewSignatory {
        role,
        stage,
        group: group.map_err(refused("group"))?,
        given_name: PersonName::parse(&signer.name).map_err(refused("name"))?,
        family_name: PersonName::parse(&signer.surname).map_err(refused("surname"))?,
        email,
        mobile,
        channels,
        questions: questions(role, signer.access_code, signer.challenges, pointer)?,
        identity: signer.identity.map(|it| identity(&it, pointer)).transpose()?,
        attachments: attachments(role, signer.attachments, &at("attachments"))?,
        language: signer.language.filter(|it| it != "browser"),
        timezone: signer.timezone,
        otp_text,
        places,
        anchors,
    })
}

/// Whether codes by text message can reach this person.
fn check_texts(
    mobile: Option<&PhoneNumber>,
    words: Option<&Text>,
    pointer: &str,
    rules: &Rules<'_>,
) -> Result<(), Problem> {
    let at = |field: &str| format!("{pointer}/{field}");
    let policy = rules.sms.ok_or_else(|| {
        Problem::invalid(at("authentication"), "Text messages are not sent here: use [\"email\"].")
    })?;
    let number = mobile
        .ok_or_else(|| Problem::invalid(at("mobile"), "authentication by sms needs a mobile number."))?;
    policy.check(number).map_err(|refusal| Problem::refused(at("mobile"), &refusal))?;
    match words {
        Some(words) => short_message::check_words(words.as_str(), rules.code_length, rules.host)
            .map_err(|refusal| Problem::refused(at("message"), &refusal)),
        None => short_message::check_host(rules.code_length, rules.host).map_err(|_| {
            let detail =
                "The address of this service is too long for text messages: its operator has to change it.";
            Problem::invalid(at("authentication"), detail)
        }),
    }
}

fn role(word: Option<&str>, pointer: &str) -> Result<Role, Problem> {
    match word {
        None => Ok(Role::Signatory),
        Some(word) => Role::parse(word)
            .ok_or_else(|| Problem::invalid(pointer, "One of signatory, approver, viewer and cc.")),
    }
}

/// The channels that are asked for. Who needs no code may leave them out.
fn channels(role: Role, authentication: &[String], pointer: &str) -> Result<Channels, Problem> {
    let channels: Option<Vec<Channel>> = authentication.iter().map(|it| Channel::parse(it)).collect();
    let detail =
        "One or both channels for one-time passwords: [\"email\"], [\"sms\"] or [\"email\", \"sms\"].";
    let channels = channels.ok_or_else(|| Problem::invalid(pointer, detail))?;
    match (Channels::of(&channels), role) {
        (Some(channels), _) => Ok(channels),
        (None, Role::Copy | Role::Viewer) => Ok(Channels::Email),
        (None, Role::Approver | Role::Signatory) => Err(Problem::invalid(pointer, detail)),
    }
}

fn questions(
    role: Role,
    access_code: Option<String>,
    challenges: Vec<wire::Challenge>,
    pointer: &str,
) -> Result<Vec<NewQuestion>, Problem> {
    let asked = challenges.len() + usize::from(access_code.is_some());
    if asked > 0 && role == Role::Copy {
        return Err(Problem::invalid(format!("{pointer}/challenges"), "Who gets a copy is asked nothing."));
    }
    if asked > MAX_QUESTIONS {
        let detail = format!("At most {MAX_QUESTIONS} questions, the access code included.");
        return Err(Problem::invalid(format!("{pointer}/challenges"), detail));
    }
    let answer = |text: &str, pointer: String| {
        Answer::parse(text).map_err(|refusal| Problem::refused(pointer, &refusal))
    };
    let mut questions = Vec::with_capacity(asked);
    if let Some(code) = access_code {
        if code.trim().chars().count() < MIN_ACCESS_CODE_CHARS {
            let detail = format!("An access code of at least {MIN_ACCESS_CODE_CHARS} characters.");
            return Err(Problem::invalid(format!("{pointer}/accessCode"), detail));
        }
        questions.push(NewQuestion { text: None, answer: answer(&code, format!("{pointer}/accessCode"))? });
    }
    for (index, it) in challenges.into_iter().enumerate() {
        let at = |field: &str| format!("{pointer}/challenges/{index}/{field}");
        let text = Text::line(&it.question, "question", MAX_QUESTION_CHARS)
            .map_err(|refusal| Problem::refused(at("question"), &refusal))?;
        questions.push(NewQuestion { text: Some(text), answer: answer(&it.answer, at("answer"))? });
    }
    Ok(questions)
}

fn identity(identity: &wire::Identity, pointer: &str) -> Result<AssertedIdentity, Problem> {
    let text = |value: &str, field: &'static str| {
        Text::line(value, field, MAX_IDENTITY_CHARS)
            .map_err(|refusal| Problem::refused(format!("{pointer}/identity/{field}"), &refusal))
    };
    Ok(AssertedIdentity {
        provider: text(&identity.provider, "provider")?,
        reference: text(&identity.reference, "reference")?,
    })
}

fn attachments(
    role: Role,
    asked: Vec<wire::Attachment>,
    pointer: &str,
) -> Result<Vec<NewAttachment>, Problem> {
    if role == Role::Copy && !asked.is_empty() {
        return Err(Problem::invalid(pointer, "Who gets a copy attaches nothing."));
    }
    if asked.len() > MAX_ATTACHMENTS {
        return Err(Problem::invalid(pointer, format!("At most {MAX_ATTACHMENTS} attachments of a signer.")));
    }
    let read = |(index, it): (usize, wire::Attachment)| {
        let at = |field: &str| format!("{pointer}/{index}/{field}");
        let description = it.description.map(|it| Text::parse(&it, "description", MAX_ATTACHMENT_WORDS));
        Ok(NewAttachment {
            name: Text::line(&it.name, "name", MAX_QUESTION_CHARS)
                .map_err(|refusal| Problem::refused(at("name"), &refusal))?,
            description: description
                .transpose()
                .map_err(|refusal| Problem::refused(at("description"), &refusal))?,
            required: it.required.is_none_or(Flag::is_set),
        })
    };
    asked.into_iter().enumerate().map(read).collect()
}

/// BCP 47, as far as a page needs it.
fn is_language(tag: &str) -> bool {
    tag == "browser"
        || ((2..=35).contains(&tag.len())
            && tag
                .split(['-', '_'])
                .all(|it| (1..=8).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_alphanumeric())))
}

/// As much as a mail shows of it.
const MAX_MESSAGE_CHARS: usize = 600;
/// As much as one text message holds.
const MAX_SHORT_MESSAGE_CHARS: usize = 160;
/// As many stages as there can be signers.
const MAX_STAGE: u16 = 50;
const MAX_GROUP_CHARS: usize = 40;
const MAX_QUESTION_CHARS: usize = 200;
/// Shorter ones are guessed within the tries that there are, by whoever knows a little.
const MIN_ACCESS_CODE_CHARS: usize = 4;
const MAX_IDENTITY_CHARS: usize = 200;
const MAX_ATTACHMENTS: usize = 10;
const MAX_ATTACHMENT_WORDS: usize = 500;
