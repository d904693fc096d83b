#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
mod support;
use local::Options;
use support::World;
#[tokio::test]
async fn speed() {
    let world = World::new();
    let cloud = world.boot(Options::default()).await;
    let s3 = cloud.aws().s3();
    for _ in 0..3 {
        let t = std::time::Instant::now();
        s3.put_object().bucket("docs").key("a/k").body(vec![7u8; 9_000_000].into()).send().await.unwrap();
        eprintln!("put {:?}", t.elapsed());
        let t = std::time::Instant::now();
        let b = s3.get_object().bucket("docs").key("a/k").send().await.unwrap().body.collect().await.unwrap();
        eprintln!("get {:?} {}", t.elapsed(), b.into_bytes().len());
    }
}
