/** Words of the outlines a place had 历次边界. Only whoever looks at a place that was drawn anew fetches them. */
export const pastZh = {
  title: '边界时间轴（{n} 次）',
  hint: '拖动滑块，或用左右方向键：图上用虚线显示当时的边界。',
  now: '现在',
  shownNow: '图上是现在的边界',
  shownLast: '图上是停用前的边界',
  step: '{at}，{what}',
  stepBy: '{at}，{what}，{who}',
  stepNow: '{now}（{step}）',
  label: '{at} 的边界',
  reading: '正在读取当时的边界…',
  failed: '当时的边界没有读到：{why}',
  noOutline: '当时还没有画边界。',
  keyThen: '虚线：当时的边界',
  keyNow: '实线：现在的边界',
  area: '面积：当时 {then}，现在 {now}',
  households: '户数：当时 {then} 户，现在 {now} 户',
  moved: '此后划入 {gained}，划出 {lost}',
  same: '与现在的边界相同',
};

export type PastText = typeof pastZh;
