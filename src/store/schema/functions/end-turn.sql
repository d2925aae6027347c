-- Ends a turn without a whole answer. p: {turn, runner, status, error?, partial?, events}. Told again, it changes nothing. False
-- where devices have answered meanwhile, of which its process does not know: the last of the events is told in other words then.
create function chatterd.end_turn(p json) returns boolean language plpgsql as $$
declare
  t chatterd.turns := chatterd.own_turn((p->>'turn')::uuid, (p->>'runner')::uuid);
  fault json := (p->>'error')::json;
  final integer := (select max(first) from json_to_recordset(p->'events') as e(first integer));
  before json := (
    select json_agg(e) from json_to_recordset(p->'events') as e(first integer, count integer, body text) where e.first < final);
  -- A turn that waited may have been told on: its process does not know the next number then.
  passed boolean := coalesce(t.status = 'waiting' and final <= t.events, false)
    or exists (select from chatterd.calls where turn_id = t.id and not told);
  last integer := t.events;
begin
  if t.status not in ('running', 'waiting') then
    if t.status = p->>'status' and chatterd.has_events(t.id, p->'events') then return true; end if;
    perform chatterd.ended_elsewhere();
  end if;
  if p->'partial' is not null then
    perform chatterd.append_messages(t.conversation_id, t.id, c.next_seq, json_build_array(p->'partial'))
    from chatterd.conversations c where c.id = t.conversation_id;
  end if;
  if not passed then
    last := chatterd.keep_events(t, p->'events');
  elsif final > t.events + 1 then
    last := chatterd.keep_events(t, before);
  end if;
  update chatterd.turns set status = p->>'status', error = fault, ended_at = now(), events = last where id = t.id;
  if passed then
    perform chatterd.tell(t.id, chatterd.close_calls(t.id, 'cancelled') || chatterd.end_line(p->>'status', fault));
  else
    perform chatterd.close_calls(t.id, 'cancelled');
  end if;
  perform chatterd.signal_free(t.conversation_id, t.runner);
  return not passed;
end $$;
