/** What a query is tried on: a stream's payloads, or one that is pasted; and how that is read. */
import { useState } from 'react';

import type { Schema } from '../../api/client';
import type { Usage } from './usage';

export interface Input extends Usage {
  isPasted: boolean;
  pasted: string;
  payloads: number | ''; // the last so many of the stream; all of its newest files else
}

export type InputBody = Pick<Schema['SqlPreview'], 'stream_id' | 'payloads' | 'payload' | 'file_tag' | 'schema' | 'row_tag' | 'limit'>;

/** `known` is what a courier's load operation says; what is typed goes over it. */
export function usePreviewInput(known: Usage | null, only: string) {
  const [typed, setTyped] = useState<Partial<Input>>({});
  const value: Input = { tag: 'streaming', rowTag: '', schema: '', isPasted: false, pasted: '', payloads: '', ...known, stream: known?.stream ?? only, ...typed };
  const schemaWrong = value.schema.trim() && !isJson(value.schema) ? 'This is not JSON.' : undefined;
  const isComplete = (value.isPasted ? value.pasted.trim() !== '' : value.stream !== '') && !schemaWrong;
  const body = (): InputBody => ({
    ...(value.isPasted ? { payload: value.pasted } : { stream_id: value.stream, ...(value.payloads === '' ? {} : { payloads: value.payloads }) }),
    file_tag: value.tag, limit: 20, ...(value.rowTag ? { row_tag: value.rowTag } : {}), ...(value.schema.trim() ? { schema: JSON.parse(value.schema) as Record<string, never> } : {}),
  });
  return { value, read: (part: Partial<Input>) => setTyped((before) => ({ ...before, ...part })), schemaWrong, isComplete, body };
}

export type PreviewInput = ReturnType<typeof usePreviewInput>;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
