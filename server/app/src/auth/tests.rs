use super::*;
use axum::http::HeaderValue;
use axum::http::header::COOKIE;
use geju_core::Role;
use tempfile::TempDir;

const OLD: &str = "hongxinglu-no-27";
const NEW: &str = "hongxinglu-no-28";
const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn account(name: &str, role: Role, password: &str) -> Account {
    Account {
        name: name.into(),
        display_name: name.into(),
        role,
        places: Vec::new(),
        password_hash: password::hash_now(password).unwrap(),
        must_change_password: false,
        disabled: false,
        created_at: Timestamp::now(),
        last_seen: None,
    }
}

/// A doorkeeper who knows one administrator, and the folder that goes with it.
async fn doorkeeper() -> (Doorkeeper, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let spec = format!("gpkg:{}", folder.path().join("map.gpkg").display());
    let store = AnyStore::open(&spec, "geju").await.unwrap();
    store.put_account(&account("admin", Role::Admin, OLD)).await.unwrap();
    (Doorkeeper::new(Arc::new(store), [0; 32]).await.unwrap(), folder)
}

fn cookie(secret: &str) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("{COOKIE_NAME}={secret}")).unwrap();
    HeaderMap::from_iter([(COOKIE, value)])
}

fn basic(name: &str, password: &str) -> HeaderMap {
    let value = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
    HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&value).unwrap())])
}

async fn comes_in(keeper: &Doorkeeper, headers: &HeaderMap) -> bool {
    keeper.identify(headers, OFFICE).await.is_ok()
}

#[tokio::test]
async fn a_login_overtaken_by_a_password_change_opens_nothing() {
    let (keeper, _folder) = doorkeeper().await;
    let checked = keeper.check_password("admin", OLD, OFFICE).await.unwrap();
    keeper.set_password("admin", None, NEW, false).await.unwrap().unwrap();
    assert!(matches!(keeper.open_session(&checked).await, Err(Denied::Unknown)));

    let checked = keeper.check_password("admin", NEW, OFFICE).await.unwrap();
    let secret = keeper.open_session(&checked).await.unwrap();
    assert!(comes_in(&keeper, &cookie(&secret)).await);
}

#[tokio::test]
async fn a_session_of_an_earlier_password_is_dead_even_when_it_was_not_ended() {
    let (keeper, _folder) = doorkeeper().await;
    let before = keeper.account("admin").unwrap();
    let secret = keeper.open_session(&before).await.unwrap();
    assert!(comes_in(&keeper, &cookie(&secret)).await);
    // The server that changed the password died before it ended the sessions.
    let after = account("admin", Role::Admin, NEW);
    keeper.store.put_account(&after).await.unwrap();
    keeper.reload().await.unwrap();
    assert!(!comes_in(&keeper, &cookie(&secret)).await);
    let (chance, _) = secret.rsplit_once('.').unwrap();
    let forged = format!("{chance}.{:016x}", mark(&after.password_hash));
    assert!(
        !comes_in(&keeper, &cookie(&forged)).await,
        "the mark cannot be exchanged"
    );
}

#[tokio::test]
async fn remembered_basic_credentials_end_with_their_password() {
    let (keeper, _folder) = doorkeeper().await;
    let headers = basic("admin", OLD);
    assert!(comes_in(&keeper, &headers).await);
    assert_eq!(keeper.known(|k| k.basics.len()), 1);
    keeper.set_password("admin", None, NEW, false).await.unwrap();
    assert_eq!(
        keeper.known(|k| k.basics.len()),
        1,
        "as if noted after everybody was read anew"
    );
    assert!(!comes_in(&keeper, &headers).await);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let (keeper, _folder) = doorkeeper().await;
    let demoted = || Amendment {
        role: Some(Role::Viewer),
        ..Amendment::default()
    };
    let shut_out = || Amendment {
        disabled: Some(true),
        ..Amendment::default()
    };
    for amendment in [demoted(), shut_out()] {
        assert_eq!(
            keeper.amend_account("admin", amendment).await.unwrap(),
            Amended::LastAdmin
        );
    }
    assert!(keeper.add_account(account("second", Role::Admin, OLD)).await.unwrap());
    assert!(!keeper.add_account(account("second", Role::Viewer, OLD)).await.unwrap());
    let (one, other) = tokio::join!(
        keeper.amend_account("admin", demoted()),
        keeper.amend_account("second", shut_out())
    );
    let refused = [one.unwrap(), other.unwrap()]
        .iter()
        .filter(|a| **a == Amended::LastAdmin)
        .count();
    assert_eq!(refused, 1, "of two that leave at once one stays");
}

#[tokio::test]
async fn an_amendment_leaves_the_password_that_was_set_meanwhile() {
    let (keeper, _folder) = doorkeeper().await;
    // Another server changed the password; this one has not looked yet.
    let after = account("admin", Role::Admin, NEW);
    keeper.store.put_account(&after).await.unwrap();
    let renamed = Amendment {
        display_name: Some("Li".into()),
        ..Amendment::default()
    };
    let Amended::Done(amended) = keeper.amend_account("admin", renamed).await.unwrap() else {
        panic!("an account that is there is amended");
    };
    assert_eq!(
        (amended.password_hash, amended.display_name.as_str()),
        (after.password_hash.clone(), "Li")
    );
    let stale = Some("a hash that was replaced".to_owned());
    assert_eq!(keeper.set_password("admin", stale, OLD, false).await.unwrap(), None);
    assert_eq!(keeper.account("admin").unwrap().password_hash, after.password_hash);
}

#[tokio::test]
async fn who_knows_the_password_comes_in_whatever_others_guess() {
    let (keeper, _folder) = doorkeeper().await;
    keeper.check_password("admin", OLD, OFFICE).await.unwrap();
    let mut waits = 0;
    for _ in 0..limits::LOGINS_PER_ACCOUNT + 2 {
        match keeper.check_password("admin", "a wrong guess", OFFICE).await {
            Err(Denied::TooMany(_)) => waits += 1,
            other => assert!(matches!(other, Err(Denied::Unknown)), "{other:?}"),
        }
    }
    assert_eq!(waits, 2);
    keeper.check_password("admin", OLD, OFFICE).await.unwrap();
}

#[tokio::test]
async fn signing_in_makes_nobody_else_look_again() {
    let (keeper, _folder) = doorkeeper().await;
    let mut changes = keeper.changes();
    changes.mark_unchanged();
    let stamp = keeper.store.auth_stamp().await.unwrap();
    let account = keeper.account("admin").unwrap();
    let secret = keeper.open_session(&account).await.unwrap();
    assert!(keeper.identify(&cookie(&secret), OFFICE).await.is_ok());
    assert_eq!(
        keeper.store.auth_stamp().await.unwrap(),
        stamp,
        "no other server reads everybody anew"
    );
    assert!(
        !changes.has_changed().unwrap(),
        "no open feed asks whether it still may listen"
    );
    keeper.close_session(&cookie(&secret)).await.unwrap();
    assert!(keeper.store.auth_stamp().await.unwrap() > stamp);
    assert!(changes.has_changed().unwrap());
}
