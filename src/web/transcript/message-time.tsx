/** When a message was sent: the hour today, and the day before that. */
export function MessageTime({ time }: { time: string | undefined }) {
  if (time === undefined) return null
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return null
  const isToday = date.toDateString() === new Date().toDateString()
  const short = isToday
    ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' })
  return (
    <time class="time" dateTime={time} title={date.toLocaleString()}>
      {short}
    </time>
  )
}
