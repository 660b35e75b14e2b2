// The variants that the server takes for the same word: package words does it, and
// test/hiddenwords.test.mjs holds these against it.

const leet: Record<string, string> = { o: '0', i: '1', e: '3', a: '4', s: '5' };

/**
 * Some variants in which a word is found too, to show what is folded; none for what has only one.
 */
export function variants(entry: string): string[] {
  const word = entry.trim();
  if (!/^\p{Script=Latin}{2,}$/u.test(word)) return [];
  const small = word.toLowerCase();
  const plain = small.normalize('NFD').replace(/\p{M}/gu, '');
  const digits = [...plain].map((c) => leet[c] ?? c).join('');
  // A number is a number: what has no letter left stands for itself.
  const withDigits = /\p{L}/u.test(digits) ? [digits] : [];
  const all = [small.toUpperCase(), plain, ...withDigits, [...plain].join(' '), [...plain].join('.')];
  return [...new Set(all)].filter((variant) => variant !== word);
}

/** Can anything be found by it? A letter, a digit, a symbol or an emoji is needed. */
export function findable(entry: string): boolean {
  return /[\p{L}\p{N}\p{So}\p{Sk}]/u.test(entry);
}
