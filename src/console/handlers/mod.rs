//! The served tags.
