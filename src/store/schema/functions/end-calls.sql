-- Stores the results of resident calls. p: {turn, runner, results: [{seq, index, status, result}], events}. The turn waits if a
-- device call is still open. Returns {status, calls, told}: `running` or `waiting`; all calls of that message, [[seq, index,
-- request, side, status, result, restartable]]; what tell_answers told. Told again, it changes nothing and returns the same.
create function chatterd.end_calls(p json) returns json language plpgsql as $$
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
