/** The policies' names, and which one somebody lacks who may not call an operation (docs/authorization.md has the table). */
export const userPolicies = {
  'datagrid-operator': 'DataGrid Operator',
  'datagrid-operator-read-only': 'DataGrid Operator (read only)',
  'datagrid-administrator': 'DataGrid Administrator',
  'datagrid-administrator-read-only': 'DataGrid Administrator (read only)',
  'api-key-administration': 'Allow API key administration',
  'user-administration': 'Allow user administration',
  'source-data-deletion': 'Allow source data deletion',
} as const;

export const keyPolicies = {
  'streaming-ingest-api:write': 'Streaming Ingest Write Access',
  'api-keys:issue': 'API Token Issuer',
  'datagrid:operate': 'DataGrid Operator',
  'api-keys:administer': 'API Key Administrator',
} as const;

export function policyFor(operation: string): string {
  if (/Alert/.test(operation)) return userPolicies['datagrid-administrator'];
  if (/ApiKey|Token|Oauth/.test(operation)) return userPolicies['api-key-administration'];
  if (/User|Policies/.test(operation)) return userPolicies['user-administration'];
  if (/purge|deleteRows|undo/.test(operation)) return userPolicies['source-data-deletion'];
  return userPolicies['datagrid-administrator'];
}
