/** The frame of the pages for those who are not signed in. */
import { Stack, Text, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect } from 'react';

export function Outside({ title, note, onSubmit, children }: { title: string; note?: ReactNode; onSubmit?: () => void; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Weir`;
  }, [title]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit?.();
  };
  return (
    <main className="outside">
      <form className="card" onSubmit={send} noValidate>
        <Stack gap="md">
          <div className="brand"><img src="/ui/weir.svg" alt="" width={28} height={28} /> Weir</div>
          <div>
            <Title order={1}>{title}</Title>
            {note && <Text size="sm" className="quiet" mt={4}>{note}</Text>}
          </div>
          {children}
        </Stack>
      </form>
    </main>
  );
}
