-- Stores results of device calls. p: {turn, attempt, runner, host, pid, leaseMs, tools?, maxTools, lead, key?, digest?, keyLifeMs,
-- answers: [{seq, index, status, result}]}. Returns {state} where this was the last open one: the turn now runs, and is the
-- runner's; {open: true} where others are open; {replay: {turn, after}}; or {conflict: true} where one of them is not open any
-- more. Nothing is stored then, but for what a superseded call would have come to. Told again, it returns the same.
create function chatterd.answer_calls(p json) returns json language plpgsql as $$
declare
  t chatterd.turns;
  replay json;
  tools_now json;
  answered integer;
begin
  perform chatterd.stay_alive(p);
  perform from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid) for update;
  select * into t from chatterd.turns where id = (p->>'turn')::uuid for update;
  if not found then return json_build_object('conflict', true); end if;

  if t.attempt = (p->>'attempt')::uuid then
    if t.status <> 'running' or t.runner <> (p->>'runner')::uuid then perform chatterd.ended_elsewhere(); end if;
    return json_build_object('state', chatterd.turn_state(t.conversation_id, t.id, 0));
  elsif exists (select from chatterd.calls where turn_id = t.id and attempt = (p->>'attempt')::uuid) then
    return json_build_object('open', true);
  end if;
  replay := chatterd.replay_of(t.conversation_id, p);
  if replay is not null then return replay; end if;
  -- It was only asked whether the request is known by its key.
  if json_array_length(p->'answers') = 0 then return json_build_object('open', true); end if;

  update chatterd.calls set result = a.result::json
  from json_to_recordset(p->'answers') as a(seq bigint, index integer, result text)
  where turn_id = t.id and message_seq = a.seq and calls.index = a.index and message_seq >= t.answer_seq
    and calls.status = 'superseded' and calls.result is null;

  perform from chatterd.calls
  join json_to_recordset(p->'answers') as a(seq bigint, index integer)
    on message_seq = a.seq and calls.index = a.index
  where turn_id = t.id and calls.status = 'offered';
  get diagnostics answered = row_count;
  if answered <> json_array_length(p->'answers') or t.status not in ('running', 'waiting') then
    return json_build_object('conflict', true);
  end if;

  update chatterd.calls
  set status = a.status, result = a.result::json, ended_at = now(), told = false, attempt = (p->>'attempt')::uuid
  from json_to_recordset(p->'answers') as a(seq bigint, index integer, status text, result text)
  where turn_id = t.id and message_seq = a.seq and calls.index = a.index;
  select tools into tools_now from chatterd.conversations where id = t.conversation_id;
  if p->'tools' is not null then
    update chatterd.conversations
    set tools = chatterd.tools_after(tools_now, p->'tools', (p->>'maxTools')::integer) where id = t.conversation_id;
  end if;
  perform chatterd.keep_key(t.conversation_id, t.id, t.events, p);

  -- While it runs, its process numbers the events.
  if t.status = 'running' then return json_build_object('open', true); end if;
  if exists (select from chatterd.calls where turn_id = t.id and status = 'offered') then
    perform chatterd.tell_calls(t.id);
    return json_build_object('open', true);
  end if;
  update chatterd.turns
  set status = 'running', runner = (p->>'runner')::uuid, run_since = clock_timestamp(), tools_before = tools_now,
      lead = coalesce((p->>'lead')::integer, lead), events_before = events, attempt = (p->>'attempt')::uuid
  where id = t.id;
  perform chatterd.tell_calls(t.id);
  return json_build_object('state', chatterd.turn_state(t.conversation_id, t.id, 0));
end $$;
