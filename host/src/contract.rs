//! The contract in Rust, generated from `wit/`.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "mcp-server",
    exports: { default: async },
    additional_derives: [PartialEq],
});
