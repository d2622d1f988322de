// Whether a provider in the cloud could call an address.

const PRIVATE = [
  /^localhost$/,
  /\.localhost$/,
  /\.local$/,
  /\.internal$/,
  /^127\./,
  /^10\./,
  /^192\.168\./,
  /^169\.254\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^\[(::1|f[cd][0-9a-f]{2}:.*|fe80:.*)\]$/,
];

/** True for plain http, and for names and addresses that mean something inside a network alone. */
export function isOutOfReach(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol !== "https:" || !/[.:]/.test(hostname) || PRIVATE.some((pattern) => pattern.test(hostname));
}

/** The path of a request as somebody would have typed it: `filter=userName eq "ada"`. */
export function readable(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll("+", " "));
  } catch {
    return path;
  }
}
