//! Names as such places have them, all of them invented.

use crate::chance::Chance;
use crate::mesh::Class;
use crate::parcels::Use;
use std::collections::BTreeSet;

/// First and second halves of road names; together more than a district has roads.
const ROAD_FIRST: [&str; 46] = [
    "锦", "玉", "芙", "兰", "清", "云", "桐", "安", "和", "景", "文", "书", "梧", "竹", "晴", "望", "槐", "映", "沁",
    "棠", "禾", "岚", "椿", "蕙", "柳", "枫", "桂", "荷", "松", "明", "永", "丰", "泰", "德", "瑞", "祥", "同", "龙",
    "凤", "白", "青", "翠", "金", "银", "石", "长",
];
const ROAD_SECOND: [&str; 36] = [
    "泉", "桥", "溪", "林", "华", "坪", "湾", "塘", "园", "庭", "岭", "月", "汀", "麓", "苑", "井", "渡", "舟", "荫",
    "堰", "台", "田", "阳", "江", "安", "宁", "和", "门", "山", "柏", "沙", "祠", "寺", "营", "坊", "池",
];
const HOME_FIRST: [&str; 84] = [
    "锦禾",
    "澄园",
    "岚汀",
    "沁竹",
    "檀溪",
    "云栖",
    "望舒",
    "棠棣",
    "蕙风",
    "苇舟",
    "桐荫",
    "书香",
    "和畅",
    "听雨",
    "半山",
    "映月",
    "青枫",
    "晴川",
    "瑞景",
    "翠微",
    "朗庭",
    "芳洲",
    "金穗",
    "荷风",
    "安和",
    "嘉木",
    "文澜",
    "玉衡",
    "江畔",
    "河畔",
    "水岸",
    "紫竹",
    "丁香",
    "海棠",
    "玉兰",
    "银杏",
    "梧桐",
    "香樟",
    "芙蓉",
    "蔷薇",
    "木槿",
    "桃源",
    "春晓",
    "秋实",
    "夏荷",
    "暖冬",
    "朝阳",
    "向阳",
    "华阳",
    "东篱",
    "西岭",
    "南浦",
    "北辰",
    "明珠",
    "星河",
    "天景",
    "云锦",
    "天和",
    "润泽",
    "润和",
    "恒春",
    "永宁",
    "长乐",
    "长安里",
    "福临",
    "康乐",
    "康宁",
    "怡和",
    "怡景",
    "雅居",
    "静安里",
    "同心",
    "同德",
    "和平",
    "建设",
    "红星",
    "光明",
    "前进",
    "新华里",
    "团结",
    "绿洲",
    "绿茵",
    "碧水",
    "蓝岸",
];
/// Endings of communities that are named after a road, a bridge or a field.
const COMMUNITY_END: [&str; 8] = ["", "", "", "路", "桥", "里", "坊", "苑"];
const COMMUNITY: [&str; 24] = [
    "锦禾桥",
    "桐荫里",
    "望舒",
    "檀溪",
    "苇舟",
    "蕙风",
    "青枫",
    "芳洲",
    "荷塘月",
    "棠棣",
    "书院井",
    "晴川",
    "沁竹",
    "安和坊",
    "映月湾",
    "金穗",
    "嘉木",
    "文澜",
    "澄园",
    "椿树坪",
    "禾田",
    "岚汀",
    "云栖",
    "老渡口",
];
const FIRM: [&str; 9] = ["芙栖", "澄禾", "岚汀", "苇舟", "檀序", "棠里", "沁和", "椿安", "禾邻"];
const UNIT: [&str; 24] = [
    "纺织厂",
    "电机厂",
    "印刷厂",
    "粮油站",
    "建筑队",
    "丝绸厂",
    "无线电厂",
    "邮电所",
    "运输队",
    "酱园厂",
    "量具厂",
    "轻工所",
    "水利局",
    "铁路局",
    "钢铁厂",
    "木材厂",
    "搪瓷厂",
    "面粉厂",
    "地质队",
    "百货公司",
    "汽配厂",
    "师范",
    "农机厂",
    "皮革厂",
];
const SURNAME: [&str; 24] = [
    "周", "林", "何", "罗", "谢", "唐", "韩", "邓", "冯", "曾", "彭", "萧", "蔡", "潘", "田", "董", "袁", "余", "叶",
    "杜", "苏", "魏", "程", "吕",
];
const GIVEN: [&str; 24] = [
    "安禾", "清和", "若溪", "知行", "明舟", "书言", "思源", "一帆", "文竹", "晓棠", "望川", "景行", "子衿", "静宜",
    "子墨", "南乔", "嘉言", "怀瑾", "云舒", "初晴", "木兰", "青野", "长风", "令仪",
];

pub struct Names {
    chance: Chance,
    roads: Vec<String>,
    communities: Vec<String>,
    taken: BTreeSet<String>,
    units_taken: u32,
}

impl Names {
    pub fn new(chance: &Chance) -> Self {
        let mut chance = chance.fork(3);
        let mut roads: Vec<String> = ROAD_FIRST
            .iter()
            .flat_map(|a| ROAD_SECOND.iter().map(move |b| format!("{a}{b}")))
            .collect();
        chance.shuffle(&mut roads);
        let mut communities: Vec<String> = COMMUNITY.iter().map(|name| (*name).to_string()).collect();
        chance.shuffle(&mut communities);
        // Those with a name of their own come first: taken from the end.
        let mut more = roads.clone();
        chance.shuffle(&mut more);
        let mut named: Vec<String> = more
            .into_iter()
            .map(|stem| format!("{stem}{}", chance.pick(&COMMUNITY_END)))
            .collect();
        named.append(&mut communities);
        let communities = named;
        Names {
            chance,
            roads,
            communities,
            taken: BTreeSet::new(),
            units_taken: 0,
        }
    }

    /// A road's, river's or railway's name; none for lines that carry none.
    pub fn way(&mut self, class: Class) -> Option<String> {
        let ending = match class {
            Class::River => "河",
            Class::Rail | Class::Wall | Class::Line => return None,
            Class::Trunk => "环路",
            Class::Primary => self.chance.pick(&["大道", "路"]),
            Class::Secondary => self.chance.pick(&["路", "大街"]),
            Class::Tertiary => self.chance.pick(&["街", "路", "横街"]),
            Class::Residential => self.chance.pick(&["街", "巷", "路"]),
            Class::Lane if self.chance.happens(0.45) => return None,
            Class::Lane => "巷",
        };
        match self.roads.pop() {
            Some(name) => Some(format!("{name}{ending}")),
            // More roads than names: numbered ones, as new quarters have.
            None => {
                self.units_taken += 1;
                Some(format!("新桥{}{ending}", chinese_number(self.units_taken)))
            }
        }
    }

    pub fn community(&mut self) -> String {
        let name = self.communities.pop().unwrap_or_else(|| "新桥".into());
        self.alone(&format!("{name}社区"))
    }

    /// A compound's name; `address` is its road and number.
    pub fn compound(&mut self, what: Use, address: Option<&str>) -> String {
        let (a, b) = (*self.chance.pick(&ROAD_FIRST), *self.chance.pick(&ROAD_SECOND));
        let road = format!("{a}{b}");
        let first = if self.chance.happens(0.4) {
            road.as_str()
        } else {
            *self.chance.pick(&HOME_FIRST)
        };
        let name = match what {
            Use::Courtyard => match address {
                Some(address) if self.chance.happens(0.8) => format!("{address}院"),
                _ => format!("{first}{}", self.chance.pick(&["里", "坊", "院"])),
            },
            Use::Slabs => match address {
                Some(address) if self.chance.happens(0.5) => format!("{address}院"),
                _ => format!("{first}{}", self.chance.pick(&["小区", "小区", "新村", "院"])),
            },
            Use::WorkUnit => format!(
                "{}{}",
                self.chance.pick(&UNIT),
                self.chance.pick(&["宿舍", "家属院", "职工宿舍"])
            ),
            Use::Resettlement => format!("{first}{}", self.chance.pick(&["家园", "新居", "佳苑"])),
            Use::Village => format!(
                "{}{}",
                self.chance.pick(&ROAD_FIRST),
                self.chance.pick(&["家院子", "家大院", "家湾"])
            ),
            Use::MidRise => format!("{first}{}", self.chance.pick(&["花园", "苑", "雅居", "锦苑", "庭院"])),
            Use::Affordable => format!("{first}{}", self.chance.pick(&["安居苑", "惠民苑", "新苑"])),
            Use::Towers => format!(
                "{first}{}",
                self.chance.pick(&[
                    "府", "国际", "名邸", "花园", "天境", "公馆", "城", "华府", "壹号", "云璟", "湾", "名苑"
                ])
            ),
            Use::School => format!("{first}{}", self.chance.pick(&["小学", "小学", "中学", "实验学校"])),
            Use::Hospital => format!("{first}医院"),
            Use::Market => format!("{first}农贸市场"),
            Use::Offices => format!("{first}{}", self.chance.pick(&["大厦", "中心", "商务楼", "广场"])),
            Use::Park => format!("{first}{}", self.chance.pick(&["公园", "游园", "绿地"])),
        };
        self.alone(&name)
    }

    /// Adds a phase number where the name is taken.
    fn alone(&mut self, name: &str) -> String {
        let mut tried = name.to_string();
        let mut n = 1;
        while !self.taken.insert(tried.clone()) {
            n += 1;
            tried = match name.strip_suffix("社区") {
                Some(stem) => format!("{stem}{}社区", chinese_number(n)),
                None => format!("{name}{}", numbered(name, n)),
            };
        }
        tried
    }

    pub fn firm(&mut self) -> String {
        format!("{}物业", self.chance.pick(&FIRM))
    }

    /// A made-up name for somebody on duty.
    pub fn person(&mut self) -> String {
        format!("{}{}", self.chance.pick(&SURNAME), self.chance.pick(&GIVEN))
    }
}

fn numbered(name: &str, n: u32) -> String {
    let phase = ["宿舍", "院", "里", "坊", "湾", "新村"]
        .iter()
        .any(|end| name.ends_with(end));
    if phase {
        format!("（{}）", chinese_number(n))
    } else {
        format!("{}期", chinese_number(n))
    }
}

/// 一 to 九百九十九.
pub fn chinese_number(n: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let (hundreds, tens, ones) = (n / 100 % 10, n / 10 % 10, (n % 10) as usize);
    let small = match (hundreds, tens, ones) {
        (_, 0, 0) => String::new(),
        (0, 0, _) => DIGITS[ones].to_string(),
        (_, 0, _) => format!("零{}", DIGITS[ones]),
        (0, 1, _) => format!("十{}", DIGITS[ones]),
        _ => format!("{}十{}", DIGITS[tens as usize], DIGITS[ones]),
    };
    match hundreds {
        0 => small,
        _ => format!("{}百{small}", DIGITS[hundreds as usize]),
    }
}
