/** Buttons and menu items for operations of the API. Who may not call one still sees it, and is told what it needs. */
import { Button, type ButtonProps, Menu, Tooltip } from '@mantine/core';
import { type ReactNode, useState } from 'react';

import { useMay } from '../api/session';
import { Icon } from './Icon';
import { policyFor } from './policies';

interface Props extends ButtonProps {
  operation: string;
  onClick: () => void;
  children: ReactNode;
}

export function Act({ operation, onClick, children, ...rest }: Props) {
  const may = useMay(operation);
  const button = (
    <Button {...rest} aria-disabled={!may} data-disabled={!may || undefined} onClick={may ? onClick : undefined}>
      {children}
    </Button>
  );
  return may ? button : <Tooltip label={`Needs ${policyFor(operation)}`}>{button}</Tooltip>;
}

export interface RowAction {
  label: string;
  operation?: string;
  danger?: boolean;
  act: () => void;
}

/** The Actions menu of a row or page. Until it is opened for the first time it is a plain button: a list has one a row. */
export function Actions({ of, actions }: { of: string; actions: RowAction[] }) {
  const [state, setState] = useState<'never' | 'open' | 'closed'>('never');
  const button = (
    <button type="button" className="iconbutton" aria-label={`Actions for ${of}`} aria-haspopup="menu" onClick={state === 'never' ? () => setState('open') : undefined}>
      <Icon name="more" />
    </button>
  );
  if (state === 'never') return button;
  return (
    <Menu opened={state === 'open'} onChange={(opened) => setState(opened ? 'open' : 'closed')}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {actions.map((each) => (
          <Action key={each.label} {...each} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Action({ label, operation, danger, act }: RowAction) {
  const allowed = useMay(operation ?? '');
  const may = !operation || allowed;
  return (
    <Menu.Item
      c={danger && may ? 'var(--mantine-color-error)' : undefined}
      aria-disabled={!may}
      onClick={may ? act : undefined}
      closeMenuOnClick={may}
      rightSection={may ? undefined : <span className="quiet">Needs {policyFor(operation!)}</span>}
    >
      {label}
    </Menu.Item>
  );
}
