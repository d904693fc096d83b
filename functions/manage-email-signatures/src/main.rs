//! The Lambda binary of [`manage_email_signatures`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { manage_email_signatures::function(&env, &aws).await }).await
}
