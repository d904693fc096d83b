//! The Lambda binary of [`manage_webhooks`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { manage_webhooks::function(&env, &aws).await }).await
}
