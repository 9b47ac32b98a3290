//! Community.

use serde::{Deserialize, Serialize};

/// Community 社区，also 村.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Community {
    /// Where its office is, 办公地址.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<Box<str>>,
    /// The duty telephone of the office, 值班电话: a desk's, not a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duty_phone: Option<Box<str>>,
}
