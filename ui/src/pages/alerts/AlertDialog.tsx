import { Checkbox, Radio, Stack, TagsInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { call } from '../../api/call';
import { api, ifMatch, type Schema, versionOf } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { ShownOnce } from '../../parts/ShownOnce';
import { allKinds, kinds, usualKinds } from './kinds';

/** A new alert, or the settings of one. The secret of a new webhook is shown once. */
export function AlertDialog({ alert, onClose }: { alert?: Schema['Alert']; onClose: () => void }) {
  const [name, setName] = useState(alert?.name ?? '');
  const [channel, setChannel] = useState<'webhook' | 'email'>(alert?.channel ?? 'webhook');
  const [target, setTarget] = useState(alert?.target ?? '');
  const [chosen, setChosen] = useState<string[]>(alert && alert.kinds.length > 0 ? alert.kinds : usualKinds);
  const [only, setOnly] = useState(alert?.only ?? []);
  const save = useMutation({
    mutationFn: async (): Promise<string | null> => {
      const body = { name, target, kinds: chosen as Schema['AlertKinds'], only };
      if (!alert) return (await call(api.POST('/api/v0/alerts', { body: { ...body, channel } }))).secret ?? null;
      const path = { id: alert.id };
      await call(api.PUT('/api/v0/alerts/{id}', { params: { path, header: ifMatch(versionOf(`/api/v0/alerts/${alert.id}`)) }, body: { ...body, active: alert.state === 'active' } }));
      return null;
    },
    onSuccess: (secret) => {
      if (!secret) onClose();
    },
  });
  if (save.data) {
    return (
      <ShownOnce title={`Secret of ${name}`} label="Secret" secret={save.data} onClose={() => { save.reset(); onClose(); }}>
        The receiver verifies with it that a message is Weir's, by the signature of Standard Webhooks. It is not shown again.
      </ShownOnce>
    );
  }
  return (
    <FormDialog title={alert ? `Edit ${alert.name}` : 'Add alert'} submit="Save" size="lg" busy={save.isPending} error={save.error} onClose={onClose} onSubmit={() => save.mutate()}>
      <TextInput label="Name" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {!alert && (
        <Radio.Group label="Sent as" value={channel} onChange={(value) => setChannel(value as typeof channel)}>
          <Stack gap={6} mt={6}>
            <Radio value="webhook" label="Webhook" description="Signed JSON to an address of yours, tried again until it answers" />
            <Radio value="email" label="Mail" description="Where the server has an SMTP server to send with" />
          </Stack>
        </Radio.Group>
      )}
      <TextInput label={channel === 'email' ? 'Mail address' : 'URL'} placeholder={channel === 'email' ? 'team@example.org' : 'https://example.org/hooks/weir'} value={target} onChange={(event) => setTarget(event.currentTarget.value)} />
      <Checkbox.Group label="About" value={chosen} onChange={setChosen}>
        <Stack gap={6} mt={6}>{allKinds.map((each) => <Checkbox key={each} value={each} label={kinds[each][0]} description={kinds[each][1]} />)}</Stack>
      </Checkbox.Group>
      <TagsInput label="Only of" description="IDs of courier groups, couriers, streams or runs; everything where there is none" placeholder={only.length === 0 ? 'cg-…' : undefined} value={only} onChange={setOnly} />
    </FormDialog>
  );
}
