//! The Lambda binary of [`read_sandbox`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { read_sandbox::function(&env, &aws).await }).await
}
