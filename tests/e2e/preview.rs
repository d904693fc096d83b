//! What a request would look like, before there is one.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::print_stderr,
    reason = "pixels, and what was skipped"
)]

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use tests::{Answer, CONTRACT, Door, ada, body, grace, pdf_with_catalog, pdf_with_text};

async fn open() -> Door {
    render::use_program(env!("CARGO_BIN_EXE_story-renderer").into());
    Door::open().await
}

async fn preview(door: &Door, query: &str, request: &Value) -> Value {
    let answer = door.post(&format!("/signatures/preview{query}"), request).await.expect(200).json();
    assert_eq!((&answer["success"], &answer["message"]), (&json!(true), &json!("Previewed")));
    answer["data"].clone()
}

#[tokio::test]
async fn a_picture_alone_can_be_had_of_one_page() {
    let door = open().await;
    let key = door.cloud.api_key().unwrap();
    let ask = async |query: &str, accept: &str, wanted: &Value| {
        let path = format!("/signatures/preview{query}");
        door.call_with(Some(&key), Method::POST, &path, &[("accept", accept)], wanted.to_string()).await
    };
    let wanted = body(CONTRACT, &[ada()]);
    let alone = ask("?page=1&width=400", "image/png", &wanted).await.expect(200);
    assert_eq!(alone.headers["content-type"], "image/png");
    let picture = Picture::of(&json!({ "image": STANDARD.encode(&alone.body), "reason": null }));
    assert_eq!(picture.width, 400);
    let usual = ask("?page=1", "*/*", &wanted).await.expect(200);
    assert_eq!(usual.headers["content-type"], "application/json");
    let mut nothing = wanted.clone();
    nothing["inputDocuments"] =
        json!([{ "sourceType": "base64", "payload": STANDARD.encode("no document") }]);
    let refused = ask("", "image/png", &nothing).await.expect(422);
    assert_eq!(refused.text("/code"), "page_not_rendered");
    assert_eq!(ask("", "image/jpeg", &wanted).await.status, 406);
}

/// A decoded picture of a page.
struct Picture {
    width: u32,
    height: u32,
    channels: u32,
    samples: Vec<u8>,
}

impl Picture {
    fn of(page: &Value) -> Self {
        let image = page["image"].as_str().unwrap_or_else(|| panic!("no picture: {}", page["reason"]));
        assert_eq!(page["reason"], Value::Null);
        let png = STANDARD.decode(image).unwrap();
        let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
        let mut samples = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut samples).unwrap();
        let channels = info.color_type.samples().try_into().unwrap();
        Self { width: info.width, height: info.height, channels, samples }
    }

    fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let start = ((y * self.width + x) * self.channels) as usize;
        let colour = |channel: u32| self.samples[start + channel.min(self.channels - 1) as usize];
        [0, 1, 2].map(colour)
    }

    /// The four middles of the edges of a place, just inside of it.
    fn edges(&self, page: &Value, place: &Value) -> [[u8; 3]; 4] {
        let number = |of: &Value, name: &str| of[name].as_f64().unwrap();
        let scale = f64::from(self.width) / number(page, "width");
        let (x, y) = (number(place, "x") * scale, number(place, "y") * scale);
        let (width, height) = (number(place, "width") * scale, number(place, "height") * scale);
        let at = |x: f64, y: f64| self.at(x as u32, y as u32);
        [
            at(x + width / 2.0, y + 1.0),
            at(x + width / 2.0, y + height - 1.0),
            at(x + 1.0, y + height / 2.0),
            at(x + width - 1.0, y + height / 2.0),
        ]
    }

    /// Whether some ink is inside of a place, beside its frame.
    fn has_ink(&self, page: &Value, place: &Value) -> bool {
        let scale = f64::from(self.width) / page["width"].as_f64().unwrap();
        let pixel = |name: &str| (place[name].as_f64().unwrap() * scale) as u32;
        let (left, top) = (pixel("x") + 4, pixel("y") + 4);
        let (right, bottom) = (left + pixel("width") - 8, top + pixel("height") - 8);
        (top..bottom).any(|y| (left..right).any(|x| self.at(x, y).iter().all(|shade| *shade < 128)))
    }
}

const RED: [u8; 3] = [208, 2, 27];
const BLUE: [u8; 3] = [31, 111, 235];

fn problems(preview: &Value) -> Vec<(String, Option<u64>)> {
    let all = preview["problems"].as_array().unwrap().iter();
    all.map(|it| (it["pointer"].as_str().unwrap().to_owned(), it["error"].as_u64())).collect()
}

#[tokio::test]
async fn pages_are_shown_with_marks_and_a_frame_in_the_colour_of_each_signer() {
    let door = open().await;
    let mut request = body(CONTRACT, &[ada(), grace()]);
    request["signers"][1]["signatures"] =
        json!([{ "anchor": "Signed for the supplier", "y": 20, "width": 150, "height": 40 }]);
    let data = preview(&door, "", &request).await;
    assert_eq!((&data["acceptable"], &data["problems"]), (&json!(true), &json!([])));
    let document = json!({ "pages": 2, "sizeBytes": CONTRACT.len(), "repaired": [false] });
    assert_eq!(data["document"], document);
    let anchors = json!([{ "signer": 2, "text": "Signed for the supplier", "required": true, "found": 1 }]);
    assert_eq!(data["anchors"], anchors);
    let places = data["places"].as_array().unwrap();
    let first = json!({ "signer": 1, "page": 1, "x": 50.0, "y": 100.0, "width": 164.0, "height": 45.0, "anchor": null });
    assert_eq!(places[0], first);
    assert_eq!((&places[1]["signer"], &places[1]["page"]), (&json!(2), &json!(2)));
    assert_eq!(
        (&places[1]["anchor"], &places[1]["width"]),
        (&json!("Signed for the supplier"), &json!(150.0))
    );
    let pages = data["pages"].as_array().unwrap();
    assert_eq!(pages.iter().map(|it| &it["page"]).collect::<Vec<_>>(), [&json!(1), &json!(2)]);
    for (page, place, colour) in [(&pages[0], &places[0], RED), (&pages[1], &places[1], BLUE)] {
        let picture = Picture::of(page);
        assert!(picture.width.abs_diff(640) <= 1, "{}", picture.width);
        assert_eq!(picture.edges(page, place), [colour; 4]);
        assert!(picture.has_ink(page, place), "the mark stands in its frame");
    }
    let narrow = preview(&door, "?page=2,9&width=320", &request).await;
    let pages = narrow["pages"].as_array().unwrap();
    assert_eq!((pages.len(), &pages[0]["page"]), (1, &json!(2)), "there is no page 9");
    let picture = Picture::of(&pages[0]);
    assert!(picture.width.abs_diff(320) <= 1 && picture.height > 320);
    for query in
        ["?page=0", "?page=", "?page=1,x", "?page=1,2,3,4,5,6,7,8,9,10,11", "?width=319", "?width=1281"]
    {
        let refused = door.post(&format!("/signatures/preview{query}"), &request).await.expect(422);
        assert_eq!(refused.text("/code"), "invalid", "{query}");
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let door = open().await;
    let script = pdf_with_catalog("/OpenAction << /S /JavaScript /JS (1) >>", &[]);
    let mut request = body(&script, &[ada(), grace()]);
    request["title"] = "x".repeat(201).into();
    request["certificateType"] = "EU-QES_otp".into();
    request["signatureType"] = "cades".into();
    request["expiresAt"] = "tomorrow".into();
    request["callback"] = json!({ "url": "not an address" });
    request["options"] = json!({ "timezone": "Mars/Olympus" });
    request["signers"][0]["signatures"] = json!([
        { "page": 1, "x": 590, "y": 10 },
        { "page": 7, "x": 10, "y": 10 },
        { "anchor": "Signed for the moon" },
    ]);
    let data = preview(&door, "", &request).await;
    let expected = [
        ("/certificateType", Some(625)),
        ("/signatureType", Some(622)),
        ("/title", None),
        ("/options/timezone", Some(625)),
        ("/callback/url", Some(704)),
        ("/expiresAt", None),
        ("/inputDocuments/0", Some(804)),
        ("/signers/0/signatures", Some(812)),
        ("/signers/0/signatures", Some(809)),
        ("/signers/0/signatures", Some(809)),
    ];
    let expected: Vec<_> = expected.iter().map(|(at, number)| ((*at).to_owned(), *number)).collect();
    assert_eq!(problems(&data), expected, "{}", data["problems"]);
    assert_eq!(data["acceptable"], false);
    assert_eq!(data["anchors"][0]["found"], 0);
    assert_eq!(data["places"].as_array().unwrap().len(), 2, "there is no page 7: {}", data["places"]);
    let _picture = Picture::of(&data["pages"][0]);

    request["signers"][0]["email"] = "nowhere".into();
    request["signers"][1]["authentication"] = json!([]);
    let data = preview(&door, "", &request).await;
    let told: BTreeSet<String> = problems(&data).into_iter().map(|(pointer, _)| pointer).collect();
    for pointer in ["/signers/0/email", "/signers/1/authentication", "/inputDocuments/0", "/title"] {
        assert!(told.contains(pointer), "{pointer} in {told:?}");
    }
    assert_eq!(data["places"], json!([]), "places are those of signers who can be read");
    assert_eq!(data["document"]["pages"], 1, "the document is judged without them");
}

#[tokio::test]
async fn every_document_is_looked_at_and_none_is_fetched() {
    let door = open().await;
    let mut request = body(CONTRACT, &[ada()]);
    request["inputDocuments"] = json!([
        { "sourceType": "base64", "payload": STANDARD.encode("no PDF") },
        door.upload(CONTRACT).await,
        { "sourceType": "remote", "url": "https://example.com/contract.pdf" },
        { "sourceType": "upload", "upload": "0123456789abcdef01234567" },
        { "sourceType": "base64", "payload": "?" },
    ]);
    let data = preview(&door, "", &request).await;
    let expected = [
        ("/inputDocuments/4/payload", Some(610)),
        ("/inputDocuments/2", Some(225)),
        ("/inputDocuments/3", Some(610)),
        ("/inputDocuments/0", Some(801)),
    ];
    let expected: Vec<_> = expected.iter().map(|(at, number)| ((*at).to_owned(), *number)).collect();
    assert_eq!(problems(&data), expected, "{}", data["problems"]);
    assert_eq!((&data["document"], &data["pages"]), (&Value::Null, &json!([])));

    // Somebody else's upload is as unknown as none.
    let upload = door.upload(CONTRACT).await;
    request["inputDocuments"] = json!([upload]);
    assert_eq!(preview(&door, "", &request).await["acceptable"], true);
    let stranger = door.another_tenant("stranger").await;
    let theirs = door.call_as(&stranger, Method::POST, "/signatures/preview", Some(&request)).await;
    let theirs = theirs.expect(200).json()["data"]["problems"].clone();
    request["inputDocuments"] = json!([{ "sourceType": "upload", "upload": "0123456789abcdef01234567" }]);
    assert_eq!(theirs, preview(&door, "", &request).await["problems"]);
}

/// How many items and objects there are.
async fn stored(door: &Door) -> (i32, i32, usize) {
    let environment = &door.cloud.template().function("CreateRequestFunction").unwrap().environment;
    let count = async |name: &str| {
        let scan = door.cloud.aws().dynamodb().scan().table_name(&environment[name]).send().await.unwrap();
        let items = scan.items.unwrap_or_default();
        let keys = items.iter().map(|it| it["pk"].as_s().unwrap());
        i32::try_from(keys.filter(|it| !it.starts_with("QUOTA#")).count()).unwrap()
    };
    let bucket = &environment["DOCUMENTS_BUCKET"];
    let objects = door.cloud.aws().s3().list_objects_v2().bucket(bucket).send().await.unwrap();
    (count("REQUESTS_TABLE").await, count("EVIDENCE_TABLE").await, objects.contents().len())
}

#[tokio::test]
async fn nothing_is_stored_and_nobody_is_told() {
    let door = open().await;
    let ceremony = door.request(CONTRACT, &[ada()]).await;
    let mut request = body(CONTRACT, &[ada(), grace()]);
    request["inputDocuments"] = json!([door.upload(CONTRACT).await]);
    door.settle().await;
    let (before, mails) = (stored(&door).await, door.cloud.outbox().len());
    assert!(before.0 > 0 && before.1 > 0 && before.2 > 1, "{before:?}");
    door.cloud.clear_calls();
    assert_eq!(preview(&door, "", &request).await["acceptable"], true);
    let calls = door.cloud.calls();
    let ours = calls.iter().filter(|(it, _)| it.function.as_deref() == Some("PreviewRequestFunction"));
    let asked: BTreeSet<(&str, &str)> = ours.map(|(it, _)| (it.service, it.action.as_str())).collect();
    // Calls are counted, whatever they do.
    let expected = [("dynamodb", "UpdateItem"), ("s3", "GetObject")];
    assert_eq!(asked, expected.into(), "{calls:?}");
    door.settle().await;
    assert_eq!((stored(&door).await, door.cloud.outbox().len()), (before, mails));
    assert_eq!(ceremony.detail().await.text("/data/state"), "WAIT_SIGNER");
}

#[tokio::test]
async fn a_test_document_has_its_watermark() {
    let door = open().await;
    let request = body(&pdf_with_text(&[(100, 700, "Sign here,")]), &[ada()]);
    let live = preview(&door, "", &request).await;
    let key = door.key(&["*"], &json!({ "environment": "test" })).await;
    let test: Answer = door.call_as(&key, Method::POST, "/signatures/preview", Some(&request)).await;
    let test = test.expect(200).json()["data"].clone();
    assert_eq!(test["acceptable"], true, "{test}");
    let (live, test) = (Picture::of(&live["pages"][0]), Picture::of(&test["pages"][0]));
    let inked = |it: &Picture| {
        let middle = (it.height / 3..it.height * 2 / 3).flat_map(|y| (0..it.width).map(move |x| (x, y)));
        middle.filter(|(x, y)| it.at(*x, *y) != [255; 3]).count()
    };
    assert_eq!(inked(&live), 0);
    assert!(inked(&test) > 1000, "the word stands across the page");
}

#[tokio::test]
async fn places_of_a_turned_page_are_those_of_its_display() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/pdfjs/rotation.pdf");
    let Ok(document) = std::fs::read(&file) else {
        eprintln!("skipped: no documents at ../shared/corpus");
        return;
    };
    let door = open().await;
    let mut request = body(&document, &[ada()]);
    request["signers"][0]["signatures"] = json!([
        { "page": 1, "x": 30, "y": 400, "width": 100, "height": 40 },
        { "page": 2, "x": 640, "y": 500, "width": 100, "height": 40 },
    ]);
    let data = preview(&door, "?width=960", &request).await;
    assert_eq!(data["acceptable"], true, "{}", data["problems"]);
    for index in 0..2 {
        let (page, place) = (&data["pages"][index], &data["places"][index]);
        let picture = Picture::of(page);
        assert_eq!(page["width"].as_f64() > page["height"].as_f64(), picture.width > picture.height);
        assert_eq!(picture.edges(page, place), [RED; 4], "page {}", index + 1);
        assert!(picture.has_ink(page, place), "the mark of page {} stands in its frame", index + 1);
    }
}
