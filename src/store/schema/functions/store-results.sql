-- Stores results of device calls. p: {turn, resultsId, runner, host, pid, leaseMs, tools?, maxTools, maxUnjournaled, key?, digest?,
-- keyLifeMs, knownTools?, results: [{seq, index, status, result}]}. `resultsId` is new for each request: a second call with the same one returns
-- the same and stores nothing.
-- Returns {state} where no call is open any more: the turn runs now, in this process; {open: true} where others are;
-- {replay: {turn, after}}, for a key that came before; {needsTools: true}, as has_tools says; or {conflict: true} where one of the
-- calls is not open any more. Nothing is stored then, but for the results of superseded calls.
create function chatterd.store_results(p json) returns json language plpgsql as $$
declare
  id_given uuid := p->>'resultsId';
  t chatterd.turns;
  c chatterd.conversations;
  replay json;
  matched integer;
begin
  perform chatterd.ensure_lease(p);
  select * into c from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid) for update;
  select * into t from chatterd.turns where id = (p->>'turn')::uuid for update;
  if not found then return json_build_object('conflict', true); end if;

  if t.results_id = id_given then
    if t.status <> 'running' or t.runner <> (p->>'runner')::uuid then perform chatterd.raise_turn_lost(); end if;
    return json_build_object('state', chatterd.turn_state(c.id, t.id, 0, p_without_tools => chatterd.has_tools(c, p)));
  elsif exists (select from chatterd.calls where turn_id = t.id and results_id = id_given) then
    return json_build_object('open', true);
  end if;
  replay := chatterd.match_key(t.conversation_id, p);
  if replay is not null then return replay; end if;
  -- The caller asked only for the replay of a key.
  if json_array_length(p->'results') = 0 then return json_build_object('open', true); end if;
  if (p->'knownTools'->>'same')::boolean and not chatterd.has_tools(c, p) then return json_build_object('needsTools', true); end if;

  update chatterd.calls set result = r.result::json
  from json_to_recordset(p->'results') as r(seq bigint, index integer, result text)
  where turn_id = t.id and message_seq = r.seq and calls.index = r.index and message_seq >= t.reply_seq
    and calls.status = 'superseded' and calls.result is null;

  perform from chatterd.calls
  join json_to_recordset(p->'results') as r(seq bigint, index integer)
    on message_seq = r.seq and calls.index = r.index
  where turn_id = t.id and calls.status = 'offered';
  get diagnostics matched = row_count;
  if matched <> json_array_length(p->'results') or t.status not in ('running', 'waiting') then
    return json_build_object('conflict', true);
  end if;

  update chatterd.calls
  set status = r.status, result = r.result::json, ended_at = now(), published = false, results_id = id_given
  from json_to_recordset(p->'results') as r(seq bigint, index integer, status text, result text)
  where turn_id = t.id and message_seq = r.seq and calls.index = r.index;
  if p->'tools' is not null then
    update chatterd.conversations
    set tools = chatterd.merge_tools(c.tools, p->'tools', (p->>'maxTools')::integer), tools_version = tools_version + 1 where id = c.id;
  end if;
  perform chatterd.save_key(t.conversation_id, t.id, t.last_event, p);

  -- While the turn runs, its process numbers the events.
  if t.status = 'running' then return json_build_object('open', true); end if;
  if exists (select from chatterd.calls where turn_id = t.id and status = 'offered') then
    perform chatterd.append_call_ends(t.id);
    return json_build_object('open', true);
  end if;
  update chatterd.turns
  set status = 'running', runner = (p->>'runner')::uuid, running_since = clock_timestamp(), run = run + 1,
      tools_before = case when p->'tools' is not null then c.tools end,
      max_unjournaled = coalesce((p->>'maxUnjournaled')::integer, max_unjournaled), event_before = last_event, results_id = id_given
  where id = t.id;
  perform chatterd.append_call_ends(t.id);
  return json_build_object('state', chatterd.turn_state(c.id, t.id, 0, p_without_tools => chatterd.has_tools(c, p)));
end $$;
