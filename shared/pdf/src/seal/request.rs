//! What a seal is asked to do.

use crate::Place;

/// All signature fields of a request. The first revision creates them, later ones only fill them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldPlan {
    /// One entry per signatory.
    pub signatories: Vec<SignatoryField>,
    /// Name of the invisible field of the closing seal.
    pub closing_field: String,
}

/// The field of one signatory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignatoryField {
    /// Name of the signature field; without a full stop, and unlike any name in the document.
    pub field_name: String,
    /// Where the mark is shown. The first place is the signature field's own; the others are read-only
    /// fields that show the same mark. Without any, the field is invisible.
    pub places: Vec<Place>,
}

/// What the mark shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Appearance {
    /// The signatory's name.
    pub name: String,
    /// How the signature itself looks.
    pub mark: Mark,
    /// When it was signed, as text with the zone, such as `2026-11-21 18:36:05 +01:00`.
    pub signed_at_text: String,
    /// Why it was signed.
    pub reason: Option<String>,
    /// Short reference of the request.
    pub reference: String,
}

/// How a signature looks.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mark {
    /// Strokes drawn by hand.
    Drawn(Vec<Stroke>),
    /// A PNG picture. It is decoded and encoded anew; its metadata is dropped.
    Png(Vec<u8>),
    /// The name, in a script face.
    Typed,
}

/// One stroke of a drawn signature: the points the pen went through, right and down from any origin, in any unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stroke {
    /// The points, in order. One point is a dot.
    pub points: Vec<(f64, f64)>,
}

/// What is sealed.
#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    /// A signatory's act.
    Signatory {
        /// The field's name in the plan.
        field_name: &'a str,
        /// What the mark shows.
        appearance: &'a Appearance,
    },
    /// The end of the request: after it, nothing but validation data may be added.
    Closing,
}

/// When a seal is made: an instant and the zone it is shown in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SignedAt {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

/// Everything one revision needs.
#[derive(Clone, Copy, Debug)]
pub struct SealRequest<'a> {
    /// All fields of the request, the same for each of its revisions.
    pub plan: &'a FieldPlan,
    /// What is sealed.
    pub act: Act<'a>,
    /// When. Written as `/M`.
    pub signed_at: SignedAt,
    /// Who signs. Written as `/Name`.
    pub signer_name: &'a str,
    /// Why. Written as `/Reason`.
    pub reason: Option<&'a str>,
    /// Where. Written as `/Location`.
    pub location: Option<&'a str>,
    /// Head of the evidence chain. Written as `/PRPH_EvidenceHead`.
    pub evidence_head: Option<&'a [u8; 32]>,
    /// Room for the CMS, in bytes of DER.
    pub contents_bytes: usize,
}

impl SignedAt {
    /// The date as PDF writes it (ISO 32000-1 section 7.9.4), such as `D:20261121183605+01'00'`.
    #[must_use]
    pub fn to_pdf_date(&self) -> String {
        let offset = i64::from(self.offset_minutes).clamp(-23 * 60 - 59, 23 * 60 + 59);
        let seconds = self.unix_ms.div_euclid(1000).saturating_add(offset * 60);
        let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let sign = if offset < 0 { '-' } else { '+' };
        let (east, minutes) = (offset.abs() / 60, offset.abs() % 60);
        format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{sign}{east:02}'{minutes:02}'")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// Counts in eras of 400 years that begin in March, so that the leap day comes last.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_shows_local_time_and_offset() {
        let cases = [
            (0, 0, "D:19700101000000+00'00'"),
            (1_795_282_565_999, 60, "D:20261121183605+01'00'"),
            (951_782_400_000, -570, "D:20000228143000-09'30'"),
            (-1, 0, "D:19691231235959+00'00'"),
        ];
        for (unix_ms, offset_minutes, expected) in cases {
            assert_eq!(SignedAt { unix_ms, offset_minutes }.to_pdf_date(), expected);
        }
    }
}
