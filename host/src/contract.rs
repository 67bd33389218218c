//! The contract in Rust, generated from `wit/`.
#![allow(missing_docs)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "mcp-server",
    exports: { default: async },
    additional_derives: [PartialEq],
});
