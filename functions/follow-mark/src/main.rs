//! The Lambda binary of [`follow_mark`].

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { follow_mark::function(&env, &aws).await }).await
}
