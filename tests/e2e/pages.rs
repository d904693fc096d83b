//! The pages of a document, as the signing page shows them.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use tests::{
    Answer, CONTRACT, Ceremony, Door, Person, ada, alan, grace, pdf_with_catalog, pdf_with_text,
    pdf_with_vast_image, pdf_without_end, signers,
};

async fn request(document: &[u8]) -> (Door, Ceremony, String) {
    render::use_program(env!("CARGO_BIN_EXE_story-renderer").into());
    let door = Door::open().await;
    let ceremony = door.request(document, &[ada(), grace()]).await;
    let view = ceremony.view(ada()).await;
    let sha256 = view["document"]["sha256"].as_str().unwrap().to_owned();
    (door, ceremony, sha256)
}

async fn ask(ceremony: &Ceremony, path: &str) -> Answer {
    ceremony.as_signatory(ada(), Method::GET, path, None).await
}

/// Width and height of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn pages_have_sizes_pictures_and_words() {
    let text = pdf_with_text(&[(100, 700, "Sign here,"), (300, 400, "Ada Lovelace")]);
    let (_door, ceremony, sha256) = request(&text).await;
    let pages = ask(&ceremony, &format!("/sign/pages?sha256={sha256}")).await.expect(200).json();
    let place = &pages["places"][0];
    let part = |name: &str| place[name].as_f64().unwrap();
    assert!((part("x") - 50.0 / 595.0).abs() < 1e-4 && (part("y") - 100.0 / 842.0).abs() < 1e-4, "{place}");
    let places = json!([{ "page": 1, "x": part("x"), "y": part("y"), "width": part("width"), "height": part("height") }]);
    let expected = json!({ "sha256": sha256, "count": 1, "view": "images", "reason": null, "reasonPage": null,
        "pages": [{ "number": 1, "widthPoints": 595.0, "heightPoints": 842.0 }], "places": places });
    assert_eq!(pages, expected);
    for (asked, width) in [("", 1280), ("&width=300", 320), ("&width=641", 960), ("&width=99999", 3840)] {
        let picture = ask(&ceremony, &format!("/sign/pages/1?sha256={sha256}{asked}")).await.expect(200);
        assert_eq!(picture.headers["content-type"], "image/png");
        assert_eq!(picture.headers["cache-control"], "no-store");
        let (found, height) = size(&picture.body);
        assert!(found.abs_diff(width) <= 1, "{found} for {width}");
        assert!(height.abs_diff(width * 842 / 595) <= 2, "{height} for {width}");
    }
    let words = ask(&ceremony, &format!("/sign/pages/1/text?sha256={sha256}")).await.expect(200).json();
    let found: Vec<&str> =
        words["words"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!((found, &words["complete"]), (vec!["Sign", "here,", "Ada", "Lovelace"], &json!(true)));
    let near = |word: usize, name: &str, expected: f64| {
        let part = words["words"][word][name].as_f64().unwrap();
        assert!((part - expected).abs() < 0.01, "{name} of {word} is {part}, not {expected}");
    };
    near(0, "x", 100.0 / 595.0);
    near(0, "y", (842.0 - 700.0 - 9.0) / 842.0);
    near(2, "x", 300.0 / 595.0);
    near(2, "height", 12.0 / 842.0);
}

/// The list of the pages, and where on them the mark of this person will stand: page, and points of the page.
async fn places(ceremony: &Ceremony, person: Person) -> (Value, Vec<(i64, [f64; 4])>) {
    let sha256 = ceremony.view(person).await["document"]["sha256"].as_str().unwrap().to_owned();
    let path = format!("/sign/pages?sha256={sha256}");
    let list = ceremony.as_signatory(person, Method::GET, &path, None).await.expect(200).json();
    let place = |it: &Value| {
        let number = it["page"].as_i64().unwrap();
        let page = &list["pages"][usize::try_from(number - 1).unwrap()];
        let points = [
            ("x", "widthPoints"),
            ("y", "heightPoints"),
            ("width", "widthPoints"),
            ("height", "heightPoints"),
        ]
        .map(|(part, whole)| {
            (it[part].as_f64().unwrap() * page[whole].as_f64().unwrap() * 10.0).round() / 10.0
        });
        (number, points)
    };
    let found = list["places"].as_array().unwrap().iter().map(place).collect();
    (list, found)
}

#[tokio::test]
async fn everyone_sees_where_their_own_mark_will_stand_until_it_does() {
    render::use_program(env!("CARGO_BIN_EXE_story-renderer").into());
    let door = Door::open().await;
    let ceremony = door
        .request_with(&[ada(), grace(), alan()], |request| {
            request["signers"][0]["signatures"] = json!([
                { "page": -1, "x": 60, "y": 80, "width": 120, "height": 40 },
                { "page": 1, "x": 10, "y": 20 },
            ]);
            request["signers"][2]["role"] = json!("approver");
            request["signers"][2]["signatures"] = json!([]);
        })
        .await;
    let (list, of_ada) = places(&ceremony, ada()).await;
    let count = list["count"].as_i64().unwrap();
    assert!(count > 1, "the last page is another one than the first");
    assert_eq!(of_ada, [(count, [60.0, 80.0, 120.0, 40.0]), (1, [10.0, 20.0, 164.0, 45.0])]);
    let of_grace = [(1, [50.0, 160.0, 164.0, 45.0])];
    assert_eq!(places(&ceremony, grace()).await.1, of_grace, "nobody else's");
    assert_eq!(places(&ceremony, alan()).await.1, [], "who approves leaves no mark");
    let _signed = ceremony.sign(ada()).await.expect(200);
    door.settle().await;
    assert_eq!(places(&ceremony, grace()).await.1, of_grace, "of what is signed meanwhile as well");
}

#[tokio::test]
async fn a_mark_that_goes_into_a_field_of_the_document_stands_where_the_field_is() {
    render::use_program(env!("CARGO_BIN_EXE_story-renderer").into());
    let field =
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Approval) /Rect [100 600 300 660] /P 3 0 R /F 4 >>";
    let document = pdf_with_catalog("/AcroForm << /Fields [4 0 R] >>", &[field]);
    let door = Door::open().await;
    let mut request = tests::body(&document, &[ada()]);
    request["signers"][0]["signatures"] = json!([{ "page": 1, "x": 0, "y": 0, "name": "Approval" }]);
    let made = door.post("/EU-SES", &request).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), made.text("/data/id"), &[ada()]);
    assert_eq!(ceremony.state().await, "WAIT_SIGNER");
    assert_eq!(places(&ceremony, ada()).await.1, [(1, [100.0, 182.0, 200.0, 60.0])]);
}

#[tokio::test]
async fn a_picture_is_made_once() {
    let (door, ceremony, sha256) = request(CONTRACT).await;
    let path = format!("/sign/pages/2?sha256={sha256}&width=640");
    let first = ask(&ceremony, &path).await.expect(200);
    door.cloud.clear_calls();
    let second = ceremony.as_signatory(grace(), Method::GET, &path, None).await.expect(200);
    assert_eq!(first.body, second.body);
    let writes: Vec<String> = door
        .cloud
        .calls()
        .iter()
        .map(|(call, _)| format!("{call:?}"))
        .filter(|call| call.contains("PutObject"))
        .collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[tokio::test]
async fn a_page_that_comes_out_blank_is_left_to_the_browsers_viewer() {
    // The text stands far outside of the page.
    let (_door, ceremony, sha256) = request(&pdf_with_text(&[(9000, 9000, "unseen")])).await;
    let list = format!("/sign/pages?sha256={sha256}");
    assert_eq!(ask(&ceremony, &list).await.expect(200).json()["view"], "images", "nobody has looked yet");
    let refused = ask(&ceremony, &format!("/sign/pages/1?sha256={sha256}")).await.expect(422);
    assert_eq!(refused.text("/code"), "page_not_rendered");
    let pages = ask(&ceremony, &list).await.expect(200).json();
    assert_eq!(
        (&pages["view"], &pages["reason"], &pages["reasonPage"]),
        (&json!("browser"), &json!("page_blank"), &json!(1))
    );
    let again = ask(&ceremony, &format!("/sign/pages/1?sha256={sha256}&width=320")).await.expect(422);
    assert_eq!(again.text("/code"), "page_not_rendered", "it is not drawn again and again");
}

/// Asks for a page that cannot be drawn within its limits, and has the document shown by the browser instead.
async fn left_to_the_browser(document: &[u8], reason: &str) {
    let (_door, ceremony, sha256) = request(document).await;
    let began = Instant::now();
    let picture = format!("/sign/pages/1?sha256={sha256}&width=320");
    let refused = ask(&ceremony, &picture).await.expect(422);
    assert_eq!(refused.text("/code"), "page_not_rendered");
    // Its five seconds, and what else a busy machine takes; the child has ended by then, or nothing would be answered.
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    let pages = ask(&ceremony, &format!("/sign/pages?sha256={sha256}")).await.expect(200).json();
    assert_eq!((&pages["view"], &pages["reason"]), (&json!("browser"), &json!(reason)));
    let began = Instant::now();
    let _again = ask(&ceremony, &picture).await.expect(422);
    assert!(began.elapsed() < Duration::from_secs(2), "it is not tried again");
    let body = json!({ "documentSha256": sha256, "view": "browser" });
    let shown = ceremony.as_signatory(ada(), Method::POST, "/sign/presented", Some(&body)).await;
    let _shown = shown.expect(204);
    assert_eq!(views(&ceremony).await, ["browser"]);
}

/// The ways in which the document was shown, by the evidence.
async fn views(ceremony: &Ceremony) -> Vec<String> {
    let audit = ceremony.document("audit").await.expect(200).json();
    let events = audit.pointer("/data/evidence/events").unwrap().as_array().unwrap().clone();
    events
        .iter()
        .map(|event| serde_json::from_str::<Value>(event["event"].as_str().unwrap()).unwrap())
        .filter(|event| event["kind"] == "DocumentPresented")
        .map(|event| event["facts"]["view"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_page_that_takes_too_long_is_ended_and_left_to_the_browsers_viewer() {
    left_to_the_browser(&pdf_without_end(), "page_slow").await;
}

#[tokio::test]
async fn a_page_that_wants_too_much_memory_is_ended_and_left_to_the_browsers_viewer() {
    left_to_the_browser(&pdf_with_vast_image(), "unreadable").await;
}

#[tokio::test]
async fn a_page_with_nothing_on_it_is_shown_as_it_is() {
    let (_door, ceremony, sha256) = request(&pdf_with_catalog("", &[])).await;
    let picture = ask(&ceremony, &format!("/sign/pages/1?sha256={sha256}&width=320")).await.expect(200);
    assert_eq!(size(&picture.body).0, 320);
    let words = ask(&ceremony, &format!("/sign/pages/1/text?sha256={sha256}")).await.expect(200).json();
    assert_eq!(words["words"], json!([]));
}

#[tokio::test]
async fn pages_are_for_who_may_read_the_document() {
    let (door, ceremony, sha256) = request(CONTRACT).await;
    let paths = ["", "/1", "/1/text"].map(|path| format!("/sign/pages{path}?sha256={sha256}"));
    for path in &paths {
        let _stranger = door.browse(Method::GET, path, None, None).await.expect(401);
        let other = path.replace(&sha256, &"0".repeat(64));
        let _unknown = ask(&ceremony, &other).await.expect(404);
        let none = path.split('?').next().unwrap();
        let _unnamed = ask(&ceremony, none).await.expect(422);
    }
    for (path, status) in [("/0", 404), ("/3", 404), ("/x", 404), ("/3/text", 404), ("/99999999999", 404)] {
        let _missing = ask(&ceremony, &format!("/sign/pages{path}?sha256={sha256}")).await.expect(status);
    }
    let _width = ask(&ceremony, &format!("/sign/pages/1?sha256={sha256}&width=wide")).await.expect(422);
    let _gone = door.call(Method::DELETE, &format!("/signatures/{}", ceremony.id), None).await.expect(200);
    for path in &paths {
        let _gone = ask(&ceremony, path).await.expect(410);
    }
}

#[tokio::test]
async fn what_only_the_signatory_knows_comes_before_the_pages() {
    let door = Door::open().await;
    let mut body = tests::body(CONTRACT, &[ada()]);
    body["signers"] = signers(&[ada()]);
    body["signers"][0]["accessCode"] = json!("blue 42");
    let answer = door.post("/EU-SES", &body).await.expect(200);
    door.settle().await;
    let ceremony = Ceremony::new(door.clone(), answer.text("/data/id"), &[ada()]);
    let detail = ceremony.detail().await.json();
    let sha256 = detail["data"]["document"]["validatedDocument"]["sha256"].as_str().unwrap().to_owned();
    for path in ["", "/1", "/1/text"] {
        let early = ask(&ceremony, &format!("/sign/pages{path}?sha256={sha256}")).await.expect(409);
        assert_eq!(early.text("/code"), "step_missing");
    }
}

#[tokio::test]
async fn the_evidence_says_which_view_was_shown() {
    let (_door, ceremony, sha256) = request(CONTRACT).await;
    let present = async |view: Value| {
        let mut body = json!({ "documentSha256": sha256, "view": view });
        if body["view"].is_null() {
            body.as_object_mut().unwrap().remove("view");
        }
        ceremony.as_signatory(ada(), Method::POST, "/sign/presented", Some(&body)).await
    };
    let refused = present(json!("telepathy")).await.expect(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/view");
    for view in [json!("images"), json!("images"), Value::Null, json!("browser")] {
        let _presented = present(view).await.expect(204);
    }
    assert_eq!(views(&ceremony).await, ["images", "browser"]);
}
