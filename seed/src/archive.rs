//! What is known of buildings and compounds, varied as it is in life and adding up where it should.

use crate::chance::Chance;
use crate::houses::House;
use crate::names::Names;
use crate::parcels::Use;
use geju_core::place::{
    Building, Compound, CompoundKind, PeopleBase, Resources, ResponseStep, ServiceBodies, ServiceItem,
};

/// Who lives in homes of one sort: people per household, and shares of the old, of the old who live alone, of children.
struct Homes {
    per_household: f64,
    old: f64,
    alone: f64,
    young: f64,
    /// Registered where they live.
    registered: f64,
}

fn homes(what: Use) -> Homes {
    let of = |per_household, old, alone, young, registered| Homes {
        per_household,
        old,
        alone,
        young,
        registered,
    };
    match what {
        Use::Courtyard => of(2.0, 0.37, 0.19, 0.07, 0.72),
        Use::Slabs => of(2.2, 0.31, 0.15, 0.09, 0.66),
        Use::WorkUnit => of(2.1, 0.35, 0.16, 0.08, 0.78),
        Use::Village => of(2.3, 0.08, 0.06, 0.12, 0.22),
        Use::Resettlement => of(2.8, 0.24, 0.07, 0.14, 0.74),
        Use::MidRise => of(2.6, 0.19, 0.08, 0.15, 0.62),
        Use::Affordable => of(2.3, 0.21, 0.13, 0.14, 0.58),
        Use::Towers => of(2.7, 0.13, 0.05, 0.19, 0.52),
        Use::School | Use::Hospital | Use::Market | Use::Offices | Use::Park => of(2.0, 0.2, 0.1, 0.1, 0.6),
    }
}

/// How many people a household of such homes has on average.
pub fn people_per_household(what: Use) -> f64 {
    homes(what).per_household
}

pub fn building(house: &House, what: Use, chance: &mut Chance) -> Building {
    let kind = homes(what);
    let part = |whole: u32, share: f64, chance: &mut Chance| {
        (f64::from(whole) * share * chance.between(0.7, 1.3))
            .round()
            .min(f64::from(whole)) as u32
    };
    let households = house.households;
    let residents = (f64::from(households) * kind.per_household * chance.between(0.88, 1.12))
        .round()
        .max(f64::from(households)) as u32;
    let over_60 = part(residents, kind.old, chance);
    let lived_in = |n: u32| (households > 0).then_some(n);
    Building {
        floors: Some(house.floors),
        entrances: Some(house.entrances.max(1)),
        households: lived_in(households),
        shops: (house.shops > 0).then_some(house.shops),
        residents: lived_in(residents),
        over_60: lived_in(over_60),
        over_60_alone: lived_in(part(over_60, kind.alone, chance)),
        children: lived_in(part(residents, kind.young, chance).min(residents - over_60)),
        // Nobody wrote down when every old house was built.
        build_year: (house.year >= 1980 || chance.happens(0.7)).then_some(house.year),
    }
}

pub fn kind(what: Use, street_front: bool) -> CompoundKind {
    match what {
        Use::Slabs | Use::WorkUnit if street_front => CompoundKind::StreetFront,
        Use::Slabs => CompoundKind::Old,
        Use::WorkUnit => CompoundKind::WorkUnit,
        Use::Resettlement => CompoundKind::Resettlement,
        Use::MidRise | Use::Towers => CompoundKind::Commodity,
        Use::Affordable => CompoundKind::Affordable,
        Use::Courtyard | Use::Village | Use::School | Use::Hospital | Use::Market | Use::Offices | Use::Park => {
            CompoundKind::Courtyard
        }
    }
}

/// What lies on a compound's ground, as its archive needs it.
pub struct Ground<'a> {
    pub what: Use,
    pub street_front: bool,
    pub year: u16,
    pub name: &'a str,
    pub yard_m2: f64,
    pub built_m2: f64,
    pub buildings: &'a [Building],
}

/// The five modules, 五大模块. Figures mostly equal what its buildings add up to; a few lag behind.
pub fn compound(ground: &Ground<'_>, names: &mut Names, chance: &mut Chance) -> Compound {
    let sum = |of: fn(&Building) -> Option<u32>| ground.buildings.iter().filter_map(of).sum::<u32>();
    let lag = match chance.unit() {
        u if u < 0.85 => 1.0,
        u if u < 0.95 => chance.between(0.97, 1.03),
        _ => chance.between(0.85, 1.15),
    };
    let lagging = |n: u32| (f64::from(n) * lag).round() as u32;
    let (households, residents) = (lagging(sum(|b| b.households)), lagging(sum(|b| b.residents)));
    let over_60 = sum(|b| b.over_60).min(residents);
    let estate = matches!(
        ground.what,
        Use::MidRise | Use::Towers | Use::Affordable | Use::Resettlement
    );
    let managed = estate || chance.happens(if ground.what == Use::Slabs { 0.45 } else { 0.12 });
    let registered = (f64::from(residents) * homes(ground.what).registered * chance.between(0.9, 1.1))
        .round()
        .min(f64::from(residents)) as u32;
    let small = matches!(ground.what, Use::Courtyard | Use::Village);
    let share =
        |n: u32, low: f64, high: f64, chance: &mut Chance| (f64::from(n) * chance.between(low, high)).round() as u32;
    let people_base = (!chance.happens(0.06)).then(|| PeopleBase {
        registered: Some(registered),
        floating: Some(residents - registered),
        over_60: Some(over_60),
        over_60_alone: Some(sum(|b| b.over_60_alone).min(over_60)),
        children: Some(sum(|b| b.children)),
        disabled: Some(share(residents, 0.004, 0.014, chance)),
        allowance_households: Some(share(households, 0.0, if small { 0.03 } else { 0.012 }, chance)),
    });
    let lifts: u32 = ground
        .buildings
        .iter()
        .filter(|b| b.floors.unwrap_or(0) > 7)
        .map(|b| u32::from(b.entrances.unwrap_or(1)) * if b.floors.unwrap_or(0) > 18 { 2 } else { 1 })
        .sum();
    let resources = (!chance.happens(0.08)).then(|| Resources {
        common_rooms: Some(if estate {
            chance.whole(1, 3)
        } else {
            u32::from(chance.happens(0.3))
        }),
        parking_spaces: Some(match ground.what {
            Use::Towers => share(households, 0.8, 1.2, chance),
            Use::MidRise => share(households, 0.4, 0.7, chance),
            Use::Courtyard | Use::Village => chance.whole(0, 3),
            _ => share(households, 0.08, 0.25, chance),
        }),
        chargers: Some(share(households, 0.02, 0.12, chance)),
        lifts: Some(lifts),
        hydrants: Some(1 + (ground.yard_m2 / 4_500.0) as u32),
        gates: Some(if small { 1 } else { chance.whole(1, 3) }),
        green_m2: Some(((ground.yard_m2 - ground.built_m2).max(0.0) * if estate { 0.42 } else { 0.14 }) as u32),
    });
    let service_bodies = chance.happens(if small { 0.35 } else { 0.85 }).then(|| ServiceBodies {
        party_branch: (!small).then(|| format!("{}党支部", ground.name).into()),
        social_organisations: ["邻里互助队", "银龄食堂志愿队", "周末课堂", "院落议事会"]
            .into_iter()
            .filter(|_| chance.happens(0.4))
            .map(Into::into)
            .collect(),
        volunteers: Some(share(residents, 0.01, 0.05, chance)),
    });
    Compound {
        kind: Some(kind(ground.what, ground.street_front)),
        households: Some(households),
        residents: Some(residents),
        build_year: Some(ground.year),
        property_firm: managed.then(|| names.firm().into()),
        owners_committee: (!small).then(|| chance.happens(if estate { 0.65 } else { 0.25 })),
        people_base,
        resources,
        service_bodies,
        service_items: service_items(small, chance),
        response_flow: response_flow(managed),
    }
}

fn service_items(small: bool, chance: &mut Chance) -> Vec<ServiceItem> {
    let offer = |title: &str, body: &str, hours: &str| ServiceItem {
        title: title.into(),
        body: Some(body.into()),
        hours: Some(hours.into()),
    };
    let all = [
        offer("居家养老探访", "社区助老员", "每周二、四 09:00–11:30"),
        offer("老年助餐送餐", "社区食堂", "每日 11:00–12:30"),
        offer("儿童课后托管", "邻里驿站", "周一至周五 16:30–18:30"),
        offer("水电气报修", "物业服务中心", "全天"),
        offer("矛盾纠纷调解", "院落议事会", "预约"),
        offer("便民理发磨刀", "志愿服务队", "每月第一个周六"),
        offer("电动车充电巡查", "微型消防站", "每日 20:00–22:00"),
    ];
    let share = if small { 0.3 } else { 0.55 };
    all.into_iter().filter(|_| chance.happens(share)).collect()
}

fn response_flow(managed: bool) -> Vec<ResponseStep> {
    let step = |step: &str, post: &str, minutes| ResponseStep {
        step: step.into(),
        post: Some(post.into()),
        within_minutes: Some(minutes),
    };
    let mut flow = vec![
        step("发现上报", "微网格员", 5),
        step("先期处置", if managed { "物业值班长" } else { "楼栋长" }, 15),
    ];
    flow.extend([
        step("到场核实", "网格员", 30),
        step("协调处置", "社区值班员", 60),
        step("办结回访", "网格员", 1_440),
    ]);
    flow
}
