//! Runs the function on Lambda.

/// # Errors
///
/// When the function cannot be loaded or the runtime's endpoint cannot be reached.
#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    shared::edge::run(|env, aws| async move { fetch_document::function(&env, &aws).await }).await
}
