import { isIP } from 'node:net'

/** A host as a header names it. */
export interface NamedHost {
  /** In lower case, without the dot that ends a complete name; an IPv6 address without brackets. */
  name: string
  /** Empty where none is given. */
  port: string
}

const form = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{0,5}))?$/

/** Reads `name`, `name:port` or `[address]:port` (RFC 9110, section 7.2); undefined for anything else. */
export function parseHost(text: string): NamedHost | undefined {
  const [, address, name = '', port = ''] = form.exec(text.toLowerCase()) ?? []
  if (address !== undefined) return isIP(address) === 6 ? { name: address, port } : undefined
  const complete = name.replace(/\.$/, '')
  return complete === '' ? undefined : { name: complete, port }
}
