-- What a turn is run with: the log that is told to the model, its calls, and the device's tools.
-- Messages up to number p_after are left out: the caller has them. So are results that came after their call was superseded:
-- the model is not told of them, and what the caller has stays right.
create function chatterd.turn_state(p_conversation uuid, p_turn uuid, p_after bigint)
returns json language plpgsql stable as $$
begin
  return (select json_build_object(
    'id', c.id, 'after', p_after, 'tenant', c.tenant, 'conversation', c.name, 'tools', c.tools, 'system', c.system,
    'pinned', c.pinned, 'cut', c.cut_seq,
    'turn', t.id, 'request', t.request, 'status', t.status, 'step', t.step, 'events', t.events,
    'messages', (
      select coalesce(json_agg(json_build_array(seq, turn_id, role, body, complete, usage) order by seq), '[]')
      from (
        select * from chatterd.messages
        where conversation_id = c.id and seq > p_after and seq <= least(c.pinned, c.cut_seq - 1)
        union all
        select * from chatterd.messages where conversation_id = c.id and seq > p_after and seq >= c.cut_seq
      ) told),
    'calls', (
      select coalesce(json_agg(
        json_build_array(message_seq, index, request, side, status, case when status <> 'superseded' then result end, restartable)
        order by message_seq, index), '[]')
      from chatterd.calls
      where conversation_id = c.id and message_seq > p_after and message_seq >= c.cut_seq))
  from chatterd.conversations c, chatterd.turns t
  where c.id = p_conversation and t.id = p_turn);
end $$;

-- The newest turn of a conversation as results are matched against it, or null. p: {tenant, conversation}. Returns
-- {turn, status, input: [[role, body]], calls: [[seq, index, request, side, status, result]]}
create function chatterd.newest_turn(p json) returns json language sql stable as $$
  select json_build_object(
    'turn', t.id, 'status', t.status,
    'input', (
      select coalesce(json_agg(json_build_array(role, body) order by seq), '[]') from chatterd.messages
      where conversation_id = c.id and seq >= t.first_seq and seq < t.answer_seq),
    'calls', (
      select coalesce(
        json_agg(json_build_array(message_seq, index, request, side, status, result) order by message_seq, index), '[]')
      from chatterd.calls where turn_id = t.id and message_seq >= t.answer_seq))
  from chatterd.conversations c
  join chatterd.turns t on t.conversation_id = c.id
  where c.tenant = p->>'tenant' and c.name = p->>'conversation'
  order by t.first_seq desc, t.created_at desc limit 1
$$;

-- A turn as it stands: {turn, tenant, conversation, request, status, step, error, createdAt, endedAt, usages: [usage], calls: [[seq,
-- index, request, side, status, result, restartable, ms]], messages?}; null where there is none. `messages`, where p asks for them,
-- are its answers as turn_state gives messages. p: {turn, answers}
create function chatterd.find_turn(p json) returns json language sql stable as $$
  select json_build_object(
    'turn', t.id, 'tenant', c.tenant, 'conversation', c.name, 'request', t.request, 'status', t.status, 'step', t.step,
    'error', t.error, 'createdAt', chatterd.exact_time(t.created_at), 'endedAt', chatterd.exact_time(t.ended_at),
    'usages', (
      select coalesce(json_agg(usage), '[]') from chatterd.messages
      where conversation_id = c.id and seq >= t.answer_seq and seq < next_turn and usage is not null),
    'calls', (
      select coalesce(json_agg(
        json_build_array(message_seq, index, request, side, status, result, restartable,
          round(extract(epoch from ended_at - created_at) * 1000)) order by message_seq, index), '[]')
      from chatterd.calls where turn_id = t.id and message_seq >= t.answer_seq),
    'messages', case when (p->>'answers')::boolean then (
      select coalesce(json_agg(json_build_array(seq, turn_id, role, body, complete, usage) order by seq), '[]')
      from chatterd.messages where conversation_id = c.id and seq >= t.answer_seq and seq < next_turn) end)
  from chatterd.turns t
  join chatterd.conversations c on c.id = t.conversation_id
  cross join lateral (
    select coalesce(min(first_seq), c.next_seq) as next_turn from chatterd.turns
    where conversation_id = c.id and first_seq > t.first_seq) following
  where t.id = (p->>'turn')::uuid
$$;
