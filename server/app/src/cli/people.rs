//! `geju user` and `geju token`.

use super::console::Console;
use super::serve::open;
use crate::audit::What;
use crate::auth::{hash_secret, new_secret, password};
use crate::config::{Settings, TokenCommand, UserCommand};
use crate::http::check_name;
use anyhow::{Context, bail};
use geju_core::{Actor, Code, PlaceId, PlaceKind, Role, World};
use geju_store::{Access, Account, Accounts, AnyStore, Store, Token};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::BufRead;

/// The store itself, or the server that holds it.
enum Way {
    Direct(AnyStore),
    Through(Console),
}

impl Way {
    async fn find(settings: &Settings) -> anyhow::Result<Way> {
        match open(settings).await {
            Ok(store) => Ok(Way::Direct(store)),
            Err(error) => Console::behind(&error).map(Way::Through).ok_or(error),
        }
    }
}

/// The password on the first line of standard input: never an argument, which everybody on the machine could read.
fn password_from_stdin(name: &str) -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("reading the password")?;
    let secret = line.trim_end_matches(['\r', '\n']).to_owned();
    if let Some(why) = password::weakness(&secret, name) {
        bail!("{why}; give the password on standard input");
    }
    Ok(secret)
}

pub async fn user(settings: Settings, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add {
            name,
            role,
            places,
            display_name,
        } => {
            check_name(&name).map_err(anyhow::Error::msg)?;
            let secret = password_from_stdin(&name)?;
            add(&settings, name, role, places, display_name, secret).await
        }
        UserCommand::Password { name } => {
            let secret = password_from_stdin(&name)?;
            let store = match Way::find(&settings).await? {
                Way::Through(console) => {
                    let path = format!("/api/v1/accounts/{}/password", encoded(&name));
                    return console.ask("POST", &path, &json!({ "new": secret })).map(drop);
                }
                Way::Direct(store) => store,
            };
            let account = known(&store, &name).await?;
            let hash = password::hash_now(&secret)?;
            store
                .put_account(&Account {
                    password_hash: hash,
                    must_change_password: false,
                    ..account
                })
                .await?;
            store.end_sessions_of(&name).await?;
            write_down(&store, What::PasswordReset, &name, None).await?;
            store.close().await;
            Ok(())
        }
        UserCommand::Disable { name } => {
            let store = match Way::find(&settings).await? {
                Way::Through(console) => {
                    let path = format!("/api/v1/accounts/{}", encoded(&name));
                    return console.ask("PUT", &path, &json!({ "disabled": true })).map(drop);
                }
                Way::Direct(store) => store,
            };
            let account = known(&store, &name).await?;
            store
                .put_account(&Account {
                    disabled: true,
                    ..account
                })
                .await?;
            store.end_sessions_of(&name).await?;
            write_down(&store, What::AccountChanged, &name, Some("disabled")).await?;
            store.close().await;
            Ok(())
        }
    }
}

/// What the operator did at a store that nobody serves stands in the same access log.
async fn write_down(store: &AnyStore, what: What, on: &str, detail: Option<&str>) -> anyhow::Result<()> {
    let access = Access {
        at: Timestamp::now(),
        who: Actor::Console.to_string(),
        what: what.as_str().into(),
        target: on.into(),
        role: Some(Role::Admin),
        detail: detail.map(str::to_owned),
        address: None,
    };
    Ok(store.log_accesses(&[access]).await?)
}

fn encoded(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect()
}

async fn known(store: &AnyStore, name: &str) -> anyhow::Result<Account> {
    store
        .account(name)
        .await?
        .with_context(|| format!("there is no account {name}"))
}

async fn add(
    settings: &Settings,
    name: String,
    role: Role,
    places: Vec<String>,
    display_name: Option<String>,
    secret: String,
) -> anyhow::Result<()> {
    let store = match Way::find(settings).await? {
        Way::Through(console) => {
            let places = ids_through(&console, &places)?;
            let body = json!({ "name": name, "role": role, "places": places, "display_name": display_name, "password": secret });
            return console.ask("POST", "/api/v1/accounts", &body).map(drop);
        }
        Way::Direct(store) => store,
    };
    if store.account(&name).await?.is_some() {
        bail!("there is an account {name} already");
    }
    let account = Account {
        display_name: display_name.unwrap_or_else(|| name.clone()),
        role,
        places: ids_of(settings, &store, &places).await?,
        password_hash: password::hash_now(&secret)?,
        must_change_password: false,
        disabled: false,
        created_at: Timestamp::now(),
        last_seen: None,
        name,
    };
    store.put_account(&account).await?;
    write_down(&store, What::AccountMade, &account.name, Some(role.as_str())).await?;
    store.close().await;
    Ok(())
}

pub async fn token(settings: Settings, command: TokenCommand) -> anyhow::Result<()> {
    let TokenCommand::Add { name, role, places } = command;
    check_name(&name).map_err(anyhow::Error::msg)?;
    let secret = match Way::find(&settings).await? {
        Way::Through(console) => {
            let places = ids_through(&console, &places)?;
            let body = json!({ "name": name, "role": role, "places": places });
            let made = console.ask("POST", "/api/v1/tokens", &body)?;
            made["token"].as_str().context("the server showed no token")?.to_owned()
        }
        Way::Direct(store) => {
            if store.tokens().await?.iter().any(|t| t.name == name) {
                bail!("there is a token {name} already");
            }
            let secret = new_secret();
            let places = ids_of(&settings, &store, &places).await?;
            let token = Token {
                name,
                token_hash: hash_secret(&secret),
                role,
                places,
                created_at: Timestamp::now(),
                last_seen: None,
            };
            store.put_token(&token).await?;
            write_down(&store, What::TokenMade, &token.name, Some(role.as_str())).await?;
            store.close().await;
            secret
        }
    };
    println!("{secret}");
    Ok(())
}

/// Places by their codes, or by their numbers.
async fn ids_of(settings: &Settings, store: &AnyStore, codes: &[String]) -> anyhow::Result<Vec<PlaceId>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let snapshot = store.load().await?;
    let fallback = crate::house::scheme(&settings.scheme)?.into();
    let world = World::from_rows(snapshot.head.epoch, snapshot.head.seq, fallback, snapshot.rows);
    codes
        .iter()
        .map(|code| by_code(&world, code).with_context(|| format!("no place has the code {code}")))
        .collect()
}

fn by_code(world: &World, text: &str) -> Option<PlaceId> {
    let code = Code::new(text).ok()?;
    let by_code = PlaceKind::ALL.into_iter().find_map(|kind| world.by_code(kind, &code));
    let by_number = || text.parse().ok().and_then(|id| world.place(PlaceId(id)));
    by_code.or_else(by_number).map(|p| p.place.id)
}

fn ids_through(console: &Console, codes: &[String]) -> anyhow::Result<Vec<u64>> {
    codes
        .iter()
        .map(|code| {
            let path = format!("/api/v1/places?geometry=none&limit=1000&q={}", encoded(code));
            let found = console.ask("GET", &path, &Value::Null)?;
            let features = found["features"].as_array().cloned().unwrap_or_default();
            let exact = features.iter().find(|f| f["properties"]["code"].as_str() == Some(code));
            exact
                .and_then(|f| f["id"].as_u64())
                .with_context(|| format!("no place has the code {code}"))
        })
        .collect()
}
