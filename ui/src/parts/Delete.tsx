/** The question before a thing is deleted, and the deletion. */
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { Confirm } from './Dialogs';

interface Props {
  of: string; // its name
  by: () => Promise<unknown>;
  typed?: boolean; // the name has to be typed
  onClose: () => void;
  children: ReactNode; // what goes and what stays
}

export function Delete({ of, by, typed, onClose, children }: Props) {
  const remove = useMutation({ mutationFn: by, onSuccess: onClose });
  return (
    <Confirm title={`Delete ${of}?`} verb={`Delete ${of}`} typed={typed ? of : undefined} busy={remove.isPending} error={remove.error} onClose={onClose} onConfirm={() => remove.mutate()}>
      {children}
    </Confirm>
  );
}
