/** The addresses. Everything that can be seen has one; a page's code is loaded when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';

import { knownSession } from './api/session';
import { NoSuchPage } from './pages/go/NoSuchPage';
import { PageFailed } from './parts/PageFailed';
import { Shell } from './shell/Shell';

const root = createRootRoute({ component: Outlet, notFoundComponent: NoSuchPage });

/** Pages for those who are signed in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const { signed_in, setup_needed } = await knownSession();
    if (signed_in) return;
    if (setup_needed) throw redirect({ to: '/setup' });
    throw redirect({ to: '/login', search: location.pathname === '/' ? {} : { to: location.href } });
  },
  component: Shell,
});

/** Search parameters are texts; those that are not given are absent. */
function texts<const K extends string>(...names: K[]) {
  return (search: Record<string, unknown>) =>
    Object.fromEntries(names.flatMap((name) => (search[name] === undefined ? [] : [[name, String(search[name])]]))) as Partial<Record<K, string>>;
}

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: texts('to', 'failed'),
  component: lazyRouteComponent(() => import('./pages/sign-in/LoginPage'), 'LoginPage'),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./pages/sign-in/SetupPage'), 'SetupPage'),
});
const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('./pages/sign-in/PasswordLinkPage'), 'PasswordLinkPage'),
});

const at = { getParentRoute: () => inside } as const;

const pages = [
  createRoute({ ...at, path: '/', component: lazyRouteComponent(() => import('./pages/home/HomePage'), 'HomePage') }),
  createRoute({ ...at, path: '/first/{-$stream}/{-$feed}', component: lazyRouteComponent(() => import('./pages/first/FirstPage'), 'FirstPage') }),
  createRoute({ ...at, path: '/sources', validateSearch: texts('q'), component: lazyRouteComponent(() => import('./pages/sources/SourcesPage'), 'SourcesPage') }),
  createRoute({ ...at, path: '/streams/$id/{-$tab}', validateSearch: texts('filter'), component: lazyRouteComponent(() => import('./pages/stream/StreamPage'), 'StreamPage') }),
  createRoute({ ...at, path: '/couriers/new', validateSearch: texts('stream'), component: lazyRouteComponent(() => import('./pages/courier/AddCourierPage'), 'AddCourierPage') }),
  createRoute({ ...at, path: '/couriers/$id', component: lazyRouteComponent(() => import('./pages/courier/CourierPage'), 'CourierPage') }),
  createRoute({ ...at, path: '/couriers/$id/edit', component: lazyRouteComponent(() => import('./pages/courier/EditCourierPage'), 'EditCourierPage') }),
  createRoute({ ...at, path: '/feeds/new', validateSearch: texts('source', 'name', 'sample', 'load'), component: lazyRouteComponent(() => import('./pages/feed/NewFeedPage'), 'NewFeedPage') }),
  createRoute({ ...at, path: '/feeds/$id', component: lazyRouteComponent(() => import('./pages/feed/FeedPage'), 'FeedPage') }),
  createRoute({ ...at, path: '/queries/new', component: lazyRouteComponent(() => import('./pages/query/QueryPage'), 'AddQueryPage') }),
  createRoute({ ...at, path: '/queries/$id', validateSearch: texts('from', 'to'), component: lazyRouteComponent(() => import('./pages/query/QueryPage'), 'QueryPage') }),
  createRoute({ ...at, path: '/groups/new', component: lazyRouteComponent(() => import('./pages/group/GroupPages'), 'AddGroupPage') }),
  createRoute({ ...at, path: '/groups/$id', component: lazyRouteComponent(() => import('./pages/group/GroupPages'), 'GroupPage') }),
  createRoute({ ...at, path: '/workflows', validateSearch: texts('state', 'type', 'q', 'unresolved'), component: lazyRouteComponent(() => import('./pages/workflows/WorkflowsPage'), 'WorkflowsPage') }),
  createRoute({ ...at, path: '/workflows/$id', component: lazyRouteComponent(() => import('./pages/run/RunPage'), 'RunPage') }),
  createRoute({ ...at, path: '/quarantine', validateSearch: texts('stream'), component: lazyRouteComponent(() => import('./pages/quarantine/QuarantinePage'), 'QuarantinePage') }),
  createRoute({ ...at, path: '/quarantine/$receipt', component: lazyRouteComponent(() => import('./pages/quarantine/HeldPayloadPage'), 'HeldPayloadPage') }),
  createRoute({ ...at, path: '/receipts', component: lazyRouteComponent(() => import('./pages/receipt/ReceiptsPage'), 'ReceiptsPage') }),
  createRoute({ ...at, path: '/receipts/$receipt', component: lazyRouteComponent(() => import('./pages/receipt/ReceiptPage'), 'ReceiptPage') }),
  createRoute({ ...at, path: '/tables', component: lazyRouteComponent(() => import('./pages/tables/TablesPage'), 'TablesPage') }),
  createRoute({ ...at, path: '/tables/$name/{-$tab}', validateSearch: texts('as_of', 'since'), component: lazyRouteComponent(() => import('./pages/tables/TablePage'), 'TablePage') }),
  createRoute({ ...at, path: '/alerts', component: lazyRouteComponent(() => import('./pages/alerts/AlertsPage'), 'AlertsPage') }),
  createRoute({ ...at, path: '/alerts/$id', component: lazyRouteComponent(() => import('./pages/alerts/AlertPage'), 'AlertPage') }),
  createRoute({ ...at, path: '/sql', validateSearch: texts('q'), component: lazyRouteComponent(() => import('./pages/sql/SqlPage'), 'SqlPage') }),
  createRoute({ ...at, path: '/users/{-$tab}', component: lazyRouteComponent(() => import('./pages/users/UsersPage'), 'UsersPage') }),
  createRoute({ ...at, path: '/api', component: lazyRouteComponent(() => import('./pages/api/ApiPage'), 'ApiPage') }),
  createRoute({ ...at, path: '/go/$', component: lazyRouteComponent(() => import('./pages/go/GoPage'), 'GoPage') }),
];

export const router = createRouter({
  routeTree: root.addChildren([login, setup, password, inside.addChildren(pages)]),
  basepath: '/ui',
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: NoSuchPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
