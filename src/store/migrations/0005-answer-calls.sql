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

-- Stores results of device calls. p: {turn, runner, host, pid, leaseMs, tools?, maxTools, answers: [{seq, index, status, result}]}
-- Returns {conflict: true} where one of them is not open any more, and nothing is stored; {state} where this was the last
-- open one: the turn now runs, and is the runner's; else {open: true}.
create function chatterd.answer_calls(p json) returns json language plpgsql as $$
declare
  t chatterd.turns;
  tools_now json;
  answered integer;
begin
  perform chatterd.stay_alive(p);
  perform from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid) for update;
  select * into t from chatterd.turns where id = (p->>'turn')::uuid and status in ('running', 'waiting');
  if not found then return json_build_object('conflict', true); end if;

  perform from chatterd.calls
  join json_to_recordset(p->'answers') as a(seq bigint, index integer)
    on message_seq = a.seq and calls.index = a.index
  where conversation_id = t.conversation_id and calls.status = 'offered';
  get diagnostics answered = row_count;
  if answered <> json_array_length(p->'answers') then return json_build_object('conflict', true); end if;

  update chatterd.calls set status = a.status, result = a.result::json, ended_at = now()
  from json_to_recordset(p->'answers') as a(seq bigint, index integer, status text, result text)
  where conversation_id = t.conversation_id and message_seq = a.seq and calls.index = a.index;
  select tools into tools_now from chatterd.conversations where id = t.conversation_id;
  if p->'tools' is not null then
    update chatterd.conversations
    set tools = chatterd.tools_after(tools_now, p->'tools', (p->>'maxTools')::integer) where id = t.conversation_id;
  end if;

  if t.status = 'running' or exists (select from chatterd.calls where turn_id = t.id and status = 'offered') then
    return json_build_object('open', true);
  end if;
  update chatterd.turns
  set status = 'running', runner = (p->>'runner')::uuid, run_since = clock_timestamp(), tools_before = tools_now where id = t.id;
  return json_build_object('state', chatterd.turn_state(t.conversation_id, t.id, 0));
end $$;
