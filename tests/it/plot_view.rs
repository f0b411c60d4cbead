//! The figure widget under a simulated pointer.
