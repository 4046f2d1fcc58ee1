/** What surrounds every page of those who are signed in: navigation, search, the clock, who one is. */
import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

import { useDownSince } from '../api/connection';
import { Icon } from '../parts/Icon';
import { Clock } from './Clock';
import { FindBox } from './FindBox';
import { TenantMenu } from './TenantMenu';
import { UserMenu } from './UserMenu';

const places = [
  ['/', 'home', 'Home'],
  ['/sources', 'sources', 'Sources'],
  ['/workflows', 'workflows', 'Workflows'],
  ['/quarantine', 'quarantine', 'Quarantine'],
  ['/receipts', 'receipt', 'Receipts'],
  ['/tables', 'table', 'Data Explorer'],
  ['/sql', 'sql', 'SQL'],
  ['/alerts', 'alert', 'Alerts'],
  ['/users', 'users', 'Users & Activity'],
  ['/api', 'sql', 'API'],
] as const;

export function Shell() {
  const [open, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  useEffect(close, [pathname, close]);
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !open } }} padding="md">
      <a href="#main" className="skip">Skip to the page</a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="md" wrap="nowrap">
          <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
          <Group gap={8} wrap="nowrap" visibleFrom="xs">
            <img src="/ui/weir.svg" alt="" width={22} height={22} />
            <Text fw={700}>Weir</Text>
          </Group>
          <TenantMenu />
          <FindBox />
          <Group gap="md" ml="auto" wrap="nowrap">
            <Clock />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages">
        <div className="nav">
          {places.map(([to, icon, name]) => (
            <Link key={to} to={to as '/'} activeOptions={{ exact: to === '/' }}>
              <Icon name={icon} />
              {name}
            </Link>
          ))}
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <div style={{ maxWidth: 1400 }}>
          <Down />
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function Down() {
  const since = useDownSince();
  if (!since) return null;
  return (
    <div className="banner warning no-print" role="alert" style={{ marginBottom: 16 }}>
      ▲ The server has not answered since {since.toISOString().slice(11, 19)} UTC. What follows may be old; it goes on by itself once the server is back.
    </div>
  );
}
