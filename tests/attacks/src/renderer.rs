//! A program that does nothing but render: test programs cannot be started again for that.

fn main() {
    render::worker_main_if_asked();
}
