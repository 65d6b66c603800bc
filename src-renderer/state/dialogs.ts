/** What lies over the page and can be asked for from anywhere: by button, key, menu or palette. */
import { create } from 'zustand';

export type Dialog = 'palette' | 'shortcuts' | 'paste' | 'import' | 'password';

interface Dialogs {
  open: Dialog | null;
  /** A file that was dropped on the window, for the dialog that takes it. */
  file: File | null;
  /** Grows with every file, so that one that is dropped again is read again. */
  turn: number;
  /** The device whose story is shown. */
  deviceId: number | null;
  show: (dialog: Dialog, file?: File) => void;
  close: () => void;
  showDevice: (deviceId: number | null) => void;
}

export const useDialogs = create<Dialogs>((set) => ({
  open: null,
  file: null,
  turn: 0,
  deviceId: null,
  show: (open, file) => {
    set(({ turn }) => ({ open, file: file ?? null, turn: turn + 1 }));
  },
  close: () => {
    set({ open: null, file: null });
  },
  showDevice: (deviceId) => {
    set({ deviceId });
  },
}));
