// Somebody's initials in a colour of their own; the lightness is fixed, so that every one of them can be read.
import styles from "./Face.module.css";

export function Face({ name, size = 24 }: { name: string; size?: number }) {
  const style = { "--hue": hueOf(name), width: size, height: size, fontSize: Math.round(size * 0.4) };
  return (
    <span aria-hidden="true" className={styles.face} style={style as React.CSSProperties}>
      {initials(name)}
    </span>
  );
}

export function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? "?")[0]?.toUpperCase()).join("");
}

/** Away from red, which means that something is wrong. */
function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return 60 + (sum % 280);
}
