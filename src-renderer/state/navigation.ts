import { create } from 'zustand';

export type Route =
  | { name: 'devices' }
  | { name: 'change' }
  | { name: 'plans' }
  | { name: 'jobs' }
  | { name: 'job'; jobId: number }
  | { name: 'audit' }
  | { name: 'settings' };

interface Navigation {
  route: Route;
  go: (route: Route) => void;
}

export const useNavigation = create<Navigation>((set) => ({
  route: { name: 'devices' },
  go: (route) => {
    set({ route });
  },
}));
