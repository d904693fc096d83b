//! Pictures of brands, persons and campaigns: taken in, drawn anew, listed, deleted.
//!
//! **Invariant:** what is served was drawn here, from the pixels of what was sent; no byte of the file itself is kept.

use std::io::Cursor;

use domain::{Digest, TenantId};
use email_signature::value::ImageId;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use serde_json::{Value, json};
use shared::closing::images;
use shared::edge::email_signature::{author, changed_meanwhile, deleted, shown};
use shared::edge::{HttpRequest, Invocation, Problem, Reply, view};
use shared::store::{Kept, Piece, Shelf, signature_image_key};

use crate::{Deps, thing};

/// A picture as it is served.
#[derive(Debug)]
struct Drawn {
    bytes: Vec<u8>,
    media_type: &'static str,
    width: u32,
    height: u32,
}

/// All pictures.
pub(crate) async fn list(deps: &Deps, http: &HttpRequest, tenant: &TenantId) -> Result<Reply, Problem> {
    let kept = deps.store.list(tenant, Shelf::Images).await?;
    let all = kept.iter().map(|it| view_of(http, it)).collect::<Result<Vec<_>, _>>()?;
    Ok(Reply::json(200, &view::envelope("", &json!(all))))
}

/// Takes a picture in. The same pixels are the same picture, however often they are sent.
pub(crate) async fn create(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let drawn = draw(http.body())?;
    let digest = Digest::of_parts(&[tenant.as_str().as_bytes(), b"\0", &drawn.bytes]).to_hex();
    let id: String = digest.chars().take(ID_CHARS).collect();
    if let Some(kept) = deps.store.get(tenant, Piece::Image(&id)).await? {
        return Ok(Reply::json(200, &view::envelope("", &view_of(http, &kept)?)));
    }
    if deps.store.list(tenant, Shelf::Images).await?.len() >= MOST_IMAGES {
        let detail = format!("There are {MOST_IMAGES} pictures already: delete one that is not used.");
        return Err(Problem::new(409, "too_many_things", detail));
    }
    let body = json!({
        "id": id,
        "width": drawn.width,
        "height": drawn.height,
        "mediaType": drawn.media_type,
        "sizeBytes": drawn.bytes.len(),
    });
    deps.documents.put_once(&signature_image_key(&id), drawn.media_type, drawn.bytes).await?;
    let kept = deps.store.put(tenant, Piece::Image(&id), (0, &body), &author(http, cx)?).await?;
    let kept = kept.ok_or_else(changed_meanwhile)?;
    Ok(Reply::json(201, &view::envelope("Created", &view_of(http, &kept)?)))
}

/// Deletes a picture that no brand, campaign or template shows, and that is nobody's portrait.
pub(crate) async fn delete(
    deps: &Deps,
    http: &HttpRequest,
    tenant: &TenantId,
    cx: &Invocation,
) -> Result<Reply, Problem> {
    let id = ImageId::parse(http.path_parameter("name")?).map_err(|_| Problem::not_found())?;
    let piece = Piece::Image(id.as_str());
    let kept = thing::found(deps, tenant, piece).await?;
    let book = deps.store.book(tenant).await?;
    let brands = book.brands.iter().filter(|it| it.logo().is_some_and(|it| it.id == id));
    let mut shows: Vec<String> = brands.map(|it| format!("brand {}", it.id().as_str())).collect();
    let campaigns = book.campaigns.iter().filter(|it| it.banner().id == id);
    shows.extend(campaigns.map(|it| format!("campaign {}", it.id().as_str())));
    let templates = deps.store.list(tenant, Shelf::Templates).await?;
    let shows_it = |it: &&Kept| {
        let images = it.body.get("images").and_then(Value::as_array);
        images.into_iter().flatten().filter_map(|it| it.get("id")).any(|it| *it == id.as_str())
    };
    shows.extend(templates.iter().filter(shows_it).map(|it| format!("template {}", it.name)));
    match deps.people.portraits(tenant, id.as_str(), cx.now).await? {
        0 => {}
        1 => shows.push("the portrait of one person".to_owned()),
        count => shows.push(format!("the portraits of {count} persons")),
    }
    if !shows.is_empty() {
        let more = if shows.len() > MOST_NAMED { " and others" } else { "" };
        shows.truncate(MOST_NAMED);
        let detail = format!("It is shown by {}{more}. Change that first.", shows.join(", "));
        return Err(Problem::new(409, "thing_in_use", detail));
    }
    if !deps.store.delete(tenant, piece, kept.version, &author(http, cx)?).await? {
        return Err(changed_meanwhile());
    }
    deps.documents.delete(&signature_image_key(id.as_str())).await?;
    Ok(deleted(id.as_str()))
}

fn view_of(http: &HttpRequest, kept: &Kept) -> Result<Value, Problem> {
    let mut shown = shown(kept);
    if let Some(members) = shown.as_object_mut() {
        let url = format!("{}/{}", images(&http.api_url())?.as_str(), kept.name);
        members.insert("url".to_owned(), url.into());
    }
    Ok(shown)
}

/// Reads a picture and draws it anew, upright, without whatever else the file says.
fn draw(bytes: &[u8]) -> Result<Drawn, Problem> {
    let (picture, format) = decode(bytes).map_err(unfit)?;
    let is_large = picture.width() > WIDEST || picture.height() > WIDEST;
    let picture = if is_large { picture.resize(WIDEST, WIDEST, FilterType::Triangle) } else { picture };
    let mut drawn = Drawn {
        bytes: Vec::new(),
        media_type: "image/png",
        width: picture.width(),
        height: picture.height(),
    };
    if format == ImageFormat::Jpeg {
        drawn.media_type = "image/jpeg";
        let encoder = JpegEncoder::new_with_quality(&mut drawn.bytes, JPEG_QUALITY);
        picture.to_rgb8().write_with_encoder(encoder).map_err(unfit)?;
    } else {
        let picture: DynamicImage =
            if picture.color().has_alpha() { picture.to_rgba8().into() } else { picture.to_rgb8().into() };
        picture.write_to(&mut Cursor::new(&mut drawn.bytes), ImageFormat::Png).map_err(unfit)?;
    }
    if drawn.bytes.len() > MOST_BYTES {
        return Err(Problem::invalid(
            "",
            "The picture is too large for mails: drawn anew, it has over 1 MB.",
        ));
    }
    Ok(drawn)
}

fn decode(bytes: &[u8]) -> Result<(DynamicImage, ImageFormat), ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST_SIDE);
    limits.max_image_height = Some(LARGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let format = reader.format().unwrap_or(ImageFormat::Png);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn unfit(error: ImageError) -> Problem {
    let detail = match error {
        ImageError::Limits(_) => "The picture is larger than 4000 by 4000 pixels.",
        _ => "The file is not a picture in PNG, JPEG, GIF or WebP that can be read.",
    };
    Problem::invalid("", detail)
}

/// Half of a digest: nobody guesses it.
const ID_CHARS: usize = 32;
const MOST_IMAGES: usize = 200;
/// Of what shows a picture.
const MOST_NAMED: usize = 5;
/// A banner at the density of a phone's screen.
const WIDEST: u32 = 1600;
const LARGEST_SIDE: u32 = email_signature::value::MAX_IMAGE_SIDE;
const MOST_MEMORY: u64 = 128 << 20;
const MOST_BYTES: usize = 1 << 20;
const JPEG_QUALITY: u8 = 85;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn file(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn pictures_are_drawn_anew_and_nothing_of_the_file_is_left() {
        for (format, media_type) in [
            (ImageFormat::Png, "image/png"),
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::Gif, "image/png"),
            (ImageFormat::WebP, "image/png"),
        ] {
            let mut bytes = file(format, 40, 20);
            bytes.extend_from_slice(b"<script>alert(1)</script>");
            let drawn = draw(&bytes).unwrap();
            assert_eq!((drawn.media_type, drawn.width, drawn.height), (media_type, 40, 20));
            assert!(!drawn.bytes.windows(7).any(|it| it == b"<script"));
        }
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        let mut cut = file(ImageFormat::Png, 40, 20);
        cut.truncate(40);
        for bytes in [b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), Vec::new(), cut] {
            assert!(draw(&bytes).is_err());
        }
        // A header that promises more than there is.
        let mut bomb = file(ImageFormat::Png, 1, 1);
        bomb.splice(16..24, [0, 1, 0, 0, 0, 1, 0, 0]);
        assert!(draw(&bomb).is_err());
        assert_eq!(draw(&file(ImageFormat::Png, 3200, 100)).unwrap().width, WIDEST);
    }
}
