-- Ends a turn that came to no whole reply. p: {turn, runner, run?, status, error?, partial?, events}; `error` is a JSON text, `partial`
-- and p_bodies a message as append_messages takes it, `events` as insert_events takes them, the last one the turn's end.
-- Returns false where devices sent results that the process does not know of: the journal then has the end in other records than the
-- last of `events`. A second call changes nothing and returns the same.
create function chatterd.end_turn(p json, p_bodies json[]) returns json language plpgsql as $$
declare
  t chatterd.turns := chatterd.lock_own_turn(p);
  fault json := (p->>'error')::json;
  final integer := (select max(first) from json_to_recordset(p->'events') as e(first integer));
  before json := (
    select json_agg(e) from json_to_recordset(p->'events') as e(first integer, count integer, records text) where e.first < final);
  -- Where the turn has waited, results or their expiry may have appended events, and the run that ends it does not know the next number.
  outdated boolean := coalesce(final <= t.last_event, false)
    or exists (select from chatterd.calls where turn_id = t.id and not published);
  last integer := t.last_event;
begin
  if t.status not in ('running', 'waiting') then
    if t.status = p->>'status' and chatterd.has_events(t.id, p->'events') then return to_json(true); end if;
    perform chatterd.raise_turn_lost();
  end if;
  if p->'partial' is not null then
    perform chatterd.append_messages(t.conversation_id, t.id, t.branch, c.next_seq, json_build_array(p->'partial'), p_bodies)
    from chatterd.conversations c where c.id = t.conversation_id;
  end if;
  -- Nothing of it was answered: told again in every later prompt, it could make them all fail in the same way.
  if p->>'status' = 'failed' and t.step = 0 and p->'partial' is null then
    update chatterd.messages set refused = true where conversation_id = t.conversation_id and branch = t.branch and turn_id = t.id;
  end if;
  if not outdated then
    last := chatterd.insert_events(t, p->'events');
  elsif final > t.last_event + 1 then
    last := chatterd.insert_events(t, before);
  end if;
  update chatterd.turns set status = p->>'status', error = fault, ended_at = now(), last_event = last where id = t.id;
  if outdated then
    perform chatterd.append_events(t.id, chatterd.close_calls(t.id, 'cancelled') || chatterd.turn_end_record(p->>'status', fault));
  else
    perform chatterd.close_calls(t.id, 'cancelled');
  end if;
  perform chatterd.notify_watchers(t.conversation_id);
  perform chatterd.notify_next_in_queue(t.conversation_id, t.runner);
  return to_json(not outdated);
end $$;
