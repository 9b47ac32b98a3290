//! PostGIS answering the same questions from tables laid out for nothing else: projected once, indexed, analysed.

use crate::cpu;
use crate::ground::Filled;
use sqlx::{Connection, Executor, PgConnection, Row};
use std::time::{Duration, Instant};

pub struct Peers {
    database: String,
}

const TABLES: &str = "
    CREATE TABLE bench_building AS
      SELECT id, name, code, 'building'::text AS kind, floors, version, households, residents, shops,
             ST_Transform(geom, 3857) AS geom, ST_PointOnSurface(geom)::geography AS spot, geom AS ground
      FROM geju.building;
    CREATE INDEX ON bench_building USING gist (geom);
    CREATE INDEX ON bench_building USING gist (spot);
    CREATE INDEX ON bench_building USING gist (ground);
    VACUUM ANALYZE bench_building;";
const LEVELS: [&str; 5] = ["district", "street", "community", "grid", "micro_grid"];

pub const TILE: &str = "
    SELECT ST_AsMVT(t, 'building', 4096, 'geom', 'fid') FROM (
      SELECT id AS fid, id, name, code, kind, floors, version,
             ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), 4096, 64, true) AS geom
      FROM bench_building WHERE geom && ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096)) t
    WHERE geom IS NOT NULL";
pub const AREA: &str = "
    SELECT count(*), sum(households), sum(residents), sum(shops) FROM bench_building
    WHERE ST_DWithin(spot, ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography, $3)";
pub const LOCATE: &str = "
    SELECT (SELECT id FROM bench_district WHERE ST_Covers(geom, p) LIMIT 1), (SELECT id FROM bench_street WHERE ST_Covers(geom, p) LIMIT 1),
           (SELECT id FROM bench_community WHERE ST_Covers(geom, p) LIMIT 1), (SELECT id FROM bench_grid WHERE ST_Covers(geom, p) LIMIT 1),
           (SELECT id FROM bench_micro_grid WHERE ST_Covers(geom, p) LIMIT 1)
    FROM (SELECT ST_SetSRID(ST_MakePoint($1, $2), 4326) AS p) at";
pub const NEAREST: &str =
    "SELECT id FROM bench_building ORDER BY ground <-> ST_SetSRID(ST_MakePoint($1, $2), 4326) LIMIT 10";

/// What one request took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    pub wall: Duration,
    pub cpu: Duration,
}

impl Peers {
    pub async fn beside(filled: &Filled) -> Peers {
        eprintln!("laying out the tables of the peer");
        let peers = Peers {
            database: filled.database.clone(),
        };
        let mut db = peers.connection().await;
        for statement in TABLES.split(';').filter(|s| !s.trim().is_empty()) {
            db.execute(sqlx::AssertSqlSafe(statement.to_owned()))
                .await
                .expect("a table of the peer");
        }
        for level in LEVELS {
            for statement in [
                format!("CREATE TABLE bench_{level} AS SELECT id, geom FROM geju.{level}"),
                format!("CREATE INDEX ON bench_{level} USING gist (geom)"),
                format!("VACUUM ANALYZE bench_{level}"),
            ] {
                db.execute(sqlx::AssertSqlSafe(statement))
                    .await
                    .expect("a level of the peer");
            }
        }
        peers
    }

    pub async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.database).await.expect("PostGIS answers")
    }

    /// Spots strewn over the buildings, so that every question finds something.
    pub async fn spots(&self, count: i64) -> Vec<(f64, f64)> {
        let sql =
            "SELECT ST_X(spot::geometry), ST_Y(spot::geometry) FROM bench_building ORDER BY hashint8(id), id LIMIT $1";
        let rows = sqlx::query(sql)
            .bind(count)
            .fetch_all(&mut self.connection().await)
            .await
            .expect("spots");
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }
}

/// A backend asked again and again, and what each question cost it.
pub struct Backend {
    pub db: PgConnection,
    pid: u32,
}

impl Backend {
    pub async fn of(peers: &Peers) -> Backend {
        let mut db = peers.connection().await;
        // One question at a time is what is compared.
        db.execute("SET max_parallel_workers_per_gather = 0")
            .await
            .expect("a setting");
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut db)
            .await
            .expect("a pid");
        Backend {
            db,
            pid: pid.unsigned_abs(),
        }
    }

    pub async fn tile(&mut self, z: u32, x: u32, y: u32) -> (Cost, usize) {
        let (began, cpu) = (Instant::now(), cpu::of(self.pid));
        let bytes: Vec<u8> = sqlx::query_scalar(TILE)
            .bind(z as i32)
            .bind(x as i32)
            .bind(y as i32)
            .fetch_one(&mut self.db)
            .await
            .expect("a tile");
        (self.since(began, cpu), bytes.len())
    }

    pub async fn at(&mut self, sql: &'static str, at: (f64, f64), radius: Option<f64>) -> (Cost, i64) {
        let (began, cpu) = (Instant::now(), cpu::of(self.pid));
        let mut query = sqlx::query(sql).bind(at.0).bind(at.1);
        if let Some(radius) = radius {
            query = query.bind(radius);
        }
        let rows = query.fetch_all(&mut self.db).await.expect("an answer");
        let first = rows.first().and_then(|row| row.try_get::<i64, _>(0).ok()).unwrap_or(0);
        (self.since(began, cpu), first)
    }

    fn since(&self, began: Instant, cpu: Duration) -> Cost {
        Cost {
            wall: began.elapsed(),
            cpu: cpu::of(self.pid).saturating_sub(cpu),
        }
    }
}
