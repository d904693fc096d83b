//! The Lambda binary of [`preview_request`], which is also the child that renders pages.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    render::worker_main_if_asked();
    shared::edge::run(|env, aws| async move { preview_request::function(&env, &aws).await }).await
}
