//! CQL2 as text.

use super::ast::{Comparison, Expr, Moment, Order, Relation, Scalar, Shape};
use super::lex::{Placed, Token, tokens};
use super::{Allowance, LIST_MAX, Parsed, Slip, deeper, short_enough, told, wkt};

/// Words that are no names unless they stand in double quotes.
const KEYWORDS: [&str; 9] = ["AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "IS", "NULL"];

/// Reads CQL2 text. `ILIKE` is taken too: GDAL writes it where the standard has CASEI.
pub fn parse_text(filter: &str) -> Result<Parsed, Slip> {
    short_enough(filter)?;
    let tokens = tokens(filter)?;
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        end: filter.chars().count(),
        allowance: Allowance::whole(),
    };
    let expr = reader.any(0)?;
    match reader.tokens.get(reader.at) {
        None => Ok(Parsed(expr)),
        Some(_) => Err(reader.slip("the filter should end here, or go on with AND or OR")),
    }
}

pub(super) struct Reader<'a> {
    tokens: &'a [Placed],
    at: usize,
    /// Where the text ends.
    end: usize,
    pub(super) allowance: Allowance,
}

impl Reader<'_> {
    pub(super) fn slip(&self, why: impl Into<String>) -> Slip {
        let at = self.tokens.get(self.at).map_or(self.end, |(at, _)| *at);
        Slip::at(at, why)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn next_is_bracket(&self) -> bool {
        matches!(self.tokens.get(self.at + 1), Some((_, Token::Sign("("))))
    }

    /// The unquoted word that comes, in capitals.
    fn keyword(&self) -> Option<String> {
        match self.peek() {
            Some(Token::Word { text, quoted: false }) => Some(text.to_uppercase()),
            _ => None,
        }
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.keyword().as_deref() == Some(keyword);
        self.at += usize::from(found);
        found
    }

    pub(super) fn take_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn sign(&mut self, sign: &str) -> Result<(), Slip> {
        if self.take_sign(sign) {
            Ok(())
        } else {
            Err(self.slip(format!("{sign} is needed here")))
        }
    }

    fn expect(&mut self, keyword: &str) -> Result<(), Slip> {
        if self.take_keyword(keyword) {
            Ok(())
        } else {
            Err(self.slip(format!("{keyword} is needed here")))
        }
    }

    pub(super) fn take_number(&mut self) -> Option<f64> {
        let number = match self.peek() {
            Some(Token::Number(n)) => *n,
            _ => return None,
        };
        self.at += 1;
        Some(number)
    }

    pub(super) fn number(&mut self) -> Result<f64, Slip> {
        self.take_number().ok_or_else(|| self.slip("a number is needed here"))
    }

    pub(super) fn word(&mut self) -> Result<String, Slip> {
        let word = match self.peek() {
            Some(Token::Word { text, .. }) => text.clone(),
            _ => return Err(self.slip("a name is needed here")),
        };
        self.at += 1;
        Ok(word)
    }

    fn any(&mut self, depth: usize) -> Result<Expr, Slip> {
        let mut all = vec![self.all(depth)?];
        while self.take_keyword("OR") {
            all.push(self.all(depth)?);
        }
        Ok(match all.len() {
            1 => all.remove(0),
            _ => Expr::Or(all),
        })
    }

    fn all(&mut self, depth: usize) -> Result<Expr, Slip> {
        let mut all = vec![self.one(depth)?];
        while self.take_keyword("AND") {
            all.push(self.one(depth)?);
        }
        Ok(match all.len() {
            1 => all.remove(0),
            _ => Expr::And(all),
        })
    }

    fn one(&mut self, depth: usize) -> Result<Expr, Slip> {
        self.allowance.node()?;
        let depth = deeper(depth)?;
        if self.take_keyword("NOT") {
            return self.one(depth).map(|e| Expr::Not(Box::new(e)));
        }
        if self.take_sign("(") {
            let inner = self.any(depth)?;
            self.sign(")")?;
            return Ok(inner);
        }
        if let Some(word) = self.keyword().filter(|_| self.next_is_bracket()) {
            let name = word.to_lowercase();
            if let Some(relation) = Relation::parse(&name) {
                let (a, b) = self.pair(|r| r.shape_or_name(depth))?;
                return Ok(Expr::Spatial(relation, a, b));
            }
            if let Some(order) = Order::parse(&name) {
                let (a, b) = self.pair(|r| r.moment(depth))?;
                return Ok(Expr::Temporal(order, a, b));
            }
        }
        self.predicate(depth)
    }

    fn pair<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Slip>) -> Result<(T, T), Slip> {
        self.at += 1;
        self.sign("(")?;
        let a = one(self)?;
        self.sign(",")?;
        let b = one(self)?;
        self.sign(")")?;
        Ok((a, b))
    }

    fn predicate(&mut self, depth: usize) -> Result<Expr, Slip> {
        let value = self.scalar(depth)?;
        if let Some(Token::Sign(sign)) = self.peek()
            && let Some(how) = Comparison::parse(sign)
        {
            self.at += 1;
            return Ok(Expr::Compare(how, value, self.scalar(depth)?));
        }
        if self.take_keyword("IS") {
            let negated = self.take_keyword("NOT");
            self.expect("NULL")?;
            return Ok(Expr::IsNull(value).negated_if(negated));
        }
        let negated = self.take_keyword("NOT");
        if self.take_keyword("LIKE") {
            let pattern = self.scalar(depth)?;
            return Ok(Expr::Like { value, pattern }.negated_if(negated));
        }
        if self.take_keyword("ILIKE") {
            let value = Scalar::Folded(Box::new(value));
            let pattern = Scalar::Folded(Box::new(self.scalar(depth)?));
            return Ok(Expr::Like { value, pattern }.negated_if(negated));
        }
        if self.take_keyword("BETWEEN") {
            let low = self.scalar(depth)?;
            self.expect("AND")?;
            let high = self.scalar(depth)?;
            return Ok(Expr::Between(value, low, high).negated_if(negated));
        }
        if self.take_keyword("IN") {
            self.sign("(")?;
            let mut list = vec![self.scalar(depth)?];
            while self.take_sign(",") {
                list.push(self.scalar(depth)?);
                if list.len() > LIST_MAX {
                    return Err(self.slip(format!("a list has at most {LIST_MAX} values")));
                }
            }
            self.sign(")")?;
            return Ok(Expr::In(value, list).negated_if(negated));
        }
        match value {
            Scalar::Bool(yes) if !negated => Ok(Expr::Literal(yes)),
            _ => Err(self.slip("a comparison is needed here: =, <>, <, <=, >, >=, LIKE, BETWEEN, IN or IS NULL")),
        }
    }

    fn scalar(&mut self, depth: usize) -> Result<Scalar, Slip> {
        self.allowance.node()?;
        let depth = deeper(depth)?;
        let token = self
            .peek()
            .cloned()
            .ok_or_else(|| self.slip("the filter ends too early: a name or a value is needed"))?;
        let (word, quoted) = match token {
            Token::Text(text) => {
                self.at += 1;
                return Ok(Scalar::Text(text));
            }
            Token::Number(number) => {
                self.at += 1;
                return Ok(Scalar::Number(number));
            }
            Token::Sign(sign) => return Err(self.slip(format!("a name or a value is needed here, not {sign}"))),
            Token::Word { text, quoted } => (text, quoted),
        };
        let upper = word.to_uppercase();
        if !quoted && KEYWORDS.contains(&upper.as_str()) {
            return Err(self.slip(format!("a name or a value is needed here, not {upper}")));
        }
        if !quoted && self.next_is_bracket() {
            return match upper.as_str() {
                "CASEI" => self
                    .bracketed(|r| r.scalar(depth))
                    .map(|inner| Scalar::Folded(Box::new(inner))),
                "DATE" => self.bracketed(Self::text).map(Scalar::Date),
                "TIMESTAMP" => self.bracketed(Self::text).map(Scalar::Timestamp),
                _ => Err(self.slip(format!("there is no function {}", told(&word)))),
            };
        }
        self.at += 1;
        Ok(match upper.as_str() {
            "TRUE" if !quoted => Scalar::Bool(true),
            "FALSE" if !quoted => Scalar::Bool(false),
            _ => Scalar::Property(word),
        })
    }

    fn bracketed<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, Slip>) -> Result<T, Slip> {
        self.at += 1;
        self.sign("(")?;
        let found = inner(self)?;
        self.sign(")")?;
        Ok(found)
    }

    fn text(&mut self) -> Result<String, Slip> {
        let text = match self.peek() {
            Some(Token::Text(text)) => text.clone(),
            _ => return Err(self.slip("a text in single quotes is needed here")),
        };
        self.at += 1;
        Ok(text)
    }

    fn shape_or_name(&mut self, depth: usize) -> Result<Shape, Slip> {
        self.allowance.node()?;
        match self.keyword().filter(|w| wkt::is_shape(w)) {
            Some(name) => {
                self.at += 1;
                self.shape(&name, depth)
            }
            None => self.word().map(Shape::Property),
        }
    }

    fn moment(&mut self, depth: usize) -> Result<Moment, Slip> {
        if self.keyword().as_deref() == Some("INTERVAL") && self.next_is_bracket() {
            return self.bracketed(|r| {
                let from = r.end_of_interval(depth)?;
                r.sign(",")?;
                Ok(Moment::Interval(from, r.end_of_interval(depth)?))
            });
        }
        self.scalar(depth).map(Moment::Instant)
    }

    fn end_of_interval(&mut self, depth: usize) -> Result<Option<Scalar>, Slip> {
        Ok(match self.scalar(depth)? {
            Scalar::Text(text) if text == ".." => None,
            end => Some(end),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_every_sort_are_read() {
        for filter in [
            "name = '桐梓林社区'",
            "floors >= 7 AND (build_year < 2000 OR build_year IS NULL)",
            "NOT name LIKE '%小区' and floors not between 1 and 3",
            "CASEI(name) IN (casei('A栋'), CASEI('b栋'))",
            "true",
            "owners_committee = FALSE",
            "\"name\" <> 'it''s'",
            "effective_from >= DATE('2026-01-01')",
            "T_DURING(changed_at, INTERVAL('2026-01-01T00:00:00Z', '..'))",
            "T_INTERSECTS(INTERVAL(effective_from, effective_to), INTERVAL('2026-01-01','2026-12-31'))",
            "S_INTERSECTS(geometry, BBOX(104.0,30.6,104.1,30.7))",
            "s_within(geometry, POLYGON((0 0, 1 0, 1 1, 0 0), (0.2 0.1, 0.3 0.1, 0.3 0.2, 0.2 0.1)))",
            "S_CROSSES(geometry, LINESTRING Z (0 0 5, 1 1 5))",
            "S_DISJOINT(geometry, MULTIPOINT((0 0), (1 1))) OR S_TOUCHES(geometry, MULTIPOINT(0 0, 1 1))",
            "S_EQUALS(geometry, GEOMETRYCOLLECTION(POINT(0 0), MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))))",
            "(name ILIKE 'a%') AND (floors = 3)",
        ] {
            parse_text(filter).unwrap_or_else(|slip| panic!("{filter}: {slip}"));
        }
    }

    #[test]
    fn and_binds_closer_than_or() {
        let Parsed(Expr::Or(parts)) = parse_text("a = 1 OR b = 2 AND c = 3").unwrap() else {
            panic!("OR is outermost")
        };
        assert!(matches!(parts[..], [Expr::Compare(..), Expr::And(_)]));
    }

    #[test]
    fn slips_are_told_with_their_place() {
        for (filter, said) in [
            ("", "ends too early"),
            ("name", "a comparison is needed"),
            ("name =", "ends too early"),
            ("name = 'a' name = 'b'", "should end here"),
            ("name = 'a' AND", "ends too early"),
            ("(name = 'a'", ") is needed"),
            ("name IS 3", "NULL is needed"),
            ("floors BETWEEN 1 OR 2", "AND is needed"),
            ("area(geometry) > 3", "no function"),
            ("floors + 1 > 3", "sums"),
            ("S_INTERSECTS(geometry)", ", is needed"),
            ("S_INTERSECTS(geometry, POINT EMPTY)", "empty"),
            ("S_WITHIN(geometry, POLYGON((0 0, 1 0, 1 1)))", "first corner"),
            ("ACCENTI(name) = 'a'", "no function"),
        ] {
            let slip = parse_text(filter).expect_err(filter).to_string();
            assert!(slip.contains(said), "{filter}: {slip}");
        }
    }

    #[test]
    fn bombs_are_refused_at_once() {
        let began = std::time::Instant::now();
        let many = |one: &str, n: usize| one.repeat(n);
        let mut bombs = vec![
            many("(", 10_000),
            format!("{}true", many("NOT ", 4_000)),
            format!("{}name{} = 'a'", many("CASEI(", 2_000), many(")", 2_000)),
            format!("true{}", many(" AND true", 1_500)),
            format!("floors IN (1{})", many(",1", 600)),
            format!("S_INTERSECTS(geometry, LINESTRING(0 0{}))", many(",1 1", 2_500)),
            many("a", 20_000),
            format!("{}POINT(0 0){}", many("GEOMETRYCOLLECTION(", 500), many(")", 500)),
        ];
        bombs.push(format!(
            "S_INTERSECTS(geometry, {}POINT(0 0){})",
            many("GEOMETRYCOLLECTION(", 500),
            many(")", 500)
        ));
        for bomb in bombs {
            assert!(parse_text(&bomb).is_err(), "{bomb:.40}");
        }
        assert!(began.elapsed().as_secs() < 1);
    }
}
