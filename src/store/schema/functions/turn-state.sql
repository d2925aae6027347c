-- What a turn is run with: the messages that the prompt is made of, their calls, and the device's tools. Messages up to number
-- p_after, and from p_before on, are left out, and the tools with p_without_tools: the caller has them. request: a JSON text, whose
-- numbers keep their digits.
create function chatterd.turn_state(
  p_conversation uuid, p_turn uuid, p_after bigint, p_before bigint default 9223372036854775807, p_without_tools boolean default false)
returns json language plpgsql stable as $$
begin
  return (select json_build_object(
    'id', c.id, 'branch', c.branch, 'after', p_after, 'tenant', c.tenant, 'conversation', c.name, 'system', c.system,
    'tools', case when not p_without_tools then c.tools end, 'toolsVersion', c.tools_version,
    'approvedTools', c.approved_tools,
    'pinned', c.pinned, 'promptFrom', c.prompt_from, 'truncation', c.truncation,
    'turn', t.id, 'run', t.run, 'firstSeq', t.first_seq, 'request', t.request::text, 'status', t.status, 'step', t.step, 'lastEvent', t.last_event,
    'messages', (
      select coalesce(json_agg(chatterd.message_row(m) order by (m).seq), '[]')
      from chatterd.branch_path(c.id, c.branch) p
      cross join lateral (
        select m from chatterd.messages m
        where conversation_id = c.id and branch = p.branch and seq >= greatest(p.from_seq, p_after + 1)
          and seq <= least(p.to_seq, p_before - 1, c.pinned, c.prompt_from - 1) and not refused
        union all
        select m from chatterd.messages m
        where conversation_id = c.id and branch = p.branch and seq >= greatest(p.from_seq, p_after + 1, c.prompt_from)
          and seq <= least(p.to_seq, p_before - 1) and not refused
      ) prompted),
    'calls', (
      select coalesce(json_agg(chatterd.call_row(k) order by (k).message_seq, (k).index), '[]')
      from chatterd.branch_path(c.id, c.branch) p
      -- `offset 0`: only the rows of each part are read, whatever the planner knows of the table.
      cross join lateral (
        select k from chatterd.calls k
        where conversation_id = c.id and branch = p.branch and message_seq >= greatest(p.from_seq, p_after + 1, c.prompt_from)
          and message_seq <= least(p.to_seq, p_before - 1) offset 0) prompted))
  from chatterd.conversations c, chatterd.turns t
  where c.id = p_conversation and t.id = p_turn);
end $$;

-- The newest turn of a conversation's current branch, as results are matched against it: {turn, status, input: [message_row], calls: [call_row]}; null
-- where there is none. `input`: the messages that it began with. p: {tenant, conversation}
create function chatterd.newest_turn(p json) returns json language sql stable as $$
  select json_build_object(
    'turn', t.id, 'status', t.status,
    'input', (
      select coalesce(json_agg(chatterd.message_row(m) order by seq), '[]') from chatterd.messages m
      where conversation_id = c.id and branch = t.branch and seq >= t.first_seq and seq < t.reply_seq),
    'calls', (
      select coalesce(json_agg(chatterd.call_row(k) order by message_seq, index), '[]') from chatterd.calls k
      where turn_id = t.id and message_seq >= t.reply_seq))
  from chatterd.conversations c
  cross join chatterd.branch_path(c.id, c.branch) part
  cross join lateral (
    select * from chatterd.turns
    where conversation_id = c.id and branch = part.branch and first_seq >= part.from_seq and first_seq <= part.to_seq
    order by first_seq desc, created_at desc limit 1) t
  where c.tenant = p->>'tenant' and c.name = p->>'conversation'
  order by t.first_seq desc, t.created_at desc limit 1
$$;

-- A turn by its id: {turn, tenant, conversation, request, status, step, error, createdAt, endedAt, usages: [usage], finishReason,
-- calls: [call_row], messages?: [message_row]}; null where there is none. `messages`, where p asks for `replies`: the model's.
-- p: {turn, replies?}
create function chatterd.find_turn(p json) returns json language sql stable as $$
  select json_build_object(
    'turn', t.id, 'tenant', c.tenant, 'conversation', c.name, 'request', t.request, 'status', t.status, 'step', t.step,
    'error', t.error, 'createdAt', chatterd.exact_time(t.created_at), 'endedAt', chatterd.exact_time(t.ended_at),
    'usages', (
      select coalesce(json_agg(usage order by seq), '[]') from chatterd.messages
      where conversation_id = c.id and branch = t.branch and seq >= t.reply_seq and seq < next_turn and turn_id = t.id
        and usage is not null),
    'finishReason', (
      select finish_reason from chatterd.messages
      where conversation_id = c.id and branch = t.branch and seq >= t.reply_seq and seq < next_turn and turn_id = t.id
        and finish_reason is not null
      order by seq desc limit 1),
    'calls', (
      select coalesce(json_agg(chatterd.call_row(k) order by message_seq, index), '[]') from chatterd.calls k
      where turn_id = t.id and message_seq >= t.reply_seq),
    'messages', case when (p->>'replies')::boolean then (
      select coalesce(json_agg(chatterd.message_row(m) order by seq), '[]') from chatterd.messages m
      where conversation_id = c.id and branch = t.branch and seq >= t.reply_seq and seq < next_turn and turn_id = t.id) end)
  from chatterd.turns t
  join chatterd.conversations c on c.id = t.conversation_id
  cross join lateral (
    select coalesce(min(first_seq), 9223372036854775807) as next_turn from chatterd.turns
    where conversation_id = c.id and branch = t.branch and first_seq > t.first_seq) following
  where t.id = (p->>'turn')::uuid
$$;
