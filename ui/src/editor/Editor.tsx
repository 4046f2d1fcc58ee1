/** The SQL editor, loaded when it is first shown. */
import type { SQLNamespace } from '@codemirror/lang-sql';
import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';

export interface EditorFunction {
  name: string;
  signatures: string[];
  line: string;
}

export interface EditorProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  onRun?: () => void; // Ctrl Enter
  onSave?: () => void; // Ctrl S
  error?: string | null; // the server's message
  readOnly?: boolean;
  names?: SQLNamespace; // tables and their columns, for completion
  functions?: EditorFunction[]; // likewise
}

const SqlEditor = lazy(() => import('./SqlEditor'));

export function Editor(props: EditorProps) {
  return (
    <Suspense fallback={<Skeleton height={220} />}>
      <SqlEditor {...props} />
    </Suspense>
  );
}
