/** Text that others wrote, so that nothing in it hides or turns around what is read. */

// What would reorder or hide what is read: controls but tab and line feed, and Unicode's directions.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

export function visible(text: string): string {
  return text.replace(unseen, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
