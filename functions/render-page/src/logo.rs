//! The logo of the signing page, fetched for it, since the page asks nothing of strangers.

use domain::request::AnyRequest;
use shared::edge::{Problem, Reply};
use shared::store::{DocumentKeys, StoreError};

use crate::Deps;

/// The logo: the one that is kept, or the one at its address, which is kept from now on.
///
/// # Errors
///
/// [`Problem`] 404 when there is none, or none that can be shown.
pub(crate) async fn logo(deps: &Deps, request: &AnyRequest, keys: &DocumentKeys) -> Result<Reply, Problem> {
    let Some(address) = request.facts().options.ui.logo() else { return Err(Problem::not_found()) };
    let key = keys.logo();
    let kept = match deps.documents.get(&key, MAX_BYTES as u64).await {
        Ok(bytes) => Some(bytes),
        Err(StoreError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let bytes = if let Some(bytes) = kept {
        bytes
    } else {
        let bytes = fetch(deps, address.as_str()).await;
        deps.documents.put_once(&key, "application/octet-stream", bytes.clone()).await?;
        bytes
    };
    let kind = kind_of(&bytes).ok_or_else(Problem::not_found)?;
    Ok(Reply::bytes(kind, bytes))
}

/// The file at an address; nothing where it cannot be had, which is kept as well: nobody can make this system
/// call a stranger again and again.
async fn fetch(deps: &Deps, address: &str) -> Vec<u8> {
    match deps.outbound.fetch(address, MAX_BYTES).await {
        Ok(bytes) if kind_of(&bytes).is_some() => bytes.into(),
        Ok(_) => {
            tracing::warn!("the logo is not a picture of a kind that is shown");
            Vec::new()
        }
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the logo cannot be fetched");
            Vec::new()
        }
    }
}

/// The media type of a picture, by its first bytes. Pictures with scripts are none.
fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if starts(b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some("image/gif")
    } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("image/webp")
    } else {
        None
    }
}

/// A logo is small; a photograph is none.
const MAX_BYTES: usize = 512 << 10;

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn pictures_are_told_by_their_first_bytes() {
        for (bytes, kind) in [
            (b"\x89PNG\r\n\x1a\nrest".as_slice(), Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x01\x02\x03\x04WAVE", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"", None),
        ] {
            assert_eq!(kind_of(bytes), kind, "{bytes:?}");
        }
    }
}
