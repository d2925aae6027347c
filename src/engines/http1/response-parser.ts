const carriageReturn = 0x0d
const lineFeed = 0x0a
/** Most bytes of all heads of a response together, interim ones included, and again of its trailers. */
const maxHeadBytes = 64 * 1024
/** Most bytes of the lines between two chunks. */
const maxSizeBytes = 4096

// RFC 9110, 5.5 and 5.6, in Latin-1: no control characters but tabs, and no line end but CR LF.
const token = "[!#$%&'*+.^_`|~\\w-]+"
const text = '[\\t\\x20-\\x7e\\x80-\\xff]*'
const quoted = '"(?:[\\t\\x20!#-[\\]-~\\x80-\\xff]|\\\\[\\t\\x20-~])*"'
const statusLine = new RegExp(`^HTTP/1\\.([01]) ([1-9]\\d\\d)(?: ${text})?\\r\\n$`)
const fieldLine = new RegExp(`^(${token}):(${text})\\r\\n$`)
/** What may follow the size of a chunk (RFC 9112, 7.1.1). It means nothing here. */
const extensions = new RegExp(`^(?:;${token}(?:=(?:${token}|${quoted}))?)*\\r\\n$`)
/** The headers that say where a body ends. */
const framing = ['content-length', 'transfer-encoding']

/** Headers by name in lower case; the values of a repeated header are joined with a comma. */
export interface Head {
  status: number
  headers: ReadonlyMap<string, string>
}

/** The bytes are not a response of HTTP/1.1. */
export class NotHttp extends Error {}

/** Reads a line, which these bytes are with its end, and returns what reads the next one. */
type LineReader = (bytes: Buffer, start: number, end: number) => LineReader | undefined

/**
 * Parses one response of HTTP/1.1 (RFC 9112), which may be split into reads anywhere, in linear time. It refuses what llhttp
 * refuses at its strictest: a test compares the two.
 */
export class ResponseParser {
  /** The final head, once it has been read. */
  head: Head | undefined
  /** Set where the bytes are no response; nothing is read after that. */
  failure: NotHttp | undefined
  /** True where the connection can be used for another request after the end of the response. */
  isPersistent = true
  /** How many bytes of the body come before the next line; Infinity where the body ends with its connection. */
  #missing = 0
  /** Reads the next line; undefined after the last one. */
  #readLine: LineReader | undefined = this.#readStatus
  /** The beginning of an incomplete line. */
  #line = ''
  /** How many bytes more the lines may have. */
  #allowed = maxHeadBytes
  #status = 0
  readonly #headers = new Map<string, string>()

  /** True after the end of the response. */
  get isDone(): boolean {
    return this.#missing === 0 && !this.#readLine
  }

  /** True where the response is complete once the server has closed the connection. */
  get isWhole(): boolean {
    return this.isDone || this.#missing === Number.POSITIVE_INFINITY
  }

  /** Reads more bytes, and returns a copy of those of the body. After bytes that follow the response, its connection cannot be used again. */
  feed(bytes: Buffer): Buffer {
    const body = Buffer.allocUnsafe(bytes.length)
    let length = 0
    let at = 0
    try {
      while (at < bytes.length && !this.isDone && !this.failure) {
        const start = at
        if (this.#missing > 0) {
          at = Math.min(start + this.#missing, bytes.length)
          length += bytes.copy(body, length, start, at)
          this.#missing -= at - start
        } else {
          at = bytes.indexOf(lineFeed, start) + 1 || bytes.length
          this.#feedLine(bytes, start, at)
        }
      }
    } catch (error) {
      this.failure = error as NotHttp
    }
    if (at < bytes.length) this.isPersistent = false
    return body.subarray(0, length)
  }

  #feedLine(bytes: Buffer, start: number, end: number): void {
    this.#allowed -= end - start
    if (this.#allowed < 0) throw new NotHttp('its head, or a line between its chunks, is too long')
    const isComplete = bytes[end - 1] === lineFeed
    if (isComplete && this.#line === '') {
      this.#readLine = this.#readLine?.(bytes, start, end)
      return
    }
    const isBeginning = this.#readLine === this.#readStatus && this.#line.length < 7
    this.#line += bytes.toString('latin1', start, end)
    // The first line of another protocol may have no end.
    if (isBeginning && !'HTTP/1.'.startsWith(this.#line.slice(0, 7))) throw notHttp(this.#line)
    if (!isComplete) return
    const line = Buffer.from(this.#line, 'latin1')
    this.#line = ''
    this.#readLine = this.#readLine?.(line, 0, line.length)
  }

  #readStatus(bytes: Buffer, start: number, end: number): LineReader {
    const line = bytes.toString('latin1', start, end)
    const [, minor, status] = statusLine.exec(line) ?? []
    if (status === undefined || status === '101') throw notHttp(line)
    this.#status = Number(status)
    this.isPersistent = minor === '1'
    this.#headers.clear()
    return this.#readField
  }

  /** A header, a trailer, or the empty line after them. Trailers mean nothing here. */
  #readField(bytes: Buffer, start: number, end: number): LineReader | undefined {
    const line = bytes.toString('latin1', start, end)
    if (line === '\r\n') return this.head ? undefined : this.#endHead()
    const [, given, value] = fieldLine.exec(line) ?? []
    if (given === undefined || value === undefined) throw new NotHttp('a header cannot be read')
    const name = given.toLowerCase()
    // llhttp takes what follows a tab for another value, and trim() removes more than HTTP's blanks.
    if (framing.includes(name) && (/[^ -~]/.test(value) || framing.some((other) => this.#headers.has(other))))
      throw new NotHttp(`its ${framing.join(' or ')} is given twice, or in other characters`)
    const before = this.#headers.get(name)
    if (!this.head) this.#headers.set(name, `${before === undefined ? '' : `${before}, `}${value.trim()}`)
    return this.#readField
  }

  /** RFC 9112, 6.3. */
  #endHead(): LineReader | undefined {
    const coding = this.#headers.get('transfer-encoding')
    const length = this.#headers.get('content-length')
    if (coding !== undefined && coding.toLowerCase() !== 'chunked')
      throw new NotHttp(`its transfer-encoding is ${JSON.stringify(coding.slice(0, 50))}`)
    if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new NotHttp('its length is not a number')
    const options = (this.#headers.get('connection') ?? '').split(',')
    if (options.some((option) => option.trim().toLowerCase() === 'close')) this.isPersistent = false
    if (this.#status < 200 && !this.isPersistent) throw new NotHttp('it ends before its final head')
    if (this.#status < 200) return this.#readStatus
    this.head = { status: this.#status, headers: this.#headers }
    this.#allowed = maxSizeBytes
    if (this.#status === 204 || this.#status === 304) return undefined
    if (coding !== undefined) return this.#readSize
    this.#missing = Number(length ?? Number.POSITIVE_INFINITY)
    return undefined
  }

  /** Each token of a stream has such a line: to make a text of it would cost more than all the rest. */
  #readSize(bytes: Buffer, start: number, end: number): LineReader {
    let [size, at] = [0, start]
    for (; hexDigit(bytes[at]) >= 0; at++) size = 16 * size + hexDigit(bytes[at])
    const isWellFormed = isLineEnd(bytes, at, end) || extensions.test(bytes.toString('latin1', at, end))
    if (at === start || size > Number.MAX_SAFE_INTEGER || !isWellFormed)
      throw new NotHttp('the size of a chunk cannot be read')
    const isLast = size === 0
    this.#missing = size
    this.#allowed = isLast ? maxHeadBytes : maxSizeBytes
    return isLast ? this.#readField : this.#endChunk
  }

  #endChunk(bytes: Buffer, start: number, end: number): LineReader {
    if (!isLineEnd(bytes, start, end)) throw new NotHttp('a chunk is longer than its size')
    return this.#readSize
  }
}

function isLineEnd(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 2 && bytes[start] === carriageReturn
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function notHttp(line: string): NotHttp {
  return new NotHttp(`the response begins with ${JSON.stringify(line.trimEnd().slice(0, 50))}`)
}
