/** The app itself, who is at the window, and the operators. */
import { z } from 'zod';
import type { AccessView } from '../../src-main/access/access.ts';
import { ROLES } from '../../src-main/domain/roles.ts';
import type { Vault } from '../../src-main/security/vault.ts';
import type { Operator } from '../../src-main/store/operators.ts';
import { call, id, nothing, password, text } from './call.ts';

export interface AppInfo {
  version: string;
  /** What shows the window: Electron, or the stand-in host in a browser. */
  host: string;
  home: string;
  /** Where credentials are kept, and the library that reaches the keychain. */
  vault: Pick<Vault, 'backend' | 'library' | 'notice'>;
  /** Jobs that the last run left unfinished; they wait for a person. */
  interrupted: number[];
  /** Why this window can only read: another console runs the jobs of this data folder. */
  readOnly: string | null;
  /** The data file is not the one that was last signed: an Admin has to say why before jobs run. */
  olderStore: boolean;
  /** The job of the link that the console was started with. */
  openedLink: { jobId: number } | null;
}

const rights = z.object({
  role: z.enum(ROLES),
  providers: z.array(id).max(1000).nullable(),
  disabled: z.boolean(),
});

export const SESSION_CALLS = {
  'app.info': call<AppInfo>('anyone')(nothing),
  'app.ready': call<void>('anyone')(nothing),
  /** A screen could not be drawn; written into the console's log. */
  'app.windowFailed': call<void>('anyone')(z.object({ details: z.string().max(20_000) })),
  /** What support needs to see, without secrets and devices. */
  'app.saveDiagnostics': call<{ file: string | null }>('audit')(nothing),
  'session.view': call<AccessView>('anyone')(nothing),
  /** As somebody else, or as the operator whose window is locked. */
  'session.signIn': call<void>('anyone')(z.object({ name: text, password })),
  'session.signOut': call<void>('anyone')(nothing),
  'session.lock': call<void>('anyone')(nothing),
  /** A person is there; without it the console locks after a while. */
  'session.active': call<void>('anyone')(nothing),
  'session.changePassword': call<void>('anyone')(z.object({ old: password, fresh: password })),
  'session.setLock': call<void>('operators')(z.object({ minutes: z.number().int().min(1).max(1440).nullable() })),
  'operators.list': call<Operator[]>('operators')(nothing),
  /** The first one, with whom signing in begins, is signed in at once. */
  'operators.create': call<void>('operators')(z.object({ name: text, rights, password })),
  'operators.setRights': call<void>('operators')(z.object({ operatorId: id, rights })),
  'operators.setPassword': call<void>('operators')(z.object({ operatorId: id, password })),
} as const;
