//! The Lambda binary of [`archive_evidence`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { archive_evidence::function(&env, &aws).await }).await
}
