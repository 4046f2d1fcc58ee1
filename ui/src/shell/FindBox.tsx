/** Any id, receipt or file path leads to its page. Ctrl K comes here. */
import { TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';

export function FindBox() {
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  useHotkeys([['mod+K', () => input.current?.focus()]], []);
  return (
    <form
      role="search"
      style={{ flex: '0 1 320px', minWidth: 0 }}
      onSubmit={(event) => {
        event.preventDefault();
        const id = text.trim();
        if (!id) return;
        setText('');
        void navigate({ href: `/ui/go/${encodeURIComponent(id)}` });
      }}
    >
      <TextInput ref={input} size="xs" aria-label="Find an ID, a receipt or a name" placeholder={window.matchMedia('(max-width: 620px)').matches ? 'ID, receipt or name' : 'ID, receipt or name   Ctrl K'}
        value={text} onChange={(event) => setText(event.currentTarget.value)} />
    </form>
  );
}
