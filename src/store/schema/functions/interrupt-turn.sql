-- Ends a turn whose process is gone, as `interrupted` or `cancelled`; false where it has ended already. What the journal has of
-- its answer is kept. The caller has locked its conversation.
create function chatterd.interrupt_turn(p_turn uuid, p_status text) returns boolean language plpgsql as $$
declare
  t chatterd.turns;
  fault json := case p_status when 'interrupted'
    then '{"code":"turn-lost","detail":"The process that ran this turn is gone."}' end;
  answer text;
begin
  select * into t from chatterd.turns where id = p_turn and status = 'running' for update;
  if not found then return false; end if;
  -- While calls run, nothing is told that is not in the journal.
  if not exists (select from chatterd.calls where turn_id = t.id and status = 'running') then
    answer := chatterd.unfinished_answer(t.id);
    if answer is not null then
      perform chatterd.append_messages(c.id, t.id, c.next_seq,
        json_build_array(json_build_object('role', 'assistant', 'body', answer, 'complete', false)))
      from chatterd.conversations c where c.id = t.conversation_id;
    end if;
    -- Its clients may have seen events of these numbers, which are lost with the process: none is given twice.
    perform chatterd.tell(t.id, repeat(E'text-delta {"text":""}\n', t.lead));
  end if;
  update chatterd.turns set status = p_status, ended_at = now(), error = fault where id = t.id;
  perform chatterd.tell(t.id, chatterd.close_calls(t.id, 'cancelled') || chatterd.end_line(p_status, fault));
  return true;
end $$;

-- What is known of an answer that came to no end: the JSON text of a message's body, made of the texts that the journal has of
-- its step; null where there is none. Texts are JSON as they stand there, so nothing of it is read, and nothing is lost.
create function chatterd.unfinished_answer(p_turn uuid) returns text language sql stable as $$
  with recent as (
    select line, row_number() over (order by e.first, l.place) as place
    from chatterd.events e, string_to_table(e.body, E'\n') with ordinality as l(line, place)
    where e.turn_id = p_turn and e.first >= (
      select coalesce(max(first), 0) from chatterd.events
      where turn_id = p_turn and E'\n' || body like any (array[E'%\nstep-start %', E'%\nstep-end %']))),
  texts as (
    select coalesce(string_agg(substr(line, 21, length(line) - 22), '' order by place)
             filter (where line like 'text-delta {"text":"%"}'), '') as content,
           coalesce(string_agg(substr(line, 25, length(line) - 26), '' order by place)
             filter (where line like 'thinking-delta {"text":"%"}'), '') as thinking
    from recent
    where place > coalesce((select max(place) from recent where line like any (array['step-start %', 'step-end %'])), 0))
  select '{"content":"' || content || '"' || case when thinking <> '' then ',"thinking":"' || thinking || '"' else '' end || '}'
  from texts where content <> '' or thinking <> ''
$$;
