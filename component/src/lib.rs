//! The MCP server of a home, as a WASI component.
#![allow(missing_docs)]

/// The contract in Rust, generated from `wit/`.
#[allow(unsafe_code, missing_docs, clippy::all)]
pub mod contract {
    wit_bindgen::generate!({
        path: "../wit",
        world: "mcp-server",
        pub_export_macro: true,
        export_macro_name: "export",
        additional_derives: [PartialEq],
    });
}
pub mod home;
pub mod imports;
pub mod llm;
