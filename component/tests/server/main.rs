//! The component alone, natively, behind a host in memory: what a client can observe of it.

mod calls;
mod changes;
mod conversation;
mod home;
mod malformed;
mod options;
mod restart;
mod sessions;
mod support;
mod watched;
