//! The Lambda binary of [`create_request`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { create_request::function(&env, &aws).await }).await
}
