const lineFeed = 0x0a
const carriageReturn = 0x0d
/** Most bytes of the head, and of the trailers after the last chunk. */
const maxHeadBytes = 64 * 1024
/** Most bytes of a line with the size of a chunk. */
const maxSizeLine = 4096
/** Headers by name in lower case. The values of a repeated header are joined with a comma. */
export type Headers = ReadonlyMap<string, string>

/** The functions that `feed` calls with what it has parsed. `feed` throws the error that a function throws. */
export interface ResponseListener {
  onHead(status: number, headers: Headers): void
  /** A piece of the body. `bytes` is valid only during the call: it is a part of the bytes given to `feed`. */
  onBody(bytes: Buffer): void
}

/** The bytes are not an HTTP/1.1 response. */
export class NotHttp extends Error {}

type State =
  | 'status'
  | 'headers'
  | 'length'
  | 'size'
  | 'chunk'
  | 'chunk-end'
  | 'trailers'
  | 'until-close'
  | 'done'

/**
 * Parses one response of HTTP/1.1 (RFC 9112), which may be split into reads anywhere, without copying the body. To read a stream
 * this way costs half of what it costs with Node's streams (bench/README.md).
 */
export class ResponseParser {
  readonly #listener: ResponseListener
  #state: State = 'status'
  /** The beginning of an incomplete line. */
  #line = ''
  #lineBytes = 0
  #status = 0
  #headers = new Map<string, string>()
  /** How many bytes of the body or the chunk are still missing. */
  #remaining = 0
  /** How many digits of a chunk's size are read; -1 after the last digit. */
  #digits = 0
  #persistent = true

  constructor(listener: ResponseListener) {
    this.#listener = listener
  }

  /** True after the end of the response. */
  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** True after the end of the response, where the connection can be used for another request. */
  get isPersistent(): boolean {
    return this.isDone && this.#persistent
  }

  /** How long the server keeps the connection open, in seconds; undefined where it does not say so. */
  get keepAliveSeconds(): number | undefined {
    const [, seconds] = /(?:^|[,\s])timeout=(\d{1,9})\b/i.exec(this.#headers.get('keep-alive') ?? '') ?? []
    return seconds === undefined ? undefined : Number(seconds)
  }

  /** Throws `NotHttp`. After bytes that follow the response, its connection cannot be used again. */
  feed(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'done') {
        this.#persistent = false
        return
      }
      at = this.#read(bytes, at)
    }
  }

  /** Must be called when the connection is closed. True where the response is complete. */
  close(): boolean {
    if (this.#state === 'until-close') this.#state = 'done'
    this.#persistent = false
    return this.#state === 'done'
  }

  /** Parses from this index on, and returns the index to go on from. */
  #read(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'chunk':
      case 'length':
        return this.#readBody(bytes, at)
      case 'size':
        return this.#readSize(bytes, at)
      case 'chunk-end':
        if (bytes[at] === lineFeed) this.#state = 'size'
        else if (bytes[at] !== carriageReturn) throw new NotHttp('a chunk is longer than its size')
        return at + 1
      case 'until-close':
        this.#listener.onBody(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      default:
        return this.#readLine(bytes, at)
    }
  }

  #readBody(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#remaining, bytes.length)
    this.#remaining -= end - at
    if (this.#remaining === 0) this.#state = this.#state === 'chunk' ? 'chunk-end' : 'done'
    this.#listener.onBody(bytes.subarray(at, end))
    return end
  }

  #readSize(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0
      if (++this.#lineBytes > maxSizeLine) throw new NotHttp('the line with the size of a chunk is too long')
      if (byte === lineFeed) {
        this.#beginChunk()
        return at + 1
      }
      if (this.#digits < 0) continue
      const digit = hexDigit(byte)
      if (digit >= 0) {
        this.#digits += 1
        this.#remaining = this.#remaining * 16 + digit
        if (this.#remaining > Number.MAX_SAFE_INTEGER) throw new NotHttp('a chunk is too long')
      } else if (this.#digits > 0 && endsSize.has(byte)) this.#digits = -1
      else throw new NotHttp('the size of a chunk is not a number')
    }
    return bytes.length
  }

  #beginChunk(): void {
    if (this.#digits === 0) throw new NotHttp('the size of a chunk is missing')
    this.#state = this.#remaining === 0 ? 'trailers' : 'chunk'
    this.#lineBytes = 0
    this.#digits = 0
  }

  #readLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(lineFeed, at)
    const stop = end === -1 ? bytes.length : end
    this.#lineBytes += stop - at
    if (this.#lineBytes > maxHeadBytes) throw new NotHttp(`its head has more than ${maxHeadBytes} bytes`)
    this.#line += bytes.toString('latin1', at, stop)
    if (this.#state === 'status' && !'HTTP/1.'.startsWith(this.#line.slice(0, 7))) throw notHttp(this.#line)
    if (end === -1) return stop
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line
    this.#line = ''
    if (this.#state === 'status') this.#readStatus(line)
    else if (line !== '') this.#readField(line)
    else this.#endFields()
    return end + 1
  }

  #readStatus(line: string): void {
    const [, minor, status] = /^HTTP\/1\.(\d) (\d{3})(?: .*)?$/.exec(line) ?? []
    if (status === undefined || status < '100' || status === '101') throw notHttp(line)
    this.#status = Number(status)
    this.#persistent = minor !== '0'
    this.#state = 'headers'
  }

  #readField(line: string): void {
    if (this.#state === 'trailers') return
    const [, name, value] = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new NotHttp('a header cannot be read')
    const key = name.toLowerCase()
    const before = this.#headers.get(key)
    this.#headers.set(key, before === undefined ? value : `${before}, ${value}`)
  }

  #endFields(): void {
    this.#lineBytes = 0
    if (this.#state === 'trailers') {
      this.#state = 'done'
    } else if (this.#status < 200) {
      this.#headers.clear()
      this.#state = 'status'
    } else {
      if (/(?:^|,)\s*close\s*(?:,|$)/i.test(this.#headers.get('connection') ?? '')) this.#persistent = false
      this.#state = this.#bodyState()
      this.#listener.onHead(this.#status, this.#headers)
    }
  }

  /** RFC 9112, 6.3. */
  #bodyState(): State {
    if (this.#status === 204 || this.#status === 304) return 'done'
    const coding = this.#headers.get('transfer-encoding')
    const length = this.#headers.get('content-length')
    if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked')
        throw new NotHttp(`its transfer-encoding is ${coding.slice(0, 50)}`)
      if (length !== undefined) this.#persistent = false
      return 'size'
    }
    if (length === undefined) return 'until-close'
    const [first = '', ...others] = length.split(/\s*,\s*/)
    if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first))
      throw new NotHttp('its length cannot be read')
    this.#remaining = Number(first)
    return this.#remaining === 0 ? 'done' : 'length'
  }
}

const endsSize = new Set(Buffer.from('\r; \t'))

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function notHttp(line: string): NotHttp {
  return new NotHttp(`the response begins with ${JSON.stringify(line.slice(0, 50))}`)
}
