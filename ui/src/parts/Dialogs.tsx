/** Dialogs: a form in one, and the question before something that cannot be undone. */
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';

import { visible } from '../drawn/visible';
import { Refusal } from './Loaded';

interface FormProps {
  title: string;
  submit: string; // the verb on the button
  cancel?: string;
  busy: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
  size?: string;
}

export function FormDialog({ title, submit, cancel = 'Cancel', busy, error, onSubmit, onClose, children, size = 'md' }: FormProps) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal opened onClose={onClose} title={<strong>{title}</strong>} size={size}>
      <form onSubmit={send} noValidate>
        <Stack gap="md">
          {children}
          <Refusal error={error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>{cancel}</Button>
            <Button type="submit" loading={busy}>{submit}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface ConfirmProps {
  title: string;
  verb: string; // "Delete shop"
  typed?: string; // what has to be typed, where it is a lot that goes
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode; // what goes and what stays
}

export function Confirm({ title, verb, typed, busy, error, onConfirm, onClose, children }: ConfirmProps) {
  const [said, setSaid] = useState('');
  return (
    <Modal opened onClose={onClose} title={<strong>{title}</strong>} size="md">
      <Stack gap="md">
        <Text size="sm" component="div">{children}</Text>
        {typed && <TextInput label={`Type ${typed} to go on`} value={said} onChange={(event) => setSaid(event.currentTarget.value)} />}
        <Refusal error={error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus={typed ? undefined : true}>Cancel</Button>
          <Button bg="#a3121f" c="#ffffff" loading={busy} disabled={typed !== undefined && said !== typed && said !== visible(typed)} onClick={onConfirm}>{verb}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
