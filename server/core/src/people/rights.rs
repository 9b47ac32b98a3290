//! The one table of rights: role × action → how far it reaches. Every door asks here.

use super::Role;
use serde::{Deserialize, Serialize};

/// Something a door lets people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Outlines, names, codes, base map, search, locate, tiles.
    MapRead,
    /// Counts of people and households.
    FiguresRead,
    /// Hazards, alerts and issues, without persons.
    MattersRead,
    /// Who reported an issue.
    ReporterRead,
    /// Draw, reshape and retire places of the kinds in the Scheme's duty list.
    PlaceDraw,
    /// Amend names and archives of places of the kinds in the Scheme's duty list.
    PlaceAmend,
    /// Record, amend and remove hazards.
    HazardWrite,
    /// Raise and close alerts.
    AlertWrite,
    /// Report an issue.
    IssueReport,
    /// Amend and close issues.
    IssueHandle,
    /// Set up posts and appoint people.
    PostManage,
    /// Accounts, tokens.
    AccountManage,
    /// The list of all Changes.
    LedgerRead,
    /// Import, and undo of an import.
    Import,
    /// Take a backup.
    Backup,
    /// Accept and return drafts of boundaries, 审核草案, of the kinds in the Scheme's duty list.
    DraftReview,
}

impl Action {
    pub const ALL: [Action; 16] = [
        Action::MapRead,
        Action::FiguresRead,
        Action::MattersRead,
        Action::ReporterRead,
        Action::PlaceDraw,
        Action::PlaceAmend,
        Action::HazardWrite,
        Action::AlertWrite,
        Action::IssueReport,
        Action::IssueHandle,
        Action::PostManage,
        Action::AccountManage,
        Action::LedgerRead,
        Action::Import,
        Action::Backup,
        Action::DraftReview,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Action::MapRead => "map_read",
            Action::FiguresRead => "figures_read",
            Action::MattersRead => "matters_read",
            Action::ReporterRead => "reporter_read",
            Action::PlaceDraw => "place_draw",
            Action::PlaceAmend => "place_amend",
            Action::HazardWrite => "hazard_write",
            Action::AlertWrite => "alert_write",
            Action::IssueReport => "issue_report",
            Action::IssueHandle => "issue_handle",
            Action::PostManage => "post_manage",
            Action::AccountManage => "account_manage",
            Action::LedgerRead => "ledger_read",
            Action::Import => "import",
            Action::Backup => "backup",
            Action::DraftReview => "draft_review",
        }
    }
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Nowhere.
    None,
    /// The appointment's places and what lies inside.
    Own,
    /// The whole ledger.
    All,
}

use Reach::{All as A, None as N, Own as O};

/// One row per action, one column per role in the order of [`Role::ALL`]:
/// viewer, micro-grid leader, building head, grid worker, community, street, planner, admin, machine.
pub const TABLE: [(Action, [Reach; 9]); 16] = [
    (Action::MapRead, [A, A, A, A, A, A, A, A, A]),
    (Action::FiguresRead, [O, O, O, O, O, O, A, A, N]),
    (Action::MattersRead, [O, O, O, O, O, O, A, A, O]),
    (Action::ReporterRead, [N, N, N, O, O, O, N, N, N]),
    (Action::PlaceDraw, [N, N, N, O, O, O, N, A, N]),
    (Action::PlaceAmend, [N, O, O, O, O, O, N, A, N]),
    (Action::HazardWrite, [N, O, O, O, O, O, N, A, O]),
    (Action::AlertWrite, [N, N, N, N, O, O, N, A, O]),
    (Action::IssueReport, [N, O, O, O, O, O, N, A, O]),
    (Action::IssueHandle, [N, O, O, O, O, O, N, A, N]),
    (Action::PostManage, [N, N, N, N, O, O, N, A, N]),
    (Action::AccountManage, [N, N, N, N, N, N, N, A, N]),
    (Action::LedgerRead, [N, N, N, N, N, N, N, A, N]),
    (Action::Import, [N, N, N, N, N, N, N, A, N]),
    (Action::Backup, [N, N, N, N, N, N, N, A, N]),
    (Action::DraftReview, [N, N, N, N, O, O, N, A, N]),
];

/// How far this role may do this.
pub fn reach(role: Role, action: Action) -> Reach {
    TABLE[action as usize].1[role as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_row_and_every_role_its_column() {
        for (i, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(TABLE[i].0, action);
            assert_eq!(action as usize, i);
        }
        for (i, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, i);
        }
    }

    #[test]
    fn a_planner_and_a_wall_write_nothing() {
        let writing = [
            Action::PlaceDraw,
            Action::PlaceAmend,
            Action::HazardWrite,
            Action::AlertWrite,
            Action::IssueHandle,
            Action::DraftReview,
        ];
        for action in writing {
            assert_eq!(reach(Role::Planner, action), Reach::None);
            assert_eq!(reach(Role::Viewer, action), Reach::None);
        }
    }
}
