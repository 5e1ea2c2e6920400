/** Names and titles are people's own words: no line of theirs may pass for one of ours, in the text or in a header. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}
