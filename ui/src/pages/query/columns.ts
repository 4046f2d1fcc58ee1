/** What the editor of an ingest query completes: the functions, and the columns that its files have. */
import type { SQLNamespace } from '@codemirror/lang-sql';

import { $api, type Schema } from '../../api/client';

/** What a record came with, beside its data. */
const beside = ['_file', '_row', '_received_at', '_request_id'];

type Field = Pick<Schema['StreamField'], 'path'>;
interface Tree {
  [name: string]: Tree;
}

/** Plain names only: what needs backticks or stands in an array is written by hand. Of XML the fields of the row tag. */
export function treeOf(fields: Field[], rowTag: string): Tree {
  const tree: Tree = {};
  for (const { path } of fields) {
    let parts = path.split('.');
    if (rowTag) {
      const row = parts.findIndex((part) => part === rowTag || part === `${rowTag}[]`);
      if (row < 0) continue;
      parts = parts.slice(row + 1);
    }
    let at = tree;
    for (const part of parts) {
      const name = part.replace(/(\[\])+$/, '');
      if (!/^\w+$/.test(name)) break;
      at = at[name] ??= {};
      if (part !== name) break;
    }
  }
  return tree;
}

function namespaceOf(tree: Tree, more: string[] = []): SQLNamespace {
  const names = Object.keys(tree);
  if (names.every((name) => Object.keys(tree[name]!).length === 0)) return [...names, ...more];
  return { ...Object.fromEntries(names.map((name) => [name, namespaceOf(tree[name]!)])), ...Object.fromEntries(more.map((name) => [name, []])) };
}

/** Tables and their columns, as CodeMirror takes them. */
export function useColumns(stream: string, tag: string, rowTag: string): SQLNamespace | undefined {
  const fields = $api.useQuery('get', '/api/v0/streams/{id}/fields', { params: { path: { id: stream } } }, { enabled: stream !== '', staleTime: 60_000, retry: false });
  if (!fields.data) return undefined;
  return { [tag || 'streaming']: namespaceOf(treeOf(fields.data.fields, rowTag), beside) };
}

export function useFunctions(): Schema['QueryFunctions']['items'] | undefined {
  return $api.useQuery('get', '/api/v0/ingest-queries/functions', {}, { staleTime: Infinity, retry: false }).data?.items;
}
