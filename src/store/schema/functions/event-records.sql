-- The JSON text of a call's id. Requests are written with the id first; `->>` would fail on \u0000 in the rest.
create function chatterd.call_id(p_request json) returns text language sql immutable as $$
  select coalesce(substring(p_request::text from '^\{"id":("([^"\\]|\\.)*")'), '""')
$$;

-- The event that a call has ended.
create function chatterd.call_line(p_request json, p_status text, p_result json, p_took interval)
returns text language sql immutable as $$
  select 'call-end {"callId":' || chatterd.call_id(p_request) || ',"status":"' || p_status || '"'
    || coalesce(case when p_status in ('succeeded', 'answered') then ',"output":' else ',"error":' end || p_result::text, '')
    || ',"ms":' || greatest(0, round(extract(epoch from p_took) * 1000))::bigint || E'}\n'
$$;

-- The event that a turn has ended.
create function chatterd.end_line(p_status text, p_error json) returns text language sql immutable as $$
  select 'turn-end {"status":"' || p_status || '"' || coalesce(',"error":' || p_error::text, '') || E'}\n'
$$;
