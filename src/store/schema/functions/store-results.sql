-- Stores results of device calls, and what a person has decided about calls that are asked: `running` or `offered`, where the call is
-- approved, or `denied`. p: {turn, resultsId, runner, host, pid, leaseMs, tools?, maxTools, maxUnjournaled, key?, digest?,
-- keyLifeMs, knownTools?, approvedTools?, results: [{seq, index, status, result?}]}. `approvedTools`: names, as JSON texts, of tools whose
-- calls are approved in this conversation from now on. `resultsId` is new for each request: a second call with the same one returns
-- the same and stores nothing.
-- Returns {state} where the turn does not wait any more: it runs now, in this process; {open: true} where other calls are open;
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
  -- The caller asked only for the replay of a key, or the calls are approved already.
  if json_array_length(p->'results') = 0 then
    perform chatterd.add_approved_tools(c.id, p);
    return json_build_object('open', true);
  end if;
  if (p->'knownTools'->>'same')::boolean and not chatterd.has_tools(c, p) then return json_build_object('needsTools', true); end if;

  update chatterd.calls set result = r.result::json
  from json_to_recordset(p->'results') as r(seq bigint, index integer, result text)
  where turn_id = t.id and message_seq = r.seq and calls.index = r.index and message_seq >= t.reply_seq
    and calls.status = 'superseded' and calls.result is null;

  perform from chatterd.calls
  join json_to_recordset(p->'results') as r(seq bigint, index integer, status text)
    on message_seq = r.seq and calls.index = r.index
  where turn_id = t.id
    and calls.status = case when r.status in ('running', 'offered', 'denied') then 'asked' else 'offered' end;
  get diagnostics matched = row_count;
  if matched <> json_array_length(p->'results') or t.status not in ('running', 'waiting') then
    return json_build_object('conflict', true);
  end if;

  update chatterd.calls
  set status = r.status, result = r.result::json, published = false, results_id = id_given,
      approved = calls.approved or r.status in ('running', 'offered'),
      -- An approved call begins now.
      created_at = case when r.status in ('running', 'offered') then now() else created_at end,
      ended_at = case when r.status in ('running', 'offered') then null else now() end
  from json_to_recordset(p->'results') as r(seq bigint, index integer, status text, result text)
  where turn_id = t.id and message_seq = r.seq and calls.index = r.index;
  if p->'tools' is not null then
    update chatterd.conversations
    set tools = chatterd.merge_tools(c.tools, p->'tools', (p->>'maxTools')::integer), tools_version = tools_version + 1 where id = c.id;
    perform chatterd.notify_watchers(c.id);
  end if;
  perform chatterd.add_approved_tools(c.id, p);
  perform chatterd.save_key(t.conversation_id, t.id, t.last_event, p);

  -- While the turn runs, its process numbers the events.
  if t.status = 'running' then return json_build_object('open', true); end if;
  if chatterd.has_to_wait(t.id) then
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

-- True where calls of a turn are open and none of them runs: it waits for its device, or for a person.
create function chatterd.has_to_wait(p_turn uuid) returns boolean language sql stable as $$
  select coalesce(bool_and(status <> 'running'), false) from chatterd.calls
  where turn_id = p_turn and status in ('running', 'offered', 'asked')
$$;

-- p: {approvedTools?}
create function chatterd.add_approved_tools(p_conversation uuid, p json) returns void language sql as $$
  update chatterd.conversations
  set approved_tools = array(
    select distinct name from (
      select unnest(approved_tools) as name union all select json_array_elements_text(p->'approvedTools')) both_lists
    order by name)
  where id = p_conversation and p->'approvedTools' is not null
$$;
