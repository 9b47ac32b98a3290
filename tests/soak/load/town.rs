//! What is asked of the town: tiles that are looked at again and again, ground that nobody looked at, circles, and edits.

use crate::minutes::Class;
use geju_tests::{Client, Dice, PASSWORD};
use reqwest::{Client as Http, Method};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::f64::consts::PI;
use std::sync::{Mutex, PoisonError};

/// The zoom at which streets are worked on.
const ZOOM: u32 = 16;
/// Tiles in a row of the watched ground: some screens' worth.
const WATCHED_ACROSS: u32 = 16;
/// Places that are edited, a thousand times each in half an hour at most.
const EDITED_MAX: usize = 500;
const RADIUS_METERS: f64 = 500.0;
const LAYERS: &str = "micro_grid,compound,building";

pub struct Town {
    http: Http,
    base: String,
    pub cookie: String,
    pub buildings: u64,
    bbox: [f64; 4],
    /// Tiles that were fetched once before.
    pub watched: Vec<(u32, u32)>,
    edited: Mutex<Vec<Edited>>,
    dice: Mutex<Dice>,
}

/// A place as we last knew it; taken out while an edit of it is under way.
struct Edited {
    id: u64,
    etag: String,
    feature: Value,
}

pub struct Ask {
    pub class: Class,
    what: What,
}

enum What {
    Get(String),
    Post(String, Value),
    Edit(Option<Edited>),
}

fn tile_of(lon: f64, lat: f64) -> (u32, u32) {
    let across = f64::from(1u32 << ZOOM);
    let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0;
    (((lon + 180.0) / 360.0 * across) as u32, (y * across) as u32)
}

impl Town {
    /// Signs in, and looks at what there is once.
    pub fn look(base: &str) -> Town {
        let client = Client::new(base);
        let cookie = client.login("admin", PASSWORD).ok().cookie().expect("a session");
        let client = client.with_cookie(&cookie);
        let me = client.get("/api/v1/me").status(200).json();
        let corners: Vec<f64> = me["bbox"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect();
        let bbox: [f64; 4] = corners.try_into().expect("a map with places");
        let (x, y) = tile_of((bbox[0] + bbox[2]) / 2.0, (bbox[1] + bbox[3]) / 2.0);
        let half = WATCHED_ACROSS / 2;
        let watched: Vec<(u32, u32)> = (x - half..x + half)
            .flat_map(|x| (y - half..y + half).map(move |y| (x, y)))
            .collect();
        let town = Town {
            http: Http::new(),
            base: base.to_owned(),
            buildings: client.number_of("building"),
            cookie,
            bbox,
            edited: Mutex::new(edited(&client, bbox)),
            dice: Mutex::new(Dice::new(11)),
            watched,
        };
        for (x, y) in &town.watched {
            client.get(&town.address(*x, *y)).ok();
        }
        town
    }

    fn address(&self, x: u32, y: u32) -> String {
        format!("/tiles/{LAYERS}/{ZOOM}/{x}/{y}.mvt")
    }

    fn below(&self, n: u64) -> u64 {
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).below(n)
    }

    fn somewhere(&self) -> (f64, f64) {
        let share = || self.below(1 << 20) as f64 / f64::from(1 << 20);
        let [west, south, east, north] = self.bbox;
        (west + (east - west) * share(), south + (north - south) * share())
    }

    pub fn tile(&self, n: usize) -> Ask {
        let (class, (x, y)) = if n.is_multiple_of(crate::FRESH_TILE_EVERY) {
            let (lon, lat) = self.somewhere();
            (Class::FreshTile, tile_of(lon, lat))
        } else {
            (
                Class::CachedTile,
                self.watched[self.below(self.watched.len() as u64) as usize],
            )
        };
        Ask {
            class,
            what: What::Get(self.address(x, y)),
        }
    }

    pub fn area(&self, _: usize) -> Ask {
        let (lon, lat) = self.somewhere();
        let question = json!({"area": {"point": [lon, lat], "radius_m": RADIUS_METERS}});
        Ask {
            class: Class::Area,
            what: What::Post("/api/v1/area".into(), question),
        }
    }

    pub fn edit(&self, _: usize) -> Ask {
        let mut all = self.edited.lock().unwrap_or_else(PoisonError::into_inner);
        // The one that was edited longest ago.
        let next = if all.is_empty() { None } else { Some(all.remove(0)) };
        Ask {
            class: Class::Edit,
            what: What::Edit(next),
        }
    }

    pub async fn send(&self, ask: Ask) -> Result<(), String> {
        match ask.what {
            What::Get(path) => self.answered(Method::GET, &path, None, None).await.map(drop),
            What::Post(path, body) => self.answered(Method::POST, &path, Some(&body), None).await.map(drop),
            What::Edit(None) => Err("every place is still being edited".into()),
            What::Edit(Some(mut place)) => {
                let path = format!("/api/v1/places/{}", place.id);
                let address = format!("{}号", self.below(1_000) + 1);
                place.feature["properties"]["address"] = json!(address);
                let done = self
                    .answered(Method::PUT, &path, Some(&place.feature), Some(&place.etag))
                    .await;
                let told = match done {
                    Ok(headers) => match headers.get("etag") {
                        Some(etag) => {
                            place.etag = etag.clone();
                            Ok(())
                        }
                        None => Err("no ETag came back".into()),
                    },
                    Err(why) => Err(why),
                };
                self.edited.lock().unwrap_or_else(PoisonError::into_inner).push(place);
                told
            }
        }
    }

    async fn answered(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        etag: Option<&str>,
    ) -> Result<HashMap<String, String>, String> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("Cookie", &self.cookie);
        request = request.header("Accept-Encoding", "gzip");
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(etag) = etag {
            request = request.header("If-Match", etag);
        }
        let response = request.send().await.map_err(|why| format!("{why:?}"))?;
        let status = response.status();
        let headers = response.headers().iter();
        let headers = headers
            .filter_map(|(k, v)| Some((k.as_str().to_owned(), v.to_str().ok()?.to_owned())))
            .collect();
        let bytes = response.bytes().await.map_err(|why| format!("{why:?}"))?;
        match status.is_success() {
            true => Ok(headers),
            false => Err(format!(
                "{status} {}",
                String::from_utf8_lossy(&bytes).chars().take(200).collect::<String>()
            )),
        }
    }
}

/// Compounds from all over the town, each as it is now.
fn edited(client: &Client, bbox: [f64; 4]) -> Vec<Edited> {
    /// Windows over the town, from each of which some are taken.
    const WINDOWS: usize = 10;
    let [west, south, east, north] = bbox;
    let (width, height) = ((east - west) / WINDOWS as f64, (north - south) / WINDOWS as f64);
    let mut found = Vec::new();
    for n in 0..WINDOWS * WINDOWS {
        let (w, s) = (
            west + width * (n % WINDOWS) as f64,
            south + height * (n / WINDOWS) as f64,
        );
        let path = format!(
            "/api/v1/places?kind=compound&limit={}&bbox={w},{s},{},{}",
            EDITED_MAX / (WINDOWS * WINDOWS),
            w + width,
            s + height
        );
        let page = client.get(&path).ok().json();
        for feature in page["features"].as_array().into_iter().flatten() {
            let id = feature["id"].as_u64().expect("an id");
            if found.iter().all(|e: &Edited| e.id != id) {
                let whole = client.get(&format!("/api/v1/places/{id}")).ok();
                found.push(Edited {
                    id,
                    etag: whole.etag(),
                    feature: whole.json(),
                });
            }
        }
    }
    assert!(!found.is_empty(), "there are compounds to be edited");
    found
}
