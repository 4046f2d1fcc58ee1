import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { copyText } from '../../parts/Copy';
import { FormDialog } from '../../parts/Dialogs';
import { utc } from '../../parts/Time';

const days = ['1', '3', '7', '14', '30', '60', '90', '180', '365'];

/** The token is in this component's state alone, and gone with it. */
export function TokenDialog({ apiKey, onClose }: { apiKey: Schema['ApiKey']; onClose: () => void }) {
  const [expiry, setExpiry] = useState('3');
  const [rotate, setRotate] = useState(false);
  const create = $api.useMutation('post', '/api/v0/admin/api-keys/{id}/tokens');
  if (create.data) return <Shown token={create.data} of={apiKey.name} onClose={() => { create.reset(); onClose(); }} />;
  return (
    <FormDialog title={`Generate access token: ${apiKey.name}`} submit="Generate" busy={create.isPending} error={create.error} onClose={onClose}
      onSubmit={() => create.mutate({ params: { path: { id: apiKey.id } }, body: { 'expires-in-days': Number(expiry), rotate } })}>
      <Select label="Token expiry" w={200} value={expiry} onChange={(value) => setExpiry(value ?? '3')}
        data={days.map((each) => ({ value: each, label: each === '1' ? '1 day' : `${each} days` }))} />
      <Checkbox label="Rotate key secret" description="Tokens of the secret before end in 30 days" checked={rotate} onChange={(event) => setRotate(event.currentTarget.checked)} />
    </FormDialog>
  );
}

/** Closes by its button only: what is shown once is not lost to a click beside it. */
function Shown({ token, of, onClose }: { token: Schema['Token']; of: string; onClose: () => void }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    setCopied(await copyText(token.token));
    field.current?.select();
  };
  useEffect(() => {
    void copy();
    // once, when the token appears
    // eslint-disable-next-line
  }, []);
  return (
    <Modal opened onClose={() => undefined} closeOnEscape={false} closeOnClickOutside={false} withCloseButton={false} title={<strong>Access token of {of}</strong>}>
      <Stack gap="md">
        <div className={`banner ${copied === false ? 'warning' : 'ok'}`} role="status">
          {copied === false ? '▲ Press Ctrl C: the token is selected' : '✓ Copied to your clipboard'}
        </div>
        <TextInput ref={field} label="Token" readOnly classNames={{ input: 'mono' }} value={token.token} onFocus={(event) => event.currentTarget.select()} />
        <Text size="sm">
          You are the only person who will have access to it. Weir keeps no copy, and it will disappear when you close this dialog. Store it in a safe place.
        </Text>
        {token['expires-at'] && <Text size="sm" className="quiet">Expires {utc(token['expires-at'])}</Text>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => void copy()}>Copy again</Button>
          <Button onClick={onClose} data-autofocus>I have stored it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
