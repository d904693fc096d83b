//! The Lambda binary of [`issue_token`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { issue_token::function(&env, &aws).await }).await
}
