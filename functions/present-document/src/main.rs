//! The Lambda binary of [`present_document`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { present_document::function(&env, &aws).await }).await
}
