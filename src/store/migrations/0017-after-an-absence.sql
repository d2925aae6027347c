-- As before, but that a process which could not give its signs of life does not count others out at once.
-- Tells that a process lives, and sees to what nobody else does: turns of processes that are gone, and its own that it does not
-- run (a write that failed left them); device calls that nobody answers; what is kept for a time only. Past its first line it
-- waits for no lock, so it can lock many conversations: what is held just now is for the next time, or for whoever holds it.
-- p: {runner, host, pid, leaseMs, live: [turn], left: [turn], alone, room, lead, callTimeoutMs, keyLifeMs, eventRetentionMs,
-- maxStarts}. `alone`: no other process can serve this database. `left`: requests of its own that wait in no line any more.
-- `room`: turns that it can take over; at most 20 are. Returns {ended: [turn], adopted: [turn_state], cancelled: [turn]}:
-- `cancelled` are those of its own that somebody has asked to cancel.
create or replace function chatterd.heartbeat(p json) returns json language plpgsql as $$
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
