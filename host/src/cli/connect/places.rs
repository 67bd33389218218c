//! Where programs of this user keep their configuration, on each platform.

use std::env;
use std::path::PathBuf;

/// The folders that the files of clients lie in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The user's own folder.
    pub home: PathBuf,
    /// Where desktop programs keep their configuration.
    pub config: PathBuf,
    /// Those that have a rule of their own.
    pub claude_code: PathBuf,
    pub codex: PathBuf,
    pub zed: PathBuf,
    /// A file.
    pub cline: PathBuf,
}

/// A kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Linux,
    MacOs,
    Windows,
}

impl Platform {
    /// The one that this program was built for.
    pub fn of_this_machine() -> Self {
        match env::consts::OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::Linux,
        }
    }
}

impl Places {
    /// As the environment says; `None` without a home.
    pub fn find() -> Option<Self> {
        Self::of(Platform::of_this_machine(), |name| {
            env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        })
    }

    fn of(platform: Platform, variable: impl Fn(&str) -> Option<PathBuf>) -> Option<Self> {
        let home = match platform {
            Platform::Windows => variable("USERPROFILE").or_else(|| variable("HOME"))?,
            _ => variable("HOME")?,
        };
        // XDG Base Directory Specification: a path that is not absolute is to be ignored.
        let xdg = variable("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
        let xdg = xdg.unwrap_or_else(|| home.join(".config"));
        let roaming = || variable("APPDATA").unwrap_or_else(|| home.join("AppData/Roaming"));
        let config = match platform {
            Platform::Linux => xdg.clone(),
            Platform::MacOs => home.join("Library/Application Support"),
            Platform::Windows => roaming(),
        };
        let zed = match platform {
            Platform::Linux => xdg.join("zed"),
            Platform::MacOs => home.join(".config/zed"),
            Platform::Windows => roaming().join("Zed"),
        };
        let settings_of_cline = home.join(".cline/data/settings/cline_mcp_settings.json");
        Some(Self {
            claude_code: variable("CLAUDE_CONFIG_DIR").unwrap_or_else(|| home.clone()),
            codex: variable("CODEX_HOME").unwrap_or_else(|| home.join(".codex")),
            cline: variable("CLINE_MCP_SETTINGS_PATH").unwrap_or(settings_of_cline),
            zed,
            config,
            home,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::clients::{CLIENTS, named};
    use super::*;

    fn file(platform: Platform, id: &str, variables: &[(&str, &str)]) -> String {
        let variable = |name: &str| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| PathBuf::from(value))
        };
        let places = Places::of(platform, variable).expect("there is a home");
        let client = named(id).expect("it is known");
        let file = (client.file)(&places);
        file.display().to_string().replace('\\', "/")
    }

    #[test]
    fn each_platform_has_its_own_places() {
        let linux = [("HOME", "/home/ada")];
        let mac = [("HOME", "/Users/ada")];
        let windows = [
            ("USERPROFILE", "C:/Users/ada"),
            ("APPDATA", "C:/Users/ada/AppData/Roaming"),
        ];
        for (id, on_linux, on_mac, on_windows) in [
            (
                "claude-desktop",
                "/home/ada/.config/Claude/claude_desktop_config.json",
                "/Users/ada/Library/Application Support/Claude/claude_desktop_config.json",
                "C:/Users/ada/AppData/Roaming/Claude/claude_desktop_config.json",
            ),
            (
                "vscode",
                "/home/ada/.config/Code/User/mcp.json",
                "/Users/ada/Library/Application Support/Code/User/mcp.json",
                "C:/Users/ada/AppData/Roaming/Code/User/mcp.json",
            ),
            (
                "zed",
                "/home/ada/.config/zed/settings.json",
                "/Users/ada/.config/zed/settings.json",
                "C:/Users/ada/AppData/Roaming/Zed/settings.json",
            ),
            (
                "cursor",
                "/home/ada/.cursor/mcp.json",
                "/Users/ada/.cursor/mcp.json",
                "C:/Users/ada/.cursor/mcp.json",
            ),
        ] {
            assert_eq!(file(Platform::Linux, id, &linux), on_linux);
            assert_eq!(file(Platform::MacOs, id, &mac), on_mac);
            assert_eq!(file(Platform::Windows, id, &windows), on_windows);
        }
    }

    #[test]
    fn variables_that_move_a_file_are_honoured() {
        let variables = [
            ("HOME", "/home/ada"),
            ("XDG_CONFIG_HOME", "/elsewhere"),
            ("CODEX_HOME", "/codex"),
            ("CLAUDE_CONFIG_DIR", "/claude"),
        ];
        let moved = |id| file(Platform::Linux, id, &variables);
        assert_eq!(moved("vscode"), "/elsewhere/Code/User/mcp.json");
        assert_eq!(moved("codex"), "/codex/config.toml");
        assert_eq!(moved("claude-code"), "/claude/.claude.json");
        let relative = [("HOME", "/home/ada"), ("XDG_CONFIG_HOME", "not/absolute")];
        assert_eq!(
            file(Platform::Linux, "zed", &relative),
            "/home/ada/.config/zed/settings.json"
        );
        for client in CLIENTS {
            assert!(
                file(Platform::Linux, client.id, &variables).starts_with('/'),
                "{}",
                client.id
            );
        }
    }
}
