-- Events as the journal keeps them, one record a line: the event's name, a space, its data as JSON, and \n. The program writes the
-- same records (src/protocol/event-chunk.ts).

-- The JSON text of a call's id. `->>` would fail on \u0000 elsewhere in the request, so this relies on the id being written first.
create function chatterd.call_id_json(p_request json) returns text language sql immutable as $$
  select coalesce(substring(p_request::text from '^\{"id":("([^"\\]|\\.)*")'), '""')
$$;

create function chatterd.call_end_record(p_request json, p_status text, p_result json, p_took interval)
returns text language sql immutable as $$
  select 'call-end {"callId":' || chatterd.call_id_json(p_request) || ',"status":"' || p_status || '"'
    || coalesce(case when p_status in ('succeeded', 'answered') then ',"output":' else ',"error":' end || p_result::text, '')
    || ',"ms":' || greatest(0, round(extract(epoch from p_took) * 1000))::bigint || E'}\n'
$$;

-- An approved call, or the end of one.
create function chatterd.call_record(k chatterd.calls) returns text language sql immutable as $$
  select case when k.ended_at is null then 'call-approved {"callId":' || chatterd.call_id_json(k.request) || E'}\n'
    else chatterd.call_end_record(k.request, k.status, k.result, k.ended_at - k.created_at) end
$$;

create function chatterd.turn_end_record(p_status text, p_error json) returns text language sql immutable as $$
  select 'turn-end {"status":"' || p_status || '"' || coalesce(',"error":' || p_error::text, '') || E'}\n'
$$;

-- Ends the open calls of a turn: running ones as `interrupted`, the others as p_waiting. Returns the records of these ends, and of
-- those that no event has published yet.
create function chatterd.close_calls(p_turn uuid, p_waiting text) returns text language sql as $$
  with closed as (
    update chatterd.calls
    set status = case status when 'running' then 'interrupted' when 'offered' then p_waiting when 'asked' then p_waiting else status end,
        ended_at = coalesce(ended_at, now()), published = true
    where turn_id = p_turn and (status in ('running', 'offered', 'asked') or not published)
    returning *)
  select coalesce(
    string_agg(chatterd.call_end_record(request, status, result, ended_at - created_at), '' order by message_seq, index), '')
  from closed
$$;

-- The records of calls that have ended, or are approved, and that no event has published yet; after this they count as published.
create function chatterd.publish_call_ends(p_turn uuid) returns text language sql as $$
  with changed as (
    update chatterd.calls set published = true where turn_id = p_turn and not published returning *)
  select coalesce(string_agg(chatterd.call_record(changed::chatterd.calls), '' order by message_seq, index), '')
  from changed
$$;
