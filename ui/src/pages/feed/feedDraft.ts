/** What the feed editor edits: a feed's settings as the API takes them. */
import type { Schema } from '../../api/client';

export type FeedSettings = Schema['NewFeed'];
export type Field = Schema['NewFeedField'];

/** What of a feed can be set. Fields that are null on reading are absent on writing. */
export function settingsOf(feed: Schema['Feed']): FeedSettings {
  const { source, name, primary_key, error_threshold, scale, identity_resolution, keep, merge } = feed;
  return {
    source, name, primary_key, error_threshold, scale, identity_resolution, keep, merge,
    fields: feed.fields.map(fieldOf),
    ...given({ last_updated: feed.last_updated, format: feed.format, sample: feed.sample, delete_marker: feed.delete_marker }),
  };
}

function fieldOf(field: Schema['FeedField']): Field {
  const { name, type, required, uuid, combines } = field;
  return { name, type, required, ...(combines?.length ? { combines, uuid } : {}), ...given({ rename_to: field.rename_to, semantic: field.semantic, format: field.format, scale: field.scale }) };
}

function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '')) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** A field's name in the table. */
export const columnOf = (field: Field) => field.rename_to || field.name;

/** The documents' own words, for what the server would say too. */
export function nameProblem(field: Field, all: Field[]): string | null {
  const column = columnOf(field);
  if (!/^[A-Za-z0-9_]+$/.test(column)) return 'Field names may only contain letters, numbers, and underscores.';
  if (all.filter((each) => columnOf(each).toLowerCase() === column.toLowerCase()).length > 1) return `There is a name conflict: "${column}" is there twice.`;
  return null;
}

/** "first-name" becomes "first_name". */
export const mendedName = (name: string) => name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '') || 'field';
