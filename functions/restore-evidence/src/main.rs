//! The Lambda binary of [`restore_evidence`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { restore_evidence::function(&env, &aws).await }).await
}
