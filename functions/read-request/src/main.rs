//! The Lambda binary of [`read_request`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { read_request::function(&env, &aws).await }).await
}
