import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const meant: [written: string, names: string[], name: string][] = [
  ['Mulch', ['mulch', 'prune'], 'mulch'],
  ['read-gauge', ['read_gauge', 'reset_gauge'], 'read_gauge'],
  ['functions.read_gauge', ['read_gauge'], 'read_gauge'],
  ['harbour:read_gauge', ['read_gauge'], 'read_gauge'],
  ['harbour/read_gauge', ['read_gauge'], 'read_gauge'],
  ['readGauge_tool', ['read_gauge'], 'read_gauge'],
  ['read_gauge<|channel|>commentary', ['read_gauge'], 'read_gauge'],
  ['mcp__harbour__read_gauge', ['read_gauge', 'reset_gauge'], 'read_gauge'],
  ['noticeboard_post', ['mcp_noticeboard_post', 'mcp_noticeboard_list'], 'mcp_noticeboard_post'],
  ['github.create_issue', ['mcp__github__create_issue'], 'mcp__github__create_issue'],
  ['rread_gauge', ['read_gauge'], 'read_gauge'],
]

for (const [written, names, name] of meant) {
  test(`${written} is ${name}`, () => assert.equal(nearestName(written, names), name))
}

const unclear: [why: string, written: string, names: string[]][] = [
  ['two tools are spelled so', 'Get_Item', ['get_item', 'getItem']],
  ['two servers have such a tool', 'create_issue', ['hub__create_issue', 'lab__create_issue']],
  ['it would do the opposite', 'send_mail', ['cancel_send_mail']],
  ['it would do the opposite', 'delete_note', ['undelete_note']],
  ['one word may mean anything', 'note', ['mcp_delete_note']],
  ['another digit is another name', 'valve_12', ['valve_1', 'valve_123']],
  ['another letter is another name', 'set_heat_a', ['set_heat_b']],
  ['a short name has no slips', 'wether', ['weather']],
  ['a letter is missing, which may make another name', 'get_wether', ['get_weather']],
  ['it is another word', 'start_lawnmower', ['lawnmower']],
  ['it has no letters', '...', ['a', 'b']],
]

for (const [why, written, names] of unclear) {
  test(`${written} is none of ${names}, because ${why}`, () =>
    assert.equal(nearestName(written, names), undefined))
}
