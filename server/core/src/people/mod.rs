//! Who answers for which ground.

mod post;
mod rights;

pub use post::{Appointment, AppointmentId, Post};
pub use rights::{Action, Reach, TABLE, reach};

use crate::place::PlaceId;
use serde::{Deserialize, Serialize};

/// What an account may be, 角色. A post is a role at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 大屏: a wall screen; sees counts only.
    Viewer,
    /// 微网格员
    MicroGridLeader,
    /// 楼栋长
    BuildingHead,
    /// 网格员
    GridWorker,
    /// 社区工作人员
    CommunityStaff,
    /// 街道工作人员
    StreetStaff,
    /// 规划人员: asks everything, writes nothing.
    Planner,
    /// 管理员
    Admin,
    /// 设备或外部系统
    Machine,
}

impl Role {
    pub const ALL: [Role; 9] = [
        Role::Viewer,
        Role::MicroGridLeader,
        Role::BuildingHead,
        Role::GridWorker,
        Role::CommunityStaff,
        Role::StreetStaff,
        Role::Planner,
        Role::Admin,
        Role::Machine,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::MicroGridLeader => "micro_grid_leader",
            Role::BuildingHead => "building_head",
            Role::GridWorker => "grid_worker",
            Role::CommunityStaff => "community_staff",
            Role::StreetStaff => "street_staff",
            Role::Planner => "planner",
            Role::Admin => "admin",
            Role::Machine => "machine",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What someone brings along when asking: a role and the places it holds for, 辖区.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warrant {
    pub role: Role,
    /// Places of the appointment; what lies inside is covered too. Empty: nowhere, except where the role reaches everything.
    pub places: Vec<PlaceId>,
}

impl Warrant {
    /// The operator at the machine's own console.
    pub fn operator() -> Self {
        Self {
            role: Role::Admin,
            places: Vec::new(),
        }
    }
}
