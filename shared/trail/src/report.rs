//! A trail in words.

use domain::Timestamp;
use domain::evidence::ChainHead;
use domain::transition::ChainName;
use sheet::{Block, Fact, Section, Sheet, Tone, clean};
use wording::{MissingText, Wording};

use crate::evidence::Heads;
use crate::read::{Authentication, Ending, Person, Revision, Step, Trail};

/// What a sheet says beside the trail.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The address at which documents are checked.
    pub check_url: &'a str,
    /// The ends of both chains.
    pub heads: Heads,
}

impl Trail {
    /// The trail as a sheet, in the language of the wording.
    ///
    /// # Errors
    ///
    /// [`MissingText`] when the language lacks a text; a test holds that none does.
    pub fn sheet(&self, about: &About<'_>, wording: &mut Wording) -> Result<Sheet, MissingText> {
        Writer { trail: self, about, wording }.sheet()
    }

    /// What one step says, as a line: the sentence, and the details behind it.
    ///
    /// # Errors
    ///
    /// As [`Trail::sheet`].
    pub fn line(&self, step: &Step, wording: &mut Wording) -> Result<String, MissingText> {
        let sentence = self.sentence(step, wording)?;
        let details = clean(&details(step));
        Ok(if details.is_empty() { sentence } else { format!("{sentence} {details}") })
    }

    /// What one step says, in one sentence.
    ///
    /// # Errors
    ///
    /// As [`Trail::sheet`]; also for a kind of event that this program does not know.
    pub fn sentence(&self, step: &Step, wording: &mut Wording) -> Result<String, MissingText> {
        wording.set("who", self.who(step.signatory.as_deref(), wording)?);
        Ok(clean(&wording.say(&format!("step-{}", step.kind))?.text()))
    }

    fn who(&self, id: Option<&str>, wording: &Wording) -> Result<String, MissingText> {
        match id.and_then(|it| self.name_of(it)) {
            Some(name) => Ok(clean(name)),
            None => Ok(wording.say("audit-nobody")?.text()),
        }
    }
}

/// The details of a step, in one line.
fn details(step: &Step) -> String {
    let all = step.details.iter().filter(|(_, value)| !value.is_empty());
    all.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ")
}

struct Writer<'a> {
    trail: &'a Trail,
    about: &'a About<'a>,
    wording: &'a mut Wording,
}

type Written<T> = Result<T, MissingText>;

impl Writer<'_> {
    fn sheet(&mut self) -> Written<Sheet> {
        let (tone, headline) = match self.trail.ending {
            Ending::Done => (Tone::Good, "audit-done"),
            Ending::Open => (Tone::Open, "audit-open"),
            Ending::Declined => (Tone::Bad, "audit-declined"),
            Ending::Expired => (Tone::Bad, "audit-expired"),
            Ending::Cancelled => (Tone::Bad, "audit-cancelled"),
            Ending::Rejected => (Tone::Bad, "audit-rejected"),
        };
        self.wording.set("url", self.about.check_url.to_owned());
        let mut sections = vec![self.document()?];
        sections.extend(self.people()?);
        sections.push(self.steps("audit-steps", ChainName::Event)?);
        if self.trail.steps.iter().any(|it| it.chain == ChainName::Custody) {
            sections.push(self.steps("audit-afterwards", ChainName::Custody)?);
        }
        Ok(Sheet {
            title: self.say("audit-title")?,
            tone,
            headline: self.say(headline)?,
            sentences: vec![self.say("audit-about")?, self.say("audit-check")?],
            facts: self.procedure()?,
            sections,
        })
    }

    fn say(&self, key: &str) -> Written<String> {
        Ok(self.wording.say(key)?.text())
    }

    fn fact(&self, facts: &mut Vec<Fact>, key: &str, value: Option<&str>) -> Written<()> {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            facts.push(Fact::text(self.say(key)?, value));
        }
        Ok(())
    }

    fn code(&self, facts: &mut Vec<Fact>, key: &str, value: Option<&str>) -> Written<()> {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            facts.push(Fact::code(self.say(key)?, value));
        }
        Ok(())
    }

    fn time(&self, facts: &mut Vec<Fact>, key: &str, at: Option<Timestamp>) -> Written<()> {
        let told = at.map(|it| self.instant(it));
        self.fact(facts, key, told.as_deref())
    }

    /// An instant in UTC, and in the zone of the document if that is another.
    fn instant(&self, at: Timestamp) -> String {
        let utc = at.to_rfc3339().replace('T', " ").replace('Z', " UTC");
        let zone = self.trail.timezone.as_str();
        if zone.is_empty() || zone == "UTC" || !Timestamp::knows_zone(zone) {
            return utc;
        }
        format!("{utc} = {}", at.in_zone(zone))
    }

    fn procedure(&mut self) -> Written<Vec<Fact>> {
        let trail = self.trail;
        let mut facts = Vec::new();
        self.code(&mut facts, "audit-procedure", Some(&trail.request))?;
        self.fact(&mut facts, "audit-name-of-document", trail.title.as_deref())?;
        self.fact(&mut facts, "audit-requester", trail.requester.as_deref())?;
        self.fact(&mut facts, "audit-mail-sender", trail.sender.as_deref())?;
        self.fact(&mut facts, "audit-brand", trail.brand.as_deref())?;
        self.time(&mut facts, "audit-created", trail.created_at)?;
        self.time(&mut facts, "audit-sent", trail.sent_at)?;
        self.time(&mut facts, "audit-expires", trail.expires_at)?;
        self.time(&mut facts, "audit-closed", trail.closed_at)?;
        self.fact(&mut facts, "audit-level", Some(&trail.level))?;
        let times = [trail.time_source.as_str(), trail.timezone.as_str()];
        let times: Vec<&str> = times.into_iter().filter(|it| !it.is_empty()).collect();
        self.fact(&mut facts, "audit-time", Some(&times.join("; ")))?;
        self.fact(&mut facts, "audit-software", Some(&trail.software))?;
        self.fact(&mut facts, "audit-document-months", Some(&trail.document_months))?;
        self.fact(&mut facts, "audit-evidence-years", Some(&trail.evidence_years))?;
        self.time(&mut facts, "audit-hold", trail.held_at)?;
        self.time(&mut facts, "audit-erased", trail.erased_at)?;
        self.chain(&mut facts, "audit-chain", &self.about.heads.events.clone())?;
        if self.about.heads.custody.length > 0 {
            self.chain(&mut facts, "audit-custody", &self.about.heads.custody.clone())?;
        }
        Ok(facts)
    }

    fn chain(&mut self, facts: &mut Vec<Fact>, key: &str, head: &ChainHead) -> Written<()> {
        self.wording.set("count", head.length.to_string());
        let value = format!("{} {}", self.say("audit-events")?, head.hash.to_hex());
        self.code(facts, key, Some(&value))
    }

    fn document(&mut self) -> Written<Section> {
        let trail = self.trail;
        let mut section = Section::new(self.say("audit-document")?);
        for (number, sha256) in (1_u32..).zip(&trail.inputs) {
            self.wording.set("number", number.to_string());
            let label = self.say("audit-input")?;
            section.facts.push(Fact::code(format!("{label}, SHA-256"), sha256));
        }
        if let Some(accepted) = &trail.accepted {
            let title = self.say("audit-accepted")?;
            section.blocks.push(self.revision(title, accepted)?);
        }
        for revision in &trail.revisions {
            let title = match revision.number {
                Some(number) => {
                    self.wording.set("number", number.to_string());
                    let who = trail.who(revision.signatory.as_deref(), self.wording)?;
                    self.wording.set("who", who);
                    self.say("audit-revision")?
                }
                None => self.say("audit-closing")?,
            };
            section.blocks.push(self.revision(title, revision)?);
        }
        Ok(section)
    }

    fn revision(&self, title: String, it: &Revision) -> Written<Block> {
        let mut facts = vec![Fact::code("SHA-256", &it.sha256)];
        if !it.md5.is_empty() {
            facts.push(Fact::code("MD5", &it.md5));
        }
        self.fact(&mut facts, "audit-size", Some(&it.size_bytes.to_string()))?;
        if it.evidence_head.is_some() {
            self.time(&mut facts, "audit-sealed-at", Some(it.at))?;
        }
        self.fact(&mut facts, "audit-seal-level", it.level.as_deref())?;
        self.code(&mut facts, "audit-certificate", it.certificate_sha256.as_deref())?;
        self.code(&mut facts, "audit-serial", it.certificate_serial.as_deref())?;
        self.code(&mut facts, "audit-head", it.evidence_head.as_deref())?;
        Ok(Block { title, sentences: Vec::new(), facts })
    }

    fn people(&mut self) -> Written<Vec<Section>> {
        let mut sections = Vec::new();
        for person in &self.trail.people {
            let name = self.trail.who(Some(&person.id), self.wording)?;
            let mut section = Section::new(name);
            section.facts = self.person(person)?;
            for consent in &person.consents {
                let mut facts = Vec::new();
                self.time(&mut facts, "audit-consent", Some(consent.at))?;
                self.fact(&mut facts, "audit-consent-text", Some(&consent.text))?;
                self.code(&mut facts, "audit-consent-hash", Some(&consent.sha256))?;
                let title = self.say("audit-consent")?;
                section.blocks.push(Block { title, sentences: Vec::new(), facts });
            }
            for (number, authentication) in (1_u32..).zip(&person.authentications) {
                self.wording.set("number", number.to_string());
                let title = self.say("audit-authentication")?;
                let facts = self.authentication(authentication)?;
                section.blocks.push(Block { title, sentences: Vec::new(), facts });
            }
            sections.push(section);
        }
        Ok(sections)
    }

    fn person(&self, it: &Person) -> Written<Vec<Fact>> {
        let mut facts = Vec::new();
        self.code(&mut facts, "audit-person-id", Some(&it.id))?;
        self.fact(&mut facts, "audit-name", it.name.as_deref())?;
        self.fact(&mut facts, "audit-email", it.email.as_deref())?;
        self.fact(&mut facts, "audit-mobile", it.mobile.as_deref())?;
        self.fact(&mut facts, "audit-ip", Some(&it.ip_addresses.join(", ")))?;
        self.fact(&mut facts, "audit-agent", Some(&it.user_agents.join(" | ")))?;
        for (at, sha256) in &it.read {
            let told = format!("{} (SHA-256 {sha256})", self.instant(*at));
            self.fact(&mut facts, "audit-read", Some(&told))?;
        }
        if let Some((kind, at)) = &it.act {
            let key = match kind.as_str() {
                "SignatureCreated" => "audit-acted",
                "DocumentApproved" => "audit-approved",
                "DocumentRead" => "audit-acknowledged",
                "SignatureDelegated" => "audit-passed-on",
                _ => "audit-refused",
            };
            self.time(&mut facts, key, Some(*at))?;
        }
        self.fact(&mut facts, "audit-mark", it.mark.as_deref())?;
        self.fact(&mut facts, "audit-reason", it.reason.as_deref())?;
        let wrong = (it.wrong_answers > 0).then(|| it.wrong_answers.to_string());
        self.fact(&mut facts, "audit-wrong", wrong.as_deref())?;
        Ok(facts)
    }

    fn authentication(&self, it: &Authentication) -> Written<Vec<Fact>> {
        let mut facts = Vec::new();
        self.fact(&mut facts, "audit-channel", Some(&it.channel))?;
        self.fact(&mut facts, "audit-destination", it.destination.as_deref())?;
        self.code(&mut facts, "audit-message", Some(&it.message))?;
        self.code(&mut facts, "audit-provider", it.provider_id.as_deref())?;
        self.time(&mut facts, "audit-issued", Some(it.issued_at))?;
        self.time(&mut facts, "audit-handed", it.sent_at)?;
        self.time(&mut facts, "audit-valid-until", it.expires_at)?;
        self.time(&mut facts, "audit-validated", it.validated_at)?;
        Ok(facts)
    }

    fn steps(&mut self, title: &str, chain: ChainName) -> Written<Section> {
        let mut section = Section::new(self.say(title)?);
        for step in self.trail.steps.iter().filter(|it| it.chain == chain) {
            let at = step.at.to_rfc3339().replace('T', " ").replace('Z', " UTC");
            let sentence = self.trail.sentence(step, self.wording)?;
            let details = clean(&details(step));
            let sentences = if details.is_empty() { Vec::new() } else { vec![details] };
            let title = format!("{}. {at} \u{2013} {sentence}", step.seq);
            section.blocks.push(Block { title, sentences, facts: Vec::new() });
        }
        Ok(section)
    }
}
