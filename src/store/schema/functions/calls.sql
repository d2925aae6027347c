-- Ends what is open of a turn: a running call's outcome is unknown, an offered one is from now on p_offered. Returns the lines
-- that tell of it, and of all that has not been told yet.
create function chatterd.close_calls(p_turn uuid, p_offered text) returns text language sql as $$
  with closed as (
    update chatterd.calls
    set status = case status when 'running' then 'interrupted' when 'offered' then p_offered else status end,
        ended_at = coalesce(ended_at, now()), told = true
    where turn_id = p_turn and (status in ('running', 'offered') or not told)
    returning *)
  select coalesce(
    string_agg(chatterd.call_line(request, status, result, ended_at - created_at), '' order by message_seq, index), '')
  from closed
$$;

-- Tells of device calls that were answered while the turn ran, and that it waits now for those that are open. Returns
-- [first, count, lines], or null where there is nothing to tell. The caller has locked the turn.
create function chatterd.tell_answers(p_turn uuid) returns json language plpgsql as $$
declare
  answers text;
  open text;
begin
  with told as (
    update chatterd.calls set told = true where turn_id = p_turn and not told returning *)
  select string_agg(chatterd.call_line(request, status, result, ended_at - created_at), '' order by message_seq, index)
  into answers from told;
  select 'turn-waiting {"calls":[' || string_agg(chatterd.call_id(request), ',' order by message_seq, index) || E']}\n'
  into open from chatterd.calls where turn_id = p_turn and status = 'offered';
  return chatterd.tell(p_turn, coalesce(answers, '') || coalesce(open, ''));
end $$;

-- Tells of calls that have ended and are not told yet. The caller has locked the turn, which no process numbers.
create function chatterd.tell_calls(p_turn uuid) returns json language plpgsql as $$
declare
  lines text;
begin
  with told as (
    update chatterd.calls set told = true where turn_id = p_turn and not told returning *)
  select string_agg(chatterd.call_line(request, status, result, ended_at - created_at), '' order by message_seq, index)
  into lines from told;
  return chatterd.tell(p_turn, coalesce(lines, ''));
end $$;
