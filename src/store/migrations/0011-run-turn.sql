-- Locks a turn's conversation and then the turn, and returns it; fails with CD409 where it is not the runner's any more.
create or replace function chatterd.own_turn(p_turn uuid, p_runner uuid) returns chatterd.turns language plpgsql as $$
declare
  t chatterd.turns;
begin
  perform from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = p_turn) for update;
  select * into t from chatterd.turns where id = p_turn and runner = p_runner for update;
  if not found then
    raise exception using errcode = 'CD409', message = 'The turn is not run by this process any more.';
  end if;
  return t;
end $$;

create function chatterd.ended_elsewhere() returns void language plpgsql as $$
begin
  raise exception using errcode = 'CD409', message = 'The turn was ended by another process.';
end $$;

drop function chatterd.end_step(json);

-- Stores a step's outcome. p_all: {about: {turn, runner, step, status, error?, cut}, message, events}. Returns the message's number.
-- Told again, it changes nothing and returns the same: an answer of the database can be lost on its way.
create function chatterd.end_step(p_all json) returns bigint language plpgsql as $$
declare
  p json := p_all->'about';
  t chatterd.turns := chatterd.own_turn((p->>'turn')::uuid, (p->>'runner')::uuid);
  c chatterd.conversations;
  seq_now bigint;
  last integer;
begin
  -- One that waited may have been ended since, by anyone.
  if t.step = (p->>'step')::integer and (t.status = p->>'status' or p->>'status' = 'waiting') then
    select max(seq) into seq_now from chatterd.messages
    where conversation_id = t.conversation_id and turn_id = t.id and role = 'assistant' and complete;
    return seq_now;
  end if;
  if t.status <> 'running' or t.step <> (p->>'step')::integer - 1 then perform chatterd.ended_elsewhere(); end if;
  if exists (select from chatterd.calls where turn_id = t.id and status in ('running', 'offered')) then
    raise exception using errcode = 'CD409', message = 'The turn has calls that have not ended.';
  end if;
  select * into c from chatterd.conversations where id = t.conversation_id;
  perform chatterd.append_messages(c.id, t.id, c.next_seq, json_build_array(p_all->'message'));
  if c.cut_seq < (p->>'cut')::bigint then
    update chatterd.conversations set cut_seq = (p->>'cut')::bigint where id = c.id;
  end if;
  last := chatterd.keep_events(t, p_all->'events');
  update chatterd.turns
  set step = (p->>'step')::integer, status = p->>'status', error = (p->>'error')::json, events = last,
      ended_at = case when p->>'status' in ('running', 'waiting') then null else now() end
  where id = t.id;
  if p->>'status' = 'waiting' and t.cancel_requested then perform chatterd.cancel_waiting(t.id, 'cancelled'); end if;
  if p->>'status' <> 'running' then perform chatterd.signal_free(t.conversation_id, t.runner); end if;
  return c.next_seq;
end $$;

-- Tells of device calls that were answered while the turn ran, and that it waits now for those that are open. Returns
-- [first, count, lines], or null where there is nothing to tell. The caller has locked the turn.
create function chatterd.tell_answers(p_turn uuid) returns json language plpgsql as $$
declare
  answers text;
  open text;
begin
  with told as (
    update chatterd.calls set told = true where turn_id = p_turn and not told returning *)
  select string_agg(chatterd.call_line(request, status, result, ended_at - created_at), '' order by message_seq, index)
  into answers from told;
  select 'turn-waiting {"calls":[' || string_agg(chatterd.call_id(request), ',' order by message_seq, index) || E']}\n'
  into open from chatterd.calls where turn_id = p_turn and status = 'offered';
  return chatterd.tell(p_turn, coalesce(answers, '') || coalesce(open, ''));
end $$;

-- Stores the results of resident calls. p: {turn, runner, results: [{seq, index, status, result}], events}. The turn waits if a
-- device call is still open. Returns {status, calls, told}: `running` or `waiting`; all calls of that message, [[seq, index,
-- request, side, status, result, restartable]]; what tell_answers told. Told again, it changes nothing and returns the same.
create or replace function chatterd.end_calls(p json) returns json language plpgsql as $$
declare
  t chatterd.turns := chatterd.own_turn((p->>'turn')::uuid, (p->>'runner')::uuid);
  told json;
  waits boolean;
  ended integer := 0;
  last integer;
begin
  if t.status = 'running' then
    update chatterd.calls set status = r.status, result = r.result::json, ended_at = now()
    from json_to_recordset(p->'results') as r(seq bigint, index integer, status text, result text)
    where conversation_id = t.conversation_id and message_seq = r.seq and calls.index = r.index
      and calls.status = 'running';
    get diagnostics ended = row_count;
  end if;
  if ended > 0 then
    last := chatterd.keep_events(t, p->'events');
    update chatterd.turns set events = last where id = t.id;
    waits := exists (select from chatterd.calls where turn_id = t.id and status = 'offered');
    told := chatterd.tell_answers(t.id);
    update chatterd.turns
    set calls_told = (told->>0)::integer, status = case when waits then 'waiting' else status end where id = t.id;
    if waits and t.cancel_requested then perform chatterd.cancel_waiting(t.id, 'cancelled'); end if;
    if waits then perform chatterd.signal_free(t.conversation_id, t.runner); end if;
  else
    select json_build_array(first, count, body) into told from chatterd.events where turn_id = t.id and first = t.calls_told;
    waits := E'\n' || (told->>2) like E'%\nturn-waiting %';
    -- One that has waited may have been ended since, by anyone.
    if t.status not in ('running', 'waiting') and (waits is not true or not chatterd.are_results(t, p->'results')) then
      perform chatterd.ended_elsewhere();
    end if;
    waits := coalesce(waits, t.status = 'waiting');
  end if;
  return json_build_object('status', case when waits then 'waiting' else 'running' end, 'told', told, 'calls', (
    select json_agg(json_build_array(message_seq, index, request, side, status, result, restartable) order by index)
    from chatterd.calls
    where conversation_id = t.conversation_id and message_seq = (p->'results'->0->>'seq')::bigint));
end $$;

-- True where the calls have ended with just these results.
create function chatterd.are_results(t chatterd.turns, p_results json) returns boolean language sql stable as $$
  select not exists (
    select from json_to_recordset(p_results) as r(seq bigint, index integer, status text, result text)
    left join chatterd.calls k on k.conversation_id = t.conversation_id and k.message_seq = r.seq and k.index = r.index
    where k.status is distinct from r.status or k.result::text is distinct from r.result)
$$;

drop function chatterd.end_turn(json);

-- Ends a turn without a whole answer. p: {turn, runner, status, error?, partial?, events}. Told again, it changes nothing. False
-- where devices have answered meanwhile, of which its process does not know: the last of the events is told in other words then.
create function chatterd.end_turn(p json) returns boolean language plpgsql as $$
declare
  t chatterd.turns := chatterd.own_turn((p->>'turn')::uuid, (p->>'runner')::uuid);
  fault json := (p->>'error')::json;
  final integer := (select max(first) from json_to_recordset(p->'events') as e(first integer));
  before json := (
    select json_agg(e) from json_to_recordset(p->'events') as e(first integer, count integer, body text) where e.first < final);
  -- A turn that waited may have been told on: its process does not know the next number then.
  passed boolean := coalesce(t.status = 'waiting' and final <= t.events, false)
    or exists (select from chatterd.calls where turn_id = t.id and not told);
  last integer := t.events;
begin
  if t.status not in ('running', 'waiting') then
    if t.status = p->>'status' and chatterd.has_events(t.id, p->'events') then return true; end if;
    perform chatterd.ended_elsewhere();
  end if;
  if p->'partial' is not null then
    perform chatterd.append_messages(t.conversation_id, t.id, c.next_seq, json_build_array(p->'partial'))
    from chatterd.conversations c where c.id = t.conversation_id;
  end if;
  if not passed then
    last := chatterd.keep_events(t, p->'events');
  elsif final > t.events + 1 then
    last := chatterd.keep_events(t, before);
  end if;
  update chatterd.turns set status = p->>'status', error = fault, ended_at = now(), events = last where id = t.id;
  if passed then
    perform chatterd.tell(t.id, chatterd.close_calls(t.id, 'cancelled') || chatterd.end_line(p->>'status', fault));
  else
    perform chatterd.close_calls(t.id, 'cancelled');
  end if;
  perform chatterd.signal_free(t.conversation_id, t.runner);
  return not passed;
end $$;

-- True where the journal holds the last of these chunks, or there is none.
create function chatterd.has_events(p_turn uuid, p_events json) returns boolean language sql stable as $$
  select not exists (
    select from (
      select * from json_to_recordset(p_events) as e(first integer, body text) order by first desc limit 1) last
    where not exists (
      select from chatterd.events e where e.turn_id = p_turn and e.first = last.first and e.body = last.body))
$$;

-- Stores results of device calls. p: {turn, attempt, runner, host, pid, leaseMs, tools?, maxTools, lead, key?, digest?, keyLifeMs,
-- answers: [{seq, index, status, result}]}. Returns {state} where this was the last open one: the turn now runs, and is the
-- runner's; {open: true} where others are open; {replay: {turn, after}}; or {conflict: true} where one of them is not open any
-- more. Nothing is stored then, but for what a superseded call would have come to. Told again, it returns the same.
create or replace function chatterd.answer_calls(p json) returns json language plpgsql as $$
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

-- Tells of calls that have ended and are not told yet. The caller has locked the turn, which no process numbers.
create function chatterd.tell_calls(p_turn uuid) returns json language plpgsql as $$
declare
  lines text;
begin
  with told as (
    update chatterd.calls set told = true where turn_id = p_turn and not told returning *)
  select string_agg(chatterd.call_line(request, status, result, ended_at - created_at), '' order by message_seq, index)
  into lines from told;
  return chatterd.tell(p_turn, coalesce(lines, ''));
end $$;
