//! A program that does nothing but render.

fn main() {
    render::worker_main_if_asked();
}
