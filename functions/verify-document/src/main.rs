//! The Lambda binary of [`verify_document`], which is also the child that renders its pages.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    render::worker_main_if_asked();
    shared::edge::run(|env, aws| async move { verify_document::function(&env, &aws).await }).await
}
