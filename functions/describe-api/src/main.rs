//! The Lambda binary of [`describe_api`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { describe_api::function(&env, &aws).await }).await
}
