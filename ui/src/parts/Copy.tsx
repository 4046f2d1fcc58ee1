/** Copying that also works where the page came over plain http, where browsers have no navigator.clipboard. */
import { Button } from '@mantine/core';
import { useState } from 'react';

import { Icon } from './Icon';

export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // not allowed: the old way below
    }
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('readonly', '');
  field.style.position = 'fixed';
  field.style.opacity = '0';
  const dialog = document.querySelector('[role=dialog]');
  (dialog ?? document.body).append(field); // a dialog lets the focus go nowhere else
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  return copied;
}

export function useCopied() {
  const [said, setSaid] = useState<string | null>(null);
  const copy = async (text: string) => {
    setSaid((await copyText(text)) ? 'Copied' : 'Not copied: select it and press Copy');
    setTimeout(() => setSaid(null), 2500);
  };
  return [said, copy] as const;
}

/** A plain button: lists have one a row, and rows with parts of Mantine do not scroll smoothly. */
export function CopyIcon({ text, what }: { text: string; what: string }) {
  const [said, copy] = useCopied();
  return (
    <button type="button" className="iconbutton small" aria-label={said ?? `Copy ${what}`} title={said ?? `Copy ${what}`} onClick={() => void copy(text)}>
      <Icon name={said === 'Copied' ? 'done' : 'copy'} size={14} />
    </button>
  );
}

export function CopyButton({ text, children = 'Copy' }: { text: string; children?: string }) {
  const [said, copy] = useCopied();
  return <Button variant="default" onClick={() => void copy(text)}>{said ?? children}</Button>;
}

export function Id({ id, what = 'ID' }: { id: string; what?: string }) {
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <span className="mono">{id}</span> <CopyIcon text={id} what={what} />
    </span>
  );
}
