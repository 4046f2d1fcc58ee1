/** Short messages for success that is not visible otherwise, with a link where there is one. Failures are never here: they
 * stand where they arose. */
import { Anchor, Button, Group, Text } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

import { router } from '../router';

interface Message {
  key: number;
  text: string;
  to?: string;
}

const Context = createContext<(text: string, to?: string) => void>(() => undefined);

export const useSay = () => useContext(Context);

export function Messages({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const say = useCallback((text: string, to?: string) => {
    const key = Date.now() + Math.random();
    setMessages((before) => [...before.slice(-2), { key, text, to }]);
    setTimeout(() => setMessages((before) => before.filter((each) => each.key !== key)), 8000);
  }, []);
  return (
    <Context.Provider value={say}>
      {children}
      <div role="status" aria-live="polite" className="messages no-print">
        {messages.map((each) => (
          <Group key={each.key} className="card message" role="group" aria-label={each.text} gap="sm" wrap="nowrap">
            <Text size="sm" className="break">{each.text}</Text>
            {each.to && <Anchor href={`/ui${each.to}`} size="sm" onClick={(event) => { event.preventDefault(); void router.navigate({ href: `/ui${each.to}` }); }}>Show</Anchor>}
            <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setMessages((before) => before.filter((one) => one.key !== each.key))}>
              Close
            </Button>
          </Group>
        ))}
      </div>
    </Context.Provider>
  );
}
