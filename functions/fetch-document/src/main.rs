//! The Lambda binary of [`fetch_document`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { fetch_document::function(&env, &aws).await }).await
}
