import { Problem } from './problem';

/** How far a transfer has come: a share from 0 to 1, or null where the length is not known. */
export type Progress = (share: number | null, bytes: number) => void;

export interface Transfer<T> {
  done: Promise<T>;
  abort(): void;
}

function send<T>(
  address: string,
  body: Blob | null,
  type: XMLHttpRequestResponseType,
  read: (request: XMLHttpRequest) => T,
  sent: Progress,
  received: Progress,
  headers: Record<string, string> = {},
): Transfer<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((answer, failed) => {
    const tell = (progress: Progress) => (event: ProgressEvent) =>
      progress(event.lengthComputable && event.total > 0 ? event.loaded / event.total : null, event.loaded);
    request.open('POST', address);
    request.responseType = type;
    request.upload.onprogress = tell(sent);
    request.onprogress = tell(received);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) answer(read(request));
      else void refused(request).then(failed);
    };
    request.onerror = () => failed(new Problem('unreachable', 0));
    request.onabort = () => failed(new DOMException('given up', 'AbortError'));
    request.setRequestHeader('Accept', 'application/json');
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    // The bytes themselves: a browser would name a .geojson as JSON, and the door would read it as a request.
    if (body) request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.send(body);
  });
  return { done, abort: () => request.abort() };
}

async function refused(request: XMLHttpRequest): Promise<Problem> {
  let body: Record<string, unknown> = {};
  try {
    const text: unknown =
      request.response instanceof Blob ? JSON.parse(await request.response.text()) : request.response;
    if (text !== null && typeof text === 'object') body = text as Record<string, unknown>;
  } catch {
    // A proxy's page instead of a problem document: the status alone has to speak.
  }
  return new Problem(typeof body['code'] === 'string' ? body['code'] : '', request.status, body);
}

const quiet: Progress = () => undefined;

/** Sends a file; only this old kind of request tells how much of it has gone. */
export const sendFile = <T>(
  address: string,
  file: File,
  sent: Progress,
  headers: Record<string, string> = {},
): Transfer<T> => send(address, file, 'json', (request) => request.response as T, sent, quiet, headers);

/** Fetches something big to be saved. */
export const fetchFile = (address: string, received: Progress): Transfer<Blob> =>
  send(address, null, 'blob', (request) => request.response as Blob, quiet, received);
