//! What the C library has since changed, in Rust: programs that are linked where it is new still load where it is old.
//!
//! GLIBC 2.35 gave `hypot` and `hypotf` a new version. A program that calls them and is linked there does not load on
//! Amazon Linux 2023, whose GLIBC is 2.34. With this crate among its dependencies it has them itself.
//!
//! **Invariant:** defines what has a version above 2.34, and nothing else; `infra/check-glibc` tells when that grows.

/// The length of the vector (`x`, `y`), as C11 7.12.7.3 has it.
// SAFETY: name, arguments and result are those of the C library, and so is what it does.
#[unsafe(no_mangle)]
pub extern "C" fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// The same of single precision.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn hypotf(x: f32, y: f32) -> f32 {
    libm::hypotf(x, y)
}

#[cfg(test)]
mod tests {
    #[test]
    #[expect(clippy::float_cmp, reason = "the lengths are exact")]
    fn lengths_are_right_also_where_squares_are_too_large() {
        let (large, larger) = (2_f32.powi(100), 2_f64.powi(1000));
        assert_eq!(super::hypot(3.0, -4.0), 5.0);
        assert_eq!(super::hypot(3.0 * larger, 4.0 * larger), 5.0 * larger);
        assert_eq!(super::hypotf(3.0 * large, 4.0 * large), 5.0 * large);
        assert_eq!(super::hypot(f64::NAN, f64::NEG_INFINITY), f64::INFINITY);
        assert!(super::hypot(f64::NAN, 1.0).is_nan());
    }
}
