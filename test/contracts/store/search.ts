import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewMessage } from '../../../src/protocol/message.ts'
import { beginning, begun, step, user } from '../../support/turns/store-calls.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

export function search(world: () => StoreWorld): void {
  /** Each test has words of its own: all conversations of a suite are searched. */
  async function open(...texts: (string | NewMessage)[]) {
    const process = await world().process()
    const conversation = world().conversation()
    const messages = texts.map((text) => (typeof text === 'string' ? user(text) : text))
    await process.store.reset(conversation, messages)
    return { ...process, conversation, ...searching(process) }
  }

  function searching({ directory, store }: StoreProcess) {
    const find = async (words: string, limit = 200) =>
      (await directory.search('', words, undefined, limit)).conversations
    return {
      find,
      names: async (words: string) => (await find(words)).map(({ name }) => name),
      /** Until all that is stored is in the index. */
      async index() {
        for (;;) {
          await store.heartbeat([])
          const [row] = await world().query<{ left: number }>(
            'select count(*)::integer as left from chatterd.messages where not indexed',
          )
          if (row?.left === 0) return
        }
      },
    }
  }

  test('a conversation is found by words of its messages, in any order, and by the beginning of the last one, before and after they are in the index', async () => {
    const { conversation, names, find, index } = await open('Hello.', 'The Quokka lives on Rottnest island.')
    for (const isIndexed of [false, true]) {
      if (isIndexed) await index()
      for (const words of ['quokka', 'ISLAND quokka', 'rottnest quo', 'quokka, lives!', '"rottnest"'])
        assert.deepEqual(await names(words), [conversation.name], words)
      for (const words of ['uokka', 'quo rottnest', 'quokka zebra'])
        assert.deepEqual(await names(words), [], words)
      assert.deepEqual((await find('quokka'))[0]?.match, {
        seq: 2,
        text: 'The Quokka lives on Rottnest island.',
      })
    }
  })

  test('a conversation is found by its title', async () => {
    const { conversation, directory, find, names } = await open('Hello.')
    await directory.change(conversation, { title: 'Wombats \u0000 "and" friends' })
    const [found] = await find('friends womb')
    assert.deepEqual([found?.name, found?.match], [conversation.name, { text: 'Wombats "and" friends' }])
    await directory.change(conversation, { title: null })
    assert.deepEqual(await names('wombats'), [])
  })

  test('parts of addresses, paths and numbers are words', async () => {
    const { conversation, names, index } = await open(
      'See https://numbat.example.com/a/b-c_d.txt, v1.22 (51.3ºF): ann@bilby.org',
    )
    await index()
    for (const words of [
      'numbat',
      'example',
      'txt numbat',
      'bilby',
      '22 numbat',
      'bilby.org',
      'b-c_d numbat',
    ])
      assert.deepEqual(await names(words), [conversation.name], words)
  })

  test('of a long text the place of the match is shown, cut between words, in at most 160 characters', async () => {
    const filler = 'lorem ipsum dolor sit amet '
    const { find, index } = await open(`${filler.repeat(500)}bandicoot ${filler.repeat(4_000)}`)
    await index()
    const text = (await find('bandicoot'))[0]?.match.text ?? ''
    assert.match(text, /^… [a-z ]+ bandicoot [a-z ]+…$/)
    assert.ok(text.length <= 160 && text.length > 100, text)
  })

  test('any text can be stored, is indexed, and does not keep others from being found', async () => {
    const random = (length: number) =>
      Array.from({ length }, (_, index) => (index * 7919 * 104_729).toString(36)).join(' ')
    const { conversation, names, index } = await open(
      ...[
        '\u0000',
        'a\u0000b \\u0000 \\',
        '\ud83d',
        'x'.repeat(3_000_000),
        random(120_000),
        '\n'.repeat(100_000),
      ],
      ...['"\\"\u0001', '🎈'.repeat(50_000), `${'y'.repeat(9_000)} potoroo \u0000dunnart`],
    )
    await index()
    assert.deepEqual(await names('potoroo'), [conversation.name])
    assert.deepEqual(await names('dunnart'), [conversation.name])
  })

  test('whatever is searched for, there is an answer', async () => {
    const { names } = await open('Hello.')
    for (const words of [
      '',
      ' ',
      '???',
      '\u0000',
      '\ud83d',
      "'",
      "' & !x | (",
      '\\',
      ':*',
      'a:*b',
      '%',
      '[',
      '(?=x)',
      '\\m',
      'x'.repeat(256),
    ])
      assert.ok(Array.isArray(await names(words)), words)
    for (const words of ['', '???', "'", '\u0000']) assert.deepEqual(await names(words), [])
  })

  test('pages list each conversation once, the last changed first', async () => {
    const { directory } = await world().process()
    const names: string[] = []
    for (let number = 0; number < 5; number++)
      names.unshift((await open(`bettong ${number}`)).conversation.name)
    const seen: string[] = []
    let after: Awaited<ReturnType<typeof directory.search>>['next']
    do {
      const page = await directory.search('', 'bettong', after, 2)
      seen.push(...page.conversations.map(({ name }) => name))
      after = page.next
    } while (after)
    assert.deepEqual(seen, names)
  })

  test('what was deleted, emptied or withdrawn is not found', async () => {
    const { store, directory, conversation, names, index } = await open()
    const first = await begun(store, beginning(conversation, 'thylacine'))
    await index()
    assert.deepEqual(await names('thylacine'), [conversation.name])
    await store.withdraw({ turn: first.id, conversation, results: [] })
    const second = await begun(store, beginning(conversation, 'kowari'))
    await store.endStep(step(second.id, 1, 'mulgara'), [])
    await index()
    assert.deepEqual([await names('thylacine'), await names('mulgara')], [[], [conversation.name]])
    await directory.remove(conversation)
    assert.deepEqual([await names('kowari'), await names('mulgara')], [[], []])
  })
}
