//! `If-Match` as RFC 9110 §13.1.1 has it: `*`, or ETags of which one must be that of the current version.

use super::problem::{self, Problem};
use crate::ledger::Condition;
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use geju_core::{Epoch, Version};

/// ETags named by one request: whoever merges drafts names a handful.
const TAGS_MAX: usize = 50;

/// What a writer says it read: 428 when it says nothing, 400 when it cannot be read.
///
/// A version is `"epoch.version"`; what follows the version in an ETag tells of the place's surroundings, which a writer
/// does not touch, so it does not count here.
pub fn if_match(headers: &HeaderMap, epoch: Epoch) -> Result<Condition, Problem> {
    let mut values = headers.get_all(IF_MATCH).iter().peekable();
    if values.peek().is_none() {
        return Err(Problem::new(
            problem::IF_MATCH_NEEDED,
            "send If-Match with the ETag that was read",
        ));
    }
    let mut condition = Condition::default();
    let mut tags = 0;
    for value in values {
        let text = value
            .to_str()
            .map_err(|_| unreadable("it holds letters that no ETag has"))?;
        for tag in text_of_tags(text)? {
            tags += 1;
            match tag {
                Tag::Any => condition.any = true,
                Tag::Weak => condition.weak = true,
                Tag::Strong(text) => condition.versions.extend(version(text, epoch)),
            }
        }
    }
    if tags == 0 {
        return Err(unreadable("it is empty"));
    }
    if tags > TAGS_MAX {
        return Err(unreadable(&format!("it names more than {TAGS_MAX} ETags")));
    }
    if condition.any && tags > 1 {
        return Err(unreadable("* stands alone"));
    }
    Ok(condition)
}

/// The refusal of a stale write, with the reason where the ETag itself is at fault.
pub fn explained(problem: Problem, condition: &Condition) -> Problem {
    if condition.weak {
        problem.saying(
            "a weak ETag (W/\"…\") matches no version when writing; a proxy on the way may have weakened it: send \"epoch.version\" of what was read",
        )
    } else {
        problem
    }
}

enum Tag<'a> {
    Any,
    Weak,
    Strong(&'a str),
}

fn unreadable(why: &str) -> Problem {
    Problem::parameter(
        "If-Match",
        format!(
            "{why}; write the ETag as it was read, in double quotes: If-Match: \"1.7\", or several with commas between, or *"
        ),
    )
}

/// A list of ETags. Empty places in it are passed over, as in every list of HTTP.
fn text_of_tags(text: &str) -> Result<Vec<Tag<'_>>, Problem> {
    let mut tags = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(',') {
            rest = after.trim_start();
            continue;
        }
        let (tag, after) = if let Some(after) = rest.strip_prefix('*') {
            (Tag::Any, after)
        } else {
            let (weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
            let opened = quoted
                .strip_prefix('"')
                .ok_or_else(|| unreadable("an ETag stands in double quotes"))?;
            let (inside, after) = opened
                .split_once('"')
                .ok_or_else(|| unreadable("a quotation mark is missing"))?;
            (if weak { Tag::Weak } else { Tag::Strong(inside) }, after)
        };
        rest = after.trim_start();
        if !rest.is_empty() && !rest.starts_with(',') {
            return Err(unreadable("a comma is missing between two ETags"));
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// The version an ETag of ours names; none where it is of another life of the ledger or of something else.
fn version(tag: &str, epoch: Epoch) -> Option<Version> {
    let mut parts = tag.split('.');
    let same = parts.next()?.parse::<u32>().ok()? == epoch.0;
    same.then(|| parts.next()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Result<Condition, Problem> {
        if_match(&HeaderMap::from_iter([(IF_MATCH, value.parse().unwrap())]), Epoch(3))
    }

    #[test]
    fn any_version_one_or_one_of_several_may_be_named() {
        let any = asked("*").unwrap();
        assert!(any.any && any.versions.is_empty());
        assert_eq!(asked("\"3.7\"").unwrap().versions, [7]);
        assert_eq!(asked("\"3.7\", \"3.9\" ,, \"other\"").unwrap().versions, [7, 9]);
        assert_eq!(
            asked("\"3.7.0a1b2c3d\"").unwrap().versions,
            [7],
            "surroundings do not count"
        );
        assert_eq!(
            asked("\"2.7\"").unwrap(),
            Condition::default(),
            "another life of the ledger"
        );
    }

    #[test]
    fn a_weak_etag_never_counts() {
        let weak = asked("W/\"3.7\"").unwrap();
        assert!(weak.weak && weak.versions.is_empty() && !weak.any);
        assert_eq!(asked("W/\"3.7\", \"3.8\"").unwrap().versions, [8]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_way_to_write_it() {
        for odd in [
            "3.7",
            "",
            " , ",
            "\"3.7",
            "\"3.7\" \"3.8\"",
            "*, \"3.7\"",
            "w/\"3.7\"",
            "**",
        ] {
            let problem = asked(odd).expect_err(odd);
            assert!(format!("{problem:?}").contains("double quotes"), "{odd}: {problem:?}");
        }
        assert!(if_match(&HeaderMap::new(), Epoch(3)).is_err());
    }
}
