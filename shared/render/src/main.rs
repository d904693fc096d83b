//! A program that does nothing but render: for tests, whose own program cannot.

fn main() {
    render::worker_main_if_asked();
}
