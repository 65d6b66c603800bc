/** Who is at the window, and what they may do. The main process decides; here it is only shown. */
import { create } from 'zustand';
import type { AccessView } from '../../src-main/access/access';
import { PERMISSIONS, ROLE_NAMES, type Permission } from '../../src-main/domain/roles';
import { api } from '../lib/api';

interface Session {
  /** Undefined until it was asked for. */
  view: AccessView | undefined;
  load: () => Promise<void>;
  take: (view: AccessView) => void;
}

/** Whose work the window holds: selection, filters, what is being prepared. The first operator takes over what was there. */
let workOf: string | undefined;

export const useSession = create<Session>((set, get) => ({
  view: undefined,
  load: async () => {
    get().take(await api('session.view'));
  },
  take: (view) => {
    if (view.state === 'signed-in') {
      // Somebody else must not go on with it; the same person finds it as it was.
      if (workOf !== undefined && workOf !== view.name) {
        window.location.reload();
        return;
      }
      workOf = view.name;
    }
    set({ view });
  },
}));

/** @returns why the person may not; null when they may */
export function whyMayNot(permission: Permission, view = useSession.getState().view): string | null {
  if (view === undefined || view.permissions.includes(permission)) return null;
  const role = view.role === null ? 'Without signing in' : `As ${ROLE_NAMES[view.role]}`;
  return `${role} you may not ${PERMISSIONS[permission].words}.`;
}

export function useWhyMayNot(permission: Permission): string | null {
  return useSession(({ view }) => whyMayNot(permission, view));
}
