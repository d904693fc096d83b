//! Exchange Online: a script that an administrator reads and runs. It makes a transport rule that closes every mail,
//! or sets the signature of each mailbox.
//!
//! **Invariant:** the script is ASCII, and whatever stands in it as data stands in single quotes. Characters beyond
//! ASCII are written by their numbers: PowerShell takes typographic quotes for quotes, and Windows PowerShell reads a
//! file without a mark as one of its own code page, in which the bytes of a letter can be a quote.

use domain::EmailAddress;

use crate::brand::Brand;
use crate::person::{Groups, Person, PersonPatch};
use crate::render::{Rendered, Subject, Urls, Variant, render};
use crate::template::Template;
use crate::value::Line;

/// A script, made piece by piece.
#[derive(Clone, Debug)]
pub struct Script(String);

/// What closes every mail, for a transport rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Disclaimer(String);

impl Disclaimer {
    /// Renders a template with the names of Exchange's attributes in place of a person's: the server puts in the
    /// sender's own. Nothing of it is counted, and pictures of persons are left out.
    #[must_use]
    pub fn render(
        template: &Template,
        brand: &Brand,
        urls: &Urls,
        variant: Variant,
        language: domain::value::Language,
    ) -> Option<Self> {
        let mut urls = urls.clone();
        (urls.campaign, urls.vcard, urls.qr) = (None, None, None);
        let person = stand_in()?;
        let subject = Subject { brand, person: &person, group: None, campaign: None };
        let mut html = render(template, &subject, &urls, variant, language).html;
        for (own, attribute) in STAND_INS {
            html = html.replace(own, attribute);
        }
        Some(Self(entities(&html)))
    }

    /// Its HTML, in ASCII.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.0
    }

    /// Whether Exchange takes it.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.0.len() <= MAX_DISCLAIMER_CHARS
    }
}

impl Script {
    /// A script with a rule of this name.
    #[must_use]
    pub fn new(rule: Option<&Line>, disclaimer: Option<&Disclaimer>) -> Self {
        let mut script = Self(HEAD.to_owned());
        let rule = quoted(rule.map_or(RULE, Line::as_str));
        script.0.push_str("if ($Apply -eq 'Rule') {\n");
        match disclaimer {
            Some(disclaimer) if disclaimer.fits() => {
                let html = quoted(disclaimer.html());
                script.0.push_str(&RULE_BODY.replace("@NAME@", &rule).replace("@HTML@", &html));
            }
            Some(_) => script.0.push_str(TOO_LONG),
            None => script.0.push_str(NO_BRAND),
        }
        script.0.push_str("    return\n}\n\n");
        script
    }

    /// The signature of a mailbox.
    pub fn mailbox(&mut self, email: &EmailAddress, rendered: &Rendered) {
        let (html, text) = (quoted(&entities(&rendered.html)), quoted(&rendered.text));
        for part in ["Set-Signature ", &quoted(email.expose()), " ", &html, " ", &text, "\n"] {
            self.0.push_str(part);
        }
    }

    /// How long it is by now, in bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it: never.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its text, when it is complete.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.0.push_str(TAIL);
        self.0
    }
}

/// A text as an expression of PowerShell that is nothing but that text.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut plain = String::new();
    let end = |plain: &mut String, parts: &mut Vec<String>| {
        if !plain.is_empty() {
            parts.push(format!("'{}'", std::mem::take(plain)));
        }
    };
    for c in text.chars() {
        match c {
            '\'' => plain.push_str("''"),
            ' '..='~' => plain.push(c),
            _ => {
                end(&mut plain, &mut parts);
                let mut units = [0; 2];
                parts.extend(c.encode_utf16(&mut units).iter().map(|it| format!("[char]{it}")));
            }
        }
    }
    end(&mut plain, &mut parts);
    match parts.as_slice() {
        [] => "''".to_owned(),
        [one] if one.starts_with('\'') => one.clone(),
        // A character first would make a sum of numbers of it.
        parts => format!("('' + {})", parts.join(" + ")),
    }
}

/// HTML in ASCII.
fn entities(html: &str) -> String {
    let mut ascii = String::with_capacity(html.len());
    for c in html.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            ascii.extend(["&#", &u32::from(c).to_string(), ";"]);
        }
    }
    ascii
}

/// A person whose every field is the name of Exchange's attribute.
fn stand_in() -> Option<Person> {
    let mut patch = PersonPatch::new(EmailAddress::parse(ADDRESS).ok()?);
    for (field, text) in FIELDS {
        patch.set(field, text).ok()?;
    }
    Some(patch.apply(None, &mut Groups::default()).0)
}

/// What stands for values that have a form of their own, until they are rendered.
const STAND_INS: [(&str, &str); 3] =
    [(ADDRESS, "%%Email%%"), ("+9900000000011", "%%PhoneNumber%%"), ("+9900000000022", "%%MobileNumber%%")];
const ADDRESS: &str = "sender@transport-rule.invalid";
const FIELDS: [(&str, &str); 9] = [
    ("firstname", "%%FirstName%%"),
    ("lastname", "%%LastName%%"),
    ("phone", "+9900000000011"),
    ("mobile", "+9900000000022"),
    ("title", "%%Title%%"),
    ("unit", "%%Department%%"),
    ("address", "%%Street%%"),
    ("postal_code", "%%ZipCode%%"),
    ("city", "%%City%%"),
];
/// The longest text of `ApplyHtmlDisclaimerText`, tags included.
pub const MAX_DISCLAIMER_CHARS: usize = 5000;
/// A rule without another name.
const RULE: &str = "Managed e-mail signature";

const HEAD: &str = r"# Managed e-mail signatures for Exchange Online.
#
#   Connect-ExchangeOnline
#   .\signatures.ps1 -Apply Mailboxes -WhatIf     what would be done, and nothing else
#   .\signatures.ps1 -Apply Mailboxes             the signature of each mailbox, for Outlook on the web
#   .\signatures.ps1 -Apply Rule                  one rule that closes what leaves the organisation
#
# Apply one of the two: with both, a mail is closed twice. Signatures of mailboxes are shown only while roaming
# signatures are postponed (Set-OrganizationConfig -PostponeRoamingSignaturesUntilLater $true).
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('Rule', 'Mailboxes')]
    [string] $Apply
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$failed = 0

function Set-Signature([string] $Address, [string] $Html, [string] $Text) {
    if (-not $PSCmdlet.ShouldProcess($Address, 'Set the signature')) { return }
    try {
        Set-MailboxMessageConfiguration -Identity $Address -SignatureHtml $Html -SignatureText $Text `
            -AutoAddSignature $true -AutoAddSignatureOnReply $true -ErrorAction Stop
    }
    catch {
        $script:failed += 1
        Write-Warning ('{0}: {1}' -f $Address, $_.Exception.Message)
    }
}

";
const RULE_BODY: &str = r"    $name = @NAME@
    $rule = @{
        FromScope                         = 'InOrganization'
        SentToScope                       = 'NotInOrganization'
        ApplyHtmlDisclaimerLocation       = 'Append'
        ApplyHtmlDisclaimerFallbackAction = 'Wrap'
        ApplyHtmlDisclaimerText           = @HTML@
    }
    $there = Get-TransportRule | Where-Object { $_.Name -eq $name }
    if ($PSCmdlet.ShouldProcess($name, 'Save the transport rule')) {
        if ($there) { Set-TransportRule -Identity $there.Guid.ToString() @rule }
        else { New-TransportRule -Name $name @rule }
    }
";
const TOO_LONG: &str = "    throw 'The signature is longer than the 5000 characters of a transport rule: choose a shorter template.'\n";
const NO_BRAND: &str = "    throw 'There is no brand for everybody: save one that is named default.'\n";
const TAIL: &str = "\nif ($failed -gt 0) { throw ('{0} mailboxes were left as they are.' -f $failed) }\n";

#[cfg(test)]
mod tests;
