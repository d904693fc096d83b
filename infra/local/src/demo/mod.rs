//! `paraphe demo`: one request through the front door of a real socket, from its creation to the signed file.

mod client;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};
use shared::BoxError;
use tokio::sync::oneshot;

use self::client::{Answer, Client};
use crate::cli::{listen, say};
use crate::cloud::{Cloud, CloudError, Options};
use crate::contract::{self, CONTRACT, PEOPLE, Places};
use crate::disk::DiskError;
use crate::serve;

/// Where the demo plays.
#[derive(Debug)]
pub(crate) struct Stage {
    /// The data directory; a temporary one is taken while a service holds it.
    pub(crate) data: PathBuf,
    /// The API key of the demo tenant, when one was chosen.
    pub(crate) api_key: Option<String>,
}

/// Plays the story and writes the signed document, the audit trail and the CA's certificate.
pub(crate) async fn play(stage: Stage, file: Option<PathBuf>, out: Option<PathBuf>) -> Result<(), BoxError> {
    let (pdf, name, beside) = match &file {
        None => (CONTRACT.to_vec(), "contract".to_owned(), PathBuf::from(".")),
        Some(path) => {
            let pdf = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
            (pdf, name, parent.unwrap_or(Path::new(".")).to_owned())
        }
    };
    let out = out.unwrap_or(beside);
    std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;

    let mut steps = Steps::new();
    let listener = listen(0).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let cloud = boot(stage, &url).await?;
    let (stop, stopped) = oneshot::channel::<()>();
    let served = {
        let cloud = cloud.clone();
        // A sender that is gone stops the service as well.
        tokio::spawn(async move { serve(cloud, listener, async { stopped.await.unwrap_or(()) }).await })
    };
    steps.done(&format!("the service is ready at {url}"))?;
    let client = Client::new(url, cloud.api_key().unwrap_or_default())?;
    let places = if file.is_none() { Places::IN_CONTRACT } else { Places::ANYWHERE };
    let story = story(&client, &mut steps, &pdf, &name, &places).await;
    drop(stop);
    served.await??;
    let Signed { document, audit } = story?;

    let path = |kind: &str| out.join(format!("{name}.{kind}"));
    let (signed, trail, ca) = (path("signed.pdf"), path("audit.json"), path("ca.pem"));
    std::fs::write(&signed, document)?;
    std::fs::write(&trail, audit)?;
    std::fs::copy(cloud.data().join(crate::seed::CA_FILE), &ca)?;
    steps.done("wrote the files")?;
    say(&farewell(&signed, &trail, &ca))
}

/// What the story leaves.
struct Signed {
    document: Vec<u8>,
    audit: Vec<u8>,
}

/// Creates the request, lets everyone sign, and fetches the result.
async fn story(
    client: &Client,
    steps: &mut Steps,
    pdf: &[u8],
    title: &str,
    places: &Places,
) -> Result<Signed, BoxError> {
    let document = if pdf.len() > LARGEST_INLINE_BYTES {
        let upload = client.upload(pdf).await?;
        steps.done(&format!("uploaded {} bytes by a presigned link", pdf.len()))?;
        json!([upload])
    } else {
        contract::inline(pdf)
    };
    // The outbox may hold mails of earlier requests to the same people.
    let earlier = client.mails().await?.len();
    let created = client.post("/EU-SES", &contract::request(&document, title, places)).await?.json()?;
    let id = text(&created, "/data/id")?.to_owned();
    steps.done(&format!("created request {id} with two signatories"))?;

    for (given, family, address) in PEOPLE {
        let mail = client.mail(address, "/sign#", earlier).await?;
        let token = mail.after("/sign#").ok_or("the mail holds no signing link")?;
        steps.done(&format!("{given} received a mail with a signing link"))?;
        sign(client, steps, token, &format!("{given} {family}"), address).await?;
    }
    client.until_state(&id, "DONE").await?;
    steps.done("the closing seal is on the document; the request is DONE")?;

    let signed = client.get(&format!("/signatures/{id}/signedDocument"), None).await?.bytes;
    if !signed.starts_with(pdf) {
        return Err("the signed document does not begin with the document that was sent".into());
    }
    steps.done(&format!("fetched {} bytes that begin with the original, byte for byte", signed.len()))?;
    let audit = client.get(&format!("/signatures/{id}/audit"), None).await?.bytes;
    steps.done("fetched the audit trail")?;
    Ok(Signed { document: signed, audit })
}

/// One person opens, reads, agrees, receives a code, and signs.
async fn sign(
    client: &Client,
    steps: &mut Steps,
    token: &str,
    name: &str,
    address: &str,
) -> Result<(), BoxError> {
    client.get("/sign", None).await?;
    client.post_as(token, "/sign/session", &json!({ "token": token })).await?;
    let state = client.ready_to_sign(token).await?;
    let digest = text(&state, "/document/sha256")?;
    let document = client.get(&format!("/sign/document?sha256={digest}"), Some(token)).await?;
    if client::sha256_hex(&document.bytes) != digest {
        return Err("the document shown does not have the digest that was announced".into());
    }
    client.post_as(token, "/sign/presented", &json!({ "documentSha256": digest })).await?;
    steps.done(&format!("{name} opened and read the document"))?;

    let already = client.mails().await?.len();
    let consent = text(&state, "/consent/sha256")?;
    let asked = json!({ "documentSha256": digest, "consentSha256": consent });
    client.post_as(token, "/sign/otp", &asked).await?;
    let mail = client.mail(address, "", already).await?;
    let code = mail.code().ok_or("the mail holds no one-time password")?;
    steps.done(&format!("{name} received a one-time password"))?;

    let mark = json!({ "mode": "typed", "name": name });
    let signature = json!({ "code": code, "documentSha256": digest, "mark": mark });
    let Answer { status, .. } = client.post_as(token, "/sign/signature", &signature).await?;
    steps.done(&format!("{name} signed ({status})"))
}

/// Opens the state, or a temporary one while a service holds it.
async fn boot(stage: Stage, url: &str) -> Result<Cloud, BoxError> {
    let options = Options {
        data: Some(stage.data),
        public_url: url.to_owned(),
        api_key: stage.api_key,
        ..Options::default()
    };
    match Cloud::boot(options.clone()).await {
        Err(CloudError::Disk(DiskError::Locked(path))) => {
            say(&format!("{} is in use; the demo plays in a temporary directory.\n", path.display()))?;
            Ok(Cloud::boot(Options { data: None, ..options }).await?)
        }
        other => Ok(other?),
    }
}

fn farewell(signed: &Path, trail: &Path, ca: &Path) -> String {
    let (signed, trail, ca) = (signed.display(), trail.display(), ca.display());
    format!(
        "
  Signed document   {signed}
  Audit trail       {trail}
  Demo CA           {ca}

Open the signed document in any PDF reader: the signature panel lists every signature and the closing seal.
The demo CA is trusted by nobody else; give its certificate to the program that checks. For example:

  pdfsig {signed}
  qpdf --check {signed}
  pyhanko sign validate --trust {ca} --pretty-print {signed}
"
    )
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, BoxError> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| format!("the answer has no {pointer}").into())
}

/// Prints each step with the time it took.
struct Steps {
    started: Instant,
    last: Instant,
}

impl Steps {
    fn new() -> Self {
        let now = Instant::now();
        Self { started: now, last: now }
    }

    fn done(&mut self, what: &str) -> Result<(), BoxError> {
        let now = Instant::now();
        let took = now.duration_since(self.last).as_millis();
        let total = now.duration_since(self.started).as_millis();
        self.last = now;
        say(&format!("{total:>6} ms  +{took:<5} {what}\n"))
    }
}

/// Larger documents go by a presigned upload.
const LARGEST_INLINE_BYTES: usize = 4_400_000;
