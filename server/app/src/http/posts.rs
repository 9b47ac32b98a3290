//! Posts 岗位 and who holds them.

use super::Shared;
use super::accounts::object;
use super::asked::{Asked, Path, number_in_path};
use super::doors::{Door, JSON, KEY, query};
use super::place_json::{need_text, text};
use super::problem::{self, Answered, Problem};
use super::sent::{MaybeSent, Sent};
use super::write::{self, carry_out, fresh_id, order};
use crate::auth::Asker;
use crate::ledger::{Render, Rendered, Wish};
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Json};
use geju_core::change::Effect;
use geju_core::people::{Action, Appointment, AppointmentId, Post};
use geju_core::{Command, PlaceId, PostId, Role, World};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

pub fn doors() -> Vec<Door> {
    let at = query(
        "place",
        r#"{"type":"integer","minimum":0}"#,
        "Only posts for this place",
    );
    vec![
        Door::new("GET", "/api/v1/posts", get(list), "Posts and their holders")
            .takes(&[at])
            .answers(200, JSON, "Posts"),
        Door::new("POST", "/api/v1/posts", post(create), "Set up a post")
            .takes(&[KEY])
            .body("NewPost")
            .answers(201, JSON, "Post")
            .refuses(&[404]),
        Door::new(
            "POST",
            "/api/v1/posts/{id}/appoint",
            post(appoint),
            "Appoint a person; who held the post before has it no more",
        )
        .takes(&[KEY])
        .body("NewAppointment")
        .answers(200, JSON, "Post")
        .refuses(&[404]),
        Door::new("POST", "/api/v1/posts/{id}/vacate", post(vacate), "End the appointment")
            .takes(&[KEY])
            .body_or_none("Nothing")
            .answers(200, JSON, "Post")
            .refuses(&[404, 412]),
    ]
}

fn shown(post: &Post, holder: Option<&Appointment>) -> Value {
    let holder = holder.map(|a| json!({ "name": a.holder, "account": a.account, "from": a.from }));
    json!({ "id": post.id, "title": post.title, "role": post.role, "place": post.place, "version": post.version, "holder": holder })
}

/// The post as it may be seen: who holds it is public by office, with which account they sign in is not.
fn seen(asker: &Asker, world: &World, post: &Post, holder: Option<&Appointment>) -> Value {
    let mut seen = shown(post, holder);
    let manages = asker.role == Role::Admin || asker.reaches_place(world, Action::PostManage, post.place);
    if !manages && holder.is_some() {
        seen["holder"]["account"] = Value::Null;
    }
    seen
}

async fn list(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    let at = asked.place("place")?;
    let items: Vec<Value> = app.read(|world| {
        let posts: Vec<&Arc<Post>> = match at {
            Some(id) => world.posts_at(id).collect(),
            None => world.posts().collect(),
        };
        posts
            .into_iter()
            .map(|p| seen(&asker, world, p, world.holder(p.id).map(|a| &**a)))
            .collect()
    });
    Ok(Json(json!({ "items": items })).into_response())
}

/// Answers with the post as a Change leaves it.
fn post_answer(status: u16, id: PostId) -> Render {
    Box::new(move |world, change| {
        let mut post: Option<Arc<Post>> = world.post(id).cloned();
        let mut holder: Option<Arc<Appointment>> = world.holder(id).cloned();
        for effect in &change.effects {
            match effect {
                Effect::Post(r) if r.after.id == id => post = Some(r.after.clone()),
                Effect::Appointment(r) if r.after.post == id => {
                    holder = r.after.until.is_none().then(|| r.after.clone());
                }
                _ => {}
            }
        }
        let body = post.map(|p| shown(&p, holder.as_deref())).unwrap_or_default();
        let location = (status == 201).then(|| format!("/api/v1/posts/{id}"));
        Rendered {
            status,
            location,
            etag: None,
            body: body.to_string().into_bytes(),
        }
    })
}

async fn create(State(app): State<Shared>, Extension(asker): Extension<Asker>, sent: Sent) -> Answered {
    let fields = object(&sent.value)?;
    let place = fields.get("place").and_then(Value::as_u64);
    let role = super::accounts::role(fields)?.ok_or_else(|| Problem::field("role", "missing", "a role is needed"))?;
    let post = Post {
        id: PostId(app.read(fresh_id)),
        version: 1,
        title: need_text(fields, "title")?.trim().into(),
        role,
        place: PlaceId(place.ok_or_else(|| Problem::field("place", "missing", "a place is needed"))?),
        standing: true,
    };
    let id = post.id;
    let mut wish = Wish::new(
        order(
            &asker,
            Command::PutPost {
                post: Box::new(post),
                base: None,
            },
        ),
        post_answer(201, id),
    );
    wish.key = write::key(&asker, &sent);
    carry_out(&app, wish, JSON).await
}

fn standing(world: &World, id: PostId) -> Result<(), Problem> {
    world
        .post(id)
        .map(drop)
        .ok_or_else(|| Problem::new(problem::NO_SUCH_RECORD, format!("there is no post {id}")))
}

async fn appoint(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    sent: Sent,
) -> Answered {
    let id = PostId(number_in_path("id", &id)?);
    app.read(|w| standing(w, id))?;
    let fields = object(&sent.value)?;
    let account = text(fields, "account")?.map(str::to_owned);
    let known = account.as_deref().map(|name| {
        let wrong = || Problem::field("account", "no_such_account", "there is no account of this name");
        app.keeper.account(name).ok_or_else(wrong)
    });
    let known = known.transpose()?;
    let holder = match text(fields, "person_name")? {
        Some(name) => name.trim().to_owned(),
        None => known
            .map(|a| a.display_name)
            .ok_or_else(|| Problem::field("person_name", "missing", "an account or a person_name is needed"))?,
    };
    let from = match text(fields, "from")? {
        None => Timestamp::now(),
        Some(at) => at
            .parse()
            .map_err(|_| Problem::field("from", "bad_time", "a time is written 2026-05-01T08:30:00Z"))?,
    };
    let appointment = Appointment {
        id: AppointmentId(app.read(fresh_id)),
        version: 1,
        post: id,
        holder: holder.into(),
        account: account.map(Into::into),
        from,
        until: None,
    };
    let command = Command::PutAppointment {
        appointment: Box::new(appointment),
        base: None,
    };
    let mut wish = Wish::new(order(&asker, command), post_answer(200, id));
    wish.key = write::key(&asker, &sent);
    carry_out(&app, wish, JSON).await
}

async fn vacate(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    MaybeSent(sent): MaybeSent,
) -> Answered {
    let id = PostId(number_in_path("id", &id)?);
    let now = Timestamp::now();
    if let Some(before) = write::replayed(&app, &asker, &sent).await? {
        return Ok(before);
    }
    let held = app.read(|w| standing(w, id).map(|()| w.holder(id).cloned()))?;
    let held = held.ok_or_else(|| Problem::new(problem::NO_SUCH_RECORD, format!("nobody holds post {id}")))?;
    let base = held.version;
    let ended = Appointment {
        until: Some(now),
        ..Appointment::clone(&held)
    };
    let command = Command::PutAppointment {
        appointment: Box::new(ended),
        base: Some(base),
    };
    let mut wish = Wish::new(order(&asker, command), post_answer(200, id));
    wish.key = write::key(&asker, &sent);
    carry_out(&app, wish, JSON).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Who;

    fn asker(role: Role) -> Asker {
        Asker {
            who: Who::Token { name: "wall".into() },
            role,
            ..Asker::console()
        }
    }

    #[test]
    fn a_login_name_is_seen_only_by_those_who_manage_posts() {
        let name = geju_seed::scheme_names().next().unwrap();
        let scheme = geju_seed::scheme(name).unwrap();
        let world = World::empty(geju_core::Epoch(1), scheme.into());
        let post = Post {
            id: PostId(1),
            version: 1,
            title: "Grid worker".into(),
            role: Role::GridWorker,
            place: PlaceId(1),
            standing: true,
        };
        let holder = Appointment {
            id: AppointmentId(1),
            version: 1,
            post: post.id,
            holder: "Li".into(),
            account: Some("li-88".into()),
            from: Timestamp::UNIX_EPOCH,
            until: None,
        };
        for role in [Role::Viewer, Role::Machine, Role::GridWorker] {
            let seen = seen(&asker(role), &world, &post, Some(&holder));
            assert_eq!(seen["holder"]["name"], "Li");
            assert_eq!(seen["holder"]["account"], Value::Null, "{role}");
            assert!(
                seen["holder"].as_object().unwrap().contains_key("account"),
                "described as there"
            );
        }
        assert_eq!(
            super::seen(&Asker::console(), &world, &post, Some(&holder))["holder"]["account"],
            "li-88"
        );
        assert_eq!(
            super::seen(&asker(Role::Viewer), &world, &post, None)["holder"],
            Value::Null
        );
    }
}
