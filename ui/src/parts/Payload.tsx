/** Bytes that others sent: text where they are text, hex where not; never markup, never a link. */
import { SegmentedControl, Stack } from '@mantine/core';
import { useMemo, useState } from 'react';


const shownMax = 200_000;

export function Payload({ text, base64 }: { text?: string | null; base64?: string | null }) {
  const bytes = useMemo(
    () => (base64 ? Uint8Array.from(atob(base64), (each) => each.charCodeAt(0)) : new TextEncoder().encode(text ?? '')),
    [text, base64],
  );
  const formatted = useMemo(() => (text ? indented(text) : null), [text]);
  const [as, setAs] = useState(formatted ? 'json' : text === undefined || text === null ? 'hex' : 'raw');
  const shown = as === 'hex' ? hex(bytes) : as === 'json' ? (formatted ?? '') : (text ?? new TextDecoder().decode(bytes));
  return (
    <Stack gap={6}>
      <SegmentedControl size="xs" w="fit-content" value={as} onChange={setAs} aria-label="Show the payload as"
        data={[...(formatted ? [{ value: 'json', label: 'JSON' }] : []), { value: 'raw', label: 'Raw' }, { value: 'hex', label: 'Hex' }]} />
      <pre className="payload" tabIndex={0} aria-label="Payload">{shown.slice(0, shownMax)}</pre>
      {shown.length > shownMax && <span className="quiet">The first {shownMax} characters of {shown.length} are shown.</span>}
    </Stack>
  );
}

/** JSON text with line breaks and two spaces a level, its numbers and strings as they were written. */
export function indented(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let depth = 0;
  const out: string[] = [];
  const line = () => `\n${'  '.repeat(Math.min(depth, 60))}`;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === '{' || token === '[') {
      depth += 1;
      out.push(token, line());
    } else if (token === '}' || token === ']') {
      depth -= 1;
      const isEmpty = out.length > 1 && (out.at(-2) === '{' || out.at(-2) === '[');
      if (isEmpty) out.pop();
      else out.push(line());
      out.push(token);
    } else if (token === ',') out.push(token, line());
    else if (token === ':') out.push(': ');
    else out.push(token);
  }
  return out.join('');
}

function hex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, 16_384); at += 16) {
    const part = [...bytes.subarray(at, at + 16)];
    const digits = part.map((each) => each.toString(16).padStart(2, '0')).join(' ');
    const letters = part.map((each) => (each >= 32 && each < 127 ? String.fromCharCode(each) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${digits.padEnd(47)}  ${letters}`);
  }
  return lines.join('\n');
}
