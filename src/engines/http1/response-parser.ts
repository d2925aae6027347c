const lineFeed = 0x0a
/** Most bytes of all heads of a response together, interim ones included, and again of its trailers. */
const maxHeadBytes = 64 * 1024
/** Most bytes of the lines between two chunks. */
const maxSizeBytes = 4096
/** In Latin-1: no control characters but tabs, and no line end but CR LF (RFC 9110, 5.5). */
const wholeLine = /^[\t\x20-\x7e\x80-\xff]*\r\n$/
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/
const fieldName = /^[!#$%&'*+.^_`|~\w-]+$/
/** The size of a chunk and its extensions (RFC 9112, 7.1.1), which mean nothing here. */
const sizeLine =
  /^([\da-f]{1,13})(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t\x20!#-[\]-~\x80-\xff]|\\[\t\x20-~])*"))?)*\r\n$/i
/** The headers that say where a body ends. */
const framing = ['content-length', 'transfer-encoding']

/** Headers by name in lower case; the values of a repeated header are joined with a comma. */
export interface Head {
  status: number
  headers: ReadonlyMap<string, string>
}

/** The bytes are not a response of HTTP/1.1. */
export class NotHttp extends Error {}

/**
 * Parses one response of HTTP/1.1 (RFC 9112), which may be split into reads anywhere, in linear time. It refuses what llhttp
 * refuses at its strictest: a test compares the two.
 */
export class ResponseParser {
  /** The final head, once it has been read. */
  head: Head | undefined
  /** Set where the bytes are no response; nothing is read after that. */
  failure: NotHttp | undefined
  #state: 'status' | 'headers' | 'body' | 'size' | 'chunk' | 'chunk-end' | 'trailers' | 'done' = 'status'
  /** The beginning of an incomplete line. */
  #line = ''
  /** How many bytes more the lines may have. */
  #allowed = maxHeadBytes
  #status = 0
  readonly #headers = new Map<string, string>()
  /** How many bytes of the body or the chunk are still missing; Infinity where the body ends with its connection. */
  #missing = 0
  #persistent = true

  /** True after the end of the response. */
  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** True after the end of the response, where the connection can be used for another request. */
  get isPersistent(): boolean {
    return this.isDone && this.#persistent
  }

  /** Reads more bytes, and returns a copy of those of the body. After bytes that follow the response, its connection cannot be used again. */
  feed(bytes: Buffer): Buffer {
    const body = Buffer.allocUnsafe(bytes.length)
    let length = 0
    let at = 0
    try {
      while (at < bytes.length && !this.isDone && !this.failure) {
        if (this.#state !== 'body' && this.#state !== 'chunk') {
          at = this.#feedLine(bytes, at)
          continue
        }
        const end = Math.min(at + this.#missing, bytes.length)
        length += bytes.copy(body, length, at, end)
        this.#missing -= end - at
        if (this.#missing === 0) this.#state = this.#state === 'chunk' ? 'chunk-end' : 'done'
        at = end
      }
    } catch (error) {
      this.failure = error as NotHttp
    }
    if (at < bytes.length) this.#persistent = false
    return body.subarray(0, length)
  }

  /** Must be called when the server has closed the connection. True where the response is complete. */
  close(): boolean {
    this.#persistent = false
    return this.isDone || (this.#state === 'body' && this.#missing === Number.POSITIVE_INFINITY)
  }

  #feedLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(lineFeed, at) + 1 || bytes.length
    this.#allowed -= end - at
    if (this.#allowed < 0) throw new NotHttp('its head, or a line between its chunks, is too long')
    const before = this.#line
    this.#line += bytes.toString('latin1', at, end)
    if (this.#state === 'status' && before.length < 7 && !'HTTP/1.'.startsWith(this.#line.slice(0, 7)))
      throw notHttp(this.#line)
    if (bytes[end - 1] !== lineFeed) return end
    const line = this.#line
    this.#line = ''
    if (this.#state === 'size') this.#readSize(line)
    else if (this.#state === 'chunk-end') this.#endChunk(line)
    else this.#readHeadLine(line)
    return end
  }

  #readHeadLine(line: string): void {
    if (!wholeLine.test(line)) throw new NotHttp('a line of its head has bytes that are not allowed')
    const text = line.slice(0, -2)
    if (this.#state === 'status') this.#readStatus(text)
    else if (text !== '') this.#readHeader(text)
    else if (this.#state === 'trailers') this.#state = 'done'
    else this.#endHead()
  }

  #readStatus(line: string): void {
    const [, minor, status] = statusLine.exec(line) ?? []
    if (status === undefined || status === '101') throw notHttp(line)
    this.#status = Number(status)
    this.#persistent = minor === '1'
    this.#headers.clear()
    this.#state = 'headers'
  }

  #readHeader(line: string): void {
    let [start, end] = [line.indexOf(':') + 1, line.length]
    const name = line.slice(0, Math.max(start - 1, 0)).toLowerCase()
    if (!fieldName.test(name)) throw new NotHttp('a header cannot be read')
    // After a tab, llhttp takes the value for another one.
    if (framing.includes(name) && (line.includes('\t') || framing.some((other) => this.#headers.has(other))))
      throw new NotHttp('its length is given twice, or with a tab')
    while (start < end && isBlank(line[start])) start += 1
    while (start < end && isBlank(line[end - 1])) end -= 1
    if (this.#state === 'trailers') return
    const before = this.#headers.get(name)
    this.#headers.set(name, `${before === undefined ? '' : `${before}, `}${line.slice(start, end)}`)
  }

  /** RFC 9112, 6.3. */
  #endHead(): void {
    const coding = this.#headers.get('transfer-encoding')
    const length = this.#headers.get('content-length')
    if (coding !== undefined && coding.toLowerCase() !== 'chunked')
      throw new NotHttp(`its transfer-encoding is ${JSON.stringify(coding.slice(0, 50))}`)
    if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new NotHttp('its length is not a number')
    const options = (this.#headers.get('connection') ?? '').split(',')
    if (options.some((option) => option.trim().toLowerCase() === 'close')) this.#persistent = false
    if (this.#status < 200 && !this.#persistent) throw new NotHttp('it ends before its final head')
    this.#state = 'status'
    if (this.#status < 200) return
    const isEmpty = this.#status === 204 || this.#status === 304
    this.head = { status: this.#status, headers: this.#headers }
    this.#allowed = maxSizeBytes
    this.#missing = isEmpty ? 0 : Number(length ?? Number.POSITIVE_INFINITY)
    this.#state = coding !== undefined && !isEmpty ? 'size' : this.#missing === 0 ? 'done' : 'body'
  }

  #readSize(line: string): void {
    const [, size] = sizeLine.exec(line) ?? []
    if (size === undefined) throw new NotHttp('the size of a chunk cannot be read')
    this.#missing = Number.parseInt(size, 16)
    this.#state = this.#missing === 0 ? 'trailers' : 'chunk'
    this.#allowed = this.#missing === 0 ? maxHeadBytes : maxSizeBytes
  }

  #endChunk(line: string): void {
    if (line !== '\r\n') throw new NotHttp('a chunk is longer than its size')
    this.#state = 'size'
  }
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

function notHttp(line: string): NotHttp {
  return new NotHttp(`the response begins with ${JSON.stringify(line.slice(0, 50))}`)
}
