import type { ApiOperation } from './document';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The operation as a command for a POSIX shell. The token is in WEIR_TOKEN, so that none is ever copied. */
export function curl({ method, path, asks, body, contentType, example }: ApiOperation, origin: string): string {
  const parts = ['curl --fail-with-body'];
  if (method !== 'GET') parts.push(`--request ${method}`);
  if (asks !== 'everyone' && asks !== 'sign in') parts.push('--header "Authorization: Bearer $WEIR_TOKEN"');
  if (body !== undefined && contentType) {
    parts.push(`--header ${quoted(`Content-Type: ${contentType}`)}`);
    parts.push(`--data ${quoted(contentType.includes('json') ? JSON.stringify(body) : typeof body === 'string' ? body : new URLSearchParams(body as Record<string, string>).toString())}`);
  }
  parts.push(quoted(origin + (example?.address ?? path.replace(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase()))));
  return parts.join(' \\\n  ');
}
