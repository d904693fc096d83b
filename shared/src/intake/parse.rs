//! From the wire to the domain: every value is checked once, and refused with a pointer to it.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::Timestamp;
use domain::otp::CodeLength;
use domain::policy::DEFAULT_REQUEST_TTL;
use domain::request::{
    Callback, CallbackForm, MAX_SIGNATORIES, Mode, NewSignatory, QuietHours, Reminders, SigningOptions,
};
use domain::value::{Text, ThemeName};
use serde_json::Value;

use super::sender::SenderNamed;
use super::signer::{self, Rules};
use super::wire;
use crate::edge::json::Flag;
use crate::edge::{Problem, appearance, pointer_token};
use crate::outbound::{Reach, Target, is_foreign_header};
use crate::store::Theme;

/// Reads the signatories, each on its own: those that can be read, and why others cannot.
///
/// Refusals have Openapi's number 685 when there is no list, 610 when it is empty, and a pointer otherwise.
pub(crate) fn signatories(
    signers: Option<Vec<wire::Signer>>,
    rules: &Rules<'_>,
) -> (Vec<NewSignatory>, Vec<Problem>) {
    let signers = match countable(signers) {
        Ok(signers) => signers,
        Err(refusal) => return (Vec::new(), vec![refusal]),
    };
    let (mut signatories, mut refusals) = (Vec::with_capacity(signers.len()), Vec::new());
    let mut said = 0;
    for (index, signer) in signers.into_iter().enumerate() {
        said += signer.said_bytes();
        if said > MAX_SAID_BYTES {
            let detail = "What is said of all signers together is longer than 128 kB.";
            refusals.push(Problem::invalid(format!("/signers/{index}"), detail));
            break;
        }
        match signer::read(signer, &format!("/signers/{index}"), rules) {
            Ok(signatory) => signatories.push(signatory),
            Err(refusal) => refusals.push(refusal),
        }
    }
    (signatories, refusals)
}

/// As many signers, and signatures, as a request may have.
fn countable(signers: Option<Vec<wire::Signer>>) -> Result<Vec<wire::Signer>, Problem> {
    let signers = signers.ok_or_else(no_signers)?;
    if signers.is_empty() {
        return Err(Problem::invalid("/signers", "array 'signers' is empty").numbered(610));
    }
    if signers.len() > MAX_SIGNATORIES {
        let detail = format!("At most {MAX_SIGNATORIES} signers; there are {}.", signers.len());
        return Err(Problem::invalid("/signers", detail));
    }
    let places: usize = signers.iter().map(|it| it.signatures.len()).sum();
    if places > MAX_PLACES {
        let detail = format!("At most {MAX_PLACES} signatures in all; there are {places}.");
        return Err(Problem::invalid("/signers", detail));
    }
    Ok(signers)
}

/// The refusal of a body without signers.
pub(crate) fn no_signers() -> Problem {
    Problem::invalid("/signers", "array 'signers' required").numbered(685)
}

/// What is wrong with what callers of Openapi say of the kind of signature: there is one.
///
/// Openapi's number 622 for another kind of signature, 625 for another kind of certificate.
pub(crate) fn kinds(certificate: Option<&str>, signature: Option<&str>) -> Vec<Problem> {
    let other = |value: Option<&str>, ours: &str| value.is_some_and(|it| it != ours);
    let certificate = other(certificate, "EU-SES")
        .then(|| Problem::invalid("/certificateType", "Only EU-SES is made here.").numbered(625));
    let signature = other(signature, "pades")
        .then(|| Problem::invalid("/signatureType", "invalid signatureType").numbered(622));
    certificate.into_iter().chain(signature).collect()
}

/// Takes the name of the theme out of the options, with a pointer to where it stood.
///
/// # Errors
///
/// 422 with Openapi's number 625 and a pointer.
pub(crate) fn theme_name(options: &mut wire::Options) -> Result<Option<(ThemeName, &'static str)>, Problem> {
    let inner = options.ui.as_mut().and_then(|ui| ui.remove("theme")).filter(|it| !it.is_null());
    let (name, pointer) = match (inner, options.theme.take()) {
        (Some(name), _) => (name, "/options/ui/theme"),
        (None, Some(name)) => (Value::String(name), "/options/theme"),
        (None, None) => return Ok(None),
    };
    let name = ThemeName::parse(name.as_str().unwrap_or_default());
    name.map(|name| Some((name, pointer))).map_err(|_| unknown_theme(pointer))
}

/// The refusal of a theme that there is not.
pub(crate) fn unknown_theme(pointer: &str) -> Problem {
    Problem::invalid(pointer, "There is no such theme.").numbered(625)
}

/// Reads the options, whose words of consent are set; those at the top level count where `options` is silent,
/// `options.ui` stands upon the theme, and that upon the sender's brand.
///
/// # Errors
///
/// 422 with Openapi's number 625 and a pointer.
pub(crate) fn options(
    options: wire::Options,
    (theme, sender): (Option<&Theme>, SenderNamed),
    top_modes: Option<Vec<String>>,
    top_editable: Option<BTreeMap<String, Flag>>,
) -> Result<SigningOptions, Problem> {
    let invalid =
        |field: &str, detail: &str| Problem::invalid(format!("/options/{field}"), detail).numbered(625);
    let modes = options.signature_mode.or(top_modes).unwrap_or_else(|| vec!["typed".to_owned()]);
    let modes =
        modes.iter().map(|it| Mode::parse(it)).collect::<Option<Vec<_>>>().filter(|it| !it.is_empty());
    let modes = modes.ok_or_else(|| invalid("signatureMode", "One or more of typed, drawn and uploaded."))?;
    let editable = options.user_editable_data.or(top_editable).unwrap_or_default();
    if editable.keys().any(|name| !EDITABLE.contains(&name.as_str())) {
        return Err(invalid("userEditableData", "name, mobile and email can be editable."));
    }
    let timezone = options.timezone.unwrap_or_else(|| "UTC".to_owned());
    if !Timestamp::knows_zone(&timezone) {
        return Err(invalid("timezone", "An IANA zone name, such as Europe/Rome."));
    }
    let code_length = options.code_digits.map_or(Some(CodeLength::Six), CodeLength::of);
    let code_length = code_length.ok_or_else(|| invalid("codeDigits", "6 or 8."))?;
    let mut members = theme.map(|it| it.appearance.members()).unwrap_or_default();
    members.extend(options.ui.unwrap_or_default());
    sender.dress(&mut members);
    let ui = Box::new(appearance::parse(&members, "/options/ui")?);
    Ok(SigningOptions {
        modes,
        editable: editable.into_iter().map(|(name, flag)| (name, flag.is_set())).collect(),
        must_read: options.signer_must_read.is_some_and(Flag::is_set),
        code_length,
        timezone,
        ui,
        consent_text: Text::parse(
            &options.consent_text.unwrap_or_default(),
            "consentText",
            MAX_CONSENT_CHARS,
        )
        .map_err(|refusal| Problem::refused("/options/consentText", &refusal).numbered(625))?,
        autocomplete: options.autocomplete.is_none_or(Flag::is_set),
        delegation: options.delegation.is_some_and(Flag::is_set),
        reminders: options.reminders.map(reminders).transpose()?,
        sender: sender.email,
        brand: sender.named,
    })
}

/// The options of who says nothing but what is agreed to.
pub(crate) fn usual_options(consent_text: Option<String>) -> Option<SigningOptions> {
    let said = wire::Options { consent_text, ..wire::Options::default() };
    options(said, (None, SenderNamed::default()), None, None).ok()
}

fn reminders(rule: wire::Reminders) -> Result<Reminders, Problem> {
    let invalid = |field: &str, detail: &str| {
        Problem::invalid(format!("/options/reminders/{field}"), detail).numbered(625)
    };
    let days = |value: Option<u16>, field: &str| {
        let days = value.unwrap_or(DEFAULT_REMINDER_DAYS);
        if !(1..=MAX_REMINDER_DAYS).contains(&days) {
            return Err(invalid(field, "1 to 90 days."));
        }
        Ok(Duration::from_hours(24 * u64::from(days)))
    };
    let count = rule.count.unwrap_or(DEFAULT_REMINDERS);
    if !(1..=MAX_REMINDERS).contains(&count) {
        return Err(invalid("count", "1 to 10 reminders."));
    }
    let quiet = match rule.quiet_hours {
        None => DEFAULT_QUIET,
        Some(hours) => {
            let minute = |text: &str, field: &str| {
                minute_of_day(text).ok_or_else(|| invalid(field, "A time such as 20:00."))
            };
            QuietHours {
                from_minute: minute(&hours.from, "quietHours/from")?,
                to_minute: minute(&hours.to, "quietHours/to")?,
            }
        }
    };
    Ok(Reminders {
        first_after: days(rule.first_after_days, "firstAfterDays")?,
        every: days(rule.every_days, "everyDays")?,
        count,
        quiet,
    })
}

/// Reads `HH:MM`.
fn minute_of_day(text: &str) -> Option<u16> {
    let is_written_so = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let (hour, minute) = text.split_once(':').filter(|_| is_written_so)?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Reads the callback.
///
/// # Errors
///
/// 422 with Openapi's number 704 for its address, and a pointer otherwise.
pub(crate) fn callback(callback: wire::Callback, reach: Reach) -> Result<Callback, Problem> {
    Target::parse(&callback.url, reach).map_err(|_| {
        let detail = "malformed 'url' parameter, must be a valid url in 'callback'";
        Problem::invalid("/callback/url", detail).numbered(704)
    })?;
    let form = match callback.method.as_deref() {
        None | Some("JSON") => CallbackForm::Json,
        Some("POST") => CallbackForm::Field(field(callback.field)?),
        Some(_) => return Err(Problem::invalid("/callback/method", "JSON or POST.")),
    };
    let retry = callback.retry.unwrap_or(0);
    if retry > MAX_CALLBACK_RETRIES {
        return Err(Problem::invalid("/callback/retry", "0 to 5."));
    }
    let header_bytes: usize = callback.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if callback.headers.len() > MAX_CALLBACK_HEADERS || header_bytes > MAX_CALLBACK_BYTES {
        return Err(Problem::invalid("/callback/headers", "At most 20 headers of 8 kB together."));
    }
    if let Some((name, _)) = callback.headers.iter().find(|(name, value)| !is_foreign_header(name, value)) {
        let detail = "Not a header that can be sent: it is malformed, or this system writes it itself.";
        return Err(Problem::invalid(format!("/callback/headers/{}", pointer_token(name)), detail));
    }
    if callback.custom.to_string().len() > MAX_CALLBACK_BYTES {
        return Err(Problem::invalid("/callback/custom", "At most 8 kB."));
    }
    Ok(Callback { url: callback.url, form, retry, headers: callback.headers, custom: callback.custom })
}

/// The name of the form's field that the JSON stands in.
fn field(name: Option<String>) -> Result<String, Problem> {
    let Some(name) = name else { return Ok("data".to_owned()) };
    let fits = (1..=MAX_FIELD_CHARS).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_graphic());
    if fits && name != "custom" {
        return Ok(name);
    }
    let detail = format!("1 to {MAX_FIELD_CHARS} visible ASCII characters; custom is a field of its own.");
    Err(Problem::invalid("/callback/field", detail))
}

/// How long the request is open.
///
/// # Errors
///
/// 422 for no date, or one in the past.
pub(crate) fn ttl(expires_at: Option<&str>, now: Timestamp) -> Result<Duration, Problem> {
    let Some(text) = expires_at else { return Ok(DEFAULT_REQUEST_TTL) };
    let at = Timestamp::parse_rfc3339(text).ok_or_else(|| {
        Problem::invalid("/expiresAt", "An RFC 3339 date and time, such as 2026-12-31T23:59:59Z.")
    })?;
    Ok(at.since(now))
}

/// The title: one line, if there is any.
///
/// # Errors
///
/// 422 with a pointer.
pub(crate) fn title(value: Option<String>) -> Result<Option<Text>, Problem> {
    said(value)
        .map(|it| Text::line(&it, "title", MAX_TITLE_CHARS))
        .transpose()
        .map_err(|refusal| Problem::refused("/title", &refusal))
}

/// The description, if there is any.
///
/// # Errors
///
/// 422 with a pointer.
pub(crate) fn description(value: Option<String>) -> Result<Option<Text>, Problem> {
    said(value)
        .map(|it| Text::parse(&it, "description", MAX_DESCRIPTION_CHARS))
        .transpose()
        .map_err(|refusal| Problem::refused("/description", &refusal))
}

/// What is blank is not said.
fn said(value: Option<String>) -> Option<String> {
    value.filter(|it| !it.trim().is_empty())
}

pub(crate) const MAX_TITLE_CHARS: usize = 200;
const MAX_DESCRIPTION_CHARS: usize = 2000;

const MAX_PLACES: usize = 200;
/// A request with all that becomes of it is one item of the table, and that has 400 KB.
const MAX_SAID_BYTES: usize = 128 << 10;
const MAX_CONSENT_CHARS: usize = 4000;
const MAX_CALLBACK_BYTES: usize = 8192;
const MAX_FIELD_CHARS: usize = 100;
const MAX_CALLBACK_RETRIES: u8 = 5;
const MAX_CALLBACK_HEADERS: usize = 20;
const DEFAULT_REMINDER_DAYS: u16 = 3;
const MAX_REMINDER_DAYS: u16 = 90;
const DEFAULT_REMINDERS: u8 = 3;
const MAX_REMINDERS: u8 = 10;
/// Eight in the evening to eight in the morning.
const DEFAULT_QUIET: QuietHours = QuietHours { from_minute: 20 * 60, to_minute: 8 * 60 };
const EDITABLE: [&str; 3] = ["name", "mobile", "email"];
