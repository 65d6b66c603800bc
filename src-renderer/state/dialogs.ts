/** What lies over the page and can be asked for from anywhere: by button, key, menu or palette. */
import { create } from 'zustand';

export type Dialog = 'palette' | 'shortcuts' | 'paste' | 'import' | 'password';

interface Dialogs {
  open: Dialog | null;
  /** A file that was dropped on the window, for the dialog that takes it. */
  file: File | null;
  /** The device whose story is shown. */
  deviceId: number | null;
  show: (dialog: Dialog, file?: File) => void;
  close: () => void;
  showDevice: (deviceId: number | null) => void;
}

export const useDialogs = create<Dialogs>((set) => ({
  open: null,
  file: null,
  deviceId: null,
  show: (open, file) => {
    set({ open, file: file ?? null });
  },
  close: () => {
    set({ open: null, file: null });
  },
  showDevice: (deviceId) => {
    set({ deviceId });
  },
}));
