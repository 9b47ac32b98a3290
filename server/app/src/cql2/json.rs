//! CQL2 as JSON.

use super::ast::{Comparison, Expr, Moment, Order, Relation, Scalar, Shape};
use super::{Allowance, LIST_MAX, Parsed, Slip, deeper, short_enough, space, told};
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde_json::{Map, Value};

/// Reads CQL2 JSON.
pub fn parse_json(filter: &str) -> Result<Parsed, Slip> {
    short_enough(filter)?;
    let value: Value =
        serde_json::from_str(filter).map_err(|why| Slip::new(format!("this is not the JSON of a filter: {why}")))?;
    Reader(Allowance::whole()).expr(&value, 0).map(Parsed)
}

struct Reader(Allowance);

fn args(fields: &Map<String, Value>) -> Result<&[Value], Slip> {
    match fields.get("args") {
        Some(Value::Array(args)) => Ok(args),
        _ => Err(Slip::new("an operator needs its args, a list")),
    }
}

fn exactly<'a, const N: usize>(op: &str, args: &'a [Value]) -> Result<&'a [Value; N], Slip> {
    args.try_into()
        .map_err(|_| Slip::new(format!("{op} takes {N} args, not {}", args.len())))
}

fn text(value: &Value) -> Result<String, Slip> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Slip::new("a text is needed"))
}

impl Reader {
    fn expr(&mut self, value: &Value, depth: usize) -> Result<Expr, Slip> {
        self.0.node()?;
        let depth = deeper(depth)?;
        let fields = match value {
            Value::Bool(yes) => return Ok(Expr::Literal(*yes)),
            Value::Object(fields) => fields,
            _ => return Err(Slip::new("a condition is an object with op and args, or true or false")),
        };
        let op = fields.get("op").and_then(Value::as_str);
        let op = op.ok_or_else(|| Slip::new("a condition needs its op"))?;
        let args = args(fields)?;
        if let Some(how) = Comparison::parse(op) {
            let [a, b] = exactly(op, args)?;
            return Ok(Expr::Compare(how, self.scalar(a, depth)?, self.scalar(b, depth)?));
        }
        if let Some(relation) = Relation::parse(op) {
            let [a, b] = exactly(op, args)?;
            return Ok(Expr::Spatial(relation, self.shape(a, depth)?, self.shape(b, depth)?));
        }
        if let Some(order) = Order::parse(op) {
            let [a, b] = exactly(op, args)?;
            return Ok(Expr::Temporal(order, self.moment(a, depth)?, self.moment(b, depth)?));
        }
        match op {
            "and" | "or" => {
                if args.len() < 2 {
                    return Err(Slip::new(format!("{op} takes two conditions or more")));
                }
                let all = args.iter().map(|a| self.expr(a, depth)).collect::<Result<_, _>>()?;
                Ok(if op == "and" { Expr::And(all) } else { Expr::Or(all) })
            }
            "not" => {
                let [inner] = exactly(op, args)?;
                Ok(Expr::Not(Box::new(self.expr(inner, depth)?)))
            }
            "like" => {
                let [value, pattern] = exactly(op, args)?;
                let value = self.scalar(value, depth)?;
                let pattern = self.scalar(pattern, depth)?;
                Ok(Expr::Like { value, pattern })
            }
            "between" => {
                let [value, low, high] = exactly(op, args)?;
                let value = self.scalar(value, depth)?;
                let low = self.scalar(low, depth)?;
                Ok(Expr::Between(value, low, self.scalar(high, depth)?))
            }
            "in" => {
                let [value, list] = exactly(op, args)?;
                let Value::Array(list) = list else {
                    return Err(Slip::new("in takes a value and a list"));
                };
                if list.len() > LIST_MAX {
                    return Err(Slip::new(format!("a list has at most {LIST_MAX} values")));
                }
                let value = self.scalar(value, depth)?;
                let list = list.iter().map(|v| self.scalar(v, depth)).collect::<Result<_, _>>()?;
                Ok(Expr::In(value, list))
            }
            "isNull" => {
                let [value] = exactly(op, args)?;
                Ok(Expr::IsNull(self.scalar(value, depth)?))
            }
            other => Err(Slip::new(format!("there is no operator {}", told(other)))),
        }
    }

    fn scalar(&mut self, value: &Value, depth: usize) -> Result<Scalar, Slip> {
        self.0.node()?;
        let depth = deeper(depth)?;
        match value {
            Value::String(text) => Ok(Scalar::Text(text.clone())),
            Value::Bool(yes) => Ok(Scalar::Bool(*yes)),
            Value::Number(number) => match number.as_f64() {
                Some(number) if number.is_finite() => Ok(Scalar::Number(number)),
                _ => Err(Slip::new("a number is too large")),
            },
            Value::Object(fields) => {
                if let Some(name) = fields.get("property") {
                    return text(name).map(Scalar::Property);
                }
                if let Some(date) = fields.get("date") {
                    return text(date).map(Scalar::Date);
                }
                if let Some(time) = fields.get("timestamp") {
                    return text(time).map(Scalar::Timestamp);
                }
                match fields.get("op").and_then(Value::as_str) {
                    Some("casei") => {
                        let [inner] = exactly("casei", args(fields)?)?;
                        Ok(Scalar::Folded(Box::new(self.scalar(inner, depth)?)))
                    }
                    Some(other) => Err(Slip::new(format!("there is no function {}", told(other)))),
                    None => Err(Slip::new("a value is a property, a date, a timestamp or casei")),
                }
            }
            Value::Null | Value::Array(_) => Err(Slip::new("a value is needed; for null take isNull")),
        }
    }

    fn moment(&mut self, value: &Value, depth: usize) -> Result<Moment, Slip> {
        let Some(ends) = value.get("interval") else {
            return self.scalar(value, depth).map(Moment::Instant);
        };
        let [from, to] = exactly("interval", ends.as_array().map_or(&[][..], Vec::as_slice))?;
        let mut end = |value: &Value| match self.scalar(value, depth)? {
            Scalar::Text(text) if text == ".." => Ok(None),
            end => Ok(Some(end)),
        };
        Ok(Moment::Interval(end(from)?, end(to)?))
    }

    fn shape(&mut self, value: &Value, depth: usize) -> Result<Shape, Slip> {
        self.0.node()?;
        if let Some(name) = value.get("property") {
            return text(name).map(Shape::Property);
        }
        if let Some(numbers) = value.get("bbox") {
            let numbers = numbers.as_array().map_or(&[][..], Vec::as_slice);
            let numbers: Option<Vec<f64>> = numbers.iter().map(Value::as_f64).collect();
            return numbers
                .filter(|n| matches!(n.len(), 4 | 6))
                .map(Shape::Box)
                .ok_or_else(|| Slip::new("a box has four numbers, or six with heights"));
        }
        self.geometry(value, depth).map(|g| Shape::Geometry(Box::new(g)))
    }

    fn geometry(&mut self, value: &Value, depth: usize) -> Result<Geometry<f64>, Slip> {
        let kind = value.get("type").and_then(Value::as_str);
        let kind = kind.ok_or_else(|| Slip::new("a shape is a property, a bbox or a GeoJSON geometry"))?;
        if kind == "GeometryCollection" {
            let depth = deeper(depth)?;
            let parts = listed(value.get("geometries").unwrap_or(&Value::Null))?;
            let parts = parts.iter().map(|g| {
                self.0.node()?;
                self.geometry(g, depth)
            });
            return Ok(Geometry::GeometryCollection(GeometryCollection(
                parts.collect::<Result<_, _>>()?,
            )));
        }
        let at = value.get("coordinates").unwrap_or(&Value::Null);
        Ok(match kind {
            "Point" => Geometry::Point(Point(self.position(at)?)),
            "LineString" => Geometry::LineString(self.line(at)?),
            "Polygon" => Geometry::Polygon(self.polygon(at)?),
            "MultiPoint" => Geometry::MultiPoint(MultiPoint(self.each(at, |r, p| r.position(p).map(Point))?)),
            "MultiLineString" => Geometry::MultiLineString(MultiLineString(self.each(at, Self::line)?)),
            "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon(self.each(at, Self::polygon)?)),
            other => return Err(Slip::new(format!("{} is no GeoJSON geometry", told(other)))),
        })
    }

    fn each<T>(&mut self, value: &Value, one: impl Fn(&mut Self, &Value) -> Result<T, Slip>) -> Result<Vec<T>, Slip> {
        listed(value)?.iter().map(|v| one(self, v)).collect()
    }

    fn line(&mut self, value: &Value) -> Result<LineString<f64>, Slip> {
        self.each(value, Self::position).map(LineString)
    }

    fn polygon(&mut self, value: &Value) -> Result<Polygon<f64>, Slip> {
        let mut rings = self.each(value, Self::line)?;
        let holes = rings.split_off(1);
        let shell = rings.pop().unwrap_or_else(|| LineString(Vec::new()));
        space::closed_rings(&shell, &holes)?;
        Ok(Polygon::new(shell, holes))
    }

    fn position(&mut self, value: &Value) -> Result<Coord<f64>, Slip> {
        self.0.vertex()?;
        let number = |n: usize| value.get(n).and_then(Value::as_f64);
        match (number(0), number(1)) {
            (Some(x), Some(y)) => Ok(Coord { x, y }),
            _ => Err(Slip::new("a position is two numbers")),
        }
    }
}

/// A list with something in it.
fn listed(value: &Value) -> Result<&[Value], Slip> {
    match value {
        Value::Array(all) if !all.is_empty() => Ok(all),
        _ => Err(Slip::new(
            "coordinates are lists of lists of numbers, none of them empty",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::parse_text;
    use super::*;

    #[test]
    fn both_encodings_say_the_same() {
        for (text, json) in [
            ("name = '桐'", r#"{"op":"=","args":[{"property":"name"},"桐"]}"#),
            (
                "NOT a LIKE 'x%' AND b BETWEEN 1 AND 2",
                r#"{"op":"and","args":[{"op":"not","args":[{"op":"like","args":[{"property":"a"},"x%"]}]},
                    {"op":"between","args":[{"property":"b"},1,2]}]}"#,
            ),
            (
                "CASEI(a) IN (CASEI('x'), 'y') OR a IS NULL OR true",
                r#"{"op":"or","args":[{"op":"in","args":[{"op":"casei","args":[{"property":"a"}]},
                    [{"op":"casei","args":["x"]},"y"]]},{"op":"isNull","args":[{"property":"a"}]},true]}"#,
            ),
            (
                "T_AFTER(a, INTERVAL('2026-01-01', '..')) AND b >= DATE('2026-01-01')",
                r#"{"op":"and","args":[{"op":"t_after","args":[{"property":"a"},{"interval":["2026-01-01",".."]}]},
                    {"op":">=","args":[{"property":"b"},{"date":"2026-01-01"}]}]}"#,
            ),
            (
                "S_INTERSECTS(geometry, BBOX(1,2,3,4)) AND S_WITHIN(geometry, POLYGON((0 0, 1 0, 1 1, 0 0)))",
                r#"{"op":"and","args":[{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1,2,3,4]}]},
                    {"op":"s_within","args":[{"property":"geometry"},
                    {"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}]}]}"#,
            ),
        ] {
            assert_eq!(parse_text(text).unwrap(), parse_json(json).unwrap(), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let deep = format!("{}true{}", r#"{"op":"not","args":["#.repeat(60), "]}".repeat(60));
        let deepest = format!("{}true{}", r#"{"op":"not","args":["#.repeat(600), "]}".repeat(600));
        for odd in [
            "",
            "{}",
            "[]",
            "3",
            "null",
            r#"{"op":"="}"#,
            r#"{"op":"=","args":[1]}"#,
            r#"{"op":"sleep","args":[1]}"#,
            r#"{"op":"=","args":[{"op":"avg","args":[]},1]}"#,
            r#"{"op":"and","args":[true]}"#,
            r#"{"op":"=","args":[null,1]}"#,
            r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[]}]}"#,
            r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point"}]}"#,
            r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":"x"}]}"#,
            &deep,
            &deepest,
        ] {
            assert!(parse_json(odd).is_err(), "{odd:.60}");
        }
    }
}
