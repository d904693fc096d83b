//! The Lambda binary of [`export_audit`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { export_audit::function(&env, &aws).await }).await
}
