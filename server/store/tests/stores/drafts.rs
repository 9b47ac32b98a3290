//! Drafts beside the ledger: kept once, moved on by one hand, and in force together with their Change or not at all.

use crate::ground::Ground;
use crate::keeper::{Keeper, entry, head_of};
use crate::lived_by_both;
use crate::people::reply;
use crate::shared::{at, community};
use geju_core::change::Actor;
use geju_core::{ChangeId, Command, Draft, DraftId, DraftState, PlaceId, PlaceKind, Role};
use geju_store::{Accounts, AppendError, DraftComment, DraftWrite, Drafts, DraftsAsked, Entry, NewDraft, Store};

lived_by_both!(
    a_draft_is_kept_with_its_answer_and_its_words,
    a_draft_moves_on_by_one_hand_only,
    a_draft_and_its_change_stand_together_or_not_at_all,
    nobody_has_more_drafts_open_than_they_may,
);

fn worker() -> Actor {
    Actor::Account("worker".into())
}

fn draft() -> Draft {
    Draft {
        id: DraftId(0),
        version: 1,
        state: DraftState::Submitted,
        name: "北门".into(),
        note: None,
        author: worker(),
        role: Role::GridWorker,
        at: at(),
        changed_at: at(),
        change_id: ChangeId(77),
        parent: Some(PlaceId(1)),
        grounds: vec![geju_core::draft::DraftGround {
            kind: PlaceKind::MicroGrid,
            within: vec![PlaceId(10), PlaceId(1)],
        }],
        effective_on: None,
        accepted: None,
        change: None,
    }
}

async fn sent<S: Drafts>(store: &S) -> Draft {
    let new = NewDraft {
        draft: draft(),
        reshape: r#"{"places":[]}"#.into(),
        open_most: 10,
        reply: None,
    };
    store.add_draft(new).await.expect("kept").expect("not too many")
}

fn moved(draft: &Draft, state: DraftState) -> DraftWrite {
    DraftWrite {
        draft: Draft {
            state,
            version: draft.version + 1,
            ..draft.clone()
        },
        reshape: None,
        judged: Some("{}".into()),
        comment: Some(said("好", Some(state))),
        reply: None,
    }
}

fn said(text: &str, state: Option<DraftState>) -> DraftComment {
    DraftComment {
        by: worker(),
        at: at(),
        text: text.into(),
        state,
    }
}

async fn a_draft_is_kept_with_its_answer_and_its_words(ground: &Ground) {
    let store = ground.open().await;
    let start = store.draft_stamp().await.expect("a stamp");
    let new = NewDraft {
        draft: draft(),
        reshape: r#"{"cause":"如图"}"#.into(),
        open_most: 10,
        reply: Some(Box::new(|draft| {
            Some(reply("account:worker", "k", &draft.id.to_string()))
        })),
    };
    let first = store.add_draft(new).await.expect("kept").expect("not too many");
    let told = store
        .reply("account:worker", "k")
        .await
        .expect("read")
        .expect("kept with it");
    assert_eq!(told.body, first.id.to_string().into_bytes());
    let second = sent(&store).await;
    assert!(second.id > first.id, "they count upwards");
    store
        .comment_draft(first.id, &said("一", None), None)
        .await
        .expect("noted");
    store
        .comment_draft(first.id, &said("二", None), None)
        .await
        .expect("noted");
    let kept = store.draft(first.id).await.expect("read").expect("there");
    assert_eq!((&kept.draft, kept.reshape.as_str()), (&first, r#"{"cause":"如图"}"#));
    assert_eq!(kept.comments, [said("一", None), said("二", None)]);
    assert_eq!(store.draft(DraftId(999)).await.expect("read"), None);

    let list = |asked: DraftsAsked| {
        let store = store.clone();
        async move {
            let all = store.drafts(&asked, 10).await.expect("listed");
            all.into_iter().map(|d| d.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(
        list(DraftsAsked::default()).await,
        [second.id, first.id],
        "newest first"
    );
    let before = DraftsAsked {
        before: Some(second.id),
        ..DraftsAsked::default()
    };
    assert_eq!(list(before).await, [first.id]);
    let mine = DraftsAsked {
        author: Some(Actor::Console),
        ..DraftsAsked::default()
    };
    assert_eq!(list(mine).await, []);
    let state = DraftsAsked {
        state: Some(DraftState::Submitted),
        author: Some(worker()),
        before: None,
    };
    assert_eq!(list(state).await, [second.id, first.id]);
    let news = store.drafts_since(start, 10).await.expect("news");
    assert_eq!(
        news.iter().map(|(_, d)| d.id).collect::<Vec<_>>(),
        [second.id, first.id],
        "in the order of their last word"
    );
    assert_eq!(
        news.last().map(|(stamp, _)| *stamp),
        Some(store.draft_stamp().await.expect("a stamp"))
    );
}

async fn a_draft_moves_on_by_one_hand_only(ground: &Ground) {
    let store = ground.open().await;
    let draft = sent(&store).await;
    let mut write = moved(&draft, DraftState::Accepted);
    write.draft.effective_on = Some(jiff::civil::date(2026, 12, 1));
    assert!(store.put_draft(&write).await.expect("kept"));
    assert!(
        !store
            .put_draft(&moved(&draft, DraftState::Returned))
            .await
            .expect("answered")
    );
    let kept = store.draft(draft.id).await.expect("read").expect("there");
    assert_eq!((kept.draft.state, kept.comments.len()), (DraftState::Accepted, 1));
    assert_eq!(
        store.drafts_due(jiff::civil::date(2026, 11, 30)).await.expect("due"),
        []
    );
    assert_eq!(
        store.drafts_due(jiff::civil::date(2026, 12, 1)).await.expect("due"),
        [draft.id]
    );
}

async fn a_draft_and_its_change_stand_together_or_not_at_all(ground: &Ground) {
    let mut keeper = Keeper::new(ground.open().await);
    let draft = sent(&keeper.store).await;
    let order = keeper.order(Command::CreatePlace(Box::new(community(1, 0, 0, 4, 4))));
    let change = geju_core::decide(&keeper.world, &order).expect("decided");
    let carried = |write: DraftWrite| Entry {
        draft: Some(write),
        ..entry(change.clone())
    };
    // Somebody returned it a moment ago.
    let returned = moved(&draft, DraftState::Returned);
    assert!(keeper.store.put_draft(&returned).await.expect("kept"));
    let late = carried(moved(&draft, DraftState::InForce));
    let refused = keeper
        .store
        .append(head_of(&keeper.world), &[late])
        .await
        .expect_err("too late");
    assert!(
        matches!(refused, AppendError::DraftMoved(id) if id == draft.id),
        "{refused}"
    );
    assert_eq!(
        keeper.store.head().await.expect("head"),
        head_of(&keeper.world),
        "nothing was appended"
    );

    let now = returned.draft;
    let fine = carried(moved(&now, DraftState::InForce));
    keeper
        .store
        .append(head_of(&keeper.world), &[fine])
        .await
        .expect("appended");
    let kept = keeper.store.draft(draft.id).await.expect("read").expect("there");
    assert_eq!((kept.draft.state, kept.draft.version), (DraftState::InForce, 3));
    assert_eq!(kept.judged.as_deref(), Some("{}"));
    keeper.world.fold(&change);
    assert_eq!(keeper.store.head().await.expect("head"), head_of(&keeper.world));
}

async fn nobody_has_more_drafts_open_than_they_may(ground: &Ground) {
    let store = ground.open().await;
    let new = || NewDraft {
        draft: draft(),
        reshape: "{}".into(),
        open_most: 2,
        reply: None,
    };
    let first = store.add_draft(new()).await.expect("kept").expect("one");
    assert!(store.add_draft(new()).await.expect("kept").is_some());
    assert!(store.add_draft(new()).await.expect("answered").is_none());
    assert!(
        store
            .put_draft(&moved(&first, DraftState::Withdrawn))
            .await
            .expect("kept")
    );
    assert!(store.add_draft(new()).await.expect("kept").is_some());
}
