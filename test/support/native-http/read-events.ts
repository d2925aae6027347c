/** A stream of server-sent events as a client reads it. */
export interface ReadStream {
  status: number
  type: string
  /** All that came, comments too. */
  text: string
  events: { id: string; name: string; data: unknown }[]
}

/** Requests a stream, and reads it to its end. */
export async function readEvents(url: string, init: RequestInit = {}): Promise<ReadStream> {
  const response = await fetch(url, init)
  const text = await response.text()
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text,
    events: [...text.matchAll(/^id: (.*)\nevent: (.*)\ndata: (.*)\n\n/gm)].map(
      ([, id = '', name = '', data = '']) => ({
        id,
        name,
        data: JSON.parse(data),
      }),
    ),
  }
}
