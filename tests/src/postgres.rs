//! Databases for stories: one each in the run's cluster, or a whole cluster where the story kills it.

use crate::eventually;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// A database of its own, made from a template that has PostGIS.
pub struct Database {
    pub url: String,
    name: String,
    cluster: String,
    /// Its tablespace, where it does not lie with the others.
    tablespace: Option<String>,
}

static NEXT: AtomicU32 = AtomicU32::new(1);

impl Database {
    /// A fresh database in the cluster that GEJU_TEST_POSTGRES names.
    pub fn fresh() -> Option<Database> {
        Some(Database::fresh_in(&std::env::var("GEJU_TEST_POSTGRES").ok()?))
    }

    pub fn fresh_in(cluster: &str) -> Database {
        let name = format!("geju_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        run_sql(cluster, &format!("CREATE DATABASE {name} TEMPLATE template1")).expect("a database can be made");
        let (server, _) = cluster.rsplit_once('/').expect("a database address has a path");
        Database {
            url: format!("{server}/{name}"),
            name,
            cluster: cluster.to_owned(),
            tablespace: None,
        }
    }

    /// A fresh database whose tables lie in this folder, which becomes PostgreSQL's own.
    pub fn fresh_at(folder: &Path) -> Option<Database> {
        let cluster = std::env::var("GEJU_TEST_POSTGRES").ok()?;
        std::fs::create_dir(folder).expect("a folder for tables");
        if is_root() {
            let given = Command::new("chown").arg("postgres").arg(folder).status();
            assert!(given.is_ok_and(|s| s.success()), "the folder is given to postgres");
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("geju_{}_{number}", std::process::id());
        let space = format!("{name}_space");
        let place = format!("CREATE TABLESPACE {space} LOCATION '{}'", folder.display());
        run_sql(&cluster, &place).expect("a tablespace can be made");
        let made = format!("CREATE DATABASE {name} TEMPLATE template1 TABLESPACE {space}");
        run_sql(&cluster, &made).expect("a database can be made");
        let (server, _) = cluster.rsplit_once('/').expect("a database address has a path");
        Some(Database {
            url: format!("{server}/{name}"),
            name,
            cluster: cluster.clone(),
            tablespace: Some(space),
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The cluster may be dead by now, killed by the story itself; its folder goes as a whole then.
        let _ = run_sql(
            &self.cluster,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
        if let Some(space) = &self.tablespace {
            let _ = run_sql(&self.cluster, &format!("DROP TABLESPACE IF EXISTS {space}"));
        }
    }
}

fn run_sql(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await?;
        connection.close().await
    })
}

/// A cluster that one story owns, so that it may be killed without hurting the others.
pub struct PrivatePostgres {
    home: TempDir,
    bin: PathBuf,
    port: u16,
    fsync: bool,
}

impl PrivatePostgres {
    /// `None` where no PostgreSQL was named for tests.
    pub fn start(fsync: bool) -> Option<PrivatePostgres> {
        let bin = PathBuf::from(std::env::var_os("GEJU_PG_BIN")?);
        let home = tempfile::Builder::new()
            .prefix("geju-postgres.")
            .tempdir()
            .expect("a folder for a cluster");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .expect("a free port")
            .port();
        if is_root() {
            let status = Command::new("chown")
                .arg("postgres")
                .arg(home.path())
                .status()
                .expect("chown runs");
            assert!(status.success(), "the cluster's folder is given to postgres");
        }
        let cluster = PrivatePostgres { home, bin, port, fsync };
        let folder = cluster.folder();
        let pgdata = folder.display().to_string();
        cluster.run(
            "initdb",
            &[
                "--pgdata",
                &pgdata,
                "--username",
                "postgres",
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
            ],
        );
        cluster.boot();
        run_sql(&cluster.url("template1"), "CREATE EXTENSION postgis").expect("PostGIS is installed");
        Some(cluster)
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database.
    pub fn create(&self, database: &str) {
        let sql = format!("CREATE DATABASE {database} TEMPLATE template1");
        run_sql(&self.url("postgres"), &sql).expect("a database can be made");
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("cluster")
    }

    /// Starts the cluster; after a kill this is where its log is replayed.
    pub fn boot(&self) {
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories= -c fsync={}",
            self.port,
            if self.fsync { "on" } else { "off" }
        );
        let (pgdata, log) = (
            self.folder().display().to_string(),
            self.home.path().join("log").display().to_string(),
        );
        self.run(
            "pg_ctl",
            &[
                "--pgdata",
                &pgdata,
                "--log",
                &log,
                "--wait",
                "--timeout",
                "60",
                "--options",
                &options,
                "start",
            ],
        );
    }

    /// SIGKILL to the postmaster and every backend at once, which is what a power cut looks like from above.
    pub fn kill_9(&self) {
        let pid_file = self.folder().join("postmaster.pid");
        let text = std::fs::read_to_string(&pid_file).expect("a running cluster has a pid file");
        let postmaster: u32 = text
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
            .expect("its first line is the pid");
        let mut pids = vec![postmaster];
        pids.extend(children_of(postmaster));
        let words: Vec<String> = pids.iter().map(u32::to_string).collect();
        let _ = Command::new("kill").arg("-KILL").args(&words).status();
        eventually("killed processes are gone", Duration::from_secs(20), || {
            pids.iter().all(|pid| !is_running(*pid)).then_some(())
        });
        // After a power cut no process has the old number. Here a dead one may keep it until somebody
        // collects it, and PostgreSQL would take it for a living postmaster.
        std::fs::remove_file(&pid_file).expect("the pid file of a dead cluster can go");
    }

    fn run(&self, tool: &str, arguments: &[&str]) {
        let program = self.bin.join(tool);
        let output = as_postgres(&program, arguments, self.home.path());
        let log = std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
        assert!(
            output.status.success(),
            "{tool}: {}\n{log}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if self.folder().join("postmaster.pid").exists() {
            let pgdata = self.folder().display().to_string();
            let _ = as_postgres(
                &self.bin.join("pg_ctl"),
                &["--pgdata", &pgdata, "--mode", "immediate", "--wait", "stop"],
                self.home.path(),
            );
        }
    }
}

/// PostgreSQL refuses to run as root. Output goes to a file: a server that is left running would hold a pipe open.
fn as_postgres(program: &Path, arguments: &[&str], home: &Path) -> Output {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    let said = home.join("said");
    let file = std::fs::File::create(&said).expect("a file for what the tool says");
    let errors = file.try_clone().expect("one file, two streams");
    let status = command
        .args(arguments)
        .current_dir("/")
        .stdin(std::process::Stdio::null())
        .stdout(file)
        .stderr(errors)
        .status()
        .expect("the tool starts");
    Output {
        status,
        stdout: Vec::new(),
        stderr: std::fs::read(&said).unwrap_or_default(),
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout.starts_with(b"0")
}

fn children_of(parent: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").expect("/proc is there");
    let pids = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent_and_state(*pid).is_some_and(|(owner, _)| owner == parent))
        .collect()
}

/// Parent and state letter; the name before them is in brackets and may hold anything.
fn parent_and_state(pid: u32) -> Option<(u32, char)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut rest = stat.rsplit_once(')')?.1.split_whitespace();
    let state = rest.next()?.chars().next()?;
    Some((rest.next()?.parse().ok()?, state))
}

/// A zombie holds neither memory nor sockets: it is gone.
fn is_running(pid: u32) -> bool {
    parent_and_state(pid).is_some_and(|(_, state)| state != 'Z')
}
