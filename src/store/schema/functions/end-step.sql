-- Stores the outcome of a step. p_all: {about: {turn, runner, run?, step, status, error?, promptFrom, truncation?}, message, events};
-- `error` and `truncation` are JSON texts, `message` and p_bodies as append_messages takes them, `events` as insert_events does. Returns
-- the number of the message. A second call with the same step changes nothing and returns the same: the database's response to the
-- first may have been lost.
create function chatterd.end_step(p_all json, p_bodies json[]) returns bigint language plpgsql as $$
declare
  p json := p_all->'about';
  t chatterd.turns := chatterd.lock_own_turn(p);
  c chatterd.conversations;
  last integer;
begin
  -- A turn that waited may have been ended since, by anyone.
  if t.step = (p->>'step')::integer and (t.status = p->>'status' or p->>'status' = 'waiting') then
    return (select max(seq) from chatterd.messages
            where conversation_id = t.conversation_id and branch = t.branch and turn_id = t.id and role = 'assistant' and complete);
  end if;
  if t.status <> 'running' or t.step <> (p->>'step')::integer - 1 then perform chatterd.raise_turn_lost(); end if;
  if exists (select from chatterd.calls where turn_id = t.id and status in ('running', 'offered', 'asked')) then
    raise exception using errcode = 'CDLST', message = 'The turn has calls that have not ended.';
  end if;
  select * into c from chatterd.conversations where id = t.conversation_id;
  perform chatterd.append_messages(c.id, t.id, t.branch, c.next_seq, json_build_array(p_all->'message'), p_bodies);
  if c.prompt_from <> (p->>'promptFrom')::bigint or c.truncation::text is distinct from p->>'truncation' then
    update chatterd.conversations
    set prompt_from = (p->>'promptFrom')::bigint, truncation = (p->>'truncation')::json where id = c.id;
  end if;
  last := chatterd.insert_events(t, p_all->'events');
  update chatterd.turns
  set step = (p->>'step')::integer, status = p->>'status', error = (p->>'error')::json, last_event = last,
      ended_at = case when p->>'status' in ('running', 'waiting') then null else now() end
  where id = t.id;
  if p->>'status' = 'waiting' and t.cancel_requested then perform chatterd.cancel_waiting_turn(t.id, 'cancelled'); end if;
  if p->>'status' <> 'running' then perform chatterd.notify_next_in_queue(t.conversation_id, t.runner); end if;
  return c.next_seq;
end $$;

-- Locks a turn's conversation and then the turn, and returns it; fails with CDLST where another process has it, it has run again since,
-- or it is gone with its conversation. p: {turn, runner, run?}; without `run`, any run of the process may write.
create function chatterd.lock_own_turn(p json) returns chatterd.turns language plpgsql as $$
declare
  t chatterd.turns;
begin
  perform from chatterd.conversations
  where id = (select conversation_id from chatterd.turns where id = (p->>'turn')::uuid) for update;
  select * into t from chatterd.turns where id = (p->>'turn')::uuid for update;
  if not found then
    raise exception using errcode = 'CDLST', message = 'The conversation was emptied.';
  end if;
  if t.runner <> (p->>'runner')::uuid or t.run <> (p->>'run')::integer then
    raise exception using errcode = 'CDLST', message = 'This process does not run the turn any more.';
  end if;
  return t;
end $$;

create function chatterd.raise_turn_lost() returns void language plpgsql as $$
begin
  raise exception using errcode = 'CDLST', message = 'The turn was ended by another process.';
end $$;
