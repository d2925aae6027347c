import type { StoreNotification } from '../turn/ports/event-journal.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import type { Notifier } from './notifier.ts'
import { positionTopic } from './queue-position.ts'
import type { RunningTurns } from './running-turns.ts'
import { changesTopic } from './watch-conversation.ts'

/** Does what a notification of another process asks for. */
export function takeNotification(
  notification: StoreNotification,
  running: Pick<RunningTurns, 'get'>,
  notifier: Notifier,
): void {
  switch (notification.type) {
    case 'events':
      for (const turn of notification.turns) notifier.notify(turn)
      break
    case 'cancel':
      running.get(notification.turn)?.abort(new TurnAbort('cancelled'))
      break
    case 'cancel-idle':
      running.get(notification.turn)?.cancelAfterIdle(notification.idleMs)
      break
    case 'followed':
      running.get(notification.turn)?.followElsewhere()
      break
    case 'free':
      notifier.notify(notification.turn)
      break
    case 'moved':
      notifier.notify(positionTopic(notification.turn))
      break
    case 'changed':
      notifier.notify(changesTopic(notification.conversation))
      break
    case 'missed':
      notifier.notifyAll()
  }
}
