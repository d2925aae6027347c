import type { Mark } from './call-words.ts'

const shapes = {
  browser: 'M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13',
  server: 'M3 3h10v4H3zM3 9h10v4H3zM5.5 5h.01M5.5 11h.01',
  done: 'M3.5 8.5l3 3 6-7',
  failed: 'M4 4l8 8M12 4l-8 8',
  asked: 'M8 3v6M8 12.5v.01',
  stopped: 'M4 8h8',
  open: 'M6 4l4 4-4 4',
}

/** A line drawing in the colour of the text; what it means is said beside it. */
export function Icon({ shape }: { shape: keyof typeof shapes }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[shape]} />
    </svg>
  )
}

/** What a call has come to, as a sign; the word for it is beside it. */
export function ResultMark({ mark }: { mark: Mark }) {
  return <span class={`call-mark ${mark}`}>{mark !== 'running' && <Icon shape={mark} />}</span>
}
