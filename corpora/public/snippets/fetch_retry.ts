export class HttpError extends Error {
  constructor(readonly status: number, readonly url: string) {
    super(`HTTP ${status} from ${url}`);
    this.name = "HttpError";
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Fetch JSON; try again on 429 and 5xx with growing pauses. */
export async function fetchJson<T>(url: string, init: RequestInit = {}, attempts = 3): Promise<T> {
  let lastError: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) {
      await sleep(250 * 2 ** (attempt - 1));
    }
    try {
      const response = await fetch(url, init);
      if (response.ok) {
        return (await response.json()) as T;
      }
      lastError = new HttpError(response.status, url);
      if (response.status !== 429 && response.status < 500) {
        break;
      }
    } catch (error) {
      lastError = error;
    }
  }
  throw lastError;
}
