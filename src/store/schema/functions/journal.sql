-- Appends records to the journal of a turn whose events no process numbers, and whose conversation the caller has locked. Returns
-- {first, count, records}, or null where there are none.
create function chatterd.append_events(p_turn uuid, p_records text) returns json language plpgsql as $$
declare
  t chatterd.turns;
  added integer := length(p_records) - length(replace(p_records, E'\n', ''));
begin
  if added = 0 then return null; end if;
  update chatterd.turns set last_event = last_event + added where id = p_turn returning * into t;
  insert into chatterd.events (turn_id, first, count, records) values (t.id, t.last_event - added + 1, added, p_records);
  if t.followed then perform chatterd.notify_events(array[t.id]); end if;
  return json_build_object('first', t.last_event - added + 1, 'count', added, 'records', p_records);
end $$;

-- The same of the ends and approvals of calls that no event has published yet.
create function chatterd.append_call_ends(p_turn uuid) returns json language plpgsql as $$
begin
  return chatterd.append_events(p_turn, chatterd.publish_call_ends(p_turn));
end $$;

-- The same, and, where the turn has to wait for calls that are open, that it does.
create function chatterd.append_call_ends_and_waiting(p_turn uuid) returns json language plpgsql as $$
declare
  call_ends text := chatterd.publish_call_ends(p_turn);
  waiting text;
begin
  select 'turn-waiting {"calls":[' || string_agg(chatterd.call_id_json(request), ',' order by message_seq, index) || E']}\n'
  into waiting from chatterd.calls where turn_id = p_turn and status in ('offered', 'asked') and chatterd.has_to_wait(p_turn);
  return chatterd.append_events(p_turn, call_ends || coalesce(waiting, ''));
end $$;

-- Inserts the events that an outcome brings, of a turn that the caller has locked, and returns the number of the last; the caller
-- stores that. Those that are in the journal already are there in the same chunks. Fails with CDLST where another process has
-- numbered events since. p_events: [{first, count, records}]
create function chatterd.insert_events(t chatterd.turns, p_events json) returns integer language plpgsql as $$
declare
  given record;
begin
  with chunks as (
    select * from json_to_recordset(p_events) as e(first integer, count integer, records text)),
  inserted as (
    insert into chatterd.events (turn_id, first, count, records)
    select t.id, first, count, records from chunks on conflict do nothing)
  select min(first) as first, max(first + count - 1) as last into given from chunks;
  if given.first is null then return t.last_event; end if;
  if given.first > t.last_event + 1 or given.last <= t.last_event then
    raise exception using errcode = 'CDLST', message = 'Another process has added events to the turn.';
  end if;
  if t.followed then perform chatterd.notify_events(array[t.id]); end if;
  return given.last;
end $$;

-- True where the journal holds the last of these chunks, or there is none.
create function chatterd.has_events(p_turn uuid, p_events json) returns boolean language sql stable as $$
  select not exists (
    select from (
      select * from json_to_recordset(p_events) as e(first integer, records text) order by first desc limit 1) last
    where not exists (
      select from chatterd.events e where e.turn_id = p_turn and e.first = last.first and e.records = last.records))
$$;

-- Writes events of many turns. p: {runner, turns: [{turn, run?, chunks: [{first, count, records}]}]}. Returns {written: [turn], lost: [turn],
-- followed: [turn], cancelled: [turn]}: `lost` are those that another process has or that have ended, `followed` those that clients of
-- other processes follow, `cancelled` those that a client asked to cancel.
-- It waits for no lock, so it may lock turns in any order: a turn that an outcome holds just now is in no list.
create function chatterd.write_events(p json) returns json language plpgsql as $$
declare
  me uuid := p->>'runner';
  held uuid[];
  with_followers uuid[];
  cancelled uuid[];
begin
  with mine as (
    select t.id, t.followed, t.cancel_requested from chatterd.turns t
    join json_to_recordset(p->'turns') as g(turn uuid, run integer) on t.id = g.turn and t.run = coalesce(g.run, t.run)
    where t.runner = me and t.status = 'running' for no key update of t skip locked)
  select coalesce(array_agg(id), '{}'), array_agg(id) filter (where followed), array_agg(id) filter (where cancel_requested)
  into held, with_followers, cancelled from mine;

  with chunks as (
    select g.turn, c.first, c.count, c.records
    from json_to_recordset(p->'turns') as g(turn uuid, chunks json),
         json_to_recordset(g.chunks) as c(first integer, count integer, records text)
    where g.turn = any (held)),
  inserted as (
    insert into chatterd.events (turn_id, first, count, records) select * from chunks on conflict do nothing)
  update chatterd.turns set last_event = newest.last
  from (select turn, max(first + count - 1) as last from chunks group by turn) newest
  where id = newest.turn and last_event < newest.last;

  if with_followers is not null then perform chatterd.notify_events(with_followers); end if;
  return json_build_object(
    'written', held, 'followed', coalesce(with_followers, '{}'), 'cancelled', coalesce(cancelled, '{}'),
    'lost', array(
      select g.turn from json_to_recordset(p->'turns') as g(turn uuid, run integer)
      where g.turn <> all (held) and not exists (
        select from chatterd.turns t
        where t.id = g.turn and t.run = coalesce(g.run, t.run) and t.runner = me and t.status in ('running', 'waiting'))));
end $$;

-- Reads events of many turns. p: [{turn, after, follow}]. Returns for each, in order, {status, pruned, chunks: [{first, count,
-- records}]}, or null where there is no such turn. `chunks` hold the events after number `after`, of at most some 256 KiB together;
-- the first may begin before. With `follow`, what is written after this is notified.
create function chatterd.read_events(p json) returns json language plpgsql as $$
declare
  notified bigint;
begin
  -- Rows of several turns are locked in the order of their ids, here and everywhere.
  with newly as (
    update chatterd.turns set followed = true
    from (
      select id from chatterd.turns
      where id in (select w.turn from json_to_recordset(p) as w(turn uuid, follow boolean) where w.follow) and not followed
        -- The others have ended for good; one that was superseded may be reopened while nobody has read its end.
        and status in ('running', 'waiting', 'cancelled')
      order by id for no key update) unfollowed
    where turns.id = unfollowed.id
    returning turns.id, turns.runner, turns.status)
  -- The process that runs the turn writes its events sooner from now on.
  select count(pg_notify('chatterd', json_build_object('followed', id, 'runner', runner)::text)) into notified
  from newly where status = 'running';

  return (
    select coalesce(json_agg(
      case when t.id is not null then
        json_build_object('status', t.status, 'pruned', t.pruned, 'chunks', coalesce(c.chunks, '[]'))
      end order by w.number), '[]')
    from (
      select (item->>'turn')::uuid as turn, (item->>'after')::integer as after, number
      from json_array_elements(p) with ordinality as g(item, number)) w
    left join chatterd.turns t on t.id = w.turn
    cross join lateral (
      select json_agg(json_build_object('first', first, 'count', count, 'records', records) order by first) as chunks
      from (
        select *, sum(octet_length(records)) over (order by first) - octet_length(records) as bytes_before
        from (
          select first, count, records from chatterd.events
          where turn_id = w.turn
            -- The last chunk that begins at or before the wanted number may hold it.
            and first >= coalesce(
              (select max(first) from chatterd.events where turn_id = w.turn and first <= w.after + 1), 0)
            and first + count > w.after + 1
          order by first limit 1000) rest) summed
      where bytes_before < 262144) c);
end $$;

-- Notifies other processes that these turns, which they follow, have new events. A payload has at most 8,000 bytes.
create function chatterd.notify_events(p_turns uuid[]) returns void language plpgsql as $$
begin
  perform pg_notify('chatterd', json_build_object('events', json_agg(id))::text)
  from unnest(p_turns) with ordinality as t(id, number) group by (number - 1) / 150;
end $$;
