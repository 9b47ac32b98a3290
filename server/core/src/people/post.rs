//! Posts and who holds them.

use super::Role;
use crate::id::{PostId, Version};
use crate::place::PlaceId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

crate::typed_id!(
    /// One person's holding of one post.
    AppointmentId
);

/// Post 岗位: a duty at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub id: PostId,
    pub version: Version,
    /// What people call it, 岗位名称.
    pub title: Box<str>,
    pub role: Role,
    pub place: PlaceId,
    /// False once the post is given up.
    pub standing: bool,
}

/// Appointment 任职: a named person on duty holds a post for a time. The name is that of staff on duty, public by office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appointment {
    pub id: AppointmentId,
    pub version: Version,
    pub post: PostId,
    /// The holder's name as shown to residents, 姓名（公示）.
    pub holder: Box<str>,
    /// The holder's account, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Box<str>>,
    pub from: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}
