//! Street.

use serde::{Deserialize, Serialize};

/// Street 街道 (a road is a Road)，also 镇/乡.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Street {
    /// Where its office is, 办公地址.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<Box<str>>,
    /// The duty telephone of the office, 值班电话: a desk's, not a person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duty_phone: Option<Box<str>>,
}
