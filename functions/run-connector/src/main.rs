//! The Lambda binary of [`run_connector`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { run_connector::function(&env, &aws).await }).await
}
