//! Accounts, sessions, tokens and the access log as rows.

use crate::append::nanoseconds;
use crate::cell::Line;
use crate::cell::{Cell, maybe_text};
use crate::desk::Desk;
use crate::error::{Damage, StoreError};
use crate::read::time;
use crate::schema::Kind::{self, Blob, Int, Text};
use crate::{Access, Account, REPLY_DAYS, Seen, Session, Token, Whose};
use geju_core::{PlaceId, Role};
use jiff::{SignedDuration, Timestamp};

const AUTH_STAMP: &str = "auth_stamp";
const ACCESS_COUNT: &str = "access";

/// Steps a counter and answers its new value; the row stays locked until the transaction ends.
pub(crate) async fn step(desk: &mut Desk, counter: &str) -> Result<u64, StoreError> {
    let sql = "INSERT INTO meta (ledger, key, value) VALUES ($1, $2, 1)
               ON CONFLICT (ledger, key) DO UPDATE SET value = meta.value + 1 RETURNING value";
    let stepped = desk
        .one(sql, vec![counter.into()], &[Int], |mut line| line.id())
        .await?;
    stepped.ok_or_else(|| desk.damaged("a counter did not answer".into()))
}

pub(crate) async fn step_auth(desk: &mut Desk) -> Result<(), StoreError> {
    step(desk, AUTH_STAMP).await.map(drop)
}

pub(crate) async fn auth_stamp(desk: &mut Desk) -> Result<u64, StoreError> {
    let sql = "SELECT value FROM meta WHERE ledger = $1 AND key = $2";
    Ok(desk
        .one(sql, vec![AUTH_STAMP.into()], &[Int], |mut line| line.id())
        .await?
        .unwrap_or(0))
}

/// Never lower than both: a server that polls must see that everything may have changed.
pub(crate) async fn raise_auth_stamp(desk: &mut Desk, above: u64) -> Result<(), StoreError> {
    let next = auth_stamp(desk).await?.max(above) + 1;
    let sql = "INSERT INTO meta (ledger, key, value) VALUES ($1, $2, $3)
               ON CONFLICT (ledger, key) DO UPDATE SET value = excluded.value";
    desk.exec(sql, vec![AUTH_STAMP.into(), next.into()]).await.map(drop)
}

/// The access log goes on numbering after what a restore brought.
pub(crate) async fn settle_access_count(desk: &mut Desk) -> Result<(), StoreError> {
    let sql = "SELECT coalesce(max(n), 0) FROM auth_access WHERE ledger = $1";
    let highest = desk.one(sql, vec![], &[Int], |mut line| line.int()).await?.unwrap_or(0);
    let sql = "INSERT INTO meta (ledger, key, value) VALUES ($1, $2, $3)
               ON CONFLICT (ledger, key) DO UPDATE SET value = excluded.value";
    desk.exec(sql, vec![ACCESS_COUNT.into(), highest.into()])
        .await
        .map(drop)
}

fn role(line: &mut Line) -> Result<Role, Damage> {
    let text = line.text()?;
    Role::parse(&text).ok_or_else(|| format!("role {text:?} is unknown").into())
}

fn places(line: &mut Line) -> Result<Vec<PlaceId>, Damage> {
    Ok(serde_json::from_str(&line.text()?)?)
}

fn places_cell(places: &[PlaceId]) -> Cell {
    serde_json::Value::from(places.iter().map(|p| p.0).collect::<Vec<u64>>())
        .to_string()
        .into()
}

fn hash(line: &mut Line) -> Result<[u8; 32], Damage> {
    line.blob()?
        .try_into()
        .map_err(|_| "a token hash is not 32 bytes".into())
}

const ACCOUNT: &str =
    "SELECT name, display_name, role, places, password_hash, must_change_password, disabled, created_at, last_seen
                       FROM auth_account WHERE ledger = $1";
const ACCOUNT_KINDS: [Kind; 9] = [Text, Text, Text, Text, Text, Int, Int, Text, Text];

fn read_account(mut line: Line) -> Result<Account, Damage> {
    Ok(Account {
        name: line.text()?,
        display_name: line.text()?,
        role: role(&mut line)?,
        places: places(&mut line)?,
        password_hash: line.text()?,
        must_change_password: line.yes()?,
        disabled: line.yes()?,
        created_at: line.text()?.parse()?,
        last_seen: line.text_opt()?.map(|t| t.parse()).transpose()?,
    })
}

pub(crate) async fn accounts(desk: &mut Desk) -> Result<Vec<Account>, StoreError> {
    let mut all = desk.all(ACCOUNT, vec![], &ACCOUNT_KINDS, read_account).await?;
    all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

pub(crate) async fn account(desk: &mut Desk, name: &str) -> Result<Option<Account>, StoreError> {
    desk.one(
        &format!("{ACCOUNT} AND name = $2"),
        vec![name.into()],
        &ACCOUNT_KINDS,
        read_account,
    )
    .await
}

pub(crate) async fn put_account(desk: &mut Desk, account: &Account) -> Result<(), StoreError> {
    let sql = "INSERT INTO auth_account
               (ledger, name, display_name, role, places, password_hash, must_change_password, disabled, created_at,
                last_seen)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               ON CONFLICT (ledger, name) DO UPDATE SET display_name = excluded.display_name, role = excluded.role,
               places = excluded.places, password_hash = excluded.password_hash,
               must_change_password = excluded.must_change_password, disabled = excluded.disabled,
               created_at = excluded.created_at";
    let cells = vec![
        account.name.as_str().into(),
        account.display_name.as_str().into(),
        account.role.as_str().into(),
        places_cell(&account.places),
        account.password_hash.as_str().into(),
        account.must_change_password.into(),
        account.disabled.into(),
        account.created_at.to_string().into(),
        maybe_text(account.last_seen.map(|t| t.to_string()).as_deref()),
    ];
    desk.exec(sql, cells).await?;
    step_auth(desk).await
}

/// A session takes nobody's right away and nobody remembers that there was none, so no server has to look again.
pub(crate) async fn put_session(desk: &mut Desk, session: &Session) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO auth_session (ledger, token_hash, account, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (ledger, token_hash) DO UPDATE SET account = excluded.account,
               created_at = excluded.created_at, expires_at = excluded.expires_at";
    let cells = vec![
        session.token_hash.as_slice().into(),
        session.account.as_str().into(),
        session.created_at.to_string().into(),
        nanoseconds(session.expires_at).into(),
    ];
    desk.exec(sql, cells).await.map(drop)
}

pub(crate) async fn session(desk: &mut Desk, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    let sql = "SELECT account, created_at, expires_at FROM auth_session WHERE ledger = $1 AND token_hash = $2";
    let token_hash = *token_hash;
    desk.one(
        sql,
        vec![token_hash.as_slice().into()],
        &[Text, Text, Int],
        |mut line| {
            Ok(Session {
                token_hash,
                account: line.text()?,
                created_at: line.text()?.parse()?,
                expires_at: time(line.int()?)?,
            })
        },
    )
    .await
}

pub(crate) async fn end_session(desk: &mut Desk, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    let sql = "DELETE FROM auth_session WHERE ledger = $1 AND token_hash = $2";
    desk.exec(sql, vec![token_hash.as_slice().into()]).await?;
    step_auth(desk).await
}

pub(crate) async fn end_sessions_of(desk: &mut Desk, account: &str) -> Result<(), StoreError> {
    desk.exec(
        "DELETE FROM auth_session WHERE ledger = $1 AND account = $2",
        vec![account.into()],
    )
    .await?;
    step_auth(desk).await
}

pub(crate) async fn sweep(desk: &mut Desk, now: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM auth_session WHERE ledger = $1 AND expires_at <= $2";
    // What expired was worth nothing already.
    desk.exec(sql, vec![nanoseconds(now).into()]).await?;
    let kept = SignedDuration::from_hours(24 * REPLY_DAYS);
    let old = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
    desk.exec(
        "DELETE FROM reply WHERE ledger = $1 AND at <= $2",
        vec![nanoseconds(old).into()],
    )
    .await
    .map(drop)
}

const TOKEN: &str = "SELECT name, token_hash, role, places, created_at, last_seen FROM auth_token WHERE ledger = $1";
const TOKEN_KINDS: [Kind; 6] = [Text, Blob, Text, Text, Text, Text];

fn read_token(mut line: Line) -> Result<Token, Damage> {
    Ok(Token {
        name: line.text()?,
        token_hash: hash(&mut line)?,
        role: role(&mut line)?,
        places: places(&mut line)?,
        created_at: line.text()?.parse()?,
        last_seen: line.text_opt()?.map(|t| t.parse()).transpose()?,
    })
}

pub(crate) async fn tokens(desk: &mut Desk) -> Result<Vec<Token>, StoreError> {
    let mut all = desk.all(TOKEN, vec![], &TOKEN_KINDS, read_token).await?;
    all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

pub(crate) async fn token(desk: &mut Desk, token_hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
    let sql = format!("{TOKEN} AND token_hash = $2");
    desk.one(&sql, vec![token_hash.as_slice().into()], &TOKEN_KINDS, read_token)
        .await
}

pub(crate) async fn put_token(desk: &mut Desk, token: &Token) -> Result<(), StoreError> {
    let sql = "INSERT INTO auth_token (ledger, name, token_hash, role, places, created_at, last_seen)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (ledger, name) DO UPDATE SET token_hash = excluded.token_hash, role = excluded.role,
               places = excluded.places, created_at = excluded.created_at, last_seen = excluded.last_seen";
    let last_seen = token.last_seen.map(|t| t.to_string());
    let cells = vec![
        token.name.as_str().into(),
        token.token_hash.as_slice().into(),
        token.role.as_str().into(),
        places_cell(&token.places),
        token.created_at.to_string().into(),
        maybe_text(last_seen.as_deref()),
    ];
    desk.exec(sql, cells).await?;
    step_auth(desk).await
}

pub(crate) async fn drop_token(desk: &mut Desk, name: &str) -> Result<bool, StoreError> {
    let gone = desk
        .exec(
            "DELETE FROM auth_token WHERE ledger = $1 AND name = $2",
            vec![name.into()],
        )
        .await?
        > 0;
    step_auth(desk).await?;
    Ok(gone)
}

/// Notes when accounts and tokens were last met. It changes nobody's rights, so the stamp stays; of two servers the later
/// word holds.
pub(crate) async fn note_seen(desk: &mut Desk, seen: &[Seen]) -> Result<(), StoreError> {
    for one in seen {
        let table = match one.who {
            Whose::Account => "auth_account",
            Whose::Token => "auth_token",
        };
        // Text as it is written: UTC with a Z, so what is later sorts later, to the second.
        let sql = format!(
            "UPDATE {table} SET last_seen = $3 WHERE ledger = $1 AND name = $2 AND (last_seen IS NULL OR last_seen < $3)"
        );
        let at = one.at.round(jiff::Unit::Second).unwrap_or(one.at);
        desk.exec(&sql, vec![one.name.as_str().into(), at.to_string().into()])
            .await?;
    }
    Ok(())
}

/// Writes lines at the end of the access log.
pub(crate) async fn log_accesses(desk: &mut Desk, lines: &[Access]) -> Result<(), StoreError> {
    for access in lines {
        let n = step(desk, ACCESS_COUNT).await?;
        let sql = "INSERT INTO auth_access (ledger, n, at, who, what, target, role, detail, address)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let cells = vec![
            n.into(),
            access.at.to_string().into(),
            access.who.as_str().into(),
            access.what.as_str().into(),
            access.target.as_str().into(),
            maybe_text(access.role.map(Role::as_str)),
            maybe_text(access.detail.as_deref()),
            maybe_text(access.address.as_deref()),
        ];
        desk.exec(sql, cells).await?;
    }
    Ok(())
}

/// Lets all but the newest lines of the access log go.
pub(crate) async fn let_accesses_go(desk: &mut Desk, kept: u64) -> Result<(), StoreError> {
    let sql = "DELETE FROM auth_access WHERE ledger = $1
               AND n <= (SELECT max(n) FROM auth_access WHERE ledger = $1) - $2";
    desk.exec(sql, vec![kept.into()]).await.map(drop)
}

/// Lines of the access log, newest first, with their numbers.
pub(crate) async fn accesses(
    desk: &mut Desk,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<(u64, Access)>, StoreError> {
    let sql = "SELECT n, at, who, what, target, role, detail, address FROM auth_access
               WHERE ledger = $1 AND n < $2 ORDER BY n DESC LIMIT $3";
    let before = before.map_or(i64::MAX, |n| i64::try_from(n).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let kinds = [Int, Text, Text, Text, Text, Text, Text, Text];
    desk.all(sql, vec![before.into(), limit.into()], &kinds, |mut line| {
        let n = line.id()?;
        let access = Access {
            at: line.text()?.parse()?,
            who: line.text()?,
            what: line.text()?,
            target: line.text()?,
            role: line.text_opt()?.and_then(|role| Role::parse(&role)),
            detail: line.text_opt()?,
            address: line.text_opt()?,
        };
        Ok((n, access))
    })
    .await
}
