//! The Lambda binary of [`expire_requests`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { expire_requests::function(&env, &aws).await }).await
}
