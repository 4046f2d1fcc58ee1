import { useParams } from '@tanstack/react-router';
import { useState } from 'react';

import { Act } from '../../parts/Act';
import { Page } from '../../parts/Page';
import { Tabs } from '../../parts/Tabs';
import { AddApiKeyDialog } from './AddApiKeyDialog';
import { AddMemberDialog } from './AddMemberDialog';
import { AddUserDialog } from './AddUserDialog';
import { ApiKeys } from './ApiKeys';
import { Audit } from './Audit';
import { People } from './People';

export function UsersPage() {
  const { tab = 'keys' } = useParams({ from: '/inside/users/{-$tab}' });
  const [adding, setAdding] = useState(false);
  const [addingMember, setAddingMember] = useState(false);
  return (
    <Page
      title="Users & Activity"
      actions={
        <>
          {tab === 'keys' && <Act operation="createApiKey" onClick={() => setAdding(true)}>Add API key</Act>}
          {tab === 'people' && <Act operation="addMember" onClick={() => setAddingMember(true)}>Add member</Act>}
          {tab === 'people' && <Act operation="createUser" onClick={() => setAdding(true)}>Add user</Act>}
        </>
      }
    >
      <Tabs label="Users & Activity" current={tab} items={[
        { key: 'people', name: 'People', to: '/users/people' },
        { key: 'keys', name: 'API keys', to: '/users/keys' },
        { key: 'audit', name: 'Audit', to: '/users/audit' },
      ]} />
      {tab === 'keys' && <ApiKeys />}
      {tab === 'people' && <People />}
      {tab === 'audit' && <Audit />}
      {adding && tab === 'keys' && <AddApiKeyDialog onClose={() => setAdding(false)} />}
      {adding && tab === 'people' && <AddUserDialog onClose={() => setAdding(false)} />}
      {addingMember && <AddMemberDialog onClose={() => setAddingMember(false)} />}
    </Page>
  );
}
