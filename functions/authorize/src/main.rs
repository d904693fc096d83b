//! The Lambda binary of [`authorize`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { authorize::function(&env, &aws).await }).await
}
