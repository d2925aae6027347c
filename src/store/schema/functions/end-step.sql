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

-- Locks a turn's conversation and then the turn, and returns it; fails with CD409 where it is not the runner's any more.
create function chatterd.own_turn(p_turn uuid, p_runner uuid) returns chatterd.turns language plpgsql as $$
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
