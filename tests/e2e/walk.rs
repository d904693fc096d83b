//! The walk that is made from the contract runs, call by call, against the service.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use tests::Door;

/// Whether a program is there.
fn has(program: &str) -> bool {
    Command::new("bash")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|it| it.status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_walk_of_the_contract_reaches_every_call_it_names() {
    if ["bash", "curl", "jq"].into_iter().any(|it| !has(it)) {
        eprintln!("skipped: bash, curl or jq is not there");
        return;
    }
    let door = Door::open().await;
    let walk = String::from_utf8(door.get("/docs/walk.sh").await.expect(200).body.to_vec()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let service = tokio::spawn(local::serve(door.cloud.clone(), listener, async {
        let _stopped = stopped.await;
    }));
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    };
    let script = write("walk.sh", &walk);
    // In the place of curl: the same, which notes the status as well.
    let real = Command::new("bash").args(["-c", "command -v curl"]).output().unwrap().stdout;
    let real = String::from_utf8(real).unwrap().trim().to_owned();
    let noted = folder.path().join("noted");
    write(
        "curl",
        &format!(
            "#!/bin/sh\nexec {real} \"$@\" -w '%{{stderr}}%{{http_code}} %{{url_effective}}\\n' 2>>{}\n",
            noted.display()
        ),
    );
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let path = format!("{}:{}", folder.path().display(), usual.display());
    let key = door.cloud.api_key().unwrap();
    let walked = tokio::task::spawn_blocking(move || {
        Command::new("bash").arg(script).env("PATH", path).env("URL", url).env("KEY", key).output().unwrap()
    })
    .await
    .unwrap();
    stop.send(()).unwrap();
    service.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&walked.stdout).into_owned();
    assert!(walked.status.success(), "{said}\n{}", String::from_utf8_lossy(&walked.stderr));
    let calls = walk.lines().filter(|it| it.starts_with("curl ")).count();
    let statuses = std::fs::read_to_string(noted).unwrap();
    assert!(calls > 15 && statuses.lines().count() == calls, "{calls} calls: {statuses}");
    for line in statuses.lines() {
        let status: u16 = line.split(' ').next().unwrap().parse().unwrap();
        // The example's document cannot be fetched here, so that its request does not come far.
        assert!(matches!(status, 200..=202 | 404 | 409), "{line}");
    }
    let done = statuses.lines().filter(|it| it.starts_with('2')).count();
    assert!(done * 3 > calls * 2, "most of them do something: {statuses}");
}
