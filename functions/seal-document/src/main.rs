//! The Lambda binary of [`seal_document`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { seal_document::function(&env, &aws).await }).await
}
