//! Validation of signed files, in the words of EN 319 102-1.
//!
//! **Invariant:** doubt is never `TOTAL_PASSED`.

mod indication;
mod report;

pub use self::{
    indication::{Indication, SubIndication, Verdict},
    report::{
        AnchorSource, CertificateReport, CertificateStatus, ChangeReport, Content, Coverage, Format, Process,
        Report, RevisionReport, RevocationReport, RevocationSource, SignatureKind, SignatureReport,
        TimestampKind, TimestampReport,
    },
};
