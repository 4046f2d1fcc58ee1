import { Checkbox, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { api, type Schema } from '../../api/client';
import { FormDialog } from '../../parts/Dialogs';
import { userPolicies } from '../../parts/policies';

export function PolicyChoice({ value, onChange }: { value: string[]; onChange: (next: string[]) => void }) {
  return (
    <Checkbox.Group label="Policies" value={value} onChange={onChange}>
      <Stack gap={6} mt={6}>{Object.entries(userPolicies).map(([policy, label]) => <Checkbox key={policy} value={policy} label={label} />)}</Stack>
    </Checkbox.Group>
  );
}

export function PoliciesDialog({ user, onClose }: { user: Schema['User']; onClose: () => void }) {
  const [chosen, setChosen] = useState<string[]>(user.policies);
  const save = useMutation({
    mutationFn: async () => {
      const path = { id: user.id };
      const added = chosen.filter((each) => !user.policies.includes(each as never)) as Schema['UserPolicy'][];
      const removed = user.policies.filter((each) => !chosen.includes(each));
      if (added.length > 0) {
        const { error } = await api.POST('/api/v0/users/{id}/attach-policies', { params: { path }, body: { policies: added } });
        if (error) throw error;
      }
      if (removed.length > 0) {
        const { error } = await api.POST('/api/v0/users/{id}/detach-policies', { params: { path }, body: { policies: removed } });
        if (error) throw error;
      }
    },
    onSuccess: onClose,
  });
  return (
    <FormDialog title={`Policies of ${user.name}`} submit="Save" busy={save.isPending} error={save.error} onClose={onClose} onSubmit={() => save.mutate()}>
      <PolicyChoice value={chosen} onChange={setChosen} />
    </FormDialog>
  );
}
