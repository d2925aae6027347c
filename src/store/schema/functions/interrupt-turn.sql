-- Ends a turn whose process is gone, as `interrupted` or `cancelled`; false where it has ended already. The part of its reply that
-- the journal has becomes a message, marked as incomplete. The caller has locked its conversation.
create function chatterd.interrupt_turn(p_turn uuid, p_status text) returns boolean language plpgsql as $$
declare
  t chatterd.turns;
  fault json := case p_status when 'interrupted'
    then '{"code":"turn-lost","detail":"The process that ran this turn is gone."}' end;
  reply text;
begin
  select * into t from chatterd.turns where id = p_turn and status = 'running' for update;
  if not found then return false; end if;
  -- While calls run, all events that were published are in the journal.
  if not exists (select from chatterd.calls where turn_id = t.id and status = 'running') then
    reply := chatterd.unfinished_reply(t.id);
    if reply is not null then
      perform chatterd.append_messages(c.id, t.id, t.branch, c.next_seq,
        json_build_array(json_build_object('role', 'assistant', 'complete', false,
          'finishReason', case p_status when 'cancelled' then 'cancelled' else 'error' end)),
        array[reply::json])
      from chatterd.conversations c where c.id = t.conversation_id;
    end if;
    -- Clients may have seen events that were lost with the process. Empty events take their numbers, so that no number means two.
    perform chatterd.append_events(t.id, repeat(E'text-delta {"text":""}\n', t.max_unjournaled));
  end if;
  update chatterd.turns set status = p_status, ended_at = now(), error = fault where id = t.id;
  perform chatterd.append_events(t.id, chatterd.close_calls(t.id, 'cancelled') || chatterd.turn_end_record(p_status, fault));
  perform chatterd.notify_watchers(t.conversation_id);
  return true;
end $$;

-- The body of a message, as a JSON text, made of the text deltas that the journal has of the step under way; null where there are
-- none. Deltas hold their text as a JSON string, so it is joined without being parsed, and nothing of it is lost.
create function chatterd.unfinished_reply(p_turn uuid) returns text language sql stable as $$
  with recent as (
    select record, row_number() over (order by e.first, r.number) as number
    from chatterd.events e, string_to_table(e.records, E'\n') with ordinality as r(record, number)
    where e.turn_id = p_turn and e.first >= (
      select coalesce(max(first), 0) from chatterd.events
      where turn_id = p_turn and E'\n' || records like any (array[E'%\nstep-start %', E'%\nstep-end %']))),
  texts as (
    select coalesce(string_agg(substr(record, 21, length(record) - 22), '' order by number)
             filter (where record like 'text-delta {"text":"%"}'), '') as content,
           coalesce(string_agg(substr(record, 25, length(record) - 26), '' order by number)
             filter (where record like 'thinking-delta {"text":"%"}'), '') as thinking
    from recent
    where number > coalesce((select max(number) from recent where record like any (array['step-start %', 'step-end %'])), 0))
  select '{"content":"' || content || '"' || case when thinking <> '' then ',"thinking":"' || thinking || '"' else '' end || '}'
  from texts where content <> '' or thinking <> ''
$$;
