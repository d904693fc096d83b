//! The Lambda binary of [`capture_signature`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { capture_signature::function(&env, &aws).await }).await
}
