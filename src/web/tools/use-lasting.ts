import { useEffect, useState } from 'preact/hooks'

/** So long, in milliseconds, something has to last to be worth showing. */
const moment = 1000

/** True once the condition has held for a moment. */
export function useLasting(condition: boolean): boolean {
  const [lasting, setLasting] = useState(false)
  useEffect(() => {
    if (!condition) return
    const timer = setTimeout(() => setLasting(true), moment)
    return () => {
      clearTimeout(timer)
      setLasting(false)
    }
  }, [condition])
  return condition && lasting
}
