/** Puts values into a sentence: `fill('{n} 个结果', { n: 3 })`. An unknown slot stays visible, so a mistake is seen. */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (slot, name: string) => String(values[name] ?? slot));
}
