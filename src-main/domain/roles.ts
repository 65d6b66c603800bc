/** Who may do what: one table for the window, the main process, the command line, the documentation and the tests. */

export interface PermissionInfo {
  /** In words, after "may". */
  words: string;
  /** Concerns every service provider at once: whoever has the right for some of them only cannot use it. */
  overAll?: true;
}

export const PERMISSIONS = {
  read: { words: 'see devices, rate plans, jobs and their logs' },
  export: { words: 'save reports and lists as files' },
  inventory: { words: 'read devices and plans from the carrier, import customers, keep views' },
  change: { words: 'prepare, start, pause, resume, cancel, retry and undo bulk changes' },
  'override-quota': { words: 'send devices that had the month’s four plan changes' },
  approve: { words: 'approve or reject bulk changes of others' },
  audit: { words: 'read, check and export the audit log, and save diagnostics', overAll: true },
  catalog: { words: 'edit prices, and which plans may be chosen' },
  settings: { words: 'edit service providers, their credentials and limits', overAll: true },
  operators: { words: 'manage operators, their roles and the lock', overAll: true },
} as const satisfies Record<string, PermissionInfo>;

export type Permission = keyof typeof PERMISSIONS;

export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  viewer: 'Viewer',
  operator: 'Operator',
  approver: 'Approver',
  admin: 'Admin',
};

const VIEWER = ['read', 'export'] as const satisfies readonly Permission[];
const OPERATOR = [...VIEWER, 'inventory', 'change'] as const;
const APPROVER = [...OPERATOR, 'override-quota', 'approve', 'audit'] as const;

export const PERMISSIONS_OF: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: VIEWER,
  operator: OPERATOR,
  approver: APPROVER,
  admin: Object.keys(PERMISSIONS) as Permission[],
};

/** What a role may do, for somebody who has it for every service provider or only for some. */
export function permissionsOf(role: Role, forAll: boolean): Permission[] {
  return PERMISSIONS_OF[role].filter((permission) => forAll || !isOverAll(permission));
}

export function isOverAll(permission: Permission): boolean {
  const info: PermissionInfo = PERMISSIONS[permission];
  return info.overAll === true;
}

/** Counts wherever the console needs somebody who can give rights: an Admin who is disabled can give none. */
export function isActiveAdmin({ role, disabled }: { role: Role; disabled: boolean }): boolean {
  return role === 'admin' && !disabled;
}

/** Characters of an operator's password. */
export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 200;

/** Operators' names are told apart without regard to case. */
export function isSamePerson(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
