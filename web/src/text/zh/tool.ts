/** Tools of the map: measuring, finding oneself, printing, comparing. */
export const tool = {
  title: '工具',
  open: '打开工具',
  measure: '测距与测面积',
  relief: '立体楼栋',
  reliefHint: '放大后可见',
  reliefWeak: '此设备可能变慢',
  compare: '日期对比',
  print: '打印',
  picture: '导出图片',
  full: '全屏',
  leaveFull: '退出全屏',
  noFull: '此浏览器不支持全屏',
  working: '正在生成…',
  pictureFailed: '图片没有生成，请重试',
  fileName: '格局地图-{date}.png',
};

export const measure = {
  title: '测量',
  mode: '测量方式',
  distance: '距离',
  area: '面积',
  hint: '点按地图加点；或移动地图，用“十字处加点”。',
  keys: '键盘：方向键移动地图，Enter 加点，Backspace 撤销，Esc 退出。',
  addHere: '十字处加点',
  undo: '撤销一点',
  finish: '完成',
  clear: '清除',
  close: '退出测量',
  length: '长度 {length}',
  around: '周长 {length}',
  ground: '面积 {area}',
  points: '{n} 个点',
  crossed: '边线相交，面积不准',
  done: '已完成，再点将重新开始',
};

export const locate = {
  button: '我的位置',
  title: '我的位置',
  close: '关闭我的位置',
  asking: '正在等待设备定位…',
  found: '精度约 ±{meters}',
  rough: '误差较大（约 ±{meters}），只能看个大概；到室外或打开卫星定位会更准。',
  denied: '定位权限被拒绝。请在浏览器地址栏的网站设置里允许“位置信息”，再试一次。',
  unavailable: '设备没有给出位置。请检查系统定位是否打开。',
  timeout: '等了很久没有定位结果。请到开阔处再试。',
  insecure: '浏览器只在 HTTPS 网址下允许定位。请联系管理员为本系统启用 HTTPS。',
  absent: '此浏览器没有定位功能。',
  outside: '您在本图范围之外，距图上最近处约 {length}。',
  again: '重新定位',
  shifted: '本设备给出的是火星坐标（GCJ-02），请纠偏',
  shiftedWhy: '部分手机和浏览器给出的位置偏移 300–600 米，本页无法分辨。位置明显偏了就勾选。',
  privacy: '位置只留在本设备，不上传；服务器只知道您在看哪一片地图。',
};

export const picture = {
  north: '北',
  made: '{date} 制图',
  datum: '坐标系 WGS84（CGCS2000）',
  view: '专题：{topic}',
  legend: '图例',
  compared: '与 {day} 对比',
};

export const compare = {
  title: '日期对比',
  before: '对比日期',
  left: '左：{day}（不含当时的事项）',
  right: '右：现在',
  slider: '左右分界：左侧占 {percent}%',
  close: '退出对比',
  failed: '读不到那一天的地图：{why}',
  loading: '正在读取…',
  absent: '此服务器还不能显示过去的地图。',
};
