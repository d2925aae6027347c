-- Tells that a process lives, and sees to what nobody else does: turns of processes that are gone, and its own that it does not
-- run (a write that failed left them); device calls that nobody answers; what is kept for a time only. Past its first line it
-- waits for no lock, so it can lock many conversations: what is held just now is for the next time, or for whoever holds it.
-- p: {runner, host, pid, leaseMs, live: [turn], left: [turn], alone, room, lead, callTimeoutMs, keyLifeMs, eventRetentionMs,
-- maxStarts}. `alone`: no other process can serve this database. `left`: requests of its own that wait in no line any more.
-- `room`: turns that it can take over; at most 20 are. Returns {ended: [turn], adopted: [turn_state], cancelled: [turn]}:
-- `cancelled` are those of its own that somebody has asked to cancel.
create function chatterd.heartbeat(p json) returns json language plpgsql as $$
declare
  me uuid := p->>'runner';
  ended uuid[];
  adopted uuid[];
  freed uuid;
  -- It has missed a sign of its own: the database was away. It is the first to be back, perhaps, and the others are about to be.
  was_away boolean := exists (
    select from chatterd.runners
    where id = me and expires_at < now() + (p->>'leaseMs')::integer * interval '1 ms' / 3);
begin
  perform chatterd.sign_of_life(p);
  -- Another process may just be doing the same with all: each would wait for the other.
  delete from chatterd.runners where id in (
    select id from chatterd.runners
    where expires_at < now() and not was_away or (p->>'alone')::boolean and id <> me
    for update skip locked);

  for freed in
    delete from chatterd.tickets where turn_id in (
      select turn_id from chatterd.tickets k
      where not exists (select from chatterd.runners r where r.id = k.runner)
        or k.runner = me and k.turn_id = any (array(select json_array_elements_text(p->'left'))::uuid[])
      for update skip locked)
    returning conversation_id
  loop
    perform chatterd.signal_free(freed, me);
  end loop;

  select * into ended, adopted from chatterd.take_lost(p);
  adopted := adopted || chatterd.expire_calls(p, least((p->>'room')::integer, 20) - cardinality(adopted));
  perform chatterd.prune(p);
  return json_build_object(
    'ended', ended,
    'adopted', (
      select coalesce(json_agg(chatterd.turn_state(conversation_id, id, 0)), '[]') from chatterd.turns where id = any (adopted)),
    'cancelled', array(
      select id from chatterd.turns where runner = me and status = 'running' and cancel_requested));
end $$;

-- Turns that no process runs: this one goes on with those whose running calls may all be started again, and ends the others.
-- p: {runner, leaseMs, live, room, lead, maxStarts}
create function chatterd.take_lost(p json, out ended uuid[], out adopted uuid[]) language plpgsql as $$
declare
  me uuid := p->>'runner';
  room integer := least((p->>'room')::integer, 20);
  lost record;
  t chatterd.turns;
  is_restartable boolean;
begin
  ended := '{}';
  adopted := '{}';
  for lost in
    select one.id, one.conversation_id, one.runner, one.run_since from chatterd.turns one
    where one.status = 'running'
      and case when one.runner = me
               then one.run_since < now() - (p->>'leaseMs')::integer * interval '1 ms'
                 and one.id <> all (array(select json_array_elements_text(p->'live'))::uuid[])
               else not exists (select from chatterd.runners r where r.id = one.runner) end
    order by one.conversation_id limit 500
  loop
    perform from chatterd.conversations where id = lost.conversation_id for update skip locked;
    continue when not found;
    -- Another process may have taken it meanwhile.
    select * into t from chatterd.turns
    where id = lost.id and status = 'running' and runner = lost.runner and run_since = lost.run_since
    for update skip locked;
    continue when not found;
    select coalesce(bool_and(restartable and starts < (p->>'maxStarts')::integer), false) into is_restartable
    from chatterd.calls where turn_id = t.id and status = 'running';
    if not is_restartable or t.cancel_requested then
      perform chatterd.interrupt_turn(t.id, case when t.cancel_requested then 'cancelled' else 'interrupted' end);
      perform chatterd.signal_free(t.conversation_id, me);
      ended := ended || t.id;
    elsif cardinality(adopted) < room then
      update chatterd.calls set starts = starts + 1 where turn_id = t.id and status = 'running';
      perform chatterd.adopt(t.id, p);
      adopted := adopted || t.id;
    end if;
  end loop;
end $$;

-- p: {runner, lead}. The caller has locked the turn.
create function chatterd.adopt(p_turn uuid, p json) returns void language sql as $$
  update chatterd.turns
  set status = 'running', runner = (p->>'runner')::uuid, run_since = clock_timestamp(), lead = (p->>'lead')::integer
  where id = p_turn
$$;

-- Ends device calls that nobody has answered in time, as far as there is room for p_room turns more. Returns the turns that go
-- on without them, which are the runner's from now on. p: {runner, lead, callTimeoutMs}
create function chatterd.expire_calls(p json, p_room integer) returns uuid[] language plpgsql as $$
declare
  oldest timestamptz := now() - (p->>'callTimeoutMs')::bigint * interval '1 ms';
  late record;
  adopted uuid[] := '{}';
begin
  for late in
    select distinct one.id, one.conversation_id
    from chatterd.calls k join chatterd.turns one on one.id = k.turn_id
    where k.status = 'offered' and k.created_at < oldest and one.status = 'waiting'
    order by one.conversation_id limit p_room
  loop
    perform from chatterd.conversations where id = late.conversation_id for update skip locked;
    continue when not found;
    perform from chatterd.turns where id = late.id and status = 'waiting' for update skip locked;
    continue when not found;
    update chatterd.calls set status = 'expired', ended_at = now(), told = false
    where turn_id = late.id and status = 'offered' and created_at < oldest;
    perform chatterd.tell_calls(late.id);
    if not exists (select from chatterd.calls where turn_id = late.id and status = 'offered') then
      perform chatterd.adopt(late.id, p);
      adopted := adopted || late.id;
    end if;
  end loop;
  return adopted;
end $$;

-- Removes what is kept for a time only, some at a time. p: {eventRetentionMs, keyLifeMs}
create function chatterd.prune(p json) returns void language sql as $$
  with old as (
    select id from chatterd.turns
    where ended_at < now() - (p->>'eventRetentionMs')::bigint * interval '1 ms' and ended_at is not null and not pruned
    order by ended_at limit 200 for update skip locked),
  marked as (
    update chatterd.turns set pruned = true where id in (select id from old))
  delete from chatterd.events where turn_id in (select id from old);

  delete from chatterd.keys where (conversation_id, key) in (
    select conversation_id, key from chatterd.keys
    where created_at < now() - (p->>'keyLifeMs')::bigint * interval '1 ms'
    order by created_at limit 1000 for update skip locked);

  delete from chatterd.withdrawn where turn_id in (
    select turn_id from chatterd.withdrawn where at < now() - interval '1 hour' for update skip locked)
$$;
