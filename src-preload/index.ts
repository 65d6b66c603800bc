/** The bridge between the sandboxed window and the main process: the contract's names and nothing else. */
import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { CALLS, EVENTS, type Bridge, type CallAnswer } from './contract/index.ts';

const bridge: Bridge = {
  call: (name, input) => {
    if (!Object.hasOwn(CALLS, name)) return Promise.reject(new Error(`no call "${name}"`));
    return ipcRenderer.invoke(name, input) as Promise<CallAnswer<unknown>>;
  },
  listen: (name, receive) => {
    if (!Object.hasOwn(EVENTS, name)) throw new Error(`no event "${name}"`);
    const listener = (_event: IpcRendererEvent, payload: unknown): void => {
      receive(payload);
    };
    ipcRenderer.on(name, listener);
    return () => {
      ipcRenderer.off(name, listener);
    };
  },
};

contextBridge.exposeInMainWorld('consoleBridge', bridge);
