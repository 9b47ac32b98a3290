//! Well-known text in a table column: `POLYGON ((…))`, or the same as hexadecimal WKB.

use geo_types::Coord;

use crate::gate::{Flaw, Shape};
use crate::limits::VERTICES_PER_FEATURE_MAX;
use crate::wkb;

const DEPTH_MAX: usize = 8;

pub(crate) fn read(text: &str) -> Result<Option<Shape>, Flaw> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len().is_multiple_of(2) && text.len() >= 18 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let bytes: Option<Vec<u8>> = text
            .as_bytes()
            .chunks_exact(2)
            .map(|pair| {
                std::str::from_utf8(pair)
                    .ok()
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            })
            .collect();
        return wkb::read(&bytes.ok_or_else(|| broken("it is no hexadecimal text"))?).map(Some);
    }
    let mut reader = Reader { rest: text, points: 0 };
    if let Some(rest) = reader.rest.strip_prefix("SRID=") {
        reader.rest = rest
            .split_once(';')
            .ok_or_else(|| broken("nothing follows the SRID"))?
            .1;
    }
    let shape = reader.shape(0)?;
    if reader.rest.trim().is_empty() {
        Ok(Some(shape))
    } else {
        Err(broken("text is left over after the geometry"))
    }
}

fn broken(what: &str) -> Flaw {
    Flaw::new("bad_geometry", format!("The WKT geometry is broken: {what}."))
        .mend("Expected something like POLYGON ((118.7 32.0, 118.8 32.0, 118.8 32.1, 118.7 32.0)).")
}

struct Reader<'a> {
    rest: &'a str,
    points: usize,
}

type Ring = Vec<Coord<f64>>;

impl<'a> Reader<'a> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, what: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn want(&mut self, what: char) -> Result<(), Flaw> {
        if self.eat(what) {
            Ok(())
        } else {
            Err(broken(&format!("a {what:?} is missing")))
        }
    }

    fn word(&mut self) -> String {
        self.skip();
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_ascii_uppercase()
    }

    fn number(&mut self) -> Option<f64> {
        self.skip();
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')'))
            .unwrap_or(self.rest.len());
        let value = self.rest[..end].parse().ok()?;
        self.rest = &self.rest[end..];
        Some(value)
    }

    fn coord(&mut self) -> Result<Coord<f64>, Flaw> {
        self.points += 1;
        if self.points > VERTICES_PER_FEATURE_MAX {
            return Err(Flaw::too_many_vertices(self.points));
        }
        let (Some(x), Some(y)) = (self.number(), self.number()) else {
            return Err(broken("a coordinate is missing"));
        };
        while self.number().is_some() {}
        Ok(Coord { x, y })
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, Flaw>) -> Result<Vec<T>, Flaw> {
        let mut items = Vec::new();
        self.want('(')?;
        loop {
            items.push(item(self)?);
            if !self.eat(',') {
                break;
            }
        }
        self.want(')')?;
        Ok(items)
    }

    fn ring(&mut self) -> Result<Ring, Flaw> {
        self.list(Self::coord)
    }

    fn rings(&mut self) -> Result<Vec<Ring>, Flaw> {
        self.list(Self::ring)
    }

    fn shape(&mut self, depth: usize) -> Result<Shape, Flaw> {
        if depth > DEPTH_MAX {
            return Err(Flaw::new(
                "too_deep",
                format!("The geometry nests more than {DEPTH_MAX} collections."),
            ));
        }
        let mut name = self.word();
        let mut next = Reader {
            rest: self.rest,
            points: 0,
        };
        let mut modifier = next.word();
        if matches!(modifier.as_str(), "Z" | "M" | "ZM") {
            self.rest = next.rest;
            modifier = next.word();
        }
        for suffix in ["ZM", "Z", "M"] {
            if let Some(plain) = name.strip_suffix(suffix) {
                name = plain.to_owned();
                break;
            }
        }
        let empty = modifier == "EMPTY";
        if empty {
            self.rest = next.rest;
        }
        Ok(match name.as_str() {
            _ if empty => Shape::MultiPoint(Vec::new()),
            "POINT" => {
                self.want('(')?;
                let point = self.coord()?;
                self.want(')')?;
                Shape::Point(point)
            }
            "LINESTRING" => Shape::Line(self.ring()?),
            "POLYGON" => Shape::Polygon(self.rings()?),
            "MULTIPOINT" => Shape::MultiPoint(self.list(|reader| {
                let bracket = reader.eat('(');
                let point = reader.coord()?;
                if bracket {
                    reader.want(')')?;
                }
                Ok(point)
            })?),
            "MULTILINESTRING" => Shape::MultiLine(self.rings()?),
            "MULTIPOLYGON" => Shape::MultiPolygon(self.list(Self::rings)?),
            "GEOMETRYCOLLECTION" => Shape::Collection(self.list(|reader| reader.shape(depth + 1))?),
            _ => return Err(broken("the type is not known")),
        })
    }
}
