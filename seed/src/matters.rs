//! What happens on the street at the moment: hazards, alerts and issues, without any person in them.

use crate::parcels::Use;
use crate::places::Works;
use crate::plane::{Pt, centroid};
use geju_core::matter::{AlertLevel, AlertState, HazardState, IssueState, MatterId, Rung};
use geju_core::place::SourceRef;
use geju_core::{Alert, Ground, Hazard, Issue};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// Category, title, where.
const HAZARDS: [(&str, &str, &[Use]); 22] = [
    ("fire", "楼道堆放杂物堵塞疏散通道", &[Use::Slabs, Use::WorkUnit]),
    ("fire", "电动自行车违规进楼充电", &[Use::Slabs, Use::Village]),
    ("fire", "消防通道被私家车占用", &[Use::MidRise, Use::Towers]),
    ("fire", "木结构房屋线路老化", &[Use::Courtyard]),
    ("fire", "住改仓存放易燃包装", &[Use::Village]),
    ("fire", "灭火器过期未换", &[Use::Market, Use::Courtyard]),
    ("gas", "瓶装液化气混放", &[Use::Village, Use::Courtyard]),
    ("gas", "燃气软管超期使用", &[Use::Slabs, Use::WorkUnit]),
    ("gas", "沿街餐饮未装燃气报警器", &[Use::Slabs, Use::Resettlement]),
    ("structure", "外墙瓷砖空鼓脱落", &[Use::MidRise, Use::Resettlement]),
    ("structure", "阳台外挑板开裂", &[Use::WorkUnit, Use::Slabs]),
    ("structure", "围墙倾斜", &[Use::Courtyard, Use::WorkUnit]),
    ("structure", "屋面瓦松动", &[Use::Courtyard]),
    ("flood", "下沉车库排水泵故障", &[Use::Towers]),
    ("flood", "院内雨水箅堵塞易积水", &[Use::Slabs, Use::Courtyard]),
    ("flood", "沿河栏杆缺损", &[Use::Park, Use::Towers]),
    ("lift", "电梯年检逾期", &[Use::Towers, Use::Affordable]),
    ("lift", "加装电梯困人多次", &[Use::Slabs, Use::MidRise]),
    ("electric", "电表箱裸露", &[Use::Village, Use::WorkUnit]),
    ("electric", "私拉电线跨巷", &[Use::Village, Use::Courtyard]),
    ("electric", "充电棚雨棚漏水", &[Use::Resettlement, Use::Slabs]),
    ("tree", "枯死行道树待伐", &[Use::School, Use::Slabs]),
];

/// Category, title.
const ISSUES: [(&str, &str); 24] = [
    ("rubbish", "垃圾桶满溢两天未清运"),
    ("rubbish", "装修垃圾堆在单元门口"),
    ("noise", "夜间空调外机噪声"),
    ("noise", "广场音响超时"),
    ("noise", "楼下烧烤摊营业到凌晨"),
    ("lighting", "楼道灯不亮"),
    ("lighting", "巷口路灯损坏"),
    ("parking", "外来车辆占用消防通道"),
    ("parking", "电动车停满盲道"),
    ("leak", "楼上漏水无人处理"),
    ("leak", "自来水管爆裂渗水"),
    ("sewage", "下水道返味"),
    ("sewage", "化粪池外溢"),
    ("road", "人行道地砖破损"),
    ("road", "井盖松动"),
    ("greening", "树枝遮挡窗户"),
    ("greening", "绿地被圈占种菜"),
    ("pets", "遛犬不牵绳"),
    ("property", "门禁坏了一周未修"),
    ("property", "物业费公示不清"),
    ("lift", "电梯异响"),
    ("stray_wires", "低垂线缆影响通行"),
    ("elderly", "希望增设楼道扶手"),
    ("heating", "热水供应时断时续"),
];

/// Hazards still standing, issues still open, and those already done with.
const STANDING: usize = 20;
const REMOVED: usize = 9;
const OPEN: usize = 42;
const CLOSED: usize = 36;

fn source(id: u64) -> Option<SourceRef> {
    Some(SourceRef {
        name: "demo".into(),
        id: id.to_string().into(),
    })
}

fn ago(as_of: Timestamp, minutes: u32) -> Timestamp {
    as_of
        .saturating_sub(SignedDuration::from_mins(i64::from(minutes)))
        .unwrap_or(as_of)
}

fn later(as_of: Timestamp, minutes: u32) -> Timestamp {
    as_of
        .saturating_add(SignedDuration::from_mins(i64::from(minutes)))
        .unwrap_or(as_of)
}

pub fn add(works: &mut Works) {
    let spots: Vec<(Use, Pt)> = works
        .buildings
        .keys()
        .map(|h| &works.town.houses[*h])
        .map(|h| (works.town.parcels[h.parcel].what, centroid(&h.ring)))
        .collect();
    if spots.is_empty() {
        return;
    }
    hazards(works, &spots);
    alerts(works, &spots);
    issues(works, &spots);
}

fn beside(works: &mut Works, spot: Pt) -> Ground {
    let off = crate::plane::pt(works.chance.between(-6.0, 6.0), works.chance.between(-6.0, 6.0));
    Ground::Point((spot + off).to_lonlat())
}

fn hazards(works: &mut Works, spots: &[(Use, Pt)]) {
    for i in 0..STANDING + REMOVED {
        let (category, title, kinds) = HAZARDS[i % HAZARDS.len()];
        let fitting: Vec<Pt> = spots
            .iter()
            .filter(|(what, _)| kinds.contains(what))
            .map(|(_, p)| *p)
            .collect();
        if fitting.is_empty() {
            continue;
        }
        let spot = *works.chance.pick(&fitting);
        let ground = beside(works, spot);
        let found = works.chance.whole(60, 60 * 24 * 45);
        let standing = i < STANDING;
        let id = works.ids.next();
        let after = works.chance.whole(30, found);
        works.shipment.hazards.push((
            Arc::new(Hazard {
                id: MatterId(id),
                version: 1,
                title: title.into(),
                category: category.into(),
                text: None,
                ground,
                state: if standing {
                    HazardState::Standing
                } else {
                    HazardState::Removed
                },
                found_at: ago(works.as_of, found),
                removed_at: (!standing).then(|| ago(works.as_of, found - after)),
                source: source(id),
            }),
            None,
        ));
    }
}

/// Level, category, title, which buildings, active, minutes since onset, minutes it holds.
type AlertPlan = (AlertLevel, &'static str, &'static str, &'static [Use], bool, u32, u32);
const ALERTS: [AlertPlan; 15] = [
    (
        AlertLevel::Red,
        "smoke",
        "独立烟感报警，持续浓烟",
        &[Use::Courtyard],
        true,
        6,
        180,
    ),
    (
        AlertLevel::Orange,
        "gas",
        "可燃气体浓度超限",
        &[Use::Village],
        true,
        21,
        240,
    ),
    (
        AlertLevel::Yellow,
        "water_level",
        "桥下水位接近警戒",
        &[Use::Park, Use::Towers],
        true,
        95,
        720,
    ),
    (
        AlertLevel::Yellow,
        "lift",
        "电梯困人自动报警",
        &[Use::Towers],
        true,
        12,
        120,
    ),
    (
        AlertLevel::Blue,
        "electric",
        "配电箱温度偏高",
        &[Use::WorkUnit, Use::Slabs],
        true,
        150,
        600,
    ),
    (
        AlertLevel::Red,
        "smoke",
        "餐饮后厨明火报警",
        &[Use::Market, Use::Slabs],
        false,
        4_320,
        180,
    ),
    (AlertLevel::Orange, "wind", "大风橙色预警", &[], false, 9_000, 720),
    (
        AlertLevel::Orange,
        "fire",
        "充电棚冒烟",
        &[Use::Resettlement],
        false,
        12_400,
        240,
    ),
    (AlertLevel::Yellow, "rain", "暴雨黄色预警", &[], false, 20_100, 1_440),
    (
        AlertLevel::Yellow,
        "smoke",
        "楼道烟感误报",
        &[Use::MidRise],
        false,
        2_900,
        120,
    ),
    (AlertLevel::Blue, "heat", "高温蓝色提示", &[], false, 30_000, 2_880),
    (
        AlertLevel::Blue,
        "fall",
        "独居老人跌倒报警器触发",
        &[Use::Slabs],
        false,
        1_800,
        60,
    ),
    (
        AlertLevel::Blue,
        "water",
        "独居老人用水量异常",
        &[Use::WorkUnit],
        false,
        900,
        600,
    ),
    (
        AlertLevel::Orange,
        "gas",
        "管道施工误碰，局部停气",
        &[Use::Slabs],
        false,
        16_000,
        480,
    ),
    (
        AlertLevel::Blue,
        "crowd",
        "公园客流偏高",
        &[Use::Park],
        false,
        5_800,
        300,
    ),
];

fn alerts(works: &mut Works, spots: &[(Use, Pt)]) {
    let whole = works
        .shipment
        .places
        .iter()
        .find(|(p, _)| p.id == works.district)
        .map(|(p, _)| p.ground.clone());
    let weather = (
        AlertLevel::Blue,
        "rain",
        "暴雨蓝色预警，注意低洼积水",
        &[] as &[Use],
        true,
        205,
        1_440,
    );
    for (level, category, title, kinds, active, since, holds) in ALERTS.into_iter().chain([weather]) {
        let fitting: Vec<Pt> = spots
            .iter()
            .filter(|(what, _)| kinds.contains(what))
            .map(|(_, p)| *p)
            .collect();
        let ground = match &whole {
            Some(street) if fitting.is_empty() => street.clone(),
            _ => {
                let anywhere = [spots[0].1];
                let among: &[Pt] = if fitting.is_empty() { &anywhere } else { &fitting };
                Ground::Point(works.chance.pick(among).to_lonlat())
            }
        };
        let onset = ago(works.as_of, since);
        let id = works.ids.next();
        let expires = later(onset, holds);
        let closed = works.chance.happens(0.5);
        let state = match (active, closed) {
            (true, _) => AlertState::Active,
            (false, true) => AlertState::Closed,
            (false, false) => AlertState::Expired,
        };
        let closed_at = match state {
            AlertState::Active => None,
            AlertState::Closed => Some(later(onset, holds / 2)),
            AlertState::Expired => Some(expires),
        };
        works.shipment.alerts.push((
            Arc::new(Alert {
                id: MatterId(id),
                version: 1,
                title: title.into(),
                category: category.into(),
                level,
                text: None,
                ground,
                state,
                onset,
                expires: Some(expires),
                closed_at,
                acknowledged_at: None,
                source: source(id),
            }),
            None,
        ));
    }
}

fn issues(works: &mut Works, spots: &[(Use, Pt)]) {
    for i in 0..OPEN + CLOSED {
        let (category, title) = *works.chance.pick(&ISSUES);
        let (_, spot) = *works.chance.pick(spots);
        let ground = beside(works, spot);
        let open = i < OPEN;
        // Most open ones are young, a few have waited for weeks.
        let age = works.chance.unit();
        let reported = if open {
            (15.0 + age * age * age * 60.0 * 24.0 * 24.0) as u32
        } else {
            works.chance.whole(60 * 24, 60 * 24 * 60)
        };
        let rung = match reported {
            minutes if minutes < 24 * 60 => Rung::Compound,
            minutes if minutes < 4 * 24 * 60 => Rung::Community,
            _ => Rung::Street,
        };
        let took = works.chance.whole(40, (60 * 24 * 6).min(reported));
        let id = works.ids.next();
        works.shipment.issues.push((
            Arc::new(Issue {
                id: MatterId(id),
                version: 1,
                title: title.into(),
                category: category.into(),
                text: None,
                ground,
                state: if open { IssueState::Open } else { IssueState::Closed },
                rung: if open || works.chance.happens(0.4) {
                    rung
                } else {
                    Rung::Compound
                },
                reported_at: ago(works.as_of, reported),
                closed_at: (!open).then(|| ago(works.as_of, reported - took)),
                reporter: None,
                source: source(id),
            }),
            None,
        ));
    }
}
