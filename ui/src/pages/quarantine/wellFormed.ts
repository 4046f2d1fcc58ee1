/** A first look at a mended payload while it is typed; the server's word is the one that counts. XML is not given to the
 * browser's own parser, which would apply styles that a hostile document brings. */

export function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'not JSON';
  }
}

/** Whether tags are closed in their order, and where the first is not. */
export function xmlProblem(text: string): string | null {
  const open: string[] = [];
  const tags = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)([^\s<>/]+)((?:"[^"]*"|'[^']*'|[^<>"'])*?)(\/?)>|</g;
  let roots = 0;
  for (const found of text.matchAll(tags)) {
    const [whole, end, name, , empty] = found;
    const line = text.slice(0, found.index).split('\n').length;
    if (whole === '<') return `line ${line}: a "<" begins no tag`;
    if (!name) continue;
    if (end) {
      const last = open.pop();
      if (last !== name) return `line ${line}: </${name}> ends <${last ?? 'nothing'}>`;
    } else {
      if (open.length === 0) roots += 1;
      if (!empty) open.push(name);
    }
  }
  if (open.length > 0) return `no end tag for <${open.at(-1)}>`;
  return roots === 1 ? null : `${roots} elements at the top, not one`;
}
