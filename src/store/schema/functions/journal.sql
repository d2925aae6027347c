-- Adds lines of ours to a turn that no process numbers, and whose conversation the caller has locked. Returns [first, count,
-- lines], or null where there are none.
create function chatterd.tell(p_turn uuid, p_lines text) returns json language plpgsql as $$
declare
  t chatterd.turns;
  added integer := length(p_lines) - length(replace(p_lines, E'\n', ''));
begin
  if added = 0 then return null; end if;
  update chatterd.turns set events = events + added where id = p_turn returning * into t;
  insert into chatterd.events (turn_id, first, count, body) values (t.id, t.events - added + 1, added, p_lines);
  if t.watched then perform chatterd.signal_events(array[t.id]); end if;
  return json_build_array(t.events - added + 1, added, p_lines);
end $$;

-- Keeps the events that an outcome brings, of a turn whose row the caller has locked, and returns the number of the last;
-- the caller stores that. Those that are in the journal already are there as they are here. p_events: [{first, count, body}]
create function chatterd.keep_events(t chatterd.turns, p_events json) returns integer language plpgsql as $$
declare
  given record;
begin
  with chunks as (
    select * from json_to_recordset(p_events) as e(first integer, count integer, body text)),
  kept as (
    insert into chatterd.events (turn_id, first, count, body)
    select t.id, first, count, body from chunks on conflict do nothing)
  select min(first) as first, max(first + count - 1) as last into given from chunks;
  if given.first is null then return t.events; end if;
  if given.first > t.events + 1 or given.last <= t.events then
    raise exception using errcode = 'CD409', message = 'The turn was told on by another process.';
  end if;
  if t.watched then perform chatterd.signal_events(array[t.id]); end if;
  return given.last;
end $$;

-- True where the journal holds the last of these chunks, or there is none.
create function chatterd.has_events(p_turn uuid, p_events json) returns boolean language sql stable as $$
  select not exists (
    select from (
      select * from json_to_recordset(p_events) as e(first integer, body text) order by first desc limit 1) last
    where not exists (
      select from chatterd.events e where e.turn_id = p_turn and e.first = last.first and e.body = last.body))
$$;

-- Takes back what was told of a turn since events_before. Nobody has read it.
create function chatterd.untell(p_turn uuid, p_status text) returns void language sql as $$
  delete from chatterd.events e using chatterd.turns t where t.id = p_turn and e.turn_id = t.id and e.first > t.events_before;
  update chatterd.turns set status = p_status, events = events_before, ended_at = null, attempt = null where id = p_turn
$$;

-- Writes events of many turns. p: {runner, turns: [{turn, chunks: [{first, count, body}]}]}. Returns {written, lost, cancelled}.
-- It waits for no lock, so it can lock turns in any order: what an outcome holds just now is left out, and in no list.
create function chatterd.write_events(p json) returns json language plpgsql as $$
declare
  me uuid := p->>'runner';
  given uuid[] := array(select turn from json_to_recordset(p->'turns') as g(turn uuid));
  held uuid[];
  followed uuid[];
  unwanted uuid[];
begin
  with mine as (
    select id, watched, cancel_requested from chatterd.turns
    where id = any (given) and runner = me and status = 'running' for no key update skip locked)
  select coalesce(array_agg(id), '{}'), array_agg(id) filter (where watched), array_agg(id) filter (where cancel_requested)
  into held, followed, unwanted from mine;

  with chunks as (
    select g.turn, c.first, c.count, c.body
    from json_to_recordset(p->'turns') as g(turn uuid, chunks json),
         json_to_recordset(g.chunks) as c(first integer, count integer, body text)
    where g.turn = any (held)),
  kept as (
    insert into chatterd.events (turn_id, first, count, body) select * from chunks on conflict do nothing)
  update chatterd.turns set events = newest.last
  from (select turn, max(first + count - 1) as last from chunks group by turn) newest
  where id = newest.turn and events < newest.last;

  if followed is not null then perform chatterd.signal_events(followed); end if;
  return json_build_object(
    'written', held, 'cancelled', coalesce(unwanted, '{}'),
    'lost', array(
      select id from unnest(given) as g(id)
      where id <> all (held) and not exists (
        select from chatterd.turns t where t.id = g.id and t.runner = me and t.status in ('running', 'waiting'))));
end $$;

-- Reads events for many that follow turns. p: [{turn, after, watch}]. Returns for each, in order, null where there is no such
-- turn, or {status, pruned, chunks: [[first, count, body]]}: those that hold what comes after number `after`, as far as they are
-- no more than some 256 KiB. With `watch`, whatever is written after this is signalled.
create function chatterd.read_events(p json) returns json language plpgsql as $$
begin
  -- Rows of several turns are locked in the order of their ids, here and wherever else it is waited for them.
  update chatterd.turns set watched = true
  from (
    select id from chatterd.turns
    where id in (select w.turn from json_to_recordset(p) as w(turn uuid, watch boolean) where w.watch) and not watched
      -- The others have ended for good; one that was superseded may be reopened where nobody has been told of its end.
      and status in ('running', 'waiting', 'cancelled')
    order by id for no key update) unwatched
  where turns.id = unwatched.id;

  return (
    select coalesce(json_agg(
      case when t.id is not null then
        json_build_object('status', t.status, 'pruned', t.pruned, 'chunks', coalesce(c.chunks, '[]'))
      end order by w.place), '[]')
    from (
      select (item->>'turn')::uuid as turn, (item->>'after')::integer as after, place
      from json_array_elements(p) with ordinality as g(item, place)) w
    left join chatterd.turns t on t.id = w.turn
    cross join lateral (
      select json_agg(json_build_array(first, count, body) order by first) as chunks
      from (
        select *, sum(octet_length(body)) over (order by first) - octet_length(body) as bytes_before
        from (
          select first, count, body from chatterd.events
          where turn_id = w.turn
            -- The last chunk that begins at or before what is wanted may hold some of it.
            and first >= coalesce(
              (select max(first) from chatterd.events where turn_id = w.turn and first <= w.after + 1), 0)
            and first + count > w.after + 1
          order by first limit 1000) rest) summed
      where bytes_before < 262144) c);
end $$;

-- Tells other processes that these turns, which they follow, have new events. A payload has at most 8,000 bytes.
create function chatterd.signal_events(p_turns uuid[]) returns void language plpgsql as $$
begin
  perform pg_notify('chatterd', json_build_object('events', json_agg(id))::text)
  from unnest(p_turns) with ordinality as t(id, place) group by (place - 1) / 150;
end $$;
