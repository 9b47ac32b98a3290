//! CQL2 against a plain loop: random filters, asked of the server as text and as JSON, must choose exactly the items that a
//! straightforward look at their JSON chooses.

use geju_tests::{Client, Dice, Server, count_from, encoded, gpkg_ground};
use serde_json::{Value, json};
use std::cmp::Ordering;

/// Filters asked, when nobody says how many.
const FILTERS: usize = 120;
const SEED: u64 = 20_260_101;

/// What a filter says of an item: nothing where a value is unknown.
type Verdict = Box<dyn Fn(&Value) -> Option<bool>>;

/// A filter in both encodings, and what it says of an item: nothing where a value is unknown.
struct Filter {
    text: String,
    json: Value,
    holds: Verdict,
}

const NUMBERS: [&str; 5] = ["floors", "build_year", "residents", "households", "version"];
const TEXTS: [&str; 3] = ["name", "code", "freshness"];

fn number_of(item: &Value, name: &str) -> Option<f64> {
    item["properties"][name].as_f64()
}

fn text_of(item: &Value, name: &str) -> Option<String> {
    item["properties"][name].as_str().map(str::to_owned)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A value some item has, so that filters choose something.
fn known(dice: &mut Dice, items: &[Value], name: &str) -> Value {
    let item = dice.pick(items).cloned().unwrap_or_default();
    item["properties"][name].clone()
}

fn fits(order: Ordering, how: &str) -> bool {
    match how {
        "=" => order.is_eq(),
        "<>" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    }
}

fn comparison(dice: &mut Dice, items: &[Value]) -> Filter {
    let how = *dice.pick(&["=", "<>", "<", "<=", ">", ">="]).unwrap_or(&"=");
    if dice.below(2) == 0 {
        let name = *dice.pick(&NUMBERS).unwrap_or(&"floors");
        let value = known(dice, items, name).as_f64().unwrap_or(3.0);
        Filter {
            text: format!("{name} {how} {value}"),
            json: json!({"op": how, "args": [{"property": name}, value]}),
            holds: Box::new(move |item| number_of(item, name)?.partial_cmp(&value).map(|o| fits(o, how))),
        }
    } else {
        let name = *dice.pick(&TEXTS).unwrap_or(&"name");
        let value = known(dice, items, name).as_str().unwrap_or("好").to_owned();
        Filter {
            text: format!("\"{name}\" {how} {}", quoted(&value)),
            json: json!({"op": how, "args": [{"property": name}, value]}),
            holds: Box::new(move |item| Some(fits(text_of(item, name)?.cmp(&value), how))),
        }
    }
}

/// The plainest way to say what `%` and `_` mean.
fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some('%') => (0..=text.len()).any(|n| like(&text[n..], &pattern[1..])),
        Some('_') => !text.is_empty() && like(&text[1..], &pattern[1..]),
        Some(letter) => text.first() == Some(letter) && like(&text[1..], &pattern[1..]),
    }
}

fn pattern(dice: &mut Dice, items: &[Value]) -> Filter {
    let name = *dice.pick(&TEXTS).unwrap_or(&"name");
    let value: Vec<char> = known(dice, items, name).as_str().unwrap_or("好小区").chars().collect();
    let mut shape = String::new();
    for letter in value {
        match dice.below(4) {
            0 => shape.push('%'),
            1 => shape.push('_'),
            _ => shape.push(letter),
        }
    }
    shape.truncate(shape.char_indices().nth(12).map_or(shape.len(), |(at, _)| at));
    shape.push('%');
    let folded = dice.below(2) == 0;
    let (text, json) = if folded {
        (
            format!("CASEI({name}) LIKE CASEI({})", quoted(&shape)),
            json!({"op": "like", "args": [{"op": "casei", "args": [{"property": name}]}, {"op": "casei", "args": [shape]}]}),
        )
    } else {
        (
            format!("{name} LIKE {}", quoted(&shape)),
            json!({"op": "like", "args": [{"property": name}, shape]}),
        )
    };
    let holds = move |item: &Value| {
        let fold = |text: &str| if folded { text.to_lowercase() } else { text.to_owned() };
        let text: Vec<char> = fold(&text_of(item, name)?).chars().collect();
        let shape: Vec<char> = fold(&shape).chars().collect();
        Some(like(&text, &shape))
    };
    Filter {
        text,
        json,
        holds: Box::new(holds),
    }
}

fn span(dice: &mut Dice, items: &[Value]) -> Filter {
    let name = *dice.pick(&NUMBERS).unwrap_or(&"floors");
    let low = known(dice, items, name).as_f64().unwrap_or(2.0);
    let high = low + dice.below(4) as f64;
    if dice.below(2) == 0 {
        return Filter {
            text: format!("{name} BETWEEN {low} AND {high}"),
            json: json!({"op": "between", "args": [{"property": name}, low, high]}),
            holds: Box::new(move |item| number_of(item, name).map(|n| n >= low && n <= high)),
        };
    }
    Filter {
        text: format!("{name} IN ({low}, {high}, -1)"),
        json: json!({"op": "in", "args": [{"property": name}, [low, high, -1]]}),
        holds: Box::new(move |item| number_of(item, name).map(|n| n == low || n == high)),
    }
}

fn nothing(dice: &mut Dice) -> Filter {
    let all = [&NUMBERS[..], &TEXTS[..], &["address", "effective_to"]].concat();
    let name = *dice.pick(&all).unwrap_or(&"code");
    Filter {
        text: format!("{name} IS NULL"),
        json: json!({"op": "isNull", "args": [{"property": name}]}),
        holds: Box::new(move |item| Some(item["properties"][name].is_null())),
    }
}

fn day(dice: &mut Dice, items: &[Value]) -> Filter {
    let from = known(dice, items, "effective_from")
        .as_str()
        .unwrap_or("2026-01-01")
        .to_owned();
    let how = *dice
        .pick(&["t_after", "t_before", "t_intersects", "t_equals"])
        .unwrap_or(&"t_after");
    let day = from.clone();
    Filter {
        text: format!("{}(effective_from, DATE('{from}'))", how.to_uppercase()),
        json: json!({"op": how, "args": [{"property": "effective_from"}, {"date": from}]}),
        holds: Box::new(move |item| {
            let order = text_of(item, "effective_from")?.cmp(&day);
            Some(match how {
                "t_after" => order.is_gt(),
                "t_before" => order.is_lt(),
                _ => order.is_eq(),
            })
        }),
    }
}

type Spot = (f64, f64);

fn outline(item: &Value) -> Vec<Spot> {
    let ring = item["geometry"]["coordinates"][0]
        .as_array()
        .cloned()
        .unwrap_or_default();
    ring.iter()
        .map(|p| (p[0].as_f64().unwrap_or(0.0), p[1].as_f64().unwrap_or(0.0)))
        .collect()
}

fn turn(a: Spot, b: Spot, c: Spot) -> f64 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn cross(a: Spot, b: Spot, c: Spot, d: Spot) -> bool {
    turn(a, b, c) * turn(a, b, d) <= 0.0 && turn(c, d, a) * turn(c, d, b) <= 0.0
}

fn inside(spot: Spot, ring: &[Spot]) -> bool {
    let crossings = ring.windows(2).filter(|e| {
        let ((ax, ay), (bx, by)) = (e[0], e[1]);
        (ay > spot.1) != (by > spot.1) && spot.0 < (bx - ax) * (spot.1 - ay) / (by - ay) + ax
    });
    crossings.count() % 2 == 1
}

/// Two simple outlines share ground or an edge: edges cross, or one lies in the other.
fn meet(a: &[Spot], b: &[Spot]) -> bool {
    a.windows(2)
        .any(|e| b.windows(2).any(|f| cross(e[0], e[1], f[0], f[1])))
        || b.first().is_some_and(|p| inside(*p, a))
        || a.first().is_some_and(|p| inside(*p, b))
}

fn place(dice: &mut Dice, items: &[Value]) -> Filter {
    let centre = outline(dice.pick(items).unwrap_or(&Value::Null))
        .first()
        .copied()
        .unwrap_or((104.0, 30.0));
    let side = (1 + dice.below(40)) as f64 * 0.000_05;
    let (west, south) = (centre.0 - side / 3.0, centre.1 - side / 7.0);
    let (east, north) = (west + side, south + side);
    let ring = vec![
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ];
    let shape = ring.clone();
    let disjoint = dice.below(4) == 0;
    let op = if disjoint { "s_disjoint" } else { "s_intersects" };
    let holds = move |item: &Value| Some(meet(&outline(item), &shape) != disjoint);
    if dice.below(2) == 0 {
        return Filter {
            text: format!("{}(geometry, BBOX({west},{south},{east},{north}))", op.to_uppercase()),
            json: json!({"op": op, "args": [{"property": "geometry"}, {"bbox": [west, south, east, north]}]}),
            holds: Box::new(holds),
        };
    }
    let corners: Vec<String> = ring.iter().map(|(x, y)| format!("{x} {y}")).collect();
    Filter {
        text: format!("{}(POLYGON(({})), geometry)", op.to_uppercase(), corners.join(", ")),
        json: json!({"op": op, "args": [{"type": "Polygon", "coordinates": [ring]}, {"property": "geometry"}]}),
        holds: Box::new(holds),
    }
}

fn filter(dice: &mut Dice, items: &[Value], depth: usize) -> Filter {
    let sort = if depth == 0 { 3 + dice.below(7) } else { dice.below(10) };
    match sort {
        0 => {
            let inner = filter(dice, items, depth - 1);
            Filter {
                text: format!("NOT ({})", inner.text),
                json: json!({"op": "not", "args": [inner.json]}),
                holds: Box::new(move |item| (inner.holds)(item).map(|yes| !yes)),
            }
        }
        1 | 2 => {
            let (a, b) = (filter(dice, items, depth - 1), filter(dice, items, depth - 1));
            let and = sort == 1;
            let word = if and { "AND" } else { "OR" };
            Filter {
                text: format!("({}) {word} ({})", a.text, b.text),
                json: json!({"op": word.to_lowercase(), "args": [a.json, b.json]}),
                holds: Box::new(move |item| match ((a.holds)(item), (b.holds)(item)) {
                    (Some(x), Some(y)) => Some(if and { x && y } else { x || y }),
                    (Some(x), None) | (None, Some(x)) if x != and => Some(x),
                    _ => None,
                }),
            }
        }
        3 | 4 => comparison(dice, items),
        5 => pattern(dice, items),
        6 => span(dice, items),
        7 => nothing(dice),
        8 => day(dice, items),
        _ => place(dice, items),
    }
}

/// Every item that answers this address, page after page.
fn every(client: &Client, address: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(address.to_owned());
    while let Some(address) = next {
        let page = client.get(&address).status(200).json();
        all.extend(page["features"].as_array().cloned().unwrap_or_default());
        let links = page["links"].as_array().cloned().unwrap_or_default();
        next = links
            .iter()
            .find(|l| l["rel"] == "next")
            .and_then(|l| l["href"].as_str())
            .map(str::to_owned);
    }
    all
}

fn ids(items: &[Value]) -> Vec<u64> {
    items.iter().filter_map(|i| i["id"].as_u64()).collect()
}

#[test]
fn filters_choose_what_a_plain_loop_chooses_for_whoever_asks() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let mut chosen = 0;
    for (person, share) in [("admin", 2), ("leader", 4)] {
        let client = server.person(person);
        let items = every(&client, "/ogc/collections/building/items?limit=1000");
        assert!(items.len() > 50, "{} buildings", items.len());
        let mut dice = Dice::new(SEED);
        for n in 0..count_from("GEJU_FILTERS", FILTERS) / share {
            let asked = filter(&mut dice, &items, 3);
            let expected: Vec<u64> = ids(&items
                .iter()
                .filter(|item| (asked.holds)(item) == Some(true))
                .cloned()
                .collect::<Vec<_>>());
            let base = "/ogc/collections/building/items?limit=1000";
            let text = every(&client, &format!("{base}&filter={}", encoded(&asked.text)));
            assert_eq!(
                ids(&text),
                expected,
                "{person}, filter {n} of seed {SEED}: {}",
                asked.text
            );
            let json = encoded(&asked.json.to_string());
            let json = every(&client, &format!("{base}&filter-lang=cql2-json&filter={json}"));
            assert_eq!(
                ids(&json),
                expected,
                "{person}, filter {n} of seed {SEED}: {}",
                asked.json
            );
            chosen += usize::from(!expected.is_empty() && expected.len() < items.len());
        }
    }
    assert!(chosen > 20, "only {chosen} filters told items apart");
}

#[test]
fn every_property_that_is_shown_may_be_asked_for() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let collections = admin.get("/ogc/collections").status(200).json()["collections"].clone();
    for collection in collections
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|c| c["id"].as_str())
    {
        let here = format!("/ogc/collections/{collection}");
        let queryables = admin.get(&format!("{here}/queryables")).status(200).json()["properties"].clone();
        let page = admin.get(&format!("{here}/items?limit=50")).status(200).json();
        for item in page["features"].as_array().into_iter().flatten() {
            for (name, value) in item["properties"].as_object().into_iter().flatten() {
                if name == "source" {
                    continue;
                }
                assert!(
                    queryables.get(name).is_some(),
                    "{collection}: {name} is shown and may not be asked for"
                );
                let literal = match value {
                    Value::String(text) => quoted(text),
                    Value::Null => continue,
                    other => other.to_string(),
                };
                let asked = encoded(&format!("{name} = {literal} AND id = {}", item["id"]));
                let found = admin.get(&format!("{here}/items?filter={asked}")).status(200).json();
                assert_eq!(found["numberMatched"], 1, "{collection}: {name} = {literal}");
            }
        }
    }
}
