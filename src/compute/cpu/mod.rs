//! The native backend: each kernel's Rust twin, generic over f32 and f64.
