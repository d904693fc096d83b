//! The Lambda binary of [`load_trusted_lists`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { load_trusted_lists::function(&env, &aws).await }).await
}
