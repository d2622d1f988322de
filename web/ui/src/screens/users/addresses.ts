// Email addresses as people paste them: from a spreadsheet, a mail's header, one on each line.

export interface Pasted {
  valid: string[];
  bad: string[];
  /** Those that were pasted more than once. */
  twice: string[];
}

const ADDRESS = /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\.]+(\.[^\s@<>"(),:;[\]\\.]+)+$/;

/** `Ada Lovelace <ada@acme.example>, grace@acme.example`, sorted out; each address once, in its order. */
export function addressesIn(text: string): Pasted {
  const valid: string[] = [];
  const bad: string[] = [];
  const twice: string[] = [];
  const seen = new Set<string>();
  for (const part of text.split(/[,;\n\t]+/).map((piece) => piece.trim())) {
    for (const address of part.match(/<[^<>]+>/)?.map((found) => found.slice(1, -1)) ?? part.split(/\s+/)) {
      if (!address) continue;
      const folded = address.toLowerCase();
      if (!ADDRESS.test(address)) bad.push(address);
      else if (seen.has(folded)) twice.push(address);
      else valid.push(address);
      seen.add(folded);
    }
  }
  return { valid, bad, twice: [...new Set(twice)] };
}
