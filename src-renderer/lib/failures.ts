/** Shows what went wrong where the person is looking, with the next step. */
import { notifications, type NotificationData } from '@mantine/notifications';
import { CallFailed } from './api';

export function failureText(error: unknown): { message: string; next: string | null } {
  if (error instanceof CallFailed) return { message: error.message, next: error.next };
  return { message: error instanceof Error ? error.message : String(error), next: null };
}

function show(data: NotificationData): void {
  notifications.show({ ...data, closeButtonProps: { 'aria-label': 'Close notification' } });
}

export function showFailure(title: string, error: unknown): void {
  const { message, next } = failureText(error);
  show({
    color: 'red',
    title,
    message: next === null ? message : `${message} ${next}`,
    autoClose: 12_000,
  });
}

export function showDone(title: string, message: string): void {
  show({ color: 'green', title, message, autoClose: 6000 });
}

export function showNote(title: string, message: string): void {
  show({ color: 'gray', title, message, autoClose: 4000 });
}

/** For event handlers: runs it, and shows the failure instead of losing it. */
export function attempt(title: string, work: () => Promise<unknown>): void {
  work().catch((error: unknown) => {
    showFailure(title, error);
  });
}
