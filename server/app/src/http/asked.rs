//! The query of an address, read strictly: what is there and cannot be read is refused by name.

use super::problem::Problem;
use crate::limits;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use geju_core::decide::{FIRST_DAY, LAST_DAY};
use geju_core::{Envelope, LonLat, PlaceId, PlaceKind};
use geju_formats::Crs;
use geju_formats::crs::Translator;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The parameters of one request.
pub struct Asked(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or("")))
    }
}

impl Asked {
    pub fn of(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The parameter, when it is there and not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem>
    where
        T::Err: Display,
    {
        // A parameter that is there but empty is a slip, not an absence.
        match self.0.iter().find(|(key, _)| key == name) {
            None => Ok(None),
            Some((_, value)) => value
                .parse()
                .map(Some)
                .map_err(|why: T::Err| Problem::parameter(name, why.to_string())),
        }
    }

    /// A civil date within what the map can know.
    pub fn day(&self, name: &str) -> Result<Option<Date>, Problem> {
        match self.parsed::<Date>(name)? {
            Some(day) if !(FIRST_DAY..=LAST_DAY).contains(&day) => Err(Problem::parameter(
                name,
                format!("{day} is not between {FIRST_DAY} and {LAST_DAY}"),
            )),
            day => Ok(day),
        }
    }

    /// Refuses by name what a door does not take: a slip of the pen must not read as "no filter".
    pub fn only(&self, known: impl Fn(&str) -> bool, takes: &str) -> Result<(), Problem> {
        match self.pairs().find(|(name, _)| !known(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().take(60).collect();
                Err(Problem::parameter(
                    &name,
                    format!("is not asked for here; known: {takes}"),
                ))
            }
        }
    }

    pub fn limit(&self, usual: usize, most: usize) -> Result<usize, Problem> {
        self.number("limit", usual, 1..=most)
    }

    pub fn number(&self, name: &str, usual: usize, range: RangeInclusive<usize>) -> Result<usize, Problem> {
        let n = self.parsed::<usize>(name)?.unwrap_or(usual);
        if range.contains(&n) {
            Ok(n)
        } else {
            Err(Problem::parameter(
                name,
                format!("{n} is not between {} and {}", range.start(), range.end()),
            ))
        }
    }

    /// The coordinate system spoken with this client.
    pub fn tongue(&self) -> Result<Tongue, Problem> {
        Tongue::of(self.parsed::<Crs>("crs")?.unwrap_or(Crs::Wgs84))
    }

    /// `lon` and `lat`, both needed.
    pub fn spot(&self, tongue: &Tongue) -> Result<LonLat, Problem> {
        let need = |name| {
            self.parsed::<f64>(name)
                .and_then(|v| v.ok_or_else(|| Problem::parameter(name, "is needed")))
        };
        let (lon, lat) = (need("lon")?, need("lat")?);
        tongue.spot(lon, lat).map_err(|why| Problem::parameter("lon", why))
    }

    /// `bbox=west,south,east,north`; six numbers (with heights) are taken too, as OGC has them.
    pub fn bbox(&self, tongue: &Tongue) -> Result<Option<Envelope>, Problem> {
        let Some((_, text)) = self.0.iter().find(|(key, _)| key == "bbox") else {
            return Ok(None);
        };
        let bad = |why: String| Problem::parameter("bbox", why);
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|n| n.trim().parse::<f64>()).collect();
        let numbers = numbers.map_err(|_| bad("four numbers are needed: west,south,east,north".into()))?;
        let [west, south, east, north] = match numbers[..] {
            [w, s, e, n] => [w, s, e, n],
            [w, s, _, e, n, _] => [w, s, e, n],
            _ => {
                return Err(bad(format!(
                    "four numbers are needed: west,south,east,north, not {}",
                    numbers.len()
                )));
            }
        };
        if !(west <= east && south <= north) {
            return Err(bad("west,south must not be beyond east,north".into()));
        }
        let corners = [(west, south), (east, north), (west, north), (east, south)];
        let spots: Result<Vec<LonLat>, String> = corners.into_iter().map(|(x, y)| tongue.spot(x, y)).collect();
        Ok(Envelope::of_points(spots.map_err(bad)?))
    }

    /// Place kinds of `kind=`, several joined by commas.
    pub fn kinds(&self) -> Result<Vec<PlaceKind>, Problem> {
        let Some((_, text)) = self.0.iter().find(|(key, _)| key == "kind") else {
            return Ok(Vec::new());
        };
        text.split(',').map(kind_of).collect()
    }

    pub fn place(&self, name: &str) -> Result<Option<PlaceId>, Problem> {
        self.parsed::<PlaceId>(name)
    }

    /// The search text, cut to words a person types.
    pub fn search(&self) -> Result<Option<String>, Problem> {
        match self.text("q") {
            Some(q) if q.chars().count() > limits::SEARCH_CHARS_MAX => Err(Problem::parameter(
                "q",
                format!("has more than {} characters", limits::SEARCH_CHARS_MAX),
            )),
            found => Ok(found.map(str::to_owned)),
        }
    }
}

pub fn kind_of(text: &str) -> Result<PlaceKind, Problem> {
    PlaceKind::parse(text).ok_or_else(|| {
        let known = PlaceKind::ALL.map(PlaceKind::as_str).join(", ");
        Problem::parameter("kind", format!("{text:?} is not one of {known}"))
    })
}

/// What stands in the path, decoded.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found
            .map(|axum::extract::Path(found)| Self(found))
            .map_err(|why| Problem::parameter("path", why.to_string()))
    }
}

/// A number in the path.
pub fn number_in_path(name: &str, text: &str) -> Result<u64, Problem> {
    // No sign, no blanks: one thing has one address.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Problem::parameter(
            name,
            format!("{:?} is not a number", text.chars().take(40).collect::<String>()),
        ));
    }
    text.parse()
        .map_err(|_| Problem::parameter(name, "the number is too large"))
}

/// The coordinate system a client speaks; inside there is only one.
pub struct Tongue {
    pub crs: Crs,
    translator: Translator,
    /// Steps per unit to which answers are rounded: what is finer than the ground's own grid is noise.
    rounding: f64,
    /// Latitude is told first, as the authority of some systems has it.
    northing_first: bool,
}

/// Degrees are answered to 1e-7, a centimetre; metres to a millimetre.
const DEGREE_ROUNDING: f64 = 1e7;
const METRE_ROUNDING: f64 = 1e3;

impl Tongue {
    pub fn of(crs: Crs) -> Result<Self, Problem> {
        let translator = crs
            .translator()
            .map_err(|why| Problem::parameter("crs", why.to_string()))?;
        let rounding = if crs.is_geographic() {
            DEGREE_ROUNDING
        } else {
            METRE_ROUNDING
        };
        Ok(Self {
            crs,
            translator,
            rounding,
            northing_first: false,
        })
    }

    /// The same system with its axes the other way round.
    pub fn northing_first(mut self) -> Self {
        self.northing_first = true;
        self
    }

    /// A client's coordinates as a spot on the grid.
    pub fn spot(&self, x: f64, y: f64) -> Result<LonLat, String> {
        if !x.is_finite() || !y.is_finite() {
            return Err(format!("coordinate [{x}, {y}] is not a finite number"));
        }
        let [lon, lat] = self.degrees(x, y)?;
        LonLat::from_degrees(lon, lat).map_err(|why| why.to_string())
    }

    pub fn degrees(&self, x: f64, y: f64) -> Result<[f64; 2], String> {
        let (x, y) = if self.northing_first { (y, x) } else { (x, y) };
        self.translator.to_wgs84(x, y).map_err(|why| why.to_string())
    }

    /// A spot as this client writes it.
    pub fn write(&self, p: LonLat) -> [f64; 2] {
        let [x, y] = self.written(p);
        if self.northing_first { [y, x] } else { [x, y] }
    }

    fn written(&self, p: LonLat) -> [f64; 2] {
        let [lon, lat] = p.to_degrees();
        if self.crs == Crs::Wgs84 {
            return [lon, lat];
        }
        let round = |v: f64| (v * self.rounding).round() / self.rounding;
        // What does not exist in the other system stays as it is rather than vanishing.
        self.translator
            .from_wgs84(lon, lat)
            .map_or([lon, lat], |[x, y]| [round(x), round(y)])
    }

    pub fn bbox(&self, e: Envelope) -> [f64; 4] {
        let corners = [
            (e.min.lon, e.min.lat),
            (e.max.lon, e.max.lat),
            (e.min.lon, e.max.lat),
            (e.max.lon, e.min.lat),
        ];
        let written = corners.map(|(lon, lat)| self.write(LonLat { lon, lat }));
        let pick =
            |axis: usize, better: fn(f64, f64) -> f64| written.iter().map(|p| p[axis]).reduce(better).unwrap_or(0.0);
        [
            pick(0, f64::min),
            pick(1, f64::min),
            pick(0, f64::max),
            pick(1, f64::max),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_are_no_windows_are_refused() {
        let tongue = Tongue::of(Crs::Wgs84).unwrap();
        for odd in [
            "1,2,3",
            "a,b,c,d",
            "NaN,NaN,NaN,NaN",
            "-inf,-inf,inf,inf",
            "105,30,104,31",
            "",
            "1,2,3,4,5",
            "0,0,999,10",
        ] {
            assert!(Asked::of(&format!("bbox={odd}")).bbox(&tongue).is_err(), "{odd}");
        }
        let world = Asked::of("bbox=-180,-90,180,90").bbox(&tongue).unwrap().unwrap();
        assert_eq!(world.to_degrees(), [-180.0, -90.0, 180.0, 90.0]);
    }

    #[test]
    fn numbers_out_of_range_and_signs_are_refused() {
        assert!(Asked::of("limit=0").limit(100, 1000).is_err());
        assert!(Asked::of("limit=1001").limit(100, 1000).is_err());
        assert!(Asked::of("limit=").limit(100, 1000).is_err());
        assert_eq!(Asked::of("").limit(100, 1000).unwrap(), 100);
        for odd in ["", "-1", "+1", "0x1", "1e3", " 1", "18446744073709551616"] {
            assert!(number_in_path("id", odd).is_err(), "{odd}");
        }
        assert_eq!(number_in_path("id", "42").unwrap(), 42);
    }
}
