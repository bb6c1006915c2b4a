//! The CAMS reference implementation behind the local environment.
