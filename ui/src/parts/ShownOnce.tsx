/** What is shown once and never again: a token, a secret, a link. It closes by its button only, so that a click beside it loses
 * nothing; it is in the caller's state alone, and gone with it. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { copyText } from './Copy';

interface Props {
  title: string;
  label: string; // of the secret
  secret: string;
  beside?: [string, string][]; // what belongs to it and is no secret
  children: ReactNode; // what it is for, and until when
  done?: string;
  onClose: () => void;
}

export function ShownOnce({ title, label, secret, beside = [], children, done = 'I have stored it', onClose }: Props) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    setCopied(await copyText(secret));
    field.current?.select();
  };
  useEffect(() => {
    void copy();
    // once, when it appears
    // eslint-disable-next-line
  }, []);
  return (
    <Modal opened onClose={() => undefined} closeOnEscape={false} closeOnClickOutside={false} withCloseButton={false} title={<strong>{title}</strong>}>
      <Stack gap="md">
        <div className={`banner ${copied === false ? 'warning' : 'ok'}`} role="status">
          {copied === false ? `▲ Press Ctrl C: the ${label.toLowerCase()} is selected` : '✓ Copied to your clipboard'}
        </div>
        {beside.map(([name, value]) => <TextInput key={name} label={name} readOnly classNames={{ input: 'mono' }} value={value} onFocus={(event) => event.currentTarget.select()} />)}
        <TextInput ref={field} label={label} readOnly classNames={{ input: 'mono' }} value={secret} onFocus={(event) => event.currentTarget.select()} />
        <Text size="sm" component="div">{children}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => void copy()}>Copy again</Button>
          <Button onClick={onClose} data-autofocus>{done}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
