/** CodeMirror for SQL, in a chunk of its own. The server's first error is marked where it stands. */
import { autocompletion, closeBrackets, type Completion, completeFromList, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { sql, StandardSQL } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

import { nonce } from '../api/nonce';
import type { EditorFunction, EditorProps } from './Editor';
import { placeOf } from './place';

const look = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--weir-card)', color: 'inherit' },
  '&.cm-focused': { outline: '2px solid var(--mantine-color-anchor)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', minHeight: 'var(--editor-height, 220px)', maxHeight: '60vh' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--mantine-color-dimmed)', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'currentColor' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'var(--mantine-color-weir-light) !important' },
  '.cm-tooltip': { backgroundColor: 'var(--weir-card)', color: 'inherit', border: '1px solid var(--weir-line)' },
  '.cm-completionInfo': { whiteSpace: 'pre-wrap' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--mantine-color-weir-filled)', color: '#fff' },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--weir-running)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--weir-ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--weir-warning)' },
  { tag: tags.comment, color: 'var(--mantine-color-dimmed)', fontStyle: 'italic' },
]);

/** The line and all signatures stand beside the list while one is chosen. */
function completionOf({ name, signatures, line }: EditorFunction): Completion {
  const [first = ''] = signatures;
  return { label: name, type: 'function', detail: first.slice(name.length), info: [line, ...signatures].filter((each) => each !== '').join('\n') };
}

export default function SqlEditor({ label, value, onChange, onRun, onSave, error, readOnly = false, names, functions }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const handlers = useRef({ onChange, onRun, onSave });
  handlers.current = { onChange, onRun, onSave };
  const language = useRef(new Compartment());

  useEffect(() => {
    const made = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          keymap.of([
            { key: 'Mod-Enter', run: () => { handlers.current.onRun?.(); return true; } },
            { key: 'Mod-s', run: () => { handlers.current.onSave?.(); return true; }, preventDefault: true },
          ]),
          lineNumbers(), highlightSpecialChars(), history(), drawSelection(), bracketMatching(), closeBrackets(), autocompletion(),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]), // Tab leaves the editor
          language.current.of([]),
          syntaxHighlighting(colours), look,
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    made.scrollDOM.tabIndex = 0;
    made.scrollDOM.setAttribute('role', 'group');
    made.scrollDOM.setAttribute('aria-label', `${label}, its lines`);
    view.current = made;
    return () => made.destroy();
    // The editor keeps its own text; it is made once.
    // eslint-disable-next-line
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure([
      sql({ dialect: StandardSQL, schema: names ?? {}, upperCaseKeywords: true }),
      StandardSQL.language.data.of({ autocomplete: completeFromList((functions ?? []).map(completionOf)) }),
    ]) });
  }, [names, functions]);

  useEffect(() => {
    const shown = view.current;
    if (shown && shown.state.doc.toString() !== value) shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const shown = view.current;
    if (!shown) return;
    const at = error ? placeOf(error) : null;
    const diagnostics: Diagnostic[] = [];
    if (at && at.line <= shown.state.doc.lines) {
      const line = shown.state.doc.line(at.line);
      const from = Math.min(line.from + at.column - 1, line.to);
      diagnostics.push({ from, to: Math.min(from + 1, line.to), severity: 'error', message: error! });
    }
    shown.dispatch(setDiagnostics(shown.state, diagnostics));
  }, [error]);

  return <div ref={place} />;
}
