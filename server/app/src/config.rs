//! Settings and the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use geju_core::Role;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where browsers look for HTTPS.
const HTTPS_PORT: u16 = 443;

/// 格局 Geju: one map that a subdistrict runs on.
#[derive(Debug, Parser)]
#[command(name = "geju", version, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    pub settings: Settings,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one
    #[arg(
        long,
        env = "GEJU_LISTEN",
        global = true,
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
    /// The store: gpkg:FILE or postgres://…
    #[arg(
        long,
        env = "GEJU_STORE",
        global = true,
        default_value = "gpkg:data/geju.gpkg",
        hide_env_values = true,
        value_name = "STORE"
    )]
    pub store: String,
    /// Folder for backups and passing files
    #[arg(long, env = "GEJU_DATA", global = true, default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// The ledger in a PostgreSQL store
    #[arg(long, env = "GEJU_LEDGER", global = true, default_value = "main", value_name = "ID")]
    pub ledger: String,
    /// The city's scheme for an empty ledger: a name (chengdu, weiyang, yongchuan) or a TOML file
    #[arg(
        long,
        env = "GEJU_SCHEME",
        global = true,
        default_value = "chengdu",
        value_name = "SCHEME"
    )]
    pub scheme: String,
    /// The page is reached over HTTPS (a proxy in front): cookies travel only there
    #[arg(long, env = "GEJU_HTTPS", global = true, default_value_t = false, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub https: bool,
    #[command(flatten)]
    pub tls: crate::tls::TlsSettings,
    /// Connections open at once; three quarters of them may come from one address
    #[arg(long, env = "GEJU_CONNECTIONS", global = true, default_value_t = crate::limits::CONNECTIONS_MAX, value_name = "NUMBER")]
    pub connections: usize,
    /// Compressed tiles kept in memory, MiB
    #[arg(long, env = "GEJU_TILE_CACHE_MIB", global = true, default_value_t = crate::limits::TILE_CACHE_MIB, value_name = "MIB")]
    pub tile_cache_mib: usize,
    /// A base map of pictures: an address with {z}, {x} and {y}, which the server alone asks, so a key in it stays here; or pmtiles:FILE
    #[arg(
        long,
        env = "GEJU_BASE_RASTER",
        global = true,
        hide_env_values = true,
        value_name = "ADDRESS"
    )]
    pub base_raster: Option<String>,
    /// Datum the pictures are drawn in; those in gcj02 are shifted to where they belong
    #[arg(
        long,
        env = "GEJU_BASE_DATUM",
        global = true,
        default_value = "wgs84",
        value_name = "DATUM"
    )]
    pub base_datum: crate::raster::Datum,
    /// Whose map it is and its 审图号, shown on the map
    #[arg(long, env = "GEJU_BASE_ATTRIBUTION", global = true, value_name = "TEXT")]
    pub base_attribution: Option<String>,
    /// Deepest zoom that has pictures; beyond it they are stretched
    #[arg(
        long,
        env = "GEJU_BASE_ZOOM",
        global = true,
        default_value_t = 18,
        value_name = "ZOOM"
    )]
    pub base_zoom: u8,
    /// Pictures kept on disk under DATA/base, MiB; 0 for none
    #[arg(long, env = "GEJU_BASE_CACHE_MIB", global = true, default_value_t = crate::limits::RASTER_CACHE_MIB, value_name = "MIB")]
    pub base_cache_mib: usize,
    /// Folder for scheduled backups [default: DATA/backups]
    #[arg(long, env = "GEJU_BACKUP_DIR", global = true, value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
    /// Hours between scheduled backups; 0 for none
    #[arg(
        long,
        env = "GEJU_BACKUP_HOURS",
        global = true,
        default_value_t = 24,
        value_name = "HOURS"
    )]
    pub backup_hours: u32,
    /// Scheduled backups kept
    #[arg(
        long,
        env = "GEJU_BACKUP_KEEP",
        global = true,
        default_value_t = 14,
        value_name = "NUMBER"
    )]
    pub backup_keep: usize,
    /// How the log is written
    #[arg(
        long,
        env = "GEJU_LOG_FORMAT",
        global = true,
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,
    /// What the log tells, as tracing filters
    #[arg(long, env = "GEJU_LOG", global = true, default_value = "info", value_name = "FILTER")]
    pub log: String,
    /// One password for all demo accounts [default: a random one, printed]
    #[arg(
        long,
        env = "GEJU_DEMO_PASSWORD",
        global = true,
        hide_env_values = true,
        value_name = "PASSWORD"
    )]
    pub demo_password: Option<String>,
    /// Control for the durability test: acknowledges before anything is kept. Loses data.
    #[arg(long, env = "GEJU_UNSAFE_ACK_EARLY", global = true, hide = true, default_value_t = false, num_args = 0..=1, default_missing_value = "true", require_equals = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub unsafe_ack_early: bool,
}

impl Settings {
    /// Do people reach the page over HTTPS, ours or a proxy's?
    pub fn is_secure(&self) -> bool {
        self.https || self.tls.is_on()
    }

    /// Are browsers told to come by HTTPS only? That counts for a host's every port, so it is said only where HTTPS is at its
    /// usual port and the host thus ours; and a certificate of our own, once it is remade, must stay one that a person can accept.
    pub fn tells_https_only(&self) -> bool {
        self.tls.tls_cert.is_some() && self.listen.port() == HTTPS_PORT
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// How much of a city the demo has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DemoSize {
    /// One street of about 3,500 buildings, by the scheme of Chengdu
    Street,
    /// Ten streets with 7,416 buildings, each a micro-grid, by the scheme of Weiyang
    District,
    /// 288 streets in twelve districts, about a million buildings, by the scheme of Chengdu; filling takes minutes
    City,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Fill an empty store with a generated place and serve it on this machine
    Demo {
        /// How much to generate
        #[arg(long, env = "GEJU_DEMO_SIZE", default_value = "district", value_name = "SIZE")]
        size: DemoSize,
        #[arg(long, env = "GEJU_DEMO_SEED", default_value_t = 1)]
        seed: u64,
        /// The moment the generated place is shown at, as 2026-06-01T04:00:00Z; now when absent
        #[arg(long, env = "GEJU_DEMO_AS_OF", value_name = "TIME")]
        as_of: Option<jiff::Timestamp>,
    },
    /// Serve the map
    Serve,
    /// Take in files
    Import(crate::import::ImportArgs),
    /// Write layers to a file that other programs read
    Export(crate::cli::ExportArgs),
    /// Look for findings in the whole map
    Check(crate::import::CheckArgs),
    /// Accounts; the first admin is made here
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Tokens for machines and map programs
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Write a complete copy while the server works
    Backup { file: PathBuf },
    /// Bring a copy back into an empty store, under a new epoch
    Restore { file: PathBuf },
    /// Print which right each door asks for
    #[command(hide = true)]
    Rights,
    /// Print the description of the interface
    #[command(hide = true)]
    Openapi,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add an account; the password is read from standard input
    Add {
        name: String,
        #[arg(long, value_parser = role)]
        role: Role,
        /// Code of a place the account answers for
        #[arg(long = "place", value_name = "CODE")]
        places: Vec<String>,
        /// How people call the holder
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
    },
    /// Set a password, read from standard input
    Password { name: String },
    /// Shut an account out
    Disable { name: String },
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Add a token; it is printed once, alone on the last line
    Add {
        name: String,
        #[arg(long, value_parser = role)]
        role: Role,
        /// Code of a place the token answers for
        #[arg(long = "place", value_name = "CODE")]
        places: Vec<String>,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|r| r.as_str()).collect();
        format!("known roles: {}", known.join(", "))
    })
}
