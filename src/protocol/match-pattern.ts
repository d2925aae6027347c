/** True where a name has the form of a pattern, in which `*` stands for any text: `fs_write_*`. Takes time proportional to the name for each `*`. */
export function matchPattern(pattern: string, name: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return name === pattern
  if (!name.startsWith(first)) return false
  let end = first.length
  for (const part of others) {
    const found = name.indexOf(part, end)
    if (found < 0) return false
    end = found + part.length
  }
  return name.length - last.length >= end && name.endsWith(last)
}
