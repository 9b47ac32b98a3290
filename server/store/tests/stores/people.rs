//! Persons, replies, accounts: what stands beside the ledger.

use crate::ground::Ground;
use crate::keeper::{Keeper, head_of};
use crate::lived_by_both;
use crate::shared::{at, issue};
use geju_core::{Command, PersonId, PlaceId, Role};
use geju_store::{Access, Account, Accounts, Entry, Person, REPLY_DAYS, Reply, Seen, Session, Store, Token, Whose};
use jiff::SignedDuration;

lived_by_both!(
    a_person_is_kept_with_the_change_and_can_be_erased,
    a_reply_is_kept_with_the_change_and_for_its_owner_alone,
    accounts_and_sessions_come_and_go,
    tokens_come_and_go,
    who_was_met_is_noted_and_nobody_has_to_look_again,
    the_access_log_keeps_its_order,
    the_access_log_does_not_grow_for_ever,
);

pub fn person(id: u128) -> Person {
    Person {
        id: PersonId(id),
        name: Some("李标记".into()),
        phone: Some("13800009999".into()),
        address: None,
    }
}

pub fn reply(owner: &str, key: &str, body: &str) -> Reply {
    Reply {
        owner: owner.into(),
        key: key.into(),
        request_hash: "ab".repeat(32),
        status: 201,
        location: Some("/api/v1/issues/1".into()),
        etag: None,
        body: body.as_bytes().to_vec(),
        at: at(),
    }
}

async fn a_person_is_kept_with_the_change_and_can_be_erased(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let order = keeper.order(Command::PutIssue {
        issue: Box::new(issue(1, 1, 1, Some(PersonId(42)))),
        base: None,
    });
    let change = geju_core::decide(&keeper.world, &order).expect("decided");
    let told = reply("clerk", "k1", r#"{"reporter":{"name":"李标记"}}"#);
    let entry = Entry {
        change: change.clone(),
        persons: vec![person(42)],
        draft: None,
        reply: Some(told),
    };
    keeper
        .store
        .append(head_of(&keeper.world), &[entry])
        .await
        .expect("appended");
    keeper.world.fold(&change);
    keeper.assert_equal().await;
    assert_eq!(keeper.store.person(PersonId(42)).await.expect("read"), Some(person(42)));
    keeper.store.put_reply(&reply("clerk", "k2", "{}")).await.expect("kept");
    keeper.store.erase_person(PersonId(42), at()).await.expect("erased");
    assert_eq!(keeper.store.person(PersonId(42)).await.expect("read"), None);
    assert_eq!(
        keeper.store.reply("clerk", "k1").await.expect("read"),
        None,
        "a reply that repeats a value goes with it"
    );
    assert!(keeper.store.reply("clerk", "k2").await.expect("read").is_some());
    keeper
        .store
        .erase_person(PersonId(42), at())
        .await
        .expect("erased twice is erased");
    keeper.assert_equal().await;
}

async fn a_reply_is_kept_with_the_change_and_for_its_owner_alone(ground: &Ground) {
    let store = ground.open().await;
    let first = reply("clerk", "k", "一");
    store.put_reply(&first).await.expect("kept");
    store.put_reply(&reply("clerk", "k", "二")).await.expect("kept");
    assert_eq!(
        store.reply("clerk", "k").await.expect("read"),
        Some(first.clone()),
        "the first answer stands"
    );
    assert_eq!(store.reply("leader", "k").await.expect("read"), None);
    store
        .sweep(at() + SignedDuration::from_hours(24 * REPLY_DAYS - 1))
        .await
        .expect("swept");
    assert!(store.reply("clerk", "k").await.expect("read").is_some());
    store
        .sweep(at() + SignedDuration::from_hours(24 * REPLY_DAYS))
        .await
        .expect("swept");
    assert_eq!(store.reply("clerk", "k").await.expect("read"), None);
}

pub fn account(name: &str) -> Account {
    Account {
        name: name.into(),
        display_name: "王网格".into(),
        role: Role::GridWorker,
        places: vec![PlaceId(3), PlaceId(7)],
        password_hash: "$argon2id$v=19$…".into(),
        must_change_password: true,
        disabled: false,
        created_at: at(),
        last_seen: None,
    }
}

async fn accounts_and_sessions_come_and_go(ground: &Ground) {
    let store = ground.open().await;
    let mut stamp = store.auth_stamp().await.expect("stamp");
    let mut stepped = async |what: &str| {
        let next = store.auth_stamp().await.expect("stamp");
        assert!(next > stamp, "{what} steps the stamp");
        stamp = next;
    };
    store.put_account(&account("worker")).await.expect("kept");
    stepped("an account").await;
    let changed = Account {
        disabled: true,
        places: vec![],
        ..account("worker")
    };
    store.put_account(&changed).await.expect("replaced");
    stepped("a changed account").await;
    store.put_account(&account("admin")).await.expect("kept");
    assert_eq!(store.account("worker").await.expect("read"), Some(changed.clone()));
    assert_eq!(store.account("nobody").await.expect("read"), None);
    assert_eq!(store.accounts().await.expect("read"), [account("admin"), changed]);
    let session = |n: u8, hours| Session {
        token_hash: [n; 32],
        account: "worker".into(),
        created_at: at(),
        expires_at: at() + SignedDuration::from_hours(hours),
    };
    stepped("another account").await;
    let before_sessions = store.auth_stamp().await.expect("stamp");
    for n in 1..=3 {
        store.put_session(&session(n, n.into())).await.expect("kept");
    }
    assert_eq!(
        store.auth_stamp().await.expect("stamp"),
        before_sessions,
        "signing in takes nobody's right away: no server has to look again"
    );
    assert_eq!(store.session(&[2; 32]).await.expect("read"), Some(session(2, 2)));
    store.sweep(at() + SignedDuration::from_hours(1)).await.expect("swept");
    assert_eq!(store.session(&[1; 32]).await.expect("read"), None);
    store.end_session(&[2; 32]).await.expect("ended");
    stepped("an ended session").await;
    assert_eq!(store.session(&[2; 32]).await.expect("read"), None);
    store.end_sessions_of("worker").await.expect("ended");
    stepped("ended sessions").await;
    assert_eq!(store.session(&[3; 32]).await.expect("read"), None);
}

fn token() -> Token {
    Token {
        name: "水位计".into(),
        token_hash: [9; 32],
        role: Role::Machine,
        places: vec![PlaceId(1)],
        created_at: at(),
        last_seen: None,
    }
}

async fn tokens_come_and_go(ground: &Ground) {
    let store = ground.open().await;
    let token = token();
    store.put_token(&token).await.expect("kept");
    let stamp = store.auth_stamp().await.expect("stamp");
    let seen = Token {
        last_seen: Some(at()),
        ..token.clone()
    };
    store.put_token(&seen).await.expect("replaced");
    assert_eq!(store.tokens().await.expect("read"), std::slice::from_ref(&seen));
    assert_eq!(store.token(&[9; 32]).await.expect("read"), Some(seen));
    assert_eq!(store.token(&[8; 32]).await.expect("read"), None);
    assert!(store.drop_token("水位计").await.expect("dropped"));
    assert!(!store.drop_token("水位计").await.expect("dropped"));
    assert!(store.auth_stamp().await.expect("stamp") > stamp);
    assert_eq!(store.token(&[9; 32]).await.expect("read"), None);
}

fn seen(who: Whose, name: &str, seconds: i64) -> Seen {
    Seen {
        who,
        name: name.into(),
        at: at() + SignedDuration::from_secs(seconds),
    }
}

async fn who_was_met_is_noted_and_nobody_has_to_look_again(ground: &Ground) {
    let store = ground.open().await;
    store.put_account(&account("worker")).await.expect("kept");
    store.put_token(&token()).await.expect("kept");
    let stamp = store.auth_stamp().await.expect("stamp");
    let later = [
        seen(Whose::Account, "worker", 60),
        seen(Whose::Token, "水位计", 90),
        seen(Whose::Account, "nobody", 60),
    ];
    store.note_seen(&later).await.expect("noted");
    let earlier = [seen(Whose::Account, "worker", 30)];
    store
        .note_seen(&earlier)
        .await
        .expect("another server's older word changes nothing");
    let met = |seconds| {
        (at() + SignedDuration::from_secs(seconds))
            .round(jiff::Unit::Second)
            .ok()
    };
    assert_eq!(store.accounts().await.expect("read")[0].last_seen, met(60));
    assert_eq!(store.tokens().await.expect("read")[0].last_seen, met(90));
    assert_eq!(store.auth_stamp().await.expect("stamp"), stamp);
    store.put_account(&account("worker")).await.expect("amended");
    assert_eq!(
        store.accounts().await.expect("read")[0].last_seen,
        met(60),
        "an amendment does not forget it"
    );
}

fn access(n: u64) -> Access {
    Access {
        at: at(),
        who: "worker".into(),
        what: "reporter_read".into(),
        target: format!("issue {n}"),
        role: n.is_multiple_of(2).then_some(Role::GridWorker),
        detail: n.is_multiple_of(3).then(|| "一次".into()),
        address: Some("192.0.2.7".into()),
    }
}

async fn the_access_log_keeps_its_order(ground: &Ground) {
    let store = ground.open().await;
    let writes = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { store.log_accesses(&[access(n), access(n + 1)]).await })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.expect("ran").expect("logged");
    }
    store.log_accesses(&[access(100)]).await.expect("logged");
    let newest = store.accesses(None, 1).await.expect("read");
    assert_eq!(newest, [(41, access(100))]);
    let page = store.accesses(Some(41), 10).await.expect("read");
    assert_eq!(
        page.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        (31..=40).rev().collect::<Vec<_>>()
    );
    assert_eq!(store.accesses(None, 1_000).await.expect("read").len(), 41);
}

async fn the_access_log_does_not_grow_for_ever(ground: &Ground) {
    let store = ground.open().await;
    let many: Vec<Access> = (0..300).map(access).collect();
    store.log_accesses(&many).await.expect("logged");
    store.let_accesses_go(100).await.expect("the oldest go");
    let left = store.accesses(None, 1_000).await.expect("read");
    assert_eq!(left.len(), 100);
    assert_eq!(left.last().map(|(n, _)| *n), Some(201), "the newest stay");
    store.log_accesses(&[access(1)]).await.expect("logged");
    assert_eq!(store.accesses(None, 1).await.expect("read")[0].0, 301, "numbers go on");
}
