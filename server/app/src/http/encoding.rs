//! Which of the encodings at hand a client takes, as its Accept-Encoding says.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// How bytes may travel, best first: where a client takes two equally well, the earlier one is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Gzip,
    Identity,
}

/// Weights are thousandths, so that they compare exactly.
const FULL_WEIGHT: u16 = 1000;

impl Coding {
    /// The name in Content-Encoding. `identity` is said too: nothing compresses such an answer again on its way out, and so
    /// its strong ETag stays true.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
            Coding::Identity => "identity",
        }
    }

    /// The best of the compressed codings at hand that the client takes, else the plain bytes. Someone who refuses even those
    /// gets them all the same: an answer in an unwanted form is more use than none.
    pub fn for_client(headers: &HeaderMap, at_hand: &[Coding]) -> Coding {
        let asked = Asked::of(headers);
        let mut best = (Coding::Identity, asked.identity.unwrap_or(0));
        for coding in [Coding::Gzip, Coding::Brotli] {
            let weight = asked.weight(coding);
            if weight > 0 && weight >= best.1 && at_hand.contains(&coding) {
                best = (coding, weight);
            }
        }
        best.0
    }
}

/// Weights that were named; `None` where nothing was said.
#[derive(Default)]
struct Asked {
    brotli: Option<u16>,
    gzip: Option<u16>,
    identity: Option<u16>,
    others: Option<u16>,
}

impl Asked {
    fn of(headers: &HeaderMap) -> Self {
        let mut asked = Asked::default();
        let named = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        for one in named {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let place = match name.trim().to_ascii_lowercase().as_str() {
                "br" => &mut asked.brotli,
                "gzip" | "x-gzip" => &mut asked.gzip,
                "identity" => &mut asked.identity,
                "*" => &mut asked.others,
                _ => continue,
            };
            *place = Some(weight_of(weight));
        }
        asked
    }

    fn weight(&self, coding: Coding) -> u16 {
        let own = match coding {
            Coding::Brotli => self.brotli,
            Coding::Gzip => self.gzip,
            Coding::Identity => self.identity,
        };
        own.or(self.others).unwrap_or(0)
    }
}

/// `q=0.8` as 800. What cannot be read counts as not wanted: the plain bytes are always right.
fn weight_of(parameter: &str) -> u16 {
    let parameter = parameter.trim();
    if parameter.is_empty() {
        return FULL_WEIGHT;
    }
    let Some((name, value)) = parameter.split_once('=') else {
        return 0;
    };
    if !name.trim().eq_ignore_ascii_case("q") {
        return 0;
    }
    match value.trim().parse::<f32>() {
        // Within 0 and 1000 after the bounds: nothing is cut off.
        Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * f32::from(FULL_WEIGHT)).round() as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Coding::{Brotli, Gzip, Identity};

    fn sent(asked: &'static str, at_hand: &[Coding]) -> Coding {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, asked.parse().unwrap())]);
        Coding::for_client(&headers, at_hand)
    }

    #[test]
    fn brotli_comes_before_gzip_and_gzip_before_plain_bytes() {
        let both = &[Brotli, Gzip];
        assert_eq!(sent("gzip, deflate, br, zstd", both), Brotli);
        assert_eq!(sent("gzip, deflate", both), Gzip);
        assert_eq!(sent("*", both), Brotli);
        assert_eq!(sent("br", &[Gzip]), Identity);
        assert_eq!(sent("br;q=1.0, gzip;q=0.8", &[Gzip]), Gzip);
        assert_eq!(Coding::for_client(&HeaderMap::new(), both), Identity);
    }

    #[test]
    fn a_client_says_what_it_likes_better() {
        let both = &[Brotli, Gzip];
        assert_eq!(sent("br;q=0.5, gzip;q=0.9", both), Gzip);
        assert_eq!(sent("identity, br;q=0.5", both), Identity);
        assert_eq!(sent("gzip;q=0.001", both), Gzip);
        assert_eq!(sent("GZIP ; Q=1", both), Gzip);
        assert_eq!(sent("*;q=0.2, br;q=0", both), Gzip);
    }

    #[test]
    fn what_is_refused_or_cannot_be_read_is_not_sent() {
        let both = &[Brotli, Gzip];
        for asked in [
            "br;q=0, gzip;q=0.000",
            "identity",
            "gzip;q=2",
            "br;q=NaN",
            "br;level=9",
            "br;q",
            "*;q=0",
            "brr",
            "",
        ] {
            assert_eq!(sent(asked, both), Identity, "{asked:?}");
        }
    }
}
