/** Takes secrets out of text before it reaches a log, the store or a screen. The one place for it. */

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(Basic|Bearer)\s+[A-Za-z0-9+/=._~-]+/gi, '$1 ***'],
  [
    /("?(?:VZ-M2M-Token|sessionToken|access_token|refresh_token|password|secret|client_secret|authorization)"?\s*[:=]\s*)("[^"]*"|[^\s,;&}]+)/gi,
    '$1"***"',
  ],
  [/(\/\/)[^/\s:@]+:[^/\s@]+@/g, '$1***@'],
];

/**
 * @param text what is about to be written
 * @param secrets values known to be secret, taken out wherever they stand, also in base64 and URL encoding
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    const base64 = Buffer.from(secret).toString('base64');
    for (const form of [secret, encodeURIComponent(secret), base64, base64.replace(/=+$/, '')]) {
      clean = clean.replaceAll(form, '***');
    }
  }
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}
