/** Where a browser's tab remembers which turns it has begun, until it is closed: it runs their calls, also after it was loaded again. */
const key = 'chatterd:turns'
const most = 20

interface Storage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export function rememberTurn(id: string): void {
  const ids = rememberedTurns().filter((one) => one !== id)
  try {
    storage()?.setItem(key, JSON.stringify([...ids, id].slice(-most)))
  } catch {
    // It is full, or the user has forbidden it: calls are then not run again.
  }
}

export function rememberedTurns(): string[] {
  try {
    const ids = JSON.parse(storage()?.getItem(key) ?? '[]')
    return Array.isArray(ids) ? ids : []
  } catch {
    return []
  }
}

function storage(): Storage | undefined {
  return (globalThis as { sessionStorage?: Storage }).sessionStorage
}
