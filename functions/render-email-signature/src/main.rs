//! The Lambda binary of [`render_email_signature`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { render_email_signature::function(&env, &aws).await }).await
}
