//! The Lambda binary of [`issue_otp`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { issue_otp::function(&env, &aws).await }).await
}
