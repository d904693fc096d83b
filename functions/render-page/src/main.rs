//! The Lambda binary of [`render_page`], which is also the child that renders pages.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    render::worker_main_if_asked();
    shared::edge::run(|env, aws| async move { render_page::function(&env, &aws).await }).await
}
