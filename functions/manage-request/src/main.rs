//! The Lambda binary of [`manage_request`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { manage_request::function(&env, &aws).await }).await
}
