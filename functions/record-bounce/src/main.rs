//! The Lambda binary of [`record_bounce`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { record_bounce::function(&env, &aws).await }).await
}
