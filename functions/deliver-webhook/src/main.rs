//! The Lambda binary of [`deliver_webhook`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { deliver_webhook::function(&env, &aws).await }).await
}
