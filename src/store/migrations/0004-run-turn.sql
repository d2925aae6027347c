-- Locks a turn's conversation, and returns the turn; fails with CD409 where the turn is not the runner's any more.
create function chatterd.own_turn(p_turn uuid, p_runner uuid) returns chatterd.turns language plpgsql as $$
declare
  t chatterd.turns;
begin
  perform from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = p_turn) for update;
  select * into t from chatterd.turns where id = p_turn and runner = p_runner;
  if not found then
    raise exception using errcode = 'CD409', message = 'The turn is not run by this process any more.';
  end if;
  return t;
end $$;

-- Stores a step's outcome. p: {turn, runner, step, message, status, error?, cut}. Returns the message's number.
-- Told again, it changes nothing and returns the same: an answer of the database can be lost on its way.
create function chatterd.end_step(p json) returns bigint language plpgsql as $$
declare
  t chatterd.turns := chatterd.own_turn((p->>'turn')::uuid, (p->>'runner')::uuid);
  seq_now bigint;
begin
  if t.step = (p->>'step')::integer then
    select max(seq) into seq_now from chatterd.messages
    where conversation_id = t.conversation_id and turn_id = t.id and role = 'assistant';
    return seq_now;
  end if;
  if t.status <> 'running' or t.step <> (p->>'step')::integer - 1 then
    raise exception using errcode = 'CD409', message = 'The turn was ended by another process.';
  end if;
  if exists (select from chatterd.calls where turn_id = t.id and status in ('running', 'offered')) then
    raise exception using errcode = 'CD409', message = 'The turn has calls that have not ended.';
  end if;
  select next_seq into seq_now from chatterd.conversations where id = t.conversation_id;
  perform chatterd.append_messages(t.conversation_id, t.id, seq_now, json_build_array(p->'message'));
  update chatterd.conversations set cut_seq = (p->>'cut')::bigint
  where id = t.conversation_id and cut_seq < (p->>'cut')::bigint;
  update chatterd.turns
  set step = (p->>'step')::integer, status = p->>'status', error = (p->>'error')::json,
      ended_at = case when p->>'status' in ('running', 'waiting') then null else now() end
  where id = t.id;
  return seq_now;
end $$;

-- Stores the results of resident calls. p: {turn, runner, results: [{seq, index, status, result}]}. Returns all calls of
-- that message, [[seq, index, request, side, status, result]]; the turn waits if a device call of it is still open.
create function chatterd.end_calls(p json) returns json language plpgsql as $$
declare
  t chatterd.turns := chatterd.own_turn((p->>'turn')::uuid, (p->>'runner')::uuid);
begin
  if t.status not in ('running', 'waiting') then
    raise exception using errcode = 'CD409', message = 'The turn was ended by another process.';
  end if;
  update chatterd.calls set status = r.status, result = r.result::json, ended_at = now()
  from json_to_recordset(p->'results') as r(seq bigint, index integer, status text, result text)
  where conversation_id = t.conversation_id and message_seq = r.seq and calls.index = r.index
    and calls.status = 'running';
  update chatterd.turns set status = 'waiting'
  where id = t.id and exists (select from chatterd.calls where turn_id = t.id and status = 'offered');
  return (
    select json_agg(json_build_array(message_seq, index, request, side, status, result) order by index)
    from chatterd.calls
    where conversation_id = t.conversation_id and message_seq = (p->'results'->0->>'seq')::bigint);
end $$;

-- Ends a turn without a whole answer. p: {turn, runner, status, error?, partial?}. Told again, it changes nothing.
create function chatterd.end_turn(p json) returns void language plpgsql as $$
declare
  t chatterd.turns := chatterd.own_turn((p->>'turn')::uuid, (p->>'runner')::uuid);
begin
  if t.status not in ('running', 'waiting') then
    if t.status = p->>'status' then return; end if;
    raise exception using errcode = 'CD409', message = 'The turn was ended by another process.';
  end if;
  if p->'partial' is not null then
    perform chatterd.append_messages(t.conversation_id, t.id, c.next_seq, json_build_array(p->'partial'))
    from chatterd.conversations c where c.id = t.conversation_id;
  end if;
  update chatterd.turns set status = p->>'status', error = (p->>'error')::json, ended_at = now() where id = t.id;
  perform chatterd.close_calls(t.id);
end $$;
