/** Text that others wrote, so that nothing in it hides or turns around what is read. */

// What would reorder or hide what is read: controls but tab and line feed, and Unicode's directions and joiners without a shape.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|[\u{e0000}-\u{e007f}]/gu;

/** Of most texts the same one. */
export function visible(text: string): string {
  return text.replace(unseen, (found) => {
    const code = found.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}
