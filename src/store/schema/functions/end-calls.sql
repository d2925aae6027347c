-- Stores the results of resident calls. p: {turn, runner, run?, results: [{seq, index, status, result, images?}], events}; `result` is a JSON text,
-- `events` as insert_events takes them. The turn waits if other calls of the same message are still open, and none of them runs.
-- Returns {status, calls: [call_row], approvedTools, appended}. `status`: `running` or `waiting`. `calls`: all of that message. `appended`: what was
-- appended after `events`, {first, count, records}, or null: devices sent results meanwhile, and the turn waits.
-- A second call with the same results changes nothing and returns the same.
create function chatterd.end_calls(p json) returns json language plpgsql as $$
declare
  t chatterd.turns := chatterd.lock_own_turn(p);
  appended json;
  waits boolean;
  ended integer := 0;
  last integer;
begin
  if t.status = 'running' then
    update chatterd.calls set status = r.status, result = r.result::json, images = r.images, ended_at = now(), reported = true
    from json_to_recordset(p->'results') as r(seq bigint, index integer, status text, result text, images json)
    where conversation_id = t.conversation_id and branch = t.branch and message_seq = r.seq and calls.index = r.index
      and calls.status = 'running';
    get diagnostics ended = row_count;
  end if;
  if ended > 0 then
    last := chatterd.insert_events(t, p->'events');
    update chatterd.turns set last_event = last where id = t.id;
    waits := chatterd.has_to_wait(t.id);
    appended := chatterd.append_call_ends_and_waiting(t.id);
    update chatterd.turns
    set end_calls_event = (appended->>'first')::integer, status = case when waits then 'waiting' else status end
    where id = t.id;
    if waits and t.cancel_requested then perform chatterd.cancel_waiting_turn(t.id, 'cancelled'); end if;
    if waits then perform chatterd.notify_next_in_queue(t.conversation_id, t.runner); end if;
  else
    select json_build_object('first', first, 'count', count, 'records', records) into appended
    from chatterd.events where turn_id = t.id and first = t.end_calls_event;
    waits := E'\n' || (appended->>'records') like E'%\nturn-waiting %';
    -- A turn that waited may have been ended since, by anyone.
    if t.status not in ('running', 'waiting') and (waits is not true or not chatterd.have_results(t, p->'results')) then
      perform chatterd.raise_turn_lost();
    end if;
    waits := coalesce(waits, t.status = 'waiting');
  end if;
  return json_build_object('status', case when waits then 'waiting' else 'running' end, 'appended', appended,
    'approvedTools', (select approved_tools from chatterd.conversations where id = t.conversation_id), 'calls', (
    select json_agg(chatterd.call_row(k) order by index) from chatterd.calls k
    where conversation_id = t.conversation_id and branch = t.branch and message_seq = (p->'results'->0->>'seq')::bigint));
end $$;

-- True where the calls have ended with just these results.
create function chatterd.have_results(t chatterd.turns, p_results json) returns boolean language sql stable as $$
  select not exists (
    select from json_to_recordset(p_results) as r(seq bigint, index integer, status text, result text)
    left join chatterd.calls k on k.conversation_id = t.conversation_id and k.branch = t.branch and k.message_seq = r.seq and k.index = r.index
    where k.status is distinct from r.status or k.result::text is distinct from r.result)
$$;
